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
        Expr::Trim { .. } | Expr::Substring { .. } | Expr::Overlay { .. } => Some(Type::Text),
        Expr::Function(function) => FUNCTIONS
            .iter()
            .find(|(_, names)| call(function).is_some_and(|(name, _)| names.contains(&name.as_str())))
            .map(|(ty, _)| ty.clone()),
        _ => None,
    }
}

/// What functions of PostgreSQL yield, whatever they are given.
/// <https://www.postgresql.org/docs/current/functions.html>
const FUNCTIONS: &[(Type, &[&str])] = &[
    (
        Type::Text,
        &[
            "btrim",
            "chr",
            "concat",
            "concat_ws",
            "encode",
            "format",
            "initcap",
            "left",
            "lower",
            "ltrim",
            "md5",
            "quote_ident",
            "quote_literal",
            "regexp_replace",
            "repeat",
            "replace",
            "reverse",
            "right",
            "rtrim",
            "split_part",
            "to_char",
            "to_hex",
            "translate",
            "upper",
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
