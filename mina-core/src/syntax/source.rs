//! The blocks in a file of Rust source.

use super::token::flatten_located;
use super::{Location, Tokens};
use proc_macro2::{Delimiter, LexError, TokenStream, TokenTree};

/// One `migration! { … }` in a file.
#[derive(Clone, Debug)]
pub struct SourceBlock {
    /// What stands between its braces, with places.
    pub tokens: Tokens,
    /// The place of the macro's name.
    pub location: Location,
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
/// The caller has to see to it that `proc_macro2` uses its own lexer (`proc_macro2::fallback::force`), since the
/// compiler's would report a sibling's errors here.
///
/// # Errors
///
/// The file is no sequence of Rust tokens, such as an unterminated string.
pub fn scan(source: &str) -> Result<Vec<SourceBlock>, SourceError> {
    let mut blocks = Vec::new();
    collect(lex(source)?, &mut blocks);
    Ok(blocks)
}

pub(super) fn lex(source: &str) -> Result<TokenStream, SourceError> {
    source.parse().map_err(|error: LexError| SourceError {
        message: error.to_string(),
        location: None,
    })
}

fn collect(stream: TokenStream, blocks: &mut Vec<SourceBlock>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut index = 0;
    while let Some(tree) = trees.get(index) {
        index += 1;
        match (tree, trees.get(index), trees.get(index + 1)) {
            (TokenTree::Ident(word), Some(TokenTree::Punct(bang)), Some(TokenTree::Group(group)))
                if bang.as_char() == '!' && *word == "migration" =>
            {
                let start = word.span().start();
                blocks.push(SourceBlock {
                    tokens: flatten_located(group.stream()),
                    location: Location {
                        line: start.line as u32,
                        column: start.column as u32 + 1,
                    },
                });
                index += 2;
            }
            (TokenTree::Group(group), ..) if group.delimiter() == Delimiter::Brace => collect(group.stream(), blocks),
            _ => {}
        }
    }
}
