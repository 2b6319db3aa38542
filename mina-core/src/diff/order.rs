//! Changes as statements, each where it can stand.

use super::changes::{Changes, gone_and_new, taken_values};
use super::piece::Piece;
use crate::check::spell::{plain, plain_statement, table_ref};
use crate::engine::Engine;
use crate::operation::{Operation, Using};
use crate::schema::{Column, Default, Enum, ObjectName, Schema, Table, Value};
use crate::sql::text::{calls, mentions_table};
use crate::syntax::ast::{Statement, StatementKind};
use std::collections::BTreeSet;

/// Whether a table is passed over once, or what goes is taken out of all tables before anything is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passes {
    One,
    Apart,
}

/// Statements in the making; what stands on one table in a row shares a `batch_alter`.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) statements: Vec<Statement>,
}

impl Script {
    pub(super) fn say(&mut self, operation: &Operation) {
        self.statements.extend(plain_statement(operation, false));
    }

    pub(super) fn on(&mut self, on: &ObjectName, operation: &Operation) {
        self.batch(on, plain_statement(operation, true));
    }

    pub(super) fn batch(&mut self, on: &ObjectName, inner: Vec<Statement>) {
        let name = table_ref(on, false);
        match self.statements.last_mut() {
            Some(Statement {
                kind: StatementKind::BatchAlter { table, statements },
                ..
            }) if *table == name => statements.extend(inner),
            _ if inner.is_empty() => {}
            _ => self.statements.push(plain(StatementKind::BatchAlter {
                table: name,
                statements: inner,
            })),
        }
    }
}

/// Puts new names of columns into the next pass over their table, where only enums change between the two.
pub(super) fn sink(statements: &mut Vec<Statement>) {
    let is_rename = |inner: &Statement| matches!(&inner.kind, StatementKind::AlterColumn { changes, .. } if changes.rename.is_some());
    let mut at = 0;
    while at < statements.len() {
        let next = match &statements[at].kind {
            StatementKind::BatchAlter { table, statements: inner } if inner.iter().all(is_rename) => {
                let rest = statements[at + 1..].iter();
                let between = rest.take_while(|other| is_of_enums(other)).count();
                let next = at + 1 + between;
                let same = statements.get(next).is_some_and(|other| match &other.kind {
                    StatementKind::BatchAlter { table: other, .. } => other == table,
                    _ => false,
                });
                same.then_some(next)
            }
            _ => None,
        };
        let Some(next) = next else {
            at += 1;
            continue;
        };
        let StatementKind::BatchAlter { statements: renames, .. } = statements.remove(at).kind else {
            return;
        };
        if let StatementKind::BatchAlter { statements: inner, .. } = &mut statements[next - 1].kind {
            inner.splice(0..0, renames);
        }
    }
}

fn is_of_enums(statement: &Statement) -> bool {
    matches!(
        statement.kind,
        StatementKind::CreateEnum { .. } | StatementKind::AlterEnum { .. } | StatementKind::CreateSequence { .. }
    )
}

pub(super) struct Order<'a> {
    pub(super) have: &'a Schema,
    pub(super) want: &'a Schema,
    pub(super) changes: &'a Changes,
    pub(super) engine: Engine,
    pub(super) passes: Passes,
}

