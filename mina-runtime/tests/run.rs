//! What a run does to a database, and what it leaves when it fails.

mod support;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use mina_core::sql::unit::{Action, Backfill, Unit, UnitKind};
use mina_runtime::migration::RunStep;
use mina_runtime::runner::{Direction, ErrorKind, Partly};
use support::*;

#[test]
fn a_history_is_applied_and_taken_back() {
    let mut conn = memory();
    let migrations = history(three());
    let report = migrations.upgrade(&mut conn, "head").unwrap();
    assert_eq!(report.current, ["2025c"]);
    let ran: Vec<_> = report.migrations.iter().map(|ran| (&*ran.revision, ran.steps, ran.rows)).collect();
    assert_eq!(ran, [("2025a", 2, 2), ("2025b", 1, 0), ("2025c", 1, 0)]);
    assert_eq!(applied(&mut conn), ["2025a", "2025b", "2025c"]);
    assert!(migrations.upgrade(&mut conn, "head").unwrap().is_empty());

    let report = migrations.downgrade(&mut conn, "-1").unwrap();
    assert_eq!(report.migrations[0].direction, Direction::Down);
    assert_eq!(migrations.current(&mut conn).unwrap(), ["2025b"]);
    migrations.downgrade(&mut conn, "base").unwrap();
    assert!(schema(&mut conn).is_empty());
    assert!(applied(&mut conn).is_empty());
    migrations.upgrade(&mut conn, "+2").unwrap();
    assert_eq!(migrations.current(&mut conn).unwrap(), ["2025b"]);
}

#[test]
fn the_history_table_is_the_one_that_diesel_makes() {
    let mut conn = memory();
    history(three()).upgrade(&mut conn, "head").unwrap();
    let columns = words(
        &mut conn,
        "SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || coalesce(dflt_value, '-') || ' ' || pk AS word \
         FROM pragma_table_info('__diesel_schema_migrations')",
    );
    assert_eq!(columns, ["version VARCHAR(50) 1 - 1", "run_on TIMESTAMP 1 CURRENT_TIMESTAMP 0"]);
}

#[test]
fn a_failed_statement_leaves_nothing_and_says_where() {
    let mut conn = memory();
    let mut drafts = three();
    drafts.push(Draft::new(
        "2025d",
        &["2025c"],
        &["CREATE TABLE notes (id INTEGER)", "INSERT INTO users (email)\nVALUES ('a')"],
        &["DROP TABLE notes"],
    ));
    let migrations = history(drafts);
    let error = migrations.upgrade(&mut conn, "head").unwrap_err();
    insta::assert_snapshot!(error, @r"
    upgrade to `2025d` failed at versions/2025d_x.rs:11
        INSERT INTO users (email)
        VALUES ('a')
      SQLite: UNIQUE constraint failed: users.email
    the database is as it was before `2025d`; correct the rows or the migration, then run `upgrade` again
    ");
    assert_eq!(error.exit_code(), 1);
    assert_eq!(error.report().migrations.len(), 3);
    assert_eq!(error.report().current, ["2025c"]);
    assert_eq!(applied(&mut conn), ["2025a", "2025b", "2025c"]);
    assert_eq!(schema(&mut conn).len(), 2);
    execute(&mut conn, "BEGIN; COMMIT");
}

#[test]
fn a_deferred_key_that_fails_at_commit_is_the_migrations_failure() {
    let mut conn = memory();
    let migrations = history(vec![Draft::new(
        "a",
        &[],
        &[
            "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO t VALUES (1, 9)",
        ],
        &["DROP TABLE t"],
    )]);
    let error = migrations.upgrade(&mut conn, "head").unwrap_err();
    assert!(
        error.to_string().contains("COMMIT\n  SQLite: FOREIGN KEY constraint failed"),
        "{error}"
    );
    assert!(schema(&mut conn).is_empty());
}

#[test]
fn keys_are_enforced_in_data_steps_and_the_caller_gets_its_settings_back() {
    for keys in [0, 1] {
        let mut conn = memory();
        execute(&mut conn, &format!("PRAGMA foreign_keys = {keys}; PRAGMA busy_timeout = 77"));
        let mut drafts = three();
        drafts.push(Draft::new(
            "2025d",
            &["2025c"],
            &["INSERT INTO tasks VALUES (1, 1)", "DELETE FROM users WHERE id = 1"],
            &[],
        ));
        history(drafts).upgrade(&mut conn, "head").unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM tasks"), 0);
        assert_eq!(number(&mut conn, "SELECT foreign_keys AS n FROM pragma_foreign_keys"), keys);
        assert_eq!(number(&mut conn, "SELECT timeout AS n FROM pragma_busy_timeout"), 77);
    }
}

#[test]
fn a_unit_without_keys_has_them_off_around_itself_alone() {
    let mut conn = memory();
    let keys = "INSERT INTO seen SELECT foreign_keys FROM pragma_foreign_keys";
    let migrations = history(vec![Draft::units(
        "a",
        &[],
        vec![
            transaction(&["CREATE TABLE seen (keys INTEGER)", keys]),
            unit(UnitKind::ForeignKeysOff, &[keys]),
            transaction(&[keys]),
        ],
        vec![],
    )]);
    migrations.upgrade(&mut conn, "head").unwrap();
    assert_eq!(
        words(&mut conn, "SELECT CAST(keys AS TEXT) AS word FROM seen ORDER BY rowid"),
        ["1", "0", "1"]
    );
}

#[test]
fn a_connection_inside_a_transaction_is_refused() {
    let migrations = history(three());
    let mut conn = memory();
    let error = conn
        .transaction::<_, diesel::result::Error, _>(|conn| Ok(migrations.upgrade(conn, "head").unwrap_err()))
        .unwrap();
    assert!(matches!(error.kind(), ErrorKind::InTransaction), "{error}");
    for keys in ["ON", "OFF"] {
        execute(&mut conn, &format!("PRAGMA foreign_keys = {keys}; BEGIN"));
        let error = migrations.upgrade(&mut conn, "head").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InTransaction), "{error}");
        execute(&mut conn, "ROLLBACK");
    }
    assert!(schema(&mut conn).is_empty());
}

