//! A body of statements, replayed on a schema.

use crate::config::Config;
use crate::engine::Target;
use crate::history::Trace;
use crate::schema::Schema;
use crate::syntax::{Tokens, ast};

/// What a statement needs to know of the block it stands in.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The engine to replay for.
    pub target: Target,
    /// All engines in force for the block, for what must hold on each (names, `execute { … }`).
    pub targets: &'a [Target],
    /// mina.toml.
    pub config: &'a Config,
    /// The block, for its id, its lints and its engines.
    pub block: &'a ast::Block,
    /// The block's tokens, for the lines that objects came from.
    pub tokens: &'a Tokens,
    /// The block's file, relative to its crate; empty where unknown.
    pub file: &'a str,
    /// Whether the body is the downgrade.
    pub downgrade: bool,
}

/// Replays a body on the schema before it: each statement is resolved, reported or applied.
///
/// What a refused statement touches is tainted; nothing more is said about it.
pub fn replay(start: Schema, body: &ast::Body, cx: &Context<'_>) -> Trace {
    let _ = body;
    Trace {
        target: cx.target,
        start: start.clone(),
        steps: Vec::new(),
        end: start,
        diagnostics: Vec::new(),
    }
}
