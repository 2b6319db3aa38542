//! Sources for connections whose backend is the application's own, and for those that have to be reached into.

use super::door::{self, Door, Reach, downcast};
use crate::connection::{AsConnection, BoxError};
use crate::migration::{self, Migrations};
use crate::runner::Direction;
use diesel::backend::Backend;
use diesel::connection::{BoxableConnection, Connection};
use diesel::migration::{Migration, MigrationSource};
use mina_core::engine::Engine;

/// A history for a backend whose engine Diesel does not tell; made by [`Migrations::for_engine`].
#[derive(Clone, Copy, Debug)]
pub struct Named {
    migrations: Migrations,
    engine: Engine,
}

/// A history for connections of one type, with the way to what is inside; made by [`Migrations::via`].
pub struct Via<C> {
    migrations: Migrations,
    way: fn(&mut C, Task) -> Result<(), BoxError>,
}

impl<C> Clone for Via<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Via<C> {}

/// One migration that Diesel's harness asks for, one way.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    pub(super) migrations: Migrations,
    pub(super) migration: &'static migration::Migration,
    pub(super) direction: Direction,
}

impl Task {
    /// Carries it out: in Diesel's transaction where it fits into one, else in transactions of its own.
    ///
    /// # Errors
    ///
    /// A [`runner::Error`](crate::Error).
    pub fn run(self, conn: &mut impl AsConnection) -> Result<(), BoxError> {
        Ok(door::carry_out(self, conn.as_connection())?)
    }
}

impl Migrations {
    /// The same migrations for Diesel's harness on any backend, such as that of a `#[derive(MultiConnection)]` enum, of which
    /// only the application knows the engine.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], config: "", directory: "" };
    /// # use mina_runtime as mina;
    /// use diesel::prelude::*;
    /// use diesel_migrations::MigrationHarness;
    ///
    /// #[derive(diesel::MultiConnection)]
    /// enum AnyConnection {
    ///     Sqlite(SqliteConnection),
    /// }
    ///
    /// let mut conn = AnyConnection::establish(":memory:").unwrap();
    /// conn.run_pending_migrations(MIGRATIONS.for_engine(mina::Engine::Sqlite)).unwrap();
    /// ```
    pub fn for_engine(self, engine: Engine) -> Named {
        Named { migrations: self, engine }
    }

    /// The same migrations for Diesel's harness on connections of one type, told how to get at the connection inside, so that
    /// every migration can be run on them.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], config: "", directory: "" };
    /// use diesel::prelude::*;
    /// use diesel_migrations::MigrationHarness;
    ///
    /// #[derive(diesel::MultiConnection)]
    /// enum AnyConnection {
    ///     Sqlite(SqliteConnection),
    /// }
    ///
    /// let mut conn = AnyConnection::establish(":memory:").unwrap();
    /// let migrations = MIGRATIONS.via(|conn: &mut AnyConnection, task| match conn {
    ///     AnyConnection::Sqlite(conn) => task.run(conn),
    /// });
    /// conn.run_pending_migrations(migrations).unwrap();
    /// ```
    pub fn via<C>(self, way: fn(&mut C, Task) -> Result<(), BoxError>) -> Via<C> {
        Via { migrations: self, way }
    }
}

impl<DB: Backend + 'static> MigrationSource<DB> for Named {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<DB>>>> {
        let doors = Door::all(self.migrations, self.engine, Reach::<DB>::At(downcast))?;
        Ok(doors.map(|door| Box::new(door) as _).collect())
    }
}

impl<DB, C> MigrationSource<DB> for Via<C>
where
    DB: Backend + 'static,
    C: Connection<Backend = DB> + 'static,
{
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<DB>>>> {
        let way = self.way;
        let reach = move |conn: &mut dyn BoxableConnection<DB>, task| Some(way(conn.downcast_mut::<C>()?, task));
        let doors = Door::all(self.migrations, Engine::Sqlite, Reach::Via(std::sync::Arc::new(reach)))?;
        Ok(doors.map(|door| Box::new(door) as _).collect())
    }
}
