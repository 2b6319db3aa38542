//! What is known of the rows at each point of a block: by what made them, filled them, or held for them.

use super::writes::{self, Write};
use crate::engine::Engine;
use crate::history::Resolved;
use crate::operation::Operation;
use crate::schema::{Column, Constraint, Default, Expression, Index, ObjectName, Schema, Value};
use std::collections::{BTreeMap, HashMap};

/// What a column holds in a row, or in all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Value(Value),
    NotNull,
    Unknown,
}

impl Cell {
    fn of(value: &Value) -> Self {
        match value {
            Value::Sql(_) => Self::Unknown,
            Value::Now | Value::Today | Value::Uuid => Self::NotNull,
            value => Self::Value(value.clone()),
        }
    }

    /// What a new column holds in the rows that are there.
    pub(super) fn of_default(column: &Column) -> Self {
        match &column.default {
            _ if column.generated.is_some() => Self::Unknown,
            _ if column.identity => Self::NotNull,
            None => Self::Value(Value::Null),
            Some(Default::Value(value)) => Self::of(value),
            Some(Default::Sql(_)) => Self::Unknown,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        *self == Self::Value(Value::Null)
    }

    pub(super) fn is_not_null(&self) -> bool {
        !matches!(self, Self::Unknown) && !self.is_null()
    }

    pub(super) fn value(&self) -> Option<&Value> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (a, b) if a.is_not_null() && b.is_not_null() => Self::NotNull,
            _ => Self::Unknown,
        }
    }
}

pub(super) type Row = BTreeMap<String, Cell>;

/// Rows that a step has changed or taken out, by its WHERE.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    pub(super) filter: Expression,
    /// What they hold since; none where they are gone.
    pub(super) set: Option<Vec<(String, Expression)>>,
}

/// What is known of one table's rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// All of them, where the block made the table and every step that wrote to it could be read.
    pub(super) all: Option<Vec<Row>>,
    /// What every row holds in a column.
    columns: HashMap<String, Cell>,
    /// Constraints that were in force, with nothing written since that could break them.
    pub(super) held: Vec<Constraint>,
    /// The same of unique indexes.
    pub(super) held_indexes: Vec<Index>,
    pub(super) sweeps: Vec<Sweep>,
    /// Rows that the block put in.
    pub(super) inserted: Vec<Row>,
}

impl Rows {
    pub(super) fn are_none(&self) -> bool {
        self.all.as_ref().is_some_and(Vec::is_empty)
    }

    /// What every row holds in a column.
    pub(super) fn column(&self, name: &str) -> Cell {
        match &self.all {
            Some(rows) => {
                let mut cells = rows.iter().map(|row| row.get(name).cloned().unwrap_or(Cell::Unknown));
                let first = cells.next().unwrap_or(Cell::NotNull);
                cells.fold(first, |all, cell| all.or(&cell))
            }
            None => self.columns.get(name).cloned().unwrap_or(Cell::Unknown),
        }
    }

    fn forget(&mut self) {
        *self = Self::default();
    }

    fn set(&mut self, column: &str, cell: &Cell, some: bool) {
        let assign = |old: Option<&Cell>| match (some, old) {
            (true, Some(old)) => old.or(cell),
            (true, None) => Cell::Unknown,
            (false, _) => cell.clone(),
        };
        let fact = assign(self.columns.get(column));
        self.columns.insert(column.to_owned(), fact);
        for row in self.all.iter_mut().flatten().chain(&mut self.inserted) {
            let cell = assign(row.get(column));
            row.insert(column.to_owned(), cell);
        }
        let keys: Vec<Constraint> = self.held.iter().filter(|held| cell.is_null() && is_key(held)).cloned().collect();
        self.breaks(column);
        self.held.extend(keys.into_iter().filter(|key| key.as_ref().uses(column)));
    }

    /// A write to a column ends what was known of it through constraints and sweeps.
    fn breaks(&mut self, column: &str) {
        self.held.retain(|constraint| !constraint.as_ref().uses(column));
        self.held_indexes.retain(|index| !index.uses(column));
        self.sweeps
            .retain(|sweep| !sweep.filter.columns().iter().any(|name| name == column));
    }

