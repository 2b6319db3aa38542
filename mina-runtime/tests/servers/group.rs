//! Migrations that go to PostgreSQL in one message, each in its own transaction: what stands in the midst of them.

use crate::databases::{Database, Server};
use crate::support::{self, Draft, transaction};
use mina_runtime::runner::{Direction, Error, ErrorKind, HISTORY_TABLE, Progress, Ran, Report, Runner};
use mina_runtime::{AnyConnection, AsConnection, Migrations};
use std::sync::{Arc, Mutex};
use std::time::Instant;

const SERVERS: [Server; 2] = [Server::Postgres, Server::Postgres18];
const IDS: [&str; 8] = ["2025a", "2025b", "2025c", "2025d", "2025e", "2025f", "2025g", "2025h"];

fn execute(conn: &mut AnyConnection, sql: &str) {
    let done = conn.as_connection().execute(sql);
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn number(conn: &mut AnyConnection, query: &str) -> i64 {
    let number = conn.as_connection().number(query);
    number.unwrap_or_else(|error| panic!("{query}: {error}"))
}

fn applied(conn: &mut AnyConnection) -> i64 {
    number(conn, &format!("SELECT count(*) FROM {HISTORY_TABLE}"))
}

type OnFinished<'a> = Box<dyn FnMut(&Ran) + 'a>;

/// What is told of a run, and what is done when it is.
#[derive(Default)]
struct Told<'a> {
    steps: Vec<String>,
    began: Vec<String>,
    warnings: Vec<String>,
    on_warning: Option<Box<dyn FnMut() + 'a>>,
    on_finished: Option<OnFinished<'a>>,
}

impl Told<'_> {
    fn tells_of_a_group(&self, last: &str) -> bool {
        let end = format!("migrations in one message, to `{last}`");
        self.steps.iter().any(|step| step.ends_with(&end))
    }
}

impl Progress for Told<'_> {
    fn began(&mut self, migration: &mina_runtime::runner::Planned, _: usize, _: usize) {
        self.began.push(migration.revision.clone());
    }

    fn step(&mut self, text: &str) {
        self.steps.push(text.to_owned());
    }

    fn finished(&mut self, migration: &Ran) {
        if let Some(finished) = &mut self.on_finished {
            finished(migration);
        }
    }

    fn warning(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
        if let Some(warned) = &mut self.on_warning {
            warned();
        }
    }
}

/// Eight migrations that make a table each, the fourth of them with a statement of its own besides: it is in the midst of the
/// second message.
fn eight(fourth: &str, config: &'static str) -> Migrations {
    let draft = |(at, id): (usize, &&'static str)| {
        let (up, down) = (format!("CREATE TABLE made_{id} (id INT)"), format!("DROP TABLE made_{id}"));
        let up = if at == 3 { vec![up.as_str(), fourth] } else { vec![up.as_str()] };
        let parent = at.checked_sub(1).map(|before| IDS[before]);
        Draft::units(id, parent.as_slice(), vec![transaction(&up)], vec![transaction(&[&down])])
    };
    support::with_config(IDS.iter().enumerate().map(draft).collect(), config)
}

fn up(runner: &Runner, conn: &mut AnyConnection, told: &mut Told<'_>) -> Result<Report, Error> {
    runner.run(conn.as_connection(), Direction::Up, "head", told)
}

fn revisions(report: &Report) -> Vec<&str> {
    report.migrations.iter().map(|ran| ran.revision.as_str()).collect()
}

/// So many have their table, their row and their entry in the journal, and the rest has nothing.
fn only(conn: &mut AnyConnection, count: usize) {
    assert_eq!(applied(conn), count as i64);
    let journal = "SELECT count(*) FROM __mina_journal WHERE state = 'done' AND action = 'up'";
    assert_eq!(number(conn, journal), count as i64);
    for (at, id) in IDS.iter().enumerate() {
        let is_there = number(conn, &format!("SELECT count(to_regclass('made_{id}'))"));
        assert_eq!(is_there == 1, at < count, "{id}");
    }
}

