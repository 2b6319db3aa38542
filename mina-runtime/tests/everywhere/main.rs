//! What the runner can do, on SQLite, PostgreSQL and MariaDB alike.

#[path = "../support/databases.rs"]
mod databases;
#[path = "../support/language.rs"]
mod language;
mod place;
mod stamp;
