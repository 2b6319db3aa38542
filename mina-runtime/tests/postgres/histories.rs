//! Random histories, run on PostgreSQL without rows, up and down.

use crate::random::Random;
use crate::server::{Database, Server};
use crate::statement::Writer;
use crate::{difference, execute, history};
use diesel::connection::SimpleConnection;
use mina_core::schema::Schema;

/// Their SQL is SQLite's, or says of rows what their types may not allow.
const OTHERS: &[&str] = &["create_trigger", "update", "delete", "execute", "bulk_insert"];

/// What a server says of SQL that compares values of two types, which the checker does not look into.
const OF_TYPES: &[&str] = &[
    "operator does not exist",
    "function max(",
    "function lower(",
    "function length(",
    "could not identify an ordering operator",
    "could not identify an equality operator",
    "invalid input syntax",
    "has no default operator class",
    "collations are not supported",
];

/// Draws blocks that the checker accepts.
fn draw(random: &mut Random, version: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let (mut serial, mut schema) = (0, Schema::default());
    for _ in 0..random.within(2, 4) {
        let mut block = String::new();
        for _ in 0..random.within(4, 12) {
            let mut writer = Writer {
                random,
                schema: &schema,
                serial: &mut serial,
            };
            let Some((_, statement)) = writer.statement().filter(|(kind, _)| !OTHERS.contains(kind)) else {
                continue;
            };
            let longer = format!("{block}\n{statement}");
            let mut all: Vec<&str> = blocks.iter().map(String::as_str).collect();
            all.push(&longer);
            if let Ok(history) = history(&all, version) {
                schema = history.checked(all.len() - 1).engines[0].up.end.clone();
                block = longer;
            }
        }
        blocks.push(block);
    }
    blocks
}

/// Runs them one by one, each up, down and up again, and all down in the end; false where the server does not take their SQL.
fn run(database: &mut Database, blocks: &[String], version: &str) -> Result<bool, String> {
    let all: Vec<&str> = blocks.iter().map(String::as_str).collect();
    let history = history(&all, version)?;
    let conn = &mut database.conn;
    conn.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE COLLATION \"NOCASE\" FROM \"C\"")
        .unwrap();
    let mut ways = Vec::new();
    for at in 0..blocks.len() {
        ways.extend([(at, true), (at, false), (at, true)]);
    }
    ways.extend((0..blocks.len()).rev().map(|at| (at, false)));
    for (at, up) in ways {
        let traces = &history.checked(at).engines[0];
        let trace = match up {
            true => &traces.up,
            false => traces.down.as_ref().ok_or("there is no downgrade")?,
        };
        if let Err(error) = execute(conn, trace, &history.revisions[at].tokens) {
            return match OF_TYPES.iter().any(|words| error.contains(words)) {
                true => Ok(false),
                false => Err(error),
            };
        }
        let found = difference(conn, &trace.end);
        if !found.is_empty() {
            return Err(format!("{} {at}: {found}", if up { "up" } else { "down" }));
        }
    }
    Ok(true)
}

/// Histories from a seed on.
pub fn histories(server: &Server, first: u64, count: u64) {
    let mut database = Database::new(server);
    let (mut whole, mut wrong) = (0, Vec::new());
    for seed in first..first + count {
        let blocks = draw(&mut Random::new(seed), server.version);
        match run(&mut database, &blocks, server.version) {
            Ok(ran) => whole += u64::from(ran),
            Err(error) => wrong.push(format!("seed {seed}: {error}\n{}", blocks.join("\n----\n"))),
        }
    }
    assert!(wrong.is_empty(), "on {}: {}", server.version, wrong.join("\n\n"));
    assert!(whole * 4 > count, "{whole} of {count} histories ran to their end");
}
