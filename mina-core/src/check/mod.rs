//! The rules: what a block may not do, one file a rule family.

use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::engine::Target;
use crate::history::Trace;
use crate::schema::Schema;
use crate::syntax::{Tokens, ast};

/// What is known of a block before its own statements are looked at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The block.
    pub block: &'a ast::Block,
    /// Its tokens.
    pub tokens: &'a Tokens,
    /// Its file, relative to its crate; empty where unknown.
    pub file: &'a str,
    /// mina.toml.
    pub config: &'a Config,
    /// The engines in force for it, each with the schema its ancestors leave.
    pub parents: &'a [(Target, Schema)],
}

/// A block, replayed up and down on each engine in force.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// One an engine, in the order of [`Subject::parents`].
    pub engines: Vec<Replayed>,
    /// What the rules have against it: the same on all engines once, else naming the engines.
    pub diagnostics: Vec<Diagnostic>,
}

/// A block on one engine.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The upgrade.
    pub up: Trace,
    /// The downgrade, written or derived; none where it is irreversible or missing.
    pub down: Option<Trace>,
}

/// Replays a block and holds every rule against it but those of the graph (M1xx) and of syntax (M0xx).
pub fn check(subject: &Subject<'_>) -> Checked {
    let _ = subject;
    Checked::default()
}