#[test]
fn one_that_fails_in_the_midst_is_named_and_those_before_it_stay() {
    // Refused while it is run, at its end, and before anything of the message is.
    let cases = [
        ("CREATE TABLE taken (id INT)", "CREATE TABLE taken (id INT)", "exists"),
        ("CREATE TABEL odd (id INT)", "CREATE TABEL odd (id INT)", "syntax"),
        ("CREATE TABLE late AS SELECT leave_open() AS it", "COMMIT", "violates foreign key"),
    ];
    for server in SERVERS {
        for (fourth, statement, message) in cases {
            let database = Database::new(server);
            let mut conn = database.open();
            execute(&mut conn, "CREATE TABLE taken (id INT PRIMARY KEY)");
            execute(
                &mut conn,
                "CREATE TABLE owes (id INT REFERENCES taken DEFERRABLE INITIALLY DEFERRED)",
            );
            execute(
                &mut conn,
                "CREATE FUNCTION leave_open() RETURNS INT LANGUAGE sql AS 'INSERT INTO owes VALUES (7) RETURNING 1'",
            );
            let migrations = eight(fourth, "");
            let mut told = Told::default();
            let error = up(&migrations.runner(), &mut conn, &mut told).unwrap_err();
            assert!(told.tells_of_a_group("2025e"), "{:?}", told.steps);
            let ErrorKind::Step(step) = error.kind() else {
                panic!("{server:?}: {error}")
            };
            assert_eq!(
                (step.revision.as_str(), step.statement.as_str()),
                ("2025d", statement),
                "{server:?}"
            );
            assert!(step.message.contains(message), "{server:?}: {}", step.message);
            assert_eq!(revisions(error.report()), IDS[..3], "{server:?}");
            assert_eq!(error.report().current, ["2025c"]);
            only(&mut conn, 3);
            assert_eq!(told.began, IDS[..4]);
            let repaired = eight("CREATE TABLE another (id INT)", "");
            assert_eq!(revisions(&repaired.upgrade(&mut conn, "head").unwrap()), IDS[3..], "{server:?}");
            only(&mut conn, 8);
        }
    }
}

#[test]
fn one_that_waits_for_a_lock_in_the_midst_is_tried_again() {
    const CONFIG: &str = "[run]\nlock_timeout = \"200ms\"\nattempts = 3";
    for server in SERVERS {
        let database = Database::new(server);
        let (mut conn, mut other) = (database.open(), database.open());
        execute(&mut conn, "CREATE TABLE held (id INT)");
        execute(&mut other, "BEGIN");
        execute(&mut other, "LOCK TABLE held");
        let migrations = eight("ALTER TABLE held ADD COLUMN more INT", CONFIG);
        let mut told = Told {
            on_warning: Some(Box::new(|| execute(&mut other, "COMMIT"))),
            ..Told::default()
        };
        let report = up(&migrations.runner(), &mut conn, &mut told).unwrap();
        assert_eq!(revisions(&report), IDS, "{server:?}");
        assert!(told.tells_of_a_group("2025e"), "{:?}", told.steps);
        assert_eq!(told.warnings.len(), 1, "{:?}", told.warnings);
        let warning = &told.warnings[0];
        assert!(
            warning.contains("`2025d` waits for a lock of another session; trying again (2 of 3)") && warning.contains("session "),
            "{server:?}: {warning}"
        );
        drop(told);
        only(&mut conn, 8);
    }
}

#[test]
fn a_lock_that_is_not_given_in_the_midst_ends_the_run_there() {
    for server in SERVERS {
        let database = Database::new(server);
        let (mut conn, mut other) = (database.open(), database.open());
        execute(&mut conn, "CREATE TABLE held (id INT)");
        execute(&mut other, "BEGIN");
        execute(&mut other, "LOCK TABLE held");
        let migrations = eight(
            "ALTER TABLE held ADD COLUMN more INT",
            "[run]\nlock_timeout = \"200ms\"\nattempts = 1",
        );
        let error = up(&migrations.runner(), &mut conn, &mut Told::default()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Locked { .. }), "{server:?}: {error}");
        assert_eq!(revisions(error.report()), IDS[..3], "{server:?}");
        only(&mut conn, 3);
    }
}

#[test]
fn a_session_that_is_ended_in_the_midst_is_followed_by_another() {
    let end = "CREATE OR REPLACE FUNCTION ending() RETURNS BOOL LANGUAGE sql AS 'SELECT pg_terminate_backend(pg_backend_pid())'";
    let go_on = "CREATE OR REPLACE FUNCTION ending() RETURNS BOOL LANGUAGE sql AS 'SELECT true'";
    for server in SERVERS {
        for is_bare in [false, true] {
            let database = Database::new(server);
            let mut conn = database.open();
            execute(&mut conn, end);
            let migrations = eight("CREATE TABLE made AS SELECT ending() AS it", "");
            let url = database.url();
            let runner = match is_bare {
                true => migrations.runner(),
                false => migrations.runner().with_connector(move || Ok(AnyConnection::establish(&url)?)),
            };
            let mut told = Told::default();
            let error = up(&runner, &mut conn, &mut told).unwrap_err();
            assert!(told.tells_of_a_group("2025e"), "{:?}", told.steps);
            let ErrorKind::Step(step) = error.kind() else {
                panic!("{server:?}: {error}")
            };
            let hint = "together with 3 migrations after it, to `2025e`: `current` says which of them are applied";
            match is_bare {
                true => {
                    assert_eq!((step.revision.as_str(), revisions(error.report())), ("2025b", vec!["2025a"]));
                    assert!(step.message.contains(hint), "{server:?}: {}", step.message);
                }
                false => {
                    assert_eq!((step.revision.as_str(), revisions(error.report())), ("2025d", IDS[..3].to_vec()));
                    assert!(!step.message.contains("together"), "{server:?}: {}", step.message);
                }
            }
            let mut conn = database.open();
            only(&mut conn, 3);
            execute(&mut conn, go_on);
            assert_eq!(revisions(&migrations.upgrade(&mut conn, "head").unwrap()), IDS[3..], "{server:?}");
            only(&mut conn, 8);
        }
    }
}

