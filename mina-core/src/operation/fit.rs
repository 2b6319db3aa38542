//! Which literal fits which type.

use super::conversion::{is_of_a_kind, is_text};
use super::replay::{Replay, Resolution};
use crate::diagnostic::{Code, did_you_mean};
use crate::engine::Engine;
use crate::schema::{Column, Expression, Type, Value};
use crate::syntax::Span;

/// Why a value does not fit, and what to write instead where that is known.
pub(super) struct Misfit {
    pub(super) reason: String,
    pub(super) instead: Option<String>,
}

impl Misfit {
    fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            instead: None,
        }
    }

    fn instead(mut self, value: impl Into<String>) -> Self {
        self.instead = Some(value.into());
        self
    }
}

impl Replay<'_> {
    /// Whether a value other than null can stand in a column of a type.
    pub(super) fn fits(&self, value: &Value, ty: &Type) -> Result<(), Misfit> {
        if let (Engine::Pg, Value::String(text) | Value::Json(text)) = (self.engine(), value)
            && text.contains('\0')
        {
            return Err(Misfit::new(format!("it holds a NUL, which text on {} cannot", self.cx.target)));
        }
        if let (Type::Enum(name), Value::String(text)) = (ty, value) {
            let Some(object) = self.schema.enumeration(name) else {
                return Ok(());
            };
            if object.values.contains(text) {
                return Ok(());
            }
            let misfit = Misfit::new(format!("`{name}` has no value \"{text}\""));
            return Err(match did_you_mean(text, object.values.iter().map(String::as_str)) {
                Some(near) => misfit.instead(format!("\"{near}\"")),
                None => Misfit::new(format!("{}; it has {}", misfit.reason, quoted(&object.values))),
            });
        }
        fits(value, ty)
    }

    /// What an expression gives is known of the type that it was written for; a downgrade goes back to that one.
    pub(super) fn sql_still_fits(
        &mut self,
        path: &str,
        before: &Column,
        after: &Column,
        expression: &Expression,
        span: Span,
    ) -> Resolution {
        let fits = self.engine() == Engine::Sqlite || is_of_a_kind(&before.ty, &after.ty) || is_text(&after.ty);
        if fits || self.cx.downgrade {
            return Ok(());
        }
        let message = format!(
            "the default `{}` of `{path}` was written for `{}` and may be no `{}` on {}",
            expression.sql(),
            before.ty,
            after.ty,
            self.cx.target
        );
        let write = format!(
            "write `alter_column {path} {{ type = {}, default = none }}`, or the default that it has from now on",
            after.ty
        );
        self.error(Code::M209, span, message, [format!("it is from {}", before.origin), write])
    }
}

pub(super) fn quoted(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    values.join(", ")
}

