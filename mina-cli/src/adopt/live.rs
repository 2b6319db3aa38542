//! A database that is asked what it has, or what a statement does to it.

use super::script::{Ground, Scratch};
use crate::failure::Failure;
use crate::live::unreached;
use mina_core::diff::{Names, Renames, Wish, plan};
use mina_core::normal::Normal;
use mina_core::operation::Context;
use mina_core::schema::Schema;
use mina_core::sql::dialect;
use mina_core::syntax::Tokens;
use mina_core::syntax::ast::{Block, Statement};
use mina_runtime::settings::Location;
use mina_runtime::{AnyConnection, AsConnection};
use std::path::Path;

/// Opens a database that is there.
pub fn open(location: &Location) -> Result<AnyConnection, Failure> {
    location.open(false).map_err(|error| unreached(&error))
}

/// What a database has, the tables of histories left out.
pub fn introspected(conn: &mut AnyConnection) -> Result<Normal, String> {
    conn.as_connection().introspect().map_err(|fault| fault.message)
}

/// The same with the bodies of functions as the server takes them again.
#[cfg(feature = "postgres")]
pub fn written(conn: &mut AnyConnection, normal: &Schema) -> Result<Schema, String> {
    let mut schema = normal.clone();
    let AnyConnection::Pg(conn) = conn else { return Ok(schema) };
    let written = mina_runtime::postgres::introspect_as_written(conn).map_err(|error| error.to_string())?;
    for function in normal.functions().values() {
        schema.remove_function(&function.name, &function.arguments);
    }
    for function in written.schema.functions().values() {
        let mut function = (**function).clone();
        function.body = function.body.trim().to_owned();
        schema.put_function(function);
    }
    Ok(schema)
}

/// Only PostgreSQL has functions that a history knows.
#[cfg(not(feature = "postgres"))]
pub fn written(_: &mut AnyConnection, normal: &Schema) -> Result<Schema, String> {
    Ok(normal.clone())
}

/// The statements that lead from one schema to another; else what they leave undone.
pub fn statements(have: &Schema, want: &Schema, ground: Ground<'_>) -> Result<Vec<Statement>, Vec<String>> {
    let block = Block::default();
    let tokens = Tokens::default();
    let found = plan(&Wish {
        have,
        want,
        renames: &Renames::default(),
        names: Names::Exact,
        context: Context {
            target: ground.target,
            targets: &[ground.target],
            config: ground.config,
            block: &block,
            tokens: &tokens,
            file: "",
            downgrade: false,
        },
    });
    match found.left.is_empty() {
        true => Ok(found.statements),
        false => Err(found.left),
    }
}

/// A database of its own for each statement that is tried: of SQLite in memory, on a server beside the one that is named.
pub struct Bench<'a> {
    pub ground: Ground<'a>,
    /// Where a database for trying can be made; none where no server is named.
    pub place: Option<Location>,
}

impl<'a> Bench<'a> {
    /// Beside the database of a url, where there is one.
    pub fn beside(url: Option<&str>, ground: Ground<'a>) -> Result<Self, Failure> {
        let here = Path::new("");
        let url = match ground.target.engine() {
            mina_core::engine::Engine::Sqlite => Some(":memory:".to_owned()),
            _ => url.map(|url| with_database(url, &format!("mina_scratch_{}", std::process::id()))),
        };
        let place = url.map(|url| Location::parse(&url, here)).transpose();
        Ok(Self {
            ground,
            place: place.map_err(|error| unreached(&error))?,
        })
    }

    fn tried(&self, conn: &mut AnyConnection, before: &Schema, sql: &str) -> Result<Vec<Statement>, String> {
        let engine = self.ground.target.engine();
        let Some(dialect) = dialect(engine) else {
            return Err(String::new());
        };
        for made in dialect.made(before, true, &|_| true) {
            conn.as_connection().execute(&made).map_err(|error| said(&error))?;
        }
        let have = introspected(conn)?;
        conn.as_connection().execute(sql).map_err(|error| said(&error))?;
        let want = introspected(conn)?;
        statements(&have.schema, &want.schema, self.ground).map_err(|left| left.join("; "))
    }
}

impl Scratch for Bench<'_> {
    fn effect(&mut self, before: &Schema, sql: &str) -> Result<Vec<Statement>, String> {
        let Some(place) = &self.place else {
            return Err("what it does can be tried out beside the database of `--database-url`".to_owned());
        };
        let is_file = matches!(place, Location::File(_));
        if !is_file {
            place.make().map_err(|error| error.to_string())?;
        }
        let opened = place.open(true).map_err(|error| error.to_string());
        let said = opened.and_then(|mut conn| self.tried(&mut conn, before, sql));
        if !is_file {
            place.remove(true).map_err(|error| error.to_string())?;
        }
        said
    }
}

fn said(error: &dyn std::fmt::Display) -> String {
    format!("a scratch database says: {error}")
}

/// A url with another database in it.
fn with_database(url: &str, name: &str) -> String {
    let (start, parameters) = match url.split_once('?') {
        Some((start, parameters)) => (start, format!("?{parameters}")),
        None => (url, String::new()),
    };
    let authority = start.find("://").map_or(0, |at| at + 3);
    let end = start[authority..].find('/').map_or(start.len(), |at| authority + at);
    format!("{}/{name}{parameters}", &start[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn another_database_of_a_server_is_named_by_its_url() {
        assert_eq!(
            with_database("postgres://me@h:5432/shop?sslmode=require", "x"),
            "postgres://me@h:5432/x?sslmode=require"
        );
        assert_eq!(with_database("mysql://h", "x"), "mysql://h/x");
    }
}
