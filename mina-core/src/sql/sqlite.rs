//! SQLite.

use serde::{Deserialize, Serialize};

/// One pass over a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableChange {
    /// The table.
    pub table: String,
}

/// What an effect promises of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// The object.
    pub name: String,
}
