//! What a statement costs on SQLite, whose database has one writer, and a pass over a table.

use super::change::{EditKind, TableChange};
use super::model::Rule;
use crate::engine::Engine;
use crate::schema::ObjectName;
use crate::sql::clause::Words;
use crate::sql::cost::{Cost, Mode, WorkKind};

pub(super) fn cost(sql: &str) -> Cost {
    let mut cost = Cost::default();
    let mut words = Words::of(sql, Engine::Sqlite);
    match () {
        () if words.skip_any(&["select", "with", "values"]) => return cost,
        () if words.skip_any(&["create index", "create unique index"]) => {
            if words.find("on")
                && let Some(table) = words.object()
            {
                cost.work(&table, WorkKind::BuildIndex);
            }
        }
        () if words.skip("alter table") => {
            let table = words.object().filter(|_| words.skip("drop"));
            table.iter().for_each(|table| cost.work(table, WorkKind::Rewrite));
        }
        () if words.skip_any(&["update", "delete from", "insert into", "replace into"]) => {
            words.object().iter().for_each(|table| cost.work(table, WorkKind::WriteRows));
        }
        () => {}
    }
    cost.lock(None, Mode::Writer);
    cost
}

/// What a pass costs where SQLite does it itself, or its stored text is edited; whether it does is known beside the database.
pub(in crate::sql) fn pass(change: &TableChange) -> Cost {
    let mut cost = Cost::default();
    let table = ObjectName::new(&change.table);
    change.edits.iter().for_each(|edit| natively(&mut cost, &table, &edit.kind));
    cost.lock(None, Mode::Writer);
    cost
}

fn natively(cost: &mut Cost, table: &ObjectName, edit: &EditKind) {
    match edit {
        EditKind::DropColumn { .. } => cost.work(table, WorkKind::Rewrite),
        EditKind::CreateIndex(_) => cost.work(table, WorkKind::BuildIndex),
        EditKind::AlterColumn { before, after, .. } if after.nullable || !before.nullable => {}
        EditKind::AlterColumn { .. } => cost.work(table, WorkKind::Scan),
        EditKind::AddConstraint(constraint) => match constraint.rule {
            Rule::Check { .. } | Rule::ForeignKey { .. } => cost.work(table, WorkKind::Scan),
            Rule::PrimaryKey { .. } | Rule::Unique { .. } => cost.work(table, WorkKind::Rewrite),
        },
        EditKind::AddColumn { .. } | EditKind::RenameColumn { .. } | EditKind::DropConstraint(_) | EditKind::DropIndex(_) => {}
    }
}
