//! How tables are called while a plan renames them.

use mina_core::sql::sqlite::EditKind;
use mina_core::sql::sqlite::lexer::{Token, tokens};
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
pub(super) fn changes(action: &Action) -> Vec<Change> {
    match action {
        Action::Sql(sql) => changes_in(sql),
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

fn changes_in(sql: &str) -> Vec<Change> {
    let tokens = tokens(sql);
    let mut words = Words { rest: &tokens };
    if words.skip("ALTER") && words.skip("TABLE") {
        words.skip("ONLY");
        let Some(table) = words.object() else { return Vec::new() };
        return words.clauses().filter_map(|clause| clause_change(&table, clause)).collect();
    }
    table_change(words).into_iter().collect()
}

fn table_change(mut words: Words<'_>) -> Option<Change> {
    match () {
        () if words.skip("DROP") => {
            if !words.skip("TABLE") {
                return None;
            }
            if words.skip("IF") {
                words.skip("EXISTS");
            }
            Some(Change::DropTable(words.object()?))
        }
        () if words.skip("CREATE") => {
            if !words.skip("TABLE") {
                return None;
            }
            if words.skip("IF") {
                words.skip("NOT");
                words.skip("EXISTS");
            }
            Some(Change::Create(words.object()?))
        }
        () if words.skip("RENAME") && words.skip("TABLE") => {
            let from = words.object()?;
            words.skip("TO");
            Some(Change::RenameTable(from, words.object()?))
        }
        () => None,
    }
}

/// What one of the clauses of an ALTER TABLE does.
fn clause_change(table: &str, mut words: Words<'_>) -> Option<Change> {
    const OTHERS: &[&str] = &[
        "CONSTRAINT",
        "INDEX",
        "KEY",
        "PRIMARY",
        "FOREIGN",
        "CHECK",
        "PERIOD",
        "SYSTEM",
        "PARTITION",
    ];
    let table = table.to_owned();
    match () {
        () if words.skip("DROP") => {
            let is_column = words.skip("COLUMN") || !OTHERS.iter().any(|other| words.begins(other));
            if words.skip("IF") {
                words.skip("EXISTS");
            }
            let column = words.name().filter(|_| is_column)?;
            Some(Change::DropColumn(table, column))
        }
        () if words.skip("CHANGE") => {
            words.skip("COLUMN");
            let from = words.name()?;
            Some(Change::RenameColumn(table, from, words.name()?))
        }
        () if words.skip("RENAME") => {
            if words.skip("TO") {
                return Some(Change::RenameTable(table, words.object()?));
            }
            if OTHERS.iter().any(|other| words.begins(other)) {
                return None;
            }
            words.skip("COLUMN");
            let from = words.name()?;
            words.skip("TO");
            Some(Change::RenameColumn(table, from, words.name()?))
        }
        () => None,
    }
}

#[derive(Clone, Copy)]
struct Words<'a> {
    rest: &'a [Token<'a>],
}

impl<'a> Words<'a> {
    /// What stands between commas, those in parentheses aside.
    fn clauses(self) -> impl Iterator<Item = Self> {
        let mut depth = 0_usize;
        let clauses = self.rest.split(move |token| {
            match () {
                () if token.is_mark("(") => depth += 1,
                () if token.is_mark(")") => depth = depth.saturating_sub(1),
                () => {}
            }
            depth == 0 && token.is_mark(",")
        });
        clauses.map(|rest| Self { rest })
    }

    fn begins(&self, keyword: &str) -> bool {
        self.rest.first().is_some_and(|first| first.is(keyword))
    }

    fn skip(&mut self, keyword: &str) -> bool {
        match self.rest {
            [first, rest @ ..] if first.is(keyword) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn name(&mut self) -> Option<String> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        first.name()
    }

    /// A table, with its namespace if it has one.
    fn object(&mut self) -> Option<String> {
        let name = self.name()?;
        match self.rest {
            [dot, rest @ ..] if dot.is_mark(".") => {
                self.rest = rest;
                let table = self.name()?;
                Some(if name == "main" { table } else { format!("{name}.{table}") })
            }
            _ => Some(name),
        }
    }
}
