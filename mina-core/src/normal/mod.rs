//! The form in which a folded schema and a database are equal exactly when the database is what the history made.
//!
//! [`Dialect::normal`](crate::sql::Dialect::normal) brings a schema into it, whether the history says it or a database
//! has it: types as the engine keeps them, defaults by their values, names of columns as they were declared, what the
//! engine does not have left out, enums as the checks that stand for them.

mod difference;
mod facts;
mod patched;

pub use difference::{Difference, differences};
pub use facts::{Change, Facts, facts, is_same_object};
pub use patched::patched;

use crate::schema::Schema;
use std::fmt;

/// What a database has.
#[derive(Clone, Debug, Default)]
pub struct Normal {
    /// What of it a history can say.
    pub schema: Schema,
    /// What no history can say.
    pub not_modelled: Vec<NotModelled>,
}

/// Something in a database that the language has no words for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotModelled {
    /// Where it is, such as ``table `users` `` or ``index `ix_users_name` ``.
    pub object: String,
    /// As it stands there, such as `ON CONFLICT REPLACE`.
    pub clause: String,
}

impl NotModelled {
    /// A clause of an object of a kind, such as `table`.
    pub fn new(kind: &str, name: &str, clause: impl Into<String>) -> Self {
        Self {
            object: format!("{kind} `{name}`"),
            clause: clause.into(),
        }
    }
}

impl fmt::Display for NotModelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.clause)
    }
}
