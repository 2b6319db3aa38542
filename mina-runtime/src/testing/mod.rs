//! Tests of a history, one line each, on SQLite in memory.
//!
//! ```no_run
//! # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
//! # use mina_runtime as mina;
//! // In a test of the crate of migrations:
//! mina::testing::stairway(MIGRATIONS);
//! ```

mod difference;
mod rows;
mod stairway;

pub use stairway::{Stairs, stairway, stairway_with};

use crate::migration::Migrations;
use crate::runner::{Error, ErrorKind, Report};
use diesel::SqliteConnection;

/// Brings a database to the heads of the default bind, as a test's own database needs it: an empty one at once, where what
/// the migrations do with rows lets it, else one migration after the other.
///
/// # Errors
///
/// As [`Migrations::upgrade`].
pub fn fresh(conn: &mut SqliteConnection, migrations: Migrations) -> Result<Report, Error> {
    match migrations.create(conn) {
        Err(error) if must_go_one_by_one(error.kind()) => migrations.upgrade(conn, "heads"),
        created => created,
    }
}

fn must_go_one_by_one(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::OneByOne { .. } | ErrorKind::NoCreation | ErrorKind::NotEmpty { .. }
    )
}
