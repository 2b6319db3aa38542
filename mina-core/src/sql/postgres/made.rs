//! All objects of a schema at once.

use super::{Postgres, enumeration, object, table};
use crate::engine::Engine;
use crate::schema::{Constraint, ObjectName, Schema, Table, View};
use crate::sql::Dialect;
use crate::sql::text::mentions_table;

/// The statements that make the tables and views that are wanted: each after what it needs.
pub(super) fn made(schema: &Schema, beside: bool, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<String> {
    let mut statements: Vec<String> = if beside { self::beside(schema) } else { Vec::new() };
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
    statements.extend(in_order(views.collect(), Engine::Pg).into_iter().map(object::create_view));
    let triggers = schema.triggers().values().filter(|trigger| wanted(&trigger.table));
    statements.extend(triggers.map(|trigger| object::create_trigger(trigger)));
    statements
}

/// What stands beside tables and views.
fn beside(schema: &Schema) -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    let named = |keyword: &str, name: &ObjectName| format!("CREATE {keyword} {}", Postgres.object(name));
    statements.extend(schema.namespaces().keys().map(|name| named("SCHEMA", name)));
    statements.extend(schema.extensions().keys().map(|name| named("EXTENSION", name)));
    statements.extend(schema.enums().values().map(|object| enumeration::create(object)));
    statements.extend(schema.sequences().values().map(|sequence| object::create_sequence(sequence)));
    if !schema.functions().is_empty() {
        // Their bodies may name tables that are made after them.
        statements.push("SET LOCAL check_function_bodies = off".into());
        statements.extend(schema.functions().values().map(|function| object::create_function(function)));
    }
    statements
}

/// A view after those that it names.
pub(in crate::sql) fn in_order(mut left: Vec<&View>, engine: Engine) -> Vec<&View> {
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let names: Vec<ObjectName> = left.iter().map(|view| view.name.clone()).collect();
        let waits = |view: &View| {
            let others = names.iter().filter(|name| **name != view.name);
            others.into_iter().any(|name| mentions_table(&view.body, engine, name))
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
