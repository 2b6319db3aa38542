//! Rows: INSERT, UPDATE, DELETE, TRUNCATE.

use super::reader::{Reader, Reading, beyond};
use super::words::{ident, plain, sql_string, table_ref};
use mina_core::schema::{ObjectName, Table, Value};
use mina_core::syntax::Span;
use mina_core::syntax::ast::{BulkInsert, Row, Statement, StatementKind, Undo};
use sqlparser::ast::{self, FromTable, SetExpr, TableFactor, TableObject, TableWithJoins};

impl Reader<'_> {
    pub fn insert(&mut self, insert: &ast::Insert) -> Reading<Vec<Statement>> {
        let is_plain = insert.or.is_none()
            && !insert.ignore
            && !insert.overwrite
            && !insert.replace_into
            && insert.on.is_none()
            && insert.returning.is_none()
            && insert.assignments.is_empty()
            && insert.table_alias.is_none()
            && insert.insert_alias.is_none();
        let (TableObject::TableName(name), Some(source), true) = (&insert.table, &insert.source, is_plain) else {
            return beyond("an INSERT that says more than its rows");
        };
        let table_name = self.table_name(name)?;
        let table = self.table(&table_name)?;
        let SetExpr::Values(values) = &*source.body else {
            return beyond("rows that come from a query");
        };
        if source.with.is_some() || source.order_by.is_some() || source.limit_clause.is_some() {
            return beyond("an INSERT that says more than its rows");
        }
        let columns: Vec<String> = match insert.columns.is_empty() {
            true => table.columns.iter().map(|column| column.name.clone()).collect(),
            false => insert
                .columns
                .iter()
                .map(|column| Ok(self.object_name(column)?.name.to_string()))
                .map(|name: Reading<String>| name.map(|name| table.column_in_sql(&name).map_or(name, |column| column.name.clone())))
                .collect::<Reading<_>>()?,
        };
        let mut rows = Vec::new();
        for row in &values.rows {
            if row.content.len() != columns.len() {
                return beyond("rows of another length than the columns");
            }
            let mut said = Vec::new();
            for (expr, column) in row.content.iter().zip(&columns) {
                said.push((self.literal(expr, table, column)?, Span::default()));
            }
            rows.push(Row {
                names: Vec::new(),
                values: said,
                span: Span::default(),
            });
        }
        Ok(vec![plain(StatementKind::BulkInsert(BulkInsert {
            table: table_ref(&table_name),
            columns: Some(columns.into_iter().map(ident).collect()),
            rows,
        }))])
    }

    fn literal(&self, expr: &ast::Expr, table: &Table, column: &str) -> Reading<Value> {
        let Some(there) = table.column(column) else {
            return beyond(format!("`{}` has no column `{column}`", table.name));
        };
        match self.default(expr, &there.ty) {
            None => Ok(Value::Null),
            Some(Value::Sql(sql)) => beyond(format!("a value that is no literal, `{sql}`")),
            Some(value) => Ok(value),
        }
    }

    pub fn update(&mut self, update: &ast::Update) -> Reading<Vec<Statement>> {
        let table = self.plain_table(&update.table)?;
        let says_more = update.from.is_some() || update.returning.is_some() || update.or.is_some() || !update.order_by.is_empty();
        if says_more || update.limit.is_some() {
            return beyond("an UPDATE that says more");
        }
        let set: Vec<String> = update.assignments.iter().map(ToString::to_string).collect();
        Ok(vec![plain(StatementKind::Update {
            table: table_ref(&table),
            set: sql_string(set.join(", ")),
            filter: update.selection.as_ref().map(|filter| sql_string(filter.to_string())),
            undo: Undo::Missing,
        })])
    }

    pub fn delete(&mut self, delete: &ast::Delete) -> Reading<Vec<Statement>> {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        let says_more = delete.using.is_some() || delete.returning.is_some() || !delete.order_by.is_empty() || delete.limit.is_some();
        let ([from], true, false) = (from.as_slice(), delete.tables.is_empty(), says_more) else {
            return beyond("a DELETE that says more");
        };
        Ok(vec![plain(StatementKind::Delete {
            table: table_ref(&self.plain_table(from)?),
            filter: delete.selection.as_ref().map(|filter| sql_string(filter.to_string())),
            undo: Undo::Missing,
        })])
    }

    pub fn truncate(&mut self, truncate: &ast::Truncate) -> Reading<Vec<Statement>> {
        if truncate.identity.is_some() || truncate.cascade.is_some() || truncate.partitions.is_some() {
            self.lost.push("TRUNCATE with options".to_owned());
            return Ok(Vec::new());
        }
        let table = |target: &ast::TruncateTableTarget| {
            let table = self.table_name(&target.name)?;
            Ok(plain(StatementKind::Delete {
                table: table_ref(&table),
                filter: None,
                undo: Undo::Missing,
            }))
        };
        truncate.table_names.iter().map(table).collect()
    }

    /// The one table, without an alias or a join.
    fn plain_table(&self, from: &TableWithJoins) -> Reading<ObjectName> {
        match &from.relation {
            TableFactor::Table {
                name,
                alias: None,
                args: None,
                ..
            } if from.joins.is_empty() => {
                let name = self.table_name(name)?;
                self.table(&name)?;
                Ok(name)
            }
            _ => beyond("rows of several tables"),
        }
    }
}
