use super::super::ErrorKind;
use super::super::plan::Planned;
use crate::connection::JournalEntry;
use crate::connection::ledger::{Ledger, journal_row, tables_of_sqlite};
use mina_core::config::{Run, Scope};
use mina_core::engine::Engine;
use mina_core::history::graph::Name;
use mina_core::schema::{Type, Value};
use mina_core::sql::mysql::SQL_MODE;
use mina_core::sql::{Dialect, dialect};

/// The longest name that every engine has.
const LONGEST_NAME: usize = 60;

/// The text of a script, statement by statement.
pub(super) struct Script {
    text: String,
    dialect: &'static dyn Dialect,
    table: String,
    scope: Scope,
    role: Option<String>,
    /// Whether a transaction is open.
    open: bool,
}

impl Script {
    pub(super) fn new(engine: Engine, table: &str, run: &Run) -> Result<Self, ErrorKind> {
        Ok(Self {
            text: String::new(),
            dialect: dialect(engine).ok_or(ErrorKind::NotDeclared { engine })?,
            table: table.to_owned(),
            scope: run.transaction,
            role: run.role.clone(),
            open: false,
        })
    }

    pub(super) fn end(mut self) -> String {
        self.commit();
        self.text
    }

    pub(super) fn comment(&mut self, text: &str) {
        for line in text.lines() {
            self.text += &format!("-- {line}\n");
        }
    }

    /// A statement with its end.
    pub(super) fn statement(&mut self, sql: &str) {
        let sql = sql.trim_end().trim_end_matches(';');
        // An end within a comment would be none.
        let end = match sql.lines().last().is_some_and(|line| line.contains("--") || line.contains('#')) {
            true => "\n",
            false => "",
        };
        match self.delimiter(sql) {
            None => self.text += &format!("{sql}{end};\n"),
            Some(delimiter) => self.text += &format!("DELIMITER {delimiter}\n{sql}{end}{delimiter}\nDELIMITER ;\n"),
        }
    }

