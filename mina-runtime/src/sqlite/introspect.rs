//! The schema that a database has.

use super::definition::{Clause, ClauseKind, Column};
use super::live::Live;
use super::{BatchError, beyond, query};
use diesel::SqliteConnection;
use diesel::sql_types::Text;
use mina_core::normal::{Normal, NotModelled};
use mina_core::sql::sqlite::lexer::tokens;
use mina_core::sql::sqlite::model::{self, Constraint, Table};
use mina_core::sql::sqlite::{Stored, StoredTrigger, StoredView, raise};

#[derive(diesel::QueryableByName)]
struct Object {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    on: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Reads the schema of the main database in [normal form](mina_core::normal), Mina's, Diesel's and SQLite's own tables
/// left out; what it cannot say is listed.
///
/// # Errors
///
/// The database cannot be read.
///
/// ```
/// use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
///
/// let mut conn = SqliteConnection::establish(":memory:")?;
/// conn.batch_execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE ON CONFLICT IGNORE)")?;
/// let live = mina_runtime::sqlite::introspect(&mut conn)?;
/// assert_eq!(live.schema.tables().size(), 1);
/// assert_eq!(live.not_modelled[0].to_string(), "table `users`: column `name` UNIQUE ON CONFLICT IGNORE");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn introspect(conn: &mut SqliteConnection) -> Result<Normal, BatchError> {
    let objects: Vec<Object> = query::load(
        conn,
        r"SELECT type AS kind, name, tbl_name AS 'on', sql FROM main.sqlite_schema
          WHERE sql IS NOT NULL AND type <> 'index' AND tbl_name NOT LIKE 'sqlite\_%' ESCAPE '\'
          AND tbl_name NOT LIKE '\_\_mina\_%' ESCAPE '\' AND tbl_name NOT LIKE '\_\_%\_schema\_migrations' ESCAPE '\' ORDER BY name",
    )?;
    let shadows = shadows(conn, &objects)?;
    let keyed = keys_beside_the_rowid(conn)?;
    let mut stored = Stored::default();
    for object in objects.into_iter().filter(|object| !shadows.contains(&object.on)) {
        match object.kind.as_str() {
            "table" => match Live::read(conn, &object.name) {
                Ok(Some(live)) => {
                    let beyond = beyond::of(&live.definition).into_iter();
                    let listed = beyond.map(|clause| NotModelled::new("table", &live.name, clause));
                    stored.not_modelled.extend(listed);
                    stored.tables.push(table(&live, keyed.contains(&live.name)));
                }
                Ok(None) => {}
                Err(BatchError::Unreadable { .. }) => {
                    let beyond = NotModelled::new("table", &object.name, object.sql);
                    stored.not_modelled.push(beyond);
                }
                Err(error) => return Err(error),
            },
            "view" => stored.views.push(StoredView {
                name: object.name,
                sql: object.sql,
            }),
            _ => stored.triggers.push(StoredTrigger {
                name: object.name,
                table: object.on,
                sql: object.sql,
            }),
        }
    }
    Ok(raise(stored))
}

/// The tables in which virtual tables keep what they have: they are part of those.
fn shadows(conn: &mut SqliteConnection, objects: &[Object]) -> Result<Vec<String>, BatchError> {
    let is_virtual = |object: &Object| tokens(&object.sql).get(1).is_some_and(|token| token.is("VIRTUAL"));
    if !objects.iter().any(is_virtual) {
        return Ok(Vec::new());
    }
    let sql = "SELECT name AS value FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'";
    Ok(query::words(conn, sql)?.into_iter().flatten().collect())
}

/// The tables whose primary key has an index of its own, and so is not the rowid.
fn keys_beside_the_rowid(conn: &mut SqliteConnection) -> Result<Vec<String>, BatchError> {
    let sql = "SELECT DISTINCT s.name AS value FROM main.sqlite_schema AS s, pragma_index_list(s.name, 'main') AS i \
               WHERE s.type = 'table' AND i.origin = 'pk'";
    Ok(query::words(conn, sql)?.into_iter().flatten().collect())
}

/// The table as Mina would store it.
fn table(live: &Live, keyed: bool) -> Table {
    let definition = &live.definition;
    let constraint = |(_, clause, rule): (_, &Clause, &model::Rule)| Constraint {
        name: clause.name.clone().unwrap_or_default(),
        rule: rule.clone(),
    };
    Table {
        name: live.name.clone(),
        columns: definition.columns().map(|found| column(found, keyed)).collect(),
        constraints: definition.constraints().map(constraint).collect(),
        indexes: live.indexes.clone(),
        strict: definition.is_strict(),
        without_rowid: definition.is_without_rowid(),
    }
}

fn column(column: &Column, keyed: bool) -> model::Column {
    // What is said last counts.
    let said = |text: fn(&ClauseKind) -> Option<&String>| column.clauses.iter().rev().find_map(|clause| text(&clause.kind)).cloned();
    // INTEGER would be the rowid.
    let ty = match column.ty.as_str() {
        ty if keyed && ty.eq_ignore_ascii_case("INTEGER") => "INT",
        ty => ty,
    };
    model::Column {
        name: column.name.clone(),
        ty: ty.to_owned(),
        nullable: column.is_nullable(),
        default: said(|kind| match kind {
            ClauseKind::Default(text) => Some(text),
            _ => None,
        }),
        collation: said(|kind| match kind {
            ClauseKind::Collate(name) => Some(name),
            _ => None,
        }),
        generated: column.generated().cloned(),
    }
}
