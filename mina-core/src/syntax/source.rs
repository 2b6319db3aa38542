//! The blocks in a file of Rust source.

use super::lexer::lex;
use super::token::{Span, Token};
use super::{Location, Tokens};

/// The macro of migrations.
pub const MIGRATION: &str = "migration";

/// The macro of models.
pub const SCHEMA: &str = "schema";

/// One `migration! { … }` in a file, or another macro that was looked for.
#[derive(Clone, Debug)]
pub struct SourceBlock {
    /// The macro's name.
    pub name: &'static str,
    /// What stands between its braces, with places.
    pub tokens: Tokens,
    /// The place of the macro's name.
    pub location: Location,
    /// The place of its opening brace.
    pub open: Location,
    /// The place of its closing brace.
    pub close: Location,
}

/// Why a file cannot be read as Rust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// One sentence.
    pub message: String,
    /// Where, if known.
    pub location: Option<Location>,
}

/// Finds every `migration! { … }`, under any path (`mina::migration!`), at any depth.
///
/// # Errors
///
/// The file is no sequence of Rust tokens, such as an unterminated string. A file that does not name `migration` is not
/// looked at so closely.
pub fn scan(source: &str) -> Result<Vec<SourceBlock>, SourceError> {
    scan_for(source, &[MIGRATION])
}

/// The same for macros of any of these names.
///
/// # Errors
///
/// The file is no sequence of Rust tokens. A file that has none of the names in it is not looked at so closely.
pub fn scan_for(source: &str, names: &[&'static str]) -> Result<Vec<SourceBlock>, SourceError> {
    if !names.iter().any(|name| source.contains(name)) {
        return Ok(Vec::new());
    }
    let file = lex(source)?;
    let mut blocks = Vec::new();
    let mut index = 0;
    while let Some(token) = file.tokens.get(index) {
        let name = names.iter().find(|name| token.word() == Some(**name));
        let invoked = name.filter(|_| matches!(file.tokens.get(index + 1), Some(Token::Punct('!', _))));
        if let (Some(name), Some(Token::Open(_, close))) = (invoked, file.tokens.get(index + 2)) {
            blocks.push(SourceBlock {
                name,
                tokens: file.part(Span::new(index + 3, *close as usize)),
                location: file.locations[index],
                open: file.locations[index + 2],
                close: file.locations[*close as usize],
            });
            index = *close as usize;
        }
        index += 1;
    }
    Ok(blocks)
}
