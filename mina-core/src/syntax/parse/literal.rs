use std::str::Chars;

/// A string literal's value.
pub(super) struct Text {
    pub(super) text: String,
    /// Written over several lines.
    pub(super) multiline: bool,
}

/// The value of `"…"` or `r#"…"#`; none for any other literal.
pub(super) fn string(literal: &str) -> Option<Text> {
    let (text, raw) = quoted(literal)?;
    let multiline = text.contains('\n');
    let text = match (raw, text.contains(['\\', '\r'])) {
        (_, false) => text.to_owned(),
        (true, true) => text.replace("\r\n", "\n"),
        (false, true) => unescape(text)?,
    };
    Some(Text { text, multiline })
}

/// The value of `b"…"` or `br#"…"#`; none for any other literal.
pub(super) fn bytes(literal: &str) -> Option<Vec<u8>> {
    let (text, raw) = quoted(literal.strip_prefix('b')?)?;
    if raw {
        return Some(text.replace("\r\n", "\n").into_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match escape(&mut chars)? {
                Escape::Byte(byte) => bytes.push(byte),
                Escape::Char(c) => bytes.push(u8::try_from(c).ok()?),
                Escape::Nothing => {}
            },
            '\r' if chars.as_str().starts_with('\n') => {}
            c => bytes.push(u8::try_from(c).ok()?),
        }
    }
    Some(bytes)
}

/// What stands between the quotes, and whether it is raw.
fn quoted(literal: &str) -> Option<(&str, bool)> {
    if let Some(rest) = literal.strip_prefix('"') {
        return Some((rest.strip_suffix('"')?, false));
    }
    let hashed = literal.strip_prefix('r')?;
    let rest = hashed.trim_start_matches('#');
    let rest = rest.strip_suffix(&hashed[..hashed.len() - rest.len()])?;
    Some((rest.strip_prefix('"')?.strip_suffix('"')?, true))
}

fn unescape(text: &str) -> Option<String> {
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match escape(&mut chars)? {
                Escape::Byte(byte) => value.push(char::from(byte)),
                Escape::Char(c) => value.push(c),
                Escape::Nothing => {}
            },
            '\r' if chars.as_str().starts_with('\n') => {}
            c => value.push(c),
        }
    }
    Some(value)
}

enum Escape {
    Byte(u8),
    Char(char),
    Nothing,
}

fn escape(chars: &mut Chars<'_>) -> Option<Escape> {
    let escape = match chars.next()? {
        'n' => Escape::Char('\n'),
        'r' => Escape::Char('\r'),
        't' => Escape::Char('\t'),
        '0' => Escape::Char('\0'),
        'x' => {
            let digits = chars.as_str().get(..2)?;
            *chars = chars.as_str()[2..].chars();
            Escape::Byte(u8::from_str_radix(digits, 16).ok()?)
        }
        'u' => {
            let (digits, rest) = chars.as_str().strip_prefix('{')?.split_once('}')?;
            *chars = rest.chars();
            Escape::Char(char::from_u32(u32::from_str_radix(&digits.replace('_', ""), 16).ok()?)?)
        }
        '\n' | '\r' => {
            *chars = chars.as_str().trim_start_matches([' ', '\t', '\n', '\r']).chars();
            Escape::Nothing
        }
        c => Escape::Char(c),
    };
    Some(escape)
}

/// A string written over several lines, without the indentation that it has from where it stands.
///
/// A blank first line, the white space at the end and what all lines are indented by are removed.
pub(in crate::syntax) fn dedent(text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let indent = rest
        .split('\n')
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    let mut lines = Vec::new();
    if !first.trim().is_empty() {
        lines.push(first);
    }
    lines.extend(
        rest.split('\n')
            .map(|line| if line.trim().is_empty() { "" } else { &line[indent..] }),
    );
    lines.join("\n").trim_end().to_owned()
}

/// A literal number, without its underscores.
pub(super) enum Number {
    Integer(String),
    Decimal(String),
}

/// The text of a decimal number; none where it has a suffix or another base, or is no number.
pub(super) fn number(literal: &str) -> Option<Number> {
    let text: String = literal.chars().filter(|c| *c != '_').collect();
    let digits = text.strip_prefix('-').unwrap_or(&text);
    if digits.is_empty() || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Number::Integer(text));
    }
    let (mantissa, exponent) = digits.split_once(['e', 'E']).unwrap_or((digits, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let numeric = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    (numeric(whole) && numeric(fraction) && !exponent.is_empty() && numeric(exponent)).then_some(Number::Decimal(text))
}