fn fits(value: &Value, ty: &Type) -> Result<(), Misfit> {
    match (ty, value) {
        (Type::Custom(_) | Type::Unknown, _) | (_, Value::Sql(_) | Value::Null) => Ok(()),
        (Type::Bool, Value::Bool(_)) => Ok(()),
        (Type::Bool, Value::Integer(text)) if text == "0" || text == "1" => {
            Err(kind(value, ty).instead(if text == "0" { "false" } else { "true" }))
        }
        (Type::Bool, Value::String(text)) if text == "true" || text == "false" => Err(kind(value, ty).instead(text.as_str())),
        (Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_), Value::Integer(text)) => in_range(text, ty),
        (Type::Float | Type::Double, Value::Integer(_) | Value::Decimal(_)) => Ok(()),
        (Type::Numeric(digits), Value::Integer(text) | Value::Decimal(text)) => numeric(text, *digits),
        (ty, Value::String(text)) if is_number(ty) && fits(&number(text), ty).is_ok() => Err(kind(value, ty).instead(text.trim())),
        (Type::Text | Type::Varchar(None), Value::String(_) | Value::Uuid) => Ok(()),
        (Type::Varchar(Some(most)) | Type::Char(most), Value::String(text)) => {
            let length = text.chars().count();
            match length <= *most as usize {
                true => Ok(()),
                false => Err(Misfit::new(format!("it has {length} characters, `{ty}` takes {most}"))),
            }
        }
        (Type::Varchar(Some(most)) | Type::Char(most), Value::Uuid) if *most >= 36 => Ok(()),
        (Type::Text | Type::Varchar(_) | Type::Char(_), Value::Integer(text) | Value::Decimal(text)) => {
            Err(kind(value, ty).instead(format!("\"{text}\"")))
        }
        (Type::Binary, Value::Bytes(_)) => Ok(()),
        (Type::Binary, Value::String(text)) if text.is_ascii() => Err(kind(value, ty).instead(format!("b\"{}\"", text.escape_default()))),
        (Type::Date, Value::Today) | (Type::Timestamp | Type::Timestamptz, Value::Now) | (Type::Uuid, Value::Uuid) => Ok(()),
        (Type::Date, Value::Now) => Err(kind(value, ty).instead("today()")),
        (Type::Timestamp | Type::Timestamptz, Value::Today) => Err(kind(value, ty).instead("now()")),
        (Type::Date, Value::String(text)) => written(is_date(text), text, ty, "YYYY-MM-DD"),
        (Type::Time, Value::String(text)) => written(is_time(text), text, ty, "HH:MM:SS"),
        (Type::Timestamp, Value::String(text)) => written(is_timestamp(text, false), text, ty, "YYYY-MM-DD HH:MM:SS"),
        (Type::Timestamptz, Value::String(text)) => written(is_timestamp(text, true), text, ty, "YYYY-MM-DD HH:MM:SS+00:00"),
        (Type::Uuid, Value::String(text)) => written(is_uuid(text), text, ty, "8-4-4-4-12 hexadecimal digits"),
        (Type::Inet, Value::String(text)) => written(
            is_network(text, false),
            text,
            ty,
            "192.0.2.1 or 2001:db8::1, with /prefix or without",
        ),
        (Type::Cidr, Value::String(text)) => written(is_network(text, true), text, ty, "192.0.2.0/24 or 2001:db8::/32"),
        (Type::MacAddr, Value::String(text)) => written(is_mac(text), text, ty, "08:00:2b:01:02:03"),
        (Type::Json | Type::Jsonb, Value::Json(text)) => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(_) => Ok(()),
            Err(error) => Err(Misfit::new(format!("it is no JSON: {error}"))),
        },
        (Type::Json | Type::Jsonb, Value::String(text)) => {
            Err(kind(value, ty).instead(match serde_json::from_str::<serde_json::Value>(text) {
                Ok(_) => format!("json(r#\"{text}\"#)"),
                Err(_) => format!("json(r#\"\"{text}\"\"#)"),
            }))
        }
        (Type::Interval, Value::String(text)) => written(is_interval(text), text, ty, "1 year 2 days 03:04:05"),
        (Type::Enum(_), Value::String(_)) => Ok(()),
        (Type::Array(_), Value::String(text)) if text.starts_with('{') && text.ends_with('}') => Ok(()),
        (Type::Array(_), Value::String(_)) => Err(Misfit::new("an array is written as \"{a, b}\"")),
        _ => Err(kind(value, ty)),
    }
}

fn kind(value: &Value, ty: &Type) -> Misfit {
    let what = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Integer(_) => "a whole number",
        Value::Decimal(_) => "a decimal number",
        Value::String(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::Json(_) => "JSON",
        Value::Now => "a point in time",
        Value::Today => "a date",
        Value::Uuid => "a UUID",
        Value::Sql(_) => "SQL",
        Value::Word(_) => "a bare word",
    };
    Misfit::new(format!("it is {what}, not `{ty}`"))
}

/// Whether it can be an interval, which is written in many ways, each with a number in it.
fn is_interval(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) || text.trim().trim_start_matches(['-', '+']).eq_ignore_ascii_case("infinity")
}

fn is_number(ty: &Type) -> bool {
    use Type::{BigInt, Double, Float, Integer, Numeric, SmallInt, TinyInt, Unsigned};
    matches!(
        ty,
        TinyInt | SmallInt | Integer | BigInt | Unsigned(_) | Float | Double | Numeric(_)
    )
}

/// Text read as a number; a word, which fits no number, where it is none.
fn number(text: &str) -> Value {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    match () {
        () if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => Value::Integer(text.into()),
        () if text.parse::<f64>().is_ok_and(f64::is_finite) => Value::Decimal(text.into()),
        () => Value::Word(text.into()),
    }
}

