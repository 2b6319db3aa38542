//! What an `effect` promises, object by object.

use super::change::{Expected, difference};
use super::{EditKind, lower, model};
use crate::operation::Operation;
use crate::schema::{ObjectName, Schema};

/// What the live database has to show after a step with this effect.
///
/// A table is looked at once, for what the effect says about it.
pub(super) fn expected(effect: &[Operation], before: &Schema, after: &Schema) -> Vec<Expected> {
    let mut all = Vec::new();
    let mut tables: Vec<&ObjectName> = Vec::new();
    for operation in effect {
        match operation {
            Operation::DropTable(table) => all.push(gone("table", &table.name)),
            Operation::DropView(view) => all.push(gone("view", &view.name)),
            Operation::DropTrigger(trigger) => all.push(gone("trigger", &ObjectName::new(&trigger.name))),
            Operation::CreateView(view) => all.push(there("view", &view.name.name)),
            Operation::CreateTrigger(trigger) => all.push(there("trigger", &trigger.name)),
            Operation::RenameTable { from, to, .. } => {
                all.push(gone("table", from));
                tables.push(to);
            }
            Operation::CreateTable(table) => tables.push(&table.name),
            Operation::AddColumn { table, .. }
            | Operation::DropColumn { table, .. }
            | Operation::RenameColumn { table, .. }
            | Operation::AlterColumn { table, .. }
            | Operation::CreateConstraint { table, .. }
            | Operation::DropConstraint { table, .. }
            | Operation::CreateIndex { table, .. }
            | Operation::DropIndex { table, .. } => tables.push(table),
            _ => {}
        }
    }
    tables.sort();
    tables.dedup();
    all.extend(tables.into_iter().filter_map(|name| table(name, before, after)));
    all
}

fn gone(kind: &str, name: &ObjectName) -> Expected {
    Expected::Gone {
        kind: kind.into(),
        name: name.name.to_string(),
    }
}

fn there(kind: &str, name: &str) -> Expected {
    Expected::There {
        kind: kind.into(),
        name: name.into(),
    }
}

fn table(name: &ObjectName, before: &Schema, after: &Schema) -> Option<Expected> {
    let wanted = lower(after.table(name)?, after);
    let Some(old) = before.table(name).map(|table| lower(table, before)) else {
        return Some(Expected::Table {
            table: wanted,
            without: Vec::new(),
        });
    };
    let mut table = model::Table {
        name: wanted.name.clone(),
        strict: wanted.strict,
        without_rowid: wanted.without_rowid,
        ..model::Table::default()
    };
    let mut without = Vec::new();
    for edit in difference(&old, &wanted, None) {
        match edit {
            EditKind::AddColumn { column, constraints } => {
                table.columns.push(column);
                table.constraints.extend(constraints);
            }
            EditKind::AlterColumn { after, .. } => table.columns.push(after),
            EditKind::DropColumn { name, .. } => without.push(name),
            EditKind::AddConstraint(constraint) => table.constraints.push(constraint),
            EditKind::DropConstraint(constraint) => without.push(constraint.name),
            EditKind::CreateIndex(index) => table.indexes.push(index),
            EditKind::DropIndex(index) => without.push(index.name),
            EditKind::RenameColumn { .. } => {}
        }
    }
    without.retain(|name| {
        let again = table.constraints.iter().any(|constraint| constraint.name == *name);
        !again && !table.indexes.iter().any(|index| index.name == *name)
    });
    Some(Expected::Table { table, without })
}
