//! The runner: applies and reverts migrations on a database, through Diesel.

pub mod migration;

pub use migration::{Migration, Migrations, Rendered};
