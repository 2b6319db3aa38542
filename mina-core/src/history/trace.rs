use crate::diagnostic::Diagnostic;
use crate::engine::Target;
use crate::operation::Operation;
use crate::schema::{ObjectName, Schema};
use crate::syntax::Span;

/// One body of a block, replayed on a schema: what each statement did, and the schema before and after it.
///
/// Every rule of the checker and the SQL are computed from this.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The engine it was replayed for.
    pub target: Target,
    /// The schema at the start.
    pub start: Schema,
    /// The statements that could be resolved, in order; a batch is one step of several operations.
    pub steps: Vec<Step>,
    /// The schema at the end.
    pub end: Schema,
    /// What could not be.
    pub diagnostics: Vec<Diagnostic>,
}

/// One statement, replayed.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it did, in order: most statements are one operation, `alter_column` with a rename is two, a
    /// `batch_alter` all that stands in it.
    pub operations: Vec<Resolved>,
    /// The table, where the statement is a `batch_alter`: one pass over it.
    pub batch: Option<ObjectName>,
    /// The whole statement.
    pub span: Span,
    /// Its index in the body.
    pub statement: usize,
    /// The schema before it.
    pub before: Schema,
    /// The schema after it.
    pub after: Schema,
}

/// An operation, where it stands, and the schema around it; inside a batch each of its operations has one.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The operation.
    pub operation: Operation,
    /// The operation's own statement.
    pub span: Span,
    /// The word a caret would stand under: the column, constraint or table.
    pub word: Span,
    /// `#[allow(…)]` on it or around it.
    pub allow: Vec<crate::diagnostic::Lint>,
    /// Whether it says `online = true`, where its engine has need of that.
    pub online: bool,
    /// The schema before it.
    pub before: Schema,
    /// The schema after it.
    pub after: Schema,
}
