//! The commands of `mina` that write source files.

mod diesel;
mod edit;
mod init;
mod merge;
mod migrate;
mod rebase;
mod revision;
mod script;
mod squash;
#[path = "../support/mod.rs"]
mod support;
#[cfg(unix)]
mod terminal;
