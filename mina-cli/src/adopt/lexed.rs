//! The tokens of a statement, each with its place in the text.

use super::reader::grammar;
use mina_core::engine::Engine;
use sqlparser::tokenizer::{Location, Token, Tokenizer};
use std::ops::Range;

/// A text and its tokens, white space and comments left out.
pub struct Lexed<'a> {
    pub text: &'a str,
    tokens: Vec<(Token, Range<usize>)>,
}

impl<'a> Lexed<'a> {
    /// None where the text is no sequence of tokens.
    pub fn new(text: &'a str, engine: Engine) -> Option<Self> {
        let all = Tokenizer::new(grammar(engine), text).tokenize_with_location().ok()?;
        let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let offset = |at: Location| {
            let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
            let start = *lines.get(line)?;
            let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
            let rest = &text[start..];
            Some(rest.char_indices().nth(column).map_or(text.len(), |(at, _)| start + at))
        };
        let is_space = |token: &Token| matches!(token, Token::Whitespace(_));
        let tokens = all.into_iter().filter(|token| !is_space(&token.token) && token.token != Token::EOF);
        let placed = tokens.map(|token| Some((token.token, offset(token.span.start)?..offset(token.span.end)?)));
        Some(Self {
            text,
            tokens: placed.collect::<Option<_>>()?,
        })
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether the token at a place is this word, in any case, without quotes.
    pub fn is(&self, at: usize, word: &str) -> bool {
        matches!(self.tokens.get(at), Some((Token::Word(found), _)) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
    }

    pub fn is_mark(&self, at: usize, mark: &Token) -> bool {
        self.tokens.get(at).is_some_and(|(token, _)| token == mark)
    }

    /// The identifier at a place, as the engine takes it.
    pub fn name(&self, at: usize, engine: Engine) -> Option<String> {
        match self.tokens.get(at) {
            Some((Token::Word(word), _)) if word.quote_style.is_none() && engine == Engine::Pg => Some(word.value.to_lowercase()),
            Some((Token::Word(word), _)) => Some(word.value.clone()),
            _ => None,
        }
    }

    /// The first place from one on, outside of parentheses, where this word stands.
    pub fn find(&self, from: usize, word: &str) -> Option<usize> {
        let mut depth = 0i32;
        for at in from..self.len() {
            match &self.tokens[at].0 {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ if depth == 0 && self.is(at, word) => return Some(at),
                _ => {}
            }
        }
        None
    }

    /// The place of the parenthesis that closes the one at a place.
    pub fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0i32;
        for at in open..self.len() {
            match &self.tokens[at].0 {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }

    pub fn start(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(self.text.len(), |(_, range)| range.start)
    }

    pub fn end(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(self.text.len(), |(_, range)| range.end)
    }

    /// The text from a token on.
    pub fn from(&self, at: usize) -> &'a str {
        self.text[self.start(at)..].trim()
    }
}
