//! What the clauses of an ALTER TABLE cost.

use super::Site;
use crate::check::safety::{Why, fills_rows, retyped, says_not_null};
use crate::engine::Engine;
use crate::operation::Operation;
use crate::schema::{Column, Constraint, ConstraintRef, ForeignKey, ObjectName};
use crate::sql::clause::Words;
use crate::sql::cost::{Mode, WorkKind};

impl Site<'_> {
    pub(super) fn alter_table(&mut self, mut words: Words<'_>) {
        words.skip("if exists");
        words.skip("only");
        let Some(table) = words.object() else { return };
        for clause in words.clauses() {
            let mode = self.clause(&table, clause);
            self.cost.lock(Some(&table), mode);
        }
    }

    /// Takes note of what a clause does, and says how it locks its table.
    fn clause(&mut self, table: &ObjectName, mut words: Words<'_>) -> Mode {
        match () {
            () if words.skip("add") => self.add(table, words),
            () if words.skip("validate constraint") => self.validate(table, words),
            () if words.skip("drop constraint") => {
                words.skip("if exists");
                let key = words.name().and_then(|name| self.foreign_key(table, &name));
                key.iter().for_each(|key| self.cost.lock(Some(&key.table), Mode::AccessExclusive));
                Mode::AccessExclusive
            }
            () if words.skip("drop") => self.drop_column(table, words),
            () if words.skip("alter") => self.column(table, words),
            () if words.skip_any(&["enable trigger", "disable trigger"]) => Mode::ShareRowExclusive,
            () if words.skip_any(&["set logged", "set unlogged", "set tablespace", "set access method"]) => {
                self.cost.work(table, WorkKind::Rewrite);
                Mode::AccessExclusive
            }
            () if words.skip_any(&["set schema", "set without", "set with"]) => Mode::AccessExclusive,
            () if words.skip_any(&["set", "reset", "cluster on"]) => Mode::ShareUpdateExclusive,
            () if words.skip_any(&["rename", "owner", "replica", "enable", "disable", "force", "no", "inherit"]) => Mode::AccessExclusive,
            () => {
                self.cost.unknown = Some("a clause that is not looked into");
                Mode::AccessExclusive
            }
        }
    }

    fn add(&mut self, table: &ObjectName, mut words: Words<'_>) -> Mode {
        let blind = words.has("not valid");
        let look = if blind { None } else { Some(WorkKind::Scan) };
        if words.skip("constraint") {
            words.name();
        }
        match () {
            () if words.skip("foreign key") => {
                if words.find("references")
                    && let Some(referred) = words.object()
                {
                    self.cost.lock(Some(&referred), Mode::ShareRowExclusive);
                    look.iter().for_each(|kind| self.cost.work(&referred, *kind));
                }
                look.iter().for_each(|kind| self.cost.work(table, *kind));
                Mode::ShareRowExclusive
            }
            () if words.skip_any(&["check", "not null"]) => {
                look.iter().for_each(|kind| self.cost.work(table, *kind));
                Mode::AccessExclusive
            }
            () if words.skip("primary key") => {
                self.index(table, &words);
                self.primary_key(table, &words);
                Mode::AccessExclusive
            }
            () if words.skip_any(&["unique", "exclude"]) => {
                self.index(table, &words);
                Mode::AccessExclusive
            }
            () => {
                words.skip("column");
                self.add_column(table, words);
                Mode::AccessExclusive
            }
        }
    }

    /// What a key needs is built, or is there already.
    fn index(&mut self, table: &ObjectName, words: &Words<'_>) {
        if !words.has("using index") {
            self.cost.work(table, WorkKind::BuildIndex);
        }
    }

    /// Its columns take no NULL from then on.
    fn primary_key(&mut self, table: &ObjectName, words: &Words<'_>) {
        let said = self.operations().find_map(|(operation, ..)| match operation {
            Operation::CreateConstraint {
                table: own,
                constraint: Constraint::PrimaryKey(key),
            } if own == table => Some(key.columns.clone()),
            _ => None,
        });
        let columns = said.unwrap_or_else(|| words.listed());
        let Some(there) = self.table(table) else { return };
        let nullable = |name: &String| {
            there
                .column(name)
                .is_some_and(|column| column.nullable && !says_not_null(&there, name))
        };
        if columns.iter().any(nullable) {
            self.cost.work(table, WorkKind::Scan);
        }
    }

    fn add_column(&mut self, table: &ObjectName, mut words: Words<'_>) {
        words.skip("if not exists");
        let Some(name) = words.name() else { return };
        let added = self.operations().find_map(|(operation, before, _)| match operation {
            Operation::AddColumn { table: own, column, .. } if own == table && column.name == name => {
                Some(fills_rows(column, before, Engine::Pg).is_some())
            }
            _ => None,
        });
        match added {
            Some(true) => self.cost.work(table, WorkKind::Rewrite),
            Some(false) => {}
            // A column that holds nothing yet and is told no default.
            None if !words.has("default") && !words.has("generated") => {}
            None => self.cost.unknown = Some("whether its rows are written anew"),
        }
        if words.find("references")
            && let Some(referred) = words.object()
        {
            self.cost.lock(Some(&referred), Mode::ShareRowExclusive);
        }
    }

    fn validate(&mut self, table: &ObjectName, mut words: Words<'_>) -> Mode {
        let key = words.name().and_then(|name| self.foreign_key(table, &name));
        if let Some(key) = key {
            self.cost.lock(Some(&key.table), Mode::RowShare);
            self.cost.work(&key.table, WorkKind::Scan);
        }
        self.cost.work(table, WorkKind::Scan);
        Mode::ShareUpdateExclusive
    }

    fn drop_column(&mut self, table: &ObjectName, mut words: Words<'_>) -> Mode {
        words.skip("column");
        words.skip("if exists");
        if let (Some(name), Some(there)) = (words.name(), self.table(table)) {
            let keys = there.foreign_keys.iter().filter(|key| key.columns.contains(&name));
            keys.for_each(|key| self.cost.lock(Some(&key.table), Mode::AccessExclusive));
        }
        Mode::AccessExclusive
    }

    fn column(&mut self, table: &ObjectName, mut words: Words<'_>) -> Mode {
        if words.skip("constraint") {
            return Mode::AccessExclusive;
        }
        words.skip("column");
        let Some(name) = words.name() else { return Mode::AccessExclusive };
        match () {
            () if words.skip_any(&["type", "set data type"]) => self.retype(table, &name),
            () if words.skip("set not null") => self.not_null(table, &name),
            () if words.skip("set expression") => {
                let there = self.table(table);
                let generated = there.as_ref().and_then(|there| there.column(&name)?.generated.as_ref());
                if generated.is_none_or(|generated| generated.stored) {
                    self.cost.work(table, WorkKind::Rewrite);
                }
            }
            () if words.skip_any(&["set statistics", "reset"]) => return Mode::ShareUpdateExclusive,
            () if words.skip("set") && words.mark('(') => return Mode::ShareUpdateExclusive,
            () => {}
        }
        Mode::AccessExclusive
    }

    fn retype(&mut self, table: &ObjectName, name: &str) {
        let changed = self.operations().find_map(|(operation, before, _)| match operation {
            Operation::AlterColumn {
                table: own,
                before: was,
                after,
                ..
            } if own == table && (after.name == name || was.name == name) => Some(match retyped(operation, before, self.target) {
                Some(Why::Rows) => Some(WorkKind::Rewrite),
                Some(Why::Indexes(_)) => Some(WorkKind::BuildIndex),
                Some(Why::Check(_)) => Some(WorkKind::Scan),
                None => None,
            }),
            _ => None,
        });
        // An enum whose values change has a type made anew in the old one's place.
        if let Some(kind) = changed.unwrap_or(Some(WorkKind::Rewrite)) {
            self.cost.work(table, kind);
        }
    }

    /// PostgreSQL does not look where a check that is valid says it, as it does while the column is made NOT NULL in use.
    fn not_null(&mut self, table: &ObjectName, name: &str) {
        let made = |column: &Column, before: &Column| column.name == name || before.name == name;
        let online = self.operations().any(|(operation, _, online)| match operation {
            Operation::AlterColumn {
                table: own, before, after, ..
            } => online && own == table && made(after, before),
            _ => false,
        });
        let said = || self.table(table).is_some_and(|there| says_not_null(&there, name));
        if !online && !said() {
            self.cost.work(table, WorkKind::Scan);
        }
    }

    /// A key of the table, or one that the statement of the block makes.
    fn foreign_key(&self, table: &ObjectName, name: &str) -> Option<ForeignKey> {
        let made = self.operations().find_map(|(operation, ..)| match operation {
            Operation::CreateConstraint {
                table: own,
                constraint: Constraint::ForeignKey(key),
            } if own == table && key.name.text == name => Some(key.clone()),
            _ => None,
        });
        made.or_else(|| match self.table(table)?.constraint(name)? {
            ConstraintRef::ForeignKey(key) => Some(key.clone()),
            _ => None,
        })
    }
}
