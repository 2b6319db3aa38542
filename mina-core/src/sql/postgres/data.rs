//! Rows that carry the keys that the database would count up.

use super::{Postgres, quote, string};
use crate::schema::{ObjectName, Schema, Value};
use crate::sql::{Dialect, data};

/// Where a row says NULL for a column that is counted up, the database counts: on from the keys that are given.
pub(super) fn bulk_insert(table: &ObjectName, columns: &[String], rows: &[Vec<Value>], schema: &Schema) -> Vec<String> {
    let counted = counted(table, schema);
    let position = columns.iter().position(|column| Some(column.as_str()) == counted);
    let Some((at, column)) = position.zip(counted) else {
        return data::bulk_insert(&Postgres, table, columns, rows, schema);
    };
    let (given, mut left): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(|row| row.get(at) != Some(&Value::Null));
    let nulls = left.iter_mut().filter_map(|row| row.get_mut(at));
    nulls.for_each(|value| *value = Value::Sql("DEFAULT".into()));
    let mut statements = data::bulk_insert(&Postgres, table, columns, &given, schema);
    if !given.is_empty() {
        statements.push(advance(table, column));
    }
    statements.extend(data::bulk_insert(&Postgres, table, columns, &left, schema));
    statements
}

fn counted<'s>(table: &ObjectName, schema: &'s Schema) -> Option<&'s str> {
    schema.table(table)?.identity_column().map(|column| column.name.as_str())
}

/// Moves the sequence of a counted column past the largest key that is there, never back.
pub(super) fn advance(table: &ObjectName, column: &str) -> String {
    let from = Postgres.object(table);
    format!(
        "SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence({}, {})::regclass AS s, max({}) AS m FROM {from}) AS q \
         WHERE m > coalesce(pg_sequence_last_value(s), 0)",
        string(&from),
        string(column),
        quote(column)
    )
}
