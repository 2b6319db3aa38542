//! `downgrade = auto`: the upgrade's operations, inverted, last first.

use super::identity::Key;
use super::{spell, word, writes};
use crate::diagnostic::{Code, Diagnostic};
use crate::diff::Object;
use crate::engine::Engine;
use crate::history::{Resolved, Step, Trace};
use crate::operation::{Context, NoInverse, Operation, last_to_serve, replay};
use crate::schema::{Column, Constraint, ForeignKey, ObjectName, Schema, Table};
use crate::sql::text::quote_backticks;
use crate::syntax::Span;
use crate::syntax::ast::{Body, Undo};

/// The derived downgrade; what cannot be derived is among its diagnostics (M307, M309), at the upgrade's statement.
pub(super) fn derive(up: &Trace, cx: &Context<'_>) -> Trace {
    derive_to(0, up, cx)
}

/// The same, back to the beginning of one of the upgrade's statements.
pub(super) fn derive_to(first: usize, up: &Trace, cx: &Context<'_>) -> Trace {
    let mut derived = nothing_undone(up);
    for step in up.steps[first..].iter().rev() {
        for besides in undo(step, up, cx, &mut derived) {
            let Besides::Unknown(word, reason) = besides else { continue };
            let reason = reason.to_string();
            let (reason, help) = reason.split_once("; ").unwrap_or((&reason, "write the downgrade out"));
            let message = format!("the downgrade cannot be derived: {reason}");
            derived.diagnostics.push(Diagnostic::error(Code::M309, word, message).help(help));
        }
    }
    derived
}

/// A downgrade before its first step.
pub(super) fn nothing_undone(up: &Trace) -> Trace {
    Trace {
        target: up.target,
        start: up.end.clone(),
        steps: Vec::new(),
        end: up.end.clone(),
        diagnostics: Vec::new(),
    }
}

/// What undoes a step beside the operations that do.
pub(super) enum Besides<'b> {
    /// The statements of its own `undo { … }`.
    Body(&'b Body),
    /// Nothing, and why, by the word that it is about.
    Unknown(Span, NoInverse),
}

/// Undoes one step of the upgrade.
pub(super) fn undo<'b>(step: &'b Step, up: &Trace, cx: &Context<'_>, derived: &mut Trace) -> Vec<Besides<'b>> {
    let before = derived.end.clone();
    let mut operations = Vec::new();
    let mut besides = Vec::new();
    for resolved in step.operations.iter().rev() {
        match way_back(resolved, up, cx) {
            Back::Operations(inverse) => {
                for operation in inverse {
                    for operation in served(operation, &derived.end, cx) {
                        readded(&operation, resolved, &mut derived.diagnostics);
                        operations.push(apply(operation, resolved, &mut derived.end));
                    }
                }
            }
            Back::Body(body) => {
                let mut undo = replay(derived.end.clone(), body, cx);
                derived.steps.append(&mut undo.steps);
                derived.diagnostics.append(&mut undo.diagnostics);
                derived.end = undo.end;
                besides.push(Besides::Body(body));
            }
            Back::Unknown(reason) => besides.push(Besides::Unknown(resolved.word, reason)),
        }
    }
    if !operations.is_empty() {
        derived.steps.push(Step {
            operations,
            batch: step.batch.clone(),
            span: step.span,
            statement: step.statement,
            before,
            after: derived.end.clone(),
        });
    }
    besides
}