    fn rename_column(&mut self, from: &str, to: &str) {
        let rows = self.all.iter_mut().flatten().chain(&mut self.inserted);
        for row in rows {
            if let Some(cell) = row.remove(from) {
                row.insert(to.to_owned(), cell);
            }
        }
        if let Some(cell) = self.columns.remove(from) {
            self.columns.insert(to.to_owned(), cell);
        }
        for sweep in &mut self.sweeps {
            sweep.filter = sweep.filter.rename_column(from, to);
            for (column, value) in sweep.set.iter_mut().flatten() {
                *value = value.rename_column(from, to);
                if column == from {
                    to.clone_into(column);
                }
            }
        }
        let held = std::mem::take(&mut self.held);
        let mut table = bare_table();
        held.into_iter().for_each(|constraint| table.add_constraint(constraint));
        table.indexes = std::mem::take(&mut self.held_indexes);
        table.rename_column(from, to);
        self.held = table.constraints().map(|constraint| constraint.to_owned()).collect();
        self.held_indexes = table.indexes;
    }
}

fn is_key(constraint: &Constraint) -> bool {
    matches!(constraint, Constraint::ForeignKey(_))
}

fn bare_table() -> crate::schema::Table {
    crate::schema::Table {
        name: ObjectName::new(""),
        columns: Vec::new(),
        primary_key: None,
        foreign_keys: Vec::new(),
        uniques: Vec::new(),
        checks: Vec::new(),
        exclusions: Vec::new(),
        indexes: Vec::new(),
        comment: None,
        options: Vec::new(),
        origin: crate::schema::Origin::default(),
    }
}

/// What is known of all tables' rows; grows with each operation of a block.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    engine: Engine,
    tables: HashMap<ObjectName, Rows>,
}

