use super::{Expression, Name, ObjectName, Origin, Type, Value};
use serde::Serialize;

/// What is as it is by default is left out of the serialised form, so that the checksums of old revisions outlive
/// facets that are added to the model.
pub(crate) fn is_default<T: std::default::Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A table and all that is on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Table {
    /// Its name.
    pub name: ObjectName,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its primary key.
    #[serde(skip_serializing_if = "is_default")]
    pub primary_key: Option<PrimaryKey>,
    /// Its foreign keys.
    #[serde(skip_serializing_if = "is_default")]
    pub foreign_keys: Vec<ForeignKey>,
    /// Its unique constraints.
    #[serde(skip_serializing_if = "is_default")]
    pub uniques: Vec<Unique>,
    /// Its checks.
    #[serde(skip_serializing_if = "is_default")]
    pub checks: Vec<Check>,
    /// Its exclusion constraints.
    #[serde(skip_serializing_if = "is_default")]
    pub exclusions: Vec<Exclusion>,
    /// Its indexes.
    #[serde(skip_serializing_if = "is_default")]
    pub indexes: Vec<Index>,
    /// Its comment.
    #[serde(skip_serializing_if = "is_default")]
    pub comment: Option<String>,
    /// Its options, sorted by key.
    #[serde(skip_serializing_if = "is_default")]
    pub options: Vec<(String, Value)>,
    /// Who created it.
    #[serde(skip)]
    pub origin: Origin,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Whether it takes NULL.
    #[serde(skip_serializing_if = "is_default")]
    pub nullable: bool,
    /// Its default.
    #[serde(skip_serializing_if = "is_default")]
    pub default: Option<Default>,
    /// The expression it is generated from.
    #[serde(skip_serializing_if = "is_default")]
    pub generated: Option<Generated>,
    /// Whether the database counts it up (identity, AUTO_INCREMENT, rowid).
    #[serde(skip_serializing_if = "is_default")]
    pub identity: bool,
    /// Its collation.
    #[serde(skip_serializing_if = "is_default")]
    pub collation: Option<String>,
    /// Its comment.
    #[serde(skip_serializing_if = "is_default")]
    pub comment: Option<String>,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// A column's default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Default {
    /// A literal or known function.
    Value(Value),
    /// `sql("…")`
    Sql(Expression),
}

/// A generated column's expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Generated {
    /// The expression.
    pub expression: Expression,
    /// Whether the value is stored with the row.
    pub stored: bool,
}

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PrimaryKey {
    /// Its name.
    pub name: Name,
    /// Its columns.
    pub columns: Vec<String>,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// What a foreign key does when the row it refers to goes or changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[allow(missing_docs)]
pub enum Action {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

/// When a constraint is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
pub enum Deferral {
    /// At each statement.
    #[default]
    No,
    /// At each statement, unless the transaction defers it.
    Deferrable,
    /// At commit.
    InitiallyDeferred,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForeignKey {
    /// Its name.
    pub name: Name,
    /// Its columns.
    pub columns: Vec<String>,
    /// The table it refers to.
    pub table: ObjectName,
    /// The columns it refers to.
    pub referred: Vec<String>,
    /// `ON DELETE`
    #[serde(skip_serializing_if = "is_default")]
    pub on_delete: Action,
    /// `ON UPDATE`
    #[serde(skip_serializing_if = "is_default")]
    pub on_update: Action,
    /// When it is looked at.
    #[serde(skip_serializing_if = "is_default")]
    pub deferral: Deferral,
    /// NOT VALID: not looked at for the rows that were there.
    #[serde(skip_serializing_if = "is_default")]
    pub not_valid: bool,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// A unique constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unique {
    /// Its name.
    pub name: Name,
    /// Its columns.
    pub columns: Vec<String>,
    /// Whether two NULLs are the same.
    #[serde(skip_serializing_if = "is_default")]
    pub nulls_not_distinct: bool,
    /// When it is looked at.
    #[serde(skip_serializing_if = "is_default")]
    pub deferral: Deferral,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name.
    pub name: Name,
    /// What holds for each row, or is unknown.
    pub expression: Expression,
    /// NOT VALID: not looked at for the rows that were there.
    #[serde(skip_serializing_if = "is_default")]
    pub not_valid: bool,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// An exclusion constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    /// Its name.
    pub name: Name,
    /// The index method.
    pub method: String,
    /// Keys with their operators.
    pub elements: Vec<(IndexKey, String)>,
    /// The rows it is about.
    #[serde(skip_serializing_if = "is_default")]
    pub filter: Option<Expression>,
    /// When it is looked at.
    #[serde(skip_serializing_if = "is_default")]
    pub deferral: Deferral,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Index {
    /// Its name.
    pub name: Name,
    /// Its keys.
    pub elements: Vec<IndexElement>,
    /// Whether it forbids two equal rows.
    #[serde(skip_serializing_if = "is_default")]
    pub unique: bool,
    /// Whether two NULLs are the same.
    #[serde(skip_serializing_if = "is_default")]
    pub nulls_not_distinct: bool,
    /// The rows it holds.
    #[serde(skip_serializing_if = "is_default")]
    pub filter: Option<Expression>,
    /// The access method.
    #[serde(skip_serializing_if = "is_default")]
    pub method: Option<String>,
    /// Columns stored beside the keys.
    #[serde(skip_serializing_if = "is_default")]
    pub include: Vec<String>,
    /// Made for the foreign key of the same name, as MariaDB needs it.
    #[serde(skip_serializing_if = "is_default")]
    pub serves_key: bool,
    /// Who made it what it is.
    #[serde(skip)]
    pub origin: Origin,
}

/// One key of an index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IndexElement {
    /// The column or expression.
    pub key: IndexKey,
    /// Largest first.
    #[serde(skip_serializing_if = "is_default")]
    pub descending: bool,
    /// NULLs first or last, where said.
    #[serde(skip_serializing_if = "is_default")]
    pub nulls_first: Option<bool>,
    /// The collation, where said.
    #[serde(skip_serializing_if = "is_default")]
    pub collation: Option<String>,
    /// The operator class, where said.
    #[serde(skip_serializing_if = "is_default")]
    pub class: Option<String>,
}

/// What an index or exclusion is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum IndexKey {
    /// A column.
    Column(String),
    /// An expression.
    Expression(Expression),
}

/// Any constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub enum Constraint {
    PrimaryKey(PrimaryKey),
    ForeignKey(ForeignKey),
    Unique(Unique),
    Check(Check),
    Exclusion(Exclusion),
}
