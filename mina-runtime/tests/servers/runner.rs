//! The runner on PostgreSQL and MariaDB: what is left after a failure, and many runners at once.

use crate::databases::{Database, Server};
use crate::served::{draft, slow, three};
use crate::starter::Starter;
use crate::support;
use mina_core::engine::Engine;
use mina_runtime::runner::{ErrorKind, HISTORY_TABLE};
use mina_runtime::{AnyConnection, AsConnection};
use std::time::Duration;

const SERVERS: [Server; 3] = [Server::Postgres, Server::Postgres18, Server::Mariadb];

fn execute(conn: &mut AnyConnection, sql: &str) {
    let done = conn.as_connection().execute(sql);
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn number(conn: &mut AnyConnection, query: &str) -> i64 {
    let number = conn.as_connection().number(query);
    number.unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// The tables and views that are there, Mina's own aside.
fn objects(conn: &mut AnyConnection) -> Vec<String> {
    conn.as_connection().objects(HISTORY_TABLE).unwrap()
}

#[test]
fn a_history_goes_up_and_down_and_leaves_three_tables() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        let migrations = support::history(three(server.engine()));
        assert_eq!(migrations.status(&mut conn).unwrap().pending.len(), 3);
        let tables = format!(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = {} \
             AND table_name IN ('__mina_journal', '__mina_lock', '__diesel_schema_migrations')",
            match server.engine() {
                Engine::Pg => "'public'",
                _ => "DATABASE()",
            }
        );
        assert_eq!(number(&mut conn, &tables), 0, "a look makes nothing");
        let report = migrations.upgrade(&mut conn, "head").unwrap();
        assert_eq!(report.current, ["2025c"]);
        assert_eq!(objects(&mut conn), ["tasks", "users"]);
        assert_eq!(number(&mut conn, "SELECT count(*) FROM users WHERE phone IS NULL"), 2);
        assert!(migrations.upgrade(&mut conn, "head").unwrap().migrations.is_empty());
        migrations.require_exact(&mut conn).unwrap();
        migrations.downgrade(&mut conn, "base").unwrap();
        assert!(objects(&mut conn).is_empty(), "{server:?}");
        assert_eq!(number(&mut conn, &tables), 3);
        assert_eq!(number(&mut conn, &format!("SELECT count(*) FROM {HISTORY_TABLE}")), 0);
    }
}

#[test]
fn what_the_session_had_set_is_set_again() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        let (set, look) = match server.engine() {
            Engine::Pg => (
                "SET lock_timeout = '77ms'",
                "SELECT (current_setting('lock_timeout') = '77ms')::int",
            ),
            _ => (
                "SET SESSION lock_wait_timeout = 77, sql_mode = 'ANSI'",
                "SELECT @@lock_wait_timeout = 77 AND @@sql_mode LIKE '%ANSI%'",
            ),
        };
        execute(&mut conn, set);
        support::history(three(server.engine())).upgrade(&mut conn, "head").unwrap();
        assert_eq!(number(&mut conn, look), 1, "{server:?}");
    }
}

