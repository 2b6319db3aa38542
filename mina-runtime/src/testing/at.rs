//! A database at a revision, for the test of what a migration does with rows.

use crate::connection::AsConnection;
use crate::migration::Migrations;
use crate::runner::{Error, Report, Runner};
use std::ops::{Deref, DerefMut};

/// A database at a revision, as its connection; see [`at`](super::at).
#[derive(Debug)]
pub struct At<C> {
    conn: C,
    runner: Runner,
}

/// A database in memory at a revision: rows are put in, migrations run, and the rows looked at.
///
/// ```
/// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
/// # use mina_runtime as mina;
/// use diesel::prelude::*;
/// use diesel::sql_query;
///
/// # let (before, after) = ("base", "heads");
/// let mut db = mina::testing::at(MIGRATIONS, before);
/// sql_query("CREATE TEMP TABLE rows (phone TEXT)").execute(&mut *db).unwrap();
/// db.upgrade(after);
/// assert_eq!(sql_query("SELECT * FROM rows").execute(&mut *db), Ok(0));
/// db.downgrade("base");
/// ```
///
/// # Panics
///
/// The revision is not there, or a migration fails: with all that the command line would say.
#[cfg(feature = "sqlite")]
#[must_use]
#[track_caller]
pub fn at(migrations: Migrations, revision: &str) -> At<diesel::SqliteConnection> {
    use diesel::Connection;
    match diesel::SqliteConnection::establish(":memory:") {
        Ok(conn) => at_on(conn, migrations, revision),
        Err(error) => panic!("there is no database in memory: {error}"),
    }
}

/// The same on a connection to a database of the test's own, whatever engine it is on.
///
/// # Panics
///
/// As [`at`].
#[must_use]
#[track_caller]
pub fn at_on<C: AsConnection>(conn: C, migrations: Migrations, revision: &str) -> At<C> {
    let own = migrations.migrations.iter().find(|migration| migration.record.id() == revision);
    let bind = own.and_then(|migration| migration.record.bind());
    let mut at = At {
        conn,
        runner: migrations.runner().bind(bind),
    };
    if revision != "base" {
        at.upgrade(revision);
    }
    at
}

impl<C: AsConnection> At<C> {
    /// Upgrades to a target.
    ///
    /// # Panics
    ///
    /// A migration fails.
    #[track_caller]
    pub fn upgrade(&mut self, target: &str) -> &mut Self {
        match self.try_upgrade(target) {
            Ok(_) => self,
            Err(error) => panic!("upgrade to {target}: {error}"),
        }
    }

    /// Downgrades to a target.
    ///
    /// # Panics
    ///
    /// A migration fails.
    #[track_caller]
    pub fn downgrade(&mut self, target: &str) -> &mut Self {
        match self.runner.downgrade(&mut self.conn, target) {
            Ok(_) => self,
            Err(error) => panic!("downgrade to {target}: {error}"),
        }
    }

    /// Upgrades to a target, for the test of what refuses rows.
    ///
    /// # Errors
    ///
    /// As [`Migrations::upgrade`].
    pub fn try_upgrade(&mut self, target: &str) -> Result<Report, Error> {
        self.runner.upgrade(&mut self.conn, target)
    }
}

impl<C> Deref for At<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.conn
    }
}

impl<C> DerefMut for At<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.conn
    }
}