impl Facts {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            engine,
            tables: HashMap::new(),
        }
    }

    pub(super) fn engine(&self) -> Engine {
        self.engine
    }

    /// What is known of a table's rows.
    pub(super) fn of(&self, table: &ObjectName) -> Rows {
        self.tables.get(table).cloned().unwrap_or_default()
    }

    fn rows(&mut self, table: &ObjectName) -> &mut Rows {
        self.tables.entry(table.clone()).or_default()
    }

    /// Takes an operation into account.
    pub(super) fn learn(&mut self, resolved: &Resolved) {
        self.learn_of(&resolved.operation, &resolved.before);
    }

    fn learn_of(&mut self, operation: &Operation, before: &Schema) {
        match operation {
            Operation::CreateTable(table) => {
                let rows = Rows {
                    all: Some(Vec::new()),
                    ..Rows::default()
                };
                self.tables.insert(table.name.clone(), rows);
            }
            Operation::DropTable(table) => {
                self.tables.remove(&table.name);
                self.target_changed(&table.name);
            }
            Operation::RenameTable { from, to, .. } => self.rename_table(from, to),
            Operation::AddColumn { table, column, .. } => {
                let cell = Cell::of_default(column);
                let rows = self.rows(table);
                rows.columns.insert(column.name.clone(), cell.clone());
                for row in rows.all.iter_mut().flatten().chain(&mut rows.inserted) {
                    row.insert(column.name.clone(), cell.clone());
                }
            }
            Operation::DropColumn { table, column, .. } => {
                let rows = self.rows(table);
                rows.breaks(&column.name);
                rows.columns.remove(&column.name);
                for row in rows.all.iter_mut().flatten().chain(&mut rows.inserted) {
                    row.remove(&column.name);
                }
            }
            Operation::RenameColumn { table, from, to } => {
                self.rows(table).rename_column(from, to);
                let keys = self.tables.values_mut().flat_map(|rows| &mut rows.held);
                for constraint in keys {
                    if let Constraint::ForeignKey(key) = constraint
                        && key.table == *table
                    {
                        key.referred
                            .iter_mut()
                            .filter(|name| *name == from)
                            .for_each(|name| to.clone_into(name));
                    }
                }
            }
            Operation::AlterColumn {
                table, before: was, after, ..
            } => self.alter_column(table, was, after),
            Operation::DropConstraint { table, constraint } => self.rows(table).held.push(constraint.clone()),
            Operation::DropIndex { table, index, .. } if index.unique => self.rows(table).held_indexes.push(index.clone()),
            Operation::Update { table, set, filter, .. } | Operation::Backfill { table, set, filter, .. } => {
                let write = writes::update(table, set, filter.as_deref(), self.engine);
                self.write(&write, before);
            }
            Operation::Delete { table, filter, .. } => {
                let write = writes::delete(table, filter.as_deref(), self.engine);
                self.write(&write, before);
            }
            Operation::BulkInsert { table, columns, rows, .. } => self.insert(table, columns, rows, before),
            Operation::BulkDelete { table, .. } => {
                let rows = self.rows(table);
                rows.inserted.clear();
                if rows.all.as_ref().is_some_and(|rows| !rows.is_empty()) {
                    rows.all = None;
                }
                self.target_changed(table);
            }
            Operation::Execute { sql, effect, .. } => {
                for write in writes::of_sql(sql, self.engine) {
                    self.write(&write, before);
                }
                effect.iter().for_each(|operation| self.learn_of(operation, before));
            }
            Operation::Run { .. } => self.tables.clear(),
            _ => {}
        }
    }

    fn rename_table(&mut self, from: &ObjectName, to: &ObjectName) {
        if let Some(rows) = self.tables.remove(from) {
            self.tables.insert(to.clone(), rows);
        }
        for constraint in self.tables.values_mut().flat_map(|rows| &mut rows.held) {
            if let Constraint::ForeignKey(key) = constraint
                && key.table == *from
            {
                key.table = to.clone();
            }
        }
    }

    fn alter_column(&mut self, table: &ObjectName, was: &Column, is: &Column) {
        let engine = self.engine;
        let rows = self.rows(table);
        if was.ty != is.ty && !super::safe::cast(&was.ty, &is.ty, engine) {
            let cell = match rows.column(&was.name) {
                cell if cell.is_null() => cell,
                cell if cell.is_not_null() => Cell::NotNull,
                _ => Cell::Unknown,
            };
            rows.set(&was.name, &cell, false);
        }
        let known = rows.column(&is.name);
        if (!was.nullable || !is.nullable) && known == Cell::Unknown && rows.all.is_none() {
            rows.columns.insert(is.name.clone(), Cell::NotNull);
        }
    }

    fn write(&mut self, write: &Write, schema: &Schema) {
        match write {
            Write::Nothing => {}
            Write::Unknown => self.tables.clear(),
            Write::Rows { table } => {
                self.rows(table).forget();
                self.target_changed(table);
            }
            Write::Delete { table, filter } => {
                let rows = self.rows(table);
                match filter {
                    None => {
                        rows.all = Some(Vec::new());
                        rows.inserted.clear();
                    }
                    Some(filter) => {
                        for column in nulls_in(filter) {
                            rows.columns.insert(column.clone(), Cell::NotNull);
                            rows.all.iter_mut().flatten().for_each(|row| {
                                row.entry(column.clone()).and_modify(|cell| {
                                    if *cell == Cell::Unknown {
                                        *cell = Cell::NotNull;
                                    }
                                });
                            });
                        }
                        rows.sweeps.push(Sweep {
                            filter: filter.clone(),
                            set: None,
                        });
                        rows.inserted.clear();
                    }
                }
                self.target_changed(table);
            }
            Write::Update { table, set, filter } => self.update(table, set, filter.as_ref(), schema),
        }
    }

    fn update(&mut self, table: &ObjectName, set: &[(String, Expression)], filter: Option<&Expression>, schema: &Schema) {
        let definition = schema.table(table).cloned();
        let rows = self.rows(table);
        let known = rows.clone();
        let not_null = |name: &str| {
            let column = definition.as_ref().and_then(|table| table.column(name));
            column.is_some_and(|column| !column.nullable) || known.column(name).is_not_null()
        };
        for (column, value) in set {
            let cell = match literal(value) {
                Some(value) => Cell::of(&value),
                None if value.never_null(&not_null) => Cell::NotNull,
                None => Cell::Unknown,
            };
            let fills = filter.is_some_and(|filter| nulls_in(filter).contains(column));
            rows.set(column, &cell, filter.is_some());
            if fills && cell.is_not_null() {
                rows.columns.insert(column.clone(), Cell::NotNull);
                for row in rows.all.iter_mut().flatten() {
                    row.insert(column.clone(), Cell::NotNull);
                }
            }
        }
        if let Some(filter) = filter {
            rows.sweeps.push(Sweep {
                filter: filter.clone(),
                set: Some(set.to_vec()),
            });
        }
        self.target_changed(table);
    }

    fn insert(&mut self, table: &ObjectName, columns: &[String], rows: &[Vec<Value>], schema: &Schema) {
        let Some(definition) = schema.table(table).cloned() else { return };
        let known = self.rows(table);
        let new = rows.iter().map(|values| -> Row {
            let cell = |column: &Column| match columns.iter().position(|name| *name == column.name) {
                Some(position) => values.get(position).map_or(Cell::Unknown, Cell::of),
                None => Cell::of_default(column),
            };
            definition
                .columns
                .iter()
                .map(|column| (column.name.clone(), cell(column)))
                .collect()
        });
        let new: Vec<Row> = new.collect();
        for (column, fact) in &mut known.columns {
            for row in &new {
                *fact = row.get(column).map_or(Cell::Unknown, |cell| fact.or(cell));
            }
        }
        known.held.clear();
        known.held_indexes.clear();
        known.sweeps.clear();
        known.inserted.extend(new.iter().cloned());
        if let Some(all) = &mut known.all {
            all.extend(new);
        }
    }

    /// Rows of a table went or changed: keys to it that are no longer in force may point nowhere.
    fn target_changed(&mut self, table: &ObjectName) {
        for rows in self.tables.values_mut() {
            rows.held
                .retain(|constraint| !matches!(constraint, Constraint::ForeignKey(key) if key.table == *table));
            let named = |sweep: &Sweep| sweep.filter.sql().contains(&*table.name);
            rows.sweeps.retain(|sweep| !is_about_another_table(&sweep.filter) || !named(sweep));
        }
    }
}

