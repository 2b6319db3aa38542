//! Diesel's harness on real servers: each kind of connection, what runs on it and what is refused.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection};
use diesel_migrations::MigrationHarness;
use mina::{AsConnection, Encoded, Engine, Migration, Migrations};
use mina_core::record::{Record, Rendered};
use mina_core::sql::unit::{Action, Step, Unit, UnitKind};
use std::sync::atomic::{AtomicU32, Ordering};

/// Every engine; on some a statement of the second migration is in no transaction.
#[derive(diesel::MultiConnection)]
pub enum EveryConnection {
    Sqlite(SqliteConnection),
    Pg(PgConnection),
    Mysql(MysqlConnection),
}

/// A database of its own, which goes when it is dropped.
struct Database {
    engine: Engine,
    maintenance: String,
    name: String,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

impl Database {
    fn new(engine: Engine) -> Self {
        let variable = match engine {
            Engine::Mysql => "MINA_TEST_MARIADB_URL",
            _ => "MINA_TEST_POSTGRES_URL",
        };
        let maintenance = std::env::var(variable)
            .unwrap_or_else(|_| panic!("{variable} is not set: run the tests with `scripts/databases run cargo test …`"));
        let name = format!("mina_doors_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let database = Self { engine, maintenance, name };
        database.maintain(&format!("CREATE DATABASE {}", database.name));
        database
    }

    fn maintain(&self, sql: &str) {
        mina::AnyConnection::establish(&self.maintenance)
            .unwrap()
            .as_connection()
            .execute(sql)
            .unwrap();
    }

    fn url(&self) -> String {
        let (start, _) = self.maintenance.rsplit_once('/').unwrap();
        format!("{start}/{}", self.name)
    }

    fn number(&self, sql: &str) -> i64 {
        mina::AnyConnection::establish(&self.url())
            .unwrap()
            .as_connection()
            .number(sql)
            .unwrap()
    }

    fn applied(&self) -> i64 {
        self.number("SELECT count(*) FROM __diesel_schema_migrations")
    }

    /// Whether the index of the second migration is there.
    fn is_indexed(&self) -> bool {
        let query = match self.engine {
            Engine::Mysql => {
                "SELECT count(*) FROM information_schema.statistics WHERE table_schema = DATABASE() AND index_name = 'ix_users_email'"
            }
            _ => "SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_users_email'",
        };
        self.number(query) == 1
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let force = if self.engine == Engine::Pg { " WITH (FORCE)" } else { "" };
        self.maintain(&format!("DROP DATABASE {}{force}", self.name));
    }
}

fn unit(kind: UnitKind, actions: Vec<Action>) -> Unit {
    let steps = actions.into_iter().map(|action| Step { line: 7, action });
    Unit {
        kind,
        steps: steps.collect(),
        change: None,
    }
}

fn sql(text: &str) -> Action {
    Action::Sql(text.to_owned())
}

/// Up and down on an engine.
type Ways = fn(Engine) -> (Vec<Unit>, Vec<Unit>);

/// A table, with what must be so before it is changed.
fn users(engine: Engine) -> (Vec<Unit>, Vec<Unit>) {
    let create = sql("CREATE TABLE users (id integer PRIMARY KEY, email varchar(50))");
    let drop = sql("DROP TABLE users");
    match engine {
        Engine::Mysql => (vec![unit(UnitKind::Alone, vec![create])], vec![unit(UnitKind::Alone, vec![drop])]),
        _ => {
            let none = Action::Count {
                sql: "SELECT count(*) FROM users".to_owned(),
                what: "rows in `users`".to_owned(),
                late: false,
            };
            (
                vec![unit(UnitKind::Transaction, vec![create, none])],
                vec![unit(UnitKind::Transaction, vec![drop])],
            )
        }
    }
}

/// Rows, and an index that on PostgreSQL is built in no transaction.
fn indexed(engine: Engine) -> (Vec<Unit>, Vec<Unit>) {
    let rows = unit(
        UnitKind::Transaction,
        vec![sql("INSERT INTO users (id, email) VALUES (1, 'a'), (2, 'b')")],
    );
    let away = unit(UnitKind::Transaction, vec![sql("DELETE FROM users")]);
    let (create, drop) = match engine {
        Engine::Pg => (
            "CREATE INDEX CONCURRENTLY \"ix_users_email\" ON users (email)",
            "DROP INDEX CONCURRENTLY \"ix_users_email\"",
        ),
        Engine::Mysql => ("CREATE INDEX ix_users_email ON users (email)", "DROP INDEX ix_users_email ON users"),
        Engine::Sqlite => ("CREATE INDEX ix_users_email ON users (email)", "DROP INDEX ix_users_email"),
    };
    let kind = if engine == Engine::Sqlite {
        UnitKind::Transaction
    } else {
        UnitKind::Alone
    };
    (vec![rows, unit(kind, vec![sql(create)])], vec![unit(kind, vec![sql(drop)]), away])
}

fn migration(id: &'static str, parents: Vec<&'static str>, ways: Ways) -> Migration {
    let json = |units: &[Unit]| serde_json::to_string(units).unwrap();
    let engines = Engine::ALL.iter().map(|engine| {
        let (up, down) = ways(*engine);
        Rendered {
            engine: *engine,
            checksum: format!("{id}-{engine}"),
            up: json(&up),
            down: json(&down),
        }
    });
    let record = Record {
        id,
        parents,
        file: "versions/x.rs",
        engines: engines.collect(),
        ..Record::default()
    };
    Migration {
        record: Encoded(record.encode().leak()),
        runs: &[],
        source: "",
    }
}

fn history() -> Migrations {
    let migrations = vec![
        migration("20260101000000", vec![], users),
        migration("20260102000000", vec!["20260101000000"], indexed),
    ];
    Migrations {
        migrations: migrations.leak(),
        creations: &[],
        config: "[database]\nengines = [\"sqlite\", \"postgres\", \"mariadb\"]\n",
        directory: "",
    }
}

/// Up and down twice, and agreeing with Mina's own runner in between.
fn whole_way<DB: Backend>(database: &Database, harness: &mut impl MigrationHarness<DB>, source: impl MigrationSource<DB> + Copy) {
    for _ in 0..2 {
        assert_eq!(harness.run_pending_migrations(source).unwrap().len(), 2);
        assert!(!harness.has_pending_migration(source).unwrap());
        assert_eq!((database.applied(), database.number("SELECT count(*) FROM users")), (2, 2));
        assert!(database.is_indexed());
        let mut own = mina::AnyConnection::establish(&database.url()).unwrap();
        history().require_exact(&mut own).unwrap();
        assert!(history().status(&mut own).unwrap().partly.is_empty());
        harness.revert_last_migration(source).unwrap();
        assert_eq!((database.applied(), database.is_indexed()), (1, false));
        assert_eq!(harness.revert_all_migrations(source).unwrap().len(), 1);
        assert_eq!(database.applied(), 0);
    }
    // Mina's own runner goes on where the harness stopped.
    let mut own = mina::AnyConnection::establish(&database.url()).unwrap();
    harness.run_next_migration(source).unwrap();
    assert_eq!(history().upgrade(&mut own, "head").unwrap().migrations.len(), 1);
    assert_eq!(harness.revert_all_migrations(source).unwrap().len(), 2);
}

#[test]
fn a_connection_of_its_own() {
    let database = Database::new(Engine::Pg);
    whole_way(&database, &mut PgConnection::establish(&database.url()).unwrap(), history());
    let database = Database::new(Engine::Mysql);
    whole_way(&database, &mut MysqlConnection::establish(&database.url()).unwrap(), history());
}

#[test]
fn a_pooled_connection_and_the_one_inside() {
    let database = Database::new(Engine::Pg);
    let pool = Pool::builder()
        .max_size(2)
        .build(ConnectionManager::<PgConnection>::new(database.url()))
        .unwrap();
    whole_way(&database, &mut pool.get().unwrap(), history());
    whole_way(&database, &mut *pool.get().unwrap(), history());
    history().upgrade(&mut pool.get().unwrap(), "head").unwrap();

    let database = Database::new(Engine::Mysql);
    let pool = Pool::builder()
        .max_size(2)
        .build(ConnectionManager::<MysqlConnection>::new(database.url()))
        .unwrap();
    whole_way(&database, &mut pool.get().unwrap(), history());
    whole_way(&database, &mut *pool.get().unwrap(), history());
    history().upgrade(&mut pool.get().unwrap(), "head").unwrap();
}

#[test]
fn an_enum_of_every_connection_that_is_reached_into() {
    for engine in [Engine::Pg, Engine::Mysql] {
        let database = Database::new(engine);
        let mut conn = EveryConnection::establish(&database.url()).unwrap();
        let migrations = history().via(|conn: &mut EveryConnection, task| match conn {
            EveryConnection::Sqlite(conn) => task.run(conn),
            EveryConnection::Pg(conn) => task.run(conn),
            EveryConnection::Mysql(conn) => task.run(conn),
        });
        whole_way(&database, &mut conn, migrations);
    }
}

#[test]
fn an_enum_of_which_the_engine_is_known_takes_statements_alone() {
    let database = Database::new(Engine::Pg);
    let mut conn = EveryConnection::establish(&database.url()).unwrap();
    let migrations = history().for_engine(Engine::Pg);
    let refusal = conn.run_pending_migrations(migrations).unwrap_err().to_string();
    assert_eq!((database.applied(), database.number("SELECT count(*) FROM users")), (1, 0));
    insta::assert_snapshot!(refusal, @r#"
    `20260102000000` needs transactions of its own, and the connection that Diesel's harness has only takes statements
    call Mina's own runner on a connection of Diesel's own: `MIGRATIONS.upgrade(conn, "head")`
    (in a pooled one it is `&mut *pooled`, in one of diesel-async `conn.spawn_blocking(|conn| …)`)
    or tell the harness the way to it: `MIGRATIONS.via(|conn: &mut AnyConnection, task| …)`
    "#);

    let database = Database::new(Engine::Mysql);
    let mut conn = EveryConnection::establish(&database.url()).unwrap();
    let refusal = conn
        .run_pending_migrations(history().for_engine(Engine::Mysql))
        .unwrap_err()
        .to_string();
    assert!(refusal.starts_with("`20260101000000` needs transactions of its own"), "{refusal}");
    assert_eq!(database.applied(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_async_connection_takes_statements_alone() {
    let database = Database::new(Engine::Pg);
    let conn = AsyncPgConnection::establish(&database.url()).await.unwrap();
    let mut harness = AsyncMigrationHarness::new(conn);
    let refusal = harness.run_pending_migrations(history()).unwrap_err().to_string();
    assert!(refusal.starts_with("`20260102000000` needs transactions of its own"), "{refusal}");
    assert_eq!(database.applied(), 1);
    harness.revert_last_migration(history()).unwrap();
    assert_eq!(database.applied(), 0);
}

#[test]
fn rows_that_would_break_a_migration_are_found_without_an_answer() {
    fn strict(_: Engine) -> (Vec<Unit>, Vec<Unit>) {
        let count = Action::Count {
            sql: "SELECT count(*) FROM old WHERE n IS NULL".to_owned(),
            what: "2 rows of `old` without `n`".to_owned(),
            late: false,
        };
        let change = sql("ALTER TABLE old ALTER COLUMN n SET NOT NULL");
        (vec![unit(UnitKind::Transaction, vec![count, change])], vec![])
    }
    let database = Database::new(Engine::Pg);
    let mut conn = EveryConnection::establish(&database.url()).unwrap();
    conn.batch_execute("CREATE TABLE old (n integer); INSERT INTO old VALUES (NULL), (NULL)")
        .unwrap();
    let migrations = Migrations {
        migrations: vec![migration("20260101000000", vec![], strict)].leak(),
        ..history()
    };
    let refusal = conn
        .run_pending_migrations(migrations.for_engine(Engine::Pg))
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("there are 2 rows of `old` without `n`"), "{refusal}");
    conn.batch_execute("DELETE FROM old").unwrap();
    conn.run_pending_migrations(migrations.for_engine(Engine::Pg)).unwrap();
}
