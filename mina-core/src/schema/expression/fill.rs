//! Whether an expression can be NULL.

use super::walk::call;
use crate::engine::Engine;
use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value};

pub(super) fn never_null(expr: &Expr, engine: Engine, not_null: &dyn Fn(&str) -> bool) -> bool {
    let never = |expr: &Expr| never_null(expr, engine, not_null);
    match expr {
        Expr::Value(value) => !matches!(value.value, Value::Null | Value::Placeholder(_)),
        Expr::TypedString(_) => true,
        Expr::Identifier(ident) => not_null(&ident.value),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [_, column] => not_null(&column.value),
            _ => false,
        },
        Expr::Nested(a)
        | Expr::Collate { expr: a, .. }
        | Expr::Trim {
            expr: a, trim_what: None, ..
        } => never(a),
        Expr::Cast { expr: a, .. } => engine != Engine::Mysql && never(a),
        Expr::UnaryOp { op, expr: a } => matches!(op, UnaryOperator::Plus | UnaryOperator::Minus | UnaryOperator::Not) && never(a),
        Expr::BinaryOp { left, op, right } => keeps_values(op) && never(left) && never(right),
        Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsNotTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::Exists { .. } => true,
        Expr::InList { expr: a, list, .. } => never(a) && list.iter().all(never),
        Expr::Between { expr: a, low, high, .. } => never(a) && never(low) && never(high),
        Expr::Case {
            conditions, else_result, ..
        } => else_result.as_deref().is_some_and(never) && conditions.iter().all(|when| never(&when.result)),
        Expr::Function(function) => call(function).is_some_and(|(name, arguments)| match name.as_str() {
            "coalesce" | "ifnull" => arguments.into_iter().any(never),
            "lower" | "upper" | "trim" | "ltrim" | "rtrim" | "length" | "char_length" | "concat" | "replace" | "hex" | "quote" => {
                !arguments.is_empty() && arguments.into_iter().all(never)
            }
            "datetime" | "date" | "time" | "julianday" | "unixepoch" => arguments.is_empty() || is_now(&arguments),
            name => arguments.is_empty() && ALWAYS_THERE.contains(&name),
        }),
        _ => false,
    }
}

const ALWAYS_THERE: &[&str] = &[
    "now",
    "uuid",
    "gen_random_uuid",
    "uuidv4",
    "uuidv7",
    "uuid_generate_v4",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "utc_timestamp",
    "utc_date",
    "curdate",
    "curtime",
    "sysdate",
    "unix_timestamp",
    "random",
    "rand",
];

fn is_now(arguments: &[&Expr]) -> bool {
    matches!(arguments, [Expr::Value(value)] if matches!(&value.value, Value::SingleQuotedString(text) if text == "now"))
}

fn keeps_values(op: &BinaryOperator) -> bool {
    use BinaryOperator as Op;
    matches!(
        op,
        Op::Plus
            | Op::Minus
            | Op::Multiply
            | Op::StringConcat
            | Op::Eq
            | Op::NotEq
            | Op::Lt
            | Op::LtEq
            | Op::Gt
            | Op::GtEq
            | Op::And
            | Op::Or
            | Op::Spaceship
    )
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use crate::schema::Expression;

    fn never_null(text: &str, engine: Engine) -> bool {
        Expression::parse(text, engine)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .never_null(&|name| name == "id")
    }

    #[test]
    fn a_fill_is_made_of_what_cannot_be_null() {
        for text in [
            "'active'",
            "-1",
            "id + 1",
            "'u' || id",
            "coalesce(email, 'none')",
            "CASE WHEN email IS NULL THEN 'a' ELSE lower('B') END",
            "current_timestamp",
            "datetime('now')",
            "t.id",
            "(id)",
            "email IS NULL",
        ] {
            assert!(never_null(text, Engine::Sqlite), "{text}");
        }
        assert!(never_null("now()", Engine::Pg));
        assert!(never_null("gen_random_uuid()::text", Engine::Pg));
        assert!(never_null("uuid()", Engine::Mysql));
    }

    #[test]
    fn what_may_be_null_is_no_fill() {
        for text in [
            "NULL",
            "email",
            "id / 2",
            "id + email",
            "coalesce(email, NULL)",
            "CASE WHEN id THEN 'a' END",
            "CASE WHEN id THEN email ELSE 'a' END",
            "nullif(id, 1)",
            "(SELECT 1)",
            "datetime('nonsense')",
            "made_up()",
            "?1",
        ] {
            assert!(!never_null(text, Engine::Sqlite), "{text}");
        }
        assert!(!never_null("CAST(id AS date)", Engine::Mysql));
    }
}
