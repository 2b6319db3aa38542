//! Schema migrations for Diesel, checked by the compiler: if a history compiles, it runs and it reverses.

pub use mina_macros::{migration, migrations};
pub use mina_runtime::*;
