//! CREATE TRIGGER: where the table stands in a body that does not name it, and what it fires at and runs.

mod row;

pub(crate) use row::{LAST, changes_its_row_alone};

use super::Dialect;
use super::clause::Words;
use super::lexer::{Lexeme, significant};
use super::text::split_statements;
use crate::engine::Engine;
use crate::schema::{ObjectName, Trigger};

const EVENT: &[&str] = &["before", "after", "instead", "of", "insert", "delete", "update", "truncate", "or"];

const AFTER_EVENT: &[&str] = &[
    "on",
    "for",
    "when",
    "begin",
    "from",
    "not",
    "deferrable",
    "initially",
    "referencing",
    "execute",
    "follows",
    "precedes",
];

/// The CREATE TRIGGER statement: `ON table` stands between its event and its action.
pub(super) fn create(dialect: &dyn Dialect, trigger: &Trigger, name: &str, table: &str) -> String {
    let (event, action) = parts(trigger.body.trim(), dialect.engine());
    let says_table = significant(action, dialect.engine())
        .first()
        .is_some_and(|first| first.is_word("on"));
    let on = match says_table {
        true => String::new(),
        false => format!(" ON {table}"),
    };
    format!("CREATE TRIGGER {name} {event}{on}{action}")
}

/// Whether a trigger fires at an UPDATE of any column.
pub(crate) fn fires_at_every_update(body: &str, dialect: &dyn Dialect) -> bool {
    let (event, _) = parts(body.trim(), dialect.engine());
    let words = significant(event, dialect.engine());
    let mut updates = (0..words.len()).filter(|at| words[*at].is_word("update"));
    updates.any(|at| words.get(at + 1).is_none_or(|next| !next.is_word("of")))
}

/// The columns of the new row that the WHEN of a trigger of PostgreSQL asks for before the row is written.
pub(crate) fn new_columns_before(body: &str, engine: Engine) -> Vec<String> {
    let words = significant(body, engine);
    let is_early = engine == Engine::Pg && words.first().is_some_and(|first| first.is_word("before"));
    let condition = words.iter().skip_while(|word| !word.is_word("when"));
    let condition: Vec<_> = condition.take_while(|word| !word.is_word("execute")).filter(|_| is_early).collect();
    let named = condition.windows(3).filter_map(|words| match words {
        [new, dot, column] if new.is_word("new") && dot.is_mark('.') => Some(column.name_on(engine)),
        _ => None,
    });
    named.collect()
}

/// The function that a trigger of PostgreSQL executes.
pub(crate) fn executed(body: &str) -> Option<ObjectName> {
    let mut words = Words::of(body, Engine::Pg);
    (words.find("execute function") || words.find("execute procedure")).then(|| words.object())?
}

/// What a trigger runs, as statements, and first the question that it asks of its row, where its body says both itself: on PostgreSQL
/// a function does.
///
/// None of a program with variables of its own: any name may be one.
pub(crate) fn statements(body: &str, engine: Engine) -> Vec<String> {
    let (_, action) = parts(body.trim(), engine);
    let words = significant(action, engine);
    let at = |found: usize| words[found].start;
    let goes_over_rows = |two: &[Lexeme<'_>]| two[0].is_word("for") && !two[1].is_word("each");
    if engine == Engine::Pg || words.iter().any(|word| word.is_word("declare")) || words.windows(2).any(goes_over_rows) {
        return Vec::new();
    }
    let when = words.iter().position(|word| word.is_word("when"));
    let begin = words.iter().position(|word| word.is_word("begin"));
    let end = words.iter().rposition(|word| word.is_word("end"));
    let asked = when
        .zip(begin)
        .filter(|(when, begin)| engine == Engine::Sqlite && when < begin)
        .map(|(when, begin)| format!("SELECT {}", &action[words[when].end()..at(begin)]));
    let run = match (begin, end) {
        (Some(begin), Some(end)) if begin < end => &action[words[begin].end()..at(end)],
        (None, _) => words
            .windows(3)
            .find(|three| three[0].is_word("for") && three[1].is_word("each") && three[2].is_word("row"))
            .map_or("", |three| &action[three[2].end()..]),
        _ => "",
    };
    let run = split_statements(run, engine).into_iter().map(str::to_owned);
    asked.into_iter().chain(run).collect()
}

/// What stands before the table, and what after it, with the space before that.
fn parts(body: &str, engine: Engine) -> (&str, &str) {
    let mut end = 0;
    let mut names = false;
    for lexeme in significant(body, engine) {
        let event = lexeme.is_one_of(EVENT);
        let column = names && !lexeme.is_one_of(AFTER_EVENT);
        if !(event || column) {
            break;
        }
        names |= lexeme.is_word("update");
        end = lexeme.end();
    }
    body.split_at(end)
}
