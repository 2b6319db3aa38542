//! The order in which what models say can be made, whatever order it stands in.

use crate::engine::Engine;
use crate::schema::ObjectName;
use crate::sql::text::mentions_table;
use crate::syntax::ast::{
    ColumnDef, ConstraintDef, ConstraintKind, Ident, KeyAttribute, Statement, StatementKind, TableDef, TableItem, TableRef,
};
use std::collections::{BTreeMap, BTreeSet};

/// Statements in an order in which each finds what it names; of keys in a circle, those that point forward come last.
pub(super) fn ordered<'s>(statements: impl Iterator<Item = &'s Statement>, engine: Engine) -> Vec<Statement> {
    let mut ranks: [Vec<&Statement>; 6] = Default::default();
    for statement in statements {
        let rank = match &statement.kind {
            StatementKind::CreateSchema { .. } | StatementKind::CreateExtension { .. } => 0,
            StatementKind::CreateEnum { .. } | StatementKind::CreateSequence { .. } => 1,
            StatementKind::CreateFunction { .. } => 2,
            StatementKind::CreateView { .. } => 4,
            StatementKind::CreateTrigger { .. } => 5,
            _ => 3,
        };
        ranks[rank].push(statement);
    }
    let [spaces, types, functions, tables, views, triggers] = ranks;
    let mut all: Vec<Statement> = spaces.into_iter().chain(types).chain(functions).cloned().collect();
    all.extend(with_keys_last(tables));
    all.extend(
        by_dependencies(&views, |view| named_views(view, &views, engine))
            .into_iter()
            .cloned(),
    );
    all.extend(triggers.into_iter().cloned());
    all
}

/// Each after those that it names, as far as that goes; else as they stand.
fn by_dependencies<'s>(statements: &[&'s Statement], named: impl Fn(&Statement) -> Vec<usize>) -> Vec<&'s Statement> {
    let mut done = vec![false; statements.len()];
    let mut order = Vec::with_capacity(statements.len());
    for start in 0..statements.len() {
        // A long chain costs no stack.
        let mut open: Vec<(usize, Option<Vec<usize>>)> = vec![(start, None)];
        let mut around = BTreeSet::from([start]);
        while let Some((index, rest)) = open.last_mut() {
            let index = *index;
            if done[index] {
                open.pop();
                continue;
            }
            let rest = rest.get_or_insert_with(|| {
                let mut named = named(statements[index]);
                named.reverse();
                named
            });
            match rest.pop() {
                Some(next) if !done[next] && around.insert(next) => open.push((next, None)),
                Some(_) => {}
                None => {
                    done[index] = true;
                    order.push(statements[index]);
                    open.pop();
                }
            }
        }
    }
    order
}

fn named_views(view: &Statement, views: &[&Statement], engine: Engine) -> Vec<usize> {
    let StatementKind::CreateView { body, .. } = &view.kind else {
        return Vec::new();
    };
    let Some(body) = body.on(engine) else { return Vec::new() };
    let words: BTreeSet<&str> = body.text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let names = |other: &&Statement| match &other.kind {
        StatementKind::CreateView { name, .. } => {
            words.contains(name.name.text.as_str()) && !std::ptr::eq(*other, view) && mentions_table(&body.text, engine, &name.object())
        }
        _ => false,
    };
    (0..views.len()).filter(|index| names(&views[*index])).collect()
}

fn table_of(statement: &Statement) -> Option<&TableDef> {
    match &statement.kind {
        StatementKind::CreateTable(table) => Some(table),
        _ => None,
    }
}

fn with_keys_last(tables: Vec<&Statement>) -> Vec<Statement> {
    let mut place: BTreeMap<ObjectName, usize> = BTreeMap::new();
    for (index, statement) in tables.iter().enumerate() {
        if let Some(table) = table_of(statement) {
            place.entry(table.table.object()).or_insert(index);
        }
    }
    let order = by_dependencies(&tables, |statement| {
        let referred = table_of(statement).into_iter().flat_map(referred);
        referred.filter_map(|table| place.get(&table.object()).copied()).collect()
    });
    let (mut made, mut keys) = (BTreeSet::new(), Vec::new());
    let mut all = Vec::with_capacity(order.len());
    for statement in order {
        let Some(table) = table_of(statement) else {
            all.push(statement.clone());
            continue;
        };
        made.insert(table.table.object());
        let is_ahead = |table: &TableRef| place.contains_key(&table.object()) && !made.contains(&table.object());
        if !referred(table).any(&is_ahead) {
            all.push(statement.clone());
            continue;
        }
        let (table, ahead) = apart(table, is_ahead);
        let alike = |kind| Statement { kind, ..statement.clone() };
        keys.extend(ahead.into_iter().map(|constraint| {
            let table = table.table.clone();
            alike(StatementKind::CreateConstraint { table, constraint })
        }));
        all.push(alike(StatementKind::CreateTable(table)));
    }
    all.extend(keys);
    all
}

/// The tables that a table's keys refer to.
fn referred(table: &TableDef) -> impl Iterator<Item = &TableRef> {
    table.items.iter().filter_map(|item| match item {
        TableItem::Column(column) => column.references.as_ref().map(|references| &references.table),
        TableItem::Constraint(ConstraintDef {
            kind: ConstraintKind::ForeignKey { table, .. },
            ..
        }) => Some(table),
        _ => None,
    })
}

/// A table without the keys to some tables, and these.
fn apart(table: &TableDef, is_ahead: impl Fn(&TableRef) -> bool) -> (TableDef, Vec<ConstraintDef>) {
    let mut table = table.clone();
    let mut keys = Vec::new();
    for item in &mut table.items {
        if let TableItem::Column(column) = item {
            keys.extend(key_of(column, &is_ahead));
        }
    }
    table.items.retain(|item| match item {
        TableItem::Constraint(constraint) => match &constraint.kind {
            ConstraintKind::ForeignKey { table, .. } if is_ahead(table) => {
                keys.push(constraint.clone());
                false
            }
            _ => true,
        },
        _ => true,
    });
    // A key that refers to another is not counted up, wherever it is said that it refers.
    let refers: BTreeSet<String> = keys
        .iter()
        .filter_map(|key| match &key.kind {
            ConstraintKind::ForeignKey { columns, .. } => Some(columns),
            _ => None,
        })
        .flatten()
        .map(|column| column.text.clone())
        .collect();
    for item in &mut table.items {
        match item {
            TableItem::Column(column) if refers.contains(&column.name.text) => {
                if let Some(KeyAttribute { generated, .. }) = &mut column.primary_key {
                    generated.get_or_insert(false);
                }
            }
            TableItem::Constraint(ConstraintDef {
                kind: ConstraintKind::PrimaryKey { columns, generated },
                ..
            }) if matches!(&columns[..], [Ident { text, .. }] if refers.contains(text)) => {
                generated.get_or_insert(false);
            }
            _ => {}
        }
    }
    (table, keys)
}

fn key_of(column: &mut ColumnDef, is_ahead: impl Fn(&TableRef) -> bool) -> Option<ConstraintDef> {
    let references = column.references.take_if(|references| is_ahead(&references.table))?;
    Some(ConstraintDef {
        online: false,
        name: references.name,
        span: references.span,
        kind: ConstraintKind::ForeignKey {
            columns: vec![column.name.clone()],
            table: references.table,
            referred: vec![references.column],
            options: references.options,
        },
    })
}
