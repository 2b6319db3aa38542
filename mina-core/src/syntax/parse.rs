//! Tokens to a [`Block`](super::Block).

use super::{Block, Tokens};
use crate::diagnostic::Diagnostic;

/// A block, and what is wrong with its text.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// What could be understood; a statement that could not is [`Broken`](super::ast::StatementKind::Broken).
    pub block: Block,
    /// M0xx, all of the block's at once.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses the tokens between the braces of `migration! { … }`.
pub fn parse(tokens: &Tokens) -> Parsed {
    let _ = tokens;
    Parsed::default()
}
