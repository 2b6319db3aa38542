//! CREATE TRIGGER: where the table stands in a body that does not name it.

use super::Dialect;
use super::lexer::significant;
use crate::engine::Engine;
use crate::schema::Trigger;

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
    let (event, action) = parts(trigger.body.trim(), dialect);
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
    let (event, _) = parts(body.trim(), dialect);
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

/// What stands before the table, and what after it, with the space before that.
fn parts<'b>(body: &'b str, dialect: &dyn Dialect) -> (&'b str, &'b str) {
    let mut end = 0;
    let mut names = false;
    for lexeme in significant(body, dialect.engine()) {
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
