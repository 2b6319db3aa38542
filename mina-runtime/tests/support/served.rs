//! A history of servers, and a process that applies it when it is told to.
#![allow(dead_code)]

use crate::support::{self, Draft, alone, sql, unit};
use mina_core::engine::Engine;
use mina_core::sql::unit::{Unit, UnitKind};
use mina_runtime::{AnyConnection, Migrations};

/// Statements as the dialects cut them: on PostgreSQL one transaction, on MariaDB each for itself.
pub fn units(engine: Engine, statements: &[&str]) -> Vec<Unit> {
    let is_change = |statement: &&str| ["CREATE", "ALTER", "DROP"].iter().any(|word| statement.starts_with(word));
    match engine {
        Engine::Mysql => statements
            .iter()
            .map(|statement| match is_change(statement) {
                true => alone(sql(statement)),
                false => unit(UnitKind::Transaction, &[statement]),
            })
            .collect(),
        _ => vec![unit(UnitKind::Transaction, statements)],
    }
}

pub fn draft(engine: Engine, id: &'static str, parents: &[&'static str], up: &[&str], down: &[&str]) -> Draft {
    Draft::units(id, parents, units(engine, up), units(engine, down))
}

/// Users, with rows, and two changes of them.
pub fn three(engine: Engine) -> Vec<Draft> {
    vec![
        draft(
            engine,
            "2025a",
            &[],
            &[
                "CREATE TABLE users (id INT PRIMARY KEY, email VARCHAR(80) UNIQUE)",
                "INSERT INTO users VALUES (1, 'a'), (2, 'b')",
            ],
            &["DROP TABLE users"],
        ),
        draft(
            engine,
            "2025b",
            &["2025a"],
            &["ALTER TABLE users ADD COLUMN phone VARCHAR(20)"],
            &["ALTER TABLE users DROP COLUMN phone"],
        ),
        draft(
            engine,
            "2025c",
            &["2025b"],
            &["CREATE TABLE tasks (id INT PRIMARY KEY, user_id INT REFERENCES users (id))"],
            &["DROP TABLE tasks"],
        ),
    ]
}

/// A history with a migration that takes longer than the lease.
pub fn slow(engine: Engine) -> Migrations {
    let sleep = match engine {
        Engine::Pg => "INSERT INTO users (id, email) SELECT 3, 'c' FROM pg_sleep(2.5)",
        _ => "INSERT INTO users (id, email) SELECT 3, 'c' FROM (SELECT SLEEP(2.5)) AS s",
    };
    let mut drafts = three(engine);
    drafts.push(draft(engine, "2025d", &["2025c"], &[sleep], &["DELETE FROM users WHERE id = 3"]));
    support::with_config(drafts, "[run]\nlease = \"1s\"\nlock_timeout = \"10s\"")
}

/// The engine of a server's url.
pub fn engine(url: &str) -> Engine {
    if url.starts_with("postgres") { Engine::Pg } else { Engine::Mysql }
}

/// Says that it is ready, waits for a line, upgrades, and says how it went.
pub fn start(migrations: Migrations, url: &str, bare: bool) {
    let mut conn = AnyConnection::establish(url).unwrap();
    println!("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let again = url.to_owned();
    let runner = migrations.runner();
    let runner = match bare {
        true => runner,
        false => runner.with_connector(move || Ok(AnyConnection::establish(&again)?)),
    };
    match runner.upgrade(&mut conn, "head") {
        Ok(report) => println!("applied {}", report.migrations.len()),
        Err(error) => println!("failed {}: {error}", error.exit_code()),
    }
}
