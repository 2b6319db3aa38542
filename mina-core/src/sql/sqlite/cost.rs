//! What a step costs on SQLite, whose database has one writer; what a pass over a table does is known beside the database.

use super::change::EditKind;
use super::model::Rule;
use crate::engine::Engine;
use crate::history::Step;
use crate::schema::ObjectName;
use crate::sql::clause::Words;
use crate::sql::cost::{Cost, Mode, WorkKind};
use crate::sql::text::mentions_table;
use crate::sql::unit::Action;

pub(super) fn cost(action: &Action, step: &Step) -> Cost {
    let mut cost = Cost::default();
    match action {
        Action::Sql(sql) => statement(&mut cost, sql),
        Action::Count { sql, .. } => {
            let tables = step.before.tables().keys();
            let named = tables.filter(|table| mentions_table(sql, Engine::Sqlite, table));
            named.for_each(|table| cost.work(table, WorkKind::Scan));
            return cost;
        }
        Action::Batch(change) => {
            let table = ObjectName::new(&change.table);
            change.edits.iter().for_each(|edit| natively(&mut cost, &table, &edit.kind));
        }
        Action::Backfill(backfill) => writes(&mut cost, Words::of(&backfill.table, Engine::Sqlite)),
        Action::Run(_) => return Cost::unknown("what Rust does is known once it runs"),
        Action::Verify(_) | Action::Expect { .. } => return cost,
    }
    cost.lock(None, Mode::Writer);
    cost
}

fn statement(cost: &mut Cost, sql: &str) {
    let mut words = Words::of(sql, Engine::Sqlite);
    match () {
        () if words.skip_any(&["create index", "create unique index"]) => {
            words.skip("if not exists");
            if words.find("on")
                && let Some(table) = words.object()
            {
                cost.work(&table, WorkKind::BuildIndex);
            }
        }
        () if words.skip("alter table") => {
            let table = words.object();
            if words.skip("drop")
                && let Some(table) = table
            {
                cost.work(&table, WorkKind::Rewrite);
            }
        }
        () if words.skip_any(&["update", "delete from", "insert into", "replace into"]) => writes(cost, words),
        () => {}
    }
}

fn writes(cost: &mut Cost, mut words: Words<'_>) {
    if let Some(table) = words.object() {
        cost.work(&table, WorkKind::WriteRows);
    }
}

/// What an edit does where SQLite does it itself, or its stored text is edited.
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
