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
mod models;
mod object;
mod options;
mod statement;
mod table;
mod types;
mod value;

pub(super) use keyword::HEADER;
pub(super) use literal::dedent;

use super::ast::ModelBlock;
use super::{Block, Tokens, lexer, source};
use crate::diagnostic::Diagnostic;
use cursor::Parser;
use std::ops::Range;

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

/// Parses the tokens between the braces of `schema! { … }`.
pub fn parse_models(tokens: &Tokens) -> ParsedModels {
    parse_models_in(tokens, 0..tokens.tokens.len())
}

/// The same of a part of more tokens; spans count from the first of all.
pub fn parse_models_in(tokens: &Tokens, range: Range<usize>) -> ParsedModels {
    let mut parser = Parser::new(tokens);
    (parser.at, parser.end) = (range.start, range.end.min(tokens.tokens.len()));
    let models = parser.models();
    ParsedModels {
        models,
        diagnostics: parser.diagnostics,
        sql: parser.sql,
    }
}

/// Models, and what is wrong with their text.
#[derive(Clone, Debug, Default)]
pub struct ParsedModels {
    /// What could be understood.
    pub models: ModelBlock,
    /// M0xx, all of them at once.
    pub diagnostics: Vec<Diagnostic>,
    /// The tokens that are SQL over several lines.
    pub(super) sql: Vec<u32>,
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
