//! A database in memory that is what the history makes it, on which passes over tables of SQLite are tried.

use crate::sqlite::{Done, Failure, Means, apply, apply_as};
use diesel::SqliteConnection;
use diesel::connection::{Connection, SimpleConnection};
use mina_core::schema::Schema;
use mina_core::sql::Dialect;
use mina_core::sql::sqlite::{Sqlite, TableChange};
use mina_core::sql::unit::Action;

/// The database, and the means that are tried; none are all that the linked library has.
pub(super) struct Scratch {
    conn: SqliteConnection,
    means: Option<Means>,
}

impl Scratch {
    pub(super) fn of(schema: &Schema, means: Option<Means>) -> Result<Self, String> {
        let mut conn = SqliteConnection::establish(":memory:").map_err(|error| error.to_string())?;
        let settings = ["PRAGMA foreign_keys = OFF".to_owned()];
        for sql in settings.into_iter().chain(Sqlite.made(schema, true, &|_| true)) {
            conn.batch_execute(&sql).map_err(|error| error.to_string())?;
        }
        Ok(Self { conn, means })
    }

    /// Does what a statement does to the schema. What it does not take, SQLite will refuse where it counts.
    pub(super) fn follow(&mut self, action: &Action, sql: &str) {
        if !action.writes_rows() {
            let _ = self.conn.batch_execute(sql);
        }
    }

    /// What a pass over a table takes.
    pub(super) fn change(&mut self, change: &TableChange) -> Result<Done, Failure> {
        match self.means {
            Some(means) => apply_as(&mut self.conn, change, means),
            None => apply(&mut self.conn, change),
        }
    }
}