fn in_range(text: &str, ty: &Type) -> Result<(), Misfit> {
    let bits = |ty: &Type| match ty {
        Type::TinyInt => 8,
        Type::SmallInt => 16,
        Type::Integer => 32,
        _ => 64,
    };
    let (least, most) = match ty {
        Type::Unsigned(inner) => (0, (1_i128 << bits(inner)) - 1),
        _ => (-(1_i128 << (bits(ty) - 1)), (1_i128 << (bits(ty) - 1)) - 1),
    };
    match text.parse::<i128>() {
        Ok(number) if (least..=most).contains(&number) => Ok(()),
        _ => Err(Misfit::new(format!("it is out of range: `{ty}` takes {least} to {most}"))),
    }
}

/// Digits before and after the point of a decimal in plain or scientific notation, zeros that say nothing left out.
fn digits(text: &str) -> Option<(i64, i64)> {
    let text = text.trim_start_matches(['-', '+']);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all: String = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let leading = (all.len() - significant.len()) as i64;
    let trailing = (significant.len() - significant.trim_end_matches('0').len()) as i64;
    if significant.is_empty() {
        return Some((0, 0));
    }
    let point = whole.len() as i64 + exponent;
    let before = (point - leading).max(0);
    let after = (all.len() as i64 - trailing - point).max(0);
    Some((before, after))
}

fn numeric(text: &str, declared: Option<(u32, u32)>) -> Result<(), Misfit> {
    let Some((precision, scale)) = declared else { return Ok(()) };
    let (before, after) = digits(text).ok_or_else(|| Misfit::new("it is no number"))?;
    let room = i64::from(precision) - i64::from(scale);
    if before > room {
        return Err(Misfit::new(format!(
            "it has {before} digits before the point, `Numeric<{precision}, {scale}>` takes {room}"
        )));
    }
    if after > i64::from(scale) {
        return Err(Misfit::new(format!(
            "it has {after} digits after the point, `Numeric<{precision}, {scale}>` takes {scale}"
        )));
    }
    Ok(())
}

fn written(right: bool, text: &str, ty: &Type, form: &str) -> Result<(), Misfit> {
    match right {
        true => Ok(()),
        false => Err(Misfit::new(format!("\"{text}\" is no `{ty}`; write it as {form}"))),
    }
}

/// Numbers of exactly these lengths between these marks.
fn parts(text: &str, mark: char, lengths: &[usize]) -> Option<Vec<u32>> {
    let parts: Vec<&str> = text.split(mark).collect();
    let right = parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == *length && part.bytes().all(|byte| byte.is_ascii_digit()));
    right.then(|| parts.iter().filter_map(|part| part.parse().ok()).collect())
}

