//! Plain SQL through Diesel.

use super::BatchError;
use diesel::connection::SimpleConnection;
use diesel::deserialize::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, SqliteConnection, sql_query};

#[derive(diesel::QueryableByName)]
struct Word {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// Runs statements.
pub(super) fn execute(conn: &mut SqliteConnection, sql: &str) -> Result<(), BatchError> {
    conn.batch_execute(sql).map_err(|error| failed(sql, &error))
}

/// The rows of a query.
pub(super) fn load<T>(conn: &mut SqliteConnection, sql: &str) -> Result<Vec<T>, BatchError>
where
    T: QueryableByName<Sqlite> + 'static,
{
    sql_query(sql).load(conn).map_err(|error| failed(sql, &error))
}

/// The column called `value` of a query's rows.
pub(super) fn words(conn: &mut SqliteConnection, sql: &str) -> Result<Vec<Option<String>>, BatchError> {
    Ok(load::<Word>(conn, sql)?.into_iter().map(|row| row.value).collect())
}

/// The number called `value` of a query's first row, if it has one.
pub(super) fn number(conn: &mut SqliteConnection, sql: &str) -> Result<Option<i64>, BatchError> {
    Ok(load::<Number>(conn, sql)?.first().map(|row| row.value))
}

fn failed(statement: &str, error: &diesel::result::Error) -> BatchError {
    let message = match error {
        diesel::result::Error::DatabaseError(_, information) => information.message().to_owned(),
        other => other.to_string(),
    };
    BatchError::Sql {
        statement: statement.to_owned(),
        message,
    }
}