/// On MariaDB foreign keys go before the last index that serves them, and what would have taken it along goes without it.
fn served(mut operation: Operation, schema: &Schema, cx: &Context<'_>) -> Vec<Operation> {
    if cx.target.engine() != Engine::Mysql {
        return vec![operation];
    }
    let holds = |table: &ObjectName, name: &str| schema.table(table).is_some_and(|table| table.constraint(name).is_some());
    let has = |table: &ObjectName, constraint: &Constraint| holds(table, &constraint.name().text);
    let dropped = match &mut operation {
        Operation::DropIndex { table, index, .. } => Some((&*table, &index.name.text)),
        Operation::DropConstraint { table, constraint } if !has(table, constraint) => return Vec::new(),
        Operation::RenameConstraint { table, from, .. } if !holds(table, from) => return Vec::new(),
        // The index of a foreign key goes by its name.
        Operation::DropConstraint { table, constraint } => {
            let name = match constraint {
                Constraint::Unique(unique) => Some(&unique.name.text),
                Constraint::PrimaryKey(key) => Some(&key.name.text),
                _ => None,
            };
            name.map(|name| (&*table, name))
        }
        Operation::DropColumn { table, constraints, .. } => {
            constraints.retain(|constraint| has(table, constraint));
            None
        }
        Operation::DropTable(table) => {
            if let Some(now) = schema.table(&table.name) {
                *table = Table::clone(now);
            }
            None
        }
        _ => None,
    };
    let keys = dropped.and_then(|(name, object)| {
        let keys = last_to_serve(schema.table(name)?, object);
        let drop = |key: &ForeignKey| Operation::DropConstraint {
            table: name.clone(),
            constraint: Constraint::ForeignKey(key.clone()),
        };
        Some(keys.map(drop).collect::<Vec<_>>())
    });
    keys.into_iter().flatten().chain([operation]).collect()
}

fn apply(operation: Operation, undone: &Resolved, schema: &mut Schema) -> Resolved {
    let before = schema.clone();
    operation.apply(schema);
    Resolved {
        operation,
        span: undone.span,
        word: undone.word,
        allow: undone.allow.clone(),
        online: false,
        before,
        after: schema.clone(),
    }
}

enum Back<'b> {
    Operations(Vec<Operation>),
    Body(&'b Body),
    Unknown(NoInverse),
}

fn way_back<'b>(resolved: &'b Resolved, up: &Trace, cx: &Context<'_>) -> Back<'b> {
    let (undo, effect): (&Undo, &[Operation]) = match &resolved.operation {
        Operation::Execute { undo, effect, .. } | Operation::Run { undo, effect, .. } => (undo, effect),
        Operation::Update { undo, .. } | Operation::Delete { undo, .. } | Operation::Backfill { undo, .. } => (undo, &[]),
        operation if needs_nothing(operation, up) => return Back::Operations(Vec::new()),
        operation => {
            let refused = |inverse: &Vec<Operation>| {
                let mut inverse = inverse.iter();
                inverse.find_map(|operation| operation.refused_by(cx.target, &resolved.after))
            };
            return match operation.invert() {
                Ok(inverse) => refused(&inverse).map_or(Back::Operations(inverse), Back::Unknown),
                Err(reason) => Back::Unknown(reason),
            };
        }
    };
    match undo {
        Undo::Nothing => Back::Operations(Vec::new()),
        Undo::Body(body) => Back::Body(body),
        Undo::Sql(text) => {
            let engine = cx.target.engine();
            let Some(sql) = text.on(engine) else {
                return Back::Operations(Vec::new());
            };
            let inverted: Result<Vec<_>, _> = effect.iter().rev().map(Operation::invert).collect();
            match inverted {
                Ok(effect) => Back::Operations(vec![Operation::Execute {
                    sql: quote_backticks(&sql.text, engine).into_owned(),
                    effect: effect.into_iter().flatten().collect(),
                    undo: Undo::Missing,
                }]),
                Err(reason) => Back::Unknown(reason),
            }
        }
        Undo::Missing if needs_nothing(&resolved.operation, up) => Back::Operations(Vec::new()),
        Undo::Missing => match resolved.operation.invert() {
            Ok(inverse) => Back::Operations(inverse),
            Err(reason) => Back::Unknown(reason),
        },
    }
}

