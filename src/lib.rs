#![doc = include_str!("../README.md")]

pub mod language;

pub use mina_macros::{migration, migrations};
pub use mina_runtime::*;
