//! What a trigger of PostgreSQL does with the row that it is fired for.

use super::executed;
use crate::engine::Engine;
use crate::schema::{Schema, Trigger};
use crate::sql::clause::Words;
use crate::sql::lexer::{Kind, Lexeme, significant, unquoted};

/// Triggers of PostgreSQL fire in the order of their names; Mina's own is the last, and so begins with this.
pub(crate) const LAST: &str = "~";

/// Whether a trigger of PostgreSQL does nothing but change the row that is about to be written, before a trigger of Mina's sees it.
/// What its function does has to be plain to see: assignments to columns, conditions, and functions that do nothing else.
pub(crate) fn changes_its_row_alone(trigger: &Trigger, schema: &Schema) -> bool {
    let engine = Engine::Pg;
    let mut words = Words::of(&trigger.body, engine);
    let early = words.skip("before") && (words.has("for each row") || words.has("for row"));
    let function = executed(&trigger.body);
    let function = function.and_then(|name| schema.function(&name, "")).filter(|function| {
        let lexemes = significant(&function.body, engine);
        Words::of(&function.body, engine).has("language plpgsql")
            && lexemes.iter().any(|lexeme| match lexeme.kind {
                Kind::Dollar => lexeme.dollar_body().is_some_and(|(body, _)| assigns_alone(body)),
                Kind::Text => assigns_alone(&unquoted(lexeme.text)),
                _ => false,
            })
    });
    let condition = significant(&trigger.body, engine);
    let condition = condition.split(|word| word.is_word("execute")).next().unwrap_or_default();
    early && trigger.name.as_str() < LAST && function.is_some() && calls_are_still(condition)
}

/// Whether the body of a function in PL/pgSQL assigns to the columns of the new row, returns it, and does nothing else.
fn assigns_alone(body: &str) -> bool {
    const STARTS: &[&str] = &["begin", "if", "elsif", "elseif", "else", "end", "return"];
    let words = significant(body, Engine::Pg);
    let next = |at: usize, mark: char| words.get(at + 1).is_some_and(|next| next.is_mark(mark));
    let starts = |at: usize| at == 0 || words[at - 1].is_mark(';') || words[at - 1].is_one_of(&["begin", "then", "else"]);
    let fits = |(at, word): (usize, &Lexeme)| {
        let statement = word.is_one_of(STARTS) || word.is_word("new") && next(at, '.');
        let returned = |next: &Lexeme| next.is_one_of(&["new", "old"]);
        (!starts(at) || statement)
            && (!word.is_word("return") || words.get(at + 1).is_some_and(returned))
            && !(word.is_word("new") && (next(at, ':') || next(at, '=')))
            && !word.is_one_of(&["select", "raise"])
    };
    words.iter().enumerate().all(fits) && calls_are_still(&words)
}

/// Whether all functions that are called are known to do nothing but give a value.
fn calls_are_still(words: &[Lexeme]) -> bool {
    let is_still = |at: usize| words[at].is_one_of(STILL) && !(at > 0 && words[at - 1].is_mark('.'));
    (1..words.len()).all(|at| !(words[at].is_mark('(') && words[at - 1].is_identifier()) || is_still(at - 1))
}

/// Functions that give a value, and words before a parenthesis that are none.
const STILL: &[&str] = &[
    "and",
    "array_length",
    "btrim",
    "cardinality",
    "char_length",
    "clock_timestamp",
    "coalesce",
    "concat",
    "concat_ws",
    "date_trunc",
    "elsif",
    "gen_random_uuid",
    "greatest",
    "if",
    "in",
    "least",
    "left",
    "length",
    "lower",
    "ltrim",
    "md5",
    "not",
    "now",
    "nullif",
    "numeric",
    "or",
    "replace",
    "return",
    "right",
    "round",
    "row",
    "rtrim",
    "setweight",
    "statement_timestamp",
    "substring",
    "then",
    "timezone",
    "to_tsvector",
    "transaction_timestamp",
    "trim",
    "unaccent",
    "upper",
    "varchar",
    "when",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Function, ObjectName};

    fn changes_alone(name: &str, trigger: &str, function: &str) -> bool {
        let mut schema = Schema::default();
        schema.put_function(Function {
            name: ObjectName::new("touch"),
            arguments: String::new(),
            body: function.to_owned(),
            origin: Default::default(),
        });
        let trigger = Trigger {
            name: name.to_owned(),
            table: ObjectName::new("users"),
            body: trigger.to_owned(),
            origin: Default::default(),
        };
        changes_its_row_alone(&trigger, &schema)
    }

    #[test]
    fn a_trigger_that_sets_a_column_changes_its_row_alone() {
        let of = |body: &str| format!("RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$");
        let each = "BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION touch()";
        for body in [
            "BEGIN NEW.updated_at := now(); RETURN NEW; END;",
            "BEGIN NEW.updated_at = current_timestamp; NEW.name := lower(trim(NEW.name)) || 'x'; RETURN NEW; END",
            "BEGIN IF (NEW IS DISTINCT FROM OLD AND NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at) THEN \
             NEW.updated_at := current_timestamp; END IF; RETURN NEW; END;",
        ] {
            assert!(changes_alone("tr", each, &of(body)), "{body}");
        }
        assert!(changes_alone(
            "tr",
            each,
            "RETURNS trigger AS 'BEGIN NEW.a := 1; RETURN NEW; END' LANGUAGE plpgsql"
        ));
        for body in [
            "BEGIN RETURN NULL; END",
            "BEGIN NEW := OLD; NEW.a := 1; RETURN NEW; END",
            "BEGIN PERFORM pg_notify('a', ''); RETURN NEW; END",
            "BEGIN INSERT INTO log VALUES (NEW.id); RETURN NEW; END",
            "BEGIN NEW.a := nextval('s'); RETURN NEW; END",
            "BEGIN NEW.a := app.now(); RETURN NEW; END",
            "BEGIN NEW.a := (SELECT count(*) FROM log); RETURN NEW; END",
            "BEGIN IF NEW.a < 0 THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END",
            "BEGIN IF NEW.a < 0 THEN DELETE FROM log; END IF; RETURN NEW; END",
        ] {
            assert!(!changes_alone("tr", each, &of(body)), "{body}");
        }
        let plain = of("BEGIN RETURN NEW; END");
        assert!(changes_alone(
            "tr",
            "BEFORE INSERT OR UPDATE FOR EACH ROW WHEN (NEW.a > 1) EXECUTE PROCEDURE touch()",
            &plain
        ));
        assert!(!changes_alone("~tr", each, &plain));
        for trigger in [
            "AFTER UPDATE FOR EACH ROW EXECUTE FUNCTION touch()",
            "BEFORE UPDATE EXECUTE FUNCTION touch()",
            "BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION other()",
            "BEFORE UPDATE FOR EACH ROW WHEN (count_up(NEW.a)) EXECUTE FUNCTION touch()",
        ] {
            assert!(!changes_alone("tr", trigger, &plain), "{trigger}");
        }
        assert!(!changes_alone(
            "tr",
            each,
            "RETURNS trigger LANGUAGE plpython3u AS $$ BEGIN RETURN NEW; END $$"
        ));
    }
}
