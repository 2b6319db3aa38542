//! Operations written out as statements of the language, for help lines to paste from.

mod definition;
mod models;
mod names;

pub(crate) use models::model_block;

use super::proof::begins_within;
use super::rows::Demand;
use crate::diagnostic::Lint;
use crate::engine::Engine;
use crate::operation::{Operation, Using};
use crate::schema::naming::Naming;
use crate::schema::{Column, Constraint, Default, Enum, Index, IndexKey, ObjectName, Schema, Table, Value};
use crate::syntax::ast::{Body, ColumnChanges, EnumChange, EnumPlace, LintRef, SequenceDef, Statement, StatementKind, TableRef, UsingDef};
use crate::syntax::{Span, print};
use definition::{
    attach, attach_index, column_def, comes_with_its_key, constraint_def, default_value, index_def, sql, sql_string, table_def, type_ref,
};
pub(crate) use definition::{ident, table_ref};
use names::named;
use std::borrow::Cow;
use std::collections::HashSet;

/// The statements that say these operations, on one line; those on one table that stand in a batch share one.
pub(super) fn text(operations: &[Operation], batch: bool) -> String {
    statements(operations, batch)
        .iter()
        .map(print::statement)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The statements without their table, as they stand inside `batch_alter`.
pub(super) fn inner(operations: &[Operation]) -> String {
    let all = said(operations).flat_map(|operation| statement(&operation, true));
    all.map(|statement| print::statement(&statement)).collect::<Vec<_>>().join(" ")
}

/// The same as [`text`], a statement a line.
pub(super) fn lines(operations: &[Operation], batch: bool) -> Vec<String> {
    statements(operations, batch).iter().flat_map(lines_of).collect()
}

/// One statement, as it stands in a block.
pub(super) fn lines_of(statement: &Statement) -> Vec<String> {
    print::statement(statement).lines().map(str::to_owned).collect()
}

/// The same of operations that a fill before them proves.
pub(crate) fn lines_without_allow(operations: &[Operation]) -> Vec<String> {
    let all = operations.iter().flat_map(|operation| plain_statement(operation, false));
    all.map(|statement| print::statement(&statement)).collect()
}

/// The operations that are said: the index that MariaDB was given for a foreign key is dropped with it, and a column that the database
/// counts up has its key with it.
pub(super) fn said(operations: &[Operation]) -> impl Iterator<Item = Cow<'_, Operation>> {
    let goes_along = |at: usize, table: &ObjectName, index: &Index| {
        let with = |operation: &Operation| match operation {
            Operation::DropConstraint {
                table: of,
                constraint: Constraint::ForeignKey(key),
            } => of == table && key.name == index.name,
            _ => false,
        };
        index.serves_key && operations[..at].iter().any(with)
    };
    let keys: Vec<(usize, usize)> = (0..operations.len()).filter_map(|at| Some((at, key_of(at, operations)?))).collect();
    operations.iter().enumerate().filter_map(move |(at, operation)| match operation {
        Operation::DropIndex { table, index, .. } if goes_along(at, table, index) => None,
        Operation::CreateConstraint { .. } if keys.iter().any(|(_, key)| *key == at) => None,
        Operation::AddColumn { .. } => {
            let key = keys.iter().find(|(column, _)| *column == at).map(|(_, key)| &operations[*key]);
            Some(with_key(operation, key))
        }
        _ => Some(Cow::Borrowed(operation)),
    })
}

/// Where the primary key is made of a column that is added there, counted up, without it.
fn key_of(at: usize, operations: &[Operation]) -> Option<usize> {
    let Operation::AddColumn {
        table,
        column,
        constraints,
        ..
    } = &operations[at]
    else {
        return None;
    };
    if !column.identity || constraints.iter().any(|constraint| matches!(constraint, Constraint::PrimaryKey(_))) {
        return None;
    }
    let is_key = |operation: &Operation| match operation {
        Operation::CreateConstraint {
            table: on,
            constraint: Constraint::PrimaryKey(key),
        } => on == table && key.columns == [column.name.as_str()],
        _ => false,
    };
    let in_between = |operation: &Operation| match operation {
        Operation::RenameTable { from, .. } => from == table,
        Operation::DropConstraint {
            table: on,
            constraint: Constraint::PrimaryKey(_),
        } => on == table,
        Operation::RenameColumn { table: on, from, .. } => on == table && *from == column.name,
        _ => false,
    };
    let key = at + operations[at..].iter().position(is_key)?;
    (!operations[at..key].iter().any(in_between)).then_some(key)
}

