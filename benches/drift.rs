//! Comparing a server's database of a thousand tables with the history that made it: what `check --db` does.
//!
//! `scripts/databases run cargo bench --bench drift --features postgres,mysql` prints milliseconds, and the ratio to reading the names
//! and types of all columns from the server's own catalogue.

#[allow(dead_code)] // What a generated migration is, and no more of it.
#[path = "support/history.rs"]
mod history;
#[allow(dead_code)] // What stands in files is another bench's.
#[path = "support/plain.rs"]
mod plain;
#[path = "support/row.rs"]
mod row;
#[allow(dead_code)] // Diesel's half of it is another bench's.
#[path = "support/runnable.rs"]
mod runnable;

use history::Generated;
use mina_core::config::Config;
use mina_runtime::{AnyConnection, AsConnection, Migrations};
use row::{Figure, Row};
use runnable::Runnable;
use std::error::Error;
use std::fmt::Write;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 7;
const TABLES: usize = 1_000;
/// Tables made by one migration: PostgreSQL holds a lock for each to the end.
const AT_ONCE: usize = 100;
const SERVERS: [(&str, &str, &str); 3] = [
    ("PostgreSQL 15", "MINA_TEST_POSTGRES_URL", "postgres >= 15"),
    ("PostgreSQL 18", "MINA_TEST_POSTGRES18_URL", "postgres >= 15"),
    ("MariaDB", "MINA_TEST_MARIADB_URL", "mariadb >= 10.6"),
];

fn main() -> Result<()> {
    let generated = generated()?;
    println!("{TABLES} tables of eight columns, best of {ROUNDS}\n");
    let mut rows = Vec::new();
    println!("| server | read the columns | `check --db` | ratio |\n|---|--:|--:|--:|");
    for (name, variable, engine) in SERVERS {
        let text = format!("[database]\nurl = \"env:DATABASE_URL\"\nengines = [\"{engine}\"]");
        let runnable = Runnable::new(&generated, Config::parse(&text)?)?;
        let migrations = Migrations {
            config: text.leak(),
            ..runnable.mina
        };
        let url = std::env::var(variable).map_err(|_| format!("{variable} is not set: see scripts/databases"))?;
        let (server, _) = url.rsplit_once('/').ok_or("the url names no database")?;
        let mut maintenance = AnyConnection::establish(&url)?;
        maintenance.as_connection().execute("CREATE DATABASE mina_bench")?;
        let mut conn = AnyConnection::establish(&format!("{server}/mina_bench"))?;
        let measured = measured(&mut conn, &migrations);
        drop(conn);
        maintenance.as_connection().execute("DROP DATABASE mina_bench")?;
        let (bare, drift) = measured?;
        println!("| {name} | {:.0} ms | {:.0} ms | {:.2} |", bare * 1e3, drift * 1e3, drift / bare);
        let row = Row::new(format!("`check --db`, {TABLES} tables on {name}"), Figure(drift * 1e3, "ms"));
        let row = row.beside("reading the columns", Figure(bare * 1e3, "ms"), drift / bare);
        rows.push(if name == "MariaDB" { row } else { row.at_most(1_000.0) });
    }
    println!();
    rows.into_iter().for_each(Row::print);
    Ok(())
}

/// The best seconds of both.
fn measured(conn: &mut AnyConnection, migrations: &Migrations) -> Result<(f64, f64)> {
    migrations.upgrade(conn, "head")?;
    let (mut bare, mut drift) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let length = conn.as_connection().number(COLUMNS)?;
        bare = bare.min(began.elapsed().as_secs_f64());
        if length < i64::try_from(TABLES * 8)? {
            return Err("there are columns missing".into());
        }
        let began = Instant::now();
        let differences = migrations.drift(conn)?;
        drift = drift.min(began.elapsed().as_secs_f64());
        if let Some(difference) = differences.first() {
            return Err(difference.to_string().into());
        }
    }
    Ok((bare, drift))
}

const COLUMNS: &str = "SELECT sum(length(concat(table_name, column_name, data_type, is_nullable, coalesce(column_default, '')))) \
                       FROM information_schema.columns WHERE table_name LIKE 't%'";

fn generated() -> Result<Vec<Generated>> {
    let mut all: Vec<Generated> = Vec::new();
    for first in (0..TABLES).step_by(AT_ONCE) {
        let (mut up, mut down) = (String::new(), String::new());
        for at in first..first + AT_ONCE {
            let refers = match at {
                0 => "parent_id: Nullable<Integer>".to_owned(),
                at => format!("#[references(t{:04}.id)] parent_id: Nullable<Integer>", at - 1),
            };
            writeln!(
                up,
                "create_table t{at:04} {{ #[primary_key] id: Integer, name: Varchar<80>, #[unique] email: Nullable<Varchar<200>>, {refers}, \
                 amount: BigInt = 0, done: Bool = false, note: Nullable<Text>, created_at: Timestamp = now(), index ix_t{at:04} (name), }}"
            )?;
            down.insert_str(0, &format!("drop_table t{at:04};\n"));
        }
        let id = format!("2025{:010}", first + 1);
        let revises = all.last().map_or_else(|| "base".to_owned(), |last| format!("{:?}", last.id));
        let text = format!(
            "mina::migration! {{\n//! Tables\n\nrevision = \"{id}\";\nrevises = {revises};\n\nupgrade {{\n{up}}}\n\ndowngrade {{\n{down}}}\n}}\n"
        );
        let slug = "tables".to_owned();
        all.push(Generated { id, slug, text });
    }
    Ok(all)
}
