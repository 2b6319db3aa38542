//! Expressions in one form, whether a history says them or the server prints them.
//!
//! MariaDB and MySQL print what they understood: synonyms of functions under one name, NOT pushed into comparisons, a list
//! of one as a comparison, a number where a truth is meant compared with zero.

use crate::engine::Engine;
use crate::schema::{Column, Expression, Type};
use crate::sql::number::number;
use sqlparser::ast::{BinaryOperator, CastKind, Expr, Function, Ident, ObjectName, ObjectNamePart, UnaryOperator, Value};

/// The expression in one form.
pub(super) fn fold(expression: &Expression) -> Expression {
    expression.folded(&|expr| {
        let written = std::mem::replace(expr, null());
        *expr = folded(written);
    })
}

/// The same of a text, where it can be read.
pub(super) fn read(text: &str) -> Option<Expression> {
    Expression::parse(&without_charsets(text), Engine::Mysql)
        .ok()
        .map(|expression| fold(&expression))
}

/// The expression over columns in one form: MariaDB may make a number of a text that is compared with a column of whole numbers as large as it has.
pub(super) fn fitted(expression: &Expression, columns: &[Column]) -> Expression {
    let is_large = |expr: &Expr| match expr {
        Expr::Identifier(ident) => columns.iter().any(|column| {
            let large = matches!(&column.ty, Type::BigInt) || matches!(&column.ty, Type::Unsigned(ty) if **ty == Type::BigInt);
            large && column.name.eq_ignore_ascii_case(&ident.value)
        }),
        _ => false,
    };
    expression.folded(&|expr| {
        let written = std::mem::replace(expr, null());
        *expr = folded(written);
        let Expr::BinaryOp { left, op, right } = expr else { return };
        use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq, Spaceship};
        if !matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq | Spaceship) {
            return;
        }
        for (column, value) in [(&*left, &*right), (&*right, &*left)].map(|(column, value)| (is_large(column), whole(value))) {
            if let (true, Some(number)) = (column, value) {
                let place = if is_large(left) { &mut *right } else { &mut *left };
                **place = digits(&number);
                return;
            }
        }
    })
}

/// The whole number that the server reads at the beginning of a text.
fn whole(value: &Expr) -> Option<String> {
    let Expr::Value(literal) = value else { return None };
    let Value::SingleQuotedString(text) = &literal.value else {
        return None;
    };
    let text = text.trim_start();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    match (&rest[..end], rest[end..].starts_with(['.', 'e', 'E'])) {
        ("", false) => Some("0".to_owned()),
        (_, true) => None,
        (number, false) => (number.len() < 20).then(|| format!("{sign}{number}")),
    }
}

/// `cast(a as char charset utf8mb4)` is printed for `cast(a as char)`, `!` for NOT.
pub(super) fn without_charsets(text: &str) -> String {
    use crate::sql::lexer::{Kind, lex};
    let mut kept = String::with_capacity(text.len());
    let mut lexemes = lex(text, Engine::Mysql).peekable();
    while let Some(lexeme) = lexemes.next() {
        if lexeme.is_word("charset") {
            while lexemes.next_if(|next| next.kind == Kind::Space).is_some() {}
            lexemes.next();
        } else if lexeme.is_mark('!') && lexemes.peek().is_none_or(|next| !next.is_mark('=')) {
            kept.push_str(" NOT ");
        } else if lexeme.is_word("mod") && lexemes.peek().is_some_and(|next| next.kind == Kind::Space) {
            kept.push('%');
        } else {
            kept.push_str(lexeme.text);
        }
    }
    kept
}

fn null() -> Expr {
    Expr::Value(Value::Null.into())
}

