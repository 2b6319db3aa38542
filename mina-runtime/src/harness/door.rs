//! One migration, as Diesel's harness runs it.

use super::text;
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
        if let Some(conn) = conn.downcast_mut::<diesel::SqliteConnection>() {
            return Some(task.run(conn));
        }
        #[cfg(feature = "r2d2")]
        if let Some(conn) = conn.downcast_mut::<crate::connection::Pooled>() {
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

/// One migration of a history on one engine.
pub(super) struct Door<W> {
    migrations: Migrations,
    migration: &'static migration::Migration,
    engine: Engine,
    way: W,
}

/// The default bind's migrations.
pub(super) fn all<W: Copy>(migrations: Migrations, engine: Engine, way: W) -> Result<impl Iterator<Item = Door<W>>> {
    let config = crate::settings::config(&migrations).map_err(Error::from)?;
    let table = config.bind(None).and_then(|database| database.history_table.as_deref());
    if let Some(table) = table.filter(|table| *table != HISTORY_TABLE) {
        return Err(Error::from(ErrorKind::OtherTable { table: table.to_owned() }).into());
    }
    let members = migrations.migrations.iter().filter(|migration| migration.record.bind().is_none());
    Ok(members.map(move |migration| Door {
        migrations,
        migration,
        engine,
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
        let done = self.way.carry_out(conn, task);
        done.unwrap_or_else(|| Ok(text::run(conn, self.migration, self.engine, direction)?))
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
        self.migration.fits_transaction(self.engine)
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
