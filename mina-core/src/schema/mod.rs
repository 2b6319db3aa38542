//! The schema at one revision, on one engine.

mod constraint;
mod expression;
mod log;
mod lookup;
mod name;
pub mod naming;
mod object;
mod occupancy;
mod table;
mod types;
mod value;

pub use constraint::ConstraintRef;
pub use expression::{Expression, ExpressionError};
pub(crate) use expression::{children, grammar, of_rows};
pub use name::{Name, ObjectName, Origin, Place};
pub use object::{Enum, Function, Sequence, Trigger, View};
pub use occupancy::{Occupant, OccupantKind};
pub(crate) use table::is_default;
pub use table::{
    Action, Check, Column, Constraint, Default, Deferral, Exclusion, ForeignKey, Generated, Index, IndexElement, IndexKey, PrimaryKey,
    Table, Unique,
};
pub use types::Type;
pub use value::Value;

use crate::engine::Target;
use log::Log;
use occupancy::Occupancy;
use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};
use std::sync::Arc;

/// Objects of one kind, by name.
pub type Map<V> = RedBlackTreeMapSync<ObjectName, Arc<V>>;

/// Objects of which nothing but the name is known, with who made them.
pub type NameMap = RedBlackTreeMapSync<ObjectName, Origin>;

/// Everything that a history has made, by name. Cloning is cheap: neighbouring revisions share what did not change.
///
/// What is in it changes through its methods alone, so that the names taken and the keys that refer to a table are
/// always at hand.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    tables: Map<Table>,
    enums: Map<Enum>,
    sequences: Map<Sequence>,
    views: Map<View>,
    triggers: Map<Trigger>,
    functions: Map<Function>,
    extensions: NameMap,
    namespaces: NameMap,
    /// What a refused statement touched; nothing more is said about it.
    pub taint: Taint,
    /// What raw SQL or Rust made, or may have made, without saying so: that it is not here means nothing.
    pub unseen: Taint,
    log: Log,
    names: Occupancy,
    referrers: Referrers,
}

/// The tables whose keys refer to a table.
type Referrers = RedBlackTreeMapSync<ObjectName, RedBlackTreeSetSync<ObjectName>>;

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.changed_tables(other).all(|(_, one, other)| one == other)
            && self.enums == other.enums
            && self.sequences == other.sequences
            && self.views == other.views
            && self.triggers == other.triggers
            && self.functions == other.functions
            && self.extensions == other.extensions
            && self.namespaces == other.namespaces
    }
}

impl Eq for Schema {}

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
        self.all || (!self.words.is_empty() && self.words.contains(word))
    }
}

/// Tables.
impl Schema {
    /// Every table.
    pub fn tables(&self) -> &Map<Table> {
        &self.tables
    }

    /// A table by name.
    pub fn table(&self, name: &ObjectName) -> Option<&Arc<Table>> {
        self.tables.get(name)
    }

