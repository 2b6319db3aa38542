//! Migrations that go to a server whole: how often it is asked, and what becomes of them when one fails or the lease is lost.

use crate::databases::{Database, Server};
use crate::support::{self, Draft, alone, sql, transaction};
use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use mina_core::engine::Engine;
use mina_runtime::runner::{Direction, ErrorKind, Progress, Ran};
use mina_runtime::{AnyConnection, AsConnection, Migrations};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const SERVERS: [Server; 3] = [Server::Postgres, Server::Postgres18, Server::Mariadb];
const IDS: [&str; 6] = ["2025a", "2025b", "2025c", "2025d", "2025e", "2025f"];

/// So many migrations of one change each, with a comment at its end and a word that a server has to be told as it is.
fn changes(engine: Engine, count: usize) -> Vec<Draft> {
    let draft = |at: usize| {
        let up = format!("CREATE TABLE t{at} (id INT PRIMARY KEY, path VARCHAR(20) DEFAULT 'it''s \\\\ so') -- the {at}th");
        let down = format!("DROP TABLE t{at};");
        let parents = at.checked_sub(1).map(|before| IDS[before]);
        match engine {
            Engine::Mysql => Draft::units(IDS[at], parents.as_slice(), vec![alone(sql(&up))], vec![alone(sql(&down))]),
            _ => Draft::units(IDS[at], parents.as_slice(), vec![transaction(&[&up])], vec![transaction(&[&down])]),
        }
    };
    (0..count).map(draft).collect()
}

fn number(conn: &mut AnyConnection, query: &str) -> i64 {
    let number = conn.as_connection().number(query);
    number.unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// How often the server is asked while something is done.
fn asked(conn: &mut AnyConnection, work: impl FnOnce(&mut AnyConnection)) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let count_one = move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    };
    match conn {
        AnyConnection::Pg(conn) => conn.set_instrumentation(count_one),
        AnyConnection::Mysql(conn) => conn.set_instrumentation(count_one),
        _ => {}
    }
    work(conn);
    count.load(Ordering::Relaxed)
}

#[test]
fn a_migration_of_one_change_asks_the_server_once_or_not_even_that() {
    for server in SERVERS {
        let up_and_down = |count: usize| {
            let database = Database::new(server);
            let mut conn = database.open();
            let migrations = support::history(changes(server.engine(), count));
            let up = asked(&mut conn, |conn| drop(migrations.upgrade(conn, "head").unwrap()));
            migrations.require_exact(&mut conn).unwrap();
            let recorded = "SELECT count(*) FROM __mina_journal WHERE state = 'done' AND duration_ms BETWEEN 0 AND 60000 AND hash <> ''";
            assert_eq!(number(&mut conn, recorded), count as i64, "{server:?}");
            let down = asked(&mut conn, |conn| drop(migrations.downgrade(conn, "base").unwrap()));
            (up, down)
        };
        let (few, many) = (up_and_down(2), up_and_down(6));
        // Of six, PostgreSQL is told one, four and one, and asked once how long each of the four took.
        let more = if server == Server::Mariadb { 4 } else { 2 };
        assert_eq!((many.0 - few.0, many.1 - few.1), (more, more), "{server:?}");
    }
}

#[test]
fn a_change_that_a_server_refuses_is_named_and_may_be_run_again() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        let migrations = support::history(changes(server.engine(), 3));
        conn.as_connection().execute("CREATE TABLE t1 (id INT)").unwrap();
        let error = migrations.upgrade(&mut conn, "head").unwrap_err();
        let ErrorKind::Step(step) = error.kind() else {
            panic!("{server:?}: {error}")
        };
        assert_eq!((step.revision.as_str(), step.done), ("2025b", 0), "{server:?}");
        assert!(step.statement.starts_with("CREATE TABLE t1"), "{server:?}: {}", step.statement);
        assert!(step.message.contains("exists"), "{server:?}: {}", step.message);
        assert_eq!(error.report().current, ["2025a"], "{server:?}");
        conn.as_connection().execute("DROP TABLE t1").unwrap();
        let report = migrations.upgrade(&mut conn, "head").unwrap();
        assert_eq!(report.migrations.len(), 2, "{server:?}");
        assert_eq!(number(&mut conn, "SELECT count(path) FROM t1"), 0, "{server:?}");
    }
}

/// Takes the lease away after a migration.
struct Thief {
    after: &'static str,
    conn: AnyConnection,
}

impl Progress for Thief {
    fn finished(&mut self, ran: &Ran) {
        if ran.revision == self.after {
            let stolen = self.conn.as_connection().execute("UPDATE __mina_lock SET token = token + 1");
            stolen.unwrap();
        }
    }
}

#[test]
fn a_runner_that_lost_its_lease_sends_nothing_that_is_done() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        let migrations: Migrations = support::history(changes(server.engine(), 4));
        let mut thief = Thief {
            after: "2025a",
            conn: database.open(),
        };
        let result = migrations.runner().run(conn.as_connection(), Direction::Up, "head", &mut thief);
        let error = result.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Superseded), "{server:?}: {error}");
        assert_eq!(error.report().current, ["2025a"], "{server:?}");
        assert_eq!(number(&mut conn, "SELECT count(*) FROM __mina_journal WHERE revision = '2025b'"), 0);
        let objects = conn.as_connection().objects(mina_runtime::runner::HISTORY_TABLE).unwrap();
        assert_eq!(objects, ["t0"], "{server:?}");
        // The session goes on as before.
        assert_eq!(number(&mut conn, "SELECT 7"), 7);
    }
}
