//! The type of what an expression yields, where its words alone tell.

use super::walk::call;
use crate::schema::Type;
use sqlparser::ast::{BinaryOperator, Expr, Ident, UnaryOperator, Value};

/// Numbers, the narrowest first.
const NUMBERS: [Type; 6] = [
    Type::SmallInt,
    Type::Integer,
    Type::BigInt,
    Type::Numeric(None),
    Type::Float,
    Type::Double,
];

pub(super) fn yields(expr: &Expr, column: &dyn Fn(&Ident) -> Option<Type>) -> Option<Type> {
    let operand = |expr: &Expr| yields(expr, column);
    match expr {
        Expr::Nested(inner) => operand(inner),
        Expr::Identifier(ident) => column(ident),
        Expr::CompoundIdentifier(parts) => column(parts.last()?),
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) if text.bytes().all(|byte| byte.is_ascii_digit()) => Some(Type::Integer),
            Value::Number(..) => Some(Type::Numeric(None)),
            Value::Boolean(_) => Some(Type::Bool),
            _ => None,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Plus | UnaryOperator::Minus,
            expr,
        } => number(&operand(expr)?),
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Modulo => {
                wider(&operand(left)?, &operand(right)?)
            }
            BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq
            | BinaryOperator::And
            | BinaryOperator::Or => Some(Type::Bool),
            _ => None,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Not, ..
        }
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsDistinctFrom(..)
        | Expr::IsNotDistinctFrom(..)
        | Expr::InList { .. }
        | Expr::Between { .. }
        | Expr::Like { .. }
        | Expr::ILike { .. } => Some(Type::Bool),
        Expr::Trim { expr, .. } | Expr::Substring { expr, .. } | Expr::Overlay { expr, .. } => of_text(expr, &operand(expr)),
        // One in a namespace is somebody's own.
        Expr::Function(function) if function.name.0.len() == 1 => {
            let (name, arguments) = call(function)?;
            match (OF_TEXT.contains(&name.as_str()), arguments.first()) {
                (true, Some(first)) => of_text(first, &operand(first)),
                _ => FUNCTIONS
                    .iter()
                    .find(|(_, names)| names.contains(&name.as_str()))
                    .map(|(ty, _)| ty.clone()),
            }
        }
        _ => None,
    }
}

/// What yields text where it is given text; some of bytes yield bytes, and of a range its ends.
const OF_TEXT: &[&str] = &["btrim", "lower", "ltrim", "reverse", "rtrim", "substr", "substring", "upper"];

fn of_text(operand: &Expr, ty: &Option<Type>) -> Option<Type> {
    let is_literal = matches!(operand, Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)));
    let is_text = is_literal || matches!(ty, Some(Type::Text | Type::Varchar(_) | Type::Char(_)));
    is_text.then_some(Type::Text)
}

/// What functions of PostgreSQL yield, whatever they are given.
/// <https://www.postgresql.org/docs/current/functions.html>
const FUNCTIONS: &[(Type, &[&str])] = &[
    (
        Type::Text,
        &[
            "chr",
            "concat",
            "concat_ws",
            "encode",
            "format",
            "initcap",
            "left",
            "md5",
            "quote_ident",
            "quote_literal",
            "regexp_replace",
            "repeat",
            "replace",
            "right",
            "split_part",
            "to_char",
            "to_hex",
            "translate",
        ],
    ),
    (
        Type::Integer,
        &[
            "ascii",
            "bit_length",
            "char_length",
            "character_length",
            "length",
            "octet_length",
            "strpos",
        ],
    ),
    (Type::BigInt, &["nextval"]),
    (Type::Double, &["pi", "random"]),
    (
        Type::Timestamptz,
        &[
            "clock_timestamp",
            "current_timestamp",
            "now",
            "statement_timestamp",
            "transaction_timestamp",
        ],
    ),
    (Type::Timestamp, &["localtimestamp"]),
    (Type::Date, &["current_date"]),
    (Type::Uuid, &["gen_random_uuid", "uuid_generate_v4", "uuidv4", "uuidv7"]),
];

fn rank(ty: &Type) -> Option<usize> {
    let ty = match ty {
        Type::Numeric(_) => &Type::Numeric(None),
        ty => ty,
    };
    NUMBERS.iter().position(|number| number == ty)
}

fn number(ty: &Type) -> Option<Type> {
    NUMBERS.get(rank(ty)?).cloned()
}

fn wider(one: &Type, other: &Type) -> Option<Type> {
    NUMBERS.get(rank(one)?.max(rank(other)?)).cloned()
}