fn is_date(text: &str) -> bool {
    let Some(parts) = parts(text, '-', &[4, 2, 2]) else { return false };
    let (year, month, day) = (parts[0], parts[1], parts[2]);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

fn is_time(text: &str) -> bool {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let fraction = !fraction.is_empty() && fraction.len() <= 9 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let clock = parts(clock, ':', &[2, 2, 2]).or_else(|| parts(clock, ':', &[2, 2]));
    fraction && clock.is_some_and(|clock| clock[0] < 24 && clock[1..].iter().all(|part| *part < 60))
}

fn is_timestamp(text: &str, zoned: bool) -> bool {
    let Some((date, time)) = text.split_once([' ', 'T']) else {
        return is_date(text);
    };
    let time = match zoned {
        true => {
            let time = time.strip_suffix('Z').unwrap_or(time);
            match time.rsplit_once(['+', '-']) {
                Some((time, offset)) if is_time(offset) || parts(offset, ':', &[2]).is_some() => time,
                Some(_) => return false,
                None => time,
            }
        }
        false => time,
    };
    is_date(date) && is_time(time)
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    parts.len() == lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_network(text: &str, prefix_needed: bool) -> bool {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<std::net::IpAddr>() else {
        return false;
    };
    let most: u8 = if address.is_ipv4() { 32 } else { 128 };
    match prefix {
        Some(prefix) => prefix.parse::<u8>().is_ok_and(|prefix| prefix <= most),
        None => !prefix_needed,
    }
}

fn is_mac(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    parts.len() == 6
        && parts
            .iter()
            .all(|part| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(value: Value, ty: Type) -> Result<(), String> {
        fits(&value, &ty).map_err(|misfit| misfit.reason)
    }

    #[test]
    fn whole_numbers_fit_the_range_of_their_type() {
        let integer = |text: &str| Value::Integer(text.into());
        assert!(fit(integer("127"), Type::TinyInt).is_ok());
        assert!(fit(integer("128"), Type::TinyInt).is_err());
        assert!(fit(integer("-32768"), Type::SmallInt).is_ok());
        assert!(fit(integer("2147483648"), Type::Integer).is_err());
        assert!(fit(integer("9223372036854775807"), Type::BigInt).is_ok());
        assert!(fit(integer("9223372036854775808"), Type::BigInt).is_err());
        assert!(fit(integer("255"), Type::Unsigned(Box::new(Type::TinyInt))).is_ok());
        assert!(fit(integer("-1"), Type::Unsigned(Box::new(Type::Integer))).is_err());
        assert!(fit(integer("99999999999999999999999999999999999999999999"), Type::BigInt).is_err());
    }

    #[test]
    fn decimals_fit_their_digits() {
        let decimal = |text: &str| Value::Decimal(text.into());
        let money = || Type::Numeric(Some((5, 2)));
        for right in ["123.45", "-0.1", "1e2", "0.10000", "00123.45", "9.99e2", "0.0"] {
            assert_eq!(fit(decimal(right), money()), Ok(()), "{right}");
        }
        for wrong in ["1234.5", "0.123", "1e3", "1e-3"] {
            assert!(fit(decimal(wrong), money()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn moments_are_written_as_the_engines_read_them() {
        let text = |text: &str| Value::String(text.into());
        assert!(fit(text("2024-02-29"), Type::Date).is_ok());
        assert!(fit(text("2023-02-29"), Type::Date).is_err());
        assert!(fit(text("29.02.2024"), Type::Date).is_err());
        assert!(fit(text("23:59:59.5"), Type::Time).is_ok());
        assert!(fit(text("24:00:00"), Type::Time).is_err());
        assert!(fit(text("2024-01-01 12:00:00"), Type::Timestamp).is_ok());
        assert!(fit(text("2024-01-01T12:00:00+02:00"), Type::Timestamptz).is_ok());
        assert!(fit(text("2024-01-01T12:00:00Z"), Type::Timestamptz).is_ok());
        assert!(fit(text("2024-01-01 12:00:00+02:00"), Type::Timestamp).is_err());
        assert!(fit(Value::Now, Type::Date).is_err());
    }

    #[test]
    fn text_fits_by_characters_and_not_by_bytes() {
        assert!(fit(Value::String("äöü".into()), Type::Varchar(Some(3))).is_ok());
        assert!(fit(Value::String("äöüß".into()), Type::Varchar(Some(3))).is_err());
        assert!(fit(Value::Uuid, Type::Varchar(Some(20))).is_err());
    }

    #[test]
    fn a_misfit_says_what_to_write_when_that_is_plain() {
        let instead = |value: Value, ty: Type| fits(&value, &ty).err().and_then(|misfit| misfit.instead);
        assert_eq!(instead(Value::String("12".into()), Type::Integer).as_deref(), Some("12"));
        assert_eq!(instead(Value::Integer("1".into()), Type::Bool).as_deref(), Some("true"));
        assert_eq!(instead(Value::Integer("7".into()), Type::Text).as_deref(), Some("\"7\""));
        assert_eq!(instead(Value::String("{}".into()), Type::Jsonb).as_deref(), Some("json(r#\"{}\"#)"));
        assert_eq!(instead(Value::String("abc".into()), Type::Integer), None);
    }

    #[test]
    fn addresses_and_identifiers_are_read() {
        let text = |text: &str| Value::String(text.into());
        assert!(fit(text("192.0.2.0/24"), Type::Cidr).is_ok());
        assert!(fit(text("192.0.2.0/33"), Type::Cidr).is_err());
        assert!(fit(text("2001:db8::1"), Type::Inet).is_ok());
        assert!(fit(text("08:00:2b:01:02:03"), Type::MacAddr).is_ok());
        assert!(fit(text("123e4567-e89b-12d3-a456-426614174000"), Type::Uuid).is_ok());
        assert!(fit(text("123e4567"), Type::Uuid).is_err());
        assert!(fit(Value::Json("{\"a\": 1}".into()), Type::Json).is_ok());
        assert!(fit(Value::Json("{a: 1}".into()), Type::Json).is_err());
    }
}
