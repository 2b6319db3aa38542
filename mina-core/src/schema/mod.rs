//! The schema at one revision, on one engine.

mod expression;
mod name;
pub mod naming;
mod object;
mod table;
mod types;
mod value;

pub use expression::{Expression, ExpressionError};
pub use name::{Name, ObjectName, Origin, Place};
pub use object::{Enum, Function, Sequence, Trigger, View};
pub use table::{
    Action, Check, Column, Constraint, Default, Deferral, Exclusion, ForeignKey, Generated, Index, IndexElement, IndexKey, PrimaryKey,
    Table, Unique,
};
pub use types::Type;
pub use value::Value;

use rpds::RedBlackTreeMapSync;
use std::sync::Arc;

type Map<V> = RedBlackTreeMapSync<ObjectName, Arc<V>>;

/// Everything that a history has made, by name. Cloning is cheap: neighbouring revisions share what did not change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Tables.
    pub tables: Map<Table>,
    /// Enums.
    pub enums: Map<Enum>,
    /// Sequences that are no column's own.
    pub sequences: Map<Sequence>,
    /// Views.
    pub views: Map<View>,
    /// Triggers, under their table's schema and `table.trigger`: a trigger's name is its table's.
    pub triggers: Map<Trigger>,
    /// Functions, under their name and arguments.
    pub functions: Map<Function>,
    /// Extensions.
    pub extensions: RedBlackTreeMapSync<ObjectName, Origin>,
    /// Namespaces.
    pub namespaces: RedBlackTreeMapSync<ObjectName, Origin>,
    /// What a refused statement touched; nothing more is said about it.
    pub taint: Taint,
}

/// What a refused statement touched, or could have. Never part of equality.
#[derive(Clone, Debug, Default, Eq)]
pub struct Taint {
    /// Everything may be wrong.
    pub all: bool,
    /// Words: names of tables, columns, constraints and other objects, without their schema.
    pub words: rpds::HashTrieSetSync<String>,
}

impl PartialEq for Taint {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Taint {
    /// Marks a name.
    pub fn add(&mut self, word: &str) {
        if !self.words.contains(word) {
            self.words.insert_mut(word.to_owned());
        }
    }

    /// Whether something is known to be wrong about a name.
    pub fn holds(&self, word: &str) -> bool {
        self.all || self.words.contains(word)
    }
}

impl Schema {
    /// A table by name.
    pub fn table(&self, name: &ObjectName) -> Option<&Arc<Table>> {
        self.tables.get(name)
    }

    /// Changes a table in place.
    pub fn edit(&mut self, name: &ObjectName, change: impl FnOnce(&mut Table)) {
        if let Some(table) = self.tables.get(name) {
            let mut table = Table::clone(table);
            change(&mut table);
            self.tables.insert_mut(table.name.clone(), Arc::new(table));
        }
    }

    /// The foreign keys of all tables that refer to a table, its own to itself included.
    pub fn referring<'a>(&'a self, name: &'a ObjectName) -> impl Iterator<Item = (&'a Arc<Table>, &'a ForeignKey)> {
        self.tables.values().flat_map(move |table| {
            table
                .foreign_keys
                .iter()
                .filter(move |key| key.table == *name)
                .map(move |key| (table, key))
        })
    }
}

impl Table {
    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
