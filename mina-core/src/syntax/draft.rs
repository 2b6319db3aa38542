//! The text of a new migration.

use super::ast::{Block, Body, Downgrade, EngineRef, Ident};
use super::format::format;
use super::print::around;
use super::token::Span;
use crate::engine::Engine;
use std::fmt;

/// What a new file of one migration says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// The engines it is for; none for all of its database.
    pub engines: Vec<Engine>,
    /// What it does, in one line.
    pub message: String,
    /// Whatever else there is to say.
    pub description: String,
    /// Its id.
    pub revision: String,
    /// The revisions it builds on; none for `base`.
    pub revises: Vec<String>,
    /// Revisions that must be there too.
    pub depends_on: Vec<String>,
    /// The name of the branch that begins here.
    pub label: Option<String>,
    /// The id that it had before.
    pub alias: Option<String>,
    /// The revisions that were made into it.
    pub squashes: Vec<String>,
    /// Its database.
    pub bind: Option<String>,
    /// What it says of transactions, if anything.
    pub transaction: Option<bool>,
    /// The statements of its upgrade, as the printer or a person wrote them.
    pub upgrade: String,
    /// The way back.
    pub downgrade: DraftDowngrade,
}

/// The downgrade of a [`Draft`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftDowngrade {
    /// Statements in braces.
    Statements(String),
    /// Derived from the upgrade.
    Auto,
    /// None, and why.
    Irreversible(String),
}

impl Default for DraftDowngrade {
    fn default() -> Self {
        Self::Statements(String::new())
    }
}

impl Draft {
    /// The block without its statements.
    fn block(&self) -> Block {
        let ident = |text: &String| Ident {
            text: text.clone(),
            span: Span::default(),
        };
        let engine = |engine: &Engine| EngineRef {
            engine: *engine,
            span: Span::default(),
        };
        let gap = if self.message.is_empty() || self.description.is_empty() {
            ""
        } else {
            "\n\n"
        };
        Block {
            engines: self.engines.iter().map(engine).collect(),
            doc: format!("{}{gap}{}", self.message, self.description),
            revision: Some(ident(&self.revision)),
            revises: self.revises.iter().map(ident).collect(),
            depends_on: self.depends_on.iter().map(ident).collect(),
            label: self.label.as_ref().map(ident),
            alias: self.alias.as_ref().map(ident),
            squashes: self.squashes.iter().map(ident).collect(),
            bind: self.bind.as_ref().map(ident),
            transaction: self.transaction,
            downgrade: match &self.downgrade {
                DraftDowngrade::Statements(_) => Downgrade::Body(Body::default()),
                DraftDowngrade::Auto => Downgrade::Auto(Span::default()),
                DraftDowngrade::Irreversible(why) => Downgrade::Irreversible {
                    why: why.clone(),
                    span: Span::default(),
                },
            },
            ..Block::default()
        }
    }
}

/// The whole file. Statements that do not parse stand in it as they are.
impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let downgrade = match &self.downgrade {
            DraftDowngrade::Statements(text) => text,
            DraftDowngrade::Auto | DraftDowngrade::Irreversible(_) => "",
        };
        let text = format!("mina::migration! {{\n{}\n}}\n", around(&self.block(), &self.upgrade, downgrade));
        f.write_str(&format(&text).map(|formatted| formatted.text).unwrap_or(text))
    }
}