/// One part of a tree whose parts are in one form already.
pub(super) fn folded(expr: Expr) -> Expr {
    match expr {
        Expr::Nested(inner) => *inner,
        Expr::CompoundIdentifier(mut parts) if !is_row(&parts) => match parts.pop() {
            Some(last) => Expr::Identifier(last),
            None => null(),
        },
        Expr::Value(value) => literal(value.value),
        Expr::Prefixed { prefix, value } if prefix.value.starts_with('_') => *value,
        Expr::UnaryOp {
            op: UnaryOperator::Not | UnaryOperator::BangNot,
            expr,
        } => not(*expr),
        Expr::UnaryOp {
            op: UnaryOperator::Minus,
            expr,
        } => match *expr {
            Expr::Value(value) if matches!(value.value, Value::Number(..)) => digits(&format!("-{}", value.value)),
            expr => unary(UnaryOperator::Minus, expr),
        },
        Expr::UnaryOp {
            op: UnaryOperator::Plus,
            expr,
        } => *expr,
        Expr::BinaryOp { left, op, right } => match op {
            BinaryOperator::And | BinaryOperator::Or => binary(truth(*left), op, truth(*right)),
            op => binary(*left, op, *right),
        },
        Expr::InList { expr, mut list, negated } => match list.pop() {
            Some(only) if list.is_empty() => {
                let op = if negated { BinaryOperator::NotEq } else { BinaryOperator::Eq };
                binary(*expr, op, only)
            }
            last => {
                list.extend(last);
                Expr::InList { expr, list, negated }
            }
        },
        Expr::RLike {
            negated, expr, pattern, ..
        } => {
            let plain = Expr::RLike {
                negated: false,
                expr,
                pattern,
                regexp: true,
            };
            if negated { unary(UnaryOperator::Not, plain) } else { plain }
        }
        Expr::Substring {
            expr,
            substring_from,
            substring_for,
            ..
        } => {
            let parts = [Some(expr), substring_from, substring_for];
            call("substr", parts.into_iter().flatten().map(|part| *part).collect())
        }
        Expr::Position { expr, r#in } => call("locate", vec![*expr, *r#in]),
        Expr::Convert {
            expr,
            data_type: Some(data_type),
            ..
        } => Expr::Cast {
            kind: CastKind::Cast,
            expr,
            data_type,
            format: None,
        },
        Expr::Floor { expr, .. } => call("floor", vec![*expr]),
        Expr::Ceil { expr, .. } => call("ceiling", vec![*expr]),
        Expr::Function(function) => function_call(function),
        other => other,
    }
}

/// `new` and `old` of a trigger are told apart.
fn is_row(parts: &[Ident]) -> bool {
    let row = |ident: &Ident| ["old", "new"].iter().any(|row| ident.value.eq_ignore_ascii_case(row));
    parts.len() == 2 && row(&parts[0])
}

fn literal(value: Value) -> Expr {
    match value {
        Value::Number(text, _) => digits(&text),
        Value::Boolean(value) => digits(if value { "1" } else { "0" }),
        // The text is read again, and a backslash escapes.
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
            Expr::Value(Value::SingleQuotedString(text.replace('\\', "\\\\")).into())
        }
        value => Expr::Value(value.into()),
    }
}

fn digits(text: &str) -> Expr {
    let digits = match number(text) {
        crate::schema::Value::Integer(digits) => digits,
        crate::schema::Value::Decimal(digits) => digits.strip_suffix(".0").map_or(digits.clone(), str::to_owned),
        _ => text.to_owned(),
    };
    Expr::Value(Value::Number(digits, false).into())
}

fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::BinaryOp {
        left: Box::new(left),
        op,
        right: Box::new(right),
    }
}

