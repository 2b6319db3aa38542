use super::error::Error;
use super::plan::Plan;
use super::{Runner, count};
use crate::connection::Connection;
use diesel::QueryResult;
use mina_core::engine::Engine;
use mina_core::sql::sqlite::lexer::{Token, tokens};
use mina_core::sql::sqlite::{EditKind, quote};
use mina_core::sql::unit::Action;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// Rows that a downgrade takes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Loss {
    /// The revision whose downgrade it is.
    pub revision: String,
    /// The table, as it is called now.
    pub table: String,
    /// The column, as it is called now; none where the table goes.
    pub column: Option<String>,
    /// The rows that hold something in it.
    pub rows: u64,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            None => write!(f, "`{}` with {}", self.table, count(self.rows as usize, "row")),
            Some(column) => write!(f, "`{}.{column}` with {}", self.table, count(self.rows as usize, "value")),
        }
    }
}

/// A step of a plan that concerns what holds rows.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Create(String),
    DropTable(String),
    DropColumn(String, String),
    RenameTable(String, String),
    RenameColumn(String, String, String),
}

impl Runner {
    /// The tables and columns with rows in them that a plan drops.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn losses(&self, conn: &mut dyn Connection, plan: &Plan) -> Result<Vec<Loss>, Error> {
        self.to_read(conn, |conn, _| {
            let mut losses = dropped(plan);
            for loss in &mut losses {
                let engine = conn.engine();
                let what = loss
                    .column
                    .as_deref()
                    .map_or_else(|| "*".to_owned(), |column| quoted(engine, column));
                let table: Vec<String> = loss.table.split('.').map(|part| quoted(engine, part)).collect();
                let sql = format!("SELECT count({what}) FROM {}", table.join("."));
                // What is not there now holds no rows: the plan makes it before it drops it.
                loss.rows = probe(conn, &sql).map_or(0, i64::unsigned_abs);
            }
            losses.retain(|loss| loss.rows > 0);
            Ok(losses)
        })
    }
}

/// A number that may not be there to be had; a transaction that is open goes on.
fn probe(conn: &mut dyn Connection, sql: &str) -> QueryResult<i64> {
    if !conn.in_transaction() {
        return conn.number(sql);
    }
    conn.savepoint()?;
    let found = conn.number(sql);
    conn.release(found.is_ok())?;
    found
}

fn quoted(engine: Engine, name: &str) -> String {
    match engine {
        Engine::Mysql => format!("`{}`", name.replace('`', "``")),
        Engine::Sqlite | Engine::Pg => quote(name),
    }
}

/// What a plan drops, under the names that it has before the plan is run.
fn dropped(plan: &Plan) -> Vec<Loss> {
    let mut names = Names::default();
    let mut losses = Vec::new();
    for planned in &plan.migrations {
        let steps = planned.units.iter().skip(planned.done).flat_map(|unit| &unit.steps);
        for change in steps.flat_map(|step| changes(&step.action)) {
            if let Some((table, column)) = names.follow(change) {
                losses.push(Loss {
                    revision: planned.revision.clone(),
                    table,
                    column,
                    rows: 0,
                });
            }
        }
    }
    losses
}

#[derive(Default)]
struct Names {
    tables: HashMap<String, String>,
    columns: HashMap<(String, String), String>,
    made: HashSet<String>,
}

impl Names {
    fn table(&self, name: &str) -> String {
        self.tables.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    fn follow(&mut self, change: Change) -> Option<(String, Option<String>)> {
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

fn changes(action: &Action) -> Vec<Change> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::{Direction, Planned};
    use mina_core::sql::unit::{Step, Unit, UnitKind};

    fn dropped_by(statements: &[&str]) -> Vec<(String, Option<String>)> {
        let steps = statements.iter().map(|sql| Step {
            line: 0,
            action: Action::Sql((*sql).to_owned()),
        });
        let unit = Unit {
            kind: UnitKind::Transaction,
            steps: steps.collect(),
            change: None,
        };
        let planned = Planned {
            revision: "a".to_owned(),
            message: String::new(),
            file: String::new(),
            direction: Direction::Down,
            units: vec![unit],
            done: 0,
            takes_back: None,
            checksum: String::new(),
            hashes: Vec::new(),
        };
        let plan = Plan {
            direction: Direction::Down,
            migrations: vec![planned],
            ahead: Vec::new(),
        };
        dropped(&plan).into_iter().map(|loss| (loss.table, loss.column)).collect()
    }

    #[test]
    fn what_is_dropped_is_found_under_its_present_name() {
        let dropped = dropped_by(&[
            "ALTER TABLE \"people\" RENAME TO \"users\"",
            "ALTER TABLE users RENAME COLUMN mail TO email",
            "ALTER TABLE \"users\" DROP COLUMN \"email\"",
            "DROP TABLE IF EXISTS main.users",
        ]);
        assert_eq!(
            dropped,
            [("people".to_owned(), Some("mail".to_owned())), ("people".to_owned(), None)]
        );
    }

    #[test]
    fn every_clause_of_a_servers_statement_is_read() {
        let dropped = dropped_by(&[
            "ALTER TABLE `users` CHANGE COLUMN `mail` `email` varchar(50) NOT NULL DEFAULT (concat('a', ',')), DROP `bio`, DROP CONSTRAINT `c`",
            "ALTER TABLE \"users\" DROP COLUMN IF EXISTS \"email\", RENAME CONSTRAINT a TO b, DROP CONSTRAINT \"uq\"",
            "RENAME TABLE `users` TO `people`",
            "DROP TABLE \"analytics\".\"events\"",
        ]);
        let column = |name: &str| ("users".to_owned(), Some(name.to_owned()));
        assert_eq!(dropped, [column("bio"), column("mail"), ("analytics.events".to_owned(), None)]);
    }

    #[test]
    fn what_the_plan_makes_itself_is_no_loss() {
        let dropped = dropped_by(&[
            "CREATE TABLE t (a)",
            "ALTER TABLE t DROP COLUMN a",
            "DROP TABLE t",
            "DROP INDEX i",
            "DROP VIEW v",
        ]);
        assert!(dropped.is_empty());
    }
}