    /// The tables that one of two schemas changed since they went apart, by name, as each has them. All others they share.
    pub fn changed_tables<'a>(
        &'a self,
        other: &'a Self,
    ) -> impl Iterator<Item = (&'a ObjectName, Option<&'a Arc<Table>>, Option<&'a Arc<Table>>)> {
        let names = self.log.apart(&other.log).into_iter();
        names.map(|name| (name, self.table(name), other.table(name)))
    }

    /// Puts a table in, in place of the one of that name.
    pub fn put_table(&mut self, table: impl Into<Arc<Table>>) {
        let table = table.into();
        let before = self.tables.get(&table.name).cloned();
        self.table_changed(before.as_deref(), Some(&table));
        self.tables.insert_mut(table.name.clone(), table);
    }

    /// Takes a table out.
    pub fn remove_table(&mut self, name: &ObjectName) -> Option<Arc<Table>> {
        let before = self.tables.get(name).cloned()?;
        self.table_changed(Some(&before), None);
        self.tables.remove_mut(name);
        Some(before)
    }

    /// Changes a table in place; its name stays (see [`rename_table`](Self::rename_table)).
    pub fn edit(&mut self, name: &ObjectName, change: impl FnOnce(&mut Table)) {
        if let Some(before) = self.tables.get(name).cloned() {
            let mut table = Table::clone(&before);
            change(&mut table);
            table.name = name.clone();
            self.table_changed(Some(&before), Some(&table));
            self.tables.insert_mut(table.name.clone(), Arc::new(table));
        }
    }

    /// Puts a column at the end of a table.
    pub fn add_column(&mut self, table: &ObjectName, column: Column) {
        if let Some(table) = own(&mut self.tables, &mut self.log, table) {
            table.columns.push(column);
        }
    }

    /// Changes a column in place; its name stays (see [`rename_column`](Self::rename_column)).
    pub fn edit_column(&mut self, table: &ObjectName, column: &str, change: impl FnOnce(&mut Column)) {
        let table = own(&mut self.tables, &mut self.log, table);
        if let Some(column) = table.and_then(|table| table.column_mut(column)) {
            let name = column.name.clone();
            change(column);
            column.name = name;
        }
    }

    /// Puts a constraint on a table.
    pub fn add_constraint(&mut self, table: &ObjectName, constraint: Constraint) {
        let Some(on) = own(&mut self.tables, &mut self.log, table) else {
            return;
        };
        match (&constraint, &on.primary_key) {
            (Constraint::PrimaryKey(_), Some(before)) => self.names.remove(OccupantKind::PrimaryKey, table, &before.name.text),
            (Constraint::ForeignKey(key), _) => refer(&mut self.referrers, &key.table, table),
            _ => {}
        }
        self.names.add(constraint.as_ref().occupant_kind(), table, &constraint.name().text);
        on.add_constraint(constraint);
    }

    /// Puts an index on a table.
    pub fn add_index(&mut self, table: &ObjectName, index: Index) {
        let Some(on) = own(&mut self.tables, &mut self.log, table) else {
            return;
        };
        if !index.serves_key {
            self.names.add(OccupantKind::Index, table, &index.name.text);
        }
        on.indexes.push(index);
    }

    /// Renames a table, in the keys that refer to it, its own expressions and the triggers on it as well. Names on it stay.
    pub fn rename_table(&mut self, from: &ObjectName, to: &ObjectName) {
        if !self.tables.contains_key(from) {
            return;
        }
        for name in self.referrers_of(from) {
            self.edit(&name, |table| {
                let keys = table.foreign_keys.iter_mut().filter(|key| key.table == *from);
                keys.for_each(|key| key.table = to.clone());
            });
        }
        if let Some(table) = self.remove_table(from) {
            let mut table = Arc::unwrap_or_clone(table);
            table.name = to.clone();
            table.rename_qualifiers(&from.name, &to.name);
            self.put_table(table);
        }
        self.move_triggers(from, to);
    }

    /// Renames a column, in everything on its table that names it and in the keys that refer to it.
    pub fn rename_column(&mut self, table: &ObjectName, from: &str, to: &str) {
        self.edit(table, |table| table.rename_column(from, to));
        for name in self.referrers_of(table) {
            self.edit(&name, |referring| {
                let keys = referring.foreign_keys.iter_mut().filter(|key| key.table == *table);
                let columns = keys.flat_map(|key| &mut key.referred).filter(|column| *column == from);
                columns.for_each(|column| *column = to.to_owned());
            });
        }
    }

    fn referrers_of(&self, table: &ObjectName) -> Vec<ObjectName> {
        let names = self.referrers.get(table).into_iter().flat_map(|names| names.iter());
        names.cloned().collect()
    }

    /// The foreign keys of all tables that refer to a table, its own to itself included.
    pub fn referring<'a>(&'a self, name: &'a ObjectName) -> impl Iterator<Item = (&'a Arc<Table>, &'a ForeignKey)> {
        let tables = self.referrers.get(name).into_iter().flat_map(|names| names.iter());
        tables.filter_map(|referring| self.tables.get(referring)).flat_map(move |table| {
            table
                .foreign_keys
                .iter()
                .filter(move |key| key.table == *name)
                .map(move |key| (table, key))
        })
    }

    fn table_changed(&mut self, before: Option<&Table>, after: Option<&Table>) {
        if let Some(table) = before.or(after) {
            self.log.push(&table.name);
        }
        self.names.table_changed(before, after);
        let keys = |table: Option<&Table>| -> Vec<ObjectName> {
            let keys = table.into_iter().flat_map(|table| &table.foreign_keys);
            keys.map(|key| key.table.clone()).collect()
        };
        let (gone, here) = (keys(before), keys(after));
        let Some(name) = before.or(after).map(|table| &table.name).filter(|_| gone != here) else {
            return;
        };
        for referred in &gone {
            let names = self.referrers.get(referred).cloned().unwrap_or_default().remove(name);
            if names.is_empty() {
                self.referrers.remove_mut(referred);
            } else {
                self.referrers.insert_mut(referred.clone(), names);
            }
        }
        for referred in here {
            refer(&mut self.referrers, &referred, name);
        }
    }
}

/// A table to change, its names and keys aside.
fn own<'t>(tables: &'t mut Map<Table>, log: &mut Log, name: &ObjectName) -> Option<&'t mut Table> {
    let table = tables.get_mut(name)?;
    log.push(name);
    Some(Arc::make_mut(table))
}

