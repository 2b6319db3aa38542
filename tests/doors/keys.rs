//! In Diesel's transaction foreign keys are as the caller has set them.

use crate::connection::AnyConnection;
use crate::*;
use diesel::connection::SimpleConnection;
use diesel_migrations::MigrationHarness;
use mina::Engine;

fn migrations() -> Migrations {
    written("", "DELETE FROM users WHERE id = 1", "SELECT 1")
}

fn tables(keys: &str) -> (Place, SqliteConnection) {
    let place = Place::new();
    let mut conn = place.open();
    conn.batch_execute(&format!(
        "PRAGMA foreign_keys = {keys};
         CREATE TABLE users (id INTEGER PRIMARY KEY);
         CREATE TABLE tasks (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users ON DELETE CASCADE);
         INSERT INTO users VALUES (1), (2);
         INSERT INTO tasks VALUES (1, 1), (2, 2);"
    ))
    .unwrap();
    (place, conn)
}

const TASKS: &str = "SELECT CAST(id AS TEXT) AS line FROM tasks";

#[test]
fn with_them_on_a_delete_cascades() {
    let (_place, mut conn) = tables("ON");
    conn.run_pending_migrations(migrations()).unwrap();
    assert_eq!(lines(&mut conn, TASKS), ["2"]);
}

#[test]
fn with_them_off_rows_that_would_be_left_behind_stop_the_migration() {
    let (_place, mut conn) = tables("OFF");
    let refusal = conn.run_pending_migrations(migrations()).unwrap_err().to_string();
    insta::assert_snapshot!(refusal, @r"
    upgrade to `20260109000000` failed at versions/20260109000000_x.rs:7
      1 rows of `tasks` refer to rows of `users` that would not be there
    the database is as it was before `20260109000000`; correct the rows or the migration, then run `upgrade` again
    ");
    assert_eq!(lines(&mut conn, TASKS), ["1", "2"]);
}

#[test]
fn with_them_off_a_connection_that_only_takes_statements_is_not_trusted_with_rows() {
    let (place, conn) = tables("OFF");
    let mut conn = AnyConnection::Sqlite(conn);
    let refusal = conn.run_pending_migrations(migrations().for_engine(Engine::Sqlite)).unwrap_err();
    insta::assert_snapshot!(refusal, @r"
    upgrade to `20260109000000` failed at versions/20260109000000_x.rs:7
      foreign keys are off on this connection, and rows are changed: run `PRAGMA foreign_keys = ON` first
    the database is as it was before `20260109000000`; correct the rows or the migration, then run `upgrade` again
    ");
    assert_eq!(lines(&mut place.open(), TASKS), ["1", "2"]);
}
