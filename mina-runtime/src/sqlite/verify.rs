//! What an `effect` promised, held against the live database.

use super::{BatchError, introspect, query};
use diesel::SqliteConnection;
use mina_core::diff::Object;
use mina_core::normal::{Difference, Normal, differences};
use mina_core::schema::{Schema, Table};
use mina_core::sql::sqlite::{Expected, Sqlite, Stored, raise, string};

/// Compares an object of the database with what an `effect` declared.
///
/// # Errors
///
/// What is not as declared, as both have it.
pub fn verify(conn: &mut SqliteConnection, expected: &Expected) -> Result<(), BatchError> {
    if let Expected::Gone { kind, name } = expected {
        return match exists(conn, kind, name)? {
            true => Err(BatchError::Effect(format!("{kind} `{name}` is still there"))),
            false => Ok(()),
        };
    }
    let live = introspect(conn)?;
    let wanted = raise(stored(expected)).schema;
    let found = differences(&wanted, &only(&live, &wanted), &Sqlite);
    let mut broken: Vec<String> = found
        .iter()
        .filter(|difference| difference.is_drift() && is_promised(expected, difference))
        .map(ToString::to_string)
        .collect();
    if let Expected::Table { table, without, .. } = expected {
        let there = live.schema.tables().values().find(|there| *there.name.name == table.name);
        let left = without.iter().filter(|name| there.is_some_and(|there| has(there, name)));
        broken.extend(left.map(|name| format!("`{name}` of `{}` is still there", table.name)));
    }
    match broken.is_empty() {
        true => Ok(()),
        false => Err(BatchError::Effect(broken.join("\n"))),
    }
}

fn exists(conn: &mut SqliteConnection, kind: &str, name: &str) -> Result<bool, BatchError> {
    let sql = format!(
        "SELECT count(*) AS value FROM main.sqlite_schema WHERE type = {} AND name = {} COLLATE NOCASE",
        string(kind),
        string(name)
    );
    Ok(query::number(conn, &sql)? != Some(0))
}

fn stored(expected: &Expected) -> Stored {
    let mut stored = Stored::default();
    match expected.clone() {
        Expected::Table { table, .. } => stored.tables.push(table),
        Expected::View(view) => stored.views.push(view),
        Expected::Trigger(trigger) => stored.triggers.push(trigger),
        Expected::Gone { .. } => {}
    }
    stored
}

/// What a database has under the names of what is wanted.
fn only(live: &Normal, wanted: &Schema) -> Normal {
    let mut schema = Schema::default();
    for name in wanted.tables().keys() {
        live.schema
            .table(name)
            .into_iter()
            .for_each(|table| schema.put_table(table.clone()));
    }
    for name in wanted.views().keys() {
        live.schema
            .view(name)
            .into_iter()
            .for_each(|view| schema.put_view(view.as_ref().clone()));
    }
    for wanted in wanted.triggers().values() {
        let trigger = live.schema.trigger(&wanted.table, &wanted.name).into_iter();
        trigger.for_each(|trigger| schema.put_trigger(trigger.as_ref().clone()));
    }
    Normal {
        schema,
        not_modelled: Vec::new(),
    }
}

/// Whether an effect is about what differs.
fn is_promised(expected: &Expected, difference: &Difference) -> bool {
    let Expected::Table { about: Some(about), .. } = expected else {
        return true;
    };
    let is_about = |object: &Object| match object {
        Object::Column(_, column) => about.contains(&column.name),
        Object::Constraint(_, constraint) => about.contains(&constraint.name().text),
        Object::Index(_, index) => about.contains(&index.name.text),
        _ => true,
    };
    match difference {
        Difference::Missing(object) | Difference::Different { history: object, .. } => is_about(object),
        _ => false,
    }
}

fn has(table: &Table, name: &str) -> bool {
    let is = |other: &str| other.eq_ignore_ascii_case(name);
    table.columns.iter().any(|column| is(&column.name))
        || table.constraints().any(|constraint| is(&constraint.name().text))
        || table.indexes.iter().any(|index| is(&index.name.text))
}
