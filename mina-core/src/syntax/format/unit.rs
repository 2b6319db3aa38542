//! The tokens of a block as they stand in its file, with the comments between them.

use crate::syntax::place::{Places, comment_length};
use crate::syntax::print::tokens_as_text;
use crate::syntax::token::{Bracket, Span, Token, Tokens};
use std::borrow::Cow;
use std::ops::Range;

/// A comment that is no doc comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'s> {
    pub(super) text: &'s str,
    /// A line break stands before it.
    pub(super) newline: bool,
    /// A blank line stands before it.
    pub(super) blank: bool,
    /// How far it stands from the start of its line.
    pub(super) column: usize,
}

impl Comment<'_> {
    /// Whether it goes to the end of its line.
    pub(super) fn ends_line(&self) -> bool {
        self.text.starts_with("//")
    }

    /// Whether a line break has to stand on one side of it or inside.
    pub(super) fn breaks(&self) -> bool {
        self.newline || self.ends_line() || self.text.contains('\n')
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Literal,
    /// A mark, `=>` included.
    Mark,
    /// With the index of the unit that closes it.
    Open(Bracket, usize),
    Close(Bracket),
    /// `/// …` or `//! …`
    Doc,
    /// The braces of `run` and what is in them.
    Rust,
    /// The parentheses of a function and what is in them.
    Arguments,
    /// What closes the block.
    End,
}

/// A token, or several that are taken as one.
#[derive(Debug)]
pub(super) struct Unit<'s> {
    pub(super) kind: Kind,
    pub(super) text: Cow<'s, str>,
    /// Its first token.
    pub(super) token: usize,
    /// The comments between the unit before and this one.
    pub(super) comments: Vec<Comment<'s>>,
    /// A line break stands between it and what is before it.
    pub(super) newline: bool,
    /// A blank line stands between it and what is before it.
    pub(super) blank: bool,
    /// The indentation of the line where it begins.
    pub(super) indent: usize,
}

impl Unit<'_> {
    pub(super) fn is(&self, text: &str) -> bool {
        self.kind == Kind::Mark && self.text == text
    }

    pub(super) fn is_word(&self, text: &str) -> bool {
        self.kind == Kind::Word && self.text == text
    }

    pub(super) fn is_open(&self, bracket: Bracket) -> bool {
        matches!(self.kind, Kind::Open(found, _) if found == bracket)
    }

    /// Whether a line break stands between it, comments included, and the unit before.
    pub(super) fn begins_line(&self) -> bool {
        self.comments.first().map_or(self.newline, |comment| comment.newline)
    }
}

/// The units of what stands in a range of bytes, closed by one of [`Kind::End`].
pub(super) fn units<'s>(source: &'s str, tokens: &Tokens, within: Range<usize>) -> Vec<Unit<'s>> {
    let places = Places::new(source);
    let mut builder = Builder {
        source,
        tokens,
        ranges: (0..tokens.tokens.len()).map(|index| places.token(tokens, index)).collect(),
        units: Vec::with_capacity(tokens.tokens.len() + 1),
        open: Vec::new(),
        at: within.start,
    };
    let mut index = 0;
    while index < tokens.tokens.len() {
        index = builder.take(index);
    }
    builder.push(Kind::End, index, within.end..within.end, None);
    builder.units
}

struct Builder<'s, 't> {
    source: &'s str,
    tokens: &'t Tokens,
    /// The bytes of each token.
    ranges: Vec<Range<usize>>,
    units: Vec<Unit<'s>>,
    open: Vec<usize>,
    /// The end of the last unit.
    at: usize,
}

