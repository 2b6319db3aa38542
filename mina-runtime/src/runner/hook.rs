//! What a program does before and after each migration.

use super::Runner;
use super::apply::Run;
use super::error::ErrorKind;
use super::plan::Planned;
use crate::connection::{BoxError, Connection};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

type Hook = dyn Fn(&mut Moment<'_>) -> Result<(), BoxError> + Send + Sync;

/// What was asked for, in the order in which it was.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    before: Vec<Arc<Hook>>,
    after: Vec<Arc<Hook>>,
    arguments: BTreeMap<String, String>,
}

impl Hooks {
    /// Whether nothing is called.
    pub(super) fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, after, arguments } = self;
        f.debug_struct("Hooks")
            .field("before", &before.len())
            .field("after", &after.len())
            .field("arguments", &arguments.keys())
            .finish()
    }
}

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Before,
    After,
}

impl When {
    fn name(self) -> &'static str {
        match self {
            Self::Before => "before_each",
            Self::After => "after_each",
        }
    }
}

/// A migration that is about to be run or was, and the connection that it is run on.
///
/// Outside a transaction, unless all migrations of the run share one.
pub struct Moment<'a> {
    migration: &'a Planned,
    conn: &'a mut dyn Connection,
    arguments: &'a BTreeMap<String, String>,
}

impl Moment<'_> {
    /// The migration, and which way it is run.
    pub fn migration(&self) -> &Planned {
        self.migration
    }

    /// What was given by `-x key=value`, or by [`Runner::argument`].
    pub fn argument(&self, key: &str) -> Option<&str> {
        self.arguments.get(key).map(String::as_str)
    }

    /// Runs statements, and says how many rows they changed.
    ///
    /// # Errors
    ///
    /// The engine's own.
    pub fn execute(&mut self, sql: &str) -> Result<u64, BoxError> {
        Ok(self.conn.execute(sql)?)
    }

    /// The connection, such as a [`diesel::SqliteConnection`]; none where it is to another engine.
    pub fn connection<C: Any>(&mut self) -> Option<&mut C> {
        self.conn.as_any().downcast_mut()
    }
}

impl fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Moment")
            .field("migration", &self.migration.revision)
            .finish_non_exhaustive()
    }
}

impl Runner {
    /// Calls a function before each migration of `upgrade` and `downgrade`; an error stops the run there.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// use diesel::prelude::*;
    ///
    /// let runner = MIGRATIONS.runner().before_each(|moment| {
    ///     println!("{} for {:?}", moment.migration().revision, moment.argument("tenant"));
    ///     Ok(())
    /// });
    /// let mut conn = SqliteConnection::establish(":memory:").unwrap();
    /// runner.argument("tenant", "acme").upgrade(&mut conn, "heads").unwrap();
    /// ```
    #[must_use]
    pub fn before_each(mut self, hook: impl Fn(&mut Moment<'_>) -> Result<(), BoxError> + Send + Sync + 'static) -> Self {
        self.hooks.before.push(Arc::new(hook));
        self
    }

    /// The same after each one; the migration that an error follows stays as it is.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// let runner = MIGRATIONS.runner().after_each(|moment| {
    ///     if moment.connection::<diesel::SqliteConnection>().is_some() {
    ///         moment.execute("ANALYZE")?;
    ///     }
    ///     Ok(())
    /// });
    /// # let _ = runner;
    /// ```
    #[must_use]
    pub fn after_each(mut self, hook: impl Fn(&mut Moment<'_>) -> Result<(), BoxError> + Send + Sync + 'static) -> Self {
        self.hooks.after.push(Arc::new(hook));
        self
    }

    /// A word for the hooks, as `-x key=value` gives one.
    #[must_use]
    pub fn argument(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.hooks.arguments.insert(key.into(), value.into());
        self
    }
}

impl Run<'_> {
    pub(super) fn hook(&mut self, when: When, planned: &Planned) -> Result<(), ErrorKind> {
        let hooks = match when {
            When::Before => &self.hooks.before,
            When::After => &self.hooks.after,
        };
        let refused = |message: String| ErrorKind::Hook {
            hook: when.name(),
            revision: planned.revision.clone(),
            direction: planned.direction,
            message,
        };
        for hook in hooks {
            let outside = !self.conn.in_transaction();
            let mut moment = Moment {
                migration: planned,
                conn: &mut *self.conn,
                arguments: &self.hooks.arguments,
            };
            let result = hook(&mut moment).map_err(|error| refused(error.to_string()));
            if outside && self.conn.in_transaction() {
                // What it did there is its own.
                let _ = self.conn.rollback();
                return result.and_then(|()| Err(refused("it left a transaction open, which was rolled back".to_owned())));
            }
            result?;
        }
        Ok(())
    }
}
