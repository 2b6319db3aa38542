//! One migration, as Diesel's harness runs it.

use super::text;
#[cfg(feature = "r2d2")]
use crate::connection::Pooled;
use crate::connection::{AsConnection, BoxError, Connection};
use crate::migration::{self, Migrations};
use crate::runner::{Direction, Error, ErrorKind, HISTORY_TABLE};
use diesel::backend::Backend;
use diesel::connection::BoxableConnection;
use diesel::migration::{Migration, MigrationMetadata, MigrationName, MigrationVersion, Result};
use mina_core::engine::Engine;
use std::any::Any;
use std::fmt;
use std::path::Path;

/// One migration, one way, that Diesel's harness asks for.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    migrations: Migrations,
    migration: &'static migration::Migration,
    direction: Direction,
}

impl Task {
    /// Carries it out: in Diesel's transaction where it fits into one, else in transactions of its own.
    ///
    /// # Errors
    ///
    /// An [`Error`], as [`Migrations::upgrade`] has it.
    pub fn run(self, conn: &mut impl AsConnection) -> std::result::Result<(), BoxError> {
        Ok(self.carry_out(conn.as_connection())?)
    }

    fn carry_out(self, conn: &mut dyn Connection) -> std::result::Result<(), Error> {
        let runner = self.migrations.runner();
        runner.squashed_of_harness(conn, self.direction, self.migration)?;
        if !conn.in_transaction() || !self.migration.fits_transaction(conn.engine()) {
            return runner.step_of_harness(conn, self.direction, self.migration.record.id());
        }
        self.migration.run(conn, self.direction)?;
        match self.direction {
            Direction::Up => runner.record_of_harness(conn, self.migration),
            Direction::Down => Ok(()),
        }
    }
}

/// How a migration gets at the connection that Diesel's harness hands over.
pub(super) trait Way<DB: Backend>: 'static {
    /// None, and nothing done, where it does not get there.
    fn carry_out(&self, conn: &mut dyn BoxableConnection<DB>, task: Task) -> Option<Result<()>>;
}

/// The connection is one that is known here.
#[derive(Clone, Copy)]
pub(super) struct Direct;

impl<DB: Backend> Way<DB> for Direct {
    fn carry_out(&self, conn: &mut dyn BoxableConnection<DB>, task: Task) -> Option<Result<()>> {
        let conn: &mut dyn Any = conn;
        #[cfg(feature = "sqlite")]
        if let Some(conn) = conn.downcast_mut::<diesel::SqliteConnection>() {
            return Some(task.run(conn));
        }
        #[cfg(all(feature = "sqlite", feature = "r2d2"))]
        if let Some(conn) = conn.downcast_mut::<Pooled<diesel::SqliteConnection>>() {
            return Some(task.run(conn));
        }
        #[cfg(feature = "postgres")]
        if let Some(conn) = conn.downcast_mut::<diesel::PgConnection>() {
            return Some(task.run(conn));
        }
        #[cfg(all(feature = "postgres", feature = "r2d2"))]
        if let Some(conn) = conn.downcast_mut::<Pooled<diesel::PgConnection>>() {
            return Some(task.run(conn));
        }
        #[cfg(feature = "mysql")]
        if let Some(conn) = conn.downcast_mut::<diesel::MysqlConnection>() {
            return Some(task.run(conn));
        }
        #[cfg(all(feature = "mysql", feature = "r2d2"))]
        if let Some(conn) = conn.downcast_mut::<Pooled<diesel::MysqlConnection>>() {
            return Some(task.run(conn));
        }
        None
    }
}

impl<DB: Backend, C: 'static> Way<DB> for fn(&mut C, Task) -> Result<()> {
    fn carry_out(&self, conn: &mut dyn BoxableConnection<DB>, task: Task) -> Option<Result<()>> {
        let conn: &mut dyn Any = conn;
        Some(self(conn.downcast_mut()?, task))
    }
}

/// For which engines a migration has to be ready.
#[derive(Clone, Copy)]
pub(super) enum Ready {
    For(Engine),
    /// The connection says which one when it is there.
    ForAny,
}

impl Ready {
    fn fits_transaction(self, migration: &migration::Migration) -> bool {
        match self {
            Self::For(engine) => migration.fits_transaction(engine),
            Self::ForAny => Engine::ALL.iter().all(|engine| migration.fits_transaction(*engine)),
        }
    }
}

/// One migration of a history.
pub(super) struct Door<W> {
    migrations: Migrations,
    migration: &'static migration::Migration,
    ready: Ready,
    way: W,
}

/// The default bind's migrations.
pub(super) fn all<W: Copy>(migrations: Migrations, ready: Ready, way: W) -> Result<impl Iterator<Item = Door<W>>> {
    let config = crate::settings::config(&migrations).map_err(Error::from)?;
    let table = config.bind(None).and_then(|database| database.history_table.as_deref());
    if let Some(table) = table.filter(|table| *table != HISTORY_TABLE) {
        return Err(Error::from(ErrorKind::OtherTable { table: table.to_owned() }).into());
    }
    let members = migrations.migrations.iter().filter(|migration| migration.record.bind().is_none());
    Ok(members.map(move |migration| Door {
        migrations,
        migration,
        ready,
        way,
    }))
}

impl<W> Door<W> {
    fn carry_out<DB: Backend>(&self, conn: &mut dyn BoxableConnection<DB>, direction: Direction) -> Result<()>
    where
        W: Way<DB>,
    {
        let task = Task {
            migrations: self.migrations,
            migration: self.migration,
            direction,
        };
        if direction == Direction::Down {
            self.migration.reversible()?;
        }
        match (self.way.carry_out(conn, task), self.ready) {
            (Some(done), _) => done,
            (None, Ready::For(engine)) => Ok(text::run(conn, self.migration, engine, direction)?),
            (None, Ready::ForAny) => {
                let revision = self.migration.record.id().to_owned();
                let why = "is to be reached through a connection of another type".to_owned();
                Err(Error::from(ErrorKind::OutOfReach { revision, why }).into())
            }
        }
    }
}

impl<DB: Backend, W: Way<DB>> Migration<DB> for Door<W> {
    fn run(&self, conn: &mut dyn BoxableConnection<DB>) -> Result<()> {
        self.carry_out(conn, Direction::Up)
    }

    fn revert(&self, conn: &mut dyn BoxableConnection<DB>) -> Result<()> {
        self.carry_out(conn, Direction::Down)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        self
    }

    fn name(&self) -> &dyn MigrationName {
        self
    }
}

impl<W> MigrationMetadata for Door<W> {
    fn run_in_transaction(&self) -> bool {
        self.ready.fits_transaction(self.migration)
    }
}

impl<W> MigrationName for Door<W> {
    fn version(&self) -> MigrationVersion<'_> {
        MigrationVersion::from(self.migration.record.id())
    }
}

impl<W> fmt::Display for Door<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stem = Path::new(self.migration.record.file()).file_stem().and_then(|stem| stem.to_str());
        f.write_str(stem.unwrap_or(self.migration.record.id()))
    }
}
