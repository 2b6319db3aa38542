//! PgBouncer in transaction mode: a session for one transaction at a time.

use crate::command::{run, run_with};
use crate::databases::{Database, Server};

/// What the sessions of the pool have set.
fn settings(database: &Database) -> Vec<String> {
    use diesel::prelude::*;
    let mut conns: Vec<PgConnection> = (0..4).map(|_| PgConnection::establish(&database.url()).unwrap()).collect();
    let query = "SELECT concat_ws(' ', current_setting('lock_timeout'), current_setting('statement_timeout'), \
         current_setting('idle_in_transaction_session_timeout'))";
    let mut found = Vec::new();
    for conn in &mut conns {
        // Begun and not ended, so that the next one gets another session.
        diesel::connection::SimpleConnection::batch_execute(conn, "BEGIN").unwrap();
        found.push(diesel::dsl::sql::<diesel::sql_types::Text>(query).get_result(conn).unwrap());
    }
    found
}

#[test]
fn what_fits_into_transactions_is_run_through_a_pooler() {
    let database = Database::new(Server::Pgbouncer);
    let said = run(&database, &["upgrade"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    let said = run(&database, &["current", "--check-heads"]);
    assert_eq!((said.code, said.out.as_str()), (0, "2025b (head)\n"), "{}", said.err);
    let holders = "SELECT count(*) FROM __mina_lock WHERE session <> 0";
    assert_eq!(database.number(holders), 0, "the lease is given back");
    assert_eq!(run(&database, &["downgrade", "base", "--yes"]).code, 0);
    assert_eq!(database.number("SELECT count(*) FROM __diesel_schema_migrations"), 0);
}

#[test]
fn nothing_is_set_on_the_sessions_that_others_get() {
    let database = Database::new(Server::Pgbouncer);
    let before = settings(&database);
    assert_eq!(run(&database, &["upgrade"]).code, 0);
    assert_eq!(run(&database, &["status"]).code, 0);
    assert_eq!(settings(&database), before);
}

#[test]
fn what_needs_a_session_is_refused_by_name_before_anything_is_run() {
    let database = Database::new(Server::Pgbouncer);
    let said = run_with(&database, "servers,concurrently", &["upgrade"]);
    assert_eq!(said.code, 5, "{}", said.out);
    insta::assert_snapshot!(said.err, @r#"
    error: `2025c` has a statement that is in no transaction, at versions/2025c_x.rs:10, and a pooler gives this connection a session for one transaction at a time:
        CREATE INDEX CONCURRENTLY "ix_users_email" ON users (email)
      help: nothing was changed; give the url of the server itself, past the pooler
    "#);
    assert_eq!(database.number("SELECT count(*) FROM __diesel_schema_migrations"), 0);

    let direct = Database::new(Server::Postgres);
    let said = run_with(&direct, "servers,concurrently", &["upgrade"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(
        direct.number("SELECT count(*) FROM pg_index WHERE indexrelid = 'ix_users_email'::regclass AND indisvalid"),
        1
    );
}
