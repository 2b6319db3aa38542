//! What a database may hold beside what the history says, and what is done about it.

mod support;

use diesel::prelude::*;
use mina_runtime::Migrations;
use mina_runtime::runner::{Applied, ErrorKind, HISTORY_TABLE};
use support::*;

fn older() -> Migrations {
    let mut drafts = three();
    drafts.pop();
    history(drafts)
}

#[test]
fn a_database_that_is_ahead_is_left_alone() {
    let mut conn = memory();
    history(three()).upgrade(&mut conn, "head").unwrap();
    let report = older().upgrade(&mut conn, "head").unwrap();
    assert!(report.is_empty());
    insta::assert_snapshot!(report.warnings[0], @"the database is ahead: it holds `2025c`, later than all that this program knows; nothing was changed");
    older().require_not_behind(&mut conn).unwrap();
    let error = older().require_exact(&mut conn).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Ahead { .. }), "{error}");
    let error = older().runner().strict(true).upgrade(&mut conn, "head").unwrap_err();
    assert_eq!(error.exit_code(), 5);
    assert_eq!(older().status(&mut conn).unwrap().ahead, ["2025c"]);
}

#[test]
fn an_older_program_reverts_by_the_journal_what_it_does_not_know() {
    let mut conn = memory();
    history(three()).upgrade(&mut conn, "head").unwrap();
    let report = older().downgrade(&mut conn, "-1").unwrap();
    assert_eq!(report.migrations[0].revision, "2025c");
    assert_eq!(report.migrations[0].message, "Message of 2025c");
    assert_eq!(older().current(&mut conn).unwrap(), ["2025b"]);
    assert_eq!(schema(&mut conn).len(), 1);
}

#[test]
fn what_the_journal_does_not_know_either_is_not_reverted() {
    let mut conn = memory();
    older().upgrade(&mut conn, "head").unwrap();
    execute(&mut conn, "INSERT INTO __diesel_schema_migrations (version) VALUES ('2025z')");
    let error = older().downgrade(&mut conn, "base").unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoDowngrade { revision } if revision == "2025z"),
        "{error}"
    );
    assert_eq!(applied(&mut conn).len(), 3);
}

#[test]
fn another_unknown_revision_is_refused_with_the_ways_out() {
    let mut conn = memory();
    history(three()).upgrade(&mut conn, "head").unwrap();
    execute(&mut conn, "INSERT INTO __diesel_schema_migrations (version) VALUES ('2025bb')");
    let error = history(three()).upgrade(&mut conn, "head").unwrap_err();
    assert_eq!(error.exit_code(), 5);
    insta::assert_snapshot!(error, @r"
    the history table `__diesel_schema_migrations` holds `2025bb`, which this history does not know
    the migration was deleted, renamed, or never merged here (the latest known is `2025c`): bring its file back, or run the program that has it
    if its change is known to be gone: `stamp --purge REVISION`, the one that the schema is at; `__diesel_schema_migrations` then holds that
    ");
    assert_eq!(history(three()).status(&mut conn).unwrap().unknown, ["2025bb"]);
}

#[test]
fn diesels_own_first_migration_is_ignored() {
    let mut conn = memory();
    history(three()).upgrade(&mut conn, "head").unwrap();
    execute(
        &mut conn,
        "INSERT INTO __diesel_schema_migrations (version) VALUES ('00000000000000')",
    );
    history(three()).require_exact(&mut conn).unwrap();
    history(three()).downgrade(&mut conn, "base").unwrap();
    assert_eq!(applied(&mut conn), ["00000000000000"]);
}

#[test]
fn what_diesel_applied_is_unverified_and_can_be_reverted() {
    let mut conn = memory();
    execute(
        &mut conn,
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
         CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE);
         INSERT INTO __diesel_schema_migrations (version) VALUES ('2025a')",
    );
    let migrations = history(three());
    let entries = migrations.history(&mut conn).unwrap();
    assert_eq!(entries[0].state, Some(Applied::Unverified));
    assert_eq!(entries[1].state, Some(Applied::Pending));
    migrations.upgrade(&mut conn, "head").unwrap();
    assert_eq!(migrations.status(&mut conn).unwrap().unverified, ["2025a"]);
    migrations.downgrade(&mut conn, "base").unwrap();
}

#[test]
fn an_edited_migration_is_refused_until_it_is_repaired() {
    let mut conn = memory();
    history(three()).upgrade(&mut conn, "+2").unwrap();
    let mut drafts = three();
    drafts[1].checksum = "ffff".to_owned();
    let edited = history(drafts);
    let error = edited.upgrade(&mut conn, "head").unwrap_err();
    assert_eq!(error.exit_code(), 5);
    insta::assert_snapshot!(error, @r"
    `2025b` (versions/2025b_x.rs) changed since being applied
    an applied migration is history: undo the edit and write a new revision
    if the database is known to be as the file now says, `repair` shows both checksums and records the new one
    ");
    let edits = edited.repair(&mut conn).unwrap();
    assert_eq!(edits[0].checksum, "ffff");
    edited.upgrade(&mut conn, "head").unwrap();
    assert!(edited.repair(&mut conn).unwrap().is_empty());
    let error = history(three()).upgrade(&mut conn, "head").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Edited { .. }), "{error}");
}

