//! Source text to tokens, without the compiler: what a file says must not depend on who reads it.

use super::source::SourceError;
use super::token::{Bracket, Location, Token, Tokens};

/// Lexes Rust: comments left out, doc comments as the attributes they stand for.
///
/// # Errors
///
/// A string or comment that does not end, a bracket without its other half, a character that begins no token.
pub(crate) fn lex(source: &str) -> Result<Tokens, SourceError> {
    let mut lexer = Lexer::new(source);
    lexer.skip_start();
    while lexer.token()? {}
    match lexer.open.last() {
        Some(&(index, bracket)) => {
            let message = format!("`{}` has no `{}`", bracket.open(), bracket.close());
            Err(error(message, lexer.out.locations.get(index).copied()))
        }
        None => Ok(lexer.out),
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    /// The place of `at`.
    location: Location,
    /// Brackets not yet closed, with the index of their token.
    open: Vec<(usize, Bracket)>,
    out: Tokens,
}

fn error(message: impl Into<String>, location: Option<Location>) -> SourceError {
    SourceError {
        message: message.into(),
        location,
    }
}

fn begins_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphabetic() || (!c.is_ascii() && c.is_alphabetic())
}

fn continues_word(c: char) -> bool {
    begins_word(c) || c.is_ascii_digit() || (!c.is_ascii() && c.is_alphanumeric())
}

/// How many bytes of a text are part of a word.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut length = 0;
    while length < bytes.len() && matches!(bytes[length], b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_') {
        length += 1;
    }
    if length < bytes.len() && bytes[length] >= 0x80 {
        return text.find(|c| !continues_word(c)).unwrap_or(text.len());
    }
    length
}

#[rustfmt::skip]
fn is_mark(byte: u8) -> bool {
    matches!(
        byte,
        b'~' | b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'-' | b'=' | b'+' | b'|' | b';' | b':' | b',' | b'<' | b'.' | b'>' | b'/'
            | b'?' | b'\''
    )
}

impl<'s> Lexer<'s> {
    fn new(source: &'s str) -> Self {
        Self {
            source,
            at: 0,
            location: Location { line: 1, column: 1 },
            open: Vec::new(),
            out: Tokens::default(),
        }
    }

    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn byte(&self, n: usize) -> u8 {
        self.source.as_bytes().get(self.at + n).copied().unwrap_or(0)
    }

    fn advance(&mut self, length: usize) {
        let passed = &self.source.as_bytes()[self.at..self.at + length];
        self.at += length;
        // Unoptimised builds lex whole histories, and most tokens are of this kind.
        if passed.is_ascii() && !passed.contains(&b'\n') {
            self.location.column += length as u32;
            return;
        }
        for byte in passed {
            if *byte == b'\n' {
                self.location.line += 1;
                self.location.column = 1;
            } else if byte & 0xc0 != 0x80 {
                self.location.column += 1;
            }
        }
    }

    fn blank(&mut self) {
        let bytes = self.source.as_bytes();
        while self.at < bytes.len() {
            match bytes[self.at] {
                b' ' | b'\t' | b'\r' => self.location.column += 1,
                b'\n' => {
                    self.location.line += 1;
                    self.location.column = 1;
                }
                _ => return,
            }
            self.at += 1;
        }
    }

    fn push(&mut self, token: Token) {
        self.out.tokens.push(token);
        self.out.locations.push(self.location);
    }

    /// Goes past a byte order mark and a `#!` line that is no attribute.
    fn skip_start(&mut self) {
        if self.rest().starts_with('\u{feff}') {
            self.at += '\u{feff}'.len_utf8();
        }
        if let Some(after) = self.rest().strip_prefix("#!")
            && !after.trim_start().starts_with('[')
        {
            self.advance(line_length(self.rest()));
        }
    }

