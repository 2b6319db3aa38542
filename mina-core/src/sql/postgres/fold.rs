//! Expressions in one form, whether a history says them or PostgreSQL prints them.
//!
//! PostgreSQL prints what it understood: casts that it added, `ANY (ARRAY[…])` for IN, `~~` for LIKE, BETWEEN as two
//! comparisons. <https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-CATALOG>

use super::types;
use crate::schema::{Column, Expression, Type};
use crate::sql::number::number;
use sqlparser::ast::{
    BinaryOperator, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, ObjectName,
    TrimWhereField, UnaryOperator, Value,
};

/// The expression over columns in one form.
pub(super) fn fold(expression: &Expression, columns: &[Column]) -> Expression {
    expression.folded(&|expr| {
        let written = std::mem::replace(expr, null());
        *expr = folded(written, columns);
    })
}

fn null() -> Expr {
    Expr::Value(Value::Null.into())
}

fn folded(expr: Expr, columns: &[Column]) -> Expr {
    match expr {
        Expr::Nested(inner) => *inner,
        Expr::CompoundIdentifier(mut parts) if parts.len() > 1 && !is_row(&parts[0]) => match parts.pop() {
            Some(last) => Expr::Identifier(last),
            None => null(),
        },
        Expr::TypedString(typed) => match typed.value.value.clone().into_string() {
            Some(text) => cast(string(text), &typed.data_type, columns),
            None => Expr::TypedString(typed),
        },
        Expr::Interval(interval) if interval.leading_field.is_none() => match *interval.value {
            Expr::Value(value) => match value.value.into_string() {
                Some(text) => string(super::interval::normal(&text)),
                None => null(),
            },
            value => value,
        },
        Expr::Trim {
            expr,
            trim_where: Some(TrimWhereField::Both),
            trim_what,
            trim_characters,
        } => Expr::Trim {
            expr,
            trim_where: None,
            trim_what,
            trim_characters,
        },
        Expr::Cast { expr, data_type, .. } => cast(*expr, &data_type, columns),
        Expr::Value(value) => literal(value.value),
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => negated(*expr),
        Expr::AnyOp {
            left,
            compare_op: BinaryOperator::Eq,
            right,
            is_some,
        } => match *right {
            Expr::Array(array) => in_list(left, array.elem, false),
            right => Expr::AnyOp {
                left,
                compare_op: BinaryOperator::Eq,
                right: Box::new(right),
                is_some,
            },
        },
        Expr::AllOp {
            left,
            compare_op: BinaryOperator::NotEq,
            right,
        } => match *right {
            Expr::Array(array) => in_list(left, array.elem, true),
            right => Expr::AllOp {
                left,
                compare_op: BinaryOperator::NotEq,
                right: Box::new(right),
            },
        },
        Expr::InList { expr, mut list, negated } => {
            list.iter_mut().for_each(|value| fit(value, &expr, columns));
            in_list(expr, list, negated)
        }
        Expr::BinaryOp { left, op, right } => comparison(left, op, right, columns),
        Expr::IsNotDistinctFrom(one, other) => Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr: Box::new(Expr::IsDistinctFrom(one, other)),
        },
        Expr::Like {
            negated,
            expr,
            pattern,
            escape_char,
            ..
        } => binary(expr, like(negated), escaped(pattern, escape_char)),
        Expr::ILike {
            negated,
            expr,
            pattern,
            escape_char,
            ..
        } => binary(expr, ilike(negated), escaped(pattern, escape_char)),
        Expr::SimilarTo {
            negated,
            expr,
            pattern,
            escape_char,
        } => {
            let op = if negated {
                BinaryOperator::PGRegexNotMatch
            } else {
                BinaryOperator::PGRegexMatch
            };
            let pattern = [Some(*pattern), escape_char.map(|escape| *escape)].into_iter().flatten();
            binary(expr, op, Box::new(call("similar_to_escape", pattern.collect())))
        }
        Expr::Between {
            expr,
            negated,
            mut low,
            mut high,
        } => {
            fit(&mut low, &expr, columns);
            fit(&mut high, &expr, columns);
            between(expr, negated, low, high)
        }
        other => other,
    }
}

