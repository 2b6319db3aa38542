//! One list of statements for several engines.

use crate::engine::Engine;
use crate::syntax::Span;
use crate::syntax::ast::{EngineRef, SqlText, Statement, StatementKind};
use std::collections::VecDeque;

/// The statements of each engine as one list: what is for some engines only says so.
pub(super) fn merge(lists: Vec<(Engine, Vec<Statement>)>) -> Vec<Statement> {
    let all: Vec<Engine> = lists.iter().map(|(engine, _)| *engine).collect();
    let mut lists: Vec<(Engine, VecDeque<Statement>)> = lists.into_iter().map(|(engine, list)| (engine, list.into())).collect();
    let mut merged: Vec<Statement> = Vec::new();
    while let Some(mut statement) = next(&lists) {
        if let Some(batch) = batches(&mut lists, &statement) {
            merged.push(batch);
            continue;
        }
        let mut on = Vec::new();
        for (engine, list) in &mut lists {
            if list.front() == Some(&statement) {
                list.pop_front();
                on.push(*engine);
            }
        }
        if on.len() < all.len() {
            statement.on = on.iter().map(|engine| engine_ref(*engine)).collect();
        }
        merged.push(statement);
    }
    fold_bodies(merged, &all)
}

/// The next statement: one that stands first wherever it stands, if there is such a one.
fn next(lists: &[(Engine, VecDeque<Statement>)]) -> Option<Statement> {
    let first = |statement: &&Statement| {
        let mut others = lists
            .iter()
            .filter_map(|(_, list)| list.iter().position(|other| other == *statement));
        others.all(|at| at == 0)
    };
    let mut heads = lists.iter().filter_map(|(_, list)| list.front());
    heads.clone().find(first).or_else(|| heads.next()).cloned()
}

/// Passes over the same table that stand first on every engine are one, whatever each has in it.
fn batches(lists: &mut [(Engine, VecDeque<Statement>)], statement: &Statement) -> Option<Statement> {
    let StatementKind::BatchAlter { table, .. } = &statement.kind else {
        return None;
    };
    let table = table.clone();
    let is_one = |front: Option<&Statement>| match front.map(|front| &front.kind) {
        Some(StatementKind::BatchAlter { table: other, .. }) => *other == table,
        _ => false,
    };
    if !lists.iter().all(|(_, list)| is_one(list.front())) {
        return None;
    }
    let inner = lists.iter_mut().filter_map(|(engine, list)| match list.pop_front()?.kind {
        StatementKind::BatchAlter { statements, .. } => Some((*engine, statements)),
        _ => None,
    });
    let statements = merge(inner.collect());
    Some(Statement {
        kind: StatementKind::BatchAlter { table, statements },
        ..statement.clone()
    })
}

/// The same object with a body of SQL for each engine is one statement.
fn fold_bodies(statements: Vec<Statement>, all: &[Engine]) -> Vec<Statement> {
    let mut folded: Vec<Statement> = Vec::with_capacity(statements.len());
    for mut statement in statements {
        let joined = folded.last_mut().is_some_and(|last| join(last, &mut statement));
        if !joined {
            folded.push(statement);
        }
    }
    for statement in &mut folded {
        if statement.on.len() == all.len() {
            statement.on.clear();
        }
    }
    folded
}

fn join(last: &mut Statement, next: &mut Statement) -> bool {
    if last.on.is_empty() || next.on.is_empty() {
        return false;
    }
    let (mut one, mut other) = (last.kind.clone(), next.kind.clone());
    let texts = match (body(&mut one), body(&mut other)) {
        (Some(one), Some(other)) => [std::mem::replace(one, nothing()), std::mem::replace(other, nothing())],
        _ => return false,
    };
    if one != other {
        return false;
    }
    let [mine, theirs] = texts;
    let mut each = per_engine(mine, &last.on);
    each.extend(per_engine(theirs, &next.on));
    if let Some(body) = body(&mut last.kind) {
        *body = SqlText::PerEngine(each, Span::default());
    }
    last.on.append(&mut next.on);
    true
}

fn nothing() -> SqlText {
    SqlText::PerEngine(Vec::new(), Span::default())
}

fn per_engine(text: SqlText, on: &[EngineRef]) -> Vec<(EngineRef, crate::syntax::ast::SqlString)> {
    match text {
        SqlText::Same(sql) => on.iter().map(|engine| (engine.clone(), sql.clone())).collect(),
        SqlText::PerEngine(each, _) => each,
    }
}

fn body(kind: &mut StatementKind) -> Option<&mut SqlText> {
    match kind {
        StatementKind::CreateView { body, .. } | StatementKind::CreateTrigger { body, .. } | StatementKind::CreateFunction { body, .. } => {
            Some(body)
        }
        _ => None,
    }
}

fn engine_ref(engine: Engine) -> EngineRef {
    EngineRef {
        engine,
        span: Span::default(),
    }
}
