use super::Outline;
use crate::connection::{AnyConnection, AsConnection, BoxError};
use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use mina_core::normal::Normal;
use mina_core::schema::{ObjectName, Schema};
use mina_core::sql::Dialect;

/// A connection whose database can be looked at as a whole, and filled and emptied.
pub trait Subject: AsConnection {
    /// How its engine writes SQL.
    fn dialect(&self) -> &'static dyn Dialect;

    /// The schema that it has.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    fn normal(&mut self) -> Result<Normal, BoxError>;

    /// Its schema and its rows, Mina's own tables left out.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    fn outline(&mut self) -> Result<Outline, BoxError>;

    /// The values of a query with one column of text, called `word`.
    ///
    /// # Errors
    ///
    /// The engine's.
    fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>>;

    /// Deletes every row of every table of a schema.
    ///
    /// # Errors
    ///
    /// The engine's.
    fn empty(&mut self, schema: &Schema) -> QueryResult<()>;
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

macro_rules! texts {
    () => {
        fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>> {
            let rows: Vec<Word> = sql_query(sql).load(self)?;
            Ok(rows.into_iter().map(|row| row.word).collect())
        }
    };
}

fn names(schema: &Schema, dialect: &dyn Dialect) -> Vec<String> {
    let names = schema.tables().values().map(|table| &table.name);
    names.map(|name: &ObjectName| dialect.object(name)).collect()
}

#[cfg(feature = "sqlite")]
impl Subject for SqliteConnection {
    fn dialect(&self) -> &'static dyn Dialect {
        &mina_core::sql::sqlite::Sqlite
    }

    fn normal(&mut self) -> Result<Normal, BoxError> {
        Ok(crate::sqlite::introspect(self)?)
    }

    fn outline(&mut self) -> Result<Outline, BoxError> {
        Ok(crate::sqlite::outline(self)?)
    }

    texts!();

    fn empty(&mut self, schema: &Schema) -> QueryResult<()> {
        use crate::connection::Connection;
        let before = self.enforce_keys(false)?;
        for name in names(schema, self.dialect()) {
            sql_query(format!("DELETE FROM {name}")).execute(self)?;
        }
        self.enforce_keys(before)?;
        Ok(())
    }
}

#[cfg(feature = "postgres")]
impl Subject for PgConnection {
    fn dialect(&self) -> &'static dyn Dialect {
        &mina_core::sql::postgres::Postgres
    }

    fn normal(&mut self) -> Result<Normal, BoxError> {
        Ok(crate::postgres::introspect(self)?)
    }

    fn outline(&mut self) -> Result<Outline, BoxError> {
        let (normal, dialect) = (self.normal()?, self.dialect());
        super::server::outline(self, &normal, |table| {
            format!(
                "SELECT to_jsonb(mina_row)::text AS word FROM {} AS mina_row",
                dialect.object(&table.name)
            )
        })
    }

    texts!();

    fn empty(&mut self, schema: &Schema) -> QueryResult<()> {
        let names = names(schema, self.dialect());
        if !names.is_empty() {
            sql_query(format!("TRUNCATE {} CASCADE", names.join(", "))).execute(self)?;
        }
        Ok(())
    }
}

#[cfg(feature = "mysql")]
impl Subject for MysqlConnection {
    fn dialect(&self) -> &'static dyn Dialect {
        &mina_core::sql::mysql::Mysql
    }

    fn normal(&mut self) -> Result<Normal, BoxError> {
        Ok(crate::mysql::introspect(self)?)
    }

    fn outline(&mut self) -> Result<Outline, BoxError> {
        let (normal, dialect) = (self.normal()?, self.dialect());
        super::server::outline(self, &normal, |table| {
            let said = table.columns.iter().map(|column| {
                let (name, label) = (dialect.quote(&column.name), column.name.replace('\'', "''"));
                format!("CONCAT('{label}=', COALESCE(HEX(CONVERT({name} USING utf8mb4)), HEX({name}), 'NULL'))")
            });
            let said: Vec<String> = said.collect();
            format!(
                "SELECT CONVERT(CONCAT_WS(' ', {}) USING utf8mb4) AS word FROM {}",
                said.join(", "),
                dialect.object(&table.name)
            )
        })
    }

    texts!();

    fn empty(&mut self, schema: &Schema) -> QueryResult<()> {
        sql_query("SET foreign_key_checks = 0").execute(self)?;
        for name in names(schema, self.dialect()) {
            sql_query(format!("DELETE FROM {name}")).execute(self)?;
        }
        sql_query("SET foreign_key_checks = 1").execute(self)?;
        Ok(())
    }
}

macro_rules! any {
    ($any:ident, $conn:ident => $call:expr) => {
        match $any {
            #[cfg(feature = "sqlite")]
            AnyConnection::Sqlite($conn) => $call,
            #[cfg(feature = "postgres")]
            AnyConnection::Pg($conn) => $call,
            #[cfg(feature = "mysql")]
            AnyConnection::Mysql($conn) => $call,
            #[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            _ => unreachable!("no engine is linked, so there is no connection"),
        }
    };
}

impl Subject for AnyConnection {
    fn dialect(&self) -> &'static dyn Dialect {
        any!(self, conn => conn.dialect())
    }

    fn normal(&mut self) -> Result<Normal, BoxError> {
        any!(self, conn => conn.normal())
    }

    fn outline(&mut self) -> Result<Outline, BoxError> {
        any!(self, conn => conn.outline())
    }

    fn texts(&mut self, sql: &str) -> QueryResult<Vec<String>> {
        any!(self, conn => conn.texts(sql))
    }

    fn empty(&mut self, schema: &Schema) -> QueryResult<()> {
        any!(self, conn => conn.empty(schema))
    }
}
