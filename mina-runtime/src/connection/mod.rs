//! What the runner needs of a database, so that servers can come beside SQLite.

mod any;
pub mod lease;
// A script is written for any server, a session is had on those alone that are linked.
#[cfg_attr(not(all(feature = "postgres", feature = "mysql")), allow(dead_code))]
pub(crate) mod ledger;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg_attr(not(any(feature = "postgres", feature = "mysql")), allow(dead_code))]
pub mod parcel;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use any::AnyConnection;

use crate::migration::RunStep;
use diesel::QueryResult;
use diesel::result::Error as DatabaseError;
use lease::Leases;
use mina_core::engine::Engine;
use mina_core::normal::{Facts, Normal, facts};
use mina_core::sql::sqlite::{Expected, TableChange};
use parcel::{Parcel, Sent, Together};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// What a Rust step may fail with.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

mod sealed {
    pub trait Sealed {}
    #[cfg(feature = "sqlite")]
    impl Sealed for diesel::SqliteConnection {}
    #[cfg(feature = "postgres")]
    impl Sealed for diesel::PgConnection {}
    #[cfg(feature = "mysql")]
    impl Sealed for diesel::MysqlConnection {}
}

/// What holds a connection that migrations can be run on: [`diesel::SqliteConnection`] itself and, with the feature `r2d2`, one
/// of a pool of Diesel's. One of another pool has to be dereferenced: `MIGRATIONS.upgrade(&mut *pooled, "head")`.
#[diagnostic::on_unimplemented(
    message = "migrations cannot be run on a `{Self}`",
    label = "not a `SqliteConnection`",
    note = "dereference what holds one: `&mut *pooled`; a pooled connection of Diesel's is taken as it is with mina's feature `r2d2`"
)]
pub trait AsConnection {
    /// The connection.
    fn as_connection(&mut self) -> &mut dyn Connection;
}

impl<C: Connection> AsConnection for C {
    fn as_connection(&mut self) -> &mut dyn Connection {
        self
    }
}

/// A pooled connection of Diesel's.
#[cfg(feature = "r2d2")]
pub(crate) type Pooled<C> = diesel::r2d2::PooledConnection<diesel::r2d2::ConnectionManager<C>>;

#[cfg(feature = "r2d2")]
impl<C> AsConnection for Pooled<C>
where
    C: Connection + diesel::r2d2::R2D2Connection + 'static,
{
    fn as_connection(&mut self) -> &mut dyn Connection {
        &mut **self
    }
}

/// A connection that migrations are run on: [`diesel::SqliteConnection`].
pub trait Connection: sealed::Sealed {
    /// Its engine.
    fn engine(&self) -> Engine;

    /// The connection itself.
    fn as_any(&mut self) -> &mut dyn Any;

    /// Whether Diesel has a transaction open on it.
    fn in_transaction(&mut self) -> bool;

    /// Sets what the runner relies on (waiting for a lock is bounded; to write: keys are enforced) and says what was set before.
    ///
    /// # Errors
    ///
    /// To write: [`DatabaseError::AlreadyInTransaction`], or that the server takes no changes; or the engine's own.
    fn enter(&mut self, limits: &Limits, write: bool) -> QueryResult<Session>;

    /// Sets again what the caller had set.
    fn leave(&mut self, session: Session) -> QueryResult<()>;

    /// Begins a transaction; on SQLite it holds the write lock.
    fn begin(&mut self, session: &Session) -> QueryResult<()>;

    /// Commits, again while other sessions keep it from it.
    fn commit(&mut self) -> QueryResult<()>;

    /// Rolls back; silent where the engine has done so already.
    fn rollback(&mut self) -> QueryResult<()>;

    /// Begins a savepoint in the caller's transaction.
    fn savepoint(&mut self) -> QueryResult<()>;

    /// Ends a savepoint: kept, or undone.
    fn release(&mut self, keep: bool) -> QueryResult<()>;

    /// Runs statements, and says how many rows they changed.
    fn execute(&mut self, sql: &str) -> QueryResult<u64>;

    /// Runs statements that change no rows in one go, where that spares the way to a server; which of them failed is then not known.
    fn batch(&mut self, _statements: &[&str]) -> Option<QueryResult<()>> {
        None
    }

    /// Runs a unit whole, in a transaction of its own or in none, and records it, where that spares the way to a server.
    fn send(&mut self, _parcel: &Parcel<'_>, _session: &Session) -> Option<Sent> {
        None
    }

