//! Tokens of Rust to text that reads back as the same tokens.

use crate::syntax::lexer::lex;
use crate::syntax::token::{Bracket, Span, Token, Tokens};

/// The tokens of a range on one line.
pub(in crate::syntax) fn tokens_as_text(tokens: &Tokens, range: Span) -> String {
    let mut spacing = Spacing::new(tokens, range);
    let mut text = String::new();
    for index in range.start as usize..range.end as usize {
        if spacing.before(index) {
            text.push(' ');
        }
        push(&mut text, tokens, index);
    }
    text
}

fn push(text: &mut String, tokens: &Tokens, index: usize) {
    match &tokens.tokens[index] {
        Token::Ident(word) => {
            if tokens.raw.binary_search(&(index as u32)).is_ok() {
                text.push_str("r#");
            }
            text.push_str(word);
        }
        Token::Literal(literal) => text.push_str(literal),
        Token::Punct(mark, _) => text.push(*mark),
        Token::Open(bracket, _) => text.push(bracket.open()),
        Token::Close(bracket) => text.push(bracket.close()),
    }
}

/// Where spaces stand between tokens: as rustfmt has them in most places, and wherever two marks must not become one.
struct Spacing<'t> {
    tokens: &'t Tokens,
    start: usize,
    /// How many `<` of generics are open.
    generics: usize,
    /// Between the bars of a closure.
    closure: bool,
}

impl<'t> Spacing<'t> {
    fn new(tokens: &'t Tokens, range: Span) -> Self {
        Self {
            tokens,
            start: range.start as usize,
            generics: 0,
            closure: false,
        }
    }

    fn token(&self, index: usize) -> Option<&'t Token> {
        self.tokens.tokens.get(index).filter(|_| index >= self.start)
    }

    fn back(&self, index: usize, n: usize) -> Option<&'t Token> {
        index.checked_sub(n).and_then(|index| self.token(index))
    }

    /// Whether what stands at an index ends something that an operator can follow.
    fn ends_operand(&self, token: Option<&Token>) -> bool {
        match token {
            Some(Token::Ident(word)) => !matches!(
                word.as_str(),
                "return" | "in" | "match" | "if" | "while" | "for" | "mut" | "else" | "let" | "move"
            ),
            Some(Token::Literal(_)) => true,
            Some(Token::Close(bracket)) => *bracket != Bracket::Curly,
            Some(Token::Punct(mark, _)) => *mark == '?',
            _ => false,
        }
    }

    /// Whether a space stands before the token at an index; called for each token in order.
    fn before(&mut self, index: usize) -> bool {
        let Some(next) = self.token(index) else { return false };
        let Some(previous) = self.back(index, 1) else {
            self.closure = matches!(next, Token::Punct('|', _));
            return false;
        };
        let operand = self.ends_operand(Some(previous));
        if let Token::Punct('<', _) = next {
            let named = matches!(previous, Token::Ident(word) if word.starts_with(|c: char| c.is_uppercase()) || word == "impl");
            let turbofish = matches!(previous, Token::Punct(':', _));
            if named || turbofish {
                self.generics += 1;
                return matches!(previous, Token::Punct(_, false));
            }
        }
        if let Token::Punct('>', _) = next
            && self.generics > 0
            && !matches!(previous, Token::Punct('-' | '=', true))
        {
            self.generics -= 1;
            return matches!(previous, Token::Punct(_, false));
        }
        if let Token::Punct('|', _) = next {
            if self.closure {
                self.closure = false;
                return matches!(previous, Token::Punct(_, false));
            }
            let bars = matches!(previous, Token::Punct('|', true));
            self.closure = !operand && !bars;
        }
        self.between(index, previous, next)
    }

    fn between(&self, index: usize, previous: &Token, next: &Token) -> bool {
        use Token::{Close, Ident, Literal, Open, Punct};
        let before_previous = self.back(index, 2);
        let after_path = matches!((before_previous, previous), (Some(Punct(':', true)), Punct(':', false)));
        match (previous, next) {
            (Punct(_, true), _) => false,
            (Punct(_, false), Punct(..)) => true,
            (Open(Bracket::Curly, _), _) | (_, Close(Bracket::Curly)) => true,
            (Open(..), _) | (_, Close(_)) => false,
            (Literal(_), Punct('.', false)) => matches!(self.token(index + 1), Some(Literal(_))),
            (_, Punct(',' | ';' | '?' | '.', _)) => false,
            (Ident(_) | Close(_) | Literal(_), Punct(':', _)) => false,
            (Ident(_), Punct('!', false)) => false,
            (Ident(word), Open(Bracket::Round | Bracket::Square, _)) => !self.ends_operand(Some(&Ident(word.clone()))),
            (Close(_), Open(Bracket::Round | Bracket::Square, _)) => false,
            (Punct('.' | '#' | '\'' | '$', false), _) => false,
            (Punct('!', false), Open(..)) => matches!(next, Open(Bracket::Curly, _)),
            (Punct(':', false), _) => !after_path,
            (Punct('>', false), Open(Bracket::Round, _)) => matches!(before_previous, Some(Punct('-' | '=', true))),
            (Punct('<', false), _) => self.generics == 0,
            (Punct('|', false), _) => !self.closure,
            (Punct('&' | '*' | '-' | '!', false), _) => self.ends_operand(before_previous),
            _ => true,
        }
    }
}