fn refer(referrers: &mut Referrers, referred: &ObjectName, table: &ObjectName) {
    match referrers.get_mut(referred) {
        Some(names) => names.insert_mut(table.clone()),
        None => referrers.insert_mut(referred.clone(), [table.clone()].into_iter().collect()),
    }
}

/// What two schemas do not share.
impl Schema {
    /// All that is no table and not shared with another schema, in a schema of its own.
    pub(crate) fn objects_apart(&self, other: &Self) -> Self {
        let mut apart = Self::default();
        apart_in(&self.enums, &other.enums).for_each(|object| apart.put_enum(Enum::clone(object)));
        apart_in(&self.sequences, &other.sequences).for_each(|object| apart.put_sequence(Sequence::clone(object)));
        apart_in(&self.views, &other.views).for_each(|object| apart.put_view(View::clone(object)));
        apart_in(&self.triggers, &other.triggers).for_each(|object| apart.put_trigger(Trigger::clone(object)));
        apart_in(&self.functions, &other.functions).for_each(|object| apart.put_function(Function::clone(object)));
        let names = |one: &NameMap, other: &NameMap| -> Vec<(ObjectName, Origin)> {
            let mine = one.iter().filter(|(name, _)| !other.contains_key(*name));
            mine.map(|(name, origin)| (name.clone(), origin.clone())).collect()
        };
        for (name, origin) in names(&self.extensions, &other.extensions) {
            apart.put_extension(name, origin);
        }
        for (name, origin) in names(&self.namespaces, &other.namespaces) {
            apart.put_namespace(name, origin);
        }
        apart
    }

    /// The enums that two schemas do not share, by name.
    pub(crate) fn enums_apart<'a>(&'a self, other: &'a Self) -> Vec<&'a ObjectName> {
        let mine = apart_in(&self.enums, &other.enums);
        mine.chain(apart_in(&other.enums, &self.enums)).map(|object| &object.name).collect()
    }
}

fn apart_in<'a, V>(one: &'a Map<V>, other: &'a Map<V>) -> impl Iterator<Item = &'a Arc<V>> {
    let shared = |name, object: &Arc<V>| other.get(name).is_some_and(|other| Arc::ptr_eq(other, object));
    one.iter()
        .filter(move |(name, object)| !shared(name, object))
        .map(|(_, object)| object)
}

/// A name under which a trigger is kept: its table's schema and `table.trigger`.
fn trigger_key(table: &ObjectName, name: &str) -> ObjectName {
    table.beside(&format!("{}.{name}", table.name))
}

