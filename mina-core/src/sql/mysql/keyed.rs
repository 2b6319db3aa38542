//! Columns that foreign keys tie to others: their type changes while the keys are away.

use super::alter::{Clause, Part};
use super::change::{add_key, drop_key};
use super::column;
use super::plan;
use super::step::Writer;
use crate::history::Resolved;
use crate::schema::{Column, ForeignKey, ObjectName, Schema};

/// Whether the server would refuse to change a column for a foreign key that it is in or that refers to it.
///
/// One that refers to itself would have to be what it becomes before it becomes that: a key with ON UPDATE CASCADE takes no NOT NULL
/// beside a NULL.
pub(super) fn is_tied(table: &ObjectName, old: &Column, new: &Column, schema: &Schema) -> bool {
    let alike = old.ty == new.ty && old.collation == new.collation && old.generated == new.generated;
    let to_itself = |(owner, key): &(ObjectName, ForeignKey)| {
        let mut pairs = key.columns.iter().zip(&key.referred);
        owner == table && key.table == *table && pairs.any(|(own, referred)| *own == old.name && own == referred)
    };
    let keys = keys(table, &old.name, schema);
    match alike {
        true => old.nullable != new.nullable && keys.iter().any(to_itself),
        false => !keys.is_empty(),
    }
}

/// The foreign keys that a column is in or that refer to it, with their tables.
pub(super) fn keys(table: &ObjectName, column: &str, schema: &Schema) -> Vec<(ObjectName, ForeignKey)> {
    let holds = |columns: &[String]| columns.iter().any(|name| name == column);
    let own = schema.table(table).map_or(&[][..], |table| &table.foreign_keys);
    let own = own.iter().filter(|key| holds(&key.columns)).map(|key| (table.clone(), key.clone()));
    let mut all: Vec<(ObjectName, ForeignKey)> = own.collect();
    for (owner, key) in schema.referring(table).filter(|(_, key)| holds(&key.referred)) {
        if !all.iter().any(|(name, known)| *name == owner.name && known.name == key.name) {
            all.push((owner.name.clone(), key.clone()));
        }
    }
    all
}

/// Takes the keys away, changes the column, and makes them again.
pub(super) fn modify(writer: &mut Writer, resolved: &Resolved, (table, old, new): (&ObjectName, &Column, &Column), line: u32) {
    let keys = keys(table, &old.name, &resolved.before);
    let mut now = away(writer, &keys, &resolved.before, line);
    let mut changed = now.clone();
    changed.edit(table, |table| {
        table.column_mut(&new.name).into_iter().for_each(|column| *column = new.clone());
    });
    let clause = Clause {
        redefines: Some(old.name.clone()),
        ..Clause::new(
            format!("MODIFY COLUMN {}", column::definition(new, &resolved.after, writer.target)),
            plan::modify(old, new, now.table(table).map(AsRef::as_ref)),
            Part::Column(new.name.clone()),
        )
    };
    writer.alter(table, vec![clause], &now, &changed, line);
    writer.close();
    now = changed;
    back(writer, &keys, now, line);
}

/// Takes keys away, and says what is left.
pub(super) fn away(writer: &mut Writer, keys: &[(ObjectName, ForeignKey)], before: &Schema, line: u32) -> Schema {
    let mut now = before.clone();
    for (owner, key) in keys {
        let mut without = now.clone();
        without.edit(owner, |table| {
            table.remove_constraint(&key.name.text);
        });
        writer.alter(owner, vec![drop_key(&key.name.text)], &now, &without, line);
        now = without;
    }
    writer.close();
    now
}

/// Makes keys again.
pub(super) fn back(writer: &mut Writer, keys: &[(ObjectName, ForeignKey)], mut now: Schema, line: u32) {
    for (owner, key) in keys {
        let mut with = now.clone();
        with.edit(owner, |table| table.foreign_keys.push(key.clone()));
        writer.alter(owner, vec![add_key(key)], &now, &with, line);
        now = with;
    }
    writer.close();
}
