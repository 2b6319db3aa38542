//! Statements of one engine as every engine reads them: identifiers in backticks.

use crate::engine::Engine;
use crate::schema::Value;
use crate::sql::text::in_backticks;
use crate::syntax::ast::{
    ColumnChanges, ColumnDef, ConstraintDef, ConstraintKind, DefaultDef, IndexDef, IndexKeyDef, SqlString, SqlText, Statement,
    StatementKind, TableItem, UsingDef,
};

pub(super) fn all(mut statements: Vec<Statement>, engine: Engine) -> Vec<Statement> {
    let portable = Portable { engine };
    statements.iter_mut().for_each(|statement| portable.statement(statement));
    statements
}

struct Portable {
    engine: Engine,
}

impl Portable {
    fn text(&self, sql: &mut SqlString) {
        sql.text = in_backticks(&sql.text, self.engine);
    }

    fn body(&self, text: &mut SqlText) {
        match text {
            SqlText::Same(sql) => self.text(sql),
            SqlText::PerEngine(each, _) => each.iter_mut().for_each(|(_, sql)| self.text(sql)),
        }
    }

    fn value(&self, value: &mut Value) {
        if let Value::Sql(sql) = value {
            *sql = in_backticks(sql, self.engine);
        }
    }

    fn statement(&self, statement: &mut Statement) {
        match &mut statement.kind {
            StatementKind::BatchAlter { statements, .. } => statements.iter_mut().for_each(|inner| self.statement(inner)),
            StatementKind::CreateTable(table) => {
                for item in &mut table.items {
                    match item {
                        TableItem::Column(column) => self.column(column),
                        TableItem::Constraint(constraint) => self.constraint(constraint),
                        TableItem::Index(index) => self.index(index),
                    }
                }
            }
            StatementKind::AddColumn { column, .. } => self.column(column),
            StatementKind::AlterColumn { changes, .. } => self.changes(changes),
            StatementKind::CreateConstraint { constraint, .. } => self.constraint(constraint),
            StatementKind::CreateIndex { index, .. } => self.index(index),
            StatementKind::CreateView { body, .. }
            | StatementKind::CreateTrigger { body, .. }
            | StatementKind::CreateFunction { body, .. } => self.body(body),
            _ => {}
        }
    }

    fn column(&self, column: &mut ColumnDef) {
        if let Some(DefaultDef { value, .. }) = &mut column.default {
            self.value(value);
        }
        if let Some(check) = &mut column.check {
            self.text(&mut check.expression);
        }
        if let Some(generated) = &mut column.generated {
            self.text(&mut generated.expression);
        }
    }

    fn changes(&self, changes: &mut ColumnChanges) {
        if let Some((Some(value), _)) = &mut changes.default {
            self.value(value);
        }
        if let Some((Some(expression), _)) = &mut changes.generated {
            self.text(expression);
        }
        if let Some(UsingDef::Sql(sql)) = &mut changes.using {
            self.body(sql);
        }
    }

    fn constraint(&self, constraint: &mut ConstraintDef) {
        match &mut constraint.kind {
            ConstraintKind::Check { expression, .. } => self.text(expression),
            ConstraintKind::Exclusion { elements, filter, .. } => {
                elements.iter_mut().for_each(|(key, _)| self.key(key));
                filter.iter_mut().for_each(|filter| self.text(filter));
            }
            _ => {}
        }
    }

    fn index(&self, index: &mut IndexDef) {
        index.elements.iter_mut().for_each(|element| self.key(&mut element.key));
        index.filter.iter_mut().for_each(|filter| self.text(filter));
    }

    fn key(&self, key: &mut IndexKeyDef) {
        if let IndexKeyDef::Expression(sql) = key {
            self.text(sql);
        }
    }
}
