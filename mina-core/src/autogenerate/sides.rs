//! What models ask of a history.

use super::{Draft, Request, Side, draft};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::diff::Renames;
use crate::engine::Target;
use crate::history::History;
use crate::models::Models;
use crate::schema::{ObjectName, Schema};
use crate::syntax::Span;
use crate::syntax::ast::{Block, Ident};
use std::thread;

/// What a history leaves and what models want, on each engine in force.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// One an engine.
    pub sides: Vec<Side>,
    /// The names that `#[was(…)]` gives, those that were given already left out.
    pub renames: Renames,
    /// What is wrong with the models.
    pub diagnostics: Vec<Diagnostic>,
}

/// Sets models beside what some revisions of a database, and their ancestors, leave.
///
/// What the models cannot say, and the tables that mina.toml leaves out, are wanted as they are.
pub fn asked<'a>(history: &History, models: &Models, bind: Option<&str>, ids: impl IntoIterator<Item = &'a str>) -> Asked {
    let config = &history.config;
    let targets: &[Target] = config.bind(bind).map_or(&[], |database| &database.engines);
    let ids: Vec<&str> = ids.into_iter().collect();
    let left = |target: &Target| history.schema_of(bind, *target, ids.iter().copied()).unwrap_or_default();
    let ((schemas, diagnostics), left) = both(
        || models.resolve_all(config, bind, targets),
        || targets.iter().map(left).collect::<Vec<Schema>>(),
    );
    let facets = models.facets(bind);
    let said = models.renames(bind);
    let mut renames = Renames::default();
    let sides = schemas.into_iter().zip(left).map(|((target, want), have)| {
        renames = said.open(&have);
        let want = facets.complete(&want, &have, &renames, target.engine());
        let want = match config.bind(bind) {
            Some(database) => alike(want, &have, &renames, |table| database.compares(table)),
            None => want,
        };
        Side { target, have, want }
    });
    let sides = sides.collect();
    Asked {
        sides,
        renames,
        diagnostics,
    }
}

/// Does two things at once, where a second thread can be had.
fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl Fn() -> B + Sync) -> (A, B) {
    thread::scope(|scope| {
        let begun = thread::Builder::new().spawn_scoped(scope, &other);
        let one = one();
        let joined = begun.ok().and_then(|thread| thread.join().ok());
        (one, joined.unwrap_or_else(&other))
    })
}

/// A schema with the tables that are not compared as they are in another.
#[must_use]
pub fn alike(mut want: Schema, have: &Schema, renames: &Renames, compares: impl Fn(&ObjectName) -> bool) -> Schema {
    let renamed = |name: &ObjectName| renames.tables.iter().any(|(old, _)| old == name);
    for (name, table) in have.tables().iter() {
        if !compares(name) && !renamed(name) {
            want.put_table(table.clone());
        }
    }
    let left: Vec<ObjectName> = want.tables().keys().filter(|name| !compares(name)).cloned().collect();
    for name in left.iter().filter(|name| have.table(name).is_none()) {
        want.remove_table(name);
    }
    want
}

/// The migration between two schemas on each engine, as it would be on top of the whole history: what has no name gets the
/// one that the naming convention gives there.
pub fn between(config: &Config, sides: &[Side], renames: &Renames) -> Draft {
    let config = Config {
        naming: vec![(None, config.naming_at_head().clone())],
        ..config.clone()
    };
    let head = Block {
        doc: "What the models ask for".to_owned(),
        revision: Some(Ident {
            text: "z".to_owned(),
            span: Span::default(),
        }),
        ..Block::default()
    };
    draft(&Request {
        config: &config,
        sides,
        renames,
        head: &head,
    })
}
