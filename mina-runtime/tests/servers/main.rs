//! Servers: connecting to them, and running on them.

#[path = "../../../benches/support/block.rs"]
mod block;
#[path = "../support/databases.rs"]
mod databases;
#[path = "../../../benches/support/five.rs"]
mod five;
#[path = "../support/language.rs"]
mod language;
#[path = "../support/own.rs"]
mod own;
#[path = "../support/program.rs"]
mod program;
#[path = "../support/served.rs"]
mod served;
#[path = "../support/mod.rs"]
mod support;

mod command;
mod group;
mod outage;
mod password;
mod pooler;
mod reader;
mod refusal;
mod rewrite;
mod runner;
mod starter;
mod whole;
