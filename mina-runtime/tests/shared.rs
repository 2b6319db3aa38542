//! `transaction = "run"`: the migrations of a run share a transaction, and its fate.

mod support;

use diesel::prelude::*;
use mina_core::sql::unit::UnitKind;
use mina_runtime::Migrations;
use mina_runtime::runner::{ErrorKind, Plan, Planned, Progress, Ran, Report, Scope};
use support::*;

const ONE: &str = "[run]\ntransaction = \"run\"\n";

fn one(drafts: Vec<Draft>) -> Migrations {
    with_config(drafts, ONE)
}

fn table(id: &'static str, parents: &[&'static str]) -> Draft {
    let (create, drop) = (format!("CREATE TABLE t_{id} (id INTEGER)"), format!("DROP TABLE t_{id}"));
    Draft::new(id, parents, &[&create], &[&drop])
}

fn failing(id: &'static str, parents: &[&'static str]) -> Draft {
    Draft::new(
        id,
        parents,
        &["INSERT INTO missing VALUES (1)"],
        &["INSERT INTO missing VALUES (1)"],
    )
}

fn keys_off(statement: &str) -> mina_core::sql::unit::Unit {
    unit(UnitKind::ForeignKeysOff, &[statement])
}

fn revisions(ran: &[Ran]) -> Vec<&str> {
    ran.iter().map(|ran| ran.revision.as_str()).collect()
}

#[test]
fn a_failure_takes_back_all_that_shared_its_transaction() {
    let mut conn = memory();
    let mut drafts = three();
    drafts.push(failing("2025d", &["2025c"]));
    let error = one(drafts).upgrade(&mut conn, "head").unwrap_err();
    insta::assert_snapshot!(error, @r#"
    upgrade to `2025d` failed at versions/2025d_x.rs:10
        INSERT INTO missing VALUES (1)
      SQLite: no such table: missing
    it shared a transaction with `2025a`, `2025b`, `2025c` (`transaction = "run"`), which were taken back: the database is as it was before `2025a`; correct the migration, then run `upgrade` again
    "#);
    assert_eq!(error.exit_code(), 1);
    assert_eq!(revisions(&error.report().migrations), [""; 0]);
    assert_eq!(revisions(&error.report().taken_back), ["2025a", "2025b", "2025c"]);
    assert!(error.report().current.is_empty());
    assert_eq!(schema(&mut conn), [""; 0]);
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM sqlite_schema"), 0);
    execute(&mut conn, "BEGIN; COMMIT");
}

#[test]
fn what_is_run_is_what_is_run_in_a_transaction_each() {
    let (mut shared, mut each) = (memory(), memory());
    let report = one(three()).upgrade(&mut shared, "head").unwrap();
    history(three()).upgrade(&mut each, "head").unwrap();
    assert_eq!(revisions(&report.migrations), ["2025a", "2025b", "2025c"]);
    assert_eq!(report.current, ["2025c"]);
    assert_eq!(schema(&mut shared), schema(&mut each));
    let journal = "SELECT revision || state || unit || units || hash || checksum || coalesce(downgrade, '') AS word FROM __mina_journal";
    assert_eq!(words(&mut shared, journal), words(&mut each, journal));
    one(three()).downgrade(&mut shared, "base").unwrap();
    assert_eq!(schema(&mut shared), [""; 0]);
    assert_eq!(applied(&mut shared), [""; 0]);
}

/// What another session sees whenever a migration begins, and when each is said to be done.
struct Seen {
    other: SqliteConnection,
    seen: Vec<String>,
}

impl Seen {
    fn look(&mut self, word: &str) {
        let tables = number(
            &mut self.other,
            "SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE 't\\_%' ESCAPE '\\'",
        );
        self.seen.push(format!("{word}: {tables}"));
    }
}

impl Progress for Seen {
    fn planned(&mut self, _: &Plan) {
        self.look("planned");
    }
    fn began(&mut self, migration: &Planned, _: usize, _: usize) {
        self.look(&format!("began {}", migration.revision));
    }
    fn finished(&mut self, ran: &Ran) {
        self.look(&format!("finished {}", ran.revision));
    }
}

fn seen(drafts: Vec<Draft>) -> (Vec<String>, Report) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut conn = open(&path);
    execute(&mut conn, "PRAGMA journal_mode = WAL");
    let mut seen = Seen {
        other: open(&path),
        seen: Vec::new(),
    };
    let runner = history(drafts).runner().transaction(Scope::Run);
    let report = match runner.run(&mut conn, mina_runtime::runner::Direction::Up, "head", &mut seen) {
        Ok(report) => report,
        Err(error) => error.report().clone(),
    };
    (seen.seen, report)
}

#[test]
fn others_see_all_of_it_at_once_and_nothing_is_said_to_be_done_before() {
    let (seen, _) = seen(vec![table("a", &[]), table("b", &["a"]), table("c", &["b"])]);
    assert_eq!(
        seen,
        [
            "planned: 0",
            "began a: 0",
            "began b: 0",
            "began c: 0",
            "finished a: 3",
            "finished b: 3",
            "finished c: 3"
        ]
    );
}

