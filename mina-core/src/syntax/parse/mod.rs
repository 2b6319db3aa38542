//! Tokens to a [`Block`](super::Block).

mod attribute;
mod column;
mod constraint;
mod cursor;
mod data;
mod habit;
mod header;
mod keyword;
mod literal;
mod object;
mod options;
mod statement;
mod table;
mod types;
mod value;

pub(super) use keyword::HEADER;
pub(super) use literal::dedent;

use super::{Block, Tokens, lexer, source};
use crate::diagnostic::Diagnostic;
use cursor::Parser;

/// A block, and what is wrong with its text.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// What could be understood; a statement that could not is [`Broken`](super::ast::StatementKind::Broken).
    pub block: Block,
    /// M0xx, all of the block's at once.
    pub diagnostics: Vec<Diagnostic>,
    /// The tokens that are SQL over several lines, of which the indentation says nothing.
    pub(super) sql: Vec<u32>,
}

/// Parses the tokens between the braces of `migration! { … }`.
pub fn parse(tokens: &Tokens) -> Parsed {
    parsed(Parser::new(tokens))
}

/// Parses the header alone: the bodies are there, and empty.
pub fn parse_head(tokens: &Tokens) -> Parsed {
    let mut parser = Parser::new(tokens);
    parser.heads_only = true;
    parsed(parser)
}

fn parsed(mut parser: Parser<'_>) -> Parsed {
    let block = parser.block();
    Parsed {
        block,
        diagnostics: parser.diagnostics,
        sql: parser.sql,
    }
}

/// Lexes and parses what stands between the braces of `migration! { … }`.
///
/// # Errors
///
/// The text is no sequence of Rust tokens.
pub fn parse_str(text: &str) -> Result<(Parsed, Tokens), source::SourceError> {
    let tokens = lexer::lex(text)?;
    Ok((parse(&tokens), tokens))
}

/// The value of a string literal, however it is escaped.
pub fn string_value(literal: &str) -> Option<String> {
    literal::string(literal).map(|string| string.text)
}
