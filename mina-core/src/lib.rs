//! The language of Mina and its model: what a migration says, what schema it leaves, and whether it may.
//!
//! Data flows one way: source text → [`syntax`] → [`history`] → [`schema`] at each revision → [`check`] → [`sql`].
//! Nothing in this crate reads a file, opens a connection or knows of the compiler.

pub mod autogenerate;
pub mod check;
pub mod config;
pub mod diagnostic;
pub mod diff;
pub mod engine;
pub mod history;
pub mod models;
pub mod normal;
pub mod operation;
pub mod record;
mod render;
pub mod schema;
pub mod secret;
pub mod sql;
pub mod syntax;
