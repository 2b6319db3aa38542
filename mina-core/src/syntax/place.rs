//! From lines and columns to bytes of a file.

use super::lexer::block_comment_length;
use super::token::{Location, Token, Tokens};
use std::ops::Range;

/// Where the lines of a file begin.
pub(super) struct Places<'s> {
    source: &'s str,
    lines: Vec<usize>,
}

impl<'s> Places<'s> {
    pub(super) fn new(source: &'s str) -> Self {
        let mark = if source.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let breaks = source.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self {
            source,
            lines: std::iter::once(mark).chain(breaks.map(|(at, _)| at + 1)).collect(),
        }
    }

    /// The byte at which a place begins; the end of the file for a place outside of it.
    pub(super) fn offset(&self, place: Location) -> usize {
        let line = (place.line as usize).checked_sub(1).and_then(|line| self.lines.get(line));
        let Some(&start) = line else { return self.source.len() };
        let column = (place.column as usize).saturating_sub(1);
        let found = self.source[start..].char_indices().nth(column);
        found.map_or(self.source.len(), |(at, _)| start + at)
    }

    /// The bytes of a token; of a doc comment, its first token has the whole.
    pub(super) fn token(&self, tokens: &Tokens, index: usize) -> Range<usize> {
        let start = tokens.locations.get(index).map_or(self.source.len(), |place| self.offset(*place));
        let rest = &self.source[start..];
        let length = match &tokens.tokens[index] {
            _ if rest.starts_with("//") || rest.starts_with("/*") => comment_length(rest),
            Token::Ident(word) => word.len() + if rest.starts_with("r#") { 2 } else { 0 },
            Token::Literal(text) => text.len(),
            Token::Punct(mark, _) => mark.len_utf8(),
            Token::Open(..) | Token::Close(_) => 1,
        };
        start..(start + length).min(self.source.len())
    }
}

/// The length of the comment that a text begins with, its line break left out.
pub(super) fn comment_length(text: &str) -> usize {
    if text.starts_with("//") {
        let line = text.find('\n').unwrap_or(text.len());
        return text[..line].trim_end_matches('\r').len();
    }
    block_comment_length(text).unwrap_or(text.len())
}
