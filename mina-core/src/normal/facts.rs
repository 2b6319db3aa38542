//! What is true of a schema, object by object, so that a running database can be held against it.

use super::difference::{others, said, title};
use crate::diff::Object;
use crate::schema::{Function, ObjectName, Schema, Table, Trigger, Type, View};
use crate::sql::Dialect;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Objects by what they are called, such as ``column `users.name` ``, and what each is in the words of the language; none
/// where it is not there.
pub type Facts = BTreeMap<String, Option<String>>;

/// What one step does to a schema: each object that it touches, before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Change(BTreeMap<String, (Option<String>, Option<String>)>);

impl Change {
    /// What differs between two schemas of a history. What they share costs nothing.
    pub fn between(before: &Schema, after: &Schema, dialect: &dyn Dialect) -> Self {
        let mut tables: BTreeSet<&ObjectName> = before.changed_tables(after).map(|(name, _, _)| name).collect();
        let enums = before.enums_apart(after);
        if !enums.is_empty() {
            let has_one = |table: &&Table| table.columns.iter().any(|column| is_one_of(&column.ty, &enums));
            let all = before.tables().values().chain(after.tables().values());
            tables.extend(all.map(AsRef::as_ref).filter(has_one).map(|table| &table.name));
        }
        let (mut was, mut is) = (part(before, after, &tables, dialect), part(after, before, &tables, dialect));
        let names: BTreeSet<String> = was.keys().chain(is.keys()).cloned().collect();
        let sides = names.into_iter().map(|name| {
            let sides = (was.remove(&name).flatten(), is.remove(&name).flatten());
            (name, sides)
        });
        Self(sides.filter(|(_, (was, is))| was != is).collect())
    }

    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The objects it touches, as they are before it.
    pub fn before(&self) -> Facts {
        self.0.iter().map(|(name, (was, _))| (name.clone(), was.clone())).collect()
    }

    /// The same after it.
    pub fn after(&self) -> Facts {
        self.0.iter().map(|(name, (_, is))| (name.clone(), is.clone())).collect()
    }
}

/// Everything that is in a schema, which is in normal form.
pub fn facts(schema: &Schema) -> Facts {
    let mut facts = Facts::new();
    for table in schema.tables().values() {
        for object in of_table(table) {
            facts.insert(title(&object), Some(said(&object.unnamed(), "")));
        }
    }
    for object in others(schema) {
        facts.insert(title(&object), Some(body(&object).unwrap_or_else(|| said(&object, ""))));
    }
    facts
}

/// What a dialect can tell from another.
fn body(object: &Object) -> Option<String> {
    match object {
        Object::View(View { body, .. }) | Object::Trigger(Trigger { body, .. }) | Object::Function(Function { body, .. }) => {
            Some(body.clone())
        }
        _ => None,
    }
}

/// Whether two texts, the history's and the database's, say the same of an object of that name: the dialect tells.
pub fn is_same_object(name: &str, history: &str, database: &str, dialect: &dyn Dialect) -> bool {
    let is = |kind: &str| name.starts_with(kind);
    if is("column `") {
        return dialect.is_same_column(history, database);
    }
    (is("view `") || is("trigger `") || is("function `")) && dialect.is_same(history, database)
}

/// The facts of some tables, and of the other objects that are not shared.
fn part(schema: &Schema, other: &Schema, tables: &BTreeSet<&ObjectName>, dialect: &dyn Dialect) -> Facts {
    let mut part = dialect.normal_objects(&schema.objects_apart(other));
    for table in tables.iter().filter_map(|name| schema.table(name)) {
        part.put_table(dialect.normal_table(table, schema));
    }
    facts(&part)
}

fn is_one_of(ty: &Type, enums: &[&ObjectName]) -> bool {
    match ty {
        Type::Enum(name) => enums.contains(&name),
        Type::Array(inner) | Type::Unsigned(inner) => is_one_of(inner, enums),
        _ => false,
    }
}

/// The table itself, then what is on it, each for itself. No operation changes its options, and a server adds its own.
fn of_table(table: &Table) -> Vec<Object> {
    let mut objects = vec![Object::Table(Table {
        columns: Vec::new(),
        primary_key: None,
        foreign_keys: Vec::new(),
        uniques: Vec::new(),
        checks: Vec::new(),
        exclusions: Vec::new(),
        indexes: Vec::new(),
        options: Vec::new(),
        ..table.clone()
    })];
    let name = &table.name;
    objects.extend(table.columns.iter().map(|column| Object::Column(name.clone(), column.clone())));
    objects.extend(
        table
            .constraints()
            .map(|constraint| Object::Constraint(name.clone(), constraint.to_owned())),
    );
    objects.extend(table.indexes.iter().map(|index| Object::Index(name.clone(), index.clone())));
    objects
}
