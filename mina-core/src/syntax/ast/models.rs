use super::{ColumnDef, EngineRef, Ident, Statement, TableRef};

/// One `schema! { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ModelBlock {
    /// `<Pg, Sqlite>`; empty where left out.
    pub engines: Vec<EngineRef>,
    /// `bind = …`.
    pub bind: Option<Ident>,
    /// What the models say, as the statements that make it: `table` is [`CreateTable`](super::StatementKind::CreateTable).
    pub statements: Vec<Statement>,
    /// The columns that views are said to have.
    pub views: Vec<(TableRef, Vec<ColumnDef>)>,
    /// `#[was(…)]`.
    pub was: Vec<WasDef>,
}

/// `#[was(old)]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WasDef {
    /// A table, and its old name.
    Table(TableRef, Ident),
    /// A column of a table, and its old name.
    Column(TableRef, Ident, Ident),
    /// A value of an enum, and what it was.
    Value(TableRef, Ident, Ident),
}
