//! What a statement does to a schema, resolved: names filled in, what was there before kept.
//!
//! [`replay()`] looks each statement up in the schema and reports what cannot be (M2xx, M401, M5xx); the
//! [`Operation`]s that come out need no further look-up to be applied, inverted or rendered.

mod apply;
mod attribute;
mod column;
mod constraint;
mod conversion;
mod data;
mod dependents;
mod enumeration;
mod exchange;
mod fit;
mod generated;
mod index;
mod invert;
mod lookup;
mod named;
mod object;
mod raw;
mod replay;
mod row;
mod support;
mod table;

pub(crate) use conversion::{can_refer, casts, is_implicit, is_of_a_kind};
pub(crate) use data::BATCH;
pub(crate) use enumeration::columns_can_change;
pub(crate) use index::{is_served, key_columns, last_to_serve};
pub use raw::run_steps;
pub use replay::{Context, replay, replay_end};
pub(crate) use table::is_without_rowid;

use crate::schema::{Column, Constraint, Enum, Expression, Function, Index, ObjectName, Sequence, Table, Trigger, Value, View, is_default};
use crate::syntax::ast::Undo;
use serde::Serialize;

/// One change, complete in itself in both directions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs, clippy::large_enum_variant)]
pub enum Operation {
    CreateNamespace(ObjectName),
    DropNamespace(ObjectName),
    /// Indexes and constraints included.
    CreateTable(Table),
    /// As it was when it was dropped.
    DropTable(Table),
    /// With the constraints and indexes whose derived names follow the table: (old, new).
    RenameTable {
        from: ObjectName,
        to: ObjectName,
        #[serde(skip_serializing_if = "is_default")]
        renamed: Vec<(String, String)>,
    },
    /// A column with the constraints and indexes that its attributes make.
    AddColumn {
        table: ObjectName,
        column: Column,
        #[serde(skip_serializing_if = "is_default")]
        constraints: Vec<Constraint>,
        #[serde(skip_serializing_if = "is_default")]
        indexes: Vec<Index>,
    },
    /// A column with what goes along with it: constraints and indexes about it alone.
    DropColumn {
        table: ObjectName,
        column: Column,
        position: usize,
        #[serde(skip_serializing_if = "is_default")]
        constraints: Vec<Constraint>,
        #[serde(skip_serializing_if = "is_default")]
        indexes: Vec<Index>,
    },
    RenameColumn {
        table: ObjectName,
        from: String,
        to: String,
    },
    /// Anything but the name.
    AlterColumn {
        table: ObjectName,
        before: Column,
        after: Column,
        #[serde(skip_serializing_if = "Using::is_implicit")]
        using: Using,
    },
    CreateConstraint {
        table: ObjectName,
        constraint: Constraint,
    },
    DropConstraint {
        table: ObjectName,
        constraint: Constraint,
    },
    RenameConstraint {
        table: ObjectName,
        from: String,
        to: String,
    },
    CreateIndex {
        table: ObjectName,
        index: Index,
        #[serde(skip_serializing_if = "is_default")]
        concurrently: bool,
    },
    DropIndex {
        table: ObjectName,
        index: Index,
        #[serde(skip_serializing_if = "is_default")]
        concurrently: bool,
    },
    RenameIndex {
        table: ObjectName,
        from: String,
        to: String,
    },
    CommentOnTable {
        table: ObjectName,
        #[serde(skip_serializing_if = "is_default")]
        before: Option<String>,
        #[serde(skip_serializing_if = "is_default")]
        after: Option<String>,
    },
    CreateEnum(Enum),
    /// Values added, renamed or removed; `renamed` is (old, new). Columns of that type follow.
    AlterEnum {
        before: Enum,
        after: Enum,
        #[serde(skip_serializing_if = "is_default")]
        renamed: Option<(String, String)>,
    },
    DropEnum(Enum),
    CreateSequence(Sequence),
    DropSequence(Sequence),
    CreateView(View),
    DropView(View),
    CreateTrigger(Trigger),
    DropTrigger(Trigger),
    CreateFunction(Function),
    DropFunction(Function),
    CreateExtension(ObjectName),
    DropExtension(ObjectName),
    /// Statements of SQL, as the engine takes them, with what they are declared to do to the schema.
    Execute {
        sql: String,
        #[serde(skip_serializing_if = "is_default")]
        effect: Vec<Operation>,
        #[serde(skip)]
        undo: Undo,
    },
    Update {
        table: ObjectName,
        set: String,
        #[serde(skip_serializing_if = "is_default")]
        filter: Option<String>,
        #[serde(skip)]
        undo: Undo,
    },
    Delete {
        table: ObjectName,
        #[serde(skip_serializing_if = "is_default")]
        filter: Option<String>,
        #[serde(skip)]
        undo: Undo,
    },
    BulkInsert {
        table: ObjectName,
        columns: Vec<String>,
        rows: Vec<Vec<Value>>,
        /// The primary key, where every row carries it: what the rows are deleted by again.
        #[serde(skip)]
        key: Vec<String>,
    },
    BulkDelete {
        table: ObjectName,
        by: Vec<String>,
        keys: Vec<Vec<Value>>,
    },
    /// Rust; `index` counts the `run` steps of the block's file, upgrade first.
    Run {
        index: usize,
        text: String,
        #[serde(skip_serializing_if = "is_default")]
        effect: Vec<Operation>,
        #[serde(skip)]
        undo: Undo,
    },
    Backfill {
        table: ObjectName,
        set: String,
        #[serde(skip_serializing_if = "is_default")]
        filter: Option<String>,
        batch: u32,
        /// Milliseconds that a batch should take, where the statement says so.
        #[serde(skip)]
        time: Option<u64>,
        /// A query that holds the next batch up as long as it has rows.
        #[serde(skip)]
        wait_while: Option<String>,
        #[serde(skip)]
        undo: Undo,
    },
}

impl Operation {
    /// The table that it changes a column, a constraint or an index of.
    pub(crate) fn changed_table(&self) -> Option<&ObjectName> {
        match self {
            Self::AddColumn { table, .. }
            | Self::DropColumn { table, .. }
            | Self::RenameColumn { table, .. }
            | Self::AlterColumn { table, .. }
            | Self::CreateConstraint { table, .. }
            | Self::DropConstraint { table, .. }
            | Self::RenameConstraint { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::DropIndex { table, .. }
            | Self::RenameIndex { table, .. } => Some(table),
            _ => None,
        }
    }
}

/// How old values become new ones when a type changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Using {
    /// The engine converts by itself, or the type stays.
    Implicit,
    /// `using = cast`
    Cast,
    /// `using = "…"`
    Expression(Expression),
}

impl Using {
    fn is_implicit(&self) -> bool {
        *self == Self::Implicit
    }
}

/// Why an operation has no inverse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoInverse(pub String);

#[cfg(test)]
mod tests;
