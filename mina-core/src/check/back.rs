//! The way back from an upgrade that was broken off between its units.

use super::{Subject, auto};
use crate::diagnostic::Diagnostic;
use crate::engine::Target;
use crate::history::Trace;
use crate::operation::Context;
use crate::sql;
use crate::sql::unit::Back;
use std::ops::RangeInclusive;

/// The way back after each unit of an upgrade that has several; the trace has no errors.
pub fn ways_back(subject: &Subject<'_>, up: &Trace) -> Vec<Back> {
    let ranges = sql::statements(up, subject.tokens, subject.block.transaction);
    let targets: Vec<Target> = subject.parents.iter().map(|(target, _)| *target).collect();
    let cx = subject.context(up.target, &targets, true);
    let shares = |unit: usize| {
        ranges
            .get(unit)
            .zip(ranges.get(unit + 1))
            .is_some_and(|(one, next)| one.end() == next.start())
    };
    let way = |unit: usize| {
        if shares(unit) {
            let taken_back = in_part(unit, &ranges, up, &cx);
            return taken_back.unwrap_or_else(|| Back::Unknown("its statement is done in part".to_owned()));
        }
        let to = (0..unit).rev().take_while(|before| shares(*before)).last().unwrap_or(unit);
        between(*ranges[to].start(), *ranges[unit].end(), to, up, &cx)
    };
    (0..ranges.len()).map(way).collect()
}

/// Back from the midst of a statement that is one operation in several units, if these are its own.
fn in_part(unit: usize, ranges: &[RangeInclusive<usize>], up: &Trace, cx: &Context<'_>) -> Option<Back> {
    let range = &ranges[unit];
    let to = ranges.iter().position(|other| other == range)?;
    let touches = to.checked_sub(1).is_some_and(|before| ranges[before].end() == range.start());
    let [operation] = &up.steps[*range.start()].operations[..] else {
        return None;
    };
    if touches || range.start() != range.end() {
        return None;
    }
    let line = cx.tokens.location(operation.span).map_or(0, |location| location.line);
    let dialect = sql::dialect(up.target.engine())?;
    let drafts = dialect.taken_back(operation, up.target, unit - to + 1, line)?;
    Some(Back::Units {
        to,
        units: sql::cut(drafts, None, dialect),
    })
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