#[test]
fn a_unit_without_keys_ends_the_transaction_and_the_next_migration_begins_another() {
    let without = Draft::units("c", &["b"], vec![keys_off("CREATE TABLE t_c (id INTEGER)")], vec![]);
    let drafts = vec![
        table("a", &[]),
        table("b", &["a"]),
        without,
        table("d", &["c"]),
        table("e", &["d"]),
        failing("f", &["e"]),
    ];
    let (seen, report) = seen(drafts);
    assert_eq!(
        seen,
        [
            "planned: 0",
            "began a: 0",
            "began b: 0",
            "began c: 0",
            "finished a: 2",
            "finished b: 2",
            "finished c: 3",
            "began d: 3",
            "began e: 3",
            "began f: 3"
        ]
    );
    assert_eq!(revisions(&report.migrations), ["a", "b", "c"]);
    assert_eq!(revisions(&report.taken_back), ["d", "e"]);
    assert_eq!(report.current, ["c"]);
}

#[test]
fn a_migration_that_is_done_in_part_is_ended_before_others_can_fail() {
    let units = vec![
        transaction(&["CREATE TABLE t_b (id INTEGER)"]),
        keys_off("INSERT INTO t_b VALUES (1)"),
        transaction(&["INSERT INTO t_b VALUES (2)"]),
    ];
    let drafts = vec![table("a", &[]), Draft::units("b", &["a"], units, vec![]), failing("c", &["b"])];
    let mut conn = memory();
    let error = one(drafts).upgrade(&mut conn, "head").unwrap_err();
    assert_eq!(applied(&mut conn), ["a", "b"]);
    assert_eq!(error.exit_code(), 1);
    insta::assert_snapshot!(error, @r"
    upgrade to `c` failed at versions/c_x.rs:10
        INSERT INTO missing VALUES (1)
      SQLite: no such table: missing
    the database is as it was before `c`; correct the migration, then run `upgrade` again
    ");
}

#[test]
fn a_unit_that_fails_after_one_that_stays_leaves_its_migration_partly_applied() {
    let units = vec![
        transaction(&["CREATE TABLE t_b (id INTEGER)"]),
        keys_off("INSERT INTO t_b VALUES (1)"),
        transaction(&["INSERT INTO missing VALUES (2)"]),
    ];
    let drafts = || vec![table("a", &[]), Draft::units("b", &["a"], units.clone(), vec![])];
    let mut conn = memory();
    let error = one(drafts()).upgrade(&mut conn, "head").unwrap_err();
    assert_eq!(error.exit_code(), 7);
    assert_eq!(revisions(&error.report().migrations), ["a"]);
    insta::assert_snapshot!(error, @r"
    upgrade to `b` failed at versions/b_x.rs:10
        INSERT INTO missing VALUES (2)
      SQLite: no such table: missing
    2 units before it are done and stay, `upgrade` goes on from there; correct the migration, then run `upgrade` again
    ");
    execute(&mut conn, "CREATE TABLE missing (id INTEGER)");
    let report = one(drafts()).upgrade(&mut conn, "head").unwrap();
    assert_eq!(revisions(&report.migrations), ["b"]);
}

#[test]
fn what_says_that_it_wants_no_transaction_stands_alone() {
    let alone = Draft::units("b", &["a"], vec![unit(UnitKind::Alone, &["PRAGMA user_version = 7"])], vec![]);
    let (seen, report) = seen(vec![table("a", &[]), alone, table("c", &["b"])]);
    assert_eq!(seen[3], "finished a: 1");
    assert_eq!(revisions(&report.migrations), ["a", "b", "c"]);
}

#[test]
fn keys_that_are_broken_at_the_common_commit_are_named() {
    let child = "CREATE TABLE t_b (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t_a DEFERRABLE INITIALLY DEFERRED)";
    let drafts = vec![
        Draft::new("a", &[], &["CREATE TABLE t_a (id INTEGER PRIMARY KEY)"], &[]),
        Draft::new("b", &["a"], &[child, "INSERT INTO t_b VALUES (1, 9)"], &[]),
        table("c", &["b"]),
    ];
    let mut conn = memory();
    let error = one(drafts).upgrade(&mut conn, "head").unwrap_err();
    insta::assert_snapshot!(error, @r#"
    upgrade to `c` failed at versions/c_x.rs
        COMMIT
      SQLite: FOREIGN KEY constraint failed
    1 rows of `t_b` refer to rows of `t_a` that are not there
    it shared a transaction with `a`, `b` (`transaction = "run"`), which were taken back: the database is as it was before `a`; correct the rows or the migration, then run `upgrade` again
    "#);
    assert!(matches!(error.kind(), ErrorKind::Step(_)));
    assert_eq!(revisions(&error.report().taken_back), ["a", "b", "c"]);
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM sqlite_schema"), 0);
}

#[test]
fn rust_steps_take_part() {
    use mina_runtime::migration::RunStep;
    let mut draft = Draft::units(
        "b",
        &["a"],
        vec![mina_core::sql::unit::Unit {
            kind: UnitKind::Transaction,
            steps: vec![step(1, mina_core::sql::unit::Action::Run(0))],
            change: None,
        }],
        vec![],
    );
    draft.runs = vec![RunStep::Sqlite(|conn| {
        conn.transaction(|conn| diesel::sql_query("INSERT INTO t_a VALUES (1)").execute(conn))?;
        Ok(0)
    })];
    let mut conn = memory();
    let migrations = one(vec![table("a", &[]), draft, failing("c", &["b"])]);
    assert_eq!(
        revisions(&migrations.upgrade(&mut conn, "head").unwrap_err().report().taken_back),
        ["a", "b"]
    );
    migrations.upgrade(&mut conn, "b").unwrap();
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM t_a"), 1);
}
