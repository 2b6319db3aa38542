//! What the runner can do, on SQLite, PostgreSQL and MariaDB alike.

mod bulk;
mod command;
#[path = "../support/databases.rs"]
mod databases;
#[path = "../../../migrations/tests/servers/dump.rs"]
mod dump;
mod exchange;
mod hook;
#[path = "../support/language.rs"]
mod language;
mod offline;
mod online;
mod place;
mod predicted;
#[path = "../support/program.rs"]
mod program;
mod squash;
mod stamp;
mod testing;