/// A literal beside a column is one of its type. Rows are compared value by value.
fn comparison(mut left: Box<Expr>, op: BinaryOperator, mut right: Box<Expr>, columns: &[Column]) -> Expr {
    if let (Expr::Tuple(ours), Expr::Tuple(theirs)) = (&*left, &*right)
        && ours.len() == theirs.len()
        && matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq)
    {
        let both = if op == BinaryOperator::Eq {
            BinaryOperator::And
        } else {
            BinaryOperator::Or
        };
        let pairs = ours.iter().zip(theirs);
        let pairs = pairs.map(|(one, other)| binary(Box::new(one.clone()), op.clone(), Box::new(other.clone())));
        return pairs
            .reduce(|one, other| binary(Box::new(one), both.clone(), Box::new(other)))
            .unwrap_or_else(null);
    }
    let compares = matches!(
        op,
        BinaryOperator::Eq | BinaryOperator::NotEq | BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq
    );
    if compares {
        fit(&mut right, &left, columns);
        fit(&mut left, &right, columns);
    }
    binary(left, op, right)
}

/// A literal as its column would keep it.
fn fit(value: &mut Expr, beside: &Expr, columns: &[Column]) {
    let Expr::Identifier(ident) = beside else { return };
    let Some(column) = columns.iter().find(|column| column.name == unquoted(ident)) else {
        return;
    };
    if let Expr::Value(literal) = &*value
        && let Value::SingleQuotedString(text) = &literal.value
        && let Some(kept) = super::default::fitting_text(text, &column.ty)
    {
        *value = of_value(kept);
    }
}

fn of_value(value: crate::schema::Value) -> Expr {
    use crate::schema::Value as Kept;
    match value {
        Kept::Integer(digits) | Kept::Decimal(digits) => Expr::Value(Value::Number(digits, false).into()),
        Kept::Bytes(bytes) => {
            let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            string(format!("\\x{digits}"))
        }
        Kept::String(text) | Kept::Json(text) => string(text),
        other => string(other.to_string()),
    }
}

fn escaped(pattern: Box<Expr>, escape: Option<Box<Expr>>) -> Box<Expr> {
    match escape {
        None => pattern,
        Some(escape) => Box::new(call("like_escape", vec![*pattern, *escape])),
    }
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let arguments = arguments
        .into_iter()
        .map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)));
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: arguments.collect(),
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

/// `old` and `new` of a trigger are told apart.
fn is_row(ident: &Ident) -> bool {
    ["old", "new", "excluded"].iter().any(|row| ident.value.eq_ignore_ascii_case(row))
}

fn string(text: String) -> Expr {
    Expr::Value(Value::SingleQuotedString(text).into())
}

fn number_literal(text: &str) -> Expr {
    let digits = match number(text) {
        crate::schema::Value::Integer(digits) => digits,
        crate::schema::Value::Decimal(digits) => digits.strip_suffix(".0").map_or(digits.clone(), str::to_owned),
        _ => text.to_owned(),
    };
    Expr::Value(Value::Number(digits, false).into())
}

fn literal(value: Value) -> Expr {
    match value {
        Value::Number(text, _) => number_literal(&text),
        Value::EscapedStringLiteral(text) | Value::SingleQuotedByteStringLiteral(text) => string(text),
        Value::DollarQuotedString(text) => string(text.value),
        value => Expr::Value(value.into()),
    }
}

fn negated(expr: Expr) -> Expr {
    match expr {
        Expr::Value(value) if matches!(value.value, Value::Number(..)) => number_literal(&format!("-{}", value.value)),
        expr => Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr: Box::new(expr),
        },
    }
}

fn binary(left: Box<Expr>, op: BinaryOperator, right: Box<Expr>) -> Expr {
    Expr::BinaryOp { left, op, right }
}