fn in_three_units(second: &str) -> Vec<Draft> {
    let mut drafts = three();
    drafts.push(Draft::units(
        "2025d",
        &["2025c"],
        vec![
            transaction(&["INSERT INTO users (email) VALUES ('c')"]),
            unit(UnitKind::ForeignKeysOff, &[second]),
            transaction(&["INSERT INTO users (email) VALUES ('d')"]),
        ],
        vec![],
    ));
    drafts
}

#[test]
fn a_migration_of_several_units_is_resumed_where_it_stopped() {
    let mut conn = memory();
    let migrations = history(in_three_units("INSERT INTO missing VALUES (1)"));
    let error = migrations.upgrade(&mut conn, "head").unwrap_err();
    assert_eq!(error.exit_code(), 7);
    insta::assert_snapshot!(error, @r"
    upgrade to `2025d` failed at versions/2025d_x.rs:10
        INSERT INTO missing VALUES (1)
      SQLite: no such table: missing
    1 unit before it is done and stays, `upgrade` goes on from there; correct the migration, then run `upgrade` again
    ");
    let status = migrations.status(&mut conn).unwrap();
    assert_eq!((status.partly[0].done, status.partly[0].units), (1, 3));
    let error = migrations.require_not_behind(&mut conn).unwrap_err();
    insta::assert_snapshot!(error, @r"
    `2025d` is partly applied: 1 of 3 units
    run `upgrade` to finish it, or `downgrade` to take back what is done of it
    ");
    let error = migrations.downgrade(&mut conn, "2025b").unwrap_err();
    assert!(
        matches!(
            error.kind(),
            ErrorKind::Partly {
                why: Partly::NoWayBack { unit: 1, .. },
                ..
            }
        ),
        "{error}"
    );

    let corrected = history(in_three_units("UPDATE users SET phone = 'x' WHERE email = 'c'"));
    let report = corrected.upgrade(&mut conn, "head").unwrap();
    assert_eq!(report.migrations[0].steps, 2);
    assert_eq!(
        words(&mut conn, "SELECT email || coalesce(phone, '') AS word FROM users ORDER BY id"),
        ["a", "b", "cx", "d"]
    );
    assert!(corrected.status(&mut conn).unwrap().partly.is_empty());
    corrected.require_exact(&mut conn).unwrap();
}

#[test]
fn the_part_that_is_done_must_not_be_edited() {
    let mut conn = memory();
    history(in_three_units("INSERT INTO missing VALUES (1)"))
        .upgrade(&mut conn, "head")
        .unwrap_err();
    let mut drafts = in_three_units("SELECT 1");
    drafts[3].up[0] = transaction(&["INSERT INTO users (email) VALUES ('z')"]);
    let error = history(drafts).upgrade(&mut conn, "head").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Partly { why: Partly::Edited, .. }), "{error}");
}

