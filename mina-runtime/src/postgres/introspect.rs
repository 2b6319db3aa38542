//! The schema that a database has.

use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, sql_query};
use mina_core::normal::Normal;
use mina_core::sql::postgres::catalogue::Catalogue;
use mina_core::sql::postgres::{raise, written};

/// What values and names are printed by, and where names without a schema are.
const SETTINGS: &str = "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; \
    SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL quote_all_identifiers = off; \
    SELECT set_config('search_path', quote_ident(coalesce(current_schema(), 'public')), true)";

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    value: String,
}

/// Reads the schema of a database in [normal form](mina_core::normal), that of every schema of its users, Mina's and Diesel's
/// own tables left out; what it cannot say is listed. What belongs to an extension is the extension's.
///
/// It runs in a transaction, or a savepoint of the one that is open, that is rolled back.
///
/// # Errors
///
/// The database cannot be read.
pub fn introspect(conn: &mut PgConnection) -> QueryResult<Normal> {
    Ok(raise(catalogue(conn)?))
}

/// The same in the server's own words, which it takes again.
///
/// # Errors
///
/// As there.
pub fn introspect_as_written(conn: &mut PgConnection) -> QueryResult<Normal> {
    Ok(written(catalogue(conn)?))
}

fn catalogue(conn: &mut PgConnection) -> QueryResult<Catalogue> {
    type Manager = <PgConnection as Connection>::TransactionManager;
    Manager::begin_transaction(conn)?;
    let read = conn.batch_execute(SETTINGS).and_then(|()| read(conn));
    Manager::rollback_transaction(conn)?;
    read
}

fn read(conn: &mut PgConnection) -> QueryResult<Catalogue> {
    let row: Row = sql_query(include_str!("catalogue.sql")).get_result(conn)?;
    serde_json::from_str(&row.value).map_err(|error| Error::DeserializationError(error.into()))
}
