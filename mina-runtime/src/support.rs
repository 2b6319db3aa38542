//! What the macros' output names, and nobody else should.

pub use mina_core::engine::Engine;

use crate::{AsConnection, Migration};
use std::error::Error;

/// What running one migration comes to.
pub type Ran = Result<(), crate::Error>;

/// The upgrade of one migration; a function, because the compiler finds it faster than a method.
///
/// # Errors
///
/// Those of [`Migration::up`].
pub fn up(migration: Migration, conn: &mut dyn AsConnection) -> Ran {
    migration.up(conn)
}

/// The same with the downgrade.
///
/// # Errors
///
/// Those of [`Migration::down`].
pub fn down(migration: Migration, conn: &mut dyn AsConnection) -> Ran {
    migration.down(conn)
}

type Outcome<R> = Result<R, Box<dyn Error + Send + Sync>>;

/// What the Rust of a `run` step ends in: the rows that it changed, `Ok(())`, or nothing.
#[diagnostic::on_unimplemented(
    message = "a `run` step ends in `Ok(())`, in `Ok(rows)` or in nothing, not in a `{Self}`",
    label = "end it in `;`, in `Ok(())`, or in a `usize` of rows"
)]
pub trait RunValue {
    /// The rows, none where they are not told.
    fn outcome(self) -> Outcome<usize>;
}

impl RunValue for () {
    fn outcome(self) -> Outcome<usize> {
        Ok(0)
    }
}

impl RunValue for usize {
    fn outcome(self) -> Outcome<usize> {
        Ok(self)
    }
}

impl RunValue for Outcome<()> {
    fn outcome(self) -> Outcome<usize> {
        self.map(|()| 0)
    }
}

impl RunValue for Outcome<usize> {
    fn outcome(self) -> Outcome<usize> {
        self
    }
}

/// What a `return` of a `run` step gives: rows or nothing.
pub trait RunReturn: Sized {
    /// Rows as it gives them.
    fn of(rows: usize) -> Self;

    /// The rows that it gives.
    fn rows(self) -> usize;
}

impl RunReturn for () {
    fn of(_: usize) -> Self {}

    fn rows(self) -> usize {
        0
    }
}

impl RunReturn for usize {
    fn of(rows: usize) -> Self {
        rows
    }

    fn rows(self) -> usize {
        self
    }
}

/// The end of a `run` step.
///
/// # Errors
///
/// The step's own.
pub fn outcome<R: RunReturn>(value: impl RunValue) -> Outcome<R> {
    value.outcome().map(R::of)
}

/// The rows that a `run` step changed, as far as it tells.
///
/// # Errors
///
/// The step's own.
pub fn rows<R: RunReturn>(ran: Outcome<R>) -> Outcome<usize> {
    ran.map(R::rows)
}

/// Stands in the list of an engine's steps for one that is not for that engine.
///
/// # Errors
///
/// None.
pub fn nothing<C>(_: &mut C) -> Outcome<usize> {
    Ok(0)
}

/// For an engine: its argument where the engine is linked, and the `run` steps of a migration, none where it is not.
// rustfmt moves the inner arms further to the right each time.
#[rustfmt::skip]
macro_rules! linked {
    ($feature:literal, $variant:ident, $only:ident, $runs:ident, $d:tt) => {
        #[cfg(feature = $feature)]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $only {
            ($d($d tokens:tt)*) => { $d($d tokens)* };
        }

        #[cfg(not(feature = $feature))]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $only {
            ($d($d tokens:tt)*) => {};
        }

        #[cfg(feature = $feature)]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $runs {
            ($d($d step:expr),*) => { &[$d($d crate::migration::RunStep::$variant($d step)),*] };
        }

        #[cfg(not(feature = $feature))]
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $runs {
            ($d($d step:expr),*) => {
                &[]
            };
        }
    };
}

linked!("sqlite", Sqlite, if_sqlite, sqlite_runs, $);
linked!("postgres", Pg, if_pg, pg_runs, $);
linked!("mysql", Mysql, if_mysql, mysql_runs, $);
