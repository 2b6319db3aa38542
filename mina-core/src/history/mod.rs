//! Revisions, how they build on each other, and the schema that each leaves.

mod checksum;
pub mod graph;
pub mod plan;
mod set;
pub mod target;
mod trace;

pub use checksum::checksum;
pub use graph::{Graph, Node};
pub use plan::{Goal, Plan};
pub use set::Set;
pub use target::{Direction, TargetError};
pub use trace::{Resolved, Step, Trace};

use crate::check::Checked;
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::engine::Target;
use crate::schema::Schema;
use crate::syntax::{Block, Location, Tokens};

/// One block of a history, with where it stands.
#[derive(Clone, Debug, Default)]
pub struct Revision {
    /// What it says.
    pub block: Block,
    /// Its tokens.
    pub tokens: Tokens,
    /// Its file, relative to its crate; empty where unknown.
    pub file: String,
    /// The place of the macro's name in the file.
    pub location: Location,
    /// What is wrong with its text (M0xx).
    pub syntax: Vec<Diagnostic>,
}

/// All blocks of a crate's version locations (or of one folder), every bind's, folded on demand and once.
#[derive(Debug)]
pub struct History {
    /// mina.toml.
    pub config: Config,
    /// The blocks, sorted by id, those without one last.
    pub revisions: Vec<Revision>,
}

impl History {
    /// A history of these blocks, in any order.
    pub fn new(config: Config, revisions: Vec<Revision>) -> Self {
        Self { config, revisions }
    }

    /// Everything against one block of the history: syntax, graph (M1xx), and [`check`](crate::check::check).
    pub fn diagnostics(&self, index: usize) -> Vec<Diagnostic> {
        let _ = index;
        Vec::new()
    }

    /// One block, replayed and checked; computed once.
    pub fn checked(&self, index: usize) -> &Checked {
        let _ = index;
        static NOTHING: Checked = Checked {
            engines: Vec::new(),
            diagnostics: Vec::new(),
        };
        &NOTHING
    }

    /// The engines in force for a block, each with the schema that its ancestors leave.
    pub fn before(&self, index: usize) -> Vec<(Target, Schema)> {
        let _ = index;
        Vec::new()
    }

    /// The same for a block that is not, or not so, in the history: an unsaved editor's, a doctest's.
    ///
    /// `instead` is the block of the history that it takes the place of.
    pub fn foreign(&self, revision: &Revision, instead: Option<usize>) -> (Checked, Vec<Diagnostic>) {
        let _ = (revision, instead);
        Default::default()
    }
}
