//! Statements that would be right elsewhere in their block.

use crate::diagnostic::{Code, Diagnostic};
use crate::operation::{Context, replay};
use crate::schema::Schema;
use crate::syntax::ast::{Body, Statement, StatementKind};
use crate::syntax::{Span, print};

/// A longer block is not searched: each try replays it.
const LONGEST: usize = 200;

/// Tells where a refused statement of an upgrade would be right.
pub(super) fn advise(diagnostics: &mut [Diagnostic], start: &Schema, body: &Body, cx: &Context<'_>) {
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| can_be_order(diagnostic)) {
        // What an earlier statement took away, or what was made on top of the object, does not want the statement before it.
        let only_later = diagnostic.label.is_some() || matches!(diagnostic.code(), Some(Code::M208 | Code::M215));
        if let Some(place) = find(diagnostic, start, body, cx).filter(|place| place.after || !only_later) {
            diagnostic.help.push(place.advice());
        }
    }
}

/// Makes M306 of what the order alone makes wrong.
pub(super) fn refuse(diagnostics: &mut [Diagnostic], start: &Schema, body: &Body, cx: &Context<'_>) {
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| can_be_order(diagnostic)) {
        let Some(place) = find(diagnostic, start, body, cx) else { continue };
        let mut moved = Diagnostic::error(Code::M306, diagnostic.span, format!("wrong order: {}", diagnostic.message));
        moved = moved.help(place.advice());
        let label = if place.after {
            "this has to come first"
        } else {
            "this has to come after it"
        };
        *diagnostic = moved.label(place.other.span, label);
    }
}

fn can_be_order(diagnostic: &Diagnostic) -> bool {
    use Code::{M201, M202, M203, M204, M205, M206, M207, M208, M214, M215};
    let of_order = [M201, M202, M203, M204, M205, M206, M207, M208, M214, M215];
    diagnostic.code().is_some_and(|code| of_order.contains(&code))
}

struct Place<'b> {
    moved: &'b Statement,
    other: &'b Statement,
    after: bool,
}

impl Place<'_> {
    fn advice(&self) -> String {
        let (first, second) = if self.after {
            (self.other, self.moved)
        } else {
            (self.moved, self.other)
        };
        format!("write `{}` before `{}`", short(first), short(second))
    }
}

fn short(statement: &Statement) -> String {
    let text = print::statement(statement);
    let one_line: Vec<&str> = text.split_whitespace().collect();
    let one_line = one_line.join(" ");
    if one_line.chars().count() <= 80 {
        return one_line;
    }
    let cut: String = one_line.chars().take(60).collect();
    format!("{cut} …")
}

fn find<'b>(diagnostic: &Diagnostic, start: &Schema, body: &'b Body, cx: &Context<'_>) -> Option<Place<'b>> {
    let holds = |statement: &Statement| statement.span.start <= diagnostic.span.start && diagnostic.span.end <= statement.span.end;
    let at = body.statements.iter().position(holds)?;
    let outer = &body.statements;
    if let StatementKind::BatchAlter { statements, .. } = &outer[at].kind
        && let Some(inner) = statements.iter().position(holds)
    {
        let rebuild = |inner: Vec<Statement>| {
            let mut all = outer.clone();
            if let StatementKind::BatchAlter { statements, .. } = &mut all[at].kind {
                *statements = inner;
            }
            all
        };
        let place = search(statements, inner, start, body.span, cx, &rebuild);
        if place.is_some() {
            return place;
        }
    }
    search(outer, at, start, body.span, cx, &|all| all)
}

/// The nearest place at which the statement is right and nothing else is wrong that was not before; later ones first.
fn search<'b>(
    statements: &'b [Statement],
    at: usize,
    start: &Schema,
    span: Span,
    cx: &Context<'_>,
    rebuild: &dyn Fn(Vec<Statement>) -> Vec<Statement>,
) -> Option<Place<'b>> {
    if statements.len() > LONGEST {
        return None;
    }
    let moved = &statements[at];
    let holds = |span: Span| moved.span.start <= span.start && span.end <= moved.span.end;
    // What is tainted is passed over, and is not right by that.
    let replayed = |statements: Vec<Statement>| {
        let body = Body { statements, span };
        let trace = replay(start.clone(), &body, cx);
        let mut done = trace.steps.iter().flat_map(|step| &step.operations);
        let stands = done.any(|resolved| holds(resolved.span));
        let errors = trace.diagnostics.into_iter().filter(Diagnostic::is_error);
        (errors.collect::<Vec<_>>(), stands)
    };
    let now = replayed(rebuild(statements.to_vec())).0.len();
    let places = (at + 1..statements.len()).chain((0..at).rev());
    for to in places {
        let mut tried = statements.to_vec();
        let statement = tried.remove(at);
        tried.insert(to, statement);
        let (left, stands) = replayed(rebuild(tried));
        if stands && !left.iter().any(|error| holds(error.span)) && left.len() < now {
            return Some(Place {
                moved,
                other: &statements[to],
                after: to > at,
            });
        }
    }
    None
}