fn with_key<'o>(operation: &'o Operation, key: Option<&Operation>) -> Cow<'o, Operation> {
    let mut merged = Cow::Borrowed(operation);
    if let Some(Operation::CreateConstraint { constraint, .. }) = key
        && let Operation::AddColumn { constraints, .. } = merged.to_mut()
    {
        constraints.push(constraint.clone());
    }
    merged
}

fn statements(operations: &[Operation], batch: bool) -> Vec<Statement> {
    if !batch {
        return said(operations).flat_map(|operation| statement(&operation, false)).collect();
    }
    let mut all: Vec<Statement> = Vec::new();
    for operation in said(operations) {
        let Some(table) = operation.changed_table() else {
            all.extend(statement(&operation, false));
            continue;
        };
        let inner = statement(&operation, true);
        let name = table_ref(table, false);
        match all.last_mut() {
            Some(Statement {
                kind: StatementKind::BatchAlter { table, statements },
                ..
            }) if *table == name => statements.extend(inner),
            _ => all.push(plain(StatementKind::BatchAlter {
                table: name,
                statements: inner,
            })),
        }
    }
    for statement in &mut all {
        if let StatementKind::BatchAlter { statements, .. } = &mut statement.kind {
            default_once(statements);
        }
    }
    all
}

/// A default that another type has said again is said there alone: no batch says it twice.
fn default_once(statements: &mut Vec<Statement>) {
    let mut given: HashSet<String> = HashSet::new();
    let mut at = statements.len();
    while at > 0 {
        at -= 1;
        let StatementKind::AlterColumn { column, changes, .. } = &mut statements[at].kind else {
            continue;
        };
        if changes.default.is_some() && !given.insert(column.text.clone()) {
            changes.default = None;
            if *changes == ColumnChanges::default() {
                statements.remove(at);
            }
        }
    }
}

/// Says an operation, with the lint that the runner counts rows for it where they could break it.
fn statement(operation: &Operation, implied: bool) -> Vec<Statement> {
    let mut said = plain_statement(operation, implied);
    if tightens(operation) {
        for statement in &mut said {
            statement.allow.push(LintRef {
                lint: Lint::MayFailOnRows,
                reason: None,
                span: Span::default(),
            });
        }
    }
    said
}

fn tightens(operation: &Operation) -> bool {
    match operation {
        // One value for all rows.
        Operation::AddColumn {
            column,
            constraints,
            indexes,
            ..
        } => {
            let breaks = |constraint: &Constraint| match constraint {
                Constraint::Unique(_) => column.default.is_some(),
                Constraint::ForeignKey(key) => column.default.is_some() && !key.not_valid,
                Constraint::Check(check) => !check.not_valid && !begins_within(column, check),
                _ => false,
            };
            let computed = |index: &Index| index.elements.iter().any(|element| matches!(element.key, IndexKey::Expression(_)));
            let shares = |index: &Index| index.unique && (column.default.is_some() || computed(index));
            constraints.iter().any(breaks) || indexes.iter().any(shares)
        }
        Operation::AlterEnum { before, after, renamed } => {
            let gone = |value: &String| !after.values.contains(value) && renamed.as_ref().is_none_or(|(from, _)| from != value);
            before.values.iter().any(gone)
        }
        operation => !Demand::of(operation, &Schema::default(), Engine::Pg).is_empty(),
    }
}

