//! Checks, evaluated on known values.

use super::datum::{Comparison, Datum, Number, like};
use super::walk::{call, children};
use crate::engine::Engine;
use crate::schema::Value;
use sqlparser::ast::{BinaryOperator, Expr, Function, UnaryOperator, Value as Literal};
use std::cmp::Ordering;

type Truth = Result<Option<bool>, ()>;

pub(super) fn holds(expr: &Expr, engine: Engine, value: &dyn Fn(&str) -> Option<Value>) -> Truth {
    Row { engine, value }.truth(expr)
}

struct Row<'a> {
    engine: Engine,
    value: &'a dyn Fn(&str) -> Option<Value>,
}

impl Row<'_> {
    fn truth(&self, expr: &Expr) -> Truth {
        self.eval(expr)?.truth(self.engine)
    }

    fn eval(&self, expr: &Expr) -> Result<Datum, ()> {
        match expr {
            Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => self.eval(inner),
            Expr::Value(value) => literal(&value.value),
            Expr::Identifier(ident) => self.column(&ident.value),
            Expr::CompoundIdentifier(parts) => parts.last().map_or(Err(()), |ident| self.column(&ident.value)),
            Expr::UnaryOp { op, expr } => self.unary(*op, expr),
            Expr::BinaryOp { left, op, right } => self.binary(left, op, right),
            Expr::IsNull(inner) => Ok(Datum::Bool(self.eval(inner)? == Datum::Null)),
            Expr::IsNotNull(inner) => Ok(Datum::Bool(self.eval(inner)? != Datum::Null)),
            Expr::IsTrue(inner) => Ok(Datum::Bool(self.truth(inner)? == Some(true))),
            Expr::IsNotTrue(inner) => Ok(Datum::Bool(self.truth(inner)? != Some(true))),
            Expr::IsFalse(inner) => Ok(Datum::Bool(self.truth(inner)? == Some(false))),
            Expr::IsNotFalse(inner) => Ok(Datum::Bool(self.truth(inner)? != Some(false))),
            Expr::IsUnknown(inner) => Ok(Datum::Bool(self.truth(inner)?.is_none())),
            Expr::IsNotUnknown(inner) => Ok(Datum::Bool(self.truth(inner)?.is_some())),
            Expr::IsDistinctFrom(left, right) => Ok(Datum::Bool(self.distinct(left, right)?)),
            Expr::IsNotDistinctFrom(left, right) => Ok(Datum::Bool(!self.distinct(left, right)?)),
            Expr::InList { expr, list, negated } => self.in_list(expr, list, *negated),
            Expr::AnyOp {
                left,
                compare_op: BinaryOperator::Eq,
                right,
                ..
            } => match unnested(right) {
                Expr::Array(array) => self.in_list(left, &array.elem, false),
                _ => self.strict(expr),
            },
            Expr::Between { expr, negated, low, high } => {
                let value = self.eval(expr);
                let above = self.compared(&value, &BinaryOperator::GtEq, &self.eval(low));
                let below = self.compared(&value, &BinaryOperator::LtEq, &self.eval(high));
                Ok(datum(negate_if(*negated, and(above, below)?)))
            }
            Expr::Like {
                negated,
                any: false,
                expr: text,
                pattern,
                escape_char,
            } => self.like(text, pattern, escape_char.as_deref(), *negated, None),
            Expr::ILike {
                negated,
                any: false,
                expr: text,
                pattern,
                escape_char,
            } => self.like(text, pattern, escape_char.as_deref(), *negated, Some(true)),
            Expr::Case {
                operand,
                conditions,
                else_result,
                ..
            } => {
                for when in conditions {
                    let applies = match operand {
                        None => self.truth(&when.condition)?,
                        Some(operand) => self.compared(&self.eval(operand), &BinaryOperator::Eq, &self.eval(&when.condition))?,
                    };
                    if applies == Some(true) {
                        return self.eval(&when.result);
                    }
                }
                else_result.as_deref().map_or(Ok(Datum::Null), |result| self.eval(result))
            }
            Expr::Trim {
                trim_where: None,
                trim_what: None,
                trim_characters: None,
                expr,
            } => self.function_of("trim", &self.eval(expr)?),
            Expr::Function(function) => self.function(function),
            _ => self.strict(expr),
        }
    }

    fn column(&self, name: &str) -> Result<Datum, ()> {
        match (self.value)(name) {
            Some(Value::Sql(_)) | None => Err(()),
            Some(value) => Ok(Datum::from(&value)),
        }
    }

    /// What is NULL as soon as an operand is, and beyond that not evaluated here.
    fn strict(&self, expr: &Expr) -> Result<Datum, ()> {
        let strict = matches!(
            expr,
            Expr::Cast { .. }
                | Expr::Convert { .. }
                | Expr::Extract { .. }
                | Expr::Ceil { .. }
                | Expr::Floor { .. }
                | Expr::Substring { .. }
                | Expr::Trim { .. }
                | Expr::Position { .. }
                | Expr::SimilarTo { .. }
                | Expr::RLike { .. }
                | Expr::AtTimeZone { .. }
        );
        match strict && children(expr).into_iter().any(|child| self.eval(child) == Ok(Datum::Null)) {
            true => Ok(Datum::Null),
            false => Err(()),
        }
    }

    fn unary(&self, op: UnaryOperator, expr: &Expr) -> Result<Datum, ()> {
        match (op, self.eval(expr)?) {
            (UnaryOperator::Not, value) => Ok(datum(value.truth(self.engine)?.map(|truth| !truth))),
            (_, Datum::Null) => Ok(Datum::Null),
            (UnaryOperator::Plus, value @ Datum::Number(_)) => Ok(value),
            (UnaryOperator::Minus, Datum::Number(number)) => {
                let digits = number.digits.checked_neg().ok_or(())?;
                Ok(Datum::Number(Number { digits, ..number }))
            }
            _ => Err(()),
        }
    }

    fn binary(&self, left: &Expr, op: &BinaryOperator, right: &Expr) -> Result<Datum, ()> {
        use BinaryOperator as Op;
        match op {
            Op::And => return and(self.truth(left), self.truth(right)).map(datum),
            Op::Or => {
                let not = |truth: Truth| truth.map(|truth| truth.map(|truth| !truth));
                return not(and(not(self.truth(left)), not(self.truth(right)))).map(datum);
            }
            Op::Spaceship => return Ok(Datum::Bool(!self.distinct(left, right)?)),
            Op::StringConcat if self.engine == Engine::Mysql => return Err(()),
            Op::Xor | Op::Custom(_) | Op::PGCustomBinaryOperator(_) | Op::Overlaps => return Err(()),
            _ => {}
        }
        let (left, right) = (self.eval(left), self.eval(right));
        if left == Ok(Datum::Null) || right == Ok(Datum::Null) {
            return Ok(Datum::Null);
        }
        match op {
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => self.compared(&left, op, &right).map(datum),
            Op::Plus | Op::Minus | Op::Multiply | Op::Modulo => arithmetic(&left?, op, &right?),
            Op::StringConcat => match (left?, right?) {
                (Datum::Text(left), Datum::Text(right)) => Ok(Datum::Text(left + &right)),
                _ => Err(()),
            },
            _ => Err(()),
        }
    }

    fn compared(&self, left: &Result<Datum, ()>, op: &BinaryOperator, right: &Result<Datum, ()>) -> Truth {
        use BinaryOperator as Op;
        if *left == Ok(Datum::Null) || *right == Ok(Datum::Null) {
            return Ok(None);
        }
        let (Ok(left), Ok(right)) = (left, right) else { return Err(()) };
        match (op, left.compare(right, self.engine)?) {
            (Op::Eq, comparison) => Ok(Some(comparison == Comparison::Ordered(Ordering::Equal))),
            (Op::NotEq, comparison) => Ok(Some(comparison != Comparison::Ordered(Ordering::Equal))),
            (Op::Lt, Comparison::Ordered(order)) => Ok(Some(order.is_lt())),
            (Op::LtEq, Comparison::Ordered(order)) => Ok(Some(order.is_le())),
            (Op::Gt, Comparison::Ordered(order)) => Ok(Some(order.is_gt())),
            (Op::GtEq, Comparison::Ordered(order)) => Ok(Some(order.is_ge())),
            _ => Err(()),
        }
    }

    fn distinct(&self, left: &Expr, right: &Expr) -> Result<bool, ()> {
        match (self.eval(left)?, self.eval(right)?) {
            (Datum::Null, Datum::Null) => Ok(false),
            (Datum::Null, _) | (_, Datum::Null) => Ok(true),
            (left, right) => Ok(left.compare(&right, self.engine)? != Comparison::Ordered(Ordering::Equal)),
        }
    }

    fn in_list(&self, expr: &Expr, list: &[Expr], negated: bool) -> Result<Datum, ()> {
        let value = self.eval(expr);
        let mut found: Truth = Ok(Some(false));
        for item in list {
            let same = self.compared(&value, &BinaryOperator::Eq, &self.eval(item));
            found = match (found, same) {
                (_, Ok(Some(true))) => return Ok(Datum::Bool(!negated)),
                (Err(()), _) | (_, Err(())) => Err(()),
                (Ok(None), _) | (_, Ok(None)) => Ok(None),
                _ => Ok(Some(false)),
            };
        }
        Ok(datum(negate_if(negated, found?)))
    }

    fn like(&self, text: &Expr, pattern: &Expr, escape: Option<&Expr>, negated: bool, fold: Option<bool>) -> Result<Datum, ()> {
        let escape = match (escape.map(|escape| self.eval(escape)).transpose()?, self.engine) {
            (Some(Datum::Text(escape)), _) => escape.chars().next(),
            (Some(_), _) => return Err(()),
            (None, Engine::Sqlite) => None,
            (None, Engine::Pg | Engine::Mysql) => Some('\\'),
        };
        let fold = fold.or(match self.engine {
            Engine::Sqlite => Some(true),
            Engine::Pg => Some(false),
            Engine::Mysql => None,
        });
        match (self.eval(text), self.eval(pattern)) {
            (Ok(Datum::Null), _) | (_, Ok(Datum::Null)) => Ok(Datum::Null),
            (Ok(Datum::Text(text)), Ok(Datum::Text(pattern))) => {
                let found = like(&text, &pattern, escape, fold).ok_or(())?;
                Ok(Datum::Bool(found != negated))
            }
            _ => Err(()),
        }
    }

    fn function(&self, function: &Function) -> Result<Datum, ()> {
        let (name, arguments) = call(function).ok_or(())?;
        match (name.as_str(), arguments.as_slice()) {
            ("coalesce" | "ifnull", arguments) => {
                for argument in arguments {
                    match self.eval(argument)? {
                        Datum::Null => {}
                        value => return Ok(value),
                    }
                }
                Ok(Datum::Null)
            }
            ("current_timestamp" | "now" | "current_date" | "current_time", []) => Ok(Datum::Something),
            (name, [argument]) => self.function_of(name, &self.eval(argument)?),
            (name, arguments) if STRICT.contains(&name) && arguments.iter().any(|argument| self.eval(argument) == Ok(Datum::Null)) => {
                Ok(Datum::Null)
            }
            _ => Err(()),
        }
    }

    fn function_of(&self, name: &str, argument: &Datum) -> Result<Datum, ()> {
        let number = |value: usize| Number::integer(value).map(Datum::Number).ok_or(());
        match (name, argument) {
            (name, Datum::Null) if STRICT.contains(&name) => Ok(Datum::Null),
            ("length", Datum::Text(text)) if self.engine == Engine::Mysql => number(text.len()),
            ("length" | "char_length" | "character_length", Datum::Text(text)) if !text.contains('\0') => number(text.chars().count()),
            ("lower", Datum::Text(text)) if text.is_ascii() => Ok(Datum::Text(text.to_ascii_lowercase())),
            ("upper", Datum::Text(text)) if text.is_ascii() => Ok(Datum::Text(text.to_ascii_uppercase())),
            ("trim", Datum::Text(text)) => Ok(Datum::Text(text.trim_matches(' ').to_owned())),
            ("abs", Datum::Number(number)) => Ok(Datum::Number(Number {
                digits: number.digits.checked_abs().ok_or(())?,
                ..*number
            })),
            _ => Err(()),
        }
    }
}

