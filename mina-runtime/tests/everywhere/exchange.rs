//! Types that change on PostgreSQL while clients write: every row is what it would have become otherwise.

use crate::databases::{Database, Server};
use crate::language::compiled;
use crate::online::{ALL, dump, go_on, is_stopped, stop_at};
use mina_runtime::runner::{Direction, Loss};
use mina_runtime::{AnyConnection, AsConnection, Migrations};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

const POSTGRES: [Server; 2] = [Server::Postgres, Server::Postgres18];

const BASE: &str = r#"
<Pg>
//! Create scores
revision = "2025a";
revises = base;
upgrade {
    create_table scores {
        #[primary_key]
        id: Integer,
        told: BigInt,
        /// How many there were.
        points: Integer = 7,
        code: Varchar<20>,
        seen: Nullable<Timestamp>,
        label: Nullable<Varchar<20>>,
        touched: Integer = 0,
        check ck_scores_points "points >= 0",
        unique uq_scores_code (code, points) { deferrable = true },
        index ix_scores_points (points desc, id) { where = "points > 1" },
        index ix_scores_sum ("points + id") { include = (points) },
    }
    create_check ck_scores_low on scores "points + id < 2000000000" { validate = false }
    create_function touch() "RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.touched := OLD.touched + 1; RETURN NEW; END$$";
    create_trigger tr_scores_touch on scores "BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION touch()";
}
downgrade {
    drop_trigger tr_scores_touch on scores;
    drop_function touch();
    drop_table scores;
}
"#;

/// `code` is how a text becomes a number.
fn forms(online: bool, code: &str) -> String {
    format!(
        r#"
<Pg>
//! Give the columns of scores other types
#![allow(may_fail_on_rows, lossy_downgrade)]
revision = "2025b";
revises = "2025a";
upgrade {{
    alter_column scores.points {{ type = BigInt, default = 8, comment = "How many.", online = {online} }}
    alter_column scores.code {{ type = Integer, using = {code}, online = {online} }}
    alter_column scores.seen {{ type = Timestamptz, online = {online} }}
    alter_column scores.label {{ type = Integer, using = "length(label) + scores.id", online = {online} }}
}}
downgrade {{
    alter_column scores.label {{ type = Varchar<20>, online = {online} }}
    alter_column scores.seen {{ type = Timestamp, online = {online} }}
    alter_column scores.code {{ type = Varchar<20>, online = {online} }}
    alter_column scores.points {{ type = Integer, default = 7, comment = "How many there were.", online = {online} }}
}}
"#
    )
}

fn history(online: bool) -> Migrations {
    compiled(ALL, &[BASE, &forms(online, "cast")])
}

/// A row as a client writes it, in its own time zone where it has one.
fn row(id: i64, points: i64, zone: Option<&str>) -> String {
    let zone = zone.map(|zone| format!(" FROM set_config('timezone', '{zone}', false)"));
    format!(
        "INSERT INTO scores (id, told, points, code, seen) \
         SELECT {id}, {points}, {points}, '{id}', '2025-01-01'::timestamp + {id} * interval '1 hour'{}",
        zone.unwrap_or_default()
    )
}

/// At the first revision, with rows.
fn first(server: Server, history: &Migrations) -> Database {
    let database = Database::new(server);
    history.upgrade(&mut database.open(), "2025a").unwrap();
    database.execute(
        "INSERT INTO scores SELECT n, n, n, n, '2025-01-01'::timestamp + n * interval '1 hour', repeat('x', n % 5) \
         FROM generate_series(1, 1500) AS n",
    );
    database
}

/// The rows that are not what they should be after the upgrade.
fn wrong(database: &Database) -> i64 {
    database.number(
        "SELECT count(*) FROM scores WHERE points <> told OR code <> id \
         OR seen <> ('2025-01-01'::timestamp + id * interval '1 hour') AT TIME ZONE current_setting('timezone') \
         OR label <> id % 5 + id",
    )
}

/// The same before it.
fn wrong_before(database: &Database) -> i64 {
    database.number(
        "SELECT count(*) FROM scores WHERE points <> told OR code <> id::text \
         OR label IS NOT NULL AND label <> repeat('x', id % 5)",
    )
}

/// What the plain form leaves before and after it.
fn plain(server: Server) -> (Vec<String>, Vec<String>) {
    let history = history(false);
    let database = first(server, &history);
    let before = dump(&database);
    history.upgrade(&mut database.open(), "head").unwrap();
    assert_eq!(wrong(&database), 0);
    (before, dump(&database))
}

/// What goes with the downgrade.
fn losses(history: &Migrations, conn: &mut AnyConnection) -> Vec<Loss> {
    let plan = history.plan(conn, Direction::Down, "2025a").unwrap();
    history.runner().losses(conn.as_connection(), &plan).unwrap()
}

