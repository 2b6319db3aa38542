//! Models to a schema.

use super::order::ordered;
use super::{Block, Models};
use crate::check::merge;
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::engine::{Engine, Target};
use crate::operation::{Context, replay_end};
use crate::schema::Schema;
use crate::syntax::ast::{self, Body, Statement};
use std::collections::BTreeMap;

/// The schema that models say on one engine.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    /// The schema; what is wrong is left out of it and tainted.
    pub schema: Schema,
    /// What is wrong with it (M2xx, M5xx); the errors of the text are [`Models::syntax`].
    pub diagnostics: Vec<Diagnostic>,
}

impl Models {
    /// The schema of a database on one engine. `targets` are all engines in force, for what is said of others.
    ///
    /// What has no name gets the one that the naming convention gives at the head of the history.
    pub fn resolve(&self, config: &Config, bind: Option<&str>, target: Target, targets: &[Target]) -> Resolved {
        let config = Config {
            naming: vec![(None, config.naming_at_head().clone())],
            ..config.clone()
        };
        let engine = target.engine();
        let blocks: Vec<&Block> = self.of(bind).filter(|block| is_for(&block.said, engine)).collect();
        let said = blocks.iter().enumerate().flat_map(|(index, block)| {
            let here = block.said.statements.iter().filter(|statement| is_on(statement, engine));
            here.map(move |statement| (index, statement))
        });
        let mut owners: BTreeMap<(u32, u32), usize> = BTreeMap::new();
        let statements: Vec<&Statement> = said
            .map(|(index, statement)| {
                owners.insert((statement.span.start, statement.span.end), index);
                statement
            })
            .collect();
        let owner = |statement: &Statement| owners.get(&(statement.span.start, statement.span.end)).copied().unwrap_or_default();
        let mut resolved = Resolved::default();
        let mut parts: Vec<(usize, Body)> = Vec::new();
        for statement in ordered(statements.into_iter(), engine) {
            let owner = owner(&statement);
            match parts.last_mut() {
                Some((last, body)) if *last == owner => body.statements.push(statement),
                _ => parts.push((
                    owner,
                    Body {
                        statements: vec![statement],
                        span: Default::default(),
                    },
                )),
            }
        }
        for (owner, body) in &parts {
            let Some(block) = blocks.get(*owner) else { continue };
            let named: Vec<Target> = targets
                .iter()
                .copied()
                .filter(|target| is_for(&block.said, target.engine()))
                .collect();
            let head = ast::Block {
                engines: block.said.engines.clone(),
                ..ast::Block::default()
            };
            let cx = Context {
                target,
                targets: &named,
                config: &config,
                block: &head,
                tokens: &self.tokens,
                file: self.files.get(block.file).map_or("", |(_, file)| file),
                downgrade: false,
            };
            let (schema, diagnostics) = replay_end(std::mem::take(&mut resolved.schema), body, &cx);
            resolved.diagnostics.extend(diagnostics);
            resolved.schema = schema;
        }
        resolved.diagnostics.iter_mut().for_each(in_words_of_models);
        resolved
    }

    /// The same on each of some engines, and everything that is wrong, the text included: the same on all engines once,
    /// else naming the engines.
    pub fn resolve_all(&self, config: &Config, bind: Option<&str>, targets: &[Target]) -> (Vec<(Target, Schema)>, Vec<Diagnostic>) {
        let mut schemas = Vec::with_capacity(targets.len());
        let mut findings = Vec::with_capacity(targets.len());
        for &target in targets {
            let resolved = self.resolve(config, bind, target, targets);
            schemas.push((target, resolved.schema));
            findings.push((target, resolved.diagnostics));
        }
        let mut diagnostics = self.syntax.clone();
        diagnostics.extend(merge::merge(findings));
        merge::tidy(&mut diagnostics);
        (schemas, diagnostics)
    }
}

fn is_for(block: &ast::ModelBlock, engine: Engine) -> bool {
    block.engines.is_empty() || block.engines.iter().any(|on| on.engine == engine)
}

fn is_on(statement: &Statement, engine: Engine) -> bool {
    statement.on.is_empty() || statement.on.iter().any(|on| on.engine == engine)
}

/// What a migration makes with `create_table`, models say with `table`.
fn in_words_of_models(diagnostic: &mut Diagnostic) {
    let words = |text: &mut String| {
        if text.contains("create_") {
            for word in ["table", "enum", "view", "sequence", "trigger", "function", "extension", "schema"] {
                *text = text.replace(&format!("`create_{word}"), &format!("`{word}"));
            }
            *text = text.replace("create it first:", "say it as well:");
        }
        if text.contains("head the block") {
            *text = text.replace("head the block", "head the models");
        }
    };
    words(&mut diagnostic.message);
    diagnostic.help.iter_mut().for_each(words);
}
