//! What the server keeps of a column's default: an expression, which mostly is a value of the column's type.

use super::fold;
use crate::schema::{Default, Type, Value};
use crate::sql::number::number;
use sqlparser::ast::{Expr, UnaryOperator, Value as Literal};

/// The default that an expression means for a column of a type; none where it is NULL.
pub(super) fn default(text: &str, ty: &Type) -> Option<Default> {
    let Some(expression) = fold::read(text) else {
        return Some(Default::Value(Value::Sql(text.to_owned())));
    };
    let mut tree = expression.tree();
    while let Expr::Nested(inner) = tree {
        tree = inner;
    }
    let value = match tree {
        Expr::Value(value) => match &value.value {
            Literal::Null => return None,
            Literal::Number(digits, _) => fitting(digits, ty),
            Literal::SingleQuotedString(text) => fitting(&text.replace("\\\\", "\\"), ty),
            Literal::HexStringLiteral(digits) => bytes(digits).map(|bytes| match ty {
                Type::Binary | Type::Custom(_) => Value::Bytes(bytes),
                _ => Value::String(String::from_utf8_lossy(&bytes).into_owned()),
            }),
            _ => None,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => match &**expr {
            Expr::Value(value) => fitting(&format!("-{value}"), ty),
            _ => None,
        },
        _ => function(expression.sql(), ty),
    };
    Some(value.map_or(Default::Sql(expression), Default::Value))
}

/// A known function, where the moment is as precise as the column.
fn function(sql: &str, ty: &Type) -> Option<Value> {
    match (sql, ty) {
        ("current_timestamp(6)", Type::Timestamp) | ("current_timestamp()" | "current_timestamp(0)", Type::Custom(_)) => Some(Value::Now),
        ("curdate()", Type::Date) => Some(Value::Today),
        ("uuid()", _) => Some(Value::Uuid),
        _ => None,
    }
}

/// The value that a literal's text is to a column of the type.
fn fitting(text: &str, ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Bool if text == "0" || text == "1" => Value::Bool(text == "1"),
        Type::Bool | Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_) => whole(text),
        Type::Float | Type::Double | Type::Numeric(_) => whole(text),
        Type::Char(_) => Value::String(text.trim_end_matches(' ').to_owned()),
        Type::Json => Value::Json(text.to_owned()),
        Type::Binary => Value::Bytes(text.as_bytes().to_vec()),
        Type::Uuid => Value::String(text.to_ascii_lowercase()),
        Type::Timestamp => Value::String(moment(text)),
        Type::Time => Value::String(clock(text)),
        _ => Value::String(text.to_owned()),
    })
}

fn whole(text: &str) -> Value {
    match number(text.trim()) {
        Value::Decimal(digits) => match digits.strip_suffix(".0") {
            Some(whole) => Value::Integer(whole.to_owned()),
            None => Value::Decimal(digits),
        },
        value => value,
    }
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// A date and a time with seconds: `2024-01-01T00:00` is `2024-01-01 00:00:00`.
fn moment(text: &str) -> String {
    match text.split_once([' ', 'T']) {
        Some((date, time)) => format!("{date} {}", clock(time)),
        None => format!("{text} 00:00:00"),
    }
}

/// A time with seconds, without zeros that say nothing.
fn clock(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let seconds = if whole.matches(':').count() == 1 { ":00" } else { "" };
    match fraction.trim_end_matches('0') {
        "" => format!("{whole}{seconds}"),
        fraction => format!("{whole}{seconds}.{fraction}"),
    }
}
