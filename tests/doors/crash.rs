//! What Diesel did not come to, and what it comes to twice.

use crate::*;
use diesel::connection::SimpleConnection;

#[test]
fn a_migration_with_transactions_of_its_own_is_recorded_in_them() {
    let place = Place::new();
    let (up, _) = expected(REVERSIBLE.migrations.len());
    {
        let mut conn = place.open();
        for migration in conn.pending_migrations(REVERSIBLE).unwrap() {
            match migration.metadata().run_in_transaction() {
                true => drop(conn.run_migration(&migration).unwrap()),
                // Killed before the harness writes its row.
                false => migration.run(&mut conn).unwrap(),
            }
        }
    }
    assert_eq!(applied(&place.path()).len(), REVERSIBLE.migrations.len());
    assert_eq!(state(&place.path()), up[up.len() - 1]);
    assert!(!place.open().has_pending_migration(REVERSIBLE).unwrap());

    let mut conn = place.open();
    conn.revert_last_migration(REVERSIBLE).unwrap();
    let migrations = diesel::migration::MigrationSource::<diesel::sqlite::Sqlite>::migrations(&REVERSIBLE).unwrap();
    migrations[4].revert(&mut conn).unwrap();
    assert_eq!(applied(&place.path()).len(), 4);
    assert_eq!(place.open().revert_all_migrations(REVERSIBLE).unwrap().len(), 4);
}

#[test]
fn what_another_process_has_done_meanwhile_is_not_done_twice() {
    let place = Place::new();
    let (up, _) = expected(REVERSIBLE.migrations.len());
    let mut late = place.open();
    for _ in 0..3 {
        late.run_next_migration(REVERSIBLE).unwrap();
    }
    let pending = late.pending_migrations(REVERSIBLE).unwrap();
    REVERSIBLE.upgrade(&mut place.open(), "20260105").unwrap();
    late.run_migrations(&pending).unwrap();
    assert_eq!(state(&place.path()), up[up.len() - 1]);
}

#[test]
fn a_migration_that_stopped_half_way_is_gone_on_with() {
    let place = Place::new();
    let mut conn = place.open();
    for _ in 0..4 {
        conn.run_next_migration(REVERSIBLE).unwrap();
    }
    conn.batch_execute("UPDATE users SET age = 999 WHERE id = 2").unwrap();
    let error = conn.run_pending_migrations(REVERSIBLE).unwrap_err().to_string();
    assert!(error.contains("NOT NULL constraint failed"), "{error}");
    let status = REVERSIBLE.status(&mut conn).unwrap();
    assert_eq!((status.partly[0].done, status.partly[0].units), (1, 3));

    conn.batch_execute("UPDATE users SET age = 85 WHERE id = 2").unwrap();
    conn.run_pending_migrations(REVERSIBLE).unwrap();
    assert_eq!(state(&place.path()), expected(REVERSIBLE.migrations.len()).0[5]);
}

#[test]
fn inside_a_transaction_of_the_callers_what_brings_its_own_is_refused() {
    let place = Place::new();
    let mut conn = place.open();
    let refusal = conn
        .transaction::<(), Box<dyn std::error::Error + Send + Sync>, _>(|conn| {
            conn.run_pending_migrations(REVERSIBLE)?;
            Ok(())
        })
        .unwrap_err();
    assert!(
        refusal.to_string().starts_with("the connection is inside a transaction"),
        "{refusal}"
    );
    assert!(state(&place.path()).is_empty());
}
