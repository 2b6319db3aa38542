#![allow(dead_code)]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use mina_core::engine::Engine;
use mina_core::record::{Encoded, Record, Rendered};
use mina_core::sql::unit::{Action, Backfill, Step, Unit, UnitKind};
use mina_runtime::migration::RunStep;
use mina_runtime::{Migration, Migrations};
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
        change: None,
    }
}

pub fn transaction(statements: &[&str]) -> Unit {
    unit(UnitKind::Transaction, statements)
}

pub fn alone(action: Action) -> Unit {
    Unit {
        kind: UnitKind::Alone,
        steps: vec![step(10, action)],
        change: None,
    }
}

/// Along `id`, on SQLite.
pub fn backfill(table: &str, set: &str, filter: Option<&str>, batch: u32) -> Action {
    Action::Backfill(walk(table, set, filter, batch))
}

pub fn walk(table: &str, set: &str, filter: Option<&str>, batch: u32) -> Backfill {
    Backfill {
        table: table.to_owned(),
        set: set.to_owned(),
        filter: filter.map(str::to_owned),
        batch,
        key: vec!["id".to_owned()],
        cursor: "json_array(quote(id))".to_owned(),
        row_values: true,
        time: None,
        wait_while: None,
    }
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

    fn leak(self) -> Migration {
        let json = |units: &[Unit]| serde_json::to_string(units).unwrap();
        let rendered = |engine: &Engine| Rendered {
            engine: *engine,
            checksum: self.checksum.clone(),
            up: json(&self.up),
            down: json(&self.down),
        };
        let record = Record {
            id: self.id,
            message: &format!("Message of {}", self.id),
            parents: self.parents,
            label: self.label,
            bind: self.bind,
            file: &format!("versions/{}_x.rs", self.id),
            irreversible: self.irreversible,
            engines: Engine::ALL.iter().map(rendered).collect(),
            ..Record::default()
        };
        Migration {
            record: Encoded(record.encode().leak()),
            runs: vec![(Engine::Sqlite, &*self.runs.leak())].leak(),
            source: "",
        }
    }
}

pub fn history(drafts: Vec<Draft>) -> Migrations {
    with_config(drafts, "")
}

pub fn with_config(drafts: Vec<Draft>, config: &'static str) -> Migrations {
    let mut migrations: Vec<Migration> = drafts.into_iter().map(Draft::leak).collect();
    migrations.sort_by_key(|migration| migration.record.id());
    Migrations {
        migrations: Box::leak(migrations.into_boxed_slice()),
        creations: &[],
        config,
        directory: "",
    }
}

/// The same two tables in words that every engine has.
pub fn portable() -> Vec<Draft> {
    vec![
        Draft::new(
            "2025a",
            &[],
            &["CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(50))"],
            &["DROP TABLE users"],
        ),
        Draft::new(
            "2025b",
            &["2025a"],
            &["ALTER TABLE users ADD COLUMN phone VARCHAR(20)"],
            &["ALTER TABLE users DROP COLUMN phone"],
        ),
    ]
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
