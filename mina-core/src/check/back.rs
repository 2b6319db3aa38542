//! The way back from an upgrade that was broken off between its units.

use super::{Subject, auto};
use crate::diagnostic::Diagnostic;
use crate::engine::Target;
use crate::history::Trace;
use crate::operation::Context;
use crate::sql;
use crate::sql::unit::Back;

/// The way back after each unit of an upgrade that has several; the trace has no errors.
pub fn ways_back(subject: &Subject<'_>, up: &Trace) -> Vec<Back> {
    let ranges = sql::statements(up, subject.tokens, subject.block.transaction);
    let targets: Vec<Target> = subject.parents.iter().map(|(target, _)| *target).collect();
    let cx = Context {
        target: up.target,
        targets: &targets,
        config: subject.config,
        block: subject.block,
        tokens: subject.tokens,
        file: subject.file,
        downgrade: true,
    };
    let shares = |unit: usize| {
        ranges
            .get(unit)
            .zip(ranges.get(unit + 1))
            .is_some_and(|(one, next)| one.end() == next.start())
    };
    let way = |unit: usize| {
        if shares(unit) {
            return Back::Unknown("its statement is done in part".to_owned());
        }
        let to = (0..unit).rev().take_while(|before| shares(*before)).last().unwrap_or(unit);
        between(*ranges[to].start(), *ranges[unit].end(), to, up, &cx)
    };
    (0..ranges.len()).map(way).collect()
}

/// Back from the end of one statement to the beginning of another.
fn between(first: usize, last: usize, to: usize, up: &Trace, cx: &Context<'_>) -> Back {
    let done = Trace {
        target: up.target,
        start: up.start.clone(),
        end: up.steps[last].after.clone(),
        steps: up.steps[..=last].to_vec(),
        diagnostics: Vec::new(),
    };
    let derived = auto::derive_to(first, &done, cx);
    match derived.diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
        Some(refused) => Back::Unknown(reason(refused)),
        None => Back::Units {
            to,
            units: sql::render(&derived, cx.tokens, cx.block.transaction),
        },
    }
}

fn reason(refused: &Diagnostic) -> String {
    let message = refused.message.as_str();
    message
        .strip_prefix("the downgrade cannot be derived: ")
        .unwrap_or(message)
        .to_owned()
}