#[test]
fn other_lines_are_no_edit() {
    let mut conn = memory();
    history(in_three_units("INSERT INTO missing VALUES (1)"))
        .upgrade(&mut conn, "head")
        .unwrap_err();
    let mut drafts = in_three_units("SELECT 1");
    drafts[3].up[0].steps[0].line = 99;
    history(drafts).upgrade(&mut conn, "head").unwrap();
}

#[test]
fn rows_that_would_break_the_next_step_are_counted() {
    let mut conn = memory();
    let mut drafts = three();
    let count = Action::Count {
        sql: "SELECT count(*) FROM users WHERE phone IS NULL".to_owned(),
        what: "rows of `users` have no `phone`".to_owned(),
        late: false,
    };
    drafts.push(Draft::units(
        "2025d",
        &["2025c"],
        vec![Unit {
            kind: UnitKind::Transaction,
            steps: vec![step(21, count)],
            change: None,
        }],
        vec![],
    ));
    let error = history(drafts).upgrade(&mut conn, "head").unwrap_err();
    insta::assert_snapshot!(error, @r"
    upgrade to `2025d` failed at versions/2025d_x.rs:21
      2 rows of `users` have no `phone`
    the database is as it was before `2025d`; correct the rows or the migration, then run `upgrade` again
    ");
}

#[test]
fn rows_that_a_step_refuses_are_counted_once_it_has() {
    let mut conn = memory();
    history(three()).upgrade(&mut conn, "head").unwrap();
    execute(&mut conn, "INSERT INTO users (email) VALUES ('c')");
    let count = |sql: &str| Action::Count {
        sql: sql.to_owned(),
        what: "rows of `users` have no `phone`".to_owned(),
        late: true,
    };
    let upgrade = |conn: &mut SqliteConnection, query: &str| {
        let mut drafts = three();
        let index = sql("CREATE UNIQUE INDEX ix ON users (ifnull(phone, ''))");
        drafts.push(Draft::units(
            "2025d",
            &["2025c"],
            vec![Unit {
                kind: UnitKind::Transaction,
                steps: vec![step(21, count(query)), step(21, index)],
                change: None,
            }],
            vec![],
        ));
        history(drafts).upgrade(conn, "head")
    };
    let error = upgrade(&mut conn, "SELECT count(*) FROM users WHERE phone IS NULL").unwrap_err();
    insta::assert_snapshot!(error, @r"
    upgrade to `2025d` failed at versions/2025d_x.rs:21
      3 rows of `users` have no `phone`
    the database is as it was before `2025d`; correct the rows or the migration, then run `upgrade` again
    ");
    // A name that a step before has changed: SQLite's own words stay.
    let error = upgrade(&mut conn, "SELECT count(*) FROM users WHERE old_phone IS NULL").unwrap_err();
    insta::assert_snapshot!(error, @r"
    upgrade to `2025d` failed at versions/2025d_x.rs:21
        CREATE UNIQUE INDEX ix ON users (ifnull(phone, ''))
      SQLite: UNIQUE constraint failed: index 'ix'
    the database is as it was before `2025d`; correct the rows or the migration, then run `upgrade` again
    ");
    execute(&mut conn, "UPDATE users SET phone = id");
    upgrade(&mut conn, "SELECT count(*) FROM users").unwrap();
}

fn insert_from_rust(conn: &mut SqliteConnection) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    conn.transaction(|conn| conn.batch_execute("INSERT INTO users (email) VALUES ('rust')"))?;
    Ok(1)
}

fn fail_in_rust(conn: &mut SqliteConnection) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    insert_from_rust(conn)?;
    Err("no such user".into())
}

#[test]
fn rust_is_run_in_the_transaction() {
    let with = |function: fn(&mut SqliteConnection) -> _| {
        let mut drafts = three();
        let steps = vec![step(12, Action::Run(0))];
        let kind = UnitKind::Transaction;
        let mut draft = Draft::units("2025d", &["2025c"], vec![Unit { kind, steps, change: None }], vec![]);
        draft.runs = vec![RunStep::Sqlite(function)];
        drafts.push(draft);
        history(drafts)
    };
    let mut conn = memory();
    let error = with(fail_in_rust).upgrade(&mut conn, "head").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("upgrade to `2025d` failed at versions/2025d_x.rs:12\n  no such user"),
        "{error}"
    );
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM users"), 2);
    let report = with(insert_from_rust).upgrade(&mut conn, "head").unwrap();
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM users"), 3);
    assert_eq!(report.migrations.last().unwrap().rows, 1);
}