impl<'s> Builder<'s, '_> {
    /// Takes the unit that begins with a token; the token after it.
    fn take(&mut self, index: usize) -> usize {
        let range = self.ranges[index].clone();
        match &self.tokens.tokens[index] {
            Token::Ident(_) => self.push(Kind::Word, index, range, None),
            Token::Literal(_) => self.push(Kind::Literal, index, range, None),
            Token::Punct('#', _) if self.source[range.clone()].starts_with('/') => {
                let inner = matches!(self.tokens.tokens.get(index + 1), Some(Token::Punct('!', _)));
                self.push(Kind::Doc, index, range, None);
                return index + if inner { 7 } else { 6 };
            }
            Token::Punct('=', true) if matches!(self.tokens.tokens.get(index + 1), Some(Token::Punct('>', _))) => {
                self.push(Kind::Mark, index, range.start..range.end + 1, None);
                return index + 2;
            }
            Token::Punct(..) => self.push(Kind::Mark, index, range, None),
            Token::Open(bracket, close) => {
                let close = *close as usize;
                let whole = range.start..self.ranges[close].end;
                if *bracket == Bracket::Curly && self.units.last().is_some_and(|unit| unit.is("|")) {
                    self.push(Kind::Rust, index, whole, None);
                    return close + 1;
                }
                if *bracket == Bracket::Round && self.after_function() {
                    let text = self.arguments(index, close);
                    self.push(Kind::Arguments, index, whole, text);
                    return close + 1;
                }
                self.open.push(self.units.len());
                self.push(Kind::Open(*bracket, 0), index, range, None);
            }
            Token::Close(bracket) => {
                if let Some(open) = self.open.pop() {
                    self.units[open].kind = Kind::Open(*bracket, self.units.len());
                }
                self.push(Kind::Close(*bracket), index, range, None);
            }
        }
        index + 1
    }

    /// After `create_function NAME` or `drop_function NAME`.
    fn after_function(&self) -> bool {
        let name = |n: usize| {
            let unit = self.units.len().checked_sub(n).map(|index| &self.units[index]);
            unit.filter(|unit| matches!(unit.kind, Kind::Word | Kind::Literal))
        };
        let words = ["create_function", "drop_function", "function"];
        let keyword = |n: usize| name(n).is_some_and(|unit| words.iter().any(|word| unit.is_word(word)));
        let point = |n: usize| self.units.len().checked_sub(n).is_some_and(|index| self.units[index].is("."));
        name(1).is_some() && (keyword(2) || point(2) && name(3).is_some() && keyword(4))
    }

    /// The arguments on one line, unless a comment stands among them.
    fn arguments(&self, open: usize, close: usize) -> Option<Cow<'s, str>> {
        let text = tokens_as_text(self.tokens, Span::new(open + 1, close));
        let written = &self.source[self.ranges[open].end..self.ranges[close].start];
        let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        (solid(&text) == solid(written)).then(|| Cow::Owned(format!("({text})")))
    }

    fn push(&mut self, kind: Kind, token: usize, range: Range<usize>, text: Option<Cow<'s, str>>) {
        let (comments, lines) = self.comments(self.at..range.start);
        self.at = range.end;
        self.units.push(Unit {
            kind,
            text: text.unwrap_or_else(|| Cow::Borrowed(&self.source[range.clone()])),
            token,
            comments,
            newline: lines > 0,
            blank: lines > 1,
            indent: indentation(self.source, range.start),
        });
    }

    /// The comments between two units, and how many line breaks follow the last.
    fn comments(&self, gap: Range<usize>) -> (Vec<Comment<'s>>, usize) {
        let (mut comments, mut lines) = (Vec::new(), 0);
        let mut at = gap.start;
        while at < gap.end {
            let rest = &self.source[at..gap.end];
            if rest.starts_with("//") || rest.starts_with("/*") {
                let length = comment_length(rest);
                comments.push(Comment {
                    text: rest[..length].trim_end(),
                    newline: lines > 0,
                    blank: lines > 1,
                    column: column(self.source, at),
                });
                lines = 0;
                at += length;
            } else {
                lines += usize::from(rest.starts_with('\n'));
                at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        (comments, lines)
    }
}

fn line_start(source: &str, at: usize) -> usize {
    source[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn column(source: &str, at: usize) -> usize {
    source[line_start(source, at)..at].chars().count()
}

/// How far the line of a place is indented.
pub(super) fn indentation(source: &str, at: usize) -> usize {
    prefix(source, at).chars().count()
}

/// The white space that the line of a place begins with.
pub(super) fn prefix(source: &str, at: usize) -> &str {
    let line = &source[line_start(source, at)..];
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}