#[test]
fn a_failure_in_the_fifth_statement_leaves_nothing_or_says_which_four_stand() {
    let statements = |last: &'static str| {
        [
            "CREATE TABLE a (id INT PRIMARY KEY)",
            "CREATE TABLE b (id INT PRIMARY KEY)",
            "CREATE TABLE c (id INT PRIMARY KEY)",
            "CREATE TABLE d (id INT PRIMARY KEY)",
            last,
        ]
    };
    let down = ["DROP TABLE e", "DROP TABLE d", "DROP TABLE c", "DROP TABLE b", "DROP TABLE a"];
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        let engine = server.engine();
        let broken = support::history(vec![draft(
            engine,
            "2025a",
            &[],
            &statements("CREATE TABLE e (id INT PRIMARY KEY, id INT)"),
            &down,
        )]);
        let error = broken.upgrade(&mut conn, "head").unwrap_err();
        let ErrorKind::Step(step) = error.kind() else { panic!("{error}") };
        assert_eq!(step.statement, "CREATE TABLE e (id INT PRIMARY KEY, id INT)");
        let repaired = support::history(vec![draft(
            engine,
            "2025a",
            &[],
            &statements("CREATE TABLE e (id INT PRIMARY KEY)"),
            &down,
        )]);
        match engine {
            Engine::Mysql => {
                assert_eq!((step.done, step.units), (4, 5));
                assert_eq!(objects(&mut conn), ["a", "b", "c", "d"]);
                let status = repaired.status(&mut conn).unwrap();
                assert_eq!((status.partly[0].done, status.partly[0].units), (4, 5));
            }
            _ => {
                assert_eq!((step.done, step.units), (0, 1));
                assert!(objects(&mut conn).is_empty());
            }
        }
        repaired.upgrade(&mut conn, "head").unwrap();
        assert_eq!(objects(&mut conn), ["a", "b", "c", "d", "e"]);
        repaired.downgrade(&mut conn, "base").unwrap();
        assert!(objects(&mut conn).is_empty());
    }
}

#[test]
fn a_statement_that_cannot_get_a_lock_is_tried_again_and_names_who_holds_it() {
    for server in SERVERS {
        let database = Database::new(server);
        let engine = server.engine();
        let drafts = three(engine);
        let migrations = support::with_config(drafts, "[run]\nlock_timeout = \"1s\"\nattempts = 2");
        let mut conn = database.open();
        migrations.upgrade(&mut conn, "2025a").unwrap();
        let mut other = database.open();
        execute(&mut other, "BEGIN");
        execute(&mut other, "UPDATE users SET email = 'c' WHERE id = 1");
        let mut seen = Warnings::default();
        let error = migrations
            .runner()
            .run(conn.as_connection(), mina_runtime::runner::Direction::Up, "head", &mut seen)
            .unwrap_err();
        let ErrorKind::Locked { blockers, .. } = error.kind() else {
            panic!("{server:?}: {error}")
        };
        assert_eq!(error.exit_code(), 6);
        assert!(blockers.iter().any(|blocker| blocker.starts_with("session ")), "{blockers:?}");
        assert_eq!(seen.0.len(), 1, "{:?}", seen.0);
        assert!(seen.0[0].contains("trying again (2 of 2)"), "{}", seen.0[0]);
        execute(&mut other, "COMMIT");
        assert_eq!(migrations.upgrade(&mut conn, "head").unwrap().current, ["2025c"]);
    }
}

#[derive(Default)]
struct Warnings(Vec<String>);

impl mina_runtime::runner::Progress for Warnings {
    fn warning(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }
}

#[test]
fn twenty_processes_apply_each_revision_once() {
    for (server, bare) in [
        (Server::Postgres, false),
        (Server::Mariadb, false),
        (Server::Postgres18, true),
        (Server::Mariadb, true),
    ] {
        let database = Database::new(server);
        let mut starters: Vec<Starter> = (0..20).map(|_| Starter::new(&database.url(), bare)).collect();
        starters.iter_mut().for_each(Starter::go);
        let outcomes: Vec<String> = starters.into_iter().map(Starter::outcome).collect();
        assert!(
            outcomes.iter().all(|outcome| outcome.starts_with("applied")),
            "{server:?}: {outcomes:?}"
        );
        let applied: usize = outcomes
            .iter()
            .map(|outcome| outcome["applied ".len()..].parse::<usize>().unwrap())
            .sum();
        assert_eq!(applied, 4, "{server:?}: {outcomes:?}");
        let mut conn = database.open();
        slow(server.engine()).require_exact(&mut conn).unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM users"), 3);
    }
}

