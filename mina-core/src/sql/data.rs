//! Steps that move rows.

use super::Dialect;
use crate::check::writes::assigned_columns;
use crate::history::{Resolved, Step, Trace};
use crate::operation::Operation;
use crate::schema::{ObjectName, Schema, Type, Value};

/// Rows of one statement, and bytes of its text: far inside every engine's limits, and few enough to hold in memory.
const ROWS: usize = 500;
const BYTES: usize = 256 * 1024;

pub(super) fn update(dialect: &dyn Dialect, table: &ObjectName, set: &str, filter: Option<&str>) -> String {
    let filter = filter.map_or(String::new(), |filter| format!(" WHERE {filter}"));
    format!("UPDATE {} SET {set}{filter}", dialect.object(table))
}

/// What a backfill fills once more, just before its column becomes NOT NULL: the rows that clients wrote behind it.
pub(super) fn sweep(resolved: &Resolved, statement: &Step, trace: &Trace, dialect: &dyn Dialect) -> Option<(ObjectName, String)> {
    let Operation::AlterColumn { table, before, after, .. } = &resolved.operation else {
        return None;
    };
    let is_there = || {
        statement
            .before
            .table(table)
            .is_some_and(|table| table.column(&before.name).is_some())
    };
    if !before.nullable || after.nullable || !is_there() {
        return None;
    }
    let at = trace.steps.iter().position(|other| std::ptr::eq(other, statement))?;
    let mut earlier = trace.steps[..at].iter().rev().flat_map(|step| step.operations.iter().rev());
    earlier.find_map(|earlier| {
        let Operation::Backfill {
            table: filled,
            set,
            filter,
            ..
        } = &earlier.operation
        else {
            return None;
        };
        let assigned = assigned_columns(set, dialect.engine())?;
        if filled != table || !assigned.iter().any(|column| column.eq_ignore_ascii_case(&before.name)) {
            return None;
        }
        let empty = format!("{} IS NULL", dialect.quote(&before.name));
        let empty = match filter {
            Some(filter) => format!("{empty} AND ({filter}\n)"),
            None => empty,
        };
        Some((table.clone(), update(dialect, table, set, Some(&empty))))
    })
}

pub(super) fn delete(dialect: &dyn Dialect, table: &ObjectName, filter: Option<&str>) -> String {
    let filter = filter.map_or(String::new(), |filter| format!(" WHERE {filter}"));
    format!("DELETE FROM {}{filter}", dialect.object(table))
}

pub(super) fn bulk_insert(
    dialect: &dyn Dialect,
    table: &ObjectName,
    columns: &[String],
    rows: &[Vec<Value>],
    schema: &Schema,
) -> Vec<String> {
    let types = types(table, columns, schema);
    let head = format!("INSERT INTO {} ({}) VALUES", dialect.object(table), quote_all(dialect, columns));
    let rows = rows.iter().map(|row| format!("({})", values(dialect, row, &types).join(", ")));
    chunks(rows)
        .into_iter()
        .map(|rows| format!("{head}\n    {}", rows.join(",\n    ")))
        .collect()
}

pub(super) fn bulk_delete(dialect: &dyn Dialect, table: &ObjectName, by: &[String], keys: &[Vec<Value>], schema: &Schema) -> Vec<String> {
    let types = types(table, by, schema);
    let (with_null, whole): (Vec<_>, Vec<_>) = keys.iter().partition(|key| key.contains(&Value::Null));
    let head = format!("DELETE FROM {} WHERE", dialect.object(table));
    let listed = whole.iter().map(|key| match by.len() {
        1 => values(dialect, key, &types).join(", "),
        _ => format!("({})", values(dialect, key, &types).join(", ")),
    });
    let mut statements: Vec<String> = chunks(listed)
        .into_iter()
        .map(|keys| match by {
            [column] => format!("{head} {} IN ({})", dialect.quote(column), keys.join(", ")),
            _ => format!("{head} ({}) IN ({})", quote_all(dialect, by), dialect.row_list(&keys.join(", "))),
        })
        .collect();
    statements.extend(with_null.into_iter().map(|key| {
        let terms = by
            .iter()
            .zip(values(dialect, key, &types))
            .map(|(column, value)| format!("{} {} {value}", dialect.quote(column), dialect.same_value()));
        format!("{head} {}", terms.collect::<Vec<_>>().join(" AND "))
    }));
    statements
}

