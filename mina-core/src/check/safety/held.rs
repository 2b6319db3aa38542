//! Locks of PostgreSQL that a transaction keeps while it does more: each is held until the commit.

use super::{Ground, or_allow};
use crate::check::units::is_ddl;
use crate::diagnostic::{Diagnostic, Lint};
use crate::engine::Engine;
use crate::history::Resolved;
use crate::operation::Operation;
use crate::schema::ObjectName;
use crate::sql::{self, postgres::is_online};
use crate::syntax::Span;

pub(super) fn check(ground: &Ground<'_>) -> Vec<Diagnostic> {
    if ground.engine() != Engine::Pg || !(ground.asked)(Lint::HeldLock) {
        return Vec::new();
    }
    let locking = ground.operations().any(|resolved| !locked(ground, resolved).is_empty());
    if ground.up.steps.len() < 2 || !locking {
        return Vec::new();
    }
    let mut found = Vec::new();
    for steps in sql::transactions(ground.up, ground.cx.tokens, ground.cx.block.transaction) {
        let operations = ground.up.steps[steps].iter().flat_map(|step| &step.operations);
        found.extend(in_transaction(ground, operations));
    }
    found
}

/// The first thing that a transaction does while it keeps a table locked that this has no need of.
fn in_transaction<'t>(ground: &Ground<'_>, operations: impl Iterator<Item = &'t Resolved>) -> Option<Diagnostic> {
    let mut held: Option<(ObjectName, Span)> = None;
    for resolved in operations {
        let tables = locked(ground, resolved);
        match &held {
            Some((first, word)) if tables.iter().any(|table| table != first) => {
                let table = tables.iter().find(|table| *table != first)?;
                let message = || format!("`{table}` is locked in the transaction that keeps `{first}` locked");
                let found = ground.say(Lint::HeldLock, resolved, message)?;
                let found = found.label(*word, format!("`{first}` is locked from here to the commit"));
                let help = "give each a migration of its own: a transaction that waits for the second table holds the first one up";
                return Some(found.help(help).help(or_allow(Lint::HeldLock, "both are small")));
            }
            Some((first, word)) if !is_ddl(&resolved.operation) && !is_alone(&resolved.operation) => {
                let message = || format!("rows are written in the transaction that keeps `{first}` locked");
                let found = ground.say(Lint::HeldLock, resolved, message)?;
                let found = found.label(*word, format!("`{first}` is locked from here to the commit"));
                let found = found.help("write `backfill`, or give the step a migration of its own");
                return Some(found.help(or_allow(Lint::HeldLock, "it is small")));
            }
            Some(_) => {}
            None => held = tables.into_iter().next().map(|table| (table, resolved.word)),
        }
    }
    None
}

fn is_alone(operation: &Operation) -> bool {
    matches!(operation, Operation::Backfill { .. })
}

/// The tables in use that an operation locks against reads or writes, its own first.
fn locked(ground: &Ground<'_>, resolved: &Resolved) -> Vec<ObjectName> {
    if is_online(resolved) {
        return Vec::new();
    }
    let tables: Vec<&ObjectName> = match &resolved.operation {
        Operation::DropTable(table) => vec![&table.name],
        Operation::RenameTable { from, .. } => vec![from],
        Operation::RenameIndex { .. }
        | Operation::CreateIndex { concurrently: true, .. }
        | Operation::DropIndex { concurrently: true, .. } => Vec::new(),
        operation => operation.changed_table().into_iter().collect(),
    };
    let live = tables.into_iter().filter(|table| ground.is_live(table, &resolved.before));
    live.cloned().collect()
}
