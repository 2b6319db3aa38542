//! The runner: applies and reverts migrations on a database, through Diesel.

#[cfg(feature = "cli")]
pub mod cli;
pub mod connection;
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
pub mod harness;
pub mod migration;
#[cfg(feature = "mysql")]
pub mod mysql;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod runner;
pub mod settings;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[doc(hidden)]
pub mod support;
pub mod testing;

pub use connection::{AnyConnection, AsConnection, Connection};
pub use migration::{Created, Encoded, Migration, Migrations, RunStep};
pub use mina_core::engine::Engine;
pub use runner::{Error, Report, Runner};
