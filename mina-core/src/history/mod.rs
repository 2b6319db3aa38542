//! Revisions, how they build on each other, and the schema that each leaves.

mod checksum;
mod commute;
mod create;
mod edges;
mod end;
mod fold;
mod footprint;
pub mod graph;
pub mod identifier;
mod layout;
mod mention;
pub mod plan;
mod problems;
mod refusal;
mod released;
mod set;
mod squash;
pub mod target;
mod trace;

pub use checksum::checksum;
pub use graph::{Graph, Node};
pub use plan::{Goal, Plan};
pub use refusal::{Direction, TargetError};
pub use set::Set;
pub use squash::{Squash, Unsquashable};

pub use trace::{Resolved, Step, Trace};

use crate::check::{Checked, Released, Subject, quietly};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::engine::Target;
use crate::schema::Schema;
use crate::syntax::ast::Ident;
use crate::syntax::source::{SourceBlock, SourceError, scan};
use crate::syntax::{Block, Location, Span, Tokens, parse};
use end::End;
use fold::Folded;
use layout::{Bind, Blocks, Layout};
use std::sync::OnceLock;

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

impl Revision {
    /// The blocks of a file, whose name is relative to its crate.
    ///
    /// # Errors
    ///
    /// The file is no sequence of Rust tokens.
    pub fn all_in(text: &str, file: &str) -> Result<Vec<Self>, SourceError> {
        Self::scanned(text, file, parse::parse)
    }

    /// The same with the header of each block alone: its bodies are empty.
    ///
    /// # Errors
    ///
    /// The file is no sequence of Rust tokens.
    pub fn heads_in(text: &str, file: &str) -> Result<Vec<Self>, SourceError> {
        Self::scanned(text, file, parse::parse_head)
    }

    fn scanned(text: &str, file: &str, parse: fn(&Tokens) -> parse::Parsed) -> Result<Vec<Self>, SourceError> {
        let revision = |SourceBlock { tokens, location, .. }| {
            let parsed = parse(&tokens);
            Self {
                block: parsed.block,
                syntax: parsed.diagnostics,
                tokens,
                location,
                file: file.to_owned(),
            }
        };
        Ok(scan(text)?.into_iter().map(revision).collect())
    }

    fn place(&self) -> (&str, u32, u32) {
        (&self.file, self.location.line, self.location.column)
    }

    /// `versions/20251008120000_add_phone.rs:12`, as far as it is known.
    fn place_of(&self, word: Option<&Ident>) -> String {
        let place = word.map(|word| self.place_of_span(word.span));
        place.unwrap_or_else(|| self.place_at(self.location))
    }

    fn place_of_span(&self, span: Span) -> String {
        self.place_at(self.tokens.location(span).unwrap_or(self.location))
    }

    fn place_at(&self, location: Location) -> String {
        match (self.file.as_str(), location.line) {
            ("", 0) => "this file".into(),
            ("", line) => format!("line {line}"),
            (file, 0) => file.into(),
            (file, line) => format!("{file}:{line}"),
        }
    }
}

/// All blocks of a crate's version locations (or of one folder), every bind's, folded on demand and once.
#[derive(Debug)]
pub struct History {
    /// mina.toml.
    pub config: Config,
    /// The blocks, sorted by id, those without one last.
    pub revisions: Vec<Revision>,
    layout: OnceLock<Layout>,
    folds: Vec<OnceLock<Folded>>,
    trusted: bool,
    ends: Vec<OnceLock<End>>,
    marks: OnceLock<Vec<Released>>,
    released: OnceLock<Vec<Released>>,
    conflicts: OnceLock<Vec<Vec<Diagnostic>>>,
}

impl History {
    /// A history of these blocks, in any order.
    pub fn new(config: Config, mut revisions: Vec<Revision>) -> Self {
        let id = |revision: &Revision| revision.block.revision.as_ref().map(|id| id.text.clone());
        revisions.sort_by(|a, b| {
            let ids = (id(a).is_none(), id(a)).cmp(&(id(b).is_none(), id(b)));
            ids.then_with(|| a.place().cmp(&b.place()))
        });
        Self {
            config,
            layout: OnceLock::new(),
            folds: revisions.iter().map(|_| OnceLock::new()).collect(),
            trusted: false,
            ends: revisions.iter().map(|_| OnceLock::new()).collect(),
            marks: OnceLock::new(),
            released: OnceLock::new(),
            conflicts: OnceLock::new(),
            revisions,
        }
    }

    /// Takes it that the blocks were checked when their crate was compiled: for what they leave, their upgrades alone are
    /// replayed then. What is [foreign](Self::foreign), and a block that is asked for [itself](Self::checked), is checked as ever.
    pub fn trust(&mut self) {
        self.trusted = true;
    }

    /// The graph of a block's bind.
    pub fn graph(&self, index: usize) -> &Graph {
        &self.layout().bind(index).graph
    }