/// Whether all that a data step writes goes with what the upgrade itself made.
pub(super) fn needs_nothing(operation: &Operation, up: &Trace) -> bool {
    let made = |key: Key| {
        let [before, after] = at_both_ends(&key, operation, up);
        before.find(&up.start).is_none() && after.find(&up.end).is_some()
    };
    let made_table = |table: &ObjectName| made(Key::Table(table.clone()));
    let made_column = |table: &ObjectName, column: &str| made(Key::Column(table.clone(), column.to_owned()));
    let made_all = |table: &ObjectName, columns: Option<Vec<String>>| {
        made_table(table) || columns.is_some_and(|columns| columns.iter().all(|column| made_column(table, column)))
    };
    match operation {
        Operation::Update { table, set, .. } | Operation::Backfill { table, set, .. } => {
            let assigned = writes::assignments(set, up.target.engine());
            made_all(table, assigned.map(|all| all.into_iter().map(|(column, _)| column).collect()))
        }
        Operation::Delete { table, .. } | Operation::BulkDelete { table, .. } | Operation::BulkInsert { table, .. } => made_table(table),
        Operation::Execute { sql, effect, .. } if effect.is_empty() => {
            let written = writes::of_sql(sql, up.target.engine());
            written.iter().all(|write| match write {
                writes::Write::Nothing => true,
                writes::Write::Update { table, set, .. } => made_all(table, Some(set.iter().map(|(column, _)| column.clone()).collect())),
                writes::Write::Delete { table, .. } | writes::Write::Rows { table } => made_table(table),
                writes::Write::Unknown => false,
            })
        }
        _ => false,
    }
}

/// What an object that an operation names is called before the upgrade and after it.
fn at_both_ends(key: &Key, operation: &Operation, up: &Trace) -> [Key; 2] {
    let all: Vec<&Operation> = up
        .steps
        .iter()
        .flat_map(|step| &step.operations)
        .map(|resolved| &resolved.operation)
        .collect();
    let at = all.iter().position(|other| std::ptr::eq(*other, operation)).unwrap_or(all.len());
    let before = all[..at].iter().rev().fold(key.clone(), |key, other| key.before(other));
    let after = all[at..].iter().fold(key.clone(), |key, other| key.after(other));
    [before, after]
}

/// Whether an operation adds a column, NOT NULL and without a value for the rows that may be there by then.
pub(super) fn needs_fill(operation: &Operation) -> bool {
    let Operation::AddColumn { column, .. } = operation else {
        return false;
    };
    !(column.nullable || column.default.is_some() || column.generated.is_some() || column.identity)
}

/// The same column added in three steps: nullable, filled, made NOT NULL.
pub(super) fn in_steps(operation: &Operation) -> Option<(Operation, String, Operation)> {
    let Operation::AddColumn {
        table,
        column,
        constraints,
        indexes,
    } = operation
    else {
        return None;
    };
    let nullable = Column {
        nullable: true,
        ..column.clone()
    };
    let add = Operation::AddColumn {
        table: table.clone(),
        column: nullable.clone(),
        constraints: constraints.clone(),
        indexes: indexes.clone(),
    };
    let value = super::rows::literal(&super::restore_words::filler(column));
    let fill = format!("update {table} {{ set = \"{} = {value}\" }}", column.name);
    let tighten = Operation::AlterColumn {
        table: table.clone(),
        before: nullable,
        after: column.clone(),
        using: crate::operation::Using::Implicit,
    };
    Some((add, fill, tighten))
}

/// A column cannot come back NOT NULL without a value for the rows that are there.
fn readded(operation: &Operation, undone: &Resolved, diagnostics: &mut Vec<Diagnostic>) {
    let Operation::AddColumn { table, column, .. } = operation else {
        return;
    };
    if !needs_fill(operation) {
        return;
    }
    let object = Object::Column(table.clone(), column.clone());
    let message = format!(
        "the derived downgrade would add {} again, NOT NULL and without a default",
        word::name(&object)
    );
    let mut diagnostic = Diagnostic::error(Code::M307, undone.word, message);
    if let Some((add, fill, tighten)) = in_steps(operation) {
        let tighten = spell::lines_without_allow(&[tighten]).join(" ");
        diagnostic = diagnostic.help(format!("write the downgrade: `{} {fill} {tighten}`", spell::text(&[add], false)));
    }
    diagnostics.push(diagnostic);
}
