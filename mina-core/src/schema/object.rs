use super::{ObjectName, Origin, Value};
use serde::Serialize;

/// An enum: a type on PostgreSQL, inline on MariaDB, a check on SQLite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Enum {
    /// Its name.
    pub name: ObjectName,
    /// Its values, in order.
    pub values: Vec<String>,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// A sequence that is no column's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sequence {
    /// Its name.
    pub name: ObjectName,
    /// Its options, sorted by key.
    pub options: Vec<(String, Value)>,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// A view.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct View {
    /// Its name.
    pub name: ObjectName,
    /// The query, as the engine takes it.
    pub body: String,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// A trigger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table or view it is on.
    pub table: ObjectName,
    /// What follows `ON table`'s place in the statement, as the engine takes it: timing, event and action.
    pub body: String,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Function {
    /// Its name.
    pub name: ObjectName,
    /// Its arguments, as written.
    pub arguments: String,
    /// What follows the arguments, as the engine takes it.
    pub body: String,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}
