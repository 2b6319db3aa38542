//! What a session's settings have a say in on PostgreSQL: how days and moments are written, and which zone a moment is seen from.
//!
//! It takes none of that where it keeps what it found, in generated columns and indexes, unless a function says of itself that it is
//! immutable. <https://www.postgresql.org/docs/current/xfunc-volatility.html>

use super::walk::{any, call};
use super::yields::yields;
use crate::schema::Type;
use sqlparser::ast::{BinaryOperator, DataType, Expr, Ident, TimezoneInfo, Value};
use std::cell::RefCell;

/// Functions that no session's settings leave alone, whatever they are given.
const FUNCTIONS: &[&str] = &[
    "array_to_json",
    "array_to_string",
    "concat",
    "concat_ws",
    "current_setting",
    "enum_first",
    "enum_last",
    "enum_range",
    "format",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "make_timestamptz",
    "row_to_json",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "version",
];

/// What a value is, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Interval,
    /// Of an enum, or an array.
    Listed,
}

impl Kind {
    fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::Text | Type::Varchar(_) | Type::Char(_) => Self::Text,
            Type::Date => Self::Date,
            Type::Time => Self::Time,
            Type::Timestamp => Self::Timestamp,
            Type::Timestamptz => Self::Timestamptz,
            Type::Interval => Self::Interval,
            Type::Enum(_) | Type::Array(_) => Self::Listed,
            _ => return None,
        })
    }

    fn of_sql(ty: &DataType) -> Option<Self> {
        Some(match ty {
            DataType::Text
            | DataType::Varchar(_)
            | DataType::CharacterVarying(_)
            | DataType::CharVarying(_)
            | DataType::Char(_)
            | DataType::Character(_) => Self::Text,
            DataType::Date => Self::Date,
            DataType::Time(..) => Self::Time,
            DataType::Timestamp(_, TimezoneInfo::Tz | TimezoneInfo::WithTimeZone) => Self::Timestamptz,
            DataType::Timestamp(..) => Self::Timestamp,
            DataType::Interval { .. } => Self::Interval,
            DataType::Array(_) => Self::Listed,
            _ => return None,
        })
    }

    /// Whether how it is written is a matter of settings.
    fn is_written_so(self) -> bool {
        !matches!(self, Self::Text | Self::Time)
    }
}

/// The first part of an expression that is another thing under other settings.
pub(super) fn by_settings(expr: &Expr, column: &dyn Fn(&Ident) -> Option<Type>) -> Option<String> {
    let found = RefCell::new(None);
    any(expr, &|expr| {
        let is_found = is_by_settings(expr, column);
        if is_found {
            found.replace(Some(expr.to_string()));
        }
        is_found
    });
    found.into_inner()
}

fn is_by_settings(expr: &Expr, column: &dyn Fn(&Ident) -> Option<Type>) -> bool {
    use Kind::*;
    let kind = |expr: &Expr| kind(expr, column);
    match expr {
        Expr::Cast { expr, data_type, .. } => match (kind(expr), Kind::of_sql(data_type)) {
            (Some(Text), Some(to)) => to != Text,
            (Some(from), Some(Text)) => from.is_written_so(),
            (Some(from), Some(to)) => from != to && [from, to].contains(&Timestamptz),
            _ => false,
        },
        Expr::BinaryOp {
            left,
            op: BinaryOperator::StringConcat,
            right,
        } => {
            let sides = [left, right].map(|side| if is_text(side) { Some(Text) } else { kind(side) });
            sides.contains(&Some(Text)) && sides.into_iter().flatten().any(|side| side.is_written_so())
        }
        Expr::BinaryOp { left, right, .. } => match (kind(left), kind(right)) {
            (Some(Timestamptz), Some(other)) | (Some(other), Some(Timestamptz)) => matches!(other, Date | Timestamp | Interval),
            _ => false,
        },
        Expr::Extract { expr, .. } => kind(expr) == Some(Timestamptz),
        // One in a namespace is somebody's own.
        Expr::Function(function) if function.name.0.len() == 1 => match call(function) {
            Some((name, arguments)) => match (name.as_str(), &arguments[..]) {
                ("date_trunc" | "date_part", [_, moment, ..]) => kind(moment) == Some(Timestamptz),
                ("age", [_]) | ("to_timestamp", [_, _]) => true,
                (name, _) => FUNCTIONS.contains(&name),
            },
            None => false,
        },
        _ => false,
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)))
}

fn kind(expr: &Expr, column: &dyn Fn(&Ident) -> Option<Type>) -> Option<Kind> {
    match expr {
        Expr::Nested(inner) => kind(inner, column),
        Expr::Cast { data_type, .. } => Kind::of_sql(data_type),
        Expr::TypedString(literal) => Kind::of_sql(&literal.data_type),
        Expr::Interval(_) => Some(Kind::Interval),
        Expr::BinaryOp {
            op: BinaryOperator::StringConcat,
            ..
        } => Some(Kind::Text),
        Expr::AtTimeZone { timestamp, .. } => match kind(timestamp, column)? {
            Kind::Timestamptz => Some(Kind::Timestamp),
            Kind::Timestamp | Kind::Date => Some(Kind::Timestamptz),
            _ => None,
        },
        expr => Kind::of(&yields(expr, column)?),
    }
}