fn like(negated: bool) -> BinaryOperator {
    if negated {
        BinaryOperator::PGNotLikeMatch
    } else {
        BinaryOperator::PGLikeMatch
    }
}

fn ilike(negated: bool) -> BinaryOperator {
    if negated {
        BinaryOperator::PGNotILikeMatch
    } else {
        BinaryOperator::PGILikeMatch
    }
}

/// PostgreSQL makes a comparison of a list of one.
fn in_list(left: Box<Expr>, mut list: Vec<Expr>, negated: bool) -> Expr {
    let op = if negated { BinaryOperator::NotEq } else { BinaryOperator::Eq };
    match list.pop() {
        Some(only) if list.is_empty() => binary(left, op, Box::new(only)),
        last => {
            list.extend(last);
            Expr::InList { expr: left, list, negated }
        }
    }
}

fn between(expr: Box<Expr>, negated: bool, low: Box<Expr>, high: Box<Expr>) -> Expr {
    let (above, below, both) = match negated {
        false => (BinaryOperator::GtEq, BinaryOperator::LtEq, BinaryOperator::And),
        true => (BinaryOperator::Lt, BinaryOperator::Gt, BinaryOperator::Or),
    };
    let above = binary(expr.clone(), above, low);
    let below = binary(expr, below, high);
    binary(Box::new(above), both, Box::new(below))
}

/// A cast that PostgreSQL adds by itself says nothing: of a literal to what it stands beside, of a column to text or to
/// a wider number.
fn cast(inner: Expr, data_type: &DataType, columns: &[Column]) -> Expr {
    let ty = types::read(&data_type.to_string());
    match &inner {
        Expr::Value(value) => return cast_literal(&value.value, &ty).unwrap_or(inner),
        Expr::Array(_) => return inner,
        Expr::Identifier(ident) => {
            let column = columns.iter().find(|column| column.name == unquoted(ident));
            if column.is_some_and(|column| says_nothing(&column.ty, &ty)) {
                return inner;
            }
        }
        _ if matches!(ty, Type::Text | Type::Varchar(None)) => return inner,
        _ => {}
    }
    let name = ObjectName::from(vec![Ident::new(types::name(&ty).to_lowercase())]);
    Expr::Cast {
        kind: sqlparser::ast::CastKind::Cast,
        expr: Box::new(inner),
        data_type: DataType::Custom(name, Vec::new()),
        format: None,
    }
}

fn unquoted(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_lowercase(),
    }
}

fn cast_literal(value: &Value, ty: &Type) -> Option<Expr> {
    match value {
        Value::SingleQuotedString(text) if types::is_number(ty) && text.trim().parse::<f64>().is_ok_and(f64::is_finite) => {
            Some(number_literal(text.trim()))
        }
        Value::SingleQuotedString(text) if *ty == Type::Interval => Some(string(super::interval::normal(text))),
        Value::SingleQuotedString(text) if *ty == Type::Bool => match text.as_str() {
            "t" | "true" => Some(Expr::Value(Value::Boolean(true).into())),
            "f" | "false" => Some(Expr::Value(Value::Boolean(false).into())),
            _ => None,
        },
        _ => None,
    }
}

fn says_nothing(from: &Type, to: &Type) -> bool {
    let wide = |ty: &Type| match ty {
        Type::SmallInt => 1,
        Type::Integer => 2,
        Type::BigInt => 3,
        Type::Numeric(_) => 4,
        Type::Float => 5,
        Type::Double => 6,
        _ => 0,
    };
    match (from, to) {
        (Type::Text | Type::Varchar(_) | Type::Char(_), Type::Text | Type::Varchar(None)) => true,
        (Type::Date, Type::Timestamp | Type::Timestamptz) | (Type::Timestamp, Type::Timestamptz) => true,
        (Type::Array(from), Type::Array(to)) => says_nothing(from, to),
        (Type::Numeric(_), Type::Numeric(None)) => true,
        (_, Type::Numeric(Some(_))) => false,
        (from, to) => wide(from) > 0 && wide(to) > wide(from),
    }
}
