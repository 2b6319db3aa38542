//! Backfills killed twenty times each while clients write: every row is gone over once.

mod client;

#[path = "history/m20260301000000.rs"]
mod m20260301000000;
#[path = "history/m20260302000000.rs"]
mod m20260302000000;

use crate::Random;
use crate::child::{say, tell};
use crate::victim::{Moment, Victim};
use client::Client;
use diesel::connection::Connection;
use mina::{AnyConnection, AsConnection, Engine, Migration, Migrations};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

static ALL: [Migration; 2] = [m20260301000000::MIGRATION, m20260302000000::MIGRATION];

const KILLS: usize = 20;
/// Statements of a run at which it is killed at the latest: some ten batches.
const STATEMENTS: u64 = 60;

fn history() -> Migrations {
    Migrations {
        migrations: &ALL,
        creations: &[],
        config: "[run]\nlease = \"500ms\"\nattempts = 20\n",
        directory: "",
    }
}

/// The process that is killed.
pub fn run(url: &str) -> ExitCode {
    let mut conn = AnyConnection::establish(url).unwrap();
    match &mut conn {
        AnyConnection::Sqlite(conn) => conn.set_instrumentation(tell),
        #[cfg(feature = "postgres")]
        AnyConnection::Pg(conn) => conn.set_instrumentation(tell),
        #[cfg(feature = "mysql")]
        AnyConnection::Mysql(conn) => conn.set_instrumentation(tell),
        _ => {}
    }
    say("ready");
    let url = url.to_owned();
    let runner = history().runner().with_connector(move || Ok(AnyConnection::establish(&url)?));
    match runner.upgrade(&mut conn, "head") {
        Ok(_) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
    }
}

fn spawn(url: &str) -> Victim {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["backfill", url]);
    Victim::start(command, "a backfill")
}

/// A database with so many rows, at the first revision.
fn fill(url: &str, rows: u64) -> Engine {
    let mut conn = AnyConnection::establish(url).unwrap();
    history().upgrade(&mut conn, "20260301000000").unwrap();
    let conn = conn.as_connection();
    let (head, from) = match conn.engine() {
        Engine::Sqlite => (
            format!("WITH RECURSIVE s(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM s WHERE seq < {rows}) "),
            "s".to_owned(),
        ),
        Engine::Pg => (String::new(), format!("generate_series(1, {rows}) AS s(seq)")),
        Engine::Mysql => (String::new(), format!("seq_1_to_{rows}")),
    };
    let name = match conn.engine() {
        Engine::Sqlite => "'it''s k' || seq",
        _ => "CONCAT('it''s k', seq)",
    };
    let (before, after) = match conn.engine() {
        Engine::Mysql => (String::new(), head),
        _ => (head, String::new()),
    };
    conn.execute(&format!(
        "{before}INSERT INTO entries (shard, name) {after}SELECT seq % 7, {name} FROM {from}"
    ))
    .unwrap();
    conn.engine()
}

fn count(conn: &mut AnyConnection, condition: &str) -> i64 {
    let query = format!("SELECT count(*) FROM entries WHERE {condition}");
    conn.as_connection().number(&query).unwrap()
}

/// Kills a backfill twenty times, lets the next one come to its end, and looks at every row.
fn campaign(what: &str, url: &str, rows: u64, random: &mut Random) {
    let began = Instant::now();
    fill(url, rows);
    let client = Client::start(url.to_owned(), rows, random.below(u64::MAX));
    let mut kills = 0;
    while kills < KILLS {
        let moment = Moment::Statement {
            nth: random.below(STATEMENTS) as usize,
            after: random.part(Duration::from_millis(3)),
        };
        let wound = spawn(url).kill_at(&moment);
        assert!(wound.is_some(), "{what}: the backfill was over after {kills} kills");
        kills += 1;
    }
    spawn(url).finish();
    let written = client.stop();
    let mut conn = AnyConnection::establish(url).unwrap();
    let old = rows as i64 - written.deleted;
    let wrong = [
        (
            "rows that were there and were not gone over once",
            count(&mut conn, "name LIKE 'it%' AND n <> 1"),
        ),
        (
            "rows of clients that were gone over twice",
            count(&mut conn, "name LIKE 'new%' AND n NOT IN (0, 1)"),
        ),
        ("rows without a state", count(&mut conn, "state IS NULL")),
        ("rows lost", old - count(&mut conn, "name LIKE 'it%'")),
        ("rows of clients lost", written.inserted - count(&mut conn, "name LIKE 'new%'")),
    ];
    for (fault, rows) in wrong {
        assert_eq!(rows, 0, "{what}: {fault}");
    }
    assert!(written.inserted > 0 && written.updated > 0, "{what}: clients wrote nothing");
    println!(
        "{what}: a backfill of {rows} rows killed {kills} times while clients wrote {} new rows, changed {} and deleted {}: \
         every row right, in {:.1?}",
        written.inserted,
        written.updated,
        written.deleted,
        began.elapsed()
    );
}

/// On every engine that is linked.
pub fn campaigns(rows: u64, random: &mut Random) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let mut conn = diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    diesel::connection::SimpleConnection::batch_execute(&mut conn, "PRAGMA journal_mode = wal").unwrap();
    drop(conn);
    campaign("SQLite", &format!("sqlite://{}", path.display()), rows, random);
    #[cfg(all(feature = "postgres", feature = "mysql"))]
    for (what, server) in [
        ("PostgreSQL", crate::server::databases::Server::Postgres18),
        ("MariaDB", crate::server::databases::Server::Mariadb),
    ] {
        let database = crate::server::databases::Database::new(server);
        campaign(what, &database.url(), rows, random);
    }
}
