//! Giving constraints other names in the stored text: no stored byte changes its meaning, so no row is touched.

use super::definition::{Definition, Item, Place, same_rule};
use super::live::Live;
use super::resolve::{self, Found};
use super::{BatchError, probe, query};
use diesel::SqliteConnection;
use mina_core::sql::sqlite::lexer::tokens;
use mina_core::sql::sqlite::model::Constraint;
use mina_core::sql::sqlite::{Edit, EditKind, quote, string};

/// The definition with other names, where names are all that the edits change.
pub(super) fn renamed(live: &Live, edits: &[Edit]) -> Option<Definition> {
    let mut dropped: Vec<&Constraint> = Vec::new();
    let mut added: Vec<&Constraint> = Vec::new();
    for edit in edits {
        match &edit.kind {
            EditKind::DropConstraint(constraint) => dropped.push(constraint),
            EditKind::AddConstraint(constraint) => added.push(constraint),
            _ => return None,
        }
    }
    let mut definition = live.definition.clone();
    for old in dropped {
        let new = added.remove(added.iter().position(|new| same_rule(&new.rule, &old.rule))?);
        let Found::Clause(place) = resolve::constraint(live, old).ok()?? else {
            return None;
        };
        rename(&mut definition, place, &new.name)?;
    }
    added.is_empty().then_some(definition)
}

fn rename(definition: &mut Definition, place: Place, name: &str) -> Option<()> {
    let (text, clauses) = match definition.items.get_mut(place.item)? {
        Item::Column(column) => (&mut column.text, &mut column.clauses),
        Item::Constraints(constraints) => (&mut constraints.text, &mut constraints.clauses),
    };
    let clause = clauses.get_mut(place.clause)?;
    let words = tokens(&clause.text);
    let rest = match words.as_slice() {
        [constraint, _, rest, ..] if constraint.is("CONSTRAINT") => rest.range.start,
        _ => 0,
    };
    let new = format!("CONSTRAINT {} {}", quote(name), &clause.text[rest..]);
    *text = Some(text.as_ref()?.replacen(&clause.text, &new, 1));
    clause.text = new;
    clause.name = Some(name.to_owned());
    Some(())
}

/// Stores the definition, and proves that SQLite reads it as it is meant; false where SQLite does not allow that.
pub(super) fn store(conn: &mut SqliteConnection, live: &Live, definition: &Definition) -> Result<bool, BatchError> {
    query::execute(conn, "SAVEPOINT mina_schema")?;
    let stored = edit(conn, live, definition);
    let end = match stored {
        Ok(()) => "RELEASE mina_schema",
        Err(_) => "PRAGMA writable_schema = RESET; ROLLBACK TO mina_schema; RELEASE mina_schema",
    };
    query::execute(conn, end)?;
    Ok(stored.is_ok())
}

fn edit(conn: &mut SqliteConnection, live: &Live, definition: &Definition) -> Result<(), BatchError> {
    let version = query::number(conn, "SELECT schema_version AS value FROM pragma_schema_version")?.unwrap_or(0);
    let name = string(&live.name);
    let text = string(&definition.create(&quote(&live.name)));
    query::execute(
        conn,
        &format!(
            "PRAGMA writable_schema = ON; UPDATE main.sqlite_schema SET sql = {text} WHERE type = 'table' AND name = {name}; \
             PRAGMA schema_version = {}; PRAGMA writable_schema = RESET",
            version + 1
        ),
    )?;
    let column = definition.columns().next().map(|column| column.name.as_str());
    probe::parses(conn, &live.name, column, "after")?;
    let read = Live::read(conn, &live.name)?;
    match read.is_some_and(|read| read.definition == *definition) {
        true => Ok(()),
        false => Err(BatchError::NoTable { table: live.name.clone() }),
    }
}
