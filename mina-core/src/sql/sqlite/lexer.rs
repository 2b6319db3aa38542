//! SQLite's tokens, with their places in the text: `tokenize.c`, read for what stands in a schema.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bare word: a keyword or a name.
    Word,
    /// A name in `"…"`, `` `…` `` or `[…]`.
    Quoted,
    /// A string in `'…'`.
    String,
    /// A blob in `X'…'`.
    Blob,
    /// A number.
    Number,
    /// Anything else, one or two characters.
    Mark,
}

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it stands in the text.
    pub text: &'a str,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

impl Token<'_> {
    /// Whether it is this keyword, given in upper case.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this mark.
    pub fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }

    /// The name that it is where a name may stand; SQLite takes a string for one, too.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::Quoted | Kind::String => Some(unquote(self.text)),
            _ => None,
        }
    }

    /// Whether it can name this column or table, whatever the case.
    pub fn names(&self, name: &str) -> bool {
        match self.kind {
            Kind::Word => self.text.eq_ignore_ascii_case(name),
            Kind::Quoted => unquote(self.text).eq_ignore_ascii_case(name),
            _ => false,
        }
    }

    /// The same for two texts that differ in quoting and case alone.
    fn folded(&self) -> String {
        match self.kind {
            Kind::Word => self.text.to_ascii_lowercase(),
            Kind::Quoted => unquote(self.text).to_ascii_lowercase(),
            _ => self.text.to_owned(),
        }
    }
}

fn unquote(text: &str) -> String {
    let quote = text.chars().next().unwrap_or_default();
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    match quote {
        '[' => inner.to_owned(),
        quote => inner.replace(&format!("{quote}{quote}"), &quote.to_string()),
    }
}

/// The tokens of a text; white space and comments are left out, what is no token is a mark.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let kind = match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'-' if bytes.get(at + 1) == Some(&b'-') => {
                at = find(text, at, "\n");
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'*') => {
                at = find(text, at + 2, "*/");
                continue;
            }
            b'\'' => {
                at = quoted(bytes, at, b'\'');
                Kind::String
            }
            quote @ (b'"' | b'`') => {
                at = quoted(bytes, at, quote);
                Kind::Quoted
            }
            b'[' => {
                at = find(text, at, "]");
                Kind::Quoted
            }
            b'x' | b'X' if bytes.get(at + 1) == Some(&b'\'') => {
                at = quoted(bytes, at + 1, b'\'');
                Kind::Blob
            }
            byte if byte.is_ascii_digit() || (byte == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)) => {
                at = number(bytes, at);
                Kind::Number
            }
            byte if is_word(byte) => {
                at += bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                Kind::Word
            }
            _ => {
                let pair = bytes.get(at..at + 2).unwrap_or_default();
                let two: [&[u8]; 8] = [b"||", b"<=", b">=", b"<>", b"!=", b"==", b"<<", b">>"];
                at += if two.contains(&pair) { 2 } else { 1 };
                Kind::Mark
            }
        };
        tokens.push(Token {
            kind,
            text: &text[start..at],
            range: start..at,
        });
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// One past the end of what is searched for, or of the text.
fn find(text: &str, from: usize, what: &str) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    rest.find(what).map_or(text.len(), |at| from + at + what.len())
}

fn quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        match (bytes[at] == quote, bytes.get(at + 1) == Some(&quote)) {
            (true, true) => at += 2,
            (true, false) => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn number(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < bytes.len() {
        let signed = matches!(bytes[at], b'+' | b'-') && matches!(bytes[at - 1], b'e' | b'E') && !bytes[start..].starts_with(b"0x");
        if !(is_word(bytes[at]) || bytes[at] == b'.' || (signed && at > start)) {
            break;
        }
        at += 1;
    }
    at
}

/// A text that two pieces of SQL share if they differ in white space, comments, case of words and quoting of names alone.
pub fn normalised(text: &str) -> String {
    let folded: Vec<String> = tokens(text).iter().map(Token::folded).collect();
    folded.join(" ")
}

/// The same, and without parentheses around the whole.
pub fn normalised_expression(text: &str) -> String {
    let mut folded: Vec<String> = tokens(text).iter().map(Token::folded).collect();
    while folded.len() >= 2 && folded[0] == "(" && closing(&folded) == Some(folded.len() - 1) {
        folded.remove(0);
        folded.pop();
    }
    folded.join(" ")
}

fn closing(tokens: &[String]) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Whether a text has a token that can name this column or table.
pub fn mentions(text: &str, name: &str) -> bool {
    tokens(text).iter().any(|token| token.names(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        tokens(sql).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn quotes_comments_and_numbers_are_read_as_sqlite_reads_them() {
        assert_eq!(
            texts("a -- it's\n\"b\"\"c\" /* , */ [d e] 'it''s' x'00' 1e-3 .5 0x1F||a<=b"),
            [
                "a",
                "\"b\"\"c\"",
                "[d e]",
                "'it''s'",
                "x'00'",
                "1e-3",
                ".5",
                "0x1F",
                "||",
                "a",
                "<=",
                "b"
            ]
        );
        assert_eq!(tokens("'a'").first().and_then(Token::name).as_deref(), Some("a"));
        assert_eq!(texts("'unterminated"), ["'unterminated"]);
        assert_eq!(texts("naïve = 1-2"), ["naïve", "=", "1", "-", "2"]);
    }

    #[test]
    fn expressions_are_alike_whatever_their_quoting_case_and_parentheses() {
        assert_eq!(normalised_expression("((\"Age\" >= 0))"), normalised_expression("age>=0"));
        assert_eq!(normalised_expression("(a) + (b)"), "( a ) + ( b )");
        assert_ne!(normalised_expression("a = 'X'"), normalised_expression("a = 'x'"));
    }
}