fn is_about_another_table(filter: &Expression) -> bool {
    filter.sql().to_ascii_uppercase().contains("SELECT")
}

/// The columns of which a filter catches every NULL: `c IS NULL` as an outermost term of OR.
fn nulls_in(filter: &Expression) -> Vec<String> {
    use sqlparser::ast::{BinaryOperator, Expr};
    fn terms(tree: &Expr, found: &mut Vec<String>) {
        match tree {
            Expr::Nested(inner) => terms(inner, found),
            Expr::BinaryOp {
                left,
                op: BinaryOperator::Or,
                right,
            } => {
                terms(left, found);
                terms(right, found);
            }
            Expr::IsNull(inner) => found.extend(column(inner)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    terms(filter.tree(), &mut found);
    found
}

/// The column that an expression is, if it is one.
pub(super) fn column(tree: &sqlparser::ast::Expr) -> Option<String> {
    use sqlparser::ast::Expr;
    match tree {
        Expr::Identifier(ident) => Some(ident.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|ident| ident.value.clone()),
        Expr::Nested(inner) => column(inner),
        _ => None,
    }
}

/// The literal that an expression is, if it is one.
pub(super) fn literal(expression: &Expression) -> Option<Value> {
    use sqlparser::ast::{Expr, UnaryOperator, Value as Literal};
    fn of(tree: &Expr) -> Option<Value> {
        match tree {
            Expr::Nested(inner) => of(inner),
            Expr::UnaryOp {
                op: UnaryOperator::Minus,
                expr,
            } => match of(expr)? {
                Value::Integer(digits) => Some(Value::Integer(format!("-{digits}"))),
                Value::Decimal(digits) => Some(Value::Decimal(format!("-{digits}"))),
                _ => None,
            },
            Expr::Value(value) => match &value.value {
                Literal::Null => Some(Value::Null),
                Literal::Boolean(value) => Some(Value::Bool(*value)),
                Literal::SingleQuotedString(text) => Some(Value::String(text.clone())),
                Literal::Number(digits, _) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(Value::Integer(digits.to_string())),
                Literal::Number(digits, _) => Some(Value::Decimal(digits.to_string())),
                _ => None,
            },
            _ => None,
        }
    }
    of(expression.tree())
}
