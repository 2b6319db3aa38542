//! Rows that violate foreign keys: nothing looks at them while keys are off.

use super::{BatchError, query};
use diesel::SqliteConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use mina_core::sql::sqlite::string;
use std::collections::BTreeMap;

/// The rows that violate foreign keys, by table and referred table, or why a table's keys cannot be looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Violations {
    rows: BTreeMap<(String, String, Option<i64>), i64>,
    errors: BTreeMap<String, String>,
}

#[derive(diesel::QueryableByName)]
struct Violation {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    rowid: Option<i64>,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Whether foreign keys are on.
pub(super) fn enforced(conn: &mut SqliteConnection) -> Result<bool, BatchError> {
    let value = query::number(conn, "SELECT foreign_keys AS value FROM pragma_foreign_keys")?;
    Ok(value == Some(1))
}

/// Looks at the foreign keys of a table and at those that refer to it.
pub(super) fn violations(conn: &mut SqliteConnection, table: &str) -> Result<Violations, BatchError> {
    let keyed = format!(
        "SELECT DISTINCT s.name AS value FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f \
         WHERE s.type = 'table' AND {} COLLATE NOCASE IN (s.name, f.\"table\")",
        string(table)
    );
    let mut found = Violations::default();
    for table in query::words(conn, &keyed)?.into_iter().flatten() {
        let sql = format!(
            "SELECT \"table\", rowid AS rowid, parent, count(*) AS count FROM pragma_foreign_key_check({}) GROUP BY 1, 2, 3",
            string(&table)
        );
        match query::load::<Violation>(conn, &sql) {
            Ok(rows) => found
                .rows
                .extend(rows.into_iter().map(|row| ((row.table, row.parent, row.rowid), row.count))),
            Err(BatchError::Sql { message, .. }) => {
                found.errors.insert(table, message);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The rows of a table that violate some of its foreign keys, in words.
pub(super) fn broken(conn: &mut SqliteConnection, table: &str, keys: &[i64]) -> Result<Vec<String>, BatchError> {
    let numbers: Vec<String> = keys.iter().map(i64::to_string).collect();
    let sql = format!(
        "SELECT \"table\", NULL AS rowid, parent, count(*) AS count FROM pragma_foreign_key_check({}) WHERE fkid IN ({}) GROUP BY parent",
        string(table),
        numbers.join(", ")
    );
    let rows = query::load::<Violation>(conn, &sql)?;
    Ok(rows.into_iter().map(|row| words(row.count, &row.table, &row.parent)).collect())
}

fn words(count: i64, table: &str, parent: &str) -> String {
    format!("{count} of `{table}` refer to rows of `{parent}` that are not there")
}

impl Violations {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.errors.is_empty()
    }

    /// Refuses what was not there before.
    pub(super) fn since(&self, before: &Self) -> Result<(), BatchError> {
        let mut counts: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for ((table, parent, row), count) in &self.rows {
            let known = before.rows.get(&(table.clone(), parent.clone(), *row)).copied().unwrap_or(0);
            if *count > known {
                *counts.entry((table, parent)).or_default() += count - known;
            }
        }
        let rows = counts.into_iter().map(|((table, parent), count)| words(count, table, parent));
        let errors = self
            .errors
            .iter()
            .filter(|(table, message)| before.errors.get(*table) != Some(message));
        let all: Vec<String> = rows.chain(errors.map(|(table, message)| format!("`{table}`: {message}"))).collect();
        match all.is_empty() {
            true => Ok(()),
            false => Err(BatchError::Violations(all)),
        }
    }
}
