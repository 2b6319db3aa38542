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

type Outcome = Result<(), Box<dyn Error + Send + Sync>>;

/// What the Rust of a `run` step ends in: `Ok(())`, or nothing.
#[diagnostic::on_unimplemented(
    message = "a `run` step ends in `Ok(())` or in nothing, not in a `{Self}`",
    label = "end it in `;` or in `Ok(())`"
)]
pub trait RunValue {
    /// As the runner takes it.
    fn outcome(self) -> Outcome;
}

impl RunValue for () {
    fn outcome(self) -> Outcome {
        Ok(())
    }
}

impl RunValue for Outcome {
    fn outcome(self) -> Outcome {
        self
    }
}

/// The end of a `run` step.
///
/// # Errors
///
/// The step's own.
pub fn outcome(value: impl RunValue) -> Outcome {
    value.outcome()
}

/// Stands in the list of an engine's steps for one that is not for that engine.
///
/// # Errors
///
/// None.
pub fn nothing<C>(_: &mut C) -> Outcome {
    Ok(())
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
