use std::collections::BTreeMap;

/// A database as facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// A line a fact, sorted: tables, columns, constraints, indexes, views, triggers.
    pub facts: Vec<String>,
    /// The rows of each table, values under their column's name.
    pub rows: BTreeMap<String, Vec<String>>,
}
