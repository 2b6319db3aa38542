//! What has a body of SQL, and sequences.

use super::{Mysql, types};
use crate::engine::Engine;
use crate::schema::{Function, Schema, Sequence, Trigger, Value, View};
use crate::sql::lexer::significant;
use crate::sql::{Dialect, trigger};

pub(super) fn create_view(view: &View) -> String {
    format!("CREATE VIEW {} AS {}", Mysql.object(&view.name), view.body.trim())
}

/// The server wants `FOR EACH ROW`, which other engines let one leave out.
pub(super) fn create_trigger(trigger: &Trigger) -> String {
    let sql = trigger::create(&Mysql, trigger, &beside(trigger), &Mysql.object(&trigger.table));
    let lexemes = significant(&sql, Engine::Mysql);
    let each = lexemes
        .windows(3)
        .any(|words| words[0].is_word("for") && words[1].is_word("each") && words[2].is_word("row"));
    let on = lexemes.iter().position(|word| word.is_word("on")).unwrap_or_default();
    let qualified = lexemes.get(on + 2).is_some_and(|mark| mark.is_mark('.'));
    match lexemes.get(if qualified { on + 3 } else { on + 1 }) {
        Some(table) if !each => format!("{} FOR EACH ROW{}", &sql[..table.end()], &sql[table.end()..]),
        _ => sql,
    }
}

/// A trigger's name, in the schema of its table.
pub(super) fn beside(trigger: &Trigger) -> String {
    Mysql.object(&trigger.table.beside(&trigger.name))
}

pub(super) fn create_function(function: &Function) -> String {
    format!(
        "CREATE FUNCTION {}({}) {}",
        Mysql.object(&function.name),
        function.arguments,
        function.body.trim()
    )
}

pub(super) fn create_sequence(sequence: &Sequence) -> String {
    let mut sql = format!("CREATE SEQUENCE {}", Mysql.object(&sequence.name));
    for (key, value) in &sequence.options {
        let said = Mysql.literal(value, None);
        match (key.as_str(), value) {
            ("start", _) => sql += &format!(" START WITH {said}"),
            ("increment", _) => sql += &format!(" INCREMENT BY {said}"),
            ("min", _) => sql += &format!(" MINVALUE {said}"),
            ("max", _) => sql += &format!(" MAXVALUE {said}"),
            ("cache", _) => sql += &format!(" CACHE {said}"),
            ("cycle", Value::Bool(true)) => sql += " CYCLE",
            _ => {}
        }
    }
    sql
}

/// The column that stands for another one while its values are computed.
pub(super) fn stand_in(column: &str) -> String {
    let short: String = column.chars().take(50).collect();
    format!("__mina_{short}")
}

/// Whether the server commits at a statement, so that it can share no transaction.
pub(super) fn commits(statement: &str) -> bool {
    let rows = [
        "insert", "update", "delete", "replace", "select", "with", "set", "do", "call", "values", "table",
    ];
    let lexemes = significant(statement, Engine::Mysql);
    let first = lexemes.iter().find(|lexeme| !lexeme.is_mark('('));
    !first.is_some_and(|word| word.is_one_of(&rows))
}

/// When and on what a trigger acts, `FOR EACH ROW`, and what it does, as it was written.
pub(super) fn trigger_body(trigger: &Trigger) -> String {
    let sql = create_trigger(trigger);
    let lexemes = significant(&sql, Engine::Mysql);
    let row = lexemes
        .windows(3)
        .position(|words| words[0].is_word("for") && words[1].is_word("each") && words[2].is_word("row"));
    let word = |wanted: &[&str]| {
        let word = lexemes.iter().skip(2).find(|lexeme| lexeme.is_one_of(wanted));
        word.map_or(String::new(), |word| word.text.to_ascii_uppercase())
    };
    let action = row.and_then(|at| lexemes.get(at + 3)).map_or("", |first| &sql[first.start..]);
    let (timing, event) = (word(&["before", "after"]), word(&["insert", "update", "delete"]));
    format!("{timing} {event} FOR EACH ROW {}", action.trim())
}

/// What a function does, without its type and traits, which the server prints in its own words.
pub(super) fn function_body(body: &str) -> String {
    let lexemes = significant(body, Engine::Mysql);
    let start = lexemes.iter().find(|lexeme| lexeme.is_one_of(&["return", "begin"]));
    start.map_or(body, |start| &body[start.start..]).trim().to_owned()
}

/// A function's arguments, their types as the server has them.
pub(super) fn arguments(text: &str) -> String {
    let lexemes = significant(text, Engine::Mysql);
    let mut said = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for at in 0..=lexemes.len() {
        let lexeme = lexemes.get(at);
        depth += lexeme.map_or(0, |lexeme| i32::from(lexeme.is_mark('(')) - i32::from(lexeme.is_mark(')')));
        if lexeme.is_none_or(|lexeme| depth == 0 && lexeme.is_mark(',')) {
            if let [name, ty @ ..] = &lexemes[start..at]
                && let (Some(first), Some(last)) = (ty.first(), ty.last())
            {
                let ty = types::read(&text[first.start..last.end()]);
                said.push(format!("{} {}", name.name(), types::name(&ty, &Schema::default())));
            }
            start = at + 1;
        }
    }
    said.join(", ")
}