/// `{ … }` around Rust, a statement a line.
pub(super) fn braces(text: &str, compact: bool) -> String {
    if text.is_empty() {
        return "{}".into();
    }
    let tokens = match lex(text) {
        Ok(tokens) if !compact => tokens,
        _ => return format!("{{ {text} }}"),
    };
    let range = Span::new(0, tokens.tokens.len());
    let mut layout = Layout {
        spacing: Spacing::new(&tokens, range),
        tokens: &tokens,
        out: String::from("{"),
    };
    layout.lines(0, tokens.tokens.len(), 4);
    layout.newline(0);
    layout.out.push('}');
    layout.out
}

struct Layout<'t> {
    spacing: Spacing<'t>,
    tokens: &'t Tokens,
    out: String,
}

impl Layout<'_> {
    fn newline(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.push_str(&" ".repeat(indent));
    }

    /// What stands between braces, a statement or an arm of a match a line.
    fn lines(&mut self, start: usize, end: usize, indent: usize) {
        let arms = (start..end).any(|index| self.is_arrow(index) && self.depth_is_zero(start, index));
        let mut index = start;
        while index < end {
            let token = &self.tokens.tokens[index];
            let space = self.spacing.before(index);
            let ended = match index
                .checked_sub(1)
                .filter(|_| index > start)
                .map(|before| &self.tokens.tokens[before])
            {
                None => true,
                Some(Token::Punct(';', _)) => true,
                Some(Token::Punct(',', _)) => arms,
                Some(Token::Close(Bracket::Curly)) => begins_line(token),
                Some(Token::Close(Bracket::Square)) => self.ends_attribute(index),
                _ => false,
            };
            if ended {
                self.newline(indent);
            } else if space {
                self.out.push(' ');
            }
            index = self.tree(index, indent);
        }
    }

    /// One token, or a group with what is in it; the index after it.
    fn tree(&mut self, index: usize, indent: usize) -> usize {
        push(&mut self.out, self.tokens, index);
        let Token::Open(bracket, close) = self.tokens.tokens[index] else {
            return index + 1;
        };
        let close = close as usize;
        if bracket == Bracket::Curly && self.holds_statements(index + 1, close) {
            self.lines(index + 1, close, indent + 4);
            self.spacing.before(close);
            self.newline(indent);
        } else {
            let mut inner = index + 1;
            while inner < close {
                if self.spacing.before(inner) {
                    self.out.push(' ');
                }
                inner = self.tree(inner, indent);
            }
            if self.spacing.before(close) && close > index + 1 {
                self.out.push(' ');
            }
        }
        self.out.push(bracket.close());
        close + 1
    }

    fn is_arrow(&self, index: usize) -> bool {
        matches!(
            (self.tokens.tokens.get(index), self.tokens.tokens.get(index + 1)),
            (Some(Token::Punct('=', true)), Some(Token::Punct('>', _)))
        )
    }

    fn depth_is_zero(&self, start: usize, index: usize) -> bool {
        let mut at = start;
        while at < index {
            at = match self.tokens.tokens[at] {
                Token::Open(_, close) => close as usize + 1,
                _ => at + 1,
            };
        }
        at == index
    }

    fn holds_statements(&self, start: usize, end: usize) -> bool {
        (start..end).any(|index| matches!(self.tokens.tokens[index], Token::Punct(';', _)) || self.is_arrow(index))
    }

    /// Whether the `]` before an index ends `#[…]`.
    fn ends_attribute(&self, index: usize) -> bool {
        let close = index as u32 - 1;
        let open = self.tokens.tokens[..index]
            .iter()
            .rposition(|token| matches!(token, Token::Open(_, end) if *end == close));
        open.and_then(|open| open.checked_sub(1))
            .is_some_and(|before| matches!(self.tokens.tokens[before], Token::Punct('#' | '!', _)))
    }
}

fn begins_line(token: &Token) -> bool {
    match token {
        Token::Punct(mark, _) => !matches!(
            mark,
            '.' | ',' | ';' | '?' | '=' | ':' | '|' | '+' | '-' | '/' | '<' | '>' | '%' | '^'
        ),
        Token::Close(_) => false,
        Token::Ident(word) => word != "else" && word != "as",
        _ => true,
    }
}
