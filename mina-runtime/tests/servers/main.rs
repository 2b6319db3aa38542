//! Connecting to servers, through the program and through the library.

#[path = "../support/databases.rs"]
mod databases;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/mod.rs"]
mod support;

mod command;
mod password;
mod refusal;