#[test]
fn a_reverted_migration_may_be_edited() {
    let mut conn = memory();
    history(three()).upgrade(&mut conn, "head").unwrap();
    history(three()).downgrade(&mut conn, "-1").unwrap();
    let mut drafts = three();
    drafts[2].checksum = "ffff".to_owned();
    history(drafts).upgrade(&mut conn, "head").unwrap();
}

#[test]
fn readers_create_nothing() {
    let mut conn = memory();
    let migrations = history(three());
    assert!(migrations.current(&mut conn).unwrap().is_empty());
    assert_eq!(migrations.status(&mut conn).unwrap().pending.len(), 3);
    assert_eq!(migrations.history(&mut conn).unwrap().len(), 3);
    assert_eq!(
        migrations
            .plan(&mut conn, mina_runtime::runner::Direction::Up, "head")
            .unwrap()
            .migrations
            .len(),
        3
    );
    let error = migrations.require_not_behind(&mut conn).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    assert_eq!(
        error.kind().to_string(),
        "the database is behind: 3 revisions are not applied (`2025a`, `2025b`, `2025c`)"
    );
    assert_eq!(number(&mut conn, "SELECT count(*) AS n FROM sqlite_master"), 0);
}

#[test]
fn a_database_that_is_only_read_can_be_looked_at_and_not_upgraded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.db");
    older().upgrade(&mut open(&path), "head").unwrap();
    let mut conn = SqliteConnection::establish(&format!("file:{}?mode=ro", path.display())).unwrap();
    let migrations = history(three());
    assert_eq!(migrations.current(&mut conn).unwrap(), ["2025b"]);
    assert_eq!(migrations.status(&mut conn).unwrap().pending, ["2025c"]);
    let error = migrations.upgrade(&mut conn, "head").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReadOnly), "{error}");
    assert!(error.report().is_empty());

    let mut conn = open(&path);
    execute(&mut conn, "PRAGMA query_only = ON");
    let error = migrations.downgrade(&mut conn, "-1").unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ReadOnly), "{error}");
}

#[test]
fn binds_have_histories_of_their_own() {
    let config = "[databases.analytics]\nurl = \"analytics.db\"\nhistory_table = \"__analytics\"\n";
    let drafts = || {
        let mut drafts = three();
        let mut events = Draft::new("2025e", &[], &["CREATE TABLE events (id INTEGER)"], &["DROP TABLE events"]);
        events.bind = Some("analytics");
        drafts.push(events);
        drafts
    };
    let migrations = with_config(drafts(), config);
    let mut conn = memory();
    assert_eq!(migrations.upgrade(&mut conn, "head").unwrap().current, ["2025c"]);
    let report = migrations.bind("analytics").upgrade(&mut conn, "head").unwrap();
    assert_eq!(report.current, ["2025e"]);
    assert_eq!(words(&mut conn, "SELECT version AS word FROM __analytics"), ["2025e"]);
    assert_eq!(migrations.current(&mut conn).unwrap(), ["2025c"]);

    let shared = with_config(drafts(), "[databases.analytics]\nurl = \"analytics.db\"\n");
    let error = shared.bind("analytics").upgrade(&mut conn, "head").unwrap_err();
    assert!(
        error.to_string().starts_with(&format!(
            "the history table `{HISTORY_TABLE}` holds `2025a`, `2025b`, `2025c`, which belongs to the default database"
        )),
        "{error}"
    );
    let error = shared.bind("events").current(&mut conn).unwrap_err();
    insta::assert_snapshot!(error, @r"
    there is no database `events` in mina.toml
    it has `analytics`
    ");
}

#[test]
fn branches_are_applied_in_the_order_of_their_ids_and_reverted_one_by_one() {
    let mut drafts = vec![three().remove(0)];
    drafts.push(Draft::new(
        "2025b1",
        &["2025a"],
        &["CREATE TABLE b1 (id INTEGER)"],
        &["DROP TABLE b1"],
    ));
    drafts.push(Draft::new(
        "2025b2",
        &["2025a"],
        &["CREATE TABLE b2 (id INTEGER)"],
        &["DROP TABLE b2"],
    ));
    drafts.push(Draft::new("2025c", &["2025b1", "2025b2"], &[], &[]));
    drafts[1].label = Some("one");
    let migrations = history(drafts);
    let mut conn = memory();
    migrations.upgrade(&mut conn, "2025b2").unwrap();
    migrations.upgrade(&mut conn, "one@2025b1").unwrap();
    assert_eq!(migrations.current(&mut conn).unwrap(), ["2025b1", "2025b2"]);
    migrations.upgrade(&mut conn, "head").unwrap();
    assert_eq!(migrations.current(&mut conn).unwrap(), ["2025c"]);
    migrations.downgrade(&mut conn, "2025a").unwrap();
    assert_eq!(applied(&mut conn), ["2025a"]);
}
