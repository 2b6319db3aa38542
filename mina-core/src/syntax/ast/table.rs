//! Tables: their columns, constraints and indexes.

use super::{Ident, SqlString, TableRef};
use crate::schema::{Action, Deferral, Type, Value};
use crate::syntax::Span;

/// `create_table`, and `table` in the models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableDef {
    /// The table.
    pub table: TableRef,
    /// The doc comment before it: the table's comment.
    pub doc: Option<String>,
    /// Columns and constraints, in the order written.
    pub items: Vec<TableItem>,
    /// `{ engine = "InnoDB", strict = true }`: the keys are known ones, each once.
    pub options: Vec<(Ident, Value)>,
}

/// What stands between the braces of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)]
pub enum TableItem {
    /// `name: Type = default,`
    Column(ColumnDef),
    /// `primary_key`, `foreign_key`, `unique`, `check`, `exclusion`
    Constraint(ConstraintDef),
    /// `index`
    Index(IndexDef),
}

/// A column, with what its attributes say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: TypeRef,
    /// `= default`
    pub default: Option<DefaultDef>,
    /// The doc comment: the column's comment.
    pub doc: Option<String>,
    /// `#[primary_key]`, `#[primary_key(name = pk_x, generated = false)]`
    pub primary_key: Option<KeyAttribute>,
    /// `#[unique]`, `#[unique(name = uq_x)]`
    pub unique: Option<NamedAttribute>,
    /// `#[references(users.id, on_delete = cascade, name = fk_x)]`
    pub references: Option<ReferenceAttribute>,
    /// `#[check("age > 0", name = ck_x)]`
    pub check: Option<CheckAttribute>,
    /// `#[index]`, `#[index(name = ix_x)]`
    pub index: Option<NamedAttribute>,
    /// `#[collate = "NOCASE"]`
    pub collate: Option<Ident>,
    /// `#[generated("price * 2", stored = true)]`
    pub generated: Option<GeneratedAttribute>,
    /// From the first attribute to the default.
    pub span: Span,
}

/// A resolved type as written, `Nullable` taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeRef {
    /// The type; [`Type::Unknown`] where it is none (and so reported).
    pub ty: Type,
    /// Whether it stood in `Nullable<…>`.
    pub nullable: bool,
    /// Where it stands.
    pub span: Span,
}

/// A default, `= value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultDef {
    /// The value.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// `#[primary_key(…)]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAttribute {
    /// Its name, if given.
    pub name: Option<Ident>,
    /// `generated = false`
    pub generated: Option<bool>,
    /// The attribute's word.
    pub span: Span,
}

/// `#[unique]` or `#[index]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAttribute {
    /// Its name, if given.
    pub name: Option<Ident>,
    /// The attribute's word.
    pub span: Span,
}

/// `#[references(…)]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceAttribute {
    /// Its name, if given.
    pub name: Option<Ident>,
    /// The table.
    pub table: TableRef,
    /// The column.
    pub column: Ident,
    /// Its options.
    pub options: KeyOptions,
    /// The attribute's word.
    pub span: Span,
}

/// `#[check("…")]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckAttribute {
    /// Its name, if given.
    pub name: Option<Ident>,
    /// The expression.
    pub expression: SqlString,
    /// The attribute's word.
    pub span: Span,
}

/// `#[generated("…", stored = true)]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedAttribute {
    /// The expression.
    pub expression: SqlString,
    /// Whether the value is stored with the row.
    pub stored: bool,
}

/// `{ on_delete = cascade, on_update = …, deferrable = true | initially_deferred, validate = false }`
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct KeyOptions {
    /// `on_delete`
    pub on_delete: Action,
    /// `on_update`
    pub on_update: Action,
    /// `deferrable = true`, `deferrable = initially_deferred`
    pub deferral: Deferral,
    /// `validate = false`: NOT VALID
    pub not_valid: bool,
}

/// A constraint on a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintDef {
    /// Its name, if given.
    pub name: Option<Ident>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `online = true`, of a statement: made while the table is in use.
    pub online: bool,
    /// The whole, from its keyword.
    pub span: Span,
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ConstraintKind {
    /// `primary_key n (a, b) { generated = false }`
    PrimaryKey { columns: Vec<Ident>, generated: Option<bool> },
    /// `foreign_key n (a) references t (x) { … }`
    ForeignKey {
        columns: Vec<Ident>,
        table: TableRef,
        referred: Vec<Ident>,
        options: KeyOptions,
    },
    /// `unique n (a, b) { nulls_not_distinct = true, deferrable = true }`
    Unique {
        columns: Vec<Ident>,
        nulls_not_distinct: bool,
        deferral: Deferral,
    },
    /// `check n "…" { validate = false }`
    Check { expression: SqlString, not_valid: bool },
    /// `exclusion n using gist (room with "=", during with "&&") { where = "…" }`
    Exclusion {
        method: Ident,
        elements: Vec<(IndexKeyDef, String)>,
        filter: Option<SqlString>,
        deferral: Deferral,
    },
}

/// `index n (a, b desc, "lower(c)") { unique = true, where = "…", using = gin, include = (d), concurrently = true }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDef {
    /// Its name, if given.
    pub name: Option<Ident>,
    /// Its keys.
    pub elements: Vec<IndexElementDef>,
    /// `unique = true`
    pub unique: bool,
    /// `nulls_not_distinct = true`
    pub nulls_not_distinct: bool,
    /// `where = "…"`
    pub filter: Option<SqlString>,
    /// `using = gin`
    pub method: Option<Ident>,
    /// `include = (d)`
    pub include: Vec<Ident>,
    /// `concurrently = true`
    pub concurrently: bool,
    /// The whole, from its name or keyword.
    pub span: Span,
}

/// A column or an expression in an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexKeyDef {
    /// `a`
    Column(Ident),
    /// `"lower(a)"`
    Expression(SqlString),
}

/// One key of an index: `a desc nulls_last`, `a collate "NOCASE"`, `a class jsonb_path_ops`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexElementDef {
    /// The column or expression.
    pub key: IndexKeyDef,
    /// `desc`
    pub descending: bool,
    /// `nulls_first` is true, `nulls_last` is false.
    pub nulls_first: Option<bool>,
    /// `collate "NOCASE"`
    pub collate: Option<Ident>,
    /// `class jsonb_path_ops`
    pub class: Option<Ident>,
}
