//! A block's tokens as plain data: no spans of the compiler in them, so that they can be kept across threads.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A half-open range of a block's tokens, by index.
///
/// Spans never take part in equality: two blocks are equal when they say the same.
#[derive(Clone, Copy, Debug, Default, Eq)]
pub struct Span {
    /// The first token.
    pub start: u32,
    /// One past the last token.
    pub end: u32,
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Span {
    /// The span of tokens `start..end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            end: end as u32,
        }
    }

    /// The smallest span that holds both.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A place in a source file, both counted from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Location {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// One token; a group is its opening token, what is inside, and its closing token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word, raw prefix removed.
    Ident(String),
    /// A literal, as written.
    Literal(String),
    /// A mark, and whether the next mark follows without a space.
    Punct(char, bool),
    /// The start of a group, with the index of its [`Token::Close`].
    Open(Bracket, u32),
    /// The end of a group.
    Close(Bracket),
}

impl Token {
    /// The word that it is, if it is one.
    pub fn word(&self) -> Option<&str> {
        match self {
            Self::Ident(word) => Some(word),
            _ => None,
        }
    }
}

/// The three kinds of bracket; invisible groups are flattened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    /// `( … )`
    Round,
    /// `[ … ]`
    Square,
    /// `{ … }`
    Curly,
}

impl Bracket {
    /// `(`, `[` or `{`.
    pub fn open(self) -> char {
        match self {
            Self::Round => '(',
            Self::Square => '[',
            Self::Curly => '{',
        }
    }

    /// `)`, `]` or `}`.
    pub fn close(self) -> char {
        match self {
            Self::Round => ')',
            Self::Square => ']',
            Self::Curly => '}',
        }
    }
}

/// The tokens of one block, with their places in the file where those are known.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    /// The tokens, groups flattened.
    pub tokens: Vec<Token>,
    /// The place of each token; empty where the lexer was not asked for them.
    pub locations: Vec<Location>,
    /// The indexes of the words that were written with `r#`, in order.
    pub raw: Vec<u32>,
}

impl Tokens {
    /// The place where a span begins, if places are known.
    pub fn location(&self, span: Span) -> Option<Location> {
        self.locations.get(span.start as usize).copied()
    }

    /// Adds the tokens of another file after these.
    pub(crate) fn append(&mut self, other: Self) {
        let start = self.tokens.len() as u32;
        let moved = other.tokens.into_iter().map(|token| match token {
            Token::Open(bracket, close) => Token::Open(bracket, close + start),
            token => token,
        });
        self.tokens.extend(moved);
        self.locations.extend(other.locations);
        self.raw.extend(other.raw.into_iter().map(|index| index + start));
    }

    /// The tokens of a range, which holds whole groups, by themselves.
    pub(super) fn part(&self, range: Span) -> Self {
        let (start, end) = (range.start as usize, range.end as usize);
        let moved = self.tokens[start..end].iter().map(|token| match token {
            Token::Open(bracket, close) => Token::Open(*bracket, close - range.start),
            token => token.clone(),
        });
        let raw = self.raw.iter().filter(|index| (range.start..range.end).contains(index));
        Self {
            tokens: moved.collect(),
            locations: self.locations.get(start..end).map(<[Location]>::to_vec).unwrap_or_default(),
            raw: raw.map(|index| index - range.start).collect(),
        }
    }
}

/// Flattens a token stream.
///
/// `visit` is called with each token's span, in the order of [`Tokens::tokens`].
pub fn flatten(stream: TokenStream, visit: &mut impl FnMut(proc_macro2::Span)) -> Tokens {
    let mut tokens = Tokens::default();
    push_all(stream, &mut tokens, visit);
    tokens
}

/// Flattens a token stream of the fallback lexer, with the place of every token.
pub fn flatten_located(stream: TokenStream) -> Tokens {
    let mut locations = Vec::new();
    let mut tokens = flatten(stream, &mut |span| {
        let start = span.start();
        locations.push(Location {
            line: start.line as u32,
            column: start.column as u32 + 1,
        });
    });
    tokens.locations = locations;
    tokens
}

fn push_all(stream: TokenStream, into: &mut Tokens, visit: &mut impl FnMut(proc_macro2::Span)) {
    for tree in stream {
        let tokens = &mut into.tokens;
        match tree {
            TokenTree::Ident(ident) => {
                visit(ident.span());
                let text = ident.to_string();
                if let Some(raw) = text.strip_prefix("r#") {
                    into.raw.push(tokens.len() as u32);
                    tokens.push(Token::Ident(raw.to_owned()));
                } else {
                    tokens.push(Token::Ident(text));
                }
            }
            TokenTree::Literal(literal) => {
                visit(literal.span());
                tokens.push(Token::Literal(literal.to_string()));
            }
            TokenTree::Punct(punct) => {
                visit(punct.span());
                tokens.push(Token::Punct(punct.as_char(), punct.spacing() == Spacing::Joint));
            }
            TokenTree::Group(group) => {
                let bracket = match group.delimiter() {
                    Delimiter::Parenthesis => Bracket::Round,
                    Delimiter::Bracket => Bracket::Square,
                    Delimiter::Brace => Bracket::Curly,
                    Delimiter::None => {
                        push_all(group.stream(), into, visit);
                        continue;
                    }
                };
                let open = tokens.len();
                visit(group.span_open());
                tokens.push(Token::Open(bracket, 0));
                push_all(group.stream(), into, visit);
                into.tokens[open] = Token::Open(bracket, into.tokens.len() as u32);
                visit(group.span_close());
                into.tokens.push(Token::Close(bracket));
            }
        }
    }
}
