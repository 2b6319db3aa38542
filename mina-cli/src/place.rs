//! Where a diagnostic stands in the text of its file.

use mina_core::syntax::Location;
use mina_core::syntax::token::{Span, Token, Tokens};
use std::ops::Range;

/// A file's text, by its lines.
pub struct Text {
    pub text: String,
    lines: Vec<usize>,
}

impl Text {
    pub fn new(text: String) -> Self {
        let after = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self {
            lines: std::iter::once(0).chain(after).collect(),
            text,
        }
    }

    /// The bytes that a span of tokens covers; a block without tokens is meant at its macro's name.
    pub fn range(&self, tokens: &Tokens, span: Span, block: Location) -> Range<usize> {
        let last = tokens.tokens.len().saturating_sub(1);
        let first = (span.start as usize).min(last);
        let end = (span.end.saturating_sub(1) as usize).clamp(first, last);
        let (Some(from), Some(to), Some(token)) = (tokens.locations.get(first), tokens.locations.get(end), tokens.tokens.get(end)) else {
            let start = self.offset(block);
            return start..start + self.length_of_word(start);
        };
        let (start, to) = (self.offset(*from), self.offset(*to));
        start..(to + self.length(token, to)).max(start)
    }

    /// The bytes of a place without a length.
    pub fn at(&self, location: Location) -> Range<usize> {
        let start = self.offset(location);
        match location.column {
            0 => start..start + self.line_from(start).len(),
            _ => start..start + self.text[start..].chars().next().map_or(0, char::len_utf8),
        }
    }

    /// Line and column of a byte.
    pub fn location(&self, offset: usize) -> Location {
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines[line - 1];
        Location {
            line: line as u32,
            column: self.text.get(start..offset).map_or(0, |before| before.chars().count()) as u32 + 1,
        }
    }

    fn offset(&self, location: Location) -> usize {
        let line = (location.line.max(1) as usize).min(self.lines.len());
        let start = self.lines[line - 1];
        let mark = if start == 0 && self.text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        let start = start + mark;
        let before = self.text[start..].chars().take(location.column.saturating_sub(1) as usize);
        start + before.map(char::len_utf8).sum::<usize>()
    }

    fn line_from(&self, start: usize) -> &str {
        self.text[start..].lines().next().unwrap_or_default()
    }

    fn length_of_word(&self, start: usize) -> usize {
        let rest = &self.text[start..];
        rest.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(rest.len())
    }

    /// A doc comment stands for several tokens, and each of them covers it.
    fn length(&self, token: &Token, start: usize) -> usize {
        let rest = &self.text[start..];
        if rest.starts_with("//") {
            return self.line_from(start).len();
        }
        if rest.starts_with("/*") {
            return rest.find("*/").map_or(rest.len(), |end| end + 2);
        }
        match token {
            Token::Ident(word) => word.len() + if rest.starts_with("r#") { 2 } else { 0 },
            Token::Literal(literal) => literal.len().min(rest.len()),
            Token::Punct(mark, _) => mark.len_utf8(),
            Token::Open(..) | Token::Close(_) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use mina_core::history::Revision;
    use mina_core::syntax::token::Span;

    #[test]
    fn a_span_covers_its_words_whatever_stands_before_them() {
        let source = "mina::migration! {\n    //! Größe\n    revision = \"1\"; /* ä */ revises = r#base;\n}\n";
        let text = Text::new(source.to_owned());
        let revisions = Revision::all_in(source, "a.rs").unwrap();
        let tokens = &revisions[0].tokens;
        let word = |index: usize| &source[text.range(tokens, Span::new(index, index + 1), revisions[0].location)];
        let words: Vec<&str> = (0..tokens.tokens.len()).map(word).collect();
        assert_eq!(words[0], "//! Größe");
        assert_eq!(words[7..], ["revision", "=", "\"1\"", ";", "revises", "=", "r#base", ";"]);
        assert_eq!(&source[text.range(tokens, Span::new(900, 901), revisions[0].location)], ";");
        assert_eq!(text.location(source.find("revises").unwrap()).column, 29);
    }

    #[test]
    fn a_block_without_a_word_in_it_is_meant_at_its_name() {
        let source = "\nmina::migration! {}\n";
        let revisions = Revision::all_in(source, "a.rs").unwrap();
        let text = Text::new(source.to_owned());
        assert_eq!(
            &source[text.range(&revisions[0].tokens, Span::new(0, 1), revisions[0].location)],
            "migration"
        );
    }
}
