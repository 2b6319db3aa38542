//! Each kind of connection.

use crate::*;
use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, Pool, PooledConnection};
use diesel_async::async_connection_wrapper::AsyncConnectionWrapper;
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection, AsyncMigrationHarness, SimpleAsyncConnection};
use diesel_migrations::HarnessWithOutput;
use mina::Engine;

#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Sqlite(SqliteConnection),
}

fn pool(place: &Place) -> Pool<ConnectionManager<SqliteConnection>> {
    Pool::builder().max_size(2).build(ConnectionManager::new(place.url())).unwrap()
}

#[test]
fn a_connection_of_its_own() {
    let place = Place::new();
    whole_way(&place.path(), &mut place.open(), |migrations| migrations);
}

#[test]
fn where_a_run_of_minas_own_would_be_one_transaction() {
    let place = Place::new();
    let config = "[run]\ntransaction = \"run\"\n";
    whole_way(&place.path(), &mut place.open(), |migrations| Migrations { config, ..migrations });
}

#[test]
fn a_pooled_connection() {
    let place = Place::new();
    whole_way(&place.path(), &mut pool(&place).get().unwrap(), |migrations| migrations);
}

#[test]
fn the_connection_inside_a_pooled_one() {
    let place = Place::new();
    whole_way(&place.path(), &mut *pool(&place).get().unwrap(), |migrations| migrations);
}

#[test]
fn an_enum_of_connections_that_is_reached_into() {
    let place = Place::new();
    let mut conn = AnyConnection::establish(&place.url()).unwrap();
    whole_way(&place.path(), &mut conn, |migrations| {
        migrations.via(|conn: &mut AnyConnection, task| match conn {
            AnyConnection::Sqlite(conn) => task.run(conn),
        })
    });
}

/// A library of the system has them off.
const KEYS_ON: &str = "PRAGMA foreign_keys = ON";

#[test]
fn an_enum_of_connections_of_which_the_engine_is_known() {
    let place = Place::new();
    let mut conn = AnyConnection::establish(&place.url()).unwrap();
    conn.batch_execute(KEYS_ON).unwrap();
    let refusal = short_way(&place.path(), &mut conn, |migrations| migrations.for_engine(Engine::Sqlite));
    insta::assert_snapshot!(refusal, @r#"
    `20260104000000` needs transactions of its own, and the connection that Diesel's harness has only takes statements
    call Mina's own runner on a connection of Diesel's own: `MIGRATIONS.upgrade(conn, "head")`
    (in a pooled one it is `&mut *pooled`, in one of diesel-async `conn.spawn_blocking(|conn| …)`)
    or tell the harness the way to it: `MIGRATIONS.via(|conn: &mut AnyConnection, task| …)`
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_async_connection_that_is_reached_into() {
    type Wrapped = AsyncConnectionWrapper<SyncConnectionWrapper<SqliteConnection>>;
    let place = Place::new();
    let conn = SyncConnectionWrapper::<SqliteConnection>::establish(&place.url()).await.unwrap();
    whole_way(&place.path(), &mut AsyncMigrationHarness::new(conn), |migrations| {
        migrations.via(|conn: &mut Wrapped, task| {
            let done = conn.spawn_blocking(move |conn| Ok(task.run(conn)));
            tokio::runtime::Handle::current().block_on(done)?
        })
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_async_connection() {
    let place = Place::new();
    let mut conn = SyncConnectionWrapper::<SqliteConnection>::establish(&place.url()).await.unwrap();
    conn.batch_execute(KEYS_ON).await.unwrap();
    let refusal = short_way(&place.path(), &mut AsyncMigrationHarness::new(conn), |migrations| migrations);
    assert!(refusal.starts_with("`20260104000000` needs transactions of its own"), "{refusal}");
}

#[tokio::test]
async fn minas_own_runner_on_an_async_connection() {
    let place = Place::new();
    let mut conn = SyncConnectionWrapper::<SqliteConnection>::establish(&place.url()).await.unwrap();
    let report = conn.spawn_blocking(|conn| Ok(WHOLE.upgrade(conn, "head"))).await.unwrap().unwrap();
    assert_eq!(report.migrations.len(), WHOLE.migrations.len());
}

#[test]
fn minas_own_runner_on_a_pooled_connection() {
    let place = Place::new();
    let pool = pool(&place);
    let (up, _) = expected(REVERSIBLE.migrations.len());
    let mut pooled: PooledConnection<_> = pool.get().unwrap();
    REVERSIBLE.upgrade(&mut pooled, "20260102").unwrap();
    REVERSIBLE.upgrade(&mut *pool.get().unwrap(), "head").unwrap();
    assert_eq!(state(&place.path()), up[up.len() - 1]);
    REVERSIBLE.require_exact(&mut pooled).unwrap();
    WHOLE.require_not_behind(&mut pooled).unwrap_err();
    REVERSIBLE.downgrade(&mut pooled, "base").unwrap();
    assert!(state(&place.path()).is_empty());
    m20260101000000::up(&mut pooled).unwrap();
}

#[test]
fn what_the_harness_prints_names_the_files() {
    let place = Place::new();
    let (mut conn, mut said) = (place.open(), Vec::new());
    HarnessWithOutput::new(&mut conn, &mut said).run_pending_migrations(WHOLE).unwrap();
    let said = String::from_utf8(said).unwrap();
    assert!(said.starts_with("Running migration m20260101000000\n"), "{said}");
}

#[test]
fn a_table_of_another_name_is_not_diesels() {
    let place = Place::new();
    let migrations = Migrations {
        config: "[database]\nurl = \"sqlite://app.db\"\nhistory_table = \"revisions\"\n",
        ..WHOLE
    };
    let refusal = place.open().run_pending_migrations(migrations).unwrap_err().to_string();
    insta::assert_snapshot!(refusal, @r#"
    mina.toml keeps the history in `revisions`, Diesel's harness in `__diesel_schema_migrations`
    call Mina's own runner: `MIGRATIONS.upgrade(&mut conn, "head")`
    "#);
}