/// Functions that are NULL where an argument is, on every engine that has them.
const STRICT: &[&str] = &[
    "length",
    "char_length",
    "character_length",
    "octet_length",
    "lower",
    "upper",
    "trim",
    "ltrim",
    "rtrim",
    "btrim",
    "abs",
    "round",
    "substr",
    "substring",
    "left",
    "right",
    "replace",
    "instr",
    "strpos",
    "position",
    "json_valid",
    "json_array_length",
    "jsonb_array_length",
    "jsonb_typeof",
    "cardinality",
    "array_length",
    "regexp_like",
    "mod",
    "date_part",
];

fn unnested(expr: &Expr) -> &Expr {
    match expr {
        Expr::Nested(inner) => unnested(inner),
        _ => expr,
    }
}

fn literal(value: &Literal) -> Result<Datum, ()> {
    match value {
        Literal::Null => Ok(Datum::Null),
        Literal::Boolean(value) => Ok(Datum::Bool(*value)),
        Literal::Number(text, _) => Number::parse(text).map(Datum::Number).ok_or(()),
        Literal::SingleQuotedString(text)
        | Literal::DoubleQuotedString(text)
        | Literal::EscapedStringLiteral(text)
        | Literal::NationalStringLiteral(text) => Ok(Datum::Text(text.clone())),
        _ => Err(()),
    }
}

