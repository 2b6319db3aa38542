//! Constraints that look at every row under a lock, NOT NULL among them.

use super::index::live;
use super::{Ground, or_allow};
use crate::check::proof;
use crate::diagnostic::{Diagnostic, Lint};
use crate::engine::Engine;
use crate::history::Resolved;
use crate::operation::Operation;
use crate::schema::{Column, Constraint, ForeignKey, ObjectName, Table};

pub(super) fn check(ground: &Ground<'_>, resolved: &Resolved) -> Vec<Diagnostic> {
    match &resolved.operation {
        Operation::CreateConstraint { table, constraint } if ground.is_live(table, &resolved.before) => {
            blocking(ground, resolved, table, constraint, None).into_iter().collect()
        }
        Operation::AddColumn {
            table,
            column,
            constraints,
            ..
        } if ground.is_live(table, &resolved.before) => {
            let blocking = constraints
                .iter()
                .filter_map(|each| blocking(ground, resolved, table, each, Some(column)));
            blocking.take(1).collect()
        }
        Operation::AlterColumn { table, before, after, .. } => not_null(ground, resolved, table, before, after).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `new` is the column that brings the constraint along.
fn blocking(
    ground: &Ground<'_>,
    resolved: &Resolved,
    table: &ObjectName,
    constraint: &Constraint,
    new: Option<&Column>,
) -> Option<Diagnostic> {
    let lint = Lint::BlockingConstraint;
    let name = constraint.name();
    if ground.engine() == Engine::Mysql && matches!(constraint, Constraint::ForeignKey(_) | Constraint::Check(_)) {
        let found = ground.say(lint, resolved, || {
            format!(
                "{} copies `{table}` for `{name}` and lets nobody write to it meanwhile",
                ground.product()
            )
        })?;
        return Some(
            found
                .help(format!("{} has no other way: do it when nobody writes", ground.product()))
                .help(or_allow(lint, "it is small")),
        );
    }
    if ground.engine() != Engine::Pg {
        return None;
    }
    let (message, help) = match constraint {
        Constraint::ForeignKey(key) if key.not_valid || new.is_some_and(|column| comes_along(column, key)) => return None,
        Constraint::ForeignKey(key) => (
            format!(
                "PostgreSQL lets nobody write to {} while `{name}` looks at every row of `{table}`",
                live(ground, resolved, [table, &key.table])
            ),
            match new {
                None => "write `{ online = true }` after it: the rows are then looked at while both tables are in use",
                Some(_) => "add the column alone, and after it the key by `create_foreign_key … { online = true }`",
            },
        ),
        Constraint::Check(check) if check.not_valid => return None,
        Constraint::Check(_) => (
            format!("PostgreSQL lets nobody read or write `{table}` while `{name}` looks at every row"),
            match new {
                None => "write `{ online = true }` after it: the rows are then looked at while the table is in use",
                Some(_) => "add the column alone, and after it the check by `create_check … { online = true }`",
            },
        ),
        Constraint::Exclusion(_) => (
            format!("PostgreSQL lets nobody read or write `{table}` while the index of `{name}` is built"),
            "PostgreSQL has no other way: do it when nobody uses the table",
        ),
        Constraint::Unique(_) | Constraint::PrimaryKey(_) => return None,
    };
    let found = ground.say(lint, resolved, || message)?;
    Some(found.help(help).help(or_allow(lint, "it is small")))
}

/// A key that is written in the new column's own words is taken for granted: all rows have NULL there.
pub(crate) fn comes_along(column: &Column, key: &ForeignKey) -> bool {
    let alone = key.columns.len() == 1 && key.columns[0] == column.name;
    alone && column.default.is_none() && column.generated.is_none() && !column.identity
}

fn not_null(ground: &Ground<'_>, resolved: &Resolved, name: &ObjectName, before: &Column, after: &Column) -> Option<Diagnostic> {
    let lint = Lint::NotNullScan;
    let tightened = before.nullable && !after.nullable && ground.engine() == Engine::Pg;
    if !tightened || !ground.is_live(name, &resolved.before) || super::rewrite::rewrites(ground, resolved) {
        return None;
    }
    let table = resolved.before.table(name)?;
    if says_not_null(table, &before.name) {
        return None;
    }
    let found = ground.say(lint, resolved, || {
        format!(
            "PostgreSQL lets nobody read or write `{name}` while it looks whether any row has no `{}`",
            after.name
        )
    })?;
    let help = "write `online = true` beside `nullable = false`: the rows are then looked at while the table is in use";
    Some(found.help(help).help(or_allow(lint, "it is small")))
}

/// Whether a valid check says that a column is not NULL, so that PostgreSQL need not look.
pub(crate) fn says_not_null(table: &Table, column: &str) -> bool {
    let mut valid = table.checks.iter().filter(|check| !check.not_valid);
    valid.any(|check| proof::says_not_null(check.expression.tree(), column))
}
