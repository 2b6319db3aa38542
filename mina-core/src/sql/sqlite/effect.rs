//! What an `effect` promises, object by object.

use super::change::{Expected, difference};
use super::raise::{StoredTrigger, StoredView};
use super::step::{create_trigger, create_view};
use super::{EditKind, lower};
use crate::operation::Operation;
use crate::schema::{ObjectName, Schema};

/// What the live database has to show after a step with this effect.
///
/// A table is looked at once, for what the effect says about it.
pub(super) fn expected(effect: &[Operation], before: &Schema, after: &Schema) -> Vec<Expected> {
    let mut all = Vec::new();
    let mut tables: Vec<&ObjectName> = Vec::new();
    let mut made: Vec<&ObjectName> = Vec::new();
    for operation in effect {
        match operation {
            Operation::DropTable(table) => all.extend(gone("table", &table.name.name, after)),
            Operation::DropView(view) => all.extend(gone("view", &view.name.name, after)),
            Operation::DropTrigger(trigger) => all.extend(gone("trigger", &trigger.name, after)),
            Operation::CreateView(view) => all.extend(after.view(&view.name).map(|view| {
                Expected::View(StoredView {
                    name: view.name.name.to_string(),
                    sql: create_view(view),
                })
            })),
            Operation::CreateTrigger(trigger) => all.extend(after.trigger(&trigger.table, &trigger.name).map(|trigger| {
                Expected::Trigger(StoredTrigger {
                    name: trigger.name.clone(),
                    table: trigger.table.name.to_string(),
                    sql: create_trigger(trigger),
                })
            })),
            Operation::RenameTable { from, to, .. } => {
                all.extend(gone("table", &from.name, after));
                tables.push(to);
            }
            Operation::CreateTable(table) => made.push(&table.name),
            operation => tables.extend(operation.changed_table()),
        }
    }
    tables.sort();
    tables.dedup();
    all.extend(made.iter().filter_map(|name| {
        let table = lower(after.table(name)?, after);
        Some(Expected::Table {
            table,
            about: None,
            without: Vec::new(),
        })
    }));
    let changed = tables.into_iter().filter(|name| !made.contains(name));
    all.extend(changed.filter_map(|name| table(name, before, after)));
    all
}

/// What is made again is not gone.
fn gone(kind: &str, name: &str, after: &Schema) -> Option<Expected> {
    let again = match kind {
        "table" => after.table(&ObjectName::new(name)).is_some(),
        "view" => after.view(&ObjectName::new(name)).is_some(),
        _ => after.triggers().values().any(|trigger| trigger.name == name),
    };
    (!again).then(|| Expected::Gone {
        kind: kind.to_owned(),
        name: name.to_owned(),
    })
}

fn table(name: &ObjectName, before: &Schema, after: &Schema) -> Option<Expected> {
    let table = lower(after.table(name)?, after);
    // What was renamed is looked at as a whole, but for what the history does not know.
    let old = before.table(name).map(|table| lower(table, before)).unwrap_or_default();
    let (mut about, mut without) = (Vec::new(), Vec::new());
    for edit in difference(&old, &table, None) {
        match edit {
            EditKind::AddColumn { column, constraints } => {
                about.push(column.name);
                about.extend(constraints.into_iter().map(|constraint| constraint.name));
            }
            EditKind::AlterColumn { after, .. } => about.push(after.name),
            EditKind::AddConstraint(constraint) => about.push(constraint.name),
            EditKind::CreateIndex(index) => about.push(index.name),
            EditKind::DropColumn { name, constraints } => {
                without.push(name);
                without.extend(constraints.into_iter().map(|constraint| constraint.name));
            }
            EditKind::DropConstraint(constraint) => without.push(constraint.name),
            EditKind::DropIndex(index) => without.push(index.name),
            EditKind::RenameColumn { .. } => {}
        }
    }
    without.retain(|name| !about.contains(name));
    Some(Expected::Table {
        table,
        about: Some(about),
        without,
    })
}
