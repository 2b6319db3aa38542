use super::{Ident, TableRef};
use crate::schema::Value;
use crate::syntax::Span;

/// `bulk_insert`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkInsert {
    /// The table.
    pub table: TableRef,
    /// `(id, name)` once for all rows; none where each row names its columns.
    pub columns: Option<Vec<Ident>>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One row: a list of values, with names where the row has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The names, as many as values; empty in the form with columns up front.
    pub names: Vec<Ident>,
    /// The values with their places.
    pub values: Vec<(Value, Span)>,
    /// The row.
    pub span: Span,
}

/// The Rust of a `run` step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunBody {
    /// The tokens as text, for the printer and the checksum.
    pub text: String,
    /// The braces, for the macro, which puts the user's own tokens there.
    pub span: Span,
}
