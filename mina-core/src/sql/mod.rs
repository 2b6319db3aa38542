//! Statements of SQL, per dialect, cut into units.

pub(crate) mod backfill;
pub mod clause;
pub mod cost;
mod creation;
mod cut;
mod data;
mod dialect;
pub(crate) mod lexer;
pub mod mysql;
mod names;
mod number;
pub mod postgres;
pub(crate) mod reference;
pub mod sqlite;
pub mod text;
pub(crate) mod trigger;
pub mod unit;

pub use creation::{Creation, Part, Refusal};
pub(crate) use cut::cut;
pub use cut::{Company, Draft};
pub use dialect::Dialect;

use crate::engine::Engine;
use crate::history::{Resolved, Step as Statement, Trace};
use crate::schema::{ObjectName, Schema};
use crate::syntax::Tokens;
use std::ops::RangeInclusive;
use unit::{Unit, UnitKind};

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
    let drafts = drafts(trace, tokens, dialect).into_iter().map(|(_, draft)| draft);
    cut::cut(drafts.collect(), transaction, dialect)
}

/// The statements that each of these units runs, the first and the last by their place in the trace: two units may share one.
pub fn statements(trace: &Trace, tokens: &Tokens, transaction: Option<bool>) -> Vec<RangeInclusive<usize>> {
    let units = placed(trace, tokens, transaction);
    units.into_iter().map(|(_, places)| places).collect()
}

/// The same of the units that are a transaction.
pub(crate) fn transactions(trace: &Trace, tokens: &Tokens, transaction: Option<bool>) -> Vec<RangeInclusive<usize>> {
    let mut units = placed(trace, tokens, transaction);
    units.retain(|(kind, _)| *kind == UnitKind::Transaction);
    units.into_iter().map(|(_, places)| places).collect()
}

/// The tables that a statement writes anew while foreign keys are on, no key being known that refers to them.
pub(crate) fn rebuilt(trace: &Trace) -> Vec<(&Statement, ObjectName)> {
    match trace.target.engine() {
        Engine::Sqlite => {
            let tables = |step| sqlite::rebuilt(step, trace).into_iter().map(move |table| (step, table));
            trace.steps.iter().flat_map(tables).collect()
        }
        Engine::Pg | Engine::Mysql => Vec::new(),
    }
}

/// The table of MariaDB or MySQL that an operation changes while it is in use, and whether the next change can do so no longer, or can
/// again.
pub(crate) fn changed_in_use(resolved: &Resolved, engine: Engine) -> Option<(&ObjectName, bool)> {
    let table = resolved.operation.changed_table().filter(|_| engine == Engine::Mysql)?;
    let is_online = |schema: &Schema| schema.table(table).is_some_and(|table| mysql::is_online(table));
    Some((table, is_online(&resolved.before) != is_online(&resolved.after)))
}

fn placed(trace: &Trace, tokens: &Tokens, transaction: Option<bool>) -> Vec<(UnitKind, RangeInclusive<usize>)> {
    let Some(dialect) = dialect(trace.target.engine()) else {
        return Vec::new();
    };
    let (places, drafts): (Vec<usize>, Vec<Draft>) = drafts(trace, tokens, dialect).into_iter().unzip();
    let units = cut::cut(drafts, transaction, dialect);
    let mut places = places.into_iter();
    let ranges = units.iter().map(|unit| {
        let own: Vec<usize> = places.by_ref().take(unit.steps.len()).collect();
        let places = own.first().copied().unwrap_or_default()..=own.last().copied().unwrap_or_default();
        (unit.kind, places)
    });
    ranges.collect()
}

/// Each with the place of its statement.
fn drafts(trace: &Trace, tokens: &Tokens, dialect: &dyn Dialect) -> Vec<(usize, Draft)> {
    let line = |span| tokens.location(span).map_or(0, |location| location.line);
    let steps = trace.steps.iter().enumerate();
    let drafts = steps.flat_map(|(place, step)| dialect.steps(step, trace, &line).into_iter().map(move |draft| (place, draft)));
    drafts.collect()
}
