//! The migrations of a crate, read from its files: mina.toml, the folders that it names, the blocks in them.
//!
//! The macros read a crate that is being compiled, the command `mina` one that may not even compile.

mod fault;
mod layout;
mod models;
mod sources;
mod whole;

pub use fault::Fault;
pub use layout::{Layout, normal, shown};
pub use models::ModelFiles;
pub use sources::{SourceFile, Sources, list};
pub use whole::refusals;