    /// What the client of MariaDB has to be told where a body has statements in it.
    fn delimiter(&self, sql: &str) -> Option<&'static str> {
        let makes = |kind: &&str| sql.split_whitespace().take(8).any(|word| word.eq_ignore_ascii_case(kind));
        let has_body = ["TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"].iter().any(makes);
        if self.dialect.engine() != Engine::Mysql || !has_body || !sql.contains(';') {
            return None;
        }
        ["//", "$$", "|||"].into_iter().find(|delimiter| !sql.contains(delimiter))
    }

    pub(super) fn begin(&mut self) {
        if !self.open {
            self.text += match self.dialect.engine() {
                Engine::Sqlite => "BEGIN IMMEDIATE;\n",
                Engine::Pg => "BEGIN;\n",
                Engine::Mysql => "START TRANSACTION;\n",
            };
            self.open = true;
        }
    }

    pub(super) fn commit(&mut self) {
        if self.open {
            self.text += "COMMIT;\n";
            self.open = false;
        }
    }

    /// A unit is over: its transaction, too, unless the next migration may share it.
    pub(super) fn end_unit(&mut self) {
        if self.scope == Scope::Migration {
            self.commit();
        }
    }

    /// What the runner sets on a session.
    pub(super) fn set_up(&mut self) {
        let client = match self.dialect.engine() {
            Engine::Sqlite => "sqlite3 -bail FILE",
            Engine::Pg => "psql -v ON_ERROR_STOP=1 -f SCRIPT",
            Engine::Mysql => "mariadb DATABASE",
        };
        self.comment(&format!("a client has to stop at the first error: {client}"));
        match self.dialect.engine() {
            Engine::Sqlite => self.statement("PRAGMA foreign_keys = ON"),
            Engine::Pg => {}
            Engine::Mysql => {
                self.statement("SET NAMES utf8mb4");
                self.statement(&format!(
                    "SET SESSION sql_mode = {}, foreign_key_checks = 1, unique_checks = 1, autocommit = 1",
                    self.literal(SQL_MODE)
                ));
            }
        }
        if let Some(role) = self.role.clone().filter(|_| self.dialect.engine() != Engine::Sqlite) {
            self.statement(&format!("SET ROLE {}", self.dialect.quote(&role)));
        }
    }

    /// Mina's own tables, where they are missing.
    pub(super) fn tables(&mut self) {
        self.begin();
        let statements = match self.dialect.engine() {
            Engine::Sqlite => tables_of_sqlite(&self.table).into(),
            Engine::Pg => Ledger::Postgres.create(&self.table),
            Engine::Mysql => Ledger::Mysql.create(&self.table),
        };
        statements.iter().for_each(|sql| self.statement(sql));
        self.commit();
    }

    /// Stops unless some revisions are recorded and others are not.
    pub(super) fn starts_from(&mut self, from: &str, standing: &[String], absent: &[String]) {
        let table = self.dialect.quote(&self.table);
        let count = |ids: &[String]| {
            let ids: Vec<String> = ids.iter().map(|id| self.literal(id)).collect();
            format!("(SELECT count(*) FROM {table} WHERE version IN ({}))", ids.join(", "))
        };
        let mut distinct = standing.to_vec();
        distinct.sort();
        distinct.dedup();
        let mut terms = Vec::new();
        if !distinct.is_empty() {
            terms.push(format!("{} - {}", distinct.len(), count(&distinct)));
        }
        if !absent.is_empty() {
            terms.push(count(absent));
        }
        self.refuse_rows(&format!("the database is not at {from}"), &format!("SELECT {}", terms.join(" + ")));
    }

    /// Stops where a query with one number does not say zero; the engine then names the constraint, which says why.
    pub(super) fn refuse_rows(&mut self, what: &str, query: &str) {
        let mut name: String = what.chars().filter(|c| !matches!(c, '`' | '"' | '\'')).collect();
        while name.len() > LONGEST_NAME {
            name.pop();
        }
        let name = self.dialect.quote(name.trim());
        let (create, insert, drop) = match self.dialect.engine() {
            Engine::Sqlite => ("CREATE TEMP TABLE mina_rows", "temp.mina_rows", "DROP TABLE temp.mina_rows"),
            Engine::Pg => ("CREATE TEMP TABLE mina_rows", "pg_temp.mina_rows", "DROP TABLE pg_temp.mina_rows"),
            Engine::Mysql => ("CREATE TEMPORARY TABLE mina_rows", "mina_rows", "DROP TEMPORARY TABLE mina_rows"),
        };
        self.statement(&format!("{create} (n BIGINT, CONSTRAINT {name} CHECK (n = 0))"));
        self.statement(&format!("INSERT INTO {insert} SELECT ({})", query.trim_end().trim_end_matches(';')));
        self.statement(drop);
    }

    /// A comment about what follows.
    pub(super) fn revision(&mut self, planned: &Planned) {
        let Planned {
            revision, message, file, ..
        } = planned;
        self.text.push('\n');
        self.comment(&format!("{} of {revision}: {message} ({file})", planned.direction.command()));
    }

    /// The journal's row of a unit, and after the last one the history's.
    pub(super) fn record(&mut self, planned: &Planned, at: usize) {
        let count = planned.units.len().max(1);
        let entry = JournalEntry {
            revision: &planned.revision,
            action: planned.action(),
            state: "done",
            unit: at,
            units: count,
            hash: planned.hashes.get(at).map_or("", String::as_str),
            checksum: &planned.checksum,
            position: None,
            duration_ms: 0,
            downgrade: None,
        };
        self.journal(&entry);
        if at + 1 == count {
            self.set_applied(&planned.revision, planned.direction == super::Direction::Up);
        }
    }

    /// Records a revision, or that it is not applied, in a transaction of all that follows.
    pub(super) fn stamp(&mut self, revision: &str, applied: bool) {
        self.begin();
        self.set_applied(revision, applied);
        self.journal(&JournalEntry {
            revision,
            state: if applied { "applied" } else { "removed" },
            ..super::super::repair::blank("stamp")
        });
    }

    /// Takes away what rows there are of the revisions that one was squashed from.
    pub(super) fn forget(&mut self, squashed: &[Name]) {
        if squashed.is_empty() {
            return;
        }
        self.begin();
        let table = self.dialect.quote(&self.table);
        let ids: Vec<String> = squashed.iter().map(|id| self.literal(id)).collect();
        self.statement(&format!("DELETE FROM {table} WHERE version IN ({})", ids.join(", ")));
    }

    fn set_applied(&mut self, revision: &str, applied: bool) {
        let (table, revision) = (self.dialect.quote(&self.table), self.literal(revision));
        self.statement(&match applied {
            true => format!("INSERT INTO {table} (version) VALUES ({revision})"),
            false => format!("DELETE FROM {table} WHERE version = {revision}"),
        });
    }

    fn journal(&mut self, entry: &JournalEntry<'_>) {
        let row = journal_row(&self.literal(&self.table), entry, "0", |text| self.literal(text));
        self.statement(&row);
    }

    fn literal(&self, text: &str) -> String {
        self.dialect.literal(&Value::String(text.to_owned()), Some(&Type::Text))
    }
}
