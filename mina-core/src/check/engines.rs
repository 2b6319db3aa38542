//! The statements of a block with the engines they are for, and an `undo` complete for these (M502).

use super::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Engine, Target};
use crate::syntax::ast::{Body, Downgrade, SqlText, Statement, StatementKind, Undo, UsingDef};

/// The statements of a block, those in batches, effects and undos included, with the engines each is for.
pub(super) fn statements<'b>(subject: &Subject<'b>) -> Vec<(&'b Statement, Vec<Engine>)> {
    let mut engines: Vec<Engine> = subject.parents.iter().map(|(target, _)| Target::engine(*target)).collect();
    engines.dedup();
    let mut all = Vec::new();
    walk(&subject.block.upgrade, &engines, &mut all);
    if let Downgrade::Body(body) = &subject.block.downgrade {
        walk(body, &engines, &mut all);
    }
    all
}

fn walk<'b>(body: &'b Body, engines: &[Engine], all: &mut Vec<(&'b Statement, Vec<Engine>)>) {
    for statement in &body.statements {
        visit(statement, engines, all);
    }
}

fn visit<'b>(statement: &'b Statement, engines: &[Engine], all: &mut Vec<(&'b Statement, Vec<Engine>)>) {
    let on = |engine: &&Engine| statement.on.is_empty() || statement.on.iter().any(|on| on.engine == **engine);
    let engines: Vec<Engine> = engines.iter().filter(on).copied().collect();
    all.push((statement, engines.clone()));
    match &statement.kind {
        StatementKind::BatchAlter { statements, .. } => statements.iter().for_each(|inner| visit(inner, &engines, all)),
        StatementKind::Execute { effect, undo, .. } | StatementKind::Run { effect, undo, .. } => {
            effect.iter().for_each(|body| walk(body, &engines, all));
            walk_undo(undo, &engines, all);
        }
        StatementKind::Update { undo, .. } | StatementKind::Delete { undo, .. } | StatementKind::Backfill { undo, .. } => {
            walk_undo(undo, &engines, all);
        }
        _ => {}
    }
}

fn walk_undo<'b>(undo: &'b Undo, engines: &[Engine], all: &mut Vec<(&'b Statement, Vec<Engine>)>) {
    if let Undo::Body(body) = undo {
        walk(body, engines, all);
    }
}

/// The texts of SQL in a statement.
pub(super) fn texts(statement: &Statement) -> Vec<&SqlText> {
    let own = match &statement.kind {
        StatementKind::Execute { sql, .. } => Some(sql),
        StatementKind::CreateView { body, .. } | StatementKind::CreateTrigger { body, .. } | StatementKind::CreateFunction { body, .. } => {
            Some(body)
        }
        StatementKind::AlterColumn { changes, .. } => match &changes.using {
            Some(UsingDef::Sql(text)) => Some(text),
            _ => None,
        },
        _ => None,
    };
    own.into_iter().chain(undo_of(statement)).collect()
}

fn undo_of(statement: &Statement) -> Option<&SqlText> {
    let (StatementKind::Execute { undo, .. }
    | StatementKind::Run { undo, .. }
    | StatementKind::Update { undo, .. }
    | StatementKind::Delete { undo, .. }
    | StatementKind::Backfill { undo, .. }) = &statement.kind
    else {
        return None;
    };
    match undo {
        Undo::Sql(text) => Some(text),
        _ => None,
    }
}

/// An `undo` that says what to do on some of the engines in force and not on others.
pub(super) fn incomplete(subject: &Subject<'_>) -> Vec<Diagnostic> {
    if !matches!(subject.block.downgrade, Downgrade::Auto(_)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (statement, engines) in statements(subject) {
        let Some(text) = undo_of(statement) else { continue };
        let missing: Vec<&str> = engines
            .iter()
            .filter(|engine| text.on(**engine).is_none())
            .map(|engine| engine.name())
            .collect();
        if !missing.is_empty() {
            let message = format!("`undo` has no SQL for {}", missing.join(" and "));
            let help = format!("add `{} = \"…\"`", missing.join(" = \"…\", "));
            found.push(Diagnostic::error(Code::M502, text.span(), message).help(help));
        }
    }
    found
}
