//! A table as it is in the database.

use super::definition::Definition;
use super::{BatchError, parse, query};
use diesel::SqliteConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use mina_core::sql::sqlite::model::Index;
use mina_core::sql::sqlite::{quote, string};

/// A table, with all that is on it, known or not.
#[derive(Clone, Debug)]
pub(super) struct Live {
    pub(super) name: String,
    pub(super) definition: Definition,
    /// Those with a statement of their own.
    pub(super) indexes: Vec<Index>,
    pub(super) triggers: Vec<Trigger>,
    /// The keys of tables that refer to it, its own included.
    pub(super) inbound: Vec<Inbound>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trigger {
    pub(super) name: String,
    pub(super) sql: String,
    pub(super) temporary: bool,
}

/// One column of a foreign key that refers to the table.
#[derive(Clone, Debug, PartialEq, Eq, diesel::QueryableByName)]
pub(super) struct Inbound {
    #[diesel(sql_type = Text)]
    pub(super) table: String,
    #[diesel(sql_type = Text)]
    pub(super) from: String,
    /// None where it is the primary key.
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) to: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct Entry {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
    #[diesel(sql_type = BigInt)]
    temporary: i64,
}

impl Live {
    /// Reads a table; none where there is none of that name.
    pub(super) fn read(conn: &mut SqliteConnection, table: &str) -> Result<Option<Self>, BatchError> {
        let named = string(table);
        let own = format!(
            "SELECT type AS kind, name, sql, 0 AS temporary FROM main.sqlite_schema WHERE type = 'table' AND name = {named} COLLATE NOCASE"
        );
        let Some(found) = query::load::<Entry>(conn, &own)?.into_iter().next() else {
            return Ok(None);
        };
        let definition = parse::parse(&found.sql).map_err(|unread| BatchError::Unreadable {
            table: found.name.clone(),
            near: unread.0,
        })?;
        check_columns(conn, &found.name, &definition)?;

        let on = "tbl_name = ";
        let all = format!(
            "SELECT type AS kind, name, sql, 0 AS temporary FROM main.sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL \
             AND {on}{named} COLLATE NOCASE UNION ALL \
             SELECT type, name, sql, 1 FROM temp.sqlite_schema WHERE type = 'trigger' AND {on}{named} COLLATE NOCASE"
        );
        let (indexes, triggers): (Vec<Entry>, Vec<Entry>) = query::load::<Entry>(conn, &all)?
            .into_iter()
            .partition(|entry| entry.kind == "index");
        let inbound = format!(
            "SELECT s.name AS \"table\", f.\"from\" AS \"from\", f.\"to\" AS \"to\" FROM main.sqlite_schema AS s, \
             pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table' AND s.sql LIKE '%REFERENCES%' AND f.\"table\" = {named} COLLATE NOCASE"
        );
        Ok(Some(Self {
            name: found.name,
            definition,
            indexes: indexes
                .into_iter()
                .map(|entry| Index {
                    name: entry.name,
                    sql: entry.sql,
                })
                .collect(),
            triggers: triggers
                .into_iter()
                .map(|entry| Trigger {
                    name: entry.name,
                    sql: entry.sql,
                    temporary: entry.temporary == 1,
                })
                .collect(),
            inbound: query::load(conn, &inbound)?,
        }))
    }
}

/// What was read has to be what SQLite sees.
fn check_columns(conn: &mut SqliteConnection, table: &str, definition: &Definition) -> Result<(), BatchError> {
    let seen = query::words(
        conn,
        &format!(
            "SELECT name AS value FROM pragma_table_xinfo({}, 'main') ORDER BY cid",
            string(table)
        ),
    )?;
    let read: Vec<Option<String>> = definition.columns().map(|column| Some(column.name.clone())).collect();
    match seen == read {
        true => Ok(()),
        false => Err(BatchError::Unreadable {
            table: table.to_owned(),
            near: definition.create(&quote(table)),
        }),
    }
}
