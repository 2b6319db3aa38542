//! The forms of a downgrade: written, derived, irreversible, missing.

use super::{auto, gone, order, spell};
use crate::diagnostic::{Code, Diagnostic};
use crate::history::{Resolved, Trace};
use crate::operation::{Context, Operation, is_served, replay};
use crate::schema::Constraint;
use crate::syntax::ast::{Body, Downgrade, StatementKind};

/// Replays or derives the downgrade; what is wrong with a written one's statements is in its trace.
pub(super) fn replay_downgrade(up: &Trace, cx: &Context<'_>) -> (Option<Trace>, Vec<Diagnostic>) {
    let cx = &Context { downgrade: true, ..*cx };
    match &cx.block.downgrade {
        Downgrade::Body(body) => (Some(written(up, body, cx)), Vec::new()),
        Downgrade::Auto(_) => (Some(auto::derive(up, cx)), Vec::new()),
        Downgrade::Irreversible { .. } => (None, Vec::new()),
        Downgrade::Missing => (None, missing(up, cx)),
    }
}

fn written(up: &Trace, body: &Body, cx: &Context<'_>) -> Trace {
    let mut trace = replay(up.end.clone(), body, cx);
    for diagnostic in &mut trace.diagnostics {
        if diagnostic.code() == Some(Code::M210) {
            diagnostic.rule = crate::diagnostic::Rule::Error(Code::M307);
        }
    }
    order::refuse(&mut trace.diagnostics, &up.end, body, cx);
    gone::show(&mut trace.diagnostics, up, cx.tokens);
    trace
}

fn missing(up: &Trace, cx: &Context<'_>) -> Vec<Diagnostic> {
    let block = cx.block;
    let broken = |statement: &crate::syntax::ast::Statement| matches!(statement.kind, StatementKind::Broken { .. });
    if block.upgrade.statements.iter().any(broken) {
        return Vec::new();
    }
    let id = block.revision.as_ref().map_or("this revision", |id| id.text.as_str());
    let mut diagnostic = Diagnostic::error(Code::M301, block.upgrade.span, format!("`{id}` has no downgrade"));
    let lines = derived_lines(up, cx);
    if lines.is_empty() {
        return vec![diagnostic.help("write `downgrade {}`: nothing of the schema has to be undone")];
    }
    diagnostic = diagnostic.help("write it after the upgrade:").help("downgrade {");
    for line in lines {
        diagnostic = diagnostic.help(format!("    {line}"));
    }
    vec![diagnostic.help("}").help("or `downgrade = irreversible(\"why\");`")]
}

/// The upgrade's inverse in the language, with a comment where there is none.
fn derived_lines(up: &Trace, cx: &Context<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut derived = auto::nothing_undone(up);
    for step in up.steps.iter().rev() {
        let done = derived.steps.len();
        for besides in auto::undo(step, up, cx, &mut derived) {
            match besides {
                auto::Besides::Body(body) => lines.extend(body.statements.iter().flat_map(spell::lines_of)),
                auto::Besides::Unknown(_, reason) => lines.push(format!("// {reason}")),
            }
        }
        for undone in derived.steps[done..].iter().filter(|undone| undone.span == step.span) {
            let said = (0..undone.operations.len()).filter(|at| !comes_along(&undone.operations[*at..]));
            let operations: Vec<Operation> = said.map(|at| undone.operations[at].operation.clone()).collect();
            match operations.iter().any(auto::needs_fill) {
                false => lines.extend(spell::lines(&operations, undone.batch.is_some())),
                true => lines.extend(operations.into_iter().flat_map(filled)),
            }
        }
    }
    lines
}

/// Whether the first is the index of a foreign key of MariaDB that is made after it and brings it along, as nothing else serves it.
fn comes_along(operations: &[Resolved]) -> bool {
    let Some((first, after)) = operations.split_first() else {
        return false;
    };
    let Operation::CreateIndex { table, index, .. } = &first.operation else {
        return false;
    };
    let brings = |resolved: &Resolved| match &resolved.operation {
        Operation::CreateConstraint {
            table: of,
            constraint: Constraint::ForeignKey(key),
        } => of == table && key.name == index.name && !first.before.table(of).is_some_and(|table| is_served(table, &key.columns)),
        _ => false,
    };
    index.serves_key && after.iter().any(brings)
}

/// A NOT NULL column comes back in three steps.
fn filled(operation: Operation) -> Vec<String> {
    match auto::in_steps(&operation) {
        Some((add, fill, tighten)) if auto::needs_fill(&operation) => {
            let mut lines = spell::lines(&[add], false);
            lines.push(fill);
            lines.extend(spell::lines_without_allow(&[tighten]));
            lines
        }
        _ => spell::lines(&[operation], false),
    }
}

/// Says of a finding about a derived downgrade that it is one.
pub(super) fn derived(diagnostic: &mut Diagnostic) {
    diagnostic.message = format!("in the derived downgrade, {}", diagnostic.message);
}
