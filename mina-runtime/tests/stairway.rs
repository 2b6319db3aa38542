//! The stairway passes where a downgrade leads back, and shows the difference where it does not.

mod support;

use mina_core::sql::unit::UnitKind;
use mina_runtime::testing;
use std::panic::{AssertUnwindSafe, catch_unwind};
use support::*;

fn failure(drafts: Vec<Draft>) -> String {
    let migrations = history(drafts);
    let panic = catch_unwind(AssertUnwindSafe(|| testing::stairway(migrations))).unwrap_err();
    *panic.downcast::<String>().unwrap()
}

fn with(up: &[&str], down: &[&str]) -> Vec<Draft> {
    let mut drafts = three();
    drafts.push(Draft::new("2025d", &["2025c"], up, down));
    drafts
}

#[test]
fn a_sound_history_is_climbed_with_rows_in_every_table() {
    let mut seen = Vec::new();
    let stairs = testing::stairway_with(history(three()), |revision, conn| {
        if revision == "2025c" {
            seen.push(number(conn, "SELECT count(*) AS n FROM users WHERE phone IS NOT NULL"));
        }
    });
    assert_eq!(stairs.steps, ["2025a", "2025b", "2025c"]);
    assert!(stairs.emptied.is_empty());
    assert_eq!(seen, [2]);
}

#[test]
fn what_a_downgrade_leaves_behind_is_shown() {
    let message = failure(with(
        &["ALTER TABLE users ADD COLUMN bio TEXT", "CREATE INDEX ix_bio ON users (bio)"],
        &["DROP INDEX ix_bio"],
    ));
    insta::assert_snapshot!(message, @r"
    stairway: downgrade of `2025d` (versions/2025d_x.rs) does not lead back to what was there before its upgrade
      table tasks constraint - primary key (id)
      table users
    + table users column bio text
      table users column email text
      table users column id integer
    ");
}

#[test]
fn an_attribute_that_is_not_restored_is_shown() {
    let message = failure(with(
        &["ALTER TABLE users DROP COLUMN phone"],
        &["ALTER TABLE users ADD COLUMN phone VARCHAR(20) DEFAULT 'x'"],
    ));
    insta::assert_snapshot!(message, @r"
    stairway: downgrade of `2025d` (versions/2025d_x.rs) does not lead back to what was there before its upgrade
      table users column email text
      table users column id integer
    - table users column phone text
    + table users column phone varchar ( 20 ) default 'x'
      table users constraint - primary key (id)
      table users constraint - unique (email)
    ");
}

#[test]
fn rows_that_are_lost_on_the_way_back_are_shown() {
    let message = failure(vec![
        Draft::new("a", &[], &["CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)"], &["DROP TABLE t"]),
        Draft::new(
            "b",
            &["a"],
            &["CREATE INDEX i ON t (n)"],
            &["DROP TABLE t", "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)"],
        ),
    ]);
    insta::assert_snapshot!(message, @r"
    stairway: downgrade of `b` (versions/b_x.rs) does not lead back to what was there before its upgrade
    rows of `t`:
    - id=1 n=41
    - id=2 n=42
    ");
}

#[test]
fn a_downgrade_that_fails_is_shown_with_its_place() {
    let message = failure(with(&["CREATE TABLE x (id INTEGER)"], &["DROP TABLE y"]));
    insta::assert_snapshot!(message, @r"
    stairway: downgrade of `2025d` (versions/2025d_x.rs)
    downgrade of `2025d` failed at versions/2025d_x.rs:10
        DROP TABLE y
      SQLite: no such table: y
    the database is as it was before `2025d`; correct the migration, then run `downgrade` again
    ");
}

#[test]
fn columns_may_come_back_in_another_order_and_constraints_in_another_place() {
    let drafts = vec![
        Draft::new(
            "a",
            &[],
            &["CREATE TABLE t (a TEXT, b TEXT, c TEXT, CONSTRAINT ck CHECK (b <> 'x'))"],
            &["DROP TABLE t"],
        ),
        Draft::new(
            "b",
            &["a"],
            &["DROP TABLE t", "CREATE TABLE t (a TEXT, c TEXT)"],
            &["ALTER TABLE t ADD COLUMN \"b\" text CONSTRAINT ck CHECK (\"b\" <> 'x')"],
        ),
    ];
    testing::stairway(history(drafts));
}

#[test]
fn rows_fit_keys_checks_and_unique_columns() {
    let drafts = vec![
        Draft::new(
            "a",
            &[],
            &[
                "CREATE TABLE plans (code TEXT PRIMARY KEY NOT NULL CHECK (code IN ('free', 'paid')), price NUMERIC NOT NULL CHECK (price BETWEEN 1 AND 9)) STRICT"
                    .replace("NUMERIC", "INTEGER")
                    .as_str(),
                "CREATE TABLE people (id INTEGER PRIMARY KEY, plan TEXT NOT NULL REFERENCES plans, boss INTEGER REFERENCES people, home INTEGER REFERENCES homes, mail TEXT NOT NULL UNIQUE, born DATE NOT NULL)",
                "CREATE TABLE homes (id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES people ON DELETE CASCADE)",
                "CREATE TABLE visits (person INTEGER NOT NULL REFERENCES people, home INTEGER NOT NULL REFERENCES homes, PRIMARY KEY (person, home)) WITHOUT ROWID",
            ],
            &["DROP TABLE visits", "DROP TABLE homes", "DROP TABLE people", "DROP TABLE plans"],
        ),
        Draft::new("b", &["a"], &[], &[]),
    ];
    let mut counts = Vec::new();
    let drafts = drafts.into_iter().map(|mut draft| {
        draft.down.iter_mut().for_each(|unit| unit.kind = UnitKind::ForeignKeysOff);
        draft
    });
    testing::stairway_with(history(drafts.collect()), |revision, conn| {
        if revision == "b" {
            for table in ["plans", "people", "homes", "visits"] {
                counts.push(number(conn, &format!("SELECT count(*) AS n FROM {table}")));
            }
            assert_eq!(number(conn, "SELECT count(*) AS n FROM pragma_foreign_key_check"), 0);
        }
    });
    assert!(counts.iter().all(|count| *count >= 1), "{counts:?}");
}

#[test]
fn rows_that_stand_in_the_way_are_taken_out_once() {
    let drafts = vec![
        Draft::new("a", &[], &["CREATE TABLE t (n INTEGER)"], &["DROP TABLE t"]),
        Draft::new(
            "b",
            &["a"],
            &["ALTER TABLE t ADD COLUMN m INTEGER", "CREATE UNIQUE INDEX u ON t (coalesce(m, 0))"],
            &["DROP INDEX u", "ALTER TABLE t DROP COLUMN m"],
        ),
    ];
    let [(revision, why)] = &testing::stairway(history(drafts)).emptied[..] else {
        panic!()
    };
    assert_eq!(revision, "b");
    assert!(why.ends_with("UNIQUE constraint failed: index 'u'"), "{why}");
}

#[test]
fn an_irreversible_revision_is_only_applied() {
    let mut drafts = three();
    drafts[1].irreversible = Some("no way back");
    let stairs = testing::stairway(history(drafts));
    assert_eq!(stairs.irreversible, ["2025b"]);
    assert_eq!(stairs.steps, ["2025a", "2025c"]);
}

#[test]
fn a_fresh_database_is_at_the_head() {
    let mut conn = memory();
    let migrations = history(three());
    testing::fresh(&mut conn, migrations).unwrap();
    migrations.require_exact(&mut conn).unwrap();
}
