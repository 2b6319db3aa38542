//! Tests of a history, one line each, on SQLite in memory.
//!
//! ```no_run
//! # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], config: "", directory: "" };
//! # use mina_runtime as mina;
//! // In a test of the crate of migrations:
//! mina::testing::stairway(MIGRATIONS);
//! ```

mod difference;
mod rows;
mod stairway;

pub use stairway::{Stairs, stairway, stairway_with};

use crate::migration::Migrations;
use crate::runner::{Error, Report};
use diesel::SqliteConnection;

/// Brings an empty database to the heads of the default bind, as a test's own database needs it.
///
/// # Errors
///
/// As [`Migrations::upgrade`].
pub fn fresh(conn: &mut SqliteConnection, migrations: Migrations) -> Result<Report, Error> {
    migrations.upgrade(conn, "heads")
}