#[test]
fn what_clients_write_while_a_type_changes_is_there_in_the_end() {
    for server in POSTGRES {
        let history = history(true);
        let (before, after) = plain(server);
        let database = first(server, &history);
        let over = AtomicBool::new(false);
        let written = scope(|scope| {
            let client = scope.spawn(|| {
                let mut conn = database.open();
                let conn = conn.as_connection();
                let mut next = 1500;
                while !over.load(Ordering::Relaxed) {
                    next += 1;
                    let changed = 1 + next * 7 % 1500;
                    conn.execute(&row(next, next, None)).unwrap();
                    let points = changed + next;
                    conn.execute(&format!(
                        "UPDATE scores SET told = {points}, points = {points} WHERE id = {changed}"
                    ))
                    .unwrap();
                    sleep(Duration::from_millis(1));
                }
                next
            });
            let ran = history.upgrade(&mut database.open(), "head");
            over.store(true, Ordering::Relaxed);
            let written = client.join().unwrap();
            ran.unwrap();
            written
        });
        assert!(written > 1500);
        assert_eq!(database.number("SELECT count(*) FROM scores"), written);
        let touched = "SELECT sum(touched)::bigint FROM scores";
        assert_eq!(
            database.number(touched),
            written - 1500,
            "a row is touched by clients, and by no backfill"
        );
        assert_eq!(wrong(&database), 0, "{server:?}");
        assert_eq!(dump(&database), after, "{server:?}");
        let mut conn = database.open();
        history.require_exact(&mut conn).unwrap();
        assert_eq!(losses(&history, &mut conn), []);
        history.downgrade(&mut conn, "2025a").unwrap();
        assert_eq!(dump(&database), before, "{server:?}");
        assert_eq!(
            database.number("SELECT count(*) FROM scores WHERE points <> told OR code <> id::text"),
            0
        );
        assert_eq!(database.number(touched), written - 1500);
    }
}

/// Statements of units of each kind, but for the backfills.
const STOPS: [&str; 8] = [
    "INDEX CONCURRENTLY \"mina_uq_scores_code\"",
    "ADD CONSTRAINT \"mina_ck_scores_points\"",
    "VALIDATE CONSTRAINT \"ck_scores_points_not_null\"",
    "RENAME COLUMN \"mina_points\"",
    "ADD COLUMN \"mina_code\"",
    "RENAME COLUMN \"mina_seen\"",
    "CREATE TRIGGER \"~mina_label\"",
    "RENAME COLUMN \"mina_label\"",
];

#[test]
fn a_type_that_has_changed_in_part_is_carried_on_with_or_taken_back_and_rows_written_meanwhile_are_right() {
    for (server, stops) in [(Server::Postgres, &STOPS[..]), (Server::Postgres18, &STOPS[3..6])] {
        let history = history(true);
        let (before, after) = plain(server);
        let database = first(server, &history);
        let mut conn = database.open();
        let mut next = 1500;
        let mut halt = |pattern: &str| {
            stop_at(&database, pattern);
            is_stopped(&history, &mut conn, pattern);
            go_on(&database);
            next += 1;
            let zone = pattern.contains("seen").then_some("Asia/Tokyo");
            database.execute(&row(next, next + 1, zone));
            let old = next - 1500;
            database.execute(&format!("UPDATE scores SET told = {next}, points = {next} WHERE id = {old}"));
        };
        for pattern in stops {
            halt(pattern);
            assert_eq!(losses(&history, &mut database.open()), [], "{pattern}");
            history
                .downgrade(&mut database.open(), "2025a")
                .unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(dump(&database), before, "{server:?}, back from {pattern}");
            assert_eq!(wrong_before(&database), 0, "{server:?}, back from {pattern}");
        }
        stops.iter().for_each(|pattern| halt(pattern));
        history.upgrade(&mut database.open(), "head").unwrap();
        assert_eq!(dump(&database), after, "{server:?}");
        assert_eq!(wrong(&database), 0, "{server:?}");
        history.require_exact(&mut database.open()).unwrap();
    }
}

#[test]
fn a_row_that_becomes_nothing_of_the_new_type_stops_the_change_until_it_is_mended() {
    // What an expression makes of the rows is not looked at before.
    let history = compiled(ALL, &[BASE, &forms(true, "\"code::integer\"")]);
    let database = first(Server::Postgres, &history);
    let mut conn = database.open();
    let before = dump(&database);
    database.execute("UPDATE scores SET code = 'none' WHERE id = 1250");
    for carries_on in [false, true] {
        let error = history.upgrade(&mut conn, "head").unwrap_err();
        assert!(error.to_string().contains("\"none\""), "{error}");
        let refused = database
            .number("WITH s AS (SELECT count(*) AS n FROM pg_trigger WHERE tgname = '~mina_code' AND tgenabled = 'A') SELECT n FROM s");
        assert_eq!(refused, 1, "what is written is held to the new type");
        match carries_on {
            false => {
                history.downgrade(&mut conn, "2025a").unwrap();
                assert_eq!(dump(&database), before);
                assert_eq!(database.number("SELECT count(*) FROM scores WHERE code = 'none'"), 1);
            }
            true => database.execute("UPDATE scores SET code = '1250' WHERE id = 1250"),
        }
    }
    history.upgrade(&mut conn, "head").unwrap();
    assert_eq!(wrong(&database), 0);
}

#[test]
fn what_the_history_does_not_know_of_a_column_does_not_go_with_it() {
    let history = history(true);
    let database = first(Server::Postgres18, &history);
    let mut conn = database.open();
    for (made, undone) in [
        ("CREATE INDEX by_hand ON scores (points)", "DROP INDEX by_hand"),
        ("CREATE STATISTICS by_hand ON points, id FROM scores", "DROP STATISTICS by_hand"),
        (
            "GRANT SELECT (points) ON scores TO PUBLIC",
            "REVOKE SELECT (points) ON scores FROM PUBLIC",
        ),
    ] {
        database.execute(made);
        let error = history.upgrade(&mut conn, "head").unwrap_err();
        assert!(
            error.to_string().contains("1 things on `scores.points` are not the history's"),
            "{error}"
        );
        assert!(history.status(&mut conn).unwrap().partly.is_empty());
        database.execute(undone);
    }
    history.upgrade(&mut conn, "head").unwrap();
    assert_eq!(wrong(&database), 0);
}
