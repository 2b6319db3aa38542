//! Applying a history on PostgreSQL and MariaDB, beside diesel_migrations with the same SQL, in one run.
//!
//! `scripts/databases --durable run cargo bench --bench servers --features postgres,mysql` prints milliseconds and ratios.

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

use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use mina_core::config::Config;
use mina_runtime::{AnyConnection, AsConnection};
use rounds::Rounds;
use row::{Figure, Row};
use runnable::Runnable;
use std::error::Error;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 9;
const SERVERS: [(&str, &str, &str); 3] = [
    ("PostgreSQL 15", "MINA_TEST_POSTGRES_URL", "postgres >= 15"),
    ("PostgreSQL 18", "MINA_TEST_POSTGRES18_URL", "postgres >= 15"),
    ("MariaDB", "MINA_TEST_MARIADB_URL", "mariadb >= 10.6"),
];

fn main() -> Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(200);
    let generated = history::history(count);
    println!("{count} migrations, {ROUNDS} rounds; the ratio is the median of theirs\n");
    println!("| server | diesel_migrations | Mina | ratio | of the rounds |\n|---|--:|--:|--:|--:|");
    let mut rows = Vec::new();
    for (name, variable, engine) in SERVERS {
        let config = Config::parse(&format!("[database]\nengines = [\"{engine}\"]"))?;
        let history = Runnable::new(&generated, config)?;
        let url = std::env::var(variable).map_err(|_| format!("{variable} is not set: see scripts/databases"))?;
        let rounds = Rounds::of(ROUNDS, 2, |way| {
            timed(&url, |conn| match way {
                0 => through_diesel(conn, &history),
                _ => Ok(history.mina.upgrade(conn, "head").map(drop)?),
            })
        })?;
        let (diesel, mina, ratio) = (rounds.median(0), rounds.median(1), rounds.ratio(1, 0));
        println!(
            "| {name} | {diesel:.0} ms | {mina:.0} ms | {:.2} | {:.2} to {:.2} |",
            ratio.median, ratio.least, ratio.most
        );
        let row = Row::new(format!("{count} migrations on {name}"), Figure(mina, "ms"));
        let row = row.beside("diesel_migrations", Figure(diesel, "ms"), ratio.median);
        rows.push(if name == "MariaDB" { row } else { row.ratio_at_most(1.05) });
    }
    println!();
    rows.into_iter().for_each(Row::print);
    Ok(())
}

fn through_diesel(conn: &mut AnyConnection, history: &Runnable) -> Result<()> {
    let source = EmbeddedMigrations::new(history.diesel);
    let ran = match conn {
        AnyConnection::Pg(conn) => conn.run_pending_migrations(source).map(drop),
        AnyConnection::Mysql(conn) => conn.run_pending_migrations(source).map(drop),
        _ => return Err("no connection to a server".into()),
    };
    ran.map_err(|error| error as Box<dyn Error>)
}

/// The milliseconds that something takes in an empty database, of which the connection is open.
fn timed(url: &str, work: impl FnOnce(&mut AnyConnection) -> Result<()>) -> Result<f64> {
    let (server, _) = url.rsplit_once('/').ok_or("the url names no database")?;
    let mut maintenance = AnyConnection::establish(url)?;
    let mut execute = |sql: &str| maintenance.as_connection().execute(sql);
    execute("CREATE DATABASE mina_bench")?;
    let mut conn = AnyConnection::establish(&format!("{server}/mina_bench"))?;
    let began = Instant::now();
    let result = work(&mut conn);
    let took = began.elapsed().as_secs_f64() * 1e3;
    drop(conn);
    execute("DROP DATABASE mina_bench")?;
    result.map(|()| took)
}