fn quote_all(dialect: &dyn Dialect, names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| dialect.quote(name)).collect();
    quoted.join(", ")
}

fn types<'a>(table: &ObjectName, columns: &[String], schema: &'a Schema) -> Vec<Option<&'a Type>> {
    let table = schema.table(table);
    columns
        .iter()
        .map(|name| table.and_then(|table| table.column(name)).map(|column| &column.ty))
        .collect()
}

fn values(dialect: &dyn Dialect, row: &[Value], types: &[Option<&Type>]) -> Vec<String> {
    row.iter()
        .enumerate()
        .map(|(at, value)| dialect.literal(value, types.get(at).copied().flatten()))
        .collect()
}

fn chunks(rows: impl Iterator<Item = String>) -> Vec<Vec<String>> {
    let mut chunks: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        match chunks.last_mut() {
            Some(chunk) if chunk.len() < ROWS && bytes + row.len() < BYTES => {
                bytes += row.len();
                chunk.push(row);
            }
            _ => {
                bytes = row.len();
                chunks.push(vec![row]);
            }
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::sqlite::Sqlite;

    #[test]
    fn rows_are_inserted_in_chunks() {
        let rows: Vec<Vec<Value>> = (0..1_001).map(|id| vec![Value::Integer(id.to_string())]).collect();
        let statements = bulk_insert(&Sqlite, &ObjectName::new("t"), &["id".into()], &rows, &Schema::default());
        assert_eq!(statements.len(), 3);
        assert!(statements[2].ends_with("VALUES\n    (1000)"), "{}", statements[2]);
    }

    #[test]
    fn values_keep_what_they_are() {
        let row = vec![
            Value::Null,
            Value::Bool(true),
            Value::Decimal("1.50".into()),
            Value::String("it's \"007\"".into()),
            Value::Bytes(vec![0, 255]),
            Value::Json("{\"a\": 1}".into()),
            Value::Now,
            Value::String("a\0b".into()),
        ];
        let columns: Vec<String> = "abcdefgh".chars().map(String::from).collect();
        insta::assert_snapshot!(bulk_insert(&Sqlite, &ObjectName::new("t"), &columns, &[row], &Schema::default())[0], @r#"
        INSERT INTO "t" ("a", "b", "c", "d", "e", "f", "g", "h") VALUES
            (NULL, 1, 1.50, 'it''s "007"', X'00FF', '{"a": 1}', CURRENT_TIMESTAMP, CAST(X'610062' AS TEXT))
        "#);
    }

    #[test]
    fn rows_are_deleted_by_their_keys_and_null_is_a_key() {
        let one = |text: &str| Value::Integer(text.into());
        let table = ObjectName::new("t");
        insta::assert_snapshot!(bulk_delete(&Sqlite, &table, &["id".into()], &[vec![one("1")], vec![one("2")]], &Schema::default()).join("\n"), @r#"DELETE FROM "t" WHERE "id" IN (1, 2)"#);
        let keys = [vec![one("1"), one("2")], vec![Value::Null, one("3")]];
        insta::assert_snapshot!(bulk_delete(&Sqlite, &table, &["a".into(), "b".into()], &keys, &Schema::default()).join("\n"), @r#"
        DELETE FROM "t" WHERE ("a", "b") IN (VALUES (1, 2))
        DELETE FROM "t" WHERE "a" IS NULL AND "b" IS 3
        "#);
    }
}
