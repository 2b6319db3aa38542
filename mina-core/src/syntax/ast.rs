//! What a `migration!` block says, before anything is looked up.
//!
//! Inside `batch_alter` the statements carry the batch's table with [`TableRef::implied`] set, so that
//! everything after the parser sees one form of each operation.

mod data;
mod models;
mod table;

pub use data::{BulkInsert, Row, RunBody};
pub use models::{ModelBlock, WasDef};
pub use table::{
    CheckAttribute, ColumnDef, ConstraintDef, ConstraintKind, DefaultDef, GeneratedAttribute, IndexDef, IndexElementDef, IndexKeyDef,
    KeyAttribute, KeyOptions, NamedAttribute, ReferenceAttribute, TableDef, TableItem, TypeRef,
};

use super::Span;
use crate::engine::Engine;
use crate::schema::Value;

/// A word or string with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The text, quotes and raw prefix removed.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// One `migration! { … }`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Block {
    /// `<Pg, Sqlite>`; empty where left out.
    pub engines: Vec<EngineRef>,
    /// The lines of the doc comment, joined; the first is the message.
    pub doc: String,
    /// `#![allow(…)]`.
    pub allow: Vec<LintRef>,
    /// `revision = "…"`; none where it is missing or no id (and so reported).
    pub revision: Option<Ident>,
    /// `revises = …`; empty for `base`.
    pub revises: Vec<Ident>,
    /// `depends_on = […]`.
    pub depends_on: Vec<Ident>,
    /// `label = "…"`.
    pub label: Option<Ident>,
    /// `alias = "…"`.
    pub alias: Option<Ident>,
    /// `squashes = […]`: the revisions that were made into this one.
    pub squashes: Vec<Ident>,
    /// `bind = …`.
    pub bind: Option<Ident>,
    /// `transaction = …`.
    pub transaction: Option<bool>,
    /// `upgrade { … }`.
    pub upgrade: Body,
    /// `downgrade …`.
    pub downgrade: Downgrade,
    /// The value of `revises`, `base` included, for carets.
    pub revises_span: Span,
}

impl Block {
    /// The first line of the doc comment.
    pub fn message(&self) -> &str {
        self.doc.lines().next().unwrap_or_default().trim()
    }

    /// The lines after the first one.
    pub fn description(&self) -> &str {
        self.doc.split_once('\n').map_or("", |(_, rest)| rest.trim())
    }
}

/// The statements between two braces.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Body {
    /// The statements, in order.
    pub statements: Vec<Statement>,
    /// The keyword before the braces.
    pub span: Span,
}

/// One of the three forms of downgrade, or none.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Downgrade {
    /// Not written.
    #[default]
    Missing,
    /// `downgrade { … }`
    Body(Body),
    /// `downgrade = auto;`
    Auto(Span),
    /// `downgrade = irreversible("why");`, with the braces somebody wrote after it, which is M310.
    Irreversible {
        /// Why.
        why: String,
        /// The word `irreversible`.
        span: Span,
    },
}

/// An engine's name in `<…>`, `#[on(…)]` or per-engine SQL. Unknown names are reported by the parser and left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineRef {
    /// The engine.
    pub engine: Engine,
    /// Where it stands.
    pub span: Span,
}

/// A lint's name in `allow(…)`. Unknown names are reported by the parser and left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintRef {
    /// The lint.
    pub lint: crate::diagnostic::Lint,
    /// `reason = "…"` beside it.
    pub reason: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// One statement with its attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `#[on(Pg)]`; empty for all engines in force.
    pub on: Vec<EngineRef>,
    /// `#[allow(…)]`.
    pub allow: Vec<LintRef>,
    /// What it does.
    pub kind: StatementKind,
    /// The whole statement, attributes left out.
    pub span: Span,
    /// Its first word.
    pub keyword: Span,
}

/// A table (or view, enum, sequence …) by name, qualified or not.
#[derive(Clone, Debug, Eq)]
pub struct TableRef {
    /// `analytics` of `analytics.events`.
    pub schema: Option<Ident>,
    /// `events` of `analytics.events`.
    pub name: Ident,
    /// Taken over from the `batch_alter` around the statement, not written in it.
    pub implied: bool,
}

