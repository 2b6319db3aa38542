//! What a database has, against what its history says.

use super::error::{Error, ErrorKind};
use super::fold::Fold;
use super::{Runner, State};
use crate::connection::{AsConnection, Connection, Fault, Trouble};
use crate::migration::Migrations;
use mina_core::diff::Object;
use mina_core::normal::{Difference, Normal, differences};
use mina_core::schema::{Schema, Table};
use mina_core::sql::{Dialect, dialect};

impl Migrations {
    /// How the schema of a database differs from what its applied revisions make it, a difference of names alone left out;
    /// nothing where it does not. Only reads.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// use diesel::prelude::*;
    ///
    /// let mut conn = SqliteConnection::establish(":memory:").unwrap();
    /// for difference in MIGRATIONS.drift(&mut conn).unwrap() {
    ///     println!("{difference}");
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Ahead`] and [`ErrorKind::Partly`], since what is there is not known then, or what [`Status`](super::Status)
    /// shows to be wrong.
    pub fn drift(&self, conn: &mut impl AsConnection) -> Result<Vec<Difference>, Error> {
        self.runner().drift(conn.as_connection())
    }
}

impl Runner {
    /// See [`Migrations::drift`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn drift(&self, conn: &mut dyn Connection) -> Result<Vec<Difference>, Error> {
        self.to_read(conn, |conn, config| {
            let state = self.state(conn, config)?;
            state.sound()?;
            if !state.ahead.is_empty() {
                let ids = state.ahead.keys().cloned().collect();
                return Err(ErrorKind::Ahead { ids }.into());
            }
            if let Some(partly) = state.partly(super::Partly::Found) {
                return Err(partly.into());
            }
            let fold = self.fold(state.engine)?;
            Ok(fold.against(conn, &state, state.book.applied.ids())?)
        })
    }
}

impl Fold {
    /// How a database differs from what some revisions make it.
    pub(crate) fn against<'a>(
        &self,
        conn: &mut dyn Connection,
        state: &State,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Difference>, ErrorKind> {
        let Some(dialect) = dialect(state.engine) else {
            return Ok(Vec::new());
        };
        let live = conn.introspect().map_err(unread)?;
        let mut all = differences(&dialect.normal(&self.at(ids)), &live, dialect);
        all.retain(|difference| difference.is_drift() && !self.is_history_table(difference, &state.table));
        if all.iter().any(|difference| matches!(difference, Difference::Extra(_))) {
            for other in self.others() {
                let other = dialect.normal(&other);
                all.retain(|difference| !is_of(difference, &other, dialect));
            }
        }
        Ok(all)
    }

    /// Whether a difference is a table in which a history is kept, this one's or another bind's.
    fn is_history_table(&self, difference: &Difference, own: &str) -> bool {
        let Difference::Extra(Object::Table(found)) = difference else {
            return false;
        };
        self.history_tables()
            .chain([own])
            .any(|table| found.name.name.eq_ignore_ascii_case(table))
    }
}

/// Whether something that the history does not say is just as another one in the same database says it.
fn is_of(difference: &Difference, other: &Schema, dialect: &dyn Dialect) -> bool {
    let alone = |table: &Table| {
        let mut schema = Schema::default();
        schema.put_table(table.clone());
        schema
    };
    match difference {
        Difference::Extra(Object::Table(found)) => other.table(&found.name).is_some_and(|said| {
            let live = Normal {
                schema: alone(found),
                ..Normal::default()
            };
            !differences(&alone(said), &live, dialect).iter().any(Difference::is_drift)
        }),
        Difference::Extra(_) => {
            let its = Normal {
                schema: other.clone(),
                ..Normal::default()
            };
            differences(&Schema::default(), &its, dialect).contains(difference)
        }
        _ => false,
    }
}

fn unread(fault: Fault) -> ErrorKind {
    match fault.trouble {
        Trouble::Gone => ErrorKind::Gone { message: fault.message },
        _ => ErrorKind::Database { message: fault.message },
    }
}
