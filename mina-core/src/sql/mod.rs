//! Statements of SQL, per dialect, cut into units.

pub mod sqlite;
pub mod unit;

use crate::engine::Engine;
use crate::history::Trace;
use crate::syntax::Tokens;
use unit::Unit;

/// Whether SQL is rendered for an engine. The others are checked.
pub fn renders(engine: Engine) -> bool {
    engine == Engine::Sqlite
}

/// The units of one direction of a migration; the trace has no errors.
///
/// `transaction` is the block's `transaction = …`; `tokens` tell the line that each step came from.
pub fn render(trace: &Trace, tokens: &Tokens, transaction: Option<bool>) -> Vec<Unit> {
    let _ = (trace, tokens, transaction);
    Vec::new()
}