impl PartialEq for TableRef {
    fn eq(&self, other: &Self) -> bool {
        self.schema == other.schema && self.name == other.name && self.implied == other.implied
    }
}

impl TableRef {
    /// Where the name stands.
    pub fn span(&self) -> Span {
        self.schema
            .as_ref()
            .map_or(self.name.span, |schema| schema.span.join(self.name.span))
    }
}

/// What a statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, clippy::large_enum_variant)]
pub enum StatementKind {
    /// A statement that did not parse (and is reported): the words in it, whose objects are tainted.
    Broken { words: Vec<String> },
    /// `create_schema analytics;`
    CreateSchema { name: Ident },
    /// `drop_schema analytics;`
    DropSchema { name: Ident },
    /// `create_table t { … } { options }`
    CreateTable(TableDef),
    /// `drop_table t;`
    DropTable { table: TableRef },
    /// `rename_table a => b;`
    RenameTable { table: TableRef, to: Ident },
    /// `rename_constraint a => b on t;` (`rename_constraint a => b;` in a batch)
    RenameConstraint { table: TableRef, from: Ident, to: Ident },
    /// `rename_index a => b on t;`
    RenameIndex { table: TableRef, from: Ident, to: Ident },
    /// `batch_alter t { … }`
    BatchAlter { table: TableRef, statements: Vec<Statement> },
    /// `add_column t.c: Type = default;`, attributes before the column's name inside a batch, before the statement outside.
    AddColumn { table: TableRef, column: ColumnDef },
    /// `alter_column t.c { … }`
    AlterColumn {
        table: TableRef,
        column: Ident,
        changes: ColumnChanges,
    },
    /// `drop_column t.c;`
    DropColumn { table: TableRef, column: Ident },
    /// `create_primary_key | create_foreign_key | create_unique | create_check | create_exclusion NAME on t …`
    CreateConstraint { table: TableRef, constraint: ConstraintDef },
    /// `drop_constraint n on t;`
    DropConstraint { table: TableRef, name: Ident },
    /// `create_index n on t (…) { … }`
    CreateIndex { table: TableRef, index: IndexDef },
    /// `drop_index n on t;`
    DropIndex { table: TableRef, name: Ident, concurrently: bool },
    /// `create_enum e ("a", "b");`
    CreateEnum { name: TableRef, values: Vec<Ident> },
    /// `alter_enum e { add = "c", after = "b" }`
    AlterEnum { name: TableRef, change: EnumChange },
    /// `drop_enum e;`
    DropEnum { name: TableRef },
    /// `create_sequence s { start = 1000 }`
    CreateSequence { name: TableRef, options: SequenceDef },
    /// `drop_sequence s;`
    DropSequence { name: TableRef },
    /// `comment_on t "…";`, `comment_on t.c "…";`, `= none` to drop it.
    CommentOn {
        table: TableRef,
        column: Option<Ident>,
        comment: Option<String>,
    },
    /// `create_view v as "…";`
    CreateView { name: TableRef, body: SqlText },
    /// `drop_view v;`
    DropView { name: TableRef },
    /// `create_trigger g on t "…";`
    CreateTrigger { table: TableRef, name: Ident, body: SqlText },
    /// `drop_trigger g on t;`
    DropTrigger { table: TableRef, name: Ident },
    /// `create_function f(args) "…";`: the arguments are kept as written.
    CreateFunction { name: TableRef, arguments: String, body: SqlText },
    /// `drop_function f(args);`
    DropFunction { name: TableRef, arguments: String },
    /// `create_extension e;`
    CreateExtension { name: Ident },
    /// `drop_extension e;`
    DropExtension { name: Ident },
    /// `execute "…" { effect { … } undo = "…" }`
    Execute { sql: SqlText, effect: Option<Body>, undo: Undo },
    /// `update t { set = "…", where = "…", undo = none }`
    Update {
        table: TableRef,
        set: SqlString,
        filter: Option<SqlString>,
        undo: Undo,
    },
    /// `delete t { where = "…", undo = none }`
    Delete {
        table: TableRef,
        filter: Option<SqlString>,
        undo: Undo,
    },
    /// `bulk_insert t (a, b) [ (1, 2) ];` or `bulk_insert t [ { a: 1 } ];`
    BulkInsert(BulkInsert),
    /// `bulk_delete t by (id) [1, 2];`; a row of a key of several columns is in parentheses.
    BulkDelete { table: TableRef, by: Vec<Ident>, keys: Vec<Row> },
    /// `run |conn| { … }`, followed by `{ effect { … } undo = … }` where it has either.
    Run {
        argument: Ident,
        body: RunBody,
        effect: Option<Body>,
        undo: Undo,
    },
    /// `backfill t { set = "…", where = "…", batch = 10_000, batch_time = "500ms", wait_while = "…" }`
    Backfill {
        table: TableRef,
        set: SqlString,
        filter: Option<SqlString>,
        pace: Pace,
        undo: Undo,
    },
}