/// Stops what a backfill waits for as soon as it waits.
struct Watch {
    path: std::path::PathBuf,
    waits: u32,
}

impl mina_runtime::runner::Progress for Watch {
    fn step(&mut self, text: &str) {
        if text == "backfill \"t\" waits" {
            self.waits += 1;
            execute(&mut open(&self.path), "DELETE FROM busy");
        }
    }
}

#[test]
fn a_backfill_waits_as_long_as_its_query_has_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let create = ["CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)", "CREATE TABLE busy (why TEXT)"];
    let rows = [
        "INSERT INTO t (n) VALUES (1), (2), (3)",
        "INSERT INTO busy VALUES ('lunch'), ('dinner')",
    ];
    let patient = Backfill {
        wait_while: Some("SELECT why FROM busy WHERE why <> 'nothing' -- and so on".to_owned()),
        time: Some(1),
        ..walk("\"t\"", "n = n * 10", None, 2)
    };
    let migrations = history(vec![
        Draft::new("a", &[], &[create[0], create[1], rows[0], rows[1]], &[]),
        Draft::units("b", &["a"], vec![alone(Action::Backfill(patient))], vec![]),
    ]);
    let mut watch = Watch {
        path: path.clone(),
        waits: 0,
    };
    let mut conn = open(&path);
    let report = migrations.runner().run(&mut conn, Direction::Up, "head", &mut watch).unwrap();
    assert_eq!(watch.waits, 1);
    assert_eq!(report.migrations[1].rows, 3);
    assert_eq!(number(&mut conn, "SELECT sum(n) AS n FROM t"), 60);
}

#[test]
fn a_backfill_goes_on_where_it_stopped_and_touches_each_row_once() {
    let fill = |set: &str| {
        let create = "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER CHECK (n < 60))";
        let rows = "INSERT INTO t (n) WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 50) SELECT x FROM c";
        history(vec![
            Draft::new("a", &[], &[create, rows], &[]),
            Draft::units(
                "b",
                &["a"],
                vec![alone(backfill("\"t\"", set, None, 7)), transaction(&["UPDATE t SET n = -n"])],
                vec![],
            ),
        ])
    };
    let mut conn = memory();
    let error = fill("n = n + 20").upgrade(&mut conn, "head").unwrap_err();
    assert!(error.to_string().contains("CHECK constraint failed"), "{error}");
    let done = number(&mut conn, "SELECT count(*) AS n FROM t WHERE n > id");
    assert_eq!(done, 35);
    execute(&mut conn, "UPDATE t SET n = 1 WHERE id > 35");
    let report = fill("n = n + 20").upgrade(&mut conn, "head").unwrap();
    assert_eq!(report.migrations[0].rows, 15 + 50);
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM t WHERE n = -id - 20"), 35);
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM t WHERE n = -21 AND id > 35"), 15);
}

#[test]
fn what_can_be_in_no_transaction_is_run_outside() {
    let mut conn = memory();
    let mut drafts = three();
    drafts.push(Draft::units(
        "2025d",
        &["2025c"],
        vec![alone(sql("VACUUM")), alone(sql("DELETE FROM users"))],
        vec![],
    ));
    let report = history(drafts).upgrade(&mut conn, "head").unwrap();
    assert_eq!(report.migrations[3].rows, 2);
}

