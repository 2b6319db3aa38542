//! How tables are called while a plan renames them.

use mina_core::engine::Engine;
use mina_core::sql::clause::Words;
use mina_core::sql::sqlite::EditKind;
use mina_core::sql::unit::Action;
use std::collections::{HashMap, HashSet};

/// A step of a plan that concerns what holds rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Create(String),
    DropTable(String),
    DropColumn(String, String),
    RenameTable(String, String),
    RenameColumn(String, String, String),
}

/// How tables and columns are called now, while a plan is followed.
#[derive(Default)]
pub(super) struct Names {
    tables: HashMap<String, String>,
    columns: HashMap<(String, String), String>,
    made: HashSet<String>,
}

impl Names {
    /// A table as it is called now.
    pub(super) fn table(&self, name: &str) -> String {
        self.tables.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// Whether the plan makes a table.
    pub(super) fn makes(&self, name: &str) -> bool {
        self.made.contains(name)
    }

    /// The table and column that it drops, as they are called now; none where the plan makes them.
    pub(super) fn follow(&mut self, change: Change) -> Option<(String, Option<String>)> {
        match change {
            Change::Create(table) => {
                self.made.insert(table);
                None
            }
            Change::DropTable(table) => (!self.made.remove(&table)).then(|| (self.table(&table), None)),
            Change::DropColumn(table, column) => {
                let live = self.table(&table);
                let column = self.columns.get(&(live.clone(), column.clone())).cloned().unwrap_or(column);
                (!self.made.contains(&table)).then_some((live, Some(column)))
            }
            Change::RenameTable(from, to) => {
                if self.made.remove(&from) {
                    self.made.insert(to.clone());
                }
                let live = self.tables.remove(&from).unwrap_or(from);
                self.tables.insert(to, live);
                None
            }
            Change::RenameColumn(table, from, to) => {
                let table = self.table(&table);
                let live = self.columns.remove(&(table.clone(), from.clone())).unwrap_or(from);
                self.columns.insert((table, to), live);
                None
            }
        }
    }
}

/// What a step does to what holds rows.
pub(super) fn changes(action: &Action, engine: Engine) -> Vec<Change> {
    match action {
        Action::Sql(sql) => changes_in(Words::of(sql, engine)),
        Action::Batch(change) => {
            let table = &change.table;
            let edits = change.edits.iter().filter_map(|edit| match &edit.kind {
                EditKind::DropColumn { name, .. } => Some(Change::DropColumn(table.clone(), name.clone())),
                EditKind::RenameColumn { from, to } => Some(Change::RenameColumn(table.clone(), from.clone(), to.clone())),
                _ => None,
            });
            edits.collect()
        }
        _ => Vec::new(),
    }
}

fn changes_in(mut words: Words<'_>) -> Vec<Change> {
    if words.skip("alter table") {
        words.skip("if exists");
        words.skip("only");
        let Some(table) = object(&mut words) else { return Vec::new() };
        let clauses = words.clauses().into_iter();
        return clauses.filter_map(|clause| clause_change(&table, clause)).collect();
    }
    table_change(words).into_iter().collect()
}

fn table_change(mut words: Words<'_>) -> Option<Change> {
    match () {
        () if words.skip("drop table") => {
            words.skip("if exists");
            Some(Change::DropTable(object(&mut words)?))
        }
        () if words.skip("create table") => {
            words.skip("if not exists");
            Some(Change::Create(object(&mut words)?))
        }
        () if words.skip("rename table") => {
            let from = object(&mut words)?;
            words.skip("to");
            Some(Change::RenameTable(from, object(&mut words)?))
        }
        () => None,
    }
}

/// What one of the clauses of an ALTER TABLE does.
fn clause_change(table: &str, mut words: Words<'_>) -> Option<Change> {
    const OTHERS: &[&str] = &[
        "constraint",
        "index",
        "key",
        "primary",
        "foreign",
        "check",
        "period",
        "system",
        "partition",
    ];
    let table = table.to_owned();
    match () {
        () if words.skip("drop") => {
            let is_column = words.skip("column") || !words.skip_any(OTHERS);
            words.skip("if exists");
            let column = words.name().filter(|_| is_column)?;
            Some(Change::DropColumn(table, column))
        }
        () if words.skip("change") => {
            words.skip("column");
            let from = words.name()?;
            Some(Change::RenameColumn(table, from, words.name()?))
        }
        () if words.skip("rename to") => Some(Change::RenameTable(table, object(&mut words)?)),
        () if words.skip("rename") => {
            if words.skip_any(OTHERS) {
                return None;
            }
            words.skip("column");
            let from = words.name()?;
            words.skip("to");
            Some(Change::RenameColumn(table, from, words.name()?))
        }
        () => None,
    }
}

/// A table, with its namespace if it has one.
fn object(words: &mut Words<'_>) -> Option<String> {
    let name = words.object()?;
    Some(match name.schema.as_deref() {
        Some("main") => name.name.to_string(),
        _ => name.to_string(),
    })
}
