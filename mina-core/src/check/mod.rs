//! The rules: what a block may not do, one file a rule family.

mod attribute;
mod auto;
mod back;
mod downgrade;
mod engines;
mod facts;
mod gone;
mod identity;
mod lints;
mod lossy;
pub(crate) mod merge;
mod order;
mod proof;
mod restore;
mod restore_words;
pub mod rows;
mod safe;
pub(crate) mod safety;
pub(crate) mod spell;
pub(crate) mod style;
pub(crate) mod units;
mod word;
pub(crate) mod writes;

pub use back::ways_back;
pub use safety::Released;
pub(crate) use spell::model_block;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Lint};
use crate::engine::Target;
use crate::history::Trace;
use crate::operation::{Context, Operation, replay};
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
    /// What mina.toml says is released; none where it does not say.
    pub released: Option<&'a Released>,
}

impl<'a> Subject<'a> {
    /// What a body of it is replayed with on an engine.
    fn context(&self, target: Target, targets: &'a [Target], downgrade: bool) -> Context<'a> {
        Context {
            target,
            targets,
            config: self.config,
            block: self.block,
            tokens: self.tokens,
            file: self.file,
            downgrade,
        }
    }
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
    let targets: Vec<Target> = subject.parents.iter().map(|(target, _)| *target).collect();
    let mut engines = Vec::with_capacity(targets.len());
    let mut findings = Vec::with_capacity(targets.len());
    for (target, parent) in subject.parents {
        let cx = subject.context(*target, &targets, false);
        let (replayed, mut diagnostics) = on_engine(parent, &cx);
        diagnostics.extend(safety::check(&replayed.up, &cx, subject.released, &|lint| {
            said_by_the_compiler(lint, subject.config)
        }));
        engines.push(replayed);
        findings.push((*target, diagnostics));
    }
    let mut diagnostics = merge::merge(findings);
    diagnostics.extend(engines::incomplete(subject));
    diagnostics.extend(lints::of_block(subject));
    let up = engines.first().map(|replayed| &replayed.up);
    diagnostics.extend(style::of_block(subject, up, |lint| said_by_the_compiler(lint, subject.config)));
    merge::tidy(&mut diagnostics);
    Checked { engines, diagnostics }
}

/// What is said of a block on demand alone: what [`check`] leaves to `mina lint`.
pub fn quietly(subject: &Subject<'_>, engines: &[Replayed]) -> Vec<Diagnostic> {
    let asked = |lint| !said_by_the_compiler(lint, subject.config);
    let targets: Vec<Target> = engines.iter().map(|replayed| replayed.up.target).collect();
    let found = engines.iter().map(|replayed| {
        let cx = subject.context(replayed.up.target, &targets, false);
        (replayed.up.target, safety::check(&replayed.up, &cx, subject.released, &asked))
    });
    let mut diagnostics = merge::merge(found.collect());
    diagnostics.extend(style::of_block(subject, engines.first().map(|replayed| &replayed.up), asked));
    merge::tidy(&mut diagnostics);
    diagnostics
}

fn said_by_the_compiler(lint: Lint, config: &Config) -> bool {
    !lint.is_quiet() || config.lints.contains_key(&lint)
}

/// Operations as statements of the language, what tightens allowed to fail on rows.
pub fn statements(operations: &[Operation]) -> Vec<String> {
    spell::said(operations)
        .map(|operation| spell::text(std::slice::from_ref(&*operation), false))
        .collect()
}

/// An operation as a statement, in backticks.
pub(crate) fn said(operation: &Operation) -> String {
    format!("`{}`", spell::lines_without_allow(std::slice::from_ref(operation)).join(" "))
}

fn on_engine(parent: &Schema, cx: &Context<'_>) -> (Replayed, Vec<Diagnostic>) {
    let block = cx.block;
    let mut up = replay(parent.clone(), &block.upgrade, cx);
    let mut diagnostics = std::mem::take(&mut up.diagnostics);
    let is_whole = !diagnostics.iter().any(Diagnostic::is_error);
    order::advise(&mut diagnostics, parent, &block.upgrade, cx);
    diagnostics.extend(rows::check(&up, cx));
    diagnostics.extend(units::check(&up, cx));

    let (mut down, more) = downgrade::replay_downgrade(&up, cx);
    diagnostics.extend(more);
    if let Some(down) = &mut down {
        let written = match &block.downgrade {
            ast::Downgrade::Body(body) => Some(body),
            _ => None,
        };
        let refused = std::mem::take(&mut down.diagnostics);
        // What is derived undoes only what could be done.
        let derivable = written.is_some() || refused.is_empty() && is_whole;
        diagnostics.extend(refused);
        if derivable {
            let restored = restore::restores(&up, down, written);
            if let Some(body) = written {
                restore::said_better(&mut diagnostics, &restored, body);
            }
            diagnostics.extend(restored);
            let mut tightened = rows::check(down, cx);
            if written.is_none() {
                tightened.iter_mut().for_each(downgrade::derived);
            }
            diagnostics.extend(tightened);
        }
        if written.is_some() {
            diagnostics.extend(units::check(down, cx));
        }
    }
    diagnostics.extend(lossy::check(&up, down.as_ref(), cx));
    (Replayed { up, down }, diagnostics)
}

#[cfg(test)]
pub(crate) mod tests;
