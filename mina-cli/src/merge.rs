//! `merge`: one migration on top of several.

use crate::failure::Failure;
use crate::fresh::{Fresh, check_splice};
use crate::ground::{Ground, listed, resolve};
use crate::hook;
use crate::session::Session;
use mina_command::Output;
use mina_command::source::Merge;
use mina_core::diagnostic::Code;

impl Session {
    pub fn merge(&self, wanted: Merge) -> Result<Output, Failure> {
        let ground = Ground::read(self.project()?)?;
        hook::check(&ground.project)?;
        let targets: Vec<&str> = wanted.revisions.iter().map(String::as_str).collect();
        let bind = ground.bind(&self.options, &targets)?;
        let graph = ground.graph(bind.as_deref());
        let mut parents = Vec::new();
        for target in targets {
            for revision in resolve(graph, target, "")? {
                if parents.contains(&revision) && wanted.revisions.len() > 1 {
                    return Err(Failure::usage(format!("`{}` is named twice", graph.id(revision))));
                }
                parents.push(revision);
            }
        }
        parents.sort_unstable();
        if let [] | [_] = parents[..] {
            let heads: Vec<usize> = graph.heads().collect();
            let failure = Failure::refused(match &heads[..] {
                [] => "the history is empty: there is nothing to join".to_owned(),
                [one] => format!("there is one head, {}: nothing is to be joined", listed(graph, &[*one])),
                _ => format!("{} alone is nothing to join", listed(graph, &parents)),
            });
            return Err(match heads.len() {
                0 | 1 => failure,
                _ => failure.or(format!("the heads are {}", listed(graph, &heads))),
            });
        }
        for &above in &parents {
            if let Some(&below) = parents.iter().find(|&&below| graph.is_ancestor(below, above)) {
                let message = format!("`{}` builds on `{}`: there is nothing to join", graph.id(above), graph.id(below));
                return Err(Failure::usage(message));
            }
        }
        check_splice(graph, &parents, wanted.splice)?;
        check(&ground, bind.as_deref(), &parents)?;
        let fresh = Fresh {
            message: wanted
                .message
                .unwrap_or_else(|| format!("Merge {}", listed(graph, &parents).replace('`', ""))),
            parents,
            label: wanted.branch_label,
            revision: wanted.rev_id,
            is_merge: true,
            bind,
            ..Fresh::default()
        };
        fresh.draft(&ground)?.write(&ground, &self.options)
    }
}

/// Refuses branches of which one changes what the other one does as well.
pub fn check(ground: &Ground, bind: Option<&str>, parents: &[usize]) -> Result<(), Failure> {
    let graph = ground.graph(bind);
    let below = |parent: usize| graph.with_ancestors([parent]);
    let shared = parents.iter().fold(graph.all(), |shared, &parent| shared.and(&below(parent)));
    let branches = graph.with_ancestors(parents.iter().copied()).without(&shared);
    let mut clashes = Vec::new();
    for block in branches.iter().filter_map(|revision| ground.block(bind, revision)) {
        let revision = &ground.history().revisions[block];
        for found in ground.history().diagnostics(block) {
            if !found.is_error() || matches!(found.code(), Some(Code::M105)) {
                continue;
            }
            let place = revision.tokens.location(found.span).unwrap_or(revision.location);
            clashes.push(format!("{}:{}:{}: {found}", revision.file, place.line, place.column));
        }
    }
    if clashes.is_empty() {
        return Ok(());
    }
    let failure = Failure::refused(format!("{} cannot be joined", listed(graph, parents)));
    let failure = clashes.into_iter().fold(failure, Failure::or);
    Err(failure.or("nothing was written; have one branch build on the other (`mina rebase REV --onto REV`), or change what clashes"))
}
