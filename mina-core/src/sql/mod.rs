//! Statements of SQL, per dialect, cut into units.

mod creation;
mod cut;
mod data;
mod dialect;
pub(crate) mod lexer;
pub mod mysql;
mod names;
mod number;
pub mod postgres;
pub mod sqlite;
pub mod text;
mod trigger;
pub mod unit;

pub use creation::{Creation, Part, Refusal};
pub use cut::{Company, Draft};
pub use dialect::Dialect;

use crate::engine::Engine;
use crate::history::Trace;
use crate::syntax::Tokens;
use unit::Unit;

/// Whether SQL is rendered for an engine. The others are checked.
pub fn renders(engine: Engine) -> bool {
    dialect(engine).is_some()
}

/// How an engine writes SQL, where SQL is rendered for it.
pub fn dialect(engine: Engine) -> Option<&'static dyn Dialect> {
    match engine {
        Engine::Sqlite => Some(&sqlite::Sqlite),
        Engine::Pg => Some(&postgres::Postgres),
        Engine::Mysql => Some(&mysql::Mysql),
    }
}

/// The units of one direction of a migration; the trace has no errors.
///
/// `transaction` is the block's `transaction = …`; `tokens` tell the line that each step came from.
pub fn render(trace: &Trace, tokens: &Tokens, transaction: Option<bool>) -> Vec<Unit> {
    let Some(dialect) = dialect(trace.target.engine()) else {
        return Vec::new();
    };
    let line = |span| tokens.location(span).map_or(0, |location| location.line);
    let drafts = trace.steps.iter().flat_map(|step| dialect.steps(step, trace, &line));
    cut::cut(drafts.collect(), transaction, dialect)
}