/// How fast a `backfill` goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// The most rows of a batch.
    pub batch: Option<u32>,
    /// Milliseconds that a batch should take.
    pub time: Option<u64>,
    /// A query: as long as it has rows, the next batch waits.
    pub wait_while: Option<SqlString>,
}

/// A string of SQL with its place; a multi-line string is dedented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlString {
    /// The SQL, identifiers in backticks not yet quoted for an engine.
    pub text: String,
    /// The literal.
    pub span: Span,
}

/// SQL for all engines, or for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SqlText {
    /// `"…"`
    Same(SqlString),
    /// `{ Pg = "…", Sqlite = "…" }`
    PerEngine(Vec<(EngineRef, SqlString)>, Span),
}

impl SqlText {
    /// The text for an engine, if there is one.
    pub fn on(&self, engine: Engine) -> Option<&SqlString> {
        match self {
            Self::Same(sql) => Some(sql),
            Self::PerEngine(each, _) => each.iter().find(|(on, _)| on.engine == engine).map(|(_, sql)| sql),
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Same(sql) => sql.span,
            Self::PerEngine(_, span) => *span,
        }
    }
}

/// How a data step is undone by `downgrade = auto`.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Undo {
    /// Not said.
    #[default]
    Missing,
    /// `undo = none`
    Nothing,
    /// `undo = "…"` or `undo = { Pg = "…" }`
    Sql(SqlText),
    /// `undo { … }`
    Body(Body),
}

/// The braces of `alter_column`: each key at most once.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ColumnChanges {
    /// `rename = new_name`
    pub rename: Option<Ident>,
    /// `type = Integer`; `Nullable<…>` here also sets `nullable`.
    pub ty: Option<TypeRef>,
    /// `using = cast`, `using = "…"`, `using = { Pg = "…" }`
    pub using: Option<UsingDef>,
    /// `nullable = false`
    pub nullable: Option<(bool, Span)>,
    /// `default = "…"`, `default = none`
    pub default: Option<(Option<Value>, Span)>,
    /// `comment = "…"`, `comment = none`
    pub comment: Option<(Option<String>, Span)>,
    /// `collate = "NOCASE"`, `collate = none`
    pub collate: Option<(Option<String>, Span)>,
    /// `generated = "…"`, `generated = none`: the expression of a generated column.
    pub generated: Option<(Option<SqlString>, Span)>,
    /// `online = true`: `nullable = false` while the table is in use.
    pub online: bool,
    /// The braces.
    pub span: Span,
}

/// How old values become new ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsingDef {
    /// `using = cast`
    Cast(Span),
    /// An expression.
    Sql(SqlText),
}

/// `alter_enum`'s braces.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum EnumChange {
    /// `add = "x"`, with `before = "y"` or `after = "y"`
    Add { value: Ident, place: Option<(EnumPlace, Ident)> },
    /// `rename = "x", to = "y"`
    Rename { value: Ident, to: Ident },
    /// `remove = "x"`
    Remove { value: Ident },
}

/// Where an enum's new value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnumPlace {
    /// `before = …`
    Before,
    /// `after = …`
    After,
}

/// `{ start = 1000, increment = 1, min = 1, max = 10, cycle = true }`
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SequenceDef {
    /// The options, each at most once; the keys are known ones.
    pub options: Vec<(Ident, Value)>,
}