pub(crate) fn plain_statement(operation: &Operation, implied: bool) -> Vec<Statement> {
    let operation = &named(operation, &Naming::default());
    let at = |table: &ObjectName| table_ref(table, implied);
    let kind = match operation {
        Operation::CreateNamespace(name) => StatementKind::CreateSchema { name: ident(&name.name) },
        Operation::DropNamespace(name) => StatementKind::DropSchema { name: ident(&name.name) },
        Operation::CreateTable(table) => StatementKind::CreateTable(table_def(table)),
        Operation::DropTable(table) => StatementKind::DropTable {
            table: table_ref(&table.name, false),
        },
        Operation::RenameTable { from, to, .. } => StatementKind::RenameTable {
            table: table_ref(from, false),
            to: ident(&to.name),
        },
        Operation::AddColumn {
            table,
            column,
            constraints,
            indexes,
        } => return add_column(at(table), column, constraints, indexes),
        Operation::DropColumn { table, column, .. } => StatementKind::DropColumn {
            table: at(table),
            column: ident(&column.name),
        },
        Operation::RenameColumn { table, from, to } => StatementKind::AlterColumn {
            table: at(table),
            column: ident(from),
            changes: ColumnChanges {
                rename: Some(ident(to)),
                ..ColumnChanges::default()
            },
        },
        Operation::AlterColumn {
            table,
            before,
            after,
            using,
        } => StatementKind::AlterColumn {
            table: at(table),
            column: ident(&before.name),
            changes: changes(before, after, using),
        },
        Operation::CreateConstraint { table, constraint } => StatementKind::CreateConstraint {
            table: at(table),
            constraint: constraint_def(constraint),
        },
        Operation::DropConstraint { table, constraint } => StatementKind::DropConstraint {
            table: at(table),
            name: ident(&constraint.name().text),
        },
        Operation::RenameConstraint { table, from, to } => StatementKind::RenameConstraint {
            table: at(table),
            from: ident(from),
            to: ident(to),
        },
        Operation::CreateIndex {
            table,
            index,
            concurrently,
        } => StatementKind::CreateIndex {
            table: at(table),
            index: index_def(index, *concurrently),
        },
        Operation::DropIndex {
            table,
            index,
            concurrently,
        } => StatementKind::DropIndex {
            table: at(table),
            name: ident(&index.name.text),
            concurrently: *concurrently,
        },
        Operation::RenameIndex { table, from, to } => StatementKind::RenameIndex {
            table: at(table),
            from: ident(from),
            to: ident(to),
        },
        Operation::CommentOnTable { table, after, .. } => StatementKind::CommentOn {
            table: table_ref(table, false),
            column: None,
            comment: after.clone(),
        },
        Operation::CreateEnum(made) => StatementKind::CreateEnum {
            name: table_ref(&made.name, false),
            values: made.values.iter().map(|value| ident(value)).collect(),
        },
        Operation::AlterEnum { before, after, renamed } => return alter_enum(before, after, renamed.as_ref()),
        Operation::DropEnum(gone) => StatementKind::DropEnum {
            name: table_ref(&gone.name, false),
        },
        Operation::CreateSequence(sequence) => StatementKind::CreateSequence {
            name: table_ref(&sequence.name, false),
            options: SequenceDef {
                options: sequence.options.iter().map(|(key, value)| (ident(key), value.clone())).collect(),
            },
        },
        Operation::DropSequence(sequence) => StatementKind::DropSequence {
            name: table_ref(&sequence.name, false),
        },
        Operation::CreateView(view) => StatementKind::CreateView {
            name: table_ref(&view.name, false),
            body: sql(&view.body),
        },
        Operation::DropView(view) => StatementKind::DropView {
            name: table_ref(&view.name, false),
        },
        Operation::CreateTrigger(trigger) => StatementKind::CreateTrigger {
            table: table_ref(&trigger.table, false),
            name: ident(&trigger.name),
            body: sql(&trigger.body),
        },
        Operation::DropTrigger(trigger) => StatementKind::DropTrigger {
            table: table_ref(&trigger.table, false),
            name: ident(&trigger.name),
        },
        Operation::CreateFunction(function) => StatementKind::CreateFunction {
            name: table_ref(&function.name, false),
            arguments: function.arguments.clone(),
            body: sql(&function.body),
        },
        Operation::DropFunction(function) => StatementKind::DropFunction {
            name: table_ref(&function.name, false),
            arguments: function.arguments.clone(),
        },
        Operation::CreateExtension(name) => StatementKind::CreateExtension { name: ident(&name.name) },
        Operation::DropExtension(name) => StatementKind::DropExtension { name: ident(&name.name) },
        Operation::BulkDelete { table, by, keys } => StatementKind::BulkDelete {
            table: table_ref(table, false),
            by: by.iter().map(|column| ident(column)).collect(),
            keys: keys.iter().map(|values| row(values)).collect(),
        },
        Operation::BulkInsert { table, columns, rows, .. } => StatementKind::BulkInsert(crate::syntax::ast::BulkInsert {
            table: table_ref(table, false),
            columns: Some(columns.iter().map(|column| ident(column)).collect()),
            rows: rows.iter().map(|values| row(values)).collect(),
        }),
        Operation::Execute { sql: text, effect, .. } => StatementKind::Execute {
            sql: sql(text),
            effect: (!effect.is_empty()).then(|| Body {
                statements: effect.iter().flat_map(|operation| plain_statement(operation, false)).collect(),
                span: Span::default(),
            }),
            undo: crate::syntax::ast::Undo::Missing,
        },
        Operation::Update { .. } | Operation::Delete { .. } | Operation::Run { .. } | Operation::Backfill { .. } => return Vec::new(),
    };
    vec![plain(kind)]
}

