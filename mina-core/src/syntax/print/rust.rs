//! Tokens of Rust to text that reads back as the same tokens.

use crate::syntax::lexer::lex;
use crate::syntax::token::{Bracket, Span, Token, Tokens};

/// The tokens of a range in one line.
pub(in crate::syntax) fn tokens_as_text(tokens: &Tokens, range: Span) -> String {
    let mut text = String::new();
    let mut previous: Option<&Token> = None;
    for index in range.start as usize..range.end as usize {
        let token = &tokens.tokens[index];
        if previous.is_some_and(|previous| space_between(previous, token)) {
            text.push(' ');
        }
        push(&mut text, tokens, index);
        previous = Some(token);
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

fn space_between(previous: &Token, next: &Token) -> bool {
    match (previous, next) {
        (Token::Punct(_, true), _) => false,
        (Token::Open(Bracket::Curly, _), _) | (_, Token::Close(Bracket::Curly)) => true,
        (Token::Open(..), _) | (_, Token::Close(_)) => false,
        (_, Token::Punct(',' | ';' | '?' | '.' | ':', _)) => !matches!(previous, Token::Ident(_) | Token::Literal(_) | Token::Close(_)),
        (Token::Punct('.' | '&' | '!' | '#' | '\'', false), _) => false,
        (Token::Punct(':', false), _) => true,
        (Token::Ident(_) | Token::Punct('>', _), Token::Open(Bracket::Round, _)) => false,
        (Token::Ident(_), Token::Open(Bracket::Square, _)) => false,
        (Token::Ident(_), Token::Punct('!', _)) => false,
        _ => true,
    }
}

/// `{ … }` around Rust, a statement a line.
pub(super) fn braces(text: &str, indent: usize, compact: bool) -> String {
    if text.is_empty() {
        return "{}".into();
    }
    if compact {
        return format!("{{ {text} }}");
    }
    let Ok(tokens) = lex(text) else {
        return format!("{{ {text} }}");
    };
    let mut out = String::from("{");
    lines(&tokens, Span::new(0, tokens.tokens.len()), indent + 4, &mut out);
    newline(&mut out, indent);
    out.push('}');
    out
}

fn newline(out: &mut String, indent: usize) {
    out.push('\n');
    out.push_str(&" ".repeat(indent));
}

fn lines(tokens: &Tokens, range: Span, indent: usize, out: &mut String) {
    let mut previous: Option<&Token> = None;
    let mut index = range.start as usize;
    while index < range.end as usize {
        let token = &tokens.tokens[index];
        match previous {
            None => newline(out, indent),
            Some(Token::Punct(';', _)) => newline(out, indent),
            Some(Token::Close(Bracket::Curly)) if begins_line(token) => newline(out, indent),
            Some(previous) if space_between(previous, token) => out.push(' '),
            _ => {}
        }
        push(out, tokens, index);
        previous = Some(token);
        if let Token::Open(bracket, close) = token {
            let close = *close as usize;
            let inner = Span::new(index + 1, close);
            if *bracket == Bracket::Curly && holds_statements(tokens, inner) {
                lines(tokens, inner, indent + 4, out);
                newline(out, indent);
                out.push('}');
            } else {
                let text = inside(tokens, inner, indent);
                let wide = *bracket == Bracket::Curly && !text.is_empty();
                out.push_str(if wide { " " } else { "" });
                out.push_str(&text);
                out.push_str(if wide { " " } else { "" });
                out.push(bracket.close());
            }
            previous = tokens.tokens.get(close);
            index = close;
        }
        index += 1;
    }
}

/// What stands in parentheses, with the blocks of closures on lines of their own.
fn inside(tokens: &Tokens, range: Span, indent: usize) -> String {
    let mut out = String::new();
    lines(tokens, range, indent, &mut out);
    out.trim_start_matches(['\n', ' ']).to_owned()
}

fn holds_statements(tokens: &Tokens, range: Span) -> bool {
    let mut index = range.start as usize;
    while index < range.end as usize {
        match &tokens.tokens[index] {
            Token::Punct(';', _) => return true,
            Token::Open(_, close) => index = *close as usize,
            _ => {}
        }
        index += 1;
    }
    false
}

fn begins_line(token: &Token) -> bool {
    !matches!(token, Token::Punct('.' | ',' | ';' | '?' | '=', _) | Token::Close(_))
        && !matches!(token, Token::Ident(word) if word == "else")
}
