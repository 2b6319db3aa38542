//! Tests of a history, one line each: on SQLite in memory, or on databases of one's own.
//!
//! ```no_run
//! # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
//! # use mina_runtime as mina;
//! // In a test of the crate of migrations:
//! mina::testing::stairway(MIGRATIONS);
//! ```

mod at;
mod difference;
mod outline;
mod rows;
#[cfg(any(feature = "postgres", feature = "mysql"))]
mod server;
mod stairway;
mod subject;
mod value;

#[cfg(feature = "sqlite")]
pub use at::at;
pub use at::{At, at_on};
pub use outline::Outline;
pub use stairway::{Stair, Stairs, stairway_on};
#[cfg(feature = "sqlite")]
pub use stairway::{stairway, stairway_with};
pub use subject::Subject;

use crate::connection::AsConnection;
use crate::migration::Migrations;
use crate::runner::{Error, ErrorKind, Report};

/// Brings a database to the heads of the default bind, as a test's own database needs it: an empty one at once, where what
/// the migrations do with rows lets it, else one migration after the other.
///
/// # Errors
///
/// As [`Migrations::upgrade`].
pub fn fresh(conn: &mut impl AsConnection, migrations: Migrations) -> Result<Report, Error> {
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
