//! The type of what an expression yields, where its words alone tell.

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
        _ => None,
    }
}

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
