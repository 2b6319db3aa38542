//! The whole database as text, as SQLite itself tells it: an oracle for tests.

use super::{BatchError, query};
use diesel::SqliteConnection;
use diesel::sql_types::{Nullable, Text};
use mina_core::sql::sqlite::lexer::normalised;
use mina_core::sql::sqlite::{quote, string};

#[derive(diesel::QueryableByName)]
struct Object {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    sql: Option<String>,
}

/// Every object's statement, white space and quoting normalised, and with `rows` every row; Mina's and SQLite's own
/// tables are left out.
///
/// # Errors
///
/// The database cannot be read.
pub fn dump(conn: &mut SqliteConnection, rows: bool) -> Result<String, BatchError> {
    let objects: Vec<Object> = query::load(
        conn,
        r"SELECT type AS kind, name, sql FROM main.sqlite_schema
          WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND tbl_name NOT LIKE '\_\_mina\_%' ESCAPE '\' AND tbl_name <> '__diesel_schema_migrations'
          ORDER BY type, name",
    )?;
    let mut text = String::new();
    for object in &objects {
        text += &normalised(object.sql.as_deref().unwrap_or(&object.name));
        text.push('\n');
    }
    for object in objects.iter().filter(|object| rows && object.kind == "table") {
        text += &format!("{}:\n", object.name);
        for row in table_rows(conn, &object.name)? {
            text += &format!("  {row}\n");
        }
    }
    Ok(text)
}

pub(super) fn table_rows(conn: &mut SqliteConnection, table: &str) -> Result<Vec<String>, BatchError> {
    let columns = query::words(
        conn,
        &format!(
            "SELECT name AS value FROM pragma_table_xinfo({}, 'main') ORDER BY name",
            string(table)
        ),
    )?;
    let values = columns
        .into_iter()
        .flatten()
        .map(|name| format!("{} || quote({})", string(&format!("{name}=")), quote(&name)));
    let values: Vec<String> = values.collect();
    let sql = format!(
        "SELECT {} AS value FROM main.{} ORDER BY 1",
        values.join(" || ' ' || "),
        quote(table)
    );
    Ok(query::words(conn, &sql)?.into_iter().flatten().collect())
}
