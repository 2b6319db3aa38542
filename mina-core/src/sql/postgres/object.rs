//! Views, triggers, functions and sequences.

use super::{Postgres, quote};
use crate::engine::Engine;
use crate::schema::{Function, Sequence, Trigger, Value, View};
use crate::sql::lexer::significant;
use crate::sql::{Dialect, trigger};

pub(super) fn create_view(view: &View) -> String {
    format!("CREATE VIEW {} AS {}", Postgres.object(&view.name), view.body.trim())
}

pub(super) fn create_trigger(trigger: &Trigger) -> String {
    trigger::create(&Postgres, trigger, &quote(&trigger.name), &Postgres.object(&trigger.table))
}

pub(super) fn drop_trigger(trigger: &Trigger) -> String {
    format!("DROP TRIGGER {} ON {}", quote(&trigger.name), Postgres.object(&trigger.table))
}

pub(super) fn create_function(function: &Function) -> String {
    format!(
        "CREATE FUNCTION {}({}) {}",
        Postgres.object(&function.name),
        function.arguments,
        function.body.trim()
    )
}

pub(super) fn drop_function(function: &Function) -> String {
    let arguments = without_defaults(&function.arguments);
    format!("DROP FUNCTION {}({arguments})", Postgres.object(&function.name))
}

/// The arguments as they tell one function from another of its name.
fn without_defaults(arguments: &str) -> String {
    let (mut kept, mut depth, mut skipping, mut at) = (String::new(), 0usize, false, 0);
    for lexeme in significant(arguments, Engine::Pg) {
        if lexeme.is_mark('(') || lexeme.is_mark('[') {
            depth += 1;
        } else if lexeme.is_mark(')') || lexeme.is_mark(']') {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 && lexeme.is_mark(',') {
            skipping = false;
        } else if depth == 0 && (lexeme.is_word("default") || lexeme.is_mark('=')) {
            skipping = true;
        }
        if !skipping {
            kept.push_str(&arguments[at..lexeme.end()]);
        }
        at = lexeme.end();
    }
    kept.trim().to_owned()
}

pub(super) fn create_sequence(sequence: &Sequence) -> String {
    let mut sql = format!("CREATE SEQUENCE {}", Postgres.object(&sequence.name));
    for (key, clause) in [
        ("increment", "INCREMENT BY"),
        ("min", "MINVALUE"),
        ("max", "MAXVALUE"),
        ("start", "START WITH"),
        ("cache", "CACHE"),
    ] {
        if let Some((_, value)) = sequence.options.iter().find(|(name, _)| name == key) {
            sql += &format!(" {clause} {}", Postgres.literal(value, None));
        }
    }
    if sequence
        .options
        .iter()
        .any(|(key, value)| key == "cycle" && *value == Value::Bool(true))
    {
        sql += " CYCLE";
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_dropped_by_its_arguments_without_their_defaults() {
        assert_eq!(
            without_defaults("a integer DEFAULT f(1, 2), b text = 'x,y', c int[]"),
            "a integer, b text, c int[]"
        );
        assert_eq!(without_defaults(""), "");
    }
}