#[test]
fn a_lease_that_is_lost_in_the_midst_lets_nothing_more_be_done() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        execute(
            &mut conn,
            "CREATE FUNCTION steal() RETURNS INT LANGUAGE plpgsql AS 'BEGIN UPDATE __mina_lock SET token = token + 1; RETURN 1; END'",
        );
        let migrations = eight("CREATE TABLE made AS SELECT steal() AS it", "");
        let mut told = Told::default();
        let error = up(&migrations.runner(), &mut conn, &mut told).unwrap_err();
        assert!(told.tells_of_a_group("2025e"), "{:?}", told.steps);
        assert!(matches!(error.kind(), ErrorKind::Superseded), "{server:?}: {error}");
        assert_eq!(revisions(error.report()), IDS[..4], "{server:?}");
        only(&mut conn, 4);
    }
}

#[test]
fn one_that_takes_its_time_is_told_of_before_the_next_begins() {
    for server in SERVERS {
        let database = Database::new(server);
        let (mut conn, mut other) = (database.open(), database.open());
        let migrations = eight("CREATE TABLE made AS SELECT pg_sleep(0.6)::TEXT AS it", "");
        let mut seen = 0;
        let mut told = Told {
            on_finished: Some(Box::new(|ran| {
                if ran.revision == "2025d" {
                    assert!(ran.duration.as_millis() >= 600, "{ran:?}");
                    seen = applied(&mut other);
                }
            })),
            ..Told::default()
        };
        let report = up(&migrations.runner(), &mut conn, &mut told).unwrap();
        assert!(told.tells_of_a_group("2025e"), "{:?}", told.steps);
        assert_eq!(told.began, IDS);
        drop(told);
        assert_eq!((seen, revisions(&report)), (4, IDS.to_vec()), "{server:?}");
        only(&mut conn, 8);
    }
}

#[test]
fn each_is_told_its_own_time() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        let migrations = eight("CREATE TABLE made AS SELECT pg_sleep(0.2)::TEXT AS it", "");
        let began = Instant::now();
        let report = migrations.upgrade(&mut conn, "head").unwrap();
        let elapsed = began.elapsed().as_millis() as i64;
        let sum: u128 = report.migrations.iter().map(|ran| ran.duration.as_millis()).sum();
        let journalled = number(&mut conn, "SELECT sum(duration_ms)::BIGINT FROM __mina_journal");
        // A millisecond each for what is rounded up.
        assert!((200..=elapsed + 8).contains(&journalled), "{server:?}: {journalled} of {elapsed}");
        assert!((200..=elapsed + 8).contains(&(sum as i64)), "{server:?}: {sum} of {elapsed}");
        let moments = "SELECT count(DISTINCT run_on) FROM __diesel_schema_migrations";
        assert_eq!(number(&mut conn, moments), 8, "{server:?}");
    }
}

#[test]
fn hooks_stand_between_the_migrations() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (own, url) = (Arc::clone(&seen), database.url());
        let runner = eight("CREATE TABLE made (id INT)", "").runner().after_each(move |_| {
            let mut other = AnyConnection::establish(&url)?;
            own.lock().unwrap().push(applied(&mut other));
            Ok(())
        });
        runner.upgrade(&mut conn, "head").unwrap();
        assert_eq!(*seen.lock().unwrap(), (1..=8).collect::<Vec<i64>>(), "{server:?}");
    }
}

#[test]
fn a_downgrade_goes_down_in_order() {
    for server in SERVERS {
        let database = Database::new(server);
        let mut conn = database.open();
        let migrations = eight("CREATE INDEX made ON made_2025d (id)", "");
        migrations.upgrade(&mut conn, "head").unwrap();
        let mut told = Told::default();
        let runner = migrations.runner();
        let report = runner.run(conn.as_connection(), Direction::Down, "base", &mut told).unwrap();
        let down: Vec<&str> = IDS.iter().rev().copied().collect();
        assert!(told.tells_of_a_group("2025d"), "{:?}", told.steps);
        assert_eq!(revisions(&report), down, "{server:?}");
        assert_eq!(applied(&mut conn), 0);
        assert!(conn.as_connection().objects(HISTORY_TABLE).unwrap().is_empty(), "{server:?}");
    }
}
