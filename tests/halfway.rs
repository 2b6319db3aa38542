//! An upgrade of several units that was broken off, taken back.

#[path = "kills/history/m20260101000000.rs"]
mod m20260101000000;
#[path = "kills/history/m20260102000000.rs"]
mod m20260102000000;
#[path = "kills/history/m20260103000000.rs"]
mod m20260103000000;
#[path = "kills/history/m20260104000000.rs"]
mod m20260104000000;
#[path = "kills/history/m20260105000000.rs"]
mod m20260105000000;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use mina::runner::{Direction, ErrorKind, Partly};
use mina::{Migration, Migrations};

static ALL: [Migration; 5] = [
    m20260101000000::MIGRATION,
    m20260102000000::MIGRATION,
    m20260103000000::MIGRATION,
    m20260104000000::MIGRATION,
    m20260105000000::MIGRATION,
];

const HISTORY: Migrations = Migrations {
    migrations: &ALL,
    creations: &[],
    config: "",
    directory: "",
};

/// A database at a revision, with rows.
fn at(revision: &str) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    HISTORY.upgrade(&mut conn, "20260101000000").unwrap();
    let rows = "INSERT INTO users (id, email, name, age) VALUES (1, 'a@example.org', 'Ada', 36), (2, 'b@example.org', 'Bo', NULL);
        INSERT INTO tasks (id, title, weight, user_id) VALUES (1, 'count', '7', 1), (2, 'add', '8', 2);";
    conn.batch_execute(rows).unwrap();
    HISTORY.upgrade(&mut conn, revision).unwrap();
    conn
}

fn refuse_updates(conn: &mut SqliteConnection, table: &str) {
    let sql = format!("CREATE TRIGGER no BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END");
    conn.batch_execute(&sql).unwrap();
}

/// Half way from the fourth revision to the fifth: the rows of `tasks` and its rebuild are done, those of `users` are refused.
fn half_way() -> SqliteConnection {
    let mut conn = at("20260104000000");
    refuse_updates(&mut conn, "users");
    HISTORY.upgrade(&mut conn, "head").unwrap_err();
    conn.batch_execute("DROP TRIGGER no").unwrap();
    assert_eq!(parts(&mut conn), [(Direction::Up, 2, 4)]);
    conn
}

fn parts(conn: &mut SqliteConnection) -> Vec<(Direction, usize, usize)> {
    let partly = HISTORY.status(conn).unwrap().partly;
    partly.iter().map(|partly| (partly.direction, partly.done, partly.units)).collect()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What is applied, the schema as SQLite stores it, and every row.
fn state(conn: &mut SqliteConnection) -> Vec<String> {
    let queries = [
        "SELECT version AS line FROM __diesel_schema_migrations ORDER BY version",
        "SELECT sql AS line FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'no' ORDER BY name",
        "SELECT quote(id) || quote(email) || quote(name) || quote(age) AS line FROM users ORDER BY id",
        "SELECT quote(id) || quote(title) || quote(weight) || quote(user_id) AS line FROM tasks ORDER BY id",
    ];
    let lines = queries
        .iter()
        .flat_map(|query| diesel::sql_query(*query).load::<Line>(conn).unwrap());
    lines.map(|line| line.line).collect()
}

#[test]
fn a_downgrade_takes_back_what_is_done_of_an_upgrade() {
    for target in ["-1", "20260104000000"] {
        let mut conn = half_way();
        let plan = HISTORY.plan(&mut conn, Direction::Down, target).unwrap();
        assert_eq!((plan.migrations.len(), plan.migrations[0].takes_back), (1, Some(2)));
        HISTORY.downgrade(&mut conn, target).unwrap();
        assert_eq!(state(&mut conn), state(&mut at("20260104000000")));
        assert!(parts(&mut conn).is_empty());
        HISTORY.upgrade(&mut conn, "head").unwrap();
        assert_eq!(state(&mut conn), state(&mut at("head")));
    }
}

#[test]
fn further_down_it_goes_on_with_whole_revisions() {
    let mut conn = half_way();
    let report = HISTORY.downgrade(&mut conn, "20260103000000").unwrap();
    let reverted: Vec<&str> = report.migrations.iter().map(|ran| ran.revision.as_str()).collect();
    assert_eq!(reverted, ["20260105000000", "20260104000000"]);
    assert_eq!(state(&mut conn), state(&mut at("20260103000000")));
}

#[test]
fn a_way_back_that_is_broken_off_is_gone_on_with() {
    let mut conn = half_way();
    refuse_updates(&mut conn, "tasks");
    let error = HISTORY.downgrade(&mut conn, "-1").unwrap_err();
    assert_eq!(error.exit_code(), 7, "{error}");
    assert_eq!(parts(&mut conn), [(Direction::Down, 1, 2)]);
    let error = HISTORY.upgrade(&mut conn, "head").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Partly { why: Partly::OtherWay, .. }), "{error}");
    conn.batch_execute("DROP TRIGGER no").unwrap();
    let report = HISTORY.downgrade(&mut conn, "-1").unwrap();
    assert_eq!(report.migrations[0].steps, 1);
    assert_eq!(state(&mut conn), state(&mut at("20260104000000")));
}

#[test]
fn what_cannot_be_taken_back_is_named() {
    let mut conn = at("20260102000000");
    conn.batch_execute("CREATE TRIGGER stay BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'stay'); END")
        .unwrap();
    conn.batch_execute("INSERT INTO users (id, email, name) VALUES (100, 'c@example.org', 'Cy')")
        .unwrap();
    HISTORY.upgrade(&mut conn, "20260103000000").unwrap_err();
    let before = state(&mut conn);
    let error = HISTORY.downgrade(&mut conn, "-1").unwrap_err();
    insta::assert_snapshot!(error, @r#"
    `20260103000000` is partly applied: 3 of 5 units
    unit 3 cannot be taken back: `backfill tasks` does not say how it is undone
    backfill "tasks" in batches of 2000
    run `upgrade` to finish it, then `downgrade`
    "#);
    assert_eq!(error.exit_code(), 7);
    assert_eq!(state(&mut conn), before);
}
