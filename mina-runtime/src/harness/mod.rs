//! Diesel's own doors: a history as a source for `diesel_migrations`' harness.

mod door;
mod text;

pub use door::Task;

use crate::connection::BoxError;
use crate::migration::Migrations;
use diesel::backend::Backend;
use diesel::connection::Connection;
use diesel::migration::{Migration, MigrationSource, Result};
use door::{Direct, Door, Ready};
use mina_core::engine::Engine;

/// The default bind's migrations, for Diesel's harness.
///
/// A migration that fits into Diesel's transaction is run in it. One that rebuilds a table which foreign keys touch, or has
/// several units, brings its own transactions and its row in them; for that the connection itself has to be at hand, which it
/// is as a `SqliteConnection` and, with the feature `r2d2`, as one of a pool. Elsewhere it is refused before anything is run:
/// see [`Migrations::via`].
///
/// ```
/// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
/// use diesel::prelude::*;
/// use diesel_migrations::MigrationHarness;
///
/// let mut conn = SqliteConnection::establish(":memory:").unwrap();
/// conn.run_pending_migrations(MIGRATIONS).unwrap();
/// ```
#[cfg(feature = "sqlite")]
impl MigrationSource<diesel::sqlite::Sqlite> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>>> {
        directly(*self, Engine::Sqlite)
    }
}

/// The same on PostgreSQL: a `PgConnection` or, with the feature `r2d2`, one of a pool runs everything.
#[cfg(feature = "postgres")]
impl MigrationSource<diesel::pg::Pg> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::pg::Pg>>>> {
        directly(*self, Engine::Pg)
    }
}

/// The same on MariaDB and MySQL, where no change of a table is in Diesel's transaction.
#[cfg(feature = "mysql")]
impl MigrationSource<diesel::mysql::Mysql> for Migrations {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<diesel::mysql::Mysql>>>> {
        directly(*self, Engine::Mysql)
    }
}

fn directly<DB: Backend + 'static>(migrations: Migrations, engine: Engine) -> Result<Vec<Box<dyn Migration<DB>>>> {
    Ok(door::all(migrations, Ready::For(engine), Direct)?.map(boxed).collect())
}

/// A history for a backend that is the application's own; made by [`Migrations::for_engine`].
#[derive(Clone, Copy, Debug)]
pub struct ForEngine {
    migrations: Migrations,
    engine: Engine,
}

/// A history for connections of one type, with the way to what is inside; made by [`Migrations::via`].
#[derive(Debug)]
pub struct Via<C> {
    migrations: Migrations,
    way: fn(&mut C, Task) -> std::result::Result<(), BoxError>,
}

impl<C> Clone for Via<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Via<C> {}

impl Migrations {
    /// The same migrations for Diesel's harness on a backend that only the application knows, such as that of a
    /// `#[derive(MultiConnection)]` enum; what needs the connection itself is refused.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// # use mina_runtime as mina;
    /// use diesel::prelude::*;
    /// use diesel_migrations::MigrationHarness;
    ///
    /// #[derive(diesel::MultiConnection)]
    /// enum AnyConnection {
    ///     Sqlite(SqliteConnection),
    /// }
    ///
    /// fn main() {
    ///     let mut conn = AnyConnection::establish(":memory:").unwrap();
    ///     conn.run_pending_migrations(MIGRATIONS.for_engine(mina::Engine::Sqlite)).unwrap();
    /// }
    /// ```
    pub fn for_engine(self, engine: Engine) -> ForEngine {
        ForEngine { migrations: self, engine }
    }

    /// The same migrations for Diesel's harness on connections of one type, told how to get at the connection inside: every
    /// migration runs on them.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// use diesel::prelude::*;
    /// use diesel_migrations::MigrationHarness;
    ///
    /// #[derive(diesel::MultiConnection)]
    /// enum AnyConnection {
    ///     Sqlite(SqliteConnection),
    /// }
    ///
    /// fn main() {
    ///     let mut conn = AnyConnection::establish(":memory:").unwrap();
    ///     let migrations = MIGRATIONS.via(|conn: &mut AnyConnection, task| match conn {
    ///         AnyConnection::Sqlite(conn) => task.run(conn),
    ///     });
    ///     conn.run_pending_migrations(migrations).unwrap();
    /// }
    /// ```
    pub fn via<C>(self, way: fn(&mut C, Task) -> std::result::Result<(), BoxError>) -> Via<C> {
        Via { migrations: self, way }
    }
}

impl<DB: Backend + 'static> MigrationSource<DB> for ForEngine {
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<DB>>>> {
        directly(self.migrations, self.engine)
    }
}

impl<DB, C> MigrationSource<DB> for Via<C>
where
    DB: Backend + 'static,
    C: Connection<Backend = DB> + 'static,
{
    fn migrations(&self) -> Result<Vec<Box<dyn Migration<DB>>>> {
        let doors = door::all(self.migrations, Ready::ForAny, self.way)?;
        Ok(doors.map(boxed).collect())
    }
}

fn boxed<DB: Backend + 'static, W: door::Way<DB>>(door: Door<W>) -> Box<dyn Migration<DB>> {
    Box::new(door)
}
