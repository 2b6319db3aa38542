//! Rows for every table, from what the live schema says.

use super::subject::Subject;
use super::value::candidates;
use crate::connection::BoxError;
use diesel::QueryResult;
use mina_core::schema::{Column, ForeignKey, ObjectName, Schema, Table};
use mina_core::sql::Dialect;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often the values of one row are changed until its checks let it in.
const TRIES: usize = 200;

/// Puts rows into the tables whose definition has changed since the last time.
#[derive(Default)]
pub(super) struct Rows {
    seen: BTreeMap<ObjectName, Arc<Table>>,
    counter: u32,
}

impl Rows {
    /// Two rows for each such table, where it takes any.
    pub(super) fn fill(&mut self, subject: &mut dyn Subject) -> Result<(), BoxError> {
        let schema = subject.normal()?.schema;
        let tables = schema.tables().iter();
        let mut open: Vec<_> = tables.filter(|(name, table)| self.seen.get(name) != Some(table)).collect();
        // A table waits until those that it refers to have rows.
        while !open.is_empty() {
            let before = open.len();
            let mut waiting = Vec::new();
            for (name, table) in open {
                match self.table(subject, table, &schema)? {
                    true => drop(self.seen.insert(name.clone(), table.clone())),
                    false => waiting.push((name, table)),
                }
            }
            if waiting.len() == before {
                break;
            }
            open = waiting;
        }
        Ok(())
    }

    /// Empties every table, and begins anew.
    pub(super) fn clear(&mut self, subject: &mut dyn Subject) -> Result<(), BoxError> {
        let schema = subject.normal()?.schema;
        subject.empty(&schema)?;
        self.seen.clear();
        Ok(())
    }

    /// Whether at least one row is in.
    fn table(&mut self, subject: &mut dyn Subject, table: &Table, schema: &Schema) -> QueryResult<bool> {
        let mut made = false;
        for _ in 0..2 {
            self.counter += 1;
            made |= self.row(subject, table, schema)?;
        }
        Ok(made)
    }

    fn row(&self, subject: &mut dyn Subject, table: &Table, schema: &Schema) -> QueryResult<bool> {
        let dialect = subject.dialect();
        let referred = self.referred(subject, table)?;
        let is_written = |column: &&Column| column.generated.is_none() && (!column.identity || referred.contains_key(&column.name));
        let mut columns: Vec<&Column> = table.columns.iter().filter(is_written).collect();
        if columns.is_empty() {
            columns = table.columns.iter().filter(|column| column.generated.is_none()).collect();
        }
        let choices: Vec<Vec<String>> = columns
            .iter()
            .map(|column| match referred.get(&column.name) {
                Some(value) => vec![value.clone()],
                None => candidates(column, table, schema, self.counter, dialect),
            })
            .collect();
        let names: Vec<String> = columns.iter().map(|column| dialect.quote(&column.name)).collect();
        let mut at = vec![0; choices.len()];
        for _ in 0..TRIES {
            let values: Vec<&str> = choices.iter().zip(&at).map(|(values, at)| values[*at].as_str()).collect();
            let (table, names, values) = (dialect.object(&table.name), names.join(", "), values.join(", "));
            let insert = format!("INSERT INTO {table} ({names}) VALUES ({values})");
            if subject.as_connection().execute(&insert).is_ok() {
                return Ok(true);
            }
            if !advance(&mut at, &choices) {
                break;
            }
        }
        Ok(false)
    }

    /// Values for the columns of foreign keys: those of a row that is there, NULL where there is none.
    fn referred(&self, subject: &mut dyn Subject, table: &Table) -> QueryResult<BTreeMap<String, String>> {
        let dialect = subject.dialect();
        let mut values = BTreeMap::new();
        for key in &table.foreign_keys {
            let count = subject
                .as_connection()
                .number(&format!("SELECT count(*) {}", whole(key, dialect)))?;
            for (name, referred) in key.columns.iter().zip(&key.referred) {
                let required = table.columns.iter().any(|column| column.name == *name && !column.nullable);
                let value = match count {
                    // A row may refer to itself.
                    0 if required && key.table == table.name => continue,
                    0 => "NULL".to_owned(),
                    count => value(key, referred, i64::from(self.counter) % count, dialect),
                };
                values.entry(name.clone()).or_insert(value);
            }
        }
        Ok(values)
    }
}

/// The rows that a key can refer to.
fn whole(key: &ForeignKey, dialect: &dyn Dialect) -> String {
    let there = key.referred.iter().map(|name| format!("{} IS NOT NULL", dialect.quote(name)));
    let there: Vec<String> = there.collect();
    format!("FROM {} WHERE {}", dialect.object(&key.table), there.join(" AND "))
}

// MariaDB reads from the table that it inserts into only through another query.
fn value(key: &ForeignKey, referred: &str, offset: i64, dialect: &dyn Dialect) -> String {
    let order: Vec<String> = key.referred.iter().map(|name| dialect.quote(name)).collect();
    format!(
        "(SELECT word FROM (SELECT {} AS word {} ORDER BY {} LIMIT 1 OFFSET {offset}) AS mina_value)",
        dialect.quote(referred),
        whole(key, dialect),
        order.join(", ")
    )
}

/// The next combination of values; false after the last.
fn advance(at: &mut [usize], choices: &[Vec<String>]) -> bool {
    for (at, values) in at.iter_mut().zip(choices) {
        *at += 1;
        if *at < values.len() {
            return true;
        }
        *at = 0;
    }
    false
}