    /// Takes one token or what stands between two; false at the end.
    fn token(&mut self) -> Result<bool, SourceError> {
        let Some(byte) = self.source.as_bytes().get(self.at) else {
            return Ok(false);
        };
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => self.blank(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word()?,
            b'/' if self.byte(1) == b'/' => self.line_comment(),
            b'/' if self.byte(1) == b'*' => self.block_comment()?,
            b'"' => self.string(0)?,
            b'\'' => self.quote()?,
            b'0'..=b'9' => self.number(),
            b'(' => self.begin(Bracket::Round),
            b'[' => self.begin(Bracket::Square),
            b'{' => self.begin(Bracket::Curly),
            b')' => self.end(Bracket::Round)?,
            b']' => self.end(Bracket::Square)?,
            b'}' => self.end(Bracket::Curly)?,
            byte if is_mark(*byte) => self.mark(char::from(*byte)),
            _ => return self.wide_token(),
        }
        Ok(true)
    }

    fn wide_token(&mut self) -> Result<bool, SourceError> {
        match self.rest().chars().next() {
            Some(c) if begins_word(c) => self.word()?,
            Some(c) if c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}') => self.advance(c.len_utf8()),
            Some(c) => return Err(error(format!("`{}` begins no token", c.escape_debug()), Some(self.location))),
            None => return Ok(false),
        }
        Ok(true)
    }

    fn mark(&mut self, c: char) {
        let next = self.byte(1);
        let comment = next == b'/' && matches!(self.byte(2), b'/' | b'*');
        self.push(Token::Punct(c, is_mark(next) && !comment));
        self.advance(1);
    }

    fn begin(&mut self, bracket: Bracket) {
        self.open.push((self.out.tokens.len(), bracket));
        self.push(Token::Open(bracket, 0));
        self.advance(1);
    }

    fn end(&mut self, bracket: Bracket) -> Result<(), SourceError> {
        match self.open.pop() {
            Some((index, opened)) if opened == bracket => {
                self.out.tokens[index] = Token::Open(bracket, self.out.tokens.len() as u32);
                self.push(Token::Close(bracket));
                self.advance(1);
                Ok(())
            }
            Some((index, opened)) => {
                let line = self.out.locations[index].line;
                let message = format!(
                    "`{}` stands where the `{}` of line {line} should end",
                    bracket.close(),
                    opened.open()
                );
                Err(error(message, Some(self.location)))
            }
            None => Err(error(format!("`{}` ends what never began", bracket.close()), Some(self.location))),
        }
    }

    fn line_comment(&mut self) {
        let line = &self.rest()[..line_length(self.rest())];
        let doc = match line.strip_prefix("///") {
            Some(text) if !text.starts_with('/') => Some((false, text)),
            Some(_) => None,
            None => line.strip_prefix("//!").map(|text| (true, text)),
        };
        if let Some((inner, text)) = doc {
            self.doc(inner, text.strip_suffix('\r').unwrap_or(text));
        }
        self.advance(line.len());
    }

    fn block_comment(&mut self) -> Result<(), SourceError> {
        let Some(end) = block_comment_length(self.rest()) else {
            return Err(error("the comment that begins here has no `*/`", Some(self.location)));
        };
        let comment = &self.rest()[..end];
        let text = &comment[2..end - 2];
        if let Some(text) = text.strip_prefix('!') {
            self.doc(true, text);
        } else if let Some(text) = text.strip_prefix('*').filter(|text| !text.starts_with('*') && !text.is_empty()) {
            self.doc(false, text);
        }
        self.advance(end);
        Ok(())
    }

    /// `#[doc = "…"]` or `#![doc = "…"]`
    fn doc(&mut self, inner: bool, text: &str) {
        self.push(Token::Punct('#', false));
        if inner {
            self.push(Token::Punct('!', false));
        }
        let close = self.out.tokens.len() as u32 + 4;
        self.push(Token::Open(Bracket::Square, close));
        self.push(Token::Ident("doc".into()));
        self.push(Token::Punct('=', false));
        self.push(Token::Literal(format!("{:?}", text.replace("\r\n", "\n"))));
        self.push(Token::Close(Bracket::Square));
    }

    fn literal(&mut self, length: usize) {
        let suffix = word_length(&self.rest()[length..]);
        let text = self.rest()[..length + suffix].to_owned();
        self.push(Token::Literal(text));
        self.advance(length + suffix);
    }

    /// A string whose quote stands after a prefix.
    fn string(&mut self, prefix: usize) -> Result<(), SourceError> {
        let bytes = self.rest().as_bytes();
        let mut end = prefix + 1;
        while end < bytes.len() {
            match bytes[end] {
                b'"' => {
                    self.literal(end + 1);
                    return Ok(());
                }
                b'\\' => end += 2,
                _ => end += 1,
            }
        }
        Err(error("the string that begins here has no `\"` at its end", Some(self.location)))
    }

    /// A raw string with its first `#` or quote after a prefix; false where it is none.
    fn raw_string(&mut self, prefix: usize) -> Result<bool, SourceError> {
        let rest = &self.rest()[prefix..];
        let hashes = rest.bytes().take_while(|b| *b == b'#').count();
        if !rest[hashes..].starts_with('"') {
            return Ok(false);
        }
        let closing = format!("\"{}", "#".repeat(hashes));
        let start = hashes + 1;
        let Some(length) = rest[start..].find(&closing) else {
            return Err(error(
                format!("the string that begins here has no `{closing}` at its end"),
                Some(self.location),
            ));
        };
        self.literal(prefix + start + length + closing.len());
        Ok(true)
    }

    fn word(&mut self) -> Result<(), SourceError> {
        let rest = self.rest();
        let length = word_length(rest);
        let word = &rest[..length];
        match (word, self.byte(length)) {
            ("b" | "c", b'"') => return self.string(1),
            ("b", b'\'') => return self.character(1),
            ("r", b'#' | b'"') => {
                if self.raw_string(1)? {
                    return Ok(());
                }
                let raw = word_length(&rest[2..]);
                if raw > 0 {
                    self.out.raw.push(self.out.tokens.len() as u32);
                    self.push(Token::Ident(rest[2..2 + raw].to_owned()));
                    self.advance(2 + raw);
                    return Ok(());
                }
            }
            ("br" | "cr", b'#' | b'"') if self.raw_string(2)? => return Ok(()),
            _ => {}
        }
        self.push(Token::Ident(word.to_owned()));
        self.advance(length);
        Ok(())
    }

    /// A character, or the `'` of a lifetime.
    fn quote(&mut self) -> Result<(), SourceError> {
        let mut chars = self.rest()[1..].chars();
        let (first, second) = (chars.next(), chars.next());
        if first.is_some_and(begins_word) && second != Some('\'') {
            self.push(Token::Punct('\'', true));
            self.advance(1);
            return Ok(());
        }
        self.character(0)
    }

    /// A character whose quote stands after a prefix.
    fn character(&mut self, prefix: usize) -> Result<(), SourceError> {
        let inside = &self.rest()[prefix + 1..];
        let skip = if inside.starts_with('\\') { 2 } else { 1 };
        let end = inside.char_indices().skip(skip).find(|(_, c)| matches!(c, '\'' | '\n'));
        match end {
            Some((end, '\'')) => {
                self.literal(prefix + end + 2);
                Ok(())
            }
            _ => Err(error("the character that begins here has no `'` at its end", Some(self.location))),
        }
    }

    fn number(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count();
        if matches!(bytes, [b'0', b'x' | b'b' | b'o', ..]) {
            self.literal(word_length(rest));
            return;
        }
        let mut end = digits(0);
        let after_point = rest[end..].strip_prefix('.').map(|rest| rest.chars().next());
        if let Some(next) = after_point
            && next.is_none_or(|c| c != '.' && !begins_word(c))
        {
            end += 1;
            end += digits(end);
        }
        if let [b'e' | b'E', exponent @ ..] = &bytes[end..] {
            let sign = usize::from(matches!(exponent, [b'+' | b'-', ..]));
            if exponent[sign..].iter().find(|b| **b != b'_').is_some_and(u8::is_ascii_digit) {
                end += 1 + sign;
                end += digits(end);
            }
        }
        self.literal(end);
    }
}

/// The length of the `/* … */` that a text begins with, if it ends.
pub(super) fn block_comment_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut end) = (0usize, 0);
    loop {
        match bytes.get(end..end + 2)? {
            b"/*" => {
                depth += 1;
                end += 2;
            }
            b"*/" => {
                depth -= 1;
                end += 2;
            }
            _ => end += 1,
        }
        if depth == 0 {
            return Some(end);
        }
    }
}

fn line_length(text: &str) -> usize {
    text.find('\n').unwrap_or(text.len())
}
