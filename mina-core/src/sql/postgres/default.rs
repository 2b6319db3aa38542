//! What PostgreSQL keeps of a column's default: an expression, which often is a value of the column's type.

use super::fold::fold;
use super::types;
use crate::engine::Engine;
use crate::schema::{Column, Default, Expression, ExpressionError, Type, Value};
use crate::sql::number::number;
use sqlparser::ast::{Expr, Value as Literal};

/// The default that an expression means for a column of a type; none where it is NULL.
///
/// # Errors
///
/// The text is no expression that can be read.
pub(super) fn default(text: &str, ty: &Type, columns: &[Column]) -> Result<Option<Default>, ExpressionError> {
    let expression = fold(&Expression::parse(text, Engine::Pg)?, columns);
    let value = match expression.tree() {
        Expr::Value(value) => match &value.value {
            Literal::Null => return Ok(None),
            Literal::Boolean(value) => Some(Value::Bool(*value)),
            Literal::Number(digits, _) => fitting_text(digits, ty),
            Literal::SingleQuotedString(text) => fitting_text(text, ty),
            _ => None,
        },
        _ => function(expression.sql()),
    };
    Ok(Some(value.map_or(Default::Sql(expression), Default::Value)))
}

fn function(sql: &str) -> Option<Value> {
    match sql.to_ascii_lowercase().as_str() {
        "now()" | "current_timestamp" | "transaction_timestamp()" => Some(Value::Now),
        "current_date" => Some(Value::Today),
        "gen_random_uuid()" => Some(Value::Uuid),
        _ => None,
    }
}

/// The value that a literal's text is to a column of the type.
pub(super) fn fitting_text(text: &str, ty: &Type) -> Option<Value> {
    Some(match ty {
        ty if types::is_number(ty) => match number(text.trim()) {
            Value::Decimal(digits) => match digits.strip_suffix(".0") {
                Some(whole) => Value::Integer(whole.to_owned()),
                None => Value::Decimal(digits),
            },
            value => value,
        },
        Type::Char(_) => Value::String(text.trim_end_matches(' ').to_owned()),
        Type::Json => Value::Json(text.to_owned()),
        Type::Jsonb => {
            Value::Json(serde_json::from_str::<serde_json::Value>(text).map_or_else(|_| text.to_owned(), |json| json.to_string()))
        }
        Type::Binary => Value::Bytes(bytes(text)?),
        Type::Uuid | Type::MacAddr => Value::String(text.to_ascii_lowercase()),
        Type::Timestamp => Value::String(moment(text)),
        Type::Timestamptz => Value::String(moment(text.trim_end_matches('Z'))),
        Type::Date => Value::String(date_of(text).map_or(text, |(date, _)| date).to_owned()),
        Type::Time => Value::String(clock(date_of(text).map_or(text, |(_, time)| time))),
        Type::Interval => Value::String(super::interval::normal(text)),
        Type::Array(_) => Value::String(array(text)),
        _ => Value::String(text.to_owned()),
    })
}

/// The bytes of `\x00ff`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?;
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// A date and a time with seconds: `2024-01-01T00:00` is `2024-01-01 00:00:00`. UTC is not said.
fn moment(text: &str) -> String {
    let text = ["+00:00", "+00"].iter().find_map(|zone| text.strip_suffix(zone)).unwrap_or(text);
    match text.split_once([' ', 'T']) {
        Some((date, time)) => format!("{date} {}", clock(time)),
        None => format!("{text} 00:00:00"),
    }
}

/// The parts of a moment, of which a date keeps one and a time the other.
fn date_of(text: &str) -> Option<(&str, &str)> {
    let (date, time) = text.split_once([' ', 'T'])?;
    let is_date = date.len() == 10 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    is_date.then_some((date, time))
}

/// A time with seconds, without zeros that say nothing.
fn clock(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = if whole.matches(':').count() == 1 {
        format!("{whole}:00")
    } else {
        whole.to_owned()
    };
    match fraction.trim_end_matches('0') {
        "" => whole,
        fraction => format!("{whole}.{fraction}"),
    }
}

/// An array's text without the space around its marks.
fn array(text: &str) -> String {
    let (mut kept, mut quoted, mut escaped) = (String::new(), false, false);
    for next in text.chars() {
        if quoted || escaped {
            kept.push(next);
            (quoted, escaped) = match next {
                _ if escaped => (quoted, false),
                '\\' => (quoted, true),
                '"' => (false, false),
                _ => (quoted, false),
            };
            continue;
        }
        match next {
            '"' => quoted = true,
            ',' | '}' => kept.truncate(kept.trim_end().len()),
            ' ' if kept.ends_with([',', '{']) => continue,
            _ => {}
        }
        kept.push(next);
    }
    kept
}
