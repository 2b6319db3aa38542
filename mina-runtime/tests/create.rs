//! `create`: an empty database is brought to the head at once.

mod support;

use mina_core::engine::Engine;
use mina_core::sql::unit::Action;
use mina_core::sql::{Creation, Part, Refusal};
use mina_runtime::migration::RunStep;
use mina_runtime::runner::ErrorKind;
use mina_runtime::{Created, Migrations, testing};
use support::*;

fn with(drafts: Vec<Draft>, creation: &Creation) -> Migrations {
    let created = Created {
        bind: None,
        engine: Engine::Sqlite,
        creation: serde_json::to_string(creation).unwrap().leak(),
    };
    Migrations {
        creations: vec![created].leak(),
        ..history(drafts)
    }
}

fn part(revision: Option<&str>, statements: &[&str]) -> Part {
    Part {
        revision: revision.map(str::to_owned),
        steps: statements.iter().map(|text| step(7, sql(text))).collect(),
    }
}

/// What makes at once what `three()` makes.
fn parts() -> Vec<Part> {
    vec![
        part(None, &["CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE)"]),
        part(Some("2025a"), &["INSERT INTO users (email) VALUES ('a'), ('b')"]),
        part(Some("2025b"), &["ALTER TABLE users ADD COLUMN phone TEXT"]),
        part(
            None,
            &["CREATE TABLE tasks (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users ON DELETE CASCADE)"],
        ),
    ]
}

fn at_once() -> Migrations {
    with(three(), &Creation::Parts(parts()))
}

fn refused() -> Migrations {
    let refusal = Refusal {
        revision: "2025b".to_owned(),
        line: 12,
        why: "it does more than write rows".to_owned(),
    };
    with(three(), &Creation::Refused(refusal))
}

#[test]
fn an_empty_database_is_at_the_head_and_every_revision_is_recorded() {
    let (mut fast, mut slow) = (memory(), memory());
    let report = at_once().create(&mut fast).unwrap();
    history(three()).upgrade(&mut slow, "head").unwrap();
    let ran: Vec<_> = report.migrations.iter().map(|ran| (&*ran.revision, ran.steps, ran.rows)).collect();
    assert_eq!(ran, [("2025a", 1, 2), ("2025b", 1, 0), ("2025c", 0, 0)]);
    assert_eq!(report.current, ["2025c"]);
    assert_eq!(schema(&mut fast), schema(&mut slow));
    assert_eq!(applied(&mut fast), applied(&mut slow));
    let journal = "SELECT revision || checksum || downgrade AS word FROM __mina_journal ORDER BY revision";
    assert_eq!(words(&mut fast, journal), words(&mut slow, journal));
    assert!(at_once().upgrade(&mut fast, "head").unwrap().is_empty());
    at_once().require_exact(&mut fast).unwrap();
    at_once().downgrade(&mut fast, "base").unwrap();
    assert_eq!(schema(&mut fast), [""; 0]);
    at_once().create(&mut fast).unwrap();
}

#[test]
fn a_program_that_knows_less_can_revert_what_was_made() {
    let mut conn = memory();
    at_once().create(&mut conn).unwrap();
    let mut older = three();
    older.pop();
    history(older).downgrade(&mut conn, "2025b").unwrap();
    assert_eq!(schema(&mut conn).len(), 1);
}

#[test]
fn what_is_not_empty_is_left_alone() {
    let mut conn = memory();
    execute(
        &mut conn,
        "CREATE TABLE notes (id INTEGER); CREATE VIEW seen AS SELECT id FROM notes",
    );
    let error = at_once().create(&mut conn).unwrap_err();
    insta::assert_snapshot!(error, @r"
    the database is not empty: it has `notes`, `seen`
    `create` makes what is not there yet; is the url the right one?
    ");
    assert_eq!(error.exit_code(), 5);
    assert_eq!(schema(&mut conn).len(), 2);

    let mut conn = memory();
    at_once().upgrade(&mut conn, "2025b").unwrap();
    insta::assert_snapshot!(at_once().create(&mut conn).unwrap_err(), @r"
    the database is not empty: it has 2 revisions applied
    run `upgrade`: it applies what is missing
    ");
    execute(&mut conn, "DROP TABLE users");
    let error = at_once().create(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NotEmpty { applied: 2, .. }), "{error}");
}

#[test]
fn all_of_it_is_one_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut conn = open(&path);
    let mut failing = parts();
    failing.push(part(Some("2025c"), &["INSERT INTO missing VALUES (1)"]));
    let error = with(three(), &Creation::Parts(failing)).create(&mut conn).unwrap_err();
    insta::assert_snapshot!(error, @r"
    upgrade to `2025c` failed at versions/2025c_x.rs:7
        INSERT INTO missing VALUES (1)
      SQLite: no such table: missing
    the database is as it was before `2025c`; correct the migration, then run `upgrade` again
    ");
    assert_eq!(number(&mut open(&path), "SELECT count(*) AS n FROM sqlite_schema"), 0);
    execute(&mut conn, "BEGIN; COMMIT");
}

#[test]
fn rust_steps_are_those_of_their_revision() {
    let mut drafts = three();
    drafts[1].runs = vec![RunStep::Sqlite(|conn| {
        execute(conn, "INSERT INTO users (email) VALUES ('from rust')");
        Ok(0)
    })];
    let mut all = parts();
    all[2].steps.push(step(9, Action::Run(0)));
    let mut conn = memory();
    with(drafts, &Creation::Parts(all)).create(&mut conn).unwrap();
    assert_eq!(
        words(&mut conn, "SELECT email AS word FROM users ORDER BY id"),
        ["a", "b", "from rust"]
    );
}

#[test]
fn a_history_that_must_go_one_by_one_says_which_statement_wants_it() {
    let mut conn = memory();
    let error = refused().create(&mut conn).unwrap_err();
    insta::assert_snapshot!(error, @r"
    what `2025b` does with rows cannot be done at once with all others, at versions/2025b_x.rs:12: it does more than write rows
    run `upgrade`: it goes through the revisions one by one
    ");
    assert_eq!(error.exit_code(), 5);
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM sqlite_schema"), 0);
    insta::assert_snapshot!(history(three()).create(&mut conn).unwrap_err(), @r"
    this program does not know the schema that its last revision leaves
    run `upgrade`: it goes through the revisions one by one
    ");
}

#[test]
fn a_fresh_database_is_made_at_once_where_that_can_be() {
    let created = "SELECT DISTINCT state AS word FROM __mina_journal";
    let mut conn = memory();
    testing::fresh(&mut conn, at_once()).unwrap();
    assert_eq!(words(&mut conn, created), ["created"]);
    let mut conn = memory();
    testing::fresh(&mut conn, refused()).unwrap();
    assert_eq!(words(&mut conn, created), ["done"]);
    assert_eq!(applied(&mut conn), ["2025a", "2025b", "2025c"]);
}
