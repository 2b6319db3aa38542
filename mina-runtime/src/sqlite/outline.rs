//! The schema and its rows as sorted facts: what two databases share that differ in order, white space and history alone.

use super::definition::{Definition, Item};
use super::live::Live;
use super::{BatchError, dump, query};
use crate::testing::Outline;
use diesel::SqliteConnection;
use diesel::sql_types::Text;
use mina_core::sql::sqlite::lexer::{normalised, normalised_expression};
use mina_core::sql::sqlite::model::Rule;

#[derive(diesel::QueryableByName)]
struct Object {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

/// Reads the main database, Mina's and SQLite's own tables left out.
///
/// # Errors
///
/// The database or a definition in it cannot be read.
pub fn outline(conn: &mut SqliteConnection) -> Result<Outline, BatchError> {
    let objects: Vec<Object> = query::load(
        conn,
        r"SELECT type AS kind, name, sql FROM main.sqlite_schema
          WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
          AND tbl_name NOT LIKE '\_\_mina\_%' ESCAPE '\' AND tbl_name NOT LIKE '\_\_%\_schema\_migrations' ESCAPE '\'
          ORDER BY type, name",
    )?;
    let mut outline = Outline::default();
    for object in objects {
        if object.kind != "table" {
            outline
                .facts
                .push(format!("{} {}: {}", object.kind, object.name, normalised(&object.sql)));
            continue;
        }
        let rows = dump::table_rows(conn, &object.name)?;
        outline.rows.insert(object.name.clone(), rows);
        match Live::read(conn, &object.name) {
            Ok(Some(live)) => outline.facts.extend(facts(&live.name, &live.definition)),
            // A virtual table, say: it is what it says.
            _ => outline.facts.push(format!("table {}: {}", object.name, normalised(&object.sql))),
        }
    }
    outline.facts.sort();
    Ok(outline)
}

fn facts(table: &str, definition: &Definition) -> Vec<String> {
    let mut facts = vec![format!("table {table} {}", normalised(&definition.options)).trim_end().to_owned()];
    for column in definition.items.iter().filter_map(|item| match item {
        Item::Column(column) => Some(column),
        Item::Constraints(_) => None,
    }) {
        let mut fact = format!("table {table} column {} {}", column.name, normalised(&column.ty));
        if !column.is_nullable() {
            fact += " not null";
        }
        if let Some(default) = column.default() {
            fact += &format!(" default {}", normalised_expression(default));
        }
        if let Some(collation) = column.collation() {
            fact += &format!(" collate {}", collation.to_lowercase());
        }
        if let Some(generated) = column.generated() {
            let stored = if generated.stored { "stored" } else { "virtual" };
            fact += &format!(" as ({}) {stored}", normalised_expression(&generated.expression));
        }
        facts.push(fact);
    }
    for (_, clause, rule) in definition.constraints() {
        let name = clause.name.as_deref().unwrap_or("-");
        facts.push(format!("table {table} constraint {name} {}", rule_text(rule)));
    }
    facts
}

fn rule_text(rule: &Rule) -> String {
    match rule {
        Rule::PrimaryKey { columns, autoincrement } => {
            let generated = if *autoincrement { " autoincrement" } else { "" };
            format!("primary key ({}){generated}", columns.join(", "))
        }
        Rule::Unique { columns } => format!("unique ({})", columns.join(", ")),
        Rule::Check { expression } => format!("check ({})", normalised_expression(expression)),
        Rule::ForeignKey {
            columns,
            table,
            referred,
            actions,
        } => format!(
            "foreign key ({}) references {table} ({}) {}",
            columns.join(", "),
            referred.join(", "),
            normalised(actions)
        ),
    }
}
