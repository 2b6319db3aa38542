//! Applying and reverting a history of 1,000 migrations on disk, beside diesel_migrations with the same SQL, in one run.
//!
//! `cargo bench --bench apply` prints milliseconds and ratios; `cargo bench --bench apply -- 200` takes another count.

#[path = "support/history.rs"]
mod history;
#[allow(dead_code)] // What stands in files is another bench's.
#[path = "support/plain.rs"]
mod plain;
#[path = "support/rounds.rs"]
mod rounds;
#[path = "support/row.rs"]
mod row;
#[path = "support/runnable.rs"]
mod runnable;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use mina_core::config::Config;
use mina_runtime::runner::Scope;
use rounds::Rounds;
use row::{Figure, Row};
use runnable::Runnable;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 9;

/// A way from one end of the history to the other; the first of several is what the others are held against.
struct Way {
    name: &'static str,
    run: fn(&mut SqliteConnection, &Runnable) -> Result<()>,
    /// What its ratio should be at most.
    most: Option<f64>,
}

const UP: &[Way] = &[
    Way {
        name: "diesel_migrations",
        run: |conn, history| diesel(conn.run_pending_migrations(EmbeddedMigrations::new(history.diesel)).map(drop)),
        most: None,
    },
    Way {
        name: "Mina, a transaction a migration",
        run: |conn, history| Ok(history.mina.upgrade(conn, "head").map(drop)?),
        most: Some(1.05),
    },
    Way {
        name: "Mina, `transaction = \"run\"`",
        run: |conn, history| Ok(history.mina.runner().transaction(Scope::Run).upgrade(conn, "head").map(drop)?),
        most: Some(0.4),
    },
    Way {
        name: "its statements alone, in one transaction",
        run: |conn, history| bare(conn, history.sql.iter().map(|sql| sql.up)),
        most: None,
    },
    Way {
        name: "Mina, `create`",
        run: |conn, history| Ok(history.mina.create(conn).map(drop)?),
        most: Some(0.1),
    },
];

const DOWN: &[Way] = &[
    Way {
        name: "diesel_migrations",
        run: |conn, history| diesel(conn.revert_all_migrations(EmbeddedMigrations::new(history.diesel)).map(drop)),
        most: None,
    },
    Way {
        name: "Mina, a transaction a migration",
        run: |conn, history| Ok(history.mina.downgrade(conn, "base").map(drop)?),
        most: None,
    },
    Way {
        name: "Mina, `transaction = \"run\"`",
        run: |conn, history| Ok(history.mina.runner().transaction(Scope::Run).downgrade(conn, "base").map(drop)?),
        most: None,
    },
    Way {
        name: "its statements alone, in one transaction",
        run: |conn, history| bare(conn, history.sql.iter().rev().map(|sql| sql.down)),
        most: None,
    },
];

fn main() -> Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let history = Runnable::new(&history::history(count), Config::default())?;
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let (empty, full) = (folder.path().join("empty.db"), folder.path().join("full.db"));
    fs::File::create(&empty)?;
    history.mina.create(&mut connection(&full)?)?;
    measured("applied", count, UP, &empty, &history)?;
    println!();
    measured("reverted", count, DOWN, &full, &history)
}

fn measured(what: &str, count: usize, ways: &[Way], base: &Path, history: &Runnable) -> Result<()> {
    let work = base.with_file_name("work.db");
    let rounds = Rounds::of(ROUNDS, ways.len(), |way| {
        fs::copy(base, &work)?;
        // What others have written is not waited for by who is measured.
        Command::new("sync").status()?;
        let mut conn = connection(&work)?;
        let began = Instant::now();
        (ways[way].run)(&mut conn, history)?;
        Ok(began.elapsed().as_secs_f64() * 1e3)
    })?;
    println!("{count} migrations {what} on SQLite on disk, {ROUNDS} rounds; the ratio is the median of theirs\n");
    println!("| {what} by | median | best | ratio | of the rounds |\n|---|--:|--:|--:|--:|");
    for (at, way) in ways.iter().enumerate() {
        let ratio = rounds.ratio(at, 0);
        println!(
            "| {} | {:.0} ms | {:.0} ms | {:.2} | {:.2} to {:.2} |",
            way.name,
            rounds.median(at),
            rounds.best(at),
            ratio.median,
            ratio.least,
            ratio.most
        );
    }
    println!();
    let figure = |way: usize| Figure(rounds.median(way), "ms");
    for (at, way) in ways.iter().enumerate().skip(1) {
        let row = Row::new(format!("{count} migrations {what} on SQLite: {}", way.name), figure(at));
        let row = row.beside(ways[0].name, figure(0), rounds.ratio(at, 0).median);
        way.most.into_iter().fold(row, Row::ratio_at_most).print();
    }
    Ok(())
}

fn connection(path: &Path) -> Result<SqliteConnection> {
    Ok(SqliteConnection::establish(&path.to_string_lossy())?)
}

fn diesel(ran: std::result::Result<(), Box<dyn Error + Send + Sync>>) -> Result<()> {
    ran.map_err(|error| error as Box<dyn Error>)
}

fn bare<'a>(conn: &mut SqliteConnection, mut statements: impl Iterator<Item = &'a str>) -> Result<()> {
    conn.batch_execute("BEGIN IMMEDIATE")?;
    statements.try_for_each(|statements| conn.batch_execute(statements))?;
    Ok(conn.batch_execute("COMMIT")?)
}