fn unary(op: UnaryOperator, expr: Expr) -> Expr {
    Expr::UnaryOp { op, expr: Box::new(expr) }
}

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments};
    let argument = |expr| FunctionArg::Unnamed(FunctionArgExpr::Expr(expr));
    Expr::Function(Function {
        name: ObjectName(vec![ObjectNamePart::Identifier(Ident::new(name))]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: arguments.into_iter().map(argument).collect(),
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

/// A column where a truth is meant.
fn truth(expr: Expr) -> Expr {
    match expr {
        Expr::Identifier(_) => binary(expr, BinaryOperator::NotEq, digits("0")),
        expr => expr,
    }
}

fn not(expr: Expr) -> Expr {
    use BinaryOperator::{And, Eq, Gt, GtEq, Lt, LtEq, NotEq, Or};
    match expr {
        Expr::Nested(inner) => not(*inner),
        Expr::BinaryOp { left, op, right } => {
            let opposite = match &op {
                Eq => NotEq,
                NotEq => Eq,
                Lt => GtEq,
                GtEq => Lt,
                Gt => LtEq,
                LtEq => Gt,
                And => return binary(not(*left), Or, not(*right)),
                Or => return binary(not(*left), And, not(*right)),
                _ => return unary(UnaryOperator::Not, Expr::BinaryOp { left, op, right }),
            };
            binary(*left, opposite, *right)
        }
        Expr::IsNull(inner) => Expr::IsNotNull(inner),
        Expr::IsNotNull(inner) => Expr::IsNull(inner),
        Expr::InList { expr, list, negated } => Expr::InList {
            expr,
            list,
            negated: !negated,
        },
        Expr::Between { expr, negated, low, high } => Expr::Between {
            expr,
            negated: !negated,
            low,
            high,
        },
        Expr::Like {
            negated,
            any,
            expr,
            pattern,
            escape_char,
        } => Expr::Like {
            negated: !negated,
            any,
            expr,
            pattern,
            escape_char,
        },
        Expr::UnaryOp {
            op: UnaryOperator::Not,
            expr,
        } => truth(*expr),
        Expr::Identifier(_) => binary(expr, Eq, digits("0")),
        expr => unary(UnaryOperator::Not, expr),
    }
}

/// The name that the server prints for a function of several.
const SYNONYMS: &[(&str, &str)] = &[
    ("length", "octet_length"),
    ("lower", "lcase"),
    ("upper", "ucase"),
    ("substring", "substr"),
    ("mid", "substr"),
    ("character_length", "char_length"),
    ("ceil", "ceiling"),
    ("power", "pow"),
    ("now", "current_timestamp"),
    ("localtime", "current_timestamp"),
    ("localtimestamp", "current_timestamp"),
    ("current_date", "curdate"),
    ("current_time", "curtime"),
    ("day", "dayofmonth"),
];

fn arguments(function: &Function) -> Option<Vec<Expr>> {
    use sqlparser::ast::{FunctionArg, FunctionArgExpr, FunctionArguments};
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    let plain = |argument: &FunctionArg| match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    };
    list.args.iter().map(plain).collect()
}

fn function_call(mut function: Function) -> Expr {
    let Some(name) = function
        .name
        .0
        .last()
        .and_then(ObjectNamePart::as_ident)
        .map(|ident| ident.value.to_lowercase())
    else {
        return Expr::Function(function);
    };
    match (name.as_str(), arguments(&function)) {
        ("isnull", Some(mut all)) if all.len() == 1 => return Expr::IsNull(Box::new(all.remove(0))),
        ("mod", Some(mut all)) if all.len() == 2 => {
            let right = all.remove(1);
            return binary(all.remove(0), BinaryOperator::Modulo, right);
        }
        ("date", Some(mut all)) if all.len() == 1 => {
            return Expr::Cast {
                kind: CastKind::Cast,
                expr: Box::new(all.remove(0)),
                data_type: sqlparser::ast::DataType::Date,
                format: None,
            };
        }
        ("count", _) if function.args.to_string() == "(*)" => return call("count", vec![digits("0")]),
        _ => {}
    }
    let one = SYNONYMS
        .iter()
        .find(|(other, _)| *other == name)
        .map_or(name.as_str(), |(_, one)| one);
    function.name = ObjectName(vec![ObjectNamePart::Identifier(Ident::new(one))]);
    match &function.args {
        sqlparser::ast::FunctionArguments::None => call(one, Vec::new()),
        _ => Expr::Function(function),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Origin;

    #[test]
    fn a_text_beside_a_large_whole_number_is_a_number() {
        let column = |name: &str, ty: Type| Column {
            name: name.into(),
            ty,
            nullable: true,
            default: None,
            generated: None,
            identity: false,
            collation: None,
            comment: None,
            origin: Origin::default(),
        };
        let columns = [column("b", Type::BigInt), column("i", Type::Integer)];
        let fitted = |text: &str| fitted(&read(text).unwrap(), &columns).sql().to_owned();
        assert_eq!(fitted("b <> 'it''s'"), fitted("b <> 0"));
        assert_eq!(fitted("'-12abc' < b"), fitted("-12 < b"));
        assert_eq!(fitted("b > 1 AND b = ' 7'"), fitted("b > 1 AND b = 7"));
        assert_ne!(fitted("b > '12.7'"), fitted("b > 12"));
        assert_ne!(fitted("i <> 'it''s'"), fitted("i <> 0"));
    }
}
