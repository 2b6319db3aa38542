//! The runner: applies and reverts migrations on a database, through Diesel.

pub mod migration;
#[doc(hidden)]
pub mod support;

pub use migration::{Migration, Migrations, Rendered};
