//! All objects of a schema at once.

use super::{Postgres, enumeration, object, table};
use crate::engine::Engine;
use crate::schema::{Constraint, ObjectName, Schema, Table, View};
use crate::sql::Dialect;
use crate::sql::text::mentions_table;

/// The statements that make the objects that are wanted: each after what it needs.
pub(super) fn made(schema: &Schema, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let named = |keyword: &str, name: &ObjectName| format!("CREATE {keyword} {}", Postgres.object(name));
    statements.extend(schema.namespaces().keys().map(|name| named("SCHEMA", name)));
    statements.extend(schema.extensions().keys().map(|name| named("EXTENSION", name)));
    let enums = schema.enums().values().filter(|object| wanted(&object.name));
    statements.extend(enums.map(|object| enumeration::create(object)));
    let sequences = schema.sequences().values().filter(|sequence| wanted(&sequence.name));
    statements.extend(sequences.map(|sequence| object::create_sequence(sequence)));
    let functions = schema.functions().values().filter(|function| wanted(&function.name));
    let functions: Vec<String> = functions.map(|function| object::create_function(function)).collect();
    if !functions.is_empty() {
        // Their bodies may name tables that are made after them.
        statements.push("SET LOCAL check_function_bodies = off".into());
        statements.extend(functions);
    }
    let tables: Vec<&Table> = schema
        .tables()
        .values()
        .filter(|table| wanted(&table.name))
        .map(|table| &**table)
        .collect();
    for table in &tables {
        let mut alone = (*table).clone();
        alone.foreign_keys.clear();
        statements.push(table::create(&alone));
        statements.extend(table::after_create(&alone));
    }
    for table in &tables {
        let keys = table
            .foreign_keys
            .iter()
            .map(|key| table::constraint(&Constraint::ForeignKey(key.clone())));
        statements.extend(keys.map(|key| format!("ALTER TABLE {} ADD {key}", Postgres.object(&table.name))));
    }
    let views = schema.views().values().filter(|view| wanted(&view.name)).map(|view| &**view);
    statements.extend(in_order(views.collect()).into_iter().map(object::create_view));
    let triggers = schema.triggers().values().filter(|trigger| wanted(&trigger.table));
    statements.extend(triggers.map(|trigger| object::create_trigger(trigger)));
    statements
}

/// A view after those that it names.
fn in_order(mut left: Vec<&View>) -> Vec<&View> {
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let names: Vec<ObjectName> = left.iter().map(|view| view.name.clone()).collect();
        let waits = |view: &View| {
            let others = names.iter().filter(|name| **name != view.name);
            others.into_iter().any(|name| mentions_table(&view.body, Engine::Pg, name))
        };
        let (waiting, ready): (Vec<&View>, Vec<&View>) = left.iter().partition(|view| waits(view));
        if ready.is_empty() {
            ordered.extend(waiting);
            break;
        }
        ordered.extend(ready);
        left = waiting;
    }
    ordered
}
