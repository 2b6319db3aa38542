//! The schema that a database has.

use super::definition::{Clause, ClauseKind, Column, Definition};
use super::{BatchError, beyond, parse, query};
use diesel::SqliteConnection;
use diesel::sql_types::Text;
use mina_core::normal::{Normal, NotModelled};
use mina_core::sql::sqlite::lexer::tokens;
use mina_core::sql::sqlite::model::{self, Constraint, Index, Table};
use mina_core::sql::sqlite::{Stored, StoredTrigger, StoredView, raise};
use std::collections::{BTreeMap, BTreeSet};

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

#[derive(diesel::QueryableByName)]
struct Seen {
    #[diesel(sql_type = Text)]
    on: String,
    #[diesel(sql_type = Text)]
    name: String,
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
          WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite\_%' ESCAPE '\'
          AND tbl_name NOT LIKE '\_\_mina\_%' ESCAPE '\' AND tbl_name NOT LIKE '\_\_%\_schema\_migrations' ESCAPE '\' ORDER BY name",
    )?;
    let shadows = shadows(conn, &objects)?;
    let seen = Catalogue::read(conn)?;
    let mut stored = Stored::default();
    let mut indexes: BTreeMap<String, Vec<Index>> = BTreeMap::new();
    for object in objects.into_iter().filter(|object| !shadows.contains(&object.on)) {
        let Object { kind, name, on, sql } = object;
        match kind.as_str() {
            "table" => match seen.definition(&name, &sql) {
                Some(definition) => {
                    let beyond = beyond::of(&definition).into_iter();
                    stored
                        .not_modelled
                        .extend(beyond.map(|clause| NotModelled::new("table", &name, clause)));
                    stored.tables.push(table(name, &definition, &seen));
                }
                None => stored.not_modelled.push(NotModelled::new("table", &name, sql)),
            },
            "index" => indexes.entry(on).or_default().push(Index { name, sql }),
            "view" => stored.views.push(StoredView { name, sql }),
            _ => stored.triggers.push(StoredTrigger { name, table: on, sql }),
        }
    }
    for table in &mut stored.tables {
        table.indexes = indexes.remove(&table.name).unwrap_or_default();
    }
    let left = indexes.into_values().flatten();
    stored
        .not_modelled
        .extend(left.map(|index| NotModelled::new("index", &index.name, index.sql)));
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

/// What SQLite itself sees in the definitions.
struct Catalogue {
    columns: BTreeMap<String, Vec<String>>,
    /// The tables whose primary key has an index of its own, and so is not the rowid.
    keyed: BTreeSet<String>,
}

impl Catalogue {
    fn read(conn: &mut SqliteConnection) -> Result<Self, BatchError> {
        let columns = "SELECT s.name AS \"on\", x.name FROM main.sqlite_schema AS s, pragma_table_xinfo(s.name, 'main') AS x \
                       WHERE s.type = 'table' AND s.sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY s.name, x.cid";
        let keyed = "SELECT s.name AS value FROM main.sqlite_schema AS s, pragma_index_list(s.name, 'main') AS i \
                     WHERE s.type = 'table' AND i.origin = 'pk'";
        let mut of_table: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Seen { on, name } in query::load(conn, columns)? {
            of_table.entry(on).or_default().push(name);
        }
        Ok(Self {
            columns: of_table,
            keyed: query::words(conn, keyed)?.into_iter().flatten().collect(),
        })
    }

    /// The definition, where what is read of it is what SQLite sees.
    fn definition(&self, table: &str, sql: &str) -> Option<Definition> {
        let definition = parse::parse(sql).ok()?;
        let seen = self.columns.get(table)?;
        definition.columns().map(|column| &column.name).eq(seen).then_some(definition)
    }
}

/// The table as Mina would store it.
fn table(name: String, definition: &Definition, seen: &Catalogue) -> Table {
    let constraint = |(_, clause, rule): (_, &Clause, &model::Rule)| Constraint {
        name: clause.name.clone().unwrap_or_default(),
        rule: rule.clone(),
    };
    let keyed = seen.keyed.contains(&name);
    Table {
        name,
        columns: definition.columns().map(|found| column(found, keyed)).collect(),
        constraints: definition.constraints().map(constraint).collect(),
        indexes: Vec::new(),
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
