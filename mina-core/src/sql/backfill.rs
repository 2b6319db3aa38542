//! An UPDATE in batches along a primary key.

use super::Dialect;
use crate::operation::Operation;
use crate::schema::Schema;
use serde::{Deserialize, Serialize};

/// An UPDATE in batches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// The table, quoted.
    pub table: String,
    /// What stands after SET.
    pub set: String,
    /// What stands after WHERE.
    pub filter: Option<String>,
    /// The most rows of a batch.
    pub batch: u32,
    /// The columns of the primary key, quoted; without any it is one statement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
    /// An expression for the key of a row: an array in JSON of literals of SQL.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cursor: String,
    /// Whether the engine uses its index for a comparison of rows.
    #[serde(default, skip_serializing_if = "super::unit::is_false")]
    pub row_values: bool,
    /// Milliseconds that a batch should take, where the statement says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<u64>,
    /// A query that holds the next batch up as long as it has rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_while: Option<String>,
}

impl Backfill {
    /// The backfill of an operation; none for another operation.
    pub(super) fn of(operation: &Operation, before: &Schema, dialect: &dyn Dialect) -> Option<Self> {
        let Operation::Backfill {
            table,
            set,
            filter,
            batch,
            time,
            wait_while,
            ..
        } = operation
        else {
            return None;
        };
        let definition = before.table(table);
        let key = definition
            .and_then(|table| table.primary_key.as_ref())
            .map_or(&[][..], |key| &key.columns);
        let literals = key.iter().map(|name| {
            let ty = definition.and_then(|table| table.column(name)).map(|column| &column.ty);
            dialect.literal_of(&dialect.quote(name), ty)
        });
        let literals: Vec<String> = literals.collect();
        Some(Self {
            table: dialect.object(table),
            set: set.clone(),
            filter: filter.clone(),
            batch: *batch,
            key: key.iter().map(|name| dialect.quote(name)).collect(),
            cursor: dialect.json_array(&literals),
            row_values: dialect.compares_rows(),
            time: *time,
            wait_while: wait_while.clone(),
        })
    }

    /// The whole as one statement.
    pub fn whole(&self) -> String {
        let filter = self.filter.as_ref().map_or(String::new(), |filter| format!(" WHERE {filter}"));
        format!("UPDATE {} SET {}{filter}", self.table, self.set)
    }

    /// How many rows there are after a key.
    pub fn count(&self, after: Option<&[String]>) -> String {
        format!("SELECT count(*) FROM {}{}", self.table, self.condition(after, None))
    }

    /// The key of the last row of a batch of so many rows; no row where there are none left.
    pub fn end(&self, after: Option<&[String]>, rows: u32) -> String {
        let key = self.key.join(", ");
        let last: Vec<String> = self.key.iter().map(|column| format!("{column} DESC")).collect();
        format!(
            "SELECT {} FROM (SELECT {key} FROM {}{} ORDER BY {key} LIMIT {rows}) AS batch ORDER BY {} LIMIT 1",
            self.cursor,
            self.table,
            self.condition(after, None),
            last.join(", ")
        )
    }

    /// The UPDATE of the rows between two keys, the last of them included.
    pub fn update(&self, after: Option<&[String]>, end: &[String]) -> String {
        format!("UPDATE {} SET {}{}", self.table, self.set, self.condition(after, Some(end)))
    }

    fn condition(&self, after: Option<&[String]>, end: Option<&[String]>) -> String {
        let mut conditions = Vec::new();
        conditions.extend(after.map(|key| self.compare(key, ">", ">")));
        conditions.extend(end.map(|key| self.compare(key, "<", "<=")));
        conditions.extend(self.filter.as_ref().map(|filter| format!("({filter}\n)")));
        match conditions.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", conditions.join(" AND ")),
        }
    }

    /// `sign` for the columns of the key but the last, for which it is `last`.
    fn compare(&self, literals: &[String], sign: &str, last: &str) -> String {
        let pairs: Vec<(&String, &String)> = self.key.iter().zip(literals).collect();
        match &pairs[..] {
            [(column, literal)] => format!("{column} {last} {literal}"),
            pairs if self.row_values => {
                let columns: Vec<&str> = pairs.iter().map(|(column, _)| column.as_str()).collect();
                let literals: Vec<&str> = pairs.iter().map(|(_, literal)| literal.as_str()).collect();
                format!("({}) {last} ({})", columns.join(", "), literals.join(", "))
            }
            pairs => {
                let nested = pairs
                    .iter()
                    .rev()
                    .fold(String::new(), |inner, (column, literal)| match inner.is_empty() {
                        true => format!("{column} {last} {literal}"),
                        false => format!("({column} {sign} {literal} OR {column} = {literal} AND {inner})"),
                    });
                match pairs.first() {
                    // The index serves a comparison of its first column.
                    Some((column, literal)) => format!("{column} {sign}= {literal} AND {nested}"),
                    None => "1 = 1".to_owned(),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backfill(key: &[&str], row_values: bool) -> Backfill {
        Backfill {
            table: "t".into(),
            set: "n = 1".into(),
            filter: Some("n IS NULL -- new".into()),
            batch: 10,
            key: key.iter().map(|&column| column.into()).collect(),
            cursor: "j".into(),
            row_values,
            time: None,
            wait_while: None,
        }
    }

    #[test]
    fn a_batch_stands_between_two_keys() {
        let keys = |key: &[&str]| key.iter().map(|&literal| literal.to_owned()).collect::<Vec<_>>();
        let one = backfill(&["id"], true);
        insta::assert_snapshot!(one.update(Some(&keys(&["3"])), &keys(&["9"])), @r"
        UPDATE t SET n = 1 WHERE id > 3 AND id <= 9 AND (n IS NULL -- new
        )
        ");
        insta::assert_snapshot!(one.end(None, 5), @r"
        SELECT j FROM (SELECT id FROM t WHERE (n IS NULL -- new
        ) ORDER BY id LIMIT 5) AS batch ORDER BY id DESC LIMIT 1
        ");
        let after = keys(&["1", "'x'"]);
        insta::assert_snapshot!(backfill(&["a", "b"], true).count(Some(&after)), @r"
        SELECT count(*) FROM t WHERE (a, b) > (1, 'x') AND (n IS NULL -- new
        )
        ");
        insta::assert_snapshot!(backfill(&["a", "b"], false).count(Some(&after)), @r"
        SELECT count(*) FROM t WHERE a >= 1 AND (a > 1 OR a = 1 AND b > 'x') AND (n IS NULL -- new
        )
        ");
    }
}
