//! SQL for each engine, complete for those in force (M502).

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
    fn of_undo(undo: &Undo) -> Option<&SqlText> {
        match undo {
            Undo::Sql(text) => Some(text),
            _ => None,
        }
    }
    match &statement.kind {
        StatementKind::Execute { sql, undo, .. } => [sql].into_iter().chain(of_undo(undo)).collect(),
        StatementKind::Run { undo, .. }
        | StatementKind::Update { undo, .. }
        | StatementKind::Delete { undo, .. }
        | StatementKind::Backfill { undo, .. } => of_undo(undo).into_iter().collect(),
        StatementKind::CreateView { body, .. } | StatementKind::CreateTrigger { body, .. } | StatementKind::CreateFunction { body, .. } => {
            vec![body]
        }
        StatementKind::AlterColumn { changes, .. } => match &changes.using {
            Some(UsingDef::Sql(text)) => vec![text],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn keyword(statement: &Statement) -> &'static str {
    match statement.kind {
        StatementKind::Execute { .. } => "`execute`",
        StatementKind::CreateView { .. } => "`create_view`",
        StatementKind::CreateTrigger { .. } => "`create_trigger`",
        StatementKind::CreateFunction { .. } => "`create_function`",
        StatementKind::AlterColumn { .. } => "`using`",
        _ => "`undo`",
    }
}

/// SQL that says what to do on some of the engines in force and not on others.
pub(super) fn incomplete(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (statement, engines) in statements(subject) {
        for text in texts(statement) {
            let missing: Vec<&str> = engines
                .iter()
                .filter(|engine| text.on(**engine).is_none())
                .map(|engine| engine.name())
                .collect();
            if missing.is_empty() {
                continue;
            }
            let at = match statement.kind {
                StatementKind::AlterColumn { .. } => text.span(),
                _ => statement.keyword,
            };
            let there: Vec<&str> = engines
                .iter()
                .filter(|engine| text.on(**engine).is_some())
                .map(|engine| engine.name())
                .collect();
            let mut diagnostic = Diagnostic::error(
                Code::M502,
                at,
                format!("{} has no SQL for {}, in force here", keyword(statement), missing.join(" and ")),
            );
            diagnostic = diagnostic.help(format!("add `{} = \"…\"`", missing.join(" = \"…\", ")));
            if !there.is_empty() {
                diagnostic = diagnostic.help(format!(
                    "or write `#[on({})]` before the statement, to do nothing elsewhere",
                    there.join(", ")
                ));
            }
            found.push(diagnostic);
        }
    }
    found
}
