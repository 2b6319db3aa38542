//! Indexes that are built or dropped under a lock.

use super::{Ground, listed, or_allow};
use crate::diagnostic::{Diagnostic, Lint};
use crate::engine::Engine;
use crate::history::Resolved;
use crate::operation::Operation;
use crate::schema::{Constraint, Index, ObjectName};

const SMALL: &str = "it is small";

pub(super) fn check(ground: &Ground<'_>, resolved: &Resolved) -> Option<Diagnostic> {
    let table = blocked(ground, resolved)?;
    if !ground.is_live(table, &resolved.before) {
        return None;
    }
    let lint = Lint::BlockingIndex;
    let (message, help) = match &resolved.operation {
        Operation::CreateIndex { index, .. } if ground.engine() == Engine::Mysql => (
            format!(
                "{} lets nobody write to `{table}` while `{}` is built",
                ground.product(),
                index.name
            ),
            "it has no other way to build a FULLTEXT index: do it when nobody writes".to_owned(),
        ),
        Operation::CreateIndex { index, .. } => (
            format!("PostgreSQL lets nobody write to `{table}` while `{}` is built", index.name),
            "write `{ concurrently = true }` after it: the index is then built while the table is in use".to_owned(),
        ),
        Operation::DropIndex { index, .. } => (
            format!(
                "PostgreSQL lets nobody read or write `{table}` from when it begins to wait for the queries that use it until `{}` is gone",
                index.name
            ),
            "write `{ concurrently = true }` after it: nobody waits then".to_owned(),
        ),
        Operation::CreateConstraint { constraint, .. } => (
            format!(
                "PostgreSQL lets nobody read or write `{table}` while the index of `{}` is built",
                constraint.name()
            ),
            "write `{ online = true }` after it: its index is then built while the table is in use".to_owned(),
        ),
        Operation::AddColumn { column, .. } => (
            format!(
                "PostgreSQL lets nobody read or write `{table}` while the index on `{}` is built",
                column.name
            ),
            "add the column alone, and after it the index with `{ concurrently = true }`, what is unique with `{ online = true }`"
                .to_owned(),
        ),
        _ => return None,
    };
    let found = ground.say(lint, resolved, || message)?;
    Some(found.help(help).help(or_allow(lint, SMALL)))
}

/// The table that an operation keeps locked for the sake of an index.
fn blocked<'o>(ground: &Ground<'_>, resolved: &'o Resolved) -> Option<&'o ObjectName> {
    let on_postgres = ground.engine() == Engine::Pg;
    match &resolved.operation {
        Operation::CreateIndex {
            table,
            index,
            concurrently: false,
        } => (on_postgres || ground.engine() == Engine::Mysql && is_fulltext(index)).then_some(table),
        Operation::DropIndex {
            table,
            concurrently: false,
            ..
        } => on_postgres.then_some(table),
        Operation::CreateConstraint {
            table,
            constraint: Constraint::Unique(_) | Constraint::PrimaryKey(_),
            ..
        } => on_postgres.then_some(table),
        Operation::AddColumn {
            table,
            constraints,
            indexes,
            ..
        } => {
            let builds = |constraint: &Constraint| matches!(constraint, Constraint::Unique(_) | Constraint::PrimaryKey(_));
            (on_postgres && (!indexes.is_empty() || constraints.iter().any(builds))).then_some(table)
        }
        _ => None,
    }
}

fn is_fulltext(index: &Index) -> bool {
    index.method.as_ref().is_some_and(|method| method.eq_ignore_ascii_case("fulltext"))
}

/// The tables among some that are in use, as a sentence names them.
pub(super) fn live<'n>(ground: &Ground<'_>, resolved: &Resolved, tables: impl IntoIterator<Item = &'n ObjectName>) -> String {
    let mut names: Vec<&ObjectName> = tables.into_iter().filter(|name| ground.is_live(name, &resolved.before)).collect();
    names.dedup();
    listed(names)
}
