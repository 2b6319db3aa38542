//! What a source of models can say at all, so that its silence about the rest is no difference.

use super::diesel::{is_same_type, length};
use crate::diff::Renames;
use crate::engine::Engine;
use crate::schema::{Column, ForeignKey, Index, Name, ObjectName, Schema, Table, Type};
use crate::syntax::ast::{ModelBlock, StatementKind};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What models can say: everything, or of some tables only what Diesel's `table!` and `joinable!` can.
///
/// That is columns with types, nullability and lengths, the primary key, and foreign keys of one column to another
/// table's primary key. Defaults, unique constraints, checks, indexes, comments and what keys do are not said, and neither
/// are enums, views and whatever else is no table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    diesel: BTreeSet<ObjectName>,
    objects: bool,
}

impl Facets {
    pub(super) fn of<'b>(blocks: impl Iterator<Item = (&'b ModelBlock, bool)>) -> Self {
        let mut facets = Self::default();
        for (block, is_diesel) in blocks {
            if !is_diesel {
                facets.objects = true;
                continue;
            }
            facets
                .diesel
                .extend(block.statements.iter().filter_map(|statement| match &statement.kind {
                    StatementKind::CreateTable(table) => Some(table.table.object()),
                    _ => None,
                }));
        }
        facets
    }

    /// Whether everything that a schema has is said.
    pub fn is_everything(&self) -> bool {
        self.diesel.is_empty() && self.objects
    }

    /// Whether enums, views, triggers, functions, sequences, extensions and namespaces are said.
    pub fn has_objects(&self) -> bool {
        self.objects
    }

    /// Whether a table is said in Diesel's words, which leave out most.
    pub fn is_partial(&self, table: &ObjectName) -> bool {
        self.diesel.contains(table)
    }

    /// The schema of models, with what they cannot say as it is in `have`; names are followed through `renames`.
    ///
    /// What then differs between the two is what the models say.
    #[must_use]
    pub fn complete(&self, models: &Schema, have: &Schema, renames: &Renames, engine: Engine) -> Schema {
        let mut complete = models.clone();
        if engine == Engine::Mysql {
            keep_indexes_of_keys(&mut complete, have);
        }
        if self.is_everything() {
            return complete;
        }
        if !self.objects {
            let said = std::mem::replace(&mut complete, have.clone());
            have.tables().keys().for_each(|name| {
                complete.remove_table(name);
            });
            complete.taint = models.taint.clone();
            said.tables().values().for_each(|table| complete.put_table(Arc::clone(table)));
        }
        for name in &self.diesel {
            let Some(said) = models.table(name) else { continue };
            let old = renames.tables.iter().find(|(_, new)| new == name).map(|(old, _)| old);
            let is = old.and_then(|old| have.table(old)).or_else(|| have.table(name));
            match is {
                Some(is) => complete.put_table(completed(said, is, renames, engine)),
                None if have.view(name).is_some() => {
                    complete.remove_table(name);
                }
                None => {}
            }
        }
        complete
    }
}

/// An index that MariaDB was given for a key is nobody's wish, and stays where another has come to serve the key as well.
fn keep_indexes_of_keys(models: &mut Schema, have: &Schema) {
    for is in have.tables().values() {
        let Some(said) = models.table(&is.name) else { continue };
        let stays = |index: &&Index| {
            let key = said.foreign_keys.iter().find(|key| key.name == index.name);
            index.serves_key && said.index(&index.name.text).is_none() && key.is_some_and(|key| index.columns() == key.columns)
        };
        let kept: Vec<Index> = is.indexes.iter().filter(stays).cloned().collect();
        if !kept.is_empty() {
            models.edit(&is.name, |table| table.indexes.extend(kept));
        }
    }
}

/// A table as Diesel's words say it, with what they cannot say as it is in the database.
fn completed(said: &Table, is: &Table, renames: &Renames, engine: Engine) -> Table {
    let mut is = is.clone();
    is.name = said.name.clone();
    for (table, old, new) in &renames.columns {
        if *table == said.name && is.column(old).is_some() && is.column(new).is_none() {
            is.rename_column(old, new);
        }
    }
    let mut table = is.clone();
    table.columns = said
        .columns
        .iter()
        .map(|column| match is.column(&column.name) {
            Some(was) => Column {
                ty: ty_of(column, was, engine),
                nullable: column.nullable,
                ..was.clone()
            },
            None => column.clone(),
        })
        .collect();
    // A table without a key is said with all of its columns as one.
    let all_columns = |columns: &[String]| columns.len() == said.columns.len();
    let said_key = said.primary_key.as_ref().map(|key| key.columns.as_slice());
    let has_key = is.primary_key.as_ref().map(|key| key.columns.as_slice());
    let keyless = has_key.is_none() && said_key.is_some_and(all_columns);
    if !keyless && said_key != has_key {
        table.primary_key = said.primary_key.clone();
        for column in &mut table.columns {
            column.identity = said.column(&column.name).is_some_and(|said| said.identity);
        }
    }
    let gone: Vec<String> = is
        .columns
        .iter()
        .filter(|column| said.column(&column.name).is_none())
        .map(|column| column.name.clone())
        .collect();
    gone.iter().for_each(|column| without(&mut table, column));
    let new = said
        .foreign_keys
        .iter()
        .filter(|key| !table.foreign_keys.iter().any(|known| is_same_key(known, key, renames)));
    let new: Vec<ForeignKey> = new.cloned().collect();
    for key in &new {
        let index = said.indexes.iter().find(|index| index.serves_key && index.name == key.name);
        table.indexes.extend(index.cloned());
    }
    table.foreign_keys.extend(new);
    table
}

fn ty_of(said: &Column, is: &Column, engine: Engine) -> Type {
    let keeps = is_same_type(&said.ty, &is.ty, engine) && (length(&said.ty).is_none() || length(&said.ty) == length(&is.ty));
    if keeps { is.ty.clone() } else { said.ty.clone() }
}

fn is_same_key(known: &ForeignKey, said: &ForeignKey, renames: &Renames) -> bool {
    let called = renames
        .tables
        .iter()
        .find(|(old, _)| *old == known.table)
        .map_or(&known.table, |(_, new)| new);
    let referred = known.referred.iter().map(|column| {
        let renamed = renames.columns.iter().find(|(table, old, _)| table == called && old == column);
        renamed.map_or(column, |(_, _, new)| new)
    });
    known.columns == said.columns && *called == said.table && referred.eq(said.referred.iter())
}

/// Takes what is about a column that went away along with it.
fn without(table: &mut Table, column: &str) {
    let constraints: Vec<Name> = table
        .constraints_using(column)
        .map(|constraint| constraint.name().clone())
        .collect();
    let indexes: Vec<Name> = table.indexes_using(column).map(|index| index.name.clone()).collect();
    constraints.iter().for_each(|name| {
        table.remove_constraint(&name.text);
    });
    indexes.iter().for_each(|name| {
        table.remove_index(&name.text);
    });
}
