#![doc = include_str!("../README.md")]

pub mod language;

#[doc(hidden)]
pub use mina_macros::creations;
pub use mina_macros::{migration, migrations};
pub use mina_runtime::*;