#[test]
fn an_irreversible_migration_is_refused_before_anything_is_reverted() {
    let mut conn = memory();
    let mut drafts = three();
    drafts[1].irreversible = Some("the numbers are gone");
    let migrations = history(drafts);
    migrations.upgrade(&mut conn, "head").unwrap();
    let error = migrations.downgrade(&mut conn, "base").unwrap_err();
    insta::assert_snapshot!(error, @r"
    `2025b` cannot be reverted: the numbers are gone
    versions/2025b_x.rs says `downgrade = irreversible`
    ");
    assert_eq!(error.exit_code(), 5);
    assert_eq!(applied(&mut conn).len(), 3);
}

#[test]
fn a_migration_can_be_run_by_itself() {
    let migrations = history(three());
    let [first, second, _] = migrations.migrations else {
        unreachable!()
    };
    let mut conn = memory();
    first.up(&mut conn).unwrap();
    conn.test_transaction::<_, diesel::result::Error, _>(|conn| {
        second.up(conn).unwrap();
        assert!(schema(conn)[0].contains("phone"));
        let error = second.up(conn).unwrap_err();
        assert!(error.to_string().contains("duplicate column name: phone"), "{error}");
        second.down(conn).unwrap();
        Ok(())
    });
    assert!(migrations.current(&mut conn).unwrap().is_empty());
    first.down(&mut conn).unwrap();
    assert!(schema(&mut conn).is_empty());
}

#[test]
fn rust_outside_a_transaction_whose_end_nobody_saw_is_settled_by_a_person() {
    let migrations = |runs: Vec<RunStep>| {
        let mut drafts = three();
        let units = vec![
            transaction(&["UPDATE users SET phone = 'x'"]),
            alone(Action::Run(0)),
            transaction(&["UPDATE users SET phone = 'y'"]),
        ];
        let mut draft = Draft::units("2025d", &["2025c"], units, vec![]);
        draft.runs = runs;
        drafts.push(draft);
        with_config(drafts, "[run]\nlock_timeout = \"100ms\"\n")
    };
    let interrupted = || {
        let mut conn = memory();
        migrations(vec![]).upgrade(&mut conn, "head").unwrap_err();
        // As a process leaves it that dies in the step.
        execute(&mut conn, "DELETE FROM __mina_journal WHERE state = 'redo'");
        conn
    };
    let whole = migrations(vec![RunStep::Sqlite(insert_from_rust)]);
    for (done, users) in [(true, 2), (false, 3)] {
        let mut conn = interrupted();
        let error = whole.upgrade(&mut conn, "head").unwrap_err();
        assert_eq!(error.exit_code(), 7);
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @r"
            `2025d` is partly applied: 1 of 3 units
            unit 2 runs outside a transaction and may have come to its end or not: look at the database, then
            `repair --done` if its work is there, or `repair --redo` to run it again
            ");
        }
        let settled = whole.runner().settle(&mut conn, done).unwrap();
        assert_eq!(settled, Some(("2025d".to_owned(), 2)));
        whole.upgrade(&mut conn, "head").unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM users"), users);
        assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM users WHERE phone = 'y'"), users);
        assert_eq!(whole.runner().settle(&mut conn, done).unwrap(), None);
    }
}

#[test]
fn a_history_that_was_never_checked_for_the_engine_is_refused_and_not_recorded() {
    let mut migrations = history(three());
    let text: Vec<String> = migrations
        .migrations
        .iter()
        .map(|migration| migration.record.0.replace("Sqlite ", "Other "))
        .collect();
    let elsewhere: Vec<mina_runtime::Migration> = text
        .into_iter()
        .map(|text| mina_runtime::Migration {
            record: mina_runtime::Encoded(text.leak()),
            runs: &[],
            source: "",
        })
        .collect();
    migrations.migrations = elsewhere.leak();
    migrations.config = "[database]\nengines = [\"postgres >= 15\"]";
    let mut conn = memory();
    let error = migrations.upgrade(&mut conn, "head").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotDeclared { .. }), "{error}");
    assert!(migrations.current(&mut conn).unwrap().is_empty());
}