    /// Runs units whole, each in a transaction of its own, and records them, where many can go to a server in one message.
    fn send_together(&mut self, _parcels: &[Parcel<'_>], _session: &Session) -> Option<Together> {
        None
    }

    /// What the last rows of the journal say of how long their revisions took, in milliseconds; asked for after units that were
    /// sent together.
    fn times(&mut self, _table: &str, _count: usize) -> QueryResult<Vec<(String, i64)>> {
        Ok(Vec::new())
    }

    /// Runs a statement that is in no transaction.
    fn alone(&mut self, sql: &str, _session: &Session) -> QueryResult<u64> {
        self.execute(sql)
    }

    /// Runs a query with one number.
    fn number(&mut self, sql: &str) -> QueryResult<i64>;

    /// What is asked for how many rows a table holds, about, and how many bytes it takes with its indexes.
    fn size_queries(&self, table: &str) -> [String; 2];

    /// Whether a statement can only be run outside a transaction.
    fn stands_alone(&self, sql: &str) -> bool;

    /// A number that changes when another session changes the database.
    fn version(&mut self) -> QueryResult<i64>;

    /// The applied revisions, in any order; none where the table does not exist.
    fn history(&mut self, table: &str) -> QueryResult<Option<Vec<HistoryRow>>>;

    /// Hands over what the journal says about the revisions of a history table, oldest first.
    fn journal(&mut self, table: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<()>;

    /// Both: the applied revisions, and what the journal says.
    fn book(&mut self, table: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<Option<Vec<HistoryRow>>> {
        let rows = self.history(table)?;
        self.journal(table, enter)?;
        Ok(rows)
    }

    /// The same without what is known of most revisions: when they were applied, and rows of the journal that say no more than
    /// that a migration of one unit was applied.
    fn glance(&mut self, table: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<Option<Vec<HistoryRow>>> {
        self.book(table, enter)
    }

    /// What [`glance`](Self::glance) left out of one revision: when it was applied, and the rows of the journal from the last one
    /// on that alone says all; none where nothing was left out.
    fn look_up(&mut self, _table: &str, _revision: &str, _enter: &mut dyn FnMut(JournalRow)) -> QueryResult<Option<Option<String>>> {
        Ok(None)
    }

    /// Whether there is a journal.
    fn has_journal(&mut self) -> QueryResult<bool>;

    /// The downgrade that was journalled when a revision was applied last.
    fn journalled_downgrade(&mut self, table: &str, revision: &str) -> QueryResult<Option<String>>;

    /// Makes the history table and the journal where they are missing; fails where the database cannot be written.
    fn create_tables(&mut self, table: &str) -> QueryResult<()>;

    /// The namespace that has a history table of that name, where it is not the one that is used here.
    fn elsewhere(&mut self, _table: &str) -> QueryResult<Option<String>> {
        Ok(None)
    }

    /// What a server is asked about its leases; none on SQLite, whose write lock is all that is needed.
    fn leases(&mut self) -> Option<&mut dyn Leases> {
        None
    }

    /// The tables, views and other objects of the database, the engine's own and those that a history table brings left out.
    fn objects(&mut self, table: &str) -> QueryResult<Vec<String>>;

    /// Adds a revision to the history table, or takes it out.
    fn set_applied(&mut self, table: &str, revision: &str, applied: bool) -> QueryResult<()>;

    /// Appends to the journal.
    fn write_journal(&mut self, table: &str, entry: &JournalEntry<'_>) -> QueryResult<()>;

    /// Ends a unit: appends to the journal, changes the history table where that is told, and commits where that is.
    fn close(&mut self, table: &str, entry: &JournalEntry<'_>, applied: Option<bool>, commit: bool) -> QueryResult<()> {
        self.write_journal(table, entry)?;
        if let Some(applied) = applied {
            self.set_applied(table, entry.revision, applied)?;
        }
        if commit { self.commit() } else { Ok(()) }
    }

    /// Appends to the journal and changes the history table, for many units of an open transaction.
    fn record(&mut self, table: &str, entries: &[(JournalEntry<'_>, Option<bool>)]) -> QueryResult<()> {
        entries
            .iter()
            .try_for_each(|(entry, applied)| self.close(table, entry, *applied, false))
    }

    /// Whether keys are enforced.
    fn keys_enforced(&mut self) -> QueryResult<bool> {
        Ok(true)
    }

    /// Lets Diesel's harness record a revision that is recorded already: it records what it ran.
    fn record_once(&mut self, table: &str, revision: &str) -> QueryResult<()>;

    /// Turns the enforcement of keys off or on, outside a transaction, and says how it was. Only SQLite is ever asked to.
    fn enforce_keys(&mut self, _enforce: bool) -> QueryResult<bool> {
        Ok(true)
    }

    /// How many rows violate foreign keys, by the two tables; none where that cannot be told.
    fn broken_keys(&mut self) -> Option<BTreeMap<String, i64>> {
        None
    }

    /// Carries out one pass over a table of SQLite; true where it was rebuilt.
    ///
    /// # Errors
    ///
    /// The engine's, or what the live table has that would be lost.
    fn change(&mut self, change: &TableChange) -> Result<bool, Fault> {
        Err(Fault::of_another_engine(&change.table))
    }

    /// Compares a live object of SQLite with what an `effect` declared.
    ///
    /// # Errors
    ///
    /// The difference.
    fn verify(&mut self, _expected: &Expected) -> Result<(), Fault> {
        Err(Fault::of_another_engine("an effect"))
    }

    /// The schema that the database has, in normal form, Mina's and Diesel's own tables left out.
    ///
    /// # Errors
    ///
    /// The engine's, or what cannot be read.
    fn introspect(&mut self) -> Result<Normal, Fault>;

    /// Everything in the database that a history can say.
    ///
    /// # Errors
    ///
    /// As [`introspect`](Self::introspect).
    fn facts(&mut self) -> Result<Facts, Fault> {
        Ok(facts(&self.introspect()?.schema))
    }

    /// Calls a Rust step, and says how many rows it tells to have changed.
    ///
    /// # Errors
    ///
    /// The step's own, or that it is for another engine.
    fn call(&mut self, step: &RunStep) -> Result<usize, BoxError>;

    /// Runs a query with one text or no row.
    fn text(&mut self, sql: &str) -> QueryResult<Option<String>>;

    /// What kind of failure an error is.
    fn trouble(&self, error: &DatabaseError) -> Trouble;
}

/// Why a step that is more than a statement failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line of the migration's file, where it is known better than the step's own.
    pub line: Option<u32>,
    /// The statement that failed, where it was one.
    pub statement: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What kind of failure it is.
    pub trouble: Trouble,
}

impl Fault {
    fn of_another_engine(what: &str) -> Self {
        Self {
            line: None,
            statement: None,
            message: format!("the step for {what} was made for SQLite"),
            trouble: Trouble::Other,
        }
    }
}

/// What bounds a run; times are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How long a statement waits for a lock.
    pub lock_timeout: u64,
    /// How long a statement may take; none for ever.
    pub statement_timeout: Option<u64>,
    /// Whom to become before anything is created.
    pub role: Option<String>,
    /// Whether a pooler gives each transaction another session, so that nothing can be set on one.
    pub pooled: bool,
}

/// A connection that was prepared for a run.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// What each transaction begins with.
    pub(crate) begin: String,
    /// What sets again what the caller had set, a statement each.
    pub(crate) restore: Vec<String>,
    /// The same but for the limits, which the first of the prepared statements sets, and the limits: of waiting for a lock, of a
    /// statement, and of doing nothing.
    #[allow(dead_code)] // PostgreSQL alone looks at it, and at what follows.
    pub(crate) brief: String,
    #[allow(dead_code)] // The same.
    pub(crate) limits: [String; 3],
    /// The server's number of it.
    #[allow(dead_code)] // The same.
    pub(crate) number: i64,
    /// Whether all of it is one transaction, in which is only read.
    #[allow(dead_code)] // The same.
    pub(crate) one_transaction: bool,
    /// Whether the statements that record a unit are prepared; none where that was not tried yet.
    #[allow(dead_code)] // The same.
    pub(crate) prepared: Cell<Option<bool>>,
    /// What was prepared.
    #[allow(dead_code)] // The same.
    pub(crate) statements: RefCell<Vec<String>>,
}

/// A kind of failure that has its own way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// Another session holds the lock.
    Locked,
    /// The database cannot be written.
    ReadOnly,
    /// There is no room left.
    Full,
    /// The file is damaged.
    Corrupt,
    /// The file is something else.
    NotADatabase,
    /// The file cannot be opened.
    CannotOpen,
    /// The disk fails.
    Io,
    /// A transaction is open already.
    InTransaction,
    /// A rule of the schema refuses a row.
    Rows,
    /// The connection is no more.
    Gone,
    /// Anything else.
    Other,
}

/// A row of the history table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryRow {
    /// The revision.
    pub version: String,
    /// When it was applied, as the engine prints it; none where that was not read.
    pub run_on: Option<String>,
}

/// What a row of the journal says of a migration.
#[derive(Clone, Debug, PartialEq, Eq, diesel::Queryable)]
#[allow(missing_docs)]
pub struct JournalRow {
    pub revision: String,
    pub action: String,
    pub state: String,
    pub unit: i32,
    pub units: i32,
    pub hash: String,
    pub checksum: String,
    pub position: Option<String>,
    pub duration_ms: i64,
}

/// A row to append to the journal.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct JournalEntry<'a> {
    pub revision: &'a str,
    pub action: &'a str,
    pub state: &'a str,
    pub unit: usize,
    pub units: usize,
    pub hash: &'a str,
    pub checksum: &'a str,
    pub position: Option<&'a str>,
    pub duration_ms: i64,
    pub downgrade: Option<&'a str>,
}

/// The first word of a statement, in lower case.
pub(crate) fn first_word(sql: &str) -> String {
    let mut rest = sql.trim_start();
    loop {
        let after = match rest.get(..2) {
            Some("--") => rest.split_once('\n').map_or("", |(_, after)| after),
            Some("/*") => rest.split_once("*/").map_or("", |(_, after)| after),
            _ => break,
        };
        rest = after.trim_start();
    }
    rest.chars()
        .take_while(char::is_ascii_alphabetic)
        .collect::<String>()
        .to_ascii_lowercase()
}
