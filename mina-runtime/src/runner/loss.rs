use serde::Serialize;

/// Rows that a downgrade takes with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Loss {
    /// The table.
    pub table: String,
    /// The column; none where the table goes.
    pub column: Option<String>,
    /// The rows that hold something in it.
    pub rows: u64,
}
