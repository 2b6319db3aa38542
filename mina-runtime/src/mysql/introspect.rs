//! The schema that a database has.

use super::rows::{
    ARGUMENTS, Argument, CHECKS_OF_MARIADB, CHECKS_OF_MYSQL, COLUMNS, Check, Column, EVENTS, FOREIGN_KEYS, FUNCTIONS, ForeignKey, KEYS,
    Key, Program, Sequence, TABLES, TRIGGERS, Table, Trigger, VIEWS, View, sequence,
};
use diesel::dsl::sql;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{Nullable, Text};
use diesel::{MysqlConnection, QueryResult, QueryableByName, sql_query};
use mina_core::normal::{Normal, NotModelled};
use mina_core::sql::mysql::raise::{Catalogue, FunctionRow, SequenceRow};
use mina_core::sql::mysql::{quote, raise};

/// Reads the schema of the current database in [normal form](mina_core::normal), Mina's and Diesel's own tables left out;
/// what it cannot say is listed.
///
/// # Errors
///
/// The catalogue cannot be read.
pub fn introspect(conn: &mut MysqlConnection) -> QueryResult<Normal> {
    let version: String = sql::<Text>("SELECT VERSION()").get_result(conn)?;
    let database: Option<String> = sql::<Nullable<Text>>("SELECT DATABASE()").get_result(conn)?;
    let is_mysql = !version.contains("MariaDB");
    let mut catalogue = Catalogue {
        database: database.unwrap_or_default(),
        is_mysql,
        columns: load::<Column, _>(conn, COLUMNS)?,
        keys: load::<Key, _>(conn, &KEYS.replace("{expression}", if is_mysql { "expression" } else { "NULL" }))?,
        foreign_keys: load::<ForeignKey, _>(conn, FOREIGN_KEYS)?,
        checks: load::<Check, _>(conn, if is_mysql { CHECKS_OF_MYSQL } else { CHECKS_OF_MARIADB })?,
        views: load::<View, _>(conn, VIEWS)?,
        triggers: load::<Trigger, _>(conn, TRIGGERS)?,
        ..Catalogue::default()
    };
    tables(conn, &mut catalogue)?;
    programs(conn, &mut catalogue)?;
    Ok(raise(catalogue))
}

fn load<R, T: From<R>>(conn: &mut MysqlConnection, query: &str) -> QueryResult<Vec<T>>
where
    R: QueryableByName<Mysql> + 'static,
    for<'q> diesel::query_builder::SqlQuery: LoadQuery<'q, MysqlConnection, R>,
{
    let rows: Vec<R> = sql_query(query).load(conn)?;
    Ok(rows.into_iter().map(T::from).collect())
}

fn tables(conn: &mut MysqlConnection, catalogue: &mut Catalogue) -> QueryResult<()> {
    let rows: Vec<Table> = sql_query(TABLES).load(conn)?;
    for row in rows.into_iter().filter(|row| !is_own(&row.name)) {
        match row.kind.as_str() {
            "SEQUENCE" => catalogue
                .sequences
                .extend(load::<Sequence, SequenceRow>(conn, &sequence(&row.name, &quote(&row.name)))?),
            "BASE TABLE" => catalogue.tables.push(row.into()),
            kind => {
                catalogue.not_modelled.push(NotModelled::new("table", &row.name, kind));
                catalogue.tables.push(row.into());
            }
        }
    }
    Ok(())
}

/// What Mina and Diesel keep for themselves.
fn is_own(table: &str) -> bool {
    table.starts_with("__mina_") || table.starts_with("__") && table.ends_with("_schema_migrations")
}

fn programs(conn: &mut MysqlConnection, catalogue: &mut Catalogue) -> QueryResult<()> {
    let arguments: Vec<Argument> = sql_query(ARGUMENTS).load(conn)?;
    let mut programs: Vec<Program> = sql_query(FUNCTIONS).load(conn)?;
    programs.extend(sql_query(EVENTS).load::<Program>(conn)?);
    for Program { name, kind, body } in programs {
        if kind != "FUNCTION" {
            let kind = kind.to_ascii_lowercase();
            catalogue.not_modelled.push(NotModelled::new(&kind, &name, body));
            continue;
        }
        let own = arguments.iter().filter(|argument| argument.name == name);
        let said = own.filter_map(|argument| Some(format!("{} {}", quote(argument.argument.as_deref()?), argument.ty)));
        catalogue.functions.push(FunctionRow {
            arguments: said.collect::<Vec<_>>().join(", "),
            name,
            body,
        });
    }
    Ok(())
}