impl Order<'_> {
    /// All but the renaming of tables, columns and values, and the views, triggers and functions that go before it.
    pub(super) fn write(&self, script: &mut Script) {
        for name in self.want.namespaces().keys() {
            if !self.have.namespaces().contains_key(name) {
                script.say(&Operation::CreateNamespace(name.clone()));
            }
        }
        for name in self.want.extensions().keys() {
            if !self.have.extensions().contains_key(name) {
                script.say(&Operation::CreateExtension(name.clone()));
            }
        }
        let late = self.late_functions();
        self.drop_bodies(script, &late);
        let (gone_sequences, new_sequences) = gone_and_new(self.have.sequences(), self.want.sequences());
        let differ = |name: &&ObjectName| self.want.sequence(name).is_some();
        for sequence in gone_sequences.iter().filter(differ).filter_map(|name| self.have.sequence(name)) {
            script.say(&Operation::DropSequence((**sequence).clone()));
        }
        self.add_values(script);
        for sequence in new_sequences.iter().filter_map(|name| self.want.sequence(name)) {
            script.say(&Operation::CreateSequence((**sequence).clone()));
        }
        let functions = self.new_functions();
        let (early, rest): (Vec<_>, Vec<_>) = functions.into_iter().partition(|(_, early)| *early);
        for (function, _) in &early {
            script.say(function);
        }
        self.tables(script);
        self.make_bodies(script, rest.into_iter().map(|(function, _)| function).collect());
        for function in late.iter().filter_map(|piece| self.drop_of(piece)) {
            script.say(&function);
        }
        for (name, _) in self.have.enums().iter().filter(|(name, _)| self.want.enumeration(name).is_none()) {
            let gone = self.have.enumeration(name);
            gone.into_iter()
                .for_each(|gone| script.say(&Operation::DropEnum(Enum::clone(gone))));
        }
        for sequence in gone_sequences
            .iter()
            .filter(|name| !differ(name))
            .filter_map(|name| self.have.sequence(name))
        {
            script.say(&Operation::DropSequence((**sequence).clone()));
        }
        for name in self.have.extensions().keys() {
            if !self.want.extensions().contains_key(name) {
                script.say(&Operation::DropExtension(name.clone()));
            }
        }
        for name in self.have.namespaces().keys() {
            if !self.want.namespaces().contains_key(name) {
                script.say(&Operation::DropNamespace(name.clone()));
            }
        }
    }

    /// Functions that go and stand in nobody's way: what calls them may go first.
    fn late_functions(&self) -> BTreeSet<Piece> {
        let taken = self.changes.taken.iter();
        let late = taken.filter(|piece| match piece {
            Piece::Function(name, arguments) => {
                let body = self.have.function(name, arguments).map_or("", |function| &function.body);
                self.want.function(name, arguments).is_none()
                    && !self.have.tables().keys().any(|table| mentions_table(body, self.engine, table))
            }
            _ => false,
        });
        late.cloned().collect()
    }

    /// Triggers, then views and functions, each before what it names.
    fn drop_bodies(&self, script: &mut Script, late: &BTreeSet<Piece>) {
        drop_bodies(self.have, self.engine, &self.changes.taken, late, script);
    }

    fn drop_of(&self, piece: &Piece) -> Option<Operation> {
        drop_of(self.have, piece)
    }

    fn add_values(&self, script: &mut Script) {
        for (name, want) in self.want.enums().iter() {
            if self.have.enumeration(name).is_none() {
                script.say(&Operation::CreateEnum(Enum::clone(want)));
            }
        }
        for (have, want) in &self.changes.enums {
            let gone = taken_values(have, want);
            let new = want.values.iter().filter(|value| !have.values.contains(value));
            let mut before = have.clone();
            for value in new {
                let after = with_value(&before, want, value, &gone);
                script.say(&alter_enum(&before, &after));
                before = after;
            }
        }
    }

    /// Values that go, and those that move, which go and come again.
    pub(super) fn remove_values(&self, script: &mut Script) {
        for (have, want) in &self.changes.enums {
            let gone = taken_values(have, want);
            let mut before = have.clone();
            for value in want.values.iter().filter(|value| !have.values.contains(value)) {
                before = with_value(&before, want, value, &gone);
            }
            for value in &gone {
                self.without_default(&have.name, value, script);
                let mut after = before.clone();
                after.values.retain(|other| other != value);
                script.say(&alter_enum(&before, &after));
                before = after;
            }
            for value in gone.iter().filter(|value| want.values.contains(value)) {
                let after = with_value(&before, want, value, &[]);
                script.say(&alter_enum(&before, &after));
                before = after;
            }
        }
    }

    /// A value that goes is no column's default any more; the wanted one is set with the other changes of its table.
    fn without_default(&self, name: &ObjectName, value: &str, script: &mut Script) {
        let default = Some(Default::Value(Value::String(value.to_owned())));
        let gone = |table: &Table| self.changes.taken.contains(&Piece::Table(table.name.clone()));
        for table in self.have.tables().values().filter(|table| !gone(table)) {
            let columns = table.columns.iter();
            for column in columns.filter(|column| column.ty.is_of_enum(name) && column.default == default) {
                let after = Column {
                    default: None,
                    ..column.clone()
                };
                script.on(&table.name, &alter(&table.name, column, &after));
            }
        }
    }

    /// The new views, functions and triggers, each after what it names.
    fn make_bodies(&self, script: &mut Script, functions: Vec<Operation>) {
        let views = self.want.views().values();
        let new = views.filter(|view| self.have.view(&view.name).is_none() || self.changes.taken.contains(&Piece::View(view.name.clone())));
        let views = new.map(|view| Operation::CreateView((**view).clone()));
        let mut bodies: Vec<Operation> = functions.into_iter().chain(views).collect();
        sort_by_need(&mut bodies, self.engine);
        for body in &bodies {
            script.say(body);
        }
        for trigger in self.want.triggers().values() {
            let piece = Piece::Trigger(trigger.table.clone(), trigger.name.clone());
            let on_new = self.changes.new_tables.contains(&trigger.table);
            if on_new || self.have.trigger(&trigger.table, &trigger.name).is_none() || self.changes.taken.contains(&piece) {
                script.say(&Operation::CreateTrigger((**trigger).clone()));
            }
        }
    }

    /// New functions, and whether they can be made before the tables.
    fn new_functions(&self) -> Vec<(Operation, bool)> {
        let functions = self.want.functions().values().filter(|function| {
            let piece = Piece::Function(function.name.clone(), function.arguments.clone());
            self.have.function(&function.name, &function.arguments).is_none() || self.changes.taken.contains(&piece)
        });
        let names_nothing = |body: &str| {
            let mut tables = self.want.tables().keys().chain(self.want.views().keys());
            !tables.any(|name| mentions_table(body, self.engine, name))
        };
        let all = functions.map(|function| {
            let early = names_nothing(&function.body);
            (Operation::CreateFunction((**function).clone()), early)
        });
        all.collect()
    }
}

