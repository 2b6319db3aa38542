//! Numbers in one form, however they are written.

use crate::schema::Value;

/// A number in one form: `-0012` is `-12`, `1.50e1` is `15`, `.5` is `0.5`.
pub(super) fn number(text: &str) -> Value {
    let plain = text.replace('_', "");
    let (sign, digits) = match plain.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", plain.as_str()),
    };
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    if let Some(value) = hex.and_then(|hex| u64::from_str_radix(hex, 16).ok()) {
        #[allow(clippy::cast_possible_wrap)] // 0xFFFFFFFFFFFFFFFF is -1 to SQLite.
        let value = value as i64;
        return Value::Integer(if sign.is_empty() { value } else { value.wrapping_neg() }.to_string());
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = digits.trim_start_matches('0');
        return Value::Integer(if digits.is_empty() {
            "0".to_owned()
        } else {
            format!("{sign}{digits}")
        });
    }
    Value::Decimal(decimal(sign, digits).unwrap_or(plain))
}

/// More digits than any number of SQLite's has.
const MOST_DIGITS: i64 = 400;

/// The digits of a decimal number without an exponent, zeros that say nothing left out; it keeps a point.
fn decimal(sign: &str, text: &str) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent: i64 = exponent.parse().ok()?;
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).ok()? + exponent;
    if exponent.abs() > MOST_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digit = |at: i64| usize::try_from(at).ok().and_then(|at| digits.get(at..=at)).unwrap_or("0");
    let end = point.max(i64::try_from(digits.len()).ok()?);
    let whole: String = (0.min(point)..point).map(digit).collect();
    let fraction: String = (point..end).map(digit).collect();
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let or_zero = |text: &str| if text.is_empty() { "0".to_owned() } else { text.to_owned() };
    let is_zero = whole.is_empty() && fraction.is_empty();
    let sign = if is_zero { "" } else { sign };
    Some(format!("{sign}{}.{}", or_zero(whole), or_zero(fraction)))
}