    /// The block of a revision, in the graph of a block's bind.
    pub fn block_of(&self, index: usize, node: usize) -> usize {
        self.layout().bind(index).blocks[node]
    }

    /// The graphs of all binds, the default one first, each with its name.
    pub fn graphs(&self) -> impl Iterator<Item = (Option<&str>, &Graph)> {
        self.layout().binds.iter().map(|bind| (bind.name.as_deref(), &bind.graph))
    }

    /// The block of each revision of a bind's graph; none where there is no such bind.
    pub fn blocks(&self, bind: Option<&str>) -> &[usize] {
        let bind = self.layout().binds.iter().find(|other| other.name.as_deref() == bind);
        bind.map_or(&[], |bind| &bind.blocks)
    }

    /// Everything against one block of the history: syntax, graph (M1xx), and [`check`](crate::check::check).
    pub fn diagnostics(&self, index: usize) -> Vec<Diagnostic> {
        let mut diagnostics = self.outline(index);
        diagnostics.extend_from_slice(self.conflicts(index));
        diagnostics.extend_from_slice(&self.checked(index).diagnostics);
        diagnostics
    }

    /// What is wrong with a block's text and its place in the graph: what is known without replaying anything.
    pub fn outline(&self, index: usize) -> Vec<Diagnostic> {
        let mut diagnostics = self.revisions[index].syntax.clone();
        diagnostics.extend(problems::problems(&self.config, self.layout(), Blocks::new(&self.revisions), index));
        diagnostics
    }

    /// What is said on demand alone: how a block is written, and what is slow or short later, unless mina.toml gives the lint a
    /// level: then it is among the block's [`diagnostics`](Self::diagnostics).
    pub fn style(&self, index: usize) -> Vec<Diagnostic> {
        let revision = &self.revisions[index];
        let subject = Subject {
            block: &revision.block,
            tokens: &revision.tokens,
            file: &revision.file,
            config: &self.config,
            parents: &[],
            released: self.released(self.layout(), index),
        };
        quietly(&subject, &self.checked(index).engines)
    }

    /// One block, replayed and checked; computed once.
    pub fn checked(&self, index: usize) -> &Checked {
        &self.folded(index).checked
    }

    /// The engines in force for a block, each with the schema that its ancestors leave.
    pub fn before(&self, index: usize) -> Vec<(Target, Schema)> {
        let targets = &self.layout().bind(index).targets;
        self.folded(index).in_force(&self.revisions[index], targets)
    }

    /// The schema that a bind's whole history leaves on one of its engines; none where the bind or engine is not there.
    pub fn head(&self, bind: Option<&str>, target: Target) -> Option<Schema> {
        let bind = self.bind_of(bind)?;
        self.left_by(bind, target, &bind.graph.all())
    }

    /// The same of some of its revisions and all that they build on; an id that is not there counts for nothing.
    pub fn schema_of<'a>(&self, bind: Option<&str>, target: Target, ids: impl IntoIterator<Item = &'a str>) -> Option<Schema> {
        let bind = self.bind_of(bind)?;
        let revisions = ids.into_iter().filter_map(|id| bind.graph.find(id));
        self.left_by(bind, target, &bind.graph.with_ancestors(revisions))
    }

    fn left_by(&self, bind: &Bind, target: Target, revisions: &Set) -> Option<Schema> {
        let position = bind.targets.iter().position(|other| *other == target)?;
        if bind.graph.is_linear() {
            return self.union(bind, bind.graph.heads_of(revisions)).into_iter().nth(position);
        }
        // Columns stand in the order in which a database gets them.
        let mut schema = Schema::default();
        for &node in bind.graph.order().iter().filter(|node| revisions.contains(**node)) {
            self.folded(bind.blocks[node]).redo(target, position, &mut schema);
        }
        Some(schema)
    }

    fn bind_of(&self, name: Option<&str>) -> Option<&Bind> {
        self.layout().binds.iter().find(|bind| bind.name.as_deref() == name)
    }

    /// The same as [`checked`](Self::checked) and [`diagnostics`](Self::diagnostics) for a block that is not, or not
    /// so, in the history: an unsaved editor's, a doctest's.
    ///
    /// `instead` is the block of the history that it takes the place of.
    pub fn foreign(&self, revision: &Revision, instead: Option<usize>) -> (Checked, Vec<Diagnostic>) {
        let blocks = Blocks::with(&self.revisions, revision, instead);
        let index = instead.unwrap_or(self.revisions.len());
        let layout = Layout::new(&self.config, blocks);
        let checked = self.fold(&layout, blocks, index).checked;
        let mut diagnostics = revision.syntax.clone();
        diagnostics.extend(problems::problems(&self.config, &layout, blocks, index));
        diagnostics.extend(self.conflicts_of_guest(&layout, blocks, index, &checked));
        diagnostics.extend_from_slice(&checked.diagnostics);
        (checked, diagnostics)
    }

    fn layout(&self) -> &Layout {
        self.layout.get_or_init(|| Layout::new(&self.config, Blocks::new(&self.revisions)))
    }
}