pub(crate) fn plain(kind: StatementKind) -> Statement {
    Statement {
        on: Vec::new(),
        allow: Vec::new(),
        kind,
        span: Span::default(),
        keyword: Span::default(),
    }
}

fn row(values: &[Value]) -> crate::syntax::ast::Row {
    crate::syntax::ast::Row {
        names: Vec::new(),
        values: values.iter().map(|value| (value.clone(), Span::default())).collect(),
        span: Span::default(),
    }
}

fn add_column(table: TableRef, column: &Column, constraints: &[Constraint], indexes: &[Index]) -> Vec<Statement> {
    let mut def = column_def(column);
    let mut after = Vec::new();
    for constraint in constraints {
        if !attach(&mut def, constraint, column) {
            after.push(plain(StatementKind::CreateConstraint {
                table: table.clone(),
                constraint: constraint_def(constraint),
            }));
        }
    }
    let mut along = Table::empty(ObjectName::new(""));
    along.columns.push(column.clone());
    constraints.iter().for_each(|constraint| along.add_constraint(constraint.clone()));
    along.indexes.extend_from_slice(indexes);
    for index in indexes.iter().filter(|index| !comes_with_its_key(index, &along)) {
        if !attach_index(&mut def, index) {
            after.push(plain(StatementKind::CreateIndex {
                table: table.clone(),
                index: index_def(index, false),
            }));
        }
    }
    let mut all = vec![plain(StatementKind::AddColumn { table, column: def })];
    all.append(&mut after);
    all
}

fn changes(before: &Column, after: &Column, using: &Using) -> ColumnChanges {
    let mut changes = ColumnChanges::default();
    if before.ty != after.ty {
        changes.ty = Some(type_ref(&after.ty, false));
        changes.using = match using {
            Using::Implicit => None,
            Using::Cast => Some(UsingDef::Cast(Span::default())),
            Using::Expression(expression) => Some(UsingDef::Sql(sql(expression.sql()))),
        };
    }
    if before.nullable != after.nullable {
        changes.nullable = Some((after.nullable, Span::default()));
    }
    // What SQL gives was written for the type before, and is said again for another one.
    let is_sql = matches!(after.default, Some(Default::Sql(_) | Default::Value(Value::Sql(_))));
    if before.default != after.default || is_sql && before.ty != after.ty {
        changes.default = Some((after.default.as_ref().map(default_value), Span::default()));
    }
    if before.comment != after.comment {
        changes.comment = Some((after.comment.clone(), Span::default()));
    }
    if before.collation != after.collation {
        changes.collate = Some((after.collation.clone(), Span::default()));
    }
    if before.generated != after.generated {
        let expression = after.generated.as_ref().map(|generated| sql_string(generated.expression.sql()));
        changes.generated = Some((expression, Span::default()));
    }
    changes
}

fn alter_enum(before: &Enum, after: &Enum, renamed: Option<&(String, String)>) -> Vec<Statement> {
    let name = table_ref(&before.name, false);
    let alter = |change| {
        plain(StatementKind::AlterEnum {
            name: name.clone(),
            change,
        })
    };
    if let Some((value, to)) = renamed {
        return vec![alter(EnumChange::Rename {
            value: ident(value),
            to: ident(to),
        })];
    }
    let removed = before.values.iter().filter(|value| !after.values.contains(value));
    let removed = removed.map(|value| alter(EnumChange::Remove { value: ident(value) }));
    let added = after.values.iter().enumerate().filter(|(_, value)| !before.values.contains(value));
    let added = added.map(|(index, value)| {
        let place = match index.checked_sub(1) {
            _ if index + 1 == after.values.len() => None,
            Some(previous) => Some((EnumPlace::After, ident(&after.values[previous]))),
            None => after.values.get(1).map(|next| (EnumPlace::Before, ident(next))),
        };
        alter(EnumChange::Add {
            value: ident(value),
            place,
        })
    });
    removed.chain(added).collect()
}
