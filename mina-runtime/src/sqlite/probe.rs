//! Whether every view and trigger still parses.

use super::live::Entry;
use super::{BatchError, query};
use diesel::SqliteConnection;
use mina_core::sql::sqlite::lexer::{Kind, tokens};
use mina_core::sql::sqlite::quote;

/// Has SQLite read every view and trigger, main and TEMP, by a rename that changes nothing and is taken back.
pub(super) fn parses(conn: &mut SqliteConnection, table: &str, column: Option<&str>, when: &'static str) -> Result<(), BatchError> {
    let Some(column) = column.map(quote) else { return Ok(()) };
    let rename = format!("ALTER TABLE main.{} RENAME COLUMN {column} TO {column}", quote(table));
    taken_back(conn, |conn| query::execute(conn, &rename)).map_err(|error| broken(table, when, error))
}

fn broken(table: &str, when: &'static str, error: BatchError) -> BatchError {
    match error {
        BatchError::Sql { message, .. } => BatchError::Broken {
            table: table.to_owned(),
            when,
            message,
        },
        other => other,
    }
}

/// Names in double quotes that no longer mean a column are strings to SQLite: views and triggers that have such are
/// read once with other quotes.
pub(super) fn dangling(conn: &mut SqliteConnection, table: &str, dropped: &[&str]) -> Result<(), BatchError> {
    let doubtful = |entry: &Entry| {
        let tokens = tokens(&entry.sql);
        tokens
            .iter()
            .any(|token| token.kind == Kind::Quoted && dropped.iter().any(|name| token.names(name)))
    };
    let all = "SELECT type AS kind, name, sql, 0 AS temporary FROM main.sqlite_schema WHERE type IN ('view', 'trigger') UNION ALL \
               SELECT type, name, sql, 1 FROM temp.sqlite_schema WHERE type IN ('view', 'trigger')";
    if dropped.is_empty() {
        return Ok(());
    }
    let entries: Vec<Entry> = query::load(conn, all)?.into_iter().filter(doubtful).collect();
    for entry in entries {
        let schema = if entry.temporary == 1 { "temp" } else { "main" };
        let sql = if entry.temporary == 1 {
            temporary(&entry.sql)
        } else {
            entry.sql.clone()
        };
        let again = format!("DROP {} {schema}.{}; {}", entry.kind, quote(&entry.name), in_backticks(&sql));
        let column = query::words(
            conn,
            &format!(
                "SELECT name AS value FROM pragma_table_info({}, 'main') LIMIT 1",
                mina_core::sql::sqlite::string(table)
            ),
        )?;
        let Some(column) = column.into_iter().flatten().next().map(|name| quote(&name)) else {
            return Ok(());
        };
        let rename = format!("ALTER TABLE main.{} RENAME COLUMN {column} TO {column}", quote(table));
        taken_back(conn, |conn| {
            query::execute(conn, &again)?;
            query::execute(conn, &rename)
        })
        .map_err(|error| broken(table, "after", error))?;
    }
    Ok(())
}

fn taken_back(conn: &mut SqliteConnection, act: impl FnOnce(&mut SqliteConnection) -> Result<(), BatchError>) -> Result<(), BatchError> {
    query::execute(conn, "SAVEPOINT mina_probe")?;
    let result = act(conn);
    query::execute(conn, "ROLLBACK TO mina_probe; RELEASE mina_probe")?;
    result
}

fn in_backticks(sql: &str) -> String {
    let mut all = String::with_capacity(sql.len());
    let mut end = 0;
    for token in tokens(sql).iter().filter(|token| token.text.starts_with('"')) {
        all += &sql[end..token.range.start];
        all += &format!("`{}`", token.name().unwrap_or_default().replace('`', "``"));
        end = token.range.end;
    }
    all + &sql[end..]
}

/// The stored text of a TEMP object as a statement; what is stored does not say TEMP.
pub(super) fn temporary(sql: &str) -> String {
    let tokens = tokens(sql);
    match tokens.as_slice() {
        [create, kind, ..] if create.is("CREATE") && !kind.is("TEMP") && !kind.is("TEMPORARY") => {
            format!("CREATE TEMP {}", &sql[kind.range.start..])
        }
        _ => sql.to_owned(),
    }
}