/// Takes a constraint or an index off its table.
pub(super) fn take(have: &Schema, piece: &Piece, script: &mut Script) {
    let drop = match piece {
        Piece::Constraint(table, name) => have.constraint_at(table, name).map(|constraint| Operation::DropConstraint {
            table: table.clone(),
            constraint,
        }),
        Piece::Index(table, name) => have.index_at(table, name).map(|index| Operation::DropIndex {
            table: table.clone(),
            index: index.clone(),
            concurrently: false,
        }),
        _ => None,
    };
    if let (Some(table), Some(drop)) = (piece.table(), drop) {
        script.on(table, &drop);
    }
}

pub(super) fn drop_bodies(have: &Schema, engine: Engine, taken: &BTreeSet<Piece>, late: &BTreeSet<Piece>, script: &mut Script) {
    for piece in taken.iter().filter(|piece| matches!(piece, Piece::Trigger(..))) {
        drop_of(have, piece).into_iter().for_each(|drop| script.say(&drop));
    }
    let bodies = taken.iter().filter(|piece| matches!(piece, Piece::View(_) | Piece::Function(..)));
    let bodies = bodies.filter(|piece| !late.contains(piece));
    let mut drops: Vec<Operation> = bodies.filter_map(|piece| drop_of(have, piece)).collect();
    sort_by_need(&mut drops, engine);
    drops.iter().rev().for_each(|drop| script.say(drop));
}

fn drop_of(have: &Schema, piece: &Piece) -> Option<Operation> {
    match piece {
        Piece::View(name) => have.view(name).map(|view| Operation::DropView((**view).clone())),
        Piece::Trigger(table, name) => {
            let trigger = have.trigger(table, name);
            trigger.map(|trigger| Operation::DropTrigger((**trigger).clone()))
        }
        Piece::Function(name, arguments) => {
            let function = have.function(name, arguments);
            function.map(|function| Operation::DropFunction((**function).clone()))
        }
        _ => None,
    }
}

/// Puts views and functions after those that they name, in the order of their names otherwise.
fn sort_by_need(bodies: &mut Vec<Operation>, engine: Engine) {
    let needs = |one: &Operation, other: &Operation| {
        let body = match one {
            Operation::CreateView(view) | Operation::DropView(view) => &view.body,
            Operation::CreateFunction(function) | Operation::DropFunction(function) => &function.body,
            _ => return false,
        };
        match other {
            Operation::CreateView(view) | Operation::DropView(view) => mentions_table(body, engine, &view.name),
            Operation::CreateFunction(function) | Operation::DropFunction(function) => calls(body, &function.name.name),
            _ => false,
        }
    };
    let mut sorted: Vec<Operation> = Vec::with_capacity(bodies.len());
    while !bodies.is_empty() {
        let free = (0..bodies.len()).find(|&at| {
            let mut others = bodies.iter().enumerate().filter(|(other, _)| *other != at);
            !others.any(|(_, other)| needs(&bodies[at], other))
        });
        sorted.push(bodies.remove(free.unwrap_or_default()));
    }
    *bodies = sorted;
}

/// An enum with one more value, where it stands among those that are wanted.
fn with_value(before: &Enum, want: &Enum, value: &String, gone: &[String]) -> Enum {
    let mut after = before.clone();
    let at = want.values.iter().position(|other| other == value).unwrap_or(want.values.len());
    let previous = want.values[..at]
        .iter()
        .rev()
        .find(|other| !gone.contains(other) && before.values.contains(other));
    let place = match previous.and_then(|previous| before.values.iter().position(|other| other == previous)) {
        Some(previous) => previous + 1,
        None => {
            let next = want.values[at..]
                .iter()
                .find(|other| !gone.contains(other) && before.values.contains(other));
            let next = next.and_then(|next| before.values.iter().position(|other| other == next));
            next.unwrap_or(before.values.len())
        }
    };
    after.values.insert(place, value.clone());
    after
}

fn alter_enum(before: &Enum, after: &Enum) -> Operation {
    Operation::AlterEnum {
        before: before.clone(),
        after: after.clone(),
        renamed: None,
    }
}

pub(super) fn alter(table: &ObjectName, before: &Column, after: &Column) -> Operation {
    Operation::AlterColumn {
        table: table.clone(),
        before: before.clone(),
        after: after.clone(),
        using: Using::Implicit,
    }
}
