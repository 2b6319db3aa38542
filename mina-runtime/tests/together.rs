//! Several at once on one database.

mod support;

use mina_runtime::Migrations;
use mina_runtime::runner::ErrorKind;
use std::sync::{Arc, Barrier};
use std::thread;
use support::*;

fn many() -> Vec<Draft> {
    let mut drafts = three();
    for id in ["2026a", "2026b", "2026c", "2026d", "2026e", "2026f"] {
        let parent = drafts[drafts.len() - 1].id;
        let create = format!("CREATE TABLE t{id} (id INTEGER PRIMARY KEY)");
        let insert = format!("INSERT INTO t{id} SELECT id FROM users");
        let units = vec![transaction(&[&create]), transaction(&[&insert])];
        drafts.push(Draft::units(
            id,
            &[parent],
            units,
            vec![transaction(&[&format!("DROP TABLE t{id}")])],
        ));
    }
    drafts.push(Draft::units(
        "2026g",
        &["2026f"],
        vec![alone(backfill("\"users\"", "phone = coalesce(phone, '') || 'x'", None, 1))],
        vec![],
    ));
    drafts
}

#[test]
fn twenty_starters_apply_each_revision_once() {
    for journal in ["delete", "wal"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("app.db");
        execute(&mut open(&path), &format!("PRAGMA journal_mode = {journal}"));
        let migrations: Migrations = history(many());
        let barrier = Arc::new(Barrier::new(20));
        let starters: Vec<_> = (0..20)
            .map(|_| {
                let (barrier, path) = (barrier.clone(), path.clone());
                thread::spawn(move || {
                    let mut conn = open(&path);
                    barrier.wait();
                    let report = migrations.upgrade(&mut conn, "head");
                    report.map(|report| report.migrations.len()).map_err(|error| error.to_string())
                })
            })
            .collect();
        for starter in starters {
            starter.join().unwrap().unwrap();
        }
        let mut conn = open(&path);
        migrations.require_exact(&mut conn).unwrap();
        assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM users"), 2);
        assert_eq!(words(&mut conn, "SELECT phone AS word FROM users"), ["x", "x"]);
        let done = "SELECT count(*) AS n FROM __mina_journal WHERE state = 'done'";
        assert_eq!(number(&mut conn, done), 3 + 6 * 2 + 1);
    }
}

#[test]
fn a_lock_that_another_holds_is_waited_for_and_then_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    let mut holder = open(&path);
    execute(&mut holder, "BEGIN IMMEDIATE; CREATE TABLE x (id INTEGER)");
    let migrations = with_config(three(), "[run]\nlock_timeout = \"100ms\"\n");
    let error = migrations.upgrade(&mut open(&path), "head").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Locked { waited: 100, .. }), "{error}");
    assert_eq!(error.exit_code(), 6);

    let patient = history(three());
    let waiting = thread::spawn({
        let path = path.clone();
        move || patient.upgrade(&mut open(&path), "head").map_err(|error| error.to_string())
    });
    thread::sleep(std::time::Duration::from_millis(300));
    execute(&mut holder, "ROLLBACK");
    assert_eq!(waiting.join().unwrap().unwrap().migrations.len(), 3);
}

#[test]
fn a_reader_does_not_make_a_commit_fail() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    execute(&mut open(&path), "CREATE TABLE x (id INTEGER); INSERT INTO x VALUES (1)");
    let mut reader = open(&path);
    execute(&mut reader, "BEGIN");
    assert_eq!(number(&mut reader, "SELECT count(*) AS n FROM x"), 1);
    let migrations = history(three());
    let writer = thread::spawn({
        let path = path.clone();
        move || migrations.upgrade(&mut open(&path), "head").map_err(|error| error.to_string())
    });
    thread::sleep(std::time::Duration::from_millis(400));
    execute(&mut reader, "COMMIT");
    assert_eq!(writer.join().unwrap().unwrap().migrations.len(), 3);
}