fn datum(truth: Option<bool>) -> Datum {
    truth.map_or(Datum::Null, Datum::Bool)
}

fn negate_if(negated: bool, truth: Option<bool>) -> Option<bool> {
    truth.map(|truth| truth != negated)
}

fn and(left: Truth, right: Truth) -> Truth {
    match (left, right) {
        (Ok(Some(false)), _) | (_, Ok(Some(false))) => Ok(Some(false)),
        (Err(()), _) | (_, Err(())) => Err(()),
        (Ok(None), _) | (_, Ok(None)) => Ok(None),
        _ => Ok(Some(true)),
    }
}

fn arithmetic(left: &Datum, op: &BinaryOperator, right: &Datum) -> Result<Datum, ()> {
    let (Datum::Number(left), Datum::Number(right)) = (left, right) else {
        return Err(());
    };
    let (left, right) = (left.exact().ok_or(())?, right.exact().ok_or(())?);
    let result = match op {
        BinaryOperator::Plus => left.checked_add(right),
        BinaryOperator::Minus => left.checked_sub(right),
        BinaryOperator::Multiply => left.checked_mul(right),
        BinaryOperator::Modulo => left.checked_rem(right),
        _ => None,
    };
    let digits = i128::from(result.ok_or(())?);
    Ok(Datum::Number(Number { digits, scale: 0 }))
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine::{self, Mysql, Pg, Sqlite};
    use crate::schema::{Expression, Value};

    fn with(column: &str, value: Value, text: &str, engine: Engine) -> Result<Option<bool>, ()> {
        Expression::parse(text, engine)
            .unwrap_or_else(|error| panic!("{text}: {error}"))
            .holds(&|name| (name == column).then(|| value.clone()))
    }

    #[test]
    fn null_makes_a_check_unknown_unless_it_asks_for_it() {
        let null = |text| with("a", Value::Null, text, Sqlite);
        for text in [
            "a > 0",
            "a > other",
            "a IN (1, other)",
            "length(a) > other",
            "a LIKE 'x%'",
            "NOT a",
            "a + 1 = other",
            "CAST(a AS integer) > 1",
            "a BETWEEN 1 AND 2",
            "a > 0 AND 1 = 1",
            "CASE WHEN a > 0 THEN 1 END",
        ] {
            assert_eq!(null(text), Ok(None), "{text}");
        }
        assert_eq!(null("a IS NOT NULL"), Ok(Some(false)));
        assert_eq!(null("a IS NULL OR other > 0"), Ok(Some(true)));
        assert_eq!(null("a IS NOT NULL AND other > 0"), Ok(Some(false)));
        assert_eq!(null("coalesce(a, 0) > 0"), Ok(Some(false)));
        assert_eq!(null("a > 0 AND other > 0"), Err(()));
        assert_eq!(null("made_up(a) > 0"), Err(()));
        assert_eq!(with("data", Value::Null, "data @> other AND data ~ 'x'", Pg), Ok(None));
    }

    #[test]
    fn a_literal_is_weighed_as_the_engine_does() {
        let text = |text| with("a", Value::String("active".into()), text, Sqlite);
        assert_eq!(text("a IN ('active', 'closed')"), Ok(Some(true)));
        assert_eq!(text("a = 'closed'"), Ok(Some(false)));
        assert_eq!(text("a NOT IN ('open', NULL)"), Ok(None));
        assert_eq!(text("a = 'Active'"), Err(()));
        assert_eq!(text("a < 'b'"), Err(()));
        assert_eq!(text("length(trim(a)) BETWEEN 1 AND 6"), Ok(Some(true)));
        assert_eq!(text("a LIKE 'act%' AND a NOT LIKE '_ctiv'"), Ok(Some(true)));
        assert_eq!(text("upper(a) = 'ACTIVE'"), Ok(Some(true)));
        assert_eq!(text("a || 'x' = 'activex'"), Ok(Some(true)));
        assert_eq!(text("a > 0"), Err(()));

        let number = |text| with("a", Value::Integer("-5".into()), text, Pg);
        assert_eq!(number("a >= 0"), Ok(Some(false)));
        assert_eq!(number("abs(a) * 2 - 10 = 0"), Ok(Some(true)));
        assert_eq!(number("a % 2 = -1"), Ok(Some(true)));
        assert_eq!(number("a / 2 = -2"), Err(()));
        assert_eq!(number("a = ANY (ARRAY[1, -5])"), Ok(Some(true)));
        assert_eq!(number("a"), Err(()));
        assert_eq!(number("a * 9223372036854775807 < 0"), Err(()));
    }

    #[test]
    fn booleans_are_numbers_where_the_engine_has_none() {
        assert_eq!(with("done", Value::Bool(true), "done IN (0, 1)", Sqlite), Ok(Some(true)));
        assert_eq!(with("done", Value::Bool(true), "done IN (0, 1)", Pg), Err(()));
        assert_eq!(with("done", Value::Bool(false), "done", Mysql), Ok(Some(false)));
    }

    #[test]
    fn what_a_float_or_a_collation_may_decide_cannot_be_told() {
        let price = |text| with("price", Value::Decimal("0.1".into()), text, Pg);
        assert_eq!(price("price > 0.0 AND price < 1e2"), Ok(Some(true)));
        assert_eq!(price("price <= 0.1"), Err(()));
        let name = |text, engine| with("a", Value::String("Bob".into()), text, engine);
        assert_eq!(name("a LIKE 'b%'", Sqlite), Ok(Some(true)));
        assert_eq!(name("a LIKE 'b%'", Pg), Ok(Some(false)));
        assert_eq!(name("a ILIKE 'b%'", Pg), Ok(Some(true)));
        assert_eq!(name("a LIKE 'b%'", Mysql), Err(()));
        assert_eq!(with("at", Value::Now, "at IS NOT NULL AND at > '2020-01-01'", Sqlite), Err(()));
        assert_eq!(with("at", Value::Now, "at IS NOT NULL", Sqlite), Ok(Some(true)));
    }
}
