//! What SQLite keeps of a column's default: the words after DEFAULT, which mean a value of the column's type.

use super::declared::affinity;
use super::lexer::{Kind, Token, normalised_expression, tokens};
use super::{Sqlite, UUID};
use crate::engine::Engine;
use crate::schema::{Default, Expression, ExpressionError, Type, Value};
use crate::sql::Dialect;
use crate::sql::number::number;

/// The default that stored words mean for a column of a type; none where it is NULL, said or not.
///
/// One value has one form, whatever the words: `'0'` and `(0)` are the same number to a column of numbers.
pub fn default(words: &str, ty: &Type) -> Result<Option<Default>, ExpressionError> {
    let all = tokens(words);
    let bare = bare(&all);
    let value = match bare {
        [one] => literal(one, bare.len() == all.len()),
        [sign, one] if one.kind == Kind::Number && sign.is_mark("-") => Some(number(&format!("-{}", one.text))),
        [sign, one] if one.kind == Kind::Number && sign.is_mark("+") => Some(number(one.text)),
        _ if normalised_expression(words) == normalised_expression(UUID) => Some(Value::Uuid),
        _ => None,
    };
    let fitting = match value {
        Some(Value::Null) => return Ok(None),
        Some(value) => fitting(value, ty),
        None => None,
    };
    let expression = || {
        let text = match bare {
            [first, .., last] => &words[first.range.start..last.range.end],
            _ => bare.first().map_or(words, |only| only.text),
        };
        Expression::parse(text, Engine::Sqlite).map(Default::Sql)
    };
    fitting.map_or_else(expression, |value| Ok(Default::Value(value))).map(Some)
}

/// The tokens without parentheses around all of them.
pub(super) fn bare<'t, 's>(mut all: &'t [Token<'s>]) -> &'t [Token<'s>] {
    while let [open, inside @ .., close] = all
        && open.is_mark("(")
        && close.is_mark(")")
        && is_balanced(inside)
    {
        all = inside;
    }
    all
}

fn is_balanced(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0i32;
    let never_below = tokens.iter().all(|token| {
        depth += i32::from(token.is_mark("(")) - i32::from(token.is_mark(")"));
        depth >= 0
    });
    never_below && depth == 0
}

fn literal(token: &Token<'_>, unparenthesised: bool) -> Option<Value> {
    match token.kind {
        Kind::Number => Some(number(token.text)),
        Kind::String if token.text.starts_with('\'') => token.name().map(Value::String),
        Kind::String => bytes(token.text).map(Value::Bytes),
        Kind::Word => match token.text.to_ascii_uppercase().as_str() {
            "NULL" => Some(Value::Null),
            "TRUE" => Some(Value::Bool(true)),
            "FALSE" => Some(Value::Bool(false)),
            "CURRENT_TIMESTAMP" | "CURRENT_DATE" | "CURRENT_TIME" => Some(Value::Word(token.text.to_ascii_uppercase())),
            // `DEFAULT active` is the string.
            _ if unparenthesised => token.name().map(Value::String),
            _ => None,
        },
        Kind::Quoted if unparenthesised => token.name().map(Value::String),
        Kind::Quoted | Kind::Mark => None,
    }
}

/// The bytes of `X'00ff'`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.get(2..text.len().checked_sub(1)?)?.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = digits.chunks(2);
    pairs
        .map(|pair| Some(digit(*pair.first()?)? * 16 + digit(*pair.get(1)?)?))
        .collect()
}

/// The value as a column of the type keeps it; none where only the words themselves say it.
fn fitting(value: Value, ty: &Type) -> Option<Value> {
    let stored = affinity(&Sqlite.type_name(ty));
    let value = match value {
        Value::Word(word) => return moment(&word, ty),
        Value::Bool(value) => Value::Integer(u8::from(value).to_string()),
        Value::String(text) if ["INTEGER", "REAL", "NUMERIC"].contains(&stored) && is_number(&text) => number(text.trim()),
        value => value,
    };
    match (value, ty) {
        (Value::Decimal(digits), _) if ["INTEGER", "REAL", "NUMERIC"].contains(&stored) => Some(match digits.strip_suffix(".0") {
            Some(whole) => fitting(Value::Integer(whole.to_owned()), ty)?,
            None => Value::Decimal(digits),
        }),
        (Value::Integer(digits), Type::Bool) if ["0", "1"].contains(&digits.as_str()) => Some(Value::Bool(digits == "1")),
        (Value::Integer(digits), _) if stored == "TEXT" => fitting(Value::String(digits), ty),
        (Value::String(text), Type::Json) => Some(Value::Json(text)),
        // What the language says of such a column is bytes.
        (Value::String(_), Type::Jsonb) => None,
        (value, _) => Some(value),
    }
}

