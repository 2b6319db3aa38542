//! What PostgreSQL's catalogues say, row by row.

use serde::Deserialize;

/// The rows of all catalogues that matter. A schema of none is the one where names without a schema are.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Catalogue {
    /// Tables and views.
    pub relations: Vec<Relation>,
    /// Their columns, in order.
    pub columns: Vec<Column>,
    /// Their constraints.
    pub constraints: Vec<Constraint>,
    /// Their indexes, those of constraints left out.
    pub indexes: Vec<Index>,
    /// Their triggers.
    pub triggers: Vec<Trigger>,
    /// Enums.
    pub enums: Vec<Enum>,
    /// Sequences that are no column's own.
    pub sequences: Vec<Sequence>,
    /// Functions.
    pub functions: Vec<Function>,
    /// Extensions.
    pub extensions: Vec<Named>,
    /// Schemas.
    pub namespaces: Vec<Named>,
    /// What no history can say.
    pub others: Vec<Other>,
}

/// A table or view.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Relation {
    pub schema: Option<String>,
    pub name: String,
    /// `r` is a table, `v` a view.
    pub kind: String,
    pub comment: Option<String>,
    pub unlogged: bool,
    /// Storage parameters, `fillfactor=70`.
    pub options: Vec<String>,
    pub tablespace: Option<String>,
    /// A view's query.
    pub definition: Option<String>,
}

/// A column.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Column {
    pub schema: Option<String>,
    pub table: String,
    pub name: String,
    /// As `format_type` prints it.
    #[serde(rename = "type")]
    pub ty: String,
    pub enum_schema: Option<String>,
    /// The enum's name, where it is one, or an array of one.
    pub enum_name: Option<String>,
    pub not_null: bool,
    pub default: Option<String>,
    /// `d`, `a` or nothing.
    pub identity: String,
    /// `s`, `v` or nothing.
    pub generated: String,
    pub collation: Option<String>,
    pub comment: Option<String>,
    /// Whether its default is the next number of a sequence of its own.
    pub serial: bool,
}

/// A constraint.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Constraint {
    pub schema: Option<String>,
    pub table: String,
    pub name: String,
    /// `p`, `f`, `u`, `c`, `x`, `n`.
    pub kind: String,
    pub columns: Vec<String>,
    pub referred_schema: Option<String>,
    pub referred_table: Option<String>,
    pub referred: Vec<String>,
    pub on_delete: String,
    pub on_update: String,
    pub deferrable: bool,
    pub deferred: bool,
    pub validated: bool,
    pub nulls_not_distinct: bool,
    /// A check's expression.
    pub expression: Option<String>,
    /// An exclusion's keys and operators.
    pub keys: Vec<String>,
    pub operators: Vec<String>,
    pub method: Option<String>,
    pub predicate: Option<String>,
    /// All of it, as PostgreSQL prints it.
    pub definition: String,
}

/// An index.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Index {
    pub schema: Option<String>,
    pub table: String,
    pub name: String,
    pub unique: bool,
    pub nulls_not_distinct: bool,
    pub valid: bool,
    pub method: String,
    pub predicate: Option<String>,
    pub keys: Vec<Key>,
    pub include: Vec<String>,
    pub options: Vec<String>,
}

/// A key of an index.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Key {
    /// The column, where it is one.
    pub column: Option<String>,
    pub expression: String,
    pub descending: bool,
    pub nulls_first: bool,
    /// Where it is not the column's own.
    pub collation: Option<String>,
    /// Where it is not the type's own.
    pub class: Option<String>,
}

/// A trigger.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Trigger {
    pub schema: Option<String>,
    pub table: String,
    pub name: String,
    pub definition: String,
}

/// An enum.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Enum {
    pub schema: Option<String>,
    pub name: String,
    pub values: Vec<String>,
}

/// A sequence.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Sequence {
    pub schema: Option<String>,
    pub name: String,
    pub start: i64,
    pub increment: i64,
    pub min: i64,
    pub max: i64,
    pub cache: i64,
    pub cycle: bool,
}

/// A function.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Function {
    pub schema: Option<String>,
    pub name: String,
    pub arguments: String,
    /// What follows the arguments.
    pub definition: String,
}

/// A name.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Named {
    pub name: String,
}

/// What no history can say.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs)]
pub struct Other {
    pub kind: String,
    pub name: String,
    pub clause: String,
}