#[test]
fn a_runner_that_stood_still_past_its_lease_starts_nothing_more() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut stopped = Starter::new(&database.url(), false);
        stopped.go();
        let mut conn = database.open();
        // In the middle of the migration that takes its time.
        applied(&mut conn, 3);
        stopped.signal("STOP");
        let second = Starter::new(&database.url(), false);
        let mut second = second;
        second.go();
        assert_eq!(second.outcome(), "applied 1", "{server:?}");
        stopped.signal("CONT");
        let outcome = stopped.outcome();
        assert!(outcome.starts_with("failed"), "{server:?}: {outcome}");
        assert_eq!(number(&mut conn, "SELECT count(*) FROM users"), 3);
        assert_eq!(
            number(
                &mut conn,
                "SELECT count(*) FROM __mina_journal WHERE revision = '2025d' AND state = 'done'"
            ),
            1
        );
    }
}

#[test]
fn a_killed_runner_is_followed_by_the_next() {
    for (server, bare) in [
        (Server::Postgres, false),
        (Server::Postgres18, true),
        (Server::Mariadb, false),
        (Server::Mariadb, true),
    ] {
        let database = Database::new(server);
        let mut killed = Starter::new(&database.url(), bare);
        killed.go();
        std::thread::sleep(Duration::from_millis(700));
        killed.signal("KILL");
        killed.child.wait().unwrap();
        let mut conn = database.open();
        slow(server.engine()).upgrade(&mut conn, "head").unwrap();
        slow(server.engine()).require_exact(&mut conn).unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM users"), 3, "{server:?}");
    }
}

#[test]
fn an_older_program_changes_nothing_and_can_still_go_back() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        support::history(three(server.engine())).upgrade(&mut conn, "head").unwrap();
        let mut drafts = three(server.engine());
        drafts.pop();
        let older = support::history(drafts);
        let report = older.upgrade(&mut conn, "head").unwrap();
        assert!(report.migrations.is_empty() && report.warnings.len() == 1, "{server:?}: {report:?}");
        assert_eq!(older.status(&mut conn).unwrap().ahead, ["2025c"], "{server:?}");
        older.downgrade(&mut conn, "-1").unwrap();
        assert_eq!(objects(&mut conn), ["users"], "{server:?}");
        older.require_exact(&mut conn).unwrap();
    }
}

/// Moves the end of every lease, as a clock does that is set anew.
fn shift(conn: &mut AnyConnection, by: &str) {
    let now = "CURRENT_TIMESTAMP(3)";
    execute(
        conn,
        &format!("UPDATE __mina_lock SET expires = {now} {by} INTERVAL '1' DAY WHERE expires IS NOT NULL"),
    );
}

#[test]
fn a_clock_that_is_set_forward_lets_no_two_runners_work() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut first = Starter::new(&database.url(), false);
        first.go();
        let mut conn = database.open();
        applied(&mut conn, 3);
        shift(&mut conn, "-");
        slow(server.engine()).upgrade(&mut conn, "head").unwrap();
        // Its lease was renewed in time, or the other one ended its session first.
        let outcome = first.outcome();
        assert!(
            outcome.starts_with("applied") || outcome.starts_with("failed"),
            "{server:?}: {outcome}"
        );
        slow(server.engine()).require_exact(&mut conn).unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM users"), 3, "{server:?}: {outcome}");
        let done = "SELECT count(*) FROM __mina_journal WHERE revision = '2025d' AND state = 'done'";
        assert_eq!(number(&mut conn, done), 1, "{server:?}: {outcome}");
    }
}

#[test]
fn a_clock_that_is_set_back_keeps_nobody_waiting_for_a_dead_runner() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut killed = Starter::new(&database.url(), false);
        killed.go();
        let mut conn = database.open();
        applied(&mut conn, 3);
        killed.signal("KILL");
        killed.child.wait().unwrap();
        shift(&mut conn, "+");
        slow(server.engine()).upgrade(&mut conn, "head").unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) FROM users"), 3, "{server:?}");
    }
}

/// Waits until so many revisions are applied, so that the next is at work.
fn applied(conn: &mut AnyConnection, count: usize) {
    for _ in 0..1_000 {
        let seen = conn.as_connection().history(HISTORY_TABLE).unwrap().unwrap_or_default();
        if seen.len() == count {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("there are never {count} revisions");
}
