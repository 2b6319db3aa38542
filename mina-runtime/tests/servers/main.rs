//! Servers: connecting to them, and running on them.

#[path = "../support/databases.rs"]
mod databases;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/mod.rs"]
mod support;

mod command;
mod password;
mod pooler;
mod reader;
mod refusal;
mod runner;
mod whole;