macro_rules! objects {
    ($($(#[doc = $all:literal])+ $map:ident: $object:ident, $kind:ident, $get:ident, $put:ident, $remove:ident;)+) => {
        /// Other objects.
        impl Schema {
            $(
                $(#[doc = $all])+
                pub fn $map(&self) -> &Map<$object> {
                    &self.$map
                }

                /// One of them by name.
                pub fn $get(&self, name: &ObjectName) -> Option<&Arc<$object>> {
                    self.$map.get(name)
                }

                /// Puts one in, in place of the one of that name.
                pub fn $put(&mut self, object: $object) {
                    self.names.add(OccupantKind::$kind, &object.name, &object.name.name);
                    self.$map.insert_mut(object.name.clone(), Arc::new(object));
                }

                /// Takes one out.
                pub fn $remove(&mut self, name: &ObjectName) -> Option<Arc<$object>> {
                    let object = self.$map.get(name).cloned()?;
                    self.names.remove(OccupantKind::$kind, name, &name.name);
                    self.$map.remove_mut(name);
                    Some(object)
                }
            )+
        }
    };
}

objects! {
    /// Every enum.
    enums: Enum, Enum, enumeration, put_enum, remove_enum;
    /// Every sequence that is no column's own.
    sequences: Sequence, Sequence, sequence, put_sequence, remove_sequence;
    /// Every view.
    views: View, View, view, put_view, remove_view;
}

/// Triggers, functions, extensions and namespaces.
impl Schema {
    /// Every trigger, under its table's schema and `table.trigger`: a trigger's name is its table's.
    pub fn triggers(&self) -> &Map<Trigger> {
        &self.triggers
    }

    /// A trigger by its table's and its own name.
    pub fn trigger(&self, table: &ObjectName, name: &str) -> Option<&Arc<Trigger>> {
        self.triggers.get(&trigger_key(table, name))
    }

    /// The triggers on a table or view.
    pub fn triggers_on<'a>(&'a self, table: &'a ObjectName) -> impl Iterator<Item = &'a Arc<Trigger>> {
        self.triggers.values().filter(move |trigger| trigger.table == *table)
    }

    /// Puts a trigger in, in place of the one of that name on that table.
    pub fn put_trigger(&mut self, trigger: Trigger) {
        self.names.add(OccupantKind::Trigger, &trigger.table, &trigger.name);
        self.triggers
            .insert_mut(trigger_key(&trigger.table, &trigger.name), Arc::new(trigger));
    }

    /// Takes a trigger out.
    pub fn remove_trigger(&mut self, table: &ObjectName, name: &str) -> Option<Arc<Trigger>> {
        let trigger = self.trigger(table, name).cloned()?;
        self.names.remove(OccupantKind::Trigger, table, name);
        self.triggers.remove_mut(&trigger_key(table, name));
        Some(trigger)
    }

    fn move_triggers(&mut self, from: &ObjectName, to: &ObjectName) {
        let moved: Vec<_> = self.triggers_on(from).cloned().collect();
        for trigger in moved {
            self.remove_trigger(from, &trigger.name);
            self.put_trigger(Trigger {
                table: to.clone(),
                ..Trigger::clone(&trigger)
            });
        }
    }

    /// Every function, under its name and arguments: `touch(integer)`.
    pub fn functions(&self) -> &Map<Function> {
        &self.functions
    }

    /// A function by name and arguments, as written.
    pub fn function(&self, name: &ObjectName, arguments: &str) -> Option<&Arc<Function>> {
        self.functions.get(&function_key(name, arguments))
    }

    /// Puts a function in, in place of the one of that name with those arguments.
    pub fn put_function(&mut self, function: Function) {
        self.functions
            .insert_mut(function_key(&function.name, &function.arguments), Arc::new(function));
    }

    /// Takes a function out.
    pub fn remove_function(&mut self, name: &ObjectName, arguments: &str) -> Option<Arc<Function>> {
        let function = self.function(name, arguments).cloned()?;
        self.functions.remove_mut(&function_key(name, arguments));
        Some(function)
    }

    /// Every extension.
    pub fn extensions(&self) -> &NameMap {
        &self.extensions
    }

    /// Puts an extension in.
    pub fn put_extension(&mut self, name: ObjectName, origin: Origin) {
        self.extensions.insert_mut(name, origin);
    }

    /// Takes an extension out; false if there was none.
    pub fn remove_extension(&mut self, name: &ObjectName) -> bool {
        self.extensions.remove_mut(name)
    }

    /// Every namespace.
    pub fn namespaces(&self) -> &NameMap {
        &self.namespaces
    }

    /// Puts a namespace in.
    pub fn put_namespace(&mut self, name: ObjectName, origin: Origin) {
        self.namespaces.insert_mut(name, origin);
    }

    /// Takes a namespace out; false if there was none.
    pub fn remove_namespace(&mut self, name: &ObjectName) -> bool {
        self.namespaces.remove_mut(name)
    }
}

fn function_key(name: &ObjectName, arguments: &str) -> ObjectName {
    name.beside(&format!(
        "{}({})",
        name.name,
        arguments.split_whitespace().collect::<Vec<_>>().join(" ")
    ))
}

/// Names.
impl Schema {
    /// Who has a name, case folded, under the rules of an engine, that an object of this kind would need.
    ///
    /// `table` is the table that the object would stand on: for constraints, indexes and triggers. `name` is in that
    /// table's schema.
    pub fn name_taken(&self, target: Target, name: &ObjectName, kind: OccupantKind, table: Option<&ObjectName>) -> Option<Occupant> {
        self.names.find(target, name, kind, table).map(|entry| Occupant {
            kind: entry.kind,
            name: entry.name.to_string(),
            origin: self.origin_of(entry.kind, &entry.owner, &entry.name),
            owner: entry.owner.clone(),
        })
    }

    fn origin_of(&self, kind: OccupantKind, owner: &ObjectName, name: &str) -> Origin {
        let origin = match kind {
            OccupantKind::Table => self.table(owner).map(|table| &table.origin),
            OccupantKind::View => self.view(owner).map(|view| &view.origin),
            OccupantKind::Enum => self.enumeration(owner).map(|object| &object.origin),
            OccupantKind::Sequence => self.sequence(owner).map(|sequence| &sequence.origin),
            OccupantKind::Trigger => self.trigger(owner, name).map(|trigger| &trigger.origin),
            OccupantKind::Index => self.table(owner).and_then(|table| table.index(name)).map(|index| &index.origin),
            OccupantKind::PrimaryKey | OccupantKind::Unique | OccupantKind::Exclusion | OccupantKind::ForeignKey | OccupantKind::Check => {
                self.table(owner)
                    .and_then(|table| table.constraint(name))
                    .map(|constraint| constraint.origin())
            }
        };
        origin.cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
