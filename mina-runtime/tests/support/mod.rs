#![allow(dead_code)]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use mina_core::engine::Engine;
use mina_core::sql::unit::{Action, Backfill, Step, Unit, UnitKind};
use mina_runtime::migration::RunStep;
use mina_runtime::{Migration, Migrations, Rendered};
use std::path::Path;

/// A migration as the macro would write it, built at run time.
pub struct Draft {
    pub id: &'static str,
    pub parents: Vec<&'static str>,
    pub up: Vec<Unit>,
    pub down: Vec<Unit>,
    pub bind: Option<&'static str>,
    pub label: Option<&'static str>,
    pub irreversible: Option<&'static str>,
    pub runs: Vec<RunStep>,
    pub checksum: String,
}

pub fn step(line: u32, action: Action) -> Step {
    Step { line, action }
}

pub fn sql(text: &str) -> Action {
    Action::Sql(text.to_owned())
}

pub fn unit(kind: UnitKind, statements: &[&str]) -> Unit {
    let steps = statements.iter().enumerate().map(|(at, text)| step(10 + at as u32, sql(text)));
    Unit {
        kind,
        steps: steps.collect(),
    }
}

pub fn transaction(statements: &[&str]) -> Unit {
    unit(UnitKind::Transaction, statements)
}

pub fn alone(action: Action) -> Unit {
    Unit {
        kind: UnitKind::Alone,
        steps: vec![step(10, action)],
    }
}

pub fn backfill(table: &str, set: &str, filter: Option<&str>, batch: u32) -> Action {
    Action::Backfill(Backfill {
        table: table.to_owned(),
        set: set.to_owned(),
        filter: filter.map(str::to_owned),
        batch,
    })
}

impl Draft {
    pub fn new(id: &'static str, parents: &[&'static str], up: &[&str], down: &[&str]) -> Self {
        Self::units(id, parents, vec![transaction(up)], vec![transaction(down)])
    }

    pub fn units(id: &'static str, parents: &[&'static str], up: Vec<Unit>, down: Vec<Unit>) -> Self {
        Self {
            id,
            parents: parents.to_vec(),
            checksum: format!("{up:?}{down:?}").len().to_string() + &id.len().to_string(),
            up,
            down,
            bind: None,
            label: None,
            irreversible: None,
            runs: Vec::new(),
        }
    }

    fn leak(self) -> &'static Migration {
        let json = |units: &[Unit]| -> &'static str { Box::leak(serde_json::to_string(units).unwrap().into_boxed_str()) };
        let rendered = Rendered {
            engine: Engine::Sqlite,
            checksum: Box::leak(self.checksum.into_boxed_str()),
            up: json(&self.up),
            down: json(&self.down),
            runs: Box::leak(self.runs.into_boxed_slice()),
        };
        Box::leak(Box::new(Migration {
            id: self.id,
            message: Box::leak(format!("Message of {}", self.id).into_boxed_str()),
            description: "",
            parents: Box::leak(self.parents.into_boxed_slice()),
            depends_on: &[],
            label: self.label,
            alias: None,
            bind: self.bind,
            file: Box::leak(format!("versions/{}_x.rs", self.id).into_boxed_str()),
            irreversible: self.irreversible,
            engines: Box::leak(vec![rendered].into_boxed_slice()),
        }))
    }
}

pub fn history(drafts: Vec<Draft>) -> Migrations {
    with_config(drafts, "")
}

pub fn with_config(drafts: Vec<Draft>, config: &'static str) -> Migrations {
    let mut migrations: Vec<&'static Migration> = drafts.into_iter().map(Draft::leak).collect();
    migrations.sort_by_key(|migration| migration.id);
    Migrations {
        migrations: Box::leak(migrations.into_boxed_slice()),
        creations: &[],
        config,
        directory: "",
    }
}

/// Users with an e-mail, then a phone number, then tasks.
pub fn three() -> Vec<Draft> {
    vec![
        Draft::new(
            "2025a",
            &[],
            &[
                "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE)",
                "INSERT INTO users (email) VALUES ('a'), ('b')",
            ],
            &["DROP TABLE users"],
        ),
        Draft::new(
            "2025b",
            &["2025a"],
            &["ALTER TABLE users ADD COLUMN phone TEXT"],
            &["ALTER TABLE users DROP COLUMN phone"],
        ),
        Draft::new(
            "2025c",
            &["2025b"],
            &["CREATE TABLE tasks (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users ON DELETE CASCADE)"],
            &["DROP TABLE tasks"],
        ),
    ]
}

pub fn memory() -> SqliteConnection {
    SqliteConnection::establish(":memory:").unwrap()
}

pub fn open(path: &Path) -> SqliteConnection {
    SqliteConnection::establish(path.to_str().unwrap()).unwrap()
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The words that a query gives, one column called `word`.
pub fn words(conn: &mut SqliteConnection, query: &str) -> Vec<String> {
    let rows: Vec<Word> = diesel::sql_query(query).load(conn).unwrap();
    rows.into_iter().map(|row| row.word).collect()
}

pub fn number(conn: &mut SqliteConnection, query: &str) -> i64 {
    let row: Number = diesel::sql_query(query).get_result(conn).unwrap();
    row.n
}

/// What the schema is, Mina's own tables aside.
pub fn schema(conn: &mut SqliteConnection) -> Vec<String> {
    words(
        conn,
        "SELECT sql AS word FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
}

pub fn applied(conn: &mut SqliteConnection) -> Vec<String> {
    words(conn, "SELECT version AS word FROM __diesel_schema_migrations ORDER BY version")
}

pub fn execute(conn: &mut SqliteConnection, sql: &str) {
    conn.batch_execute(sql).unwrap();
}
