//! A journal that Mina's own runner began stays true when Diesel's harness goes on.

use crate::*;

#[test]
fn what_was_reverted_edited_and_applied_again_is_not_called_edited() {
    let place = Place::new();
    let mut conn = place.open();
    let before = written("before", "CREATE TABLE a (id INTEGER)", "DROP TABLE a");
    let after = written("after", "CREATE TABLE b (id INTEGER)", "DROP TABLE b");
    before.upgrade(&mut conn, "head").unwrap();
    conn.revert_last_migration(before).unwrap();
    conn.run_pending_migrations(after).unwrap();

    let status = after.status(&mut conn).unwrap();
    assert!(status.edited.is_empty() && status.unverified.is_empty(), "{status:?}");
    assert_eq!(before.status(&mut conn).unwrap().edited.len(), 1);

    // A program that does not know it reverts what was applied last.
    let older = Migrations { migrations: &[], ..after };
    older.downgrade(&mut conn, "base").unwrap();
    assert!(state(&place.path()).is_empty());
}

#[test]
fn where_there_is_no_journal_the_harness_makes_none() {
    let place = Place::new();
    let mut conn = place.open();
    let migrations = written("", "CREATE TABLE a (id INTEGER)", "DROP TABLE a");
    conn.run_pending_migrations(migrations).unwrap();
    let tables = "SELECT name AS line FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    assert_eq!(lines(&mut conn, tables), ["__diesel_schema_migrations", "a"]);
    assert_eq!(migrations.status(&mut conn).unwrap().unverified, ["20260109000000"]);
}
