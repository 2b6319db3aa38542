//! Known values, and how they compare on an engine.

use crate::engine::Engine;
use crate::schema::Value;
use std::cmp::Ordering;

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datum {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    /// Some value, but not NULL.
    Something,
}

/// `digits` / 10^`scale`, exact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub(super) digits: i128,
    pub(super) scale: u32,
}

/// How two values that are not NULL stand to each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Comparison {
    Ordered(Ordering),
    /// Not equal; which is less depends on the collation.
    Unequal,
}

impl From<&Value> for Datum {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Integer(text) | Value::Decimal(text) => Number::parse(text).map_or(Self::Something, Self::Number),
            Value::String(text) => Self::Text(text.clone()),
            Value::Bytes(_) | Value::Json(_) | Value::Now | Value::Today | Value::Uuid | Value::Word(_) => Self::Something,
            Value::Sql(_) => Self::Something,
        }
    }
}

impl Number {
    /// At most 15 digits, so that a float holds it too.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.replace('_', "");
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text.as_str(), 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        if whole.len() + fraction.len() > 20 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
        match u32::try_from(scale) {
            Ok(scale) if scale <= 15 => Some(Self { digits, scale }),
            Ok(_) => None,
            Err(_) => {
                let digits = digits.checked_mul(10_i128.checked_pow(scale.unsigned_abs())?)?;
                Some(Self { digits, scale: 0 })
            }
        }
    }

    pub(super) fn integer(value: usize) -> Option<Self> {
        Some(Self {
            digits: i128::try_from(value).ok()?,
            scale: 0,
        })
    }

    /// An integer that every engine's widest holds.
    pub(super) fn exact(self) -> Option<i64> {
        (self.scale == 0)
            .then_some(self.digits)
            .and_then(|digits| i64::try_from(digits).ok())
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        let scale = self.scale.max(other.scale);
        let raised = |number: Self| number.digits.checked_mul(10_i128.checked_pow(scale - number.scale)?);
        let order = raised(self)?.cmp(&raised(other)?);
        // A float column may hold a neighbour of what was written.
        (order != Ordering::Equal || scale == 0).then_some(order)
    }
}

impl Datum {
    /// As a condition; none for NULL.
    pub(super) fn truth(&self, engine: Engine) -> Result<Option<bool>, ()> {
        match self {
            Self::Null => Ok(None),
            Self::Bool(value) => Ok(Some(*value)),
            Self::Number(number) if engine != Engine::Pg => Ok(Some(number.digits != 0)),
            _ => Err(()),
        }
    }

    pub(super) fn compare(&self, other: &Self, engine: Engine) -> Result<Comparison, ()> {
        let number = |datum: &Self| match datum {
            Self::Number(number) => Some(*number),
            Self::Bool(value) if engine != Engine::Pg => Number::integer(usize::from(*value)),
            _ => None,
        };
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => Ok(Comparison::Ordered(a.cmp(b))),
            (Self::Text(a), Self::Text(b)) => compare_text(a, b, engine),
            _ => match (number(self), number(other)) {
                (Some(a), Some(b)) => a.compare(b).map(Comparison::Ordered).ok_or(()),
                _ => Err(()),
            },
        }
    }
}

/// Only what holds under every collation that the column may have.
fn compare_text(a: &str, b: &str, engine: Engine) -> Result<Comparison, ()> {
    if a == b {
        return Ok(Comparison::Ordered(Ordering::Equal));
    }
    let folded = |text: &str| text.trim_end().to_lowercase();
    let ascii = a.is_ascii() && b.is_ascii();
    if folded(a) == folded(b) || engine == Engine::Mysql && !ascii {
        return Err(());
    }
    Ok(Comparison::Unequal)
}

/// Whether a text is like a pattern; none where that hangs on the case of letters and the engine does not say.
pub(super) fn like(text: &str, pattern: &str, escape: Option<char>, fold: Option<bool>) -> Option<bool> {
    let matches = |text: &str, pattern: &str| {
        let text: Vec<char> = text.chars().collect();
        matches(&text, &parts(pattern, escape))
    };
    let (exact, folded) = (matches(text, pattern), matches(&text.to_lowercase(), &pattern.to_lowercase()));
    match fold {
        _ if exact == folded => Some(exact),
        Some(true) if text.is_ascii() && pattern.is_ascii() => Some(folded),
        Some(false) => Some(exact),
        _ => None,
    }
}

enum Part {
    Any,
    One,
    Char(char),
}

fn parts(pattern: &str, escape: Option<char>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(next) = chars.next() {
        parts.push(match next {
            _ if Some(next) == escape => Part::Char(chars.next().unwrap_or(next)),
            '%' => Part::Any,
            '_' => Part::One,
            _ => Part::Char(next),
        });
    }
    parts
}

fn matches(text: &[char], parts: &[Part]) -> bool {
    let (mut at, mut part) = (0, 0);
    let mut retry = None;
    while at < text.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                retry = Some((part, at));
                part += 1;
                continue;
            }
            Some(Part::One) => {}
            Some(Part::Char(wanted)) if *wanted == text[at] => {}
            _ => match &mut retry {
                Some((any, from)) => {
                    *from += 1;
                    (part, at) = (*any + 1, *from);
                    continue;
                }
                None => return false,
            },
        }
        at += 1;
        part += 1;
    }
    parts[part..].iter().all(|part| matches!(part, Part::Any))
}