fn moment(word: &str, ty: &Type) -> Option<Value> {
    match (word, ty) {
        ("CURRENT_DATE", _) => Some(Value::Today),
        ("CURRENT_TIME", Type::Time) => Some(Value::Now),
        ("CURRENT_TIMESTAMP", ty) if !matches!(ty, Type::Date | Type::Time) => Some(Value::Now),
        _ => None,
    }
}

/// Whether SQLite takes a text for a number.
fn is_number(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts = unsigned.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    starts
        && unsigned.bytes().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(words: &str, ty: &Type) -> String {
        match default(words, ty) {
            Ok(None) => "none".into(),
            Ok(Some(Default::Value(value))) => format!("{value:?}"),
            Ok(Some(Default::Sql(expression))) => format!("sql {expression}"),
            Err(error) => format!("error {error}"),
        }
    }

    #[test]
    fn a_number_has_one_form() {
        for words in [
            "12",
            "+12",
            "(12)",
            "( +0012 )",
            "'12'",
            "12.0",
            "1.2e1",
            "120e-1",
            "0xC",
            "1_2",
            "\"12\"",
        ] {
            assert_eq!(shown(words, &Type::Integer), "Integer(\"12\")", "{words}");
        }
        for words in ["-1.50", "(-1.5)", "-.15e1", "'-1.5'"] {
            assert_eq!(shown(words, &Type::Numeric(None)), "Decimal(\"-1.5\")", "{words}");
        }
        assert_eq!(shown("1.5e-3", &Type::Double), "Decimal(\"0.0015\")");
        assert_eq!(shown("-0.0", &Type::Double), "Integer(\"0\")");
        assert_eq!(shown("0xFFFFFFFFFFFFFFFF", &Type::BigInt), "Integer(\"-1\")");
        assert_eq!(shown("1.0", &Type::Text), "Decimal(\"1.0\")");
        assert_eq!(shown("7", &Type::Text), "String(\"7\")");
        assert_eq!(shown("1e999999999999", &Type::Double), "Decimal(\"1e999999999999\")");
    }

    #[test]
    fn a_value_is_of_its_columns_type() {
        assert_eq!(shown("1", &Type::Bool), "Bool(true)");
        assert_eq!(shown("FALSE", &Type::Bool), "Bool(false)");
        assert_eq!(shown("'1'", &Type::Bool), "Bool(true)");
        assert_eq!(shown("2", &Type::Bool), "Integer(\"2\")");
        assert_eq!(shown("true", &Type::Integer), "Integer(\"1\")");
        assert_eq!(shown("'{}'", &Type::Json), "Json(\"{}\")");
        assert_eq!(shown("'{}'", &Type::Jsonb), "sql '{}'");
        assert_eq!(shown("(jsonb('{}'))", &Type::Jsonb), "sql jsonb('{}')");
        assert_eq!(shown("x'00fF'", &Type::Binary), "Bytes([0, 255])");
        assert_eq!(shown("'it''s'", &Type::Text), "String(\"it's\")");
        assert_eq!(shown("''", &Type::Integer), "String(\"\")");
        assert_eq!(shown("active", &Type::Text), "String(\"active\")");
        assert_eq!(shown("[in use]", &Type::Text), "String(\"in use\")");
        assert_eq!(shown("NULL", &Type::Text), "none");
        assert_eq!(shown("(null)", &Type::Text), "none");
    }

    #[test]
    fn now_is_the_moment_that_the_type_can_hold() {
        assert_eq!(shown("current_timestamp", &Type::Timestamp), "Now");
        assert_eq!(shown("(CURRENT_TIMESTAMP)", &Type::Text), "Now");
        assert_eq!(shown("CURRENT_TIMESTAMP", &Type::Date), "sql CURRENT_TIMESTAMP");
        assert_eq!(shown("CURRENT_DATE", &Type::Date), "Today");
        assert_eq!(shown("CURRENT_TIME", &Type::Time), "Now");
        assert_eq!(shown("CURRENT_TIME", &Type::Timestamp), "sql CURRENT_TIME");
        assert_eq!(shown(&format!("({UUID})"), &Type::Uuid), "Uuid");
        assert_eq!(shown("(datetime('now') || 'Z')", &Type::Timestamp), "sql datetime('now') || 'Z'");
        assert_eq!(shown("((1) + (2))", &Type::Integer), "sql (1) + (2)");
    }
}
