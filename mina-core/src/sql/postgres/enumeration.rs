//! Enums: types whose values can be added and renamed in place, and are removed with the type made anew.

use super::{Postgres, quote, string, table, types};
use crate::history::Resolved;
use crate::operation::columns_can_change;
use crate::schema::naming::LONGEST;
use crate::schema::{Column, Constraint, ConstraintRef, Enum, Index, IndexKey, ObjectName, Schema, Table, Type};
use crate::sql::Dialect;

pub(super) fn create(object: &Enum) -> String {
    let values: Vec<String> = object.values.iter().map(|value| string(value)).collect();
    format!("CREATE TYPE {} AS ENUM ({})", Postgres.object(&object.name), values.join(", "))
}

/// Whether every value stays where it is, so that the others are added in place.
pub(super) fn only_adds(before: &Enum, after: &Enum) -> bool {
    let kept: Vec<&String> = after.values.iter().filter(|value| before.values.contains(value)).collect();
    kept.iter().copied().eq(&before.values)
}

pub(super) fn alter(before: &Enum, after: &Enum, renamed: Option<&(String, String)>, resolved: &Resolved) -> Vec<String> {
    let name = Postgres.object(&before.name);
    if let Some((from, to)) = renamed {
        return vec![format!("ALTER TYPE {name} RENAME VALUE {} TO {}", string(from), string(to))];
    }
    match only_adds(before, after) {
        true => add(&name, before, after),
        false => recreate(before, after, &resolved.before),
    }
}

/// With values added to it, where nothing stands on the columns that have the type.
pub(super) fn anew(before: &Enum, after: &Enum, schema: &Schema) -> Option<Vec<String>> {
    let can = only_adds(before, after) && before.values != after.values && columns_can_change(schema, &before.name);
    can.then(|| recreate(before, after, schema))
}

fn add(name: &str, before: &Enum, after: &Enum) -> Vec<String> {
    let new = after.values.iter().enumerate().filter(|(_, value)| !before.values.contains(value));
    new.map(|(at, value)| {
        let next = after.values[at + 1..].iter().find(|next| before.values.contains(next));
        let place = next.map_or_else(String::new, |next| format!(" BEFORE {}", string(next)));
        format!("ALTER TYPE {name} ADD VALUE {}{place}", string(value))
    })
    .collect()
}

/// A type without the value takes the old one's place in every column; what compares values of the type is made anew.
fn recreate(before: &Enum, after: &Enum, schema: &Schema) -> Vec<String> {
    let old = before.name.beside(&aside(&before.name.name));
    let mut statements = vec![
        format!("ALTER TYPE {} RENAME TO {}", Postgres.object(&before.name), quote(&old.name)),
        create(after),
    ];
    let users: Vec<User<'_>> = schema.tables().values().filter_map(|table| User::of(table, &before.name)).collect();
    let keys = keys(&users, schema);
    let on = |table: &ObjectName, clause: String| format!("ALTER TABLE {} {clause}", Postgres.object(table));
    statements.extend(
        keys.iter()
            .map(|(owner, key)| on(owner, format!("DROP CONSTRAINT {}", quote(&key.name().text)))),
    );
    statements.extend(users.iter().flat_map(User::retype));
    statements.extend(keys.iter().map(|(owner, key)| on(owner, format!("ADD {}", table::constraint(key)))));
    statements.push(format!("DROP TYPE {}", Postgres.object(&old)));
    statements
}

/// A name for the old type while the new one has its own.
fn aside(name: &str) -> String {
    let prefix = "__mina_";
    let mut end = name.len().min(LONGEST - prefix.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{prefix}{}", &name[..end])
}

/// The foreign keys between columns of the type, each with its table.
fn keys(users: &[User<'_>], schema: &Schema) -> Vec<(ObjectName, Constraint)> {
    let mut keys: Vec<(ObjectName, Constraint)> = Vec::new();
    for user in users {
        let own = user.table.foreign_keys.iter().map(|key| (user.table, key, &key.columns));
        let referring = schema
            .referring(&user.table.name)
            .map(|(table, key)| (&**table, key, &key.referred));
        for (table, key, columns) in own.chain(referring) {
            let found = (table.name.clone(), Constraint::ForeignKey(key.clone()));
            if columns.iter().any(|column| user.has(column)) && !keys.contains(&found) {
                keys.push(found);
            }
        }
    }
    keys
}

/// A table with columns of the type.
struct User<'s> {
    table: &'s Table,
    columns: Vec<&'s Column>,
}

impl<'s> User<'s> {
    fn of(table: &'s Table, name: &ObjectName) -> Option<Self> {
        let columns: Vec<&Column> = table.columns.iter().filter(|column| column.ty.is_of_enum(name)).collect();
        (!columns.is_empty()).then_some(Self { table, columns })
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own.name == column)
    }

    /// The indexes and constraints in which values of the type are compared: they would go on to compare the old ones.
    fn compares(&self) -> (Vec<&'s Index>, Vec<Constraint>) {
        let indexes = self.table.indexes.iter().filter(|index| {
            let said = index.filter.is_some() || index.elements.iter().any(|element| matches!(element.key, IndexKey::Expression(_)));
            said && index.columns().iter().any(|column| self.has(column))
        });
        let constraints = self.table.constraints().filter(|constraint| match constraint {
            ConstraintRef::Check(_) | ConstraintRef::Exclusion(_) => constraint.columns().iter().any(|column| self.has(column)),
            _ => false,
        });
        (indexes.collect(), constraints.map(ConstraintRef::to_owned).collect())
    }

    fn retype(&self) -> Vec<String> {
        let (indexes, constraints) = self.compares();
        let mut clauses: Vec<String> = constraints
            .iter()
            .map(|constraint| format!("DROP CONSTRAINT {}", quote(&constraint.name().text)))
            .collect();
        for column in &self.columns {
            let name = quote(&column.name);
            if column.default.is_some() {
                clauses.push(format!("ALTER COLUMN {name} DROP DEFAULT"));
            }
            let text = types::name(&same_in_text(&column.ty));
            let ty = types::name(&column.ty);
            clauses.push(format!("ALTER COLUMN {name} TYPE {ty} USING {name}::{text}::{ty}"));
            if let Some(default) = &column.default {
                clauses.push(format!("ALTER COLUMN {name} SET DEFAULT {}", Postgres.default(default, &column.ty)));
            }
        }
        clauses.extend(
            constraints
                .iter()
                .map(|constraint| format!("ADD {}", table::constraint(constraint))),
        );
        let dropped = indexes
            .iter()
            .map(|index| format!("DROP INDEX {}", Postgres.object(&self.table.name.beside(&index.name.text))));
        let mut statements: Vec<String> = dropped.collect();
        let name = Postgres.object(&self.table.name);
        statements.push(format!("ALTER TABLE {name}\n    {}", clauses.join(",\n    ")));
        statements.extend(indexes.iter().map(|index| table::create_index(&self.table.name, index, false)));
        statements
    }
}

fn same_in_text(ty: &Type) -> Type {
    match ty {
        Type::Array(inner) => Type::Array(Box::new(same_in_text(inner))),
        _ => Type::Text,
    }
}
