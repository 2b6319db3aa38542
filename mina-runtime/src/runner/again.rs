//! What is for development: a migration once more, and whose a database is.

use super::apply::database;
use super::error::{Error, ErrorKind};
use super::{Direction, Progress, Report, Runner};
use crate::connection::Connection;

impl Runner {
    /// Reverts the last migration and applies it again.
    ///
    /// # Errors
    ///
    /// As [`Migrations::downgrade`](crate::Migrations::downgrade) and [`Migrations::upgrade`](crate::Migrations::upgrade).
    pub fn redo(&self, conn: &mut dyn Connection, progress: &mut dyn Progress) -> Result<Report, Error> {
        let mut report = self.run(conn, Direction::Down, "-1", progress)?;
        let Some(last) = report.migrations.first().map(|ran| ran.revision.clone()) else {
            return Ok(report);
        };
        match self.run(conn, Direction::Up, &last, progress) {
            Ok(again) => {
                report.migrations.extend(again.migrations);
                report.warnings.extend(again.warnings);
                report.current = again.current;
                Ok(report)
            }
            Err(error) => Err(error.with_before(report)),
        }
    }

    /// Makes Mina's own tables, where they are missing.
    ///
    /// # Errors
    ///
    /// The database cannot be written.
    pub fn ensure_version(&self, conn: &mut dyn Connection) -> Result<(), Error> {
        self.in_transaction(conn, |_, _| Ok(()))
    }

    /// Refuses a database that holds something, and nothing of this history. Only reads.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotOurs`], [`ErrorKind::Unknown`], [`ErrorKind::OtherBind`].
    pub fn require_ours(&self, conn: &mut dyn Connection) -> Result<(), Error> {
        self.to_read(conn, |conn, config| {
            let state = self.state(conn, config)?;
            state.known()?;
            let found = conn.objects(&state.table);
            let found = found.map_err(|error| database(conn, &error, config.run.lock_timeout))?;
            match state.book.exists || found.is_empty() {
                true => Ok(()),
                false => Err(ErrorKind::NotOurs { found }.into()),
            }
        })
    }
}
