//! From the schema model to a table as SQLite stores it.

use super::{Sqlite, model, quote, string};
use crate::schema::{self, Action, Constraint, Deferral, Index, IndexKey, ObjectName, Schema, Table, Type, Value};
use crate::sql::Dialect;
use model::{Generated, Rule};

/// A table as SQLite stores it; enums are looked up in the schema.
pub fn lower(table: &Table, schema: &Schema) -> model::Table {
    let strict = option(table, "strict");
    let without_rowid = option(table, "without_rowid");
    let mut constraints: Vec<model::Constraint> = table
        .constraints()
        .filter_map(|constraint| lower_constraint(&constraint.to_owned()))
        .collect();
    if let Some(rule) = constraints.iter_mut().find_map(|constraint| match &mut constraint.rule {
        Rule::PrimaryKey { autoincrement, .. } => Some(autoincrement),
        _ => None,
    }) {
        *rule = option(table, "autoincrement") && table.identity_column().is_some();
    }
    for column in &table.columns {
        constraints.extend(enum_check(column, schema).filter(|check| !constraints.contains(check)));
    }
    if without_rowid {
        key_last(&mut constraints);
    }
    model::Table {
        name: table.name.name.to_string(),
        columns: table.columns.iter().map(|column| lower_column(column, table)).collect(),
        constraints,
        indexes: table.indexes.iter().map(|index| lower_index(&table.name, index)).collect(),
        strict,
        without_rowid,
    }
}

/// SQLite cannot rename a column of the key of a table without rowids that is in a unique constraint after the key.
fn key_last(constraints: &mut [model::Constraint]) {
    constraints.sort_by_key(|constraint| matches!(constraint.rule, Rule::PrimaryKey { .. }));
}

pub(super) fn option(table: &Table, key: &str) -> bool {
    table.options.iter().any(|(name, value)| name == key && *value == Value::Bool(true))
}

pub(super) fn lower_column(column: &schema::Column, table: &Table) -> model::Column {
    let (strict, without_rowid) = (option(table, "strict"), option(table, "without_rowid"));
    let sole_key = table.primary_key.as_ref().is_some_and(|key| key.columns == [column.name.as_str()]);
    let ty = match strict {
        true => strict_type(&column.ty).to_owned(),
        false => Sqlite.type_name(&column.ty),
    };
    let ty = match ty {
        _ if column.identity && sole_key => "INTEGER".to_owned(),
        // INTEGER would make it the rowid, which SQLite counts up.
        ty if ty.eq_ignore_ascii_case("INTEGER") && sole_key && !without_rowid => "INT".to_owned(),
        ty => ty,
    };
    model::Column {
        name: column.name.clone(),
        ty,
        nullable: column.nullable,
        default: column.default.as_ref().map(|default| Sqlite.default(default, &column.ty)),
        collation: column.collation.clone(),
        generated: column.generated.as_ref().map(|generated| Generated {
            expression: generated.expression.sql().to_owned(),
            stored: generated.stored,
        }),
    }
}

fn strict_type(ty: &Type) -> &'static str {
    match ty {
        Type::Bool | Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt => "INTEGER",
        Type::Unsigned(inner) => strict_type(inner),
        Type::Float | Type::Double => "REAL",
        Type::Binary | Type::Jsonb => "BLOB",
        Type::Numeric(_) | Type::Custom(_) | Type::Unknown => "ANY",
        _ => "TEXT",
    }
}

/// A constraint as SQLite stores it; none for an exclusion, which it does not have.
pub(super) fn lower_constraint(constraint: &Constraint) -> Option<model::Constraint> {
    let rule = match constraint {
        Constraint::PrimaryKey(key) => Rule::PrimaryKey {
            columns: key.columns.clone(),
            autoincrement: false,
        },
        Constraint::ForeignKey(key) => Rule::ForeignKey {
            columns: key.columns.clone(),
            table: key.table.name.to_string(),
            referred: key.referred.clone(),
            actions: actions(key),
        },
        Constraint::Unique(unique) => Rule::Unique {
            columns: unique.columns.clone(),
        },
        Constraint::Check(check) => Rule::Check {
            expression: check.expression.sql().to_owned(),
        },
        Constraint::Exclusion(_) => return None,
    };
    Some(model::Constraint {
        name: constraint.name().text.clone(),
        rule,
    })
}

fn actions(key: &schema::ForeignKey) -> String {
    let action = |event, action| match action {
        Action::NoAction => String::new(),
        Action::Restrict => format!(" ON {event} RESTRICT"),
        Action::Cascade => format!(" ON {event} CASCADE"),
        Action::SetNull => format!(" ON {event} SET NULL"),
        Action::SetDefault => format!(" ON {event} SET DEFAULT"),
    };
    let deferral = match key.deferral {
        Deferral::No => "",
        Deferral::Deferrable => " DEFERRABLE",
        Deferral::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    };
    format!("{}{}{deferral}", action("DELETE", key.on_delete), action("UPDATE", key.on_update))
}

/// The check that stands for an enum; it has the enum's name, which no rename of the table or the column touches.
pub(super) fn enum_check(column: &schema::Column, schema: &Schema) -> Option<model::Constraint> {
    let Type::Enum(name) = &column.ty else { return None };
    let values: Vec<String> = schema.enums().get(name)?.values.iter().map(|value| string(value)).collect();
    Some(model::Constraint {
        name: name.name.to_string(),
        rule: Rule::Check {
            expression: format!("{} IN ({})", quote(&column.name), values.join(", ")),
        },
    })
}

pub(super) fn lower_index(table: &ObjectName, index: &Index) -> model::Index {
    model::Index {
        name: index.name.text.clone(),
        sql: create_index(table, index),
    }
}

pub(super) fn create_index(table: &ObjectName, index: &Index) -> String {
    let keys = index.elements.iter().map(|element| {
        let mut key = match &element.key {
            IndexKey::Column(name) => quote(name),
            // A collation would be that of its last operand.
            IndexKey::Expression(expression) if element.collation.is_some() => format!("({})", expression.sql()),
            IndexKey::Expression(expression) => expression.sql().to_owned(),
        };
        if let Some(collation) = &element.collation {
            key += &format!(" {}", model::collate(collation));
        }
        if element.descending {
            key += " DESC";
        }
        key
    });
    let unique = if index.unique { "UNIQUE " } else { "" };
    let keys: Vec<String> = keys.collect();
    let filter = index
        .filter
        .as_ref()
        .map_or(String::new(), |filter| format!(" WHERE {}", filter.sql()));
    format!(
        "CREATE {unique}INDEX {} ON {} ({}){filter}",
        quote(&index.name.text),
        quote(&table.name),
        keys.join(", ")
    )
}
