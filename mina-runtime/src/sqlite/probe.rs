//! Whether every view and trigger still parses.

use super::{BatchError, query};
use diesel::SqliteConnection;
use diesel::sql_types::{BigInt, Text};
use mina_core::sql::sqlite::lexer::tokens;
use mina_core::sql::sqlite::{quote, string};

#[derive(diesel::QueryableByName)]
struct Entry {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    on: String,
    #[diesel(sql_type = Text)]
    sql: String,
    #[diesel(sql_type = BigInt)]
    temporary: i64,
}

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

/// The views and triggers that have the name of a column in them, which may be about to go.
pub(super) struct Doubtful {
    entries: Vec<Entry>,
    /// Those that could not be compiled even before.
    broken: Vec<bool>,
}

impl Doubtful {
    /// Looks for them before the change.
    pub(super) fn find(conn: &mut SqliteConnection, dropped: &[&str]) -> Result<Self, BatchError> {
        let all = "SELECT type AS kind, name, tbl_name AS \"on\", sql, 0 AS temporary FROM main.sqlite_schema WHERE type IN ('view', 'trigger') \
                   UNION ALL SELECT type, name, tbl_name, sql, 1 FROM temp.sqlite_schema WHERE type IN ('view', 'trigger')";
        let names = |entry: &Entry| tokens(&entry.sql).iter().any(|token| dropped.iter().any(|name| token.names(name)));
        let mut entries = Vec::new();
        if !dropped.is_empty() {
            entries = query::load::<Entry>(conn, all)?;
            entries.retain(names);
        }
        let broken = entries.iter().map(|entry| compiles(conn, entry).is_err()).collect();
        Ok(Self { entries, broken })
    }

    /// Refuses the change where one of them does not mean what it meant, or nothing, after it.
    pub(super) fn still_stand(&self, conn: &mut SqliteConnection, table: &str) -> Result<(), BatchError> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let columns = format!("SELECT name AS value FROM pragma_table_info({}, 'main') LIMIT 1", string(table));
        let column = query::words(conn, &columns)?.into_iter().flatten().next().map(|name| quote(&name));
        let rename = column.map(|column| format!("ALTER TABLE main.{} RENAME COLUMN {column} TO {column}", quote(table)));
        for (entry, broken_before) in self.entries.iter().zip(&self.broken) {
            if *broken_before {
                continue;
            }
            // To SQLite a name in double quotes that means no column is a string; in other quotes it is an error.
            let schema = if entry.temporary == 1 { "temp" } else { "main" };
            let sql = if entry.temporary == 1 {
                temporary(&entry.sql)
            } else {
                entry.sql.clone()
            };
            let again = format!("DROP {} {schema}.{}; {}", entry.kind, quote(&entry.name), in_backticks(&sql));
            let result = taken_back(conn, |conn| {
                query::execute(conn, &again)?;
                rename.iter().try_for_each(|rename| query::execute(conn, rename))?;
                compiles(conn, entry)
            });
            result.map_err(|error| broken(table, "after", named(error, entry)))?;
        }
        Ok(())
    }
}

/// Has SQLite compile a trigger, which it does when a statement fires it, without running that; a view is compiled when
/// the schema is parsed.
fn compiles(conn: &mut SqliteConnection, entry: &Entry) -> Result<(), BatchError> {
    if entry.kind != "trigger" {
        return Ok(());
    }
    let tokens = tokens(&entry.sql);
    let event = tokens.iter().position(|token| {
        ["BEFORE", "AFTER", "INSTEAD", "INSERT", "DELETE", "UPDATE"]
            .iter()
            .any(|word| token.is(word))
    });
    let rest = tokens.get(event.unwrap_or(0)..).unwrap_or_default();
    let event = rest
        .iter()
        .position(|token| ["INSERT", "DELETE", "UPDATE"].iter().any(|word| token.is(word)));
    let rest = rest.get(event.unwrap_or(0)..).unwrap_or_default();
    let on = quote(&entry.on);
    let statement = match rest {
        [event, ..] if event.is("INSERT") => format!("INSERT INTO {on} DEFAULT VALUES"),
        [event, ..] if event.is("DELETE") => format!("DELETE FROM {on}"),
        [_, of, column, ..] if of.is("OF") => format!("UPDATE {on} SET {0} = {0}", column.text),
        _ => {
            let columns = format!("SELECT name AS value FROM pragma_table_info({}) LIMIT 1", string(&entry.on));
            let column = query::words(conn, &columns)?.into_iter().flatten().next();
            let column = quote(&column.unwrap_or_default());
            format!("UPDATE {on} SET {column} = {column}")
        }
    };
    query::execute(conn, &format!("EXPLAIN {statement}"))
}

/// SQLite names the object where it parses the schema, not where it compiles a trigger.
fn named(error: BatchError, entry: &Entry) -> BatchError {
    match error {
        BatchError::Sql { statement, message } if !message.contains(&entry.name) => BatchError::Sql {
            statement,
            message: format!("error in {} {}: {message}", entry.kind, entry.name),
        },
        other => other,
    }
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
