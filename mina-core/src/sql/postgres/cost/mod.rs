//! What a statement costs on PostgreSQL: the lock that each statement takes, as the manual has it and servers of 15 and 18 show it.

mod alter;

use crate::engine::{Engine, Target};
use crate::history::{Resolved, Step};
use crate::operation::Operation;
use crate::schema::{ObjectName, Schema, Table};
use crate::sql::clause::Words;
use crate::sql::cost::{Cost, Mode, WorkKind, named};
use crate::sql::postgres::is_online;
use std::sync::Arc;

pub(super) fn cost(sql: &str, step: &Step, target: Target) -> Cost {
    let mut site = Site {
        step,
        target,
        cost: Cost::default(),
    };
    site.statement(sql);
    site.cost
}

/// A statement, and what it stands in.
struct Site<'a> {
    step: &'a Step,
    target: Target,
    cost: Cost,
}

impl Site<'_> {
    fn statement(&mut self, sql: &str) {
        let mut words = Words::of(sql, Engine::Pg);
        match () {
            () if words.skip("alter table") => self.alter_table(words),
            () if words.skip_any(&["create table", "create unlogged table"]) => self.references(words),
            () if words.skip("drop table") => self.drop_tables(words),
            () if words.skip("truncate") => {
                words.skip("table");
                self.lock_all(words, Mode::AccessExclusive);
            }
            () if words.skip_any(&["create index", "create unique index"]) => self.create_index(words),
            () if words.skip("drop index") => self.drop_index(words),
            () if words.skip("lock") => self.lock_table(words),
            () if words.skip("comment on") => self.comment(words),
            () if words.skip_any(&["create trigger", "create constraint trigger", "create or replace trigger"]) => {
                self.on_table(words, Mode::ShareRowExclusive);
            }
            () if words.skip_any(&["drop trigger", "drop rule", "create rule", "create policy", "drop policy"]) => {
                self.on_table(words, Mode::AccessExclusive);
            }
            () if words.skip_any(&["create view", "create or replace view"]) => self.reads(sql, None),
            () if words.skip("create materialized view") => self.reads(sql, Some(WorkKind::Scan)),
            () if words.skip_any(&["drop view", "drop materialized view"]) => self.lock_all(words, Mode::AccessExclusive),
            () if words.skip_any(&["update", "delete from", "insert into", "merge into"]) => self.writes(sql, words),
            () if words.skip_any(&["alter index", "alter type", "alter sequence", "alter function", "alter extension"]) => {}
            () if words.skip("analyze") => self.lock_all(words, Mode::ShareUpdateExclusive),
            () if words.skip_any(&["create", "drop", "set", "grant", "revoke"]) => {}
            () if words.skip_any(&["select", "with", "values", "table"]) => self.reads(sql, None),
            () => self.cost.unknown = Some("a statement that is not looked into"),
        }
    }

    fn writes(&mut self, sql: &str, mut words: Words<'_>) {
        words.skip("only");
        let Some(table) = words.object() else { return };
        self.reads(sql, None);
        self.cost.lock(Some(&table), Mode::RowExclusive);
        self.cost.work(&table, WorkKind::WriteRows);
    }

    /// Locks the tables that a text names, so that they stay as they are.
    fn reads(&mut self, sql: &str, kind: Option<WorkKind>) {
        for table in named(sql, &self.step.before, Engine::Pg) {
            self.cost.lock(Some(table), Mode::AccessShare);
            kind.iter().for_each(|kind| self.cost.work(table, *kind));
        }
    }

    fn lock_all(&mut self, mut words: Words<'_>, mode: Mode) {
        words.skip("if exists");
        words.skip("only");
        words.objects().iter().for_each(|table| self.cost.lock(Some(table), mode));
    }

    /// The tables that the keys of a new table refer to: a trigger is put on each.
    fn references(&mut self, mut words: Words<'_>) {
        words.skip("if not exists");
        let made = words.object();
        while words.find("references") {
            let table = words.object().filter(|table| Some(table) != made.as_ref());
            table.iter().for_each(|table| self.cost.lock(Some(table), Mode::ShareRowExclusive));
        }
    }

    /// With the triggers that its keys have on other tables.
    fn drop_tables(&mut self, mut words: Words<'_>) {
        words.skip("if exists");
        for table in words.objects() {
            self.cost.lock(Some(&table), Mode::AccessExclusive);
            if let Some(there) = self.table(&table) {
                for key in &there.foreign_keys {
                    self.cost.lock(Some(&key.table), Mode::AccessExclusive);
                }
            }
        }
    }

    fn create_index(&mut self, mut words: Words<'_>) {
        let mode = match words.skip("concurrently") {
            true => Mode::ShareUpdateExclusive,
            false => Mode::Share,
        };
        if words.find("on") {
            words.skip("only");
            if let Some(table) = words.object() {
                self.cost.lock(Some(&table), mode);
                self.cost.work(&table, WorkKind::BuildIndex);
            }
        }
    }

    fn drop_index(&mut self, mut words: Words<'_>) {
        let mode = match words.skip("concurrently") {
            true => Mode::ShareUpdateExclusive,
            false => Mode::AccessExclusive,
        };
        words.skip("if exists");
        for index in words.objects() {
            match self.table_of_index(&index) {
                Some(table) => self.cost.lock(Some(&table.name), mode),
                None => self.cost.unknown = Some("the table of the index is not known"),
            }
        }
    }

    fn table_of_index(&self, index: &ObjectName) -> Option<Arc<Table>> {
        let schemas = self.step.operations.iter().map(|resolved| &resolved.before);
        let mut schemas = schemas.chain([&self.step.before, &self.step.after]);
        let has = |table: &&Arc<Table>| table.name.schema == index.schema && table.indexes.iter().any(|own| own.name.text == *index.name);
        schemas.find_map(|schema| schema.tables().values().find(has).cloned())
    }

    fn lock_table(&mut self, mut words: Words<'_>) {
        const MODES: &[(&str, Mode)] = &[
            ("access share", Mode::AccessShare),
            ("row share", Mode::RowShare),
            ("row exclusive", Mode::RowExclusive),
            ("share update exclusive", Mode::ShareUpdateExclusive),
            ("share row exclusive", Mode::ShareRowExclusive),
            ("share", Mode::Share),
            ("exclusive", Mode::Exclusive),
        ];
        words.skip("table");
        words.skip("only");
        let tables = words.objects();
        let said = words.skip("in").then(|| MODES.iter().find(|(name, _)| words.skip(name))).flatten();
        let mode = said.map_or(Mode::AccessExclusive, |(_, mode)| *mode);
        tables.iter().for_each(|table| self.cost.lock(Some(table), mode));
    }

    fn comment(&mut self, mut words: Words<'_>) {
        let mode = Mode::ShareUpdateExclusive;
        match () {
            () if words.skip("table") => self.lock_all(words, mode),
            () if words.skip("column") => {
                let whole = words.object();
                let table = match (whole, words.mark('.')) {
                    (Some(table), true) => Some(table),
                    (Some(column), false) => column.schema.map(|table| ObjectName::new(&table)),
                    _ => None,
                };
                table.iter().for_each(|table| self.cost.lock(Some(table), mode));
            }
            () if words.skip_any(&["constraint", "trigger"]) => self.on_table(words, mode),
            () => {}
        }
    }

    /// Locks the table that stands after ON.
    fn on_table(&mut self, mut words: Words<'_>, mode: Mode) {
        if words.find("on")
            && let Some(table) = words.object()
        {
            self.cost.lock(Some(&table), mode);
        }
    }

    /// A table as it is before the statement of the block, or as an operation of it leaves it under a new name.
    fn table(&self, name: &ObjectName) -> Option<Arc<Table>> {
        let schemas = self.step.operations.iter().map(|resolved| &resolved.before);
        let mut schemas = [&self.step.before].into_iter().chain(schemas).chain([&self.step.after]);
        schemas.find_map(|schema| schema.table(name).cloned())
    }

    /// What the statement of the block does, with what an `effect` says that it does, each with the schema before it.
    fn operations(&self) -> impl Iterator<Item = (&Operation, &Schema, bool)> {
        self.step.operations.iter().flat_map(|resolved: &Resolved| {
            let effect = match &resolved.operation {
                Operation::Execute { effect, .. } | Operation::Run { effect, .. } => &effect[..],
                _ => &[],
            };
            let own = std::iter::once(&resolved.operation);
            own.chain(effect)
                .map(move |operation| (operation, &resolved.before, is_online(resolved)))
        })
    }
}
