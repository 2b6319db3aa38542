//! The normal form of a schema on MariaDB and MySQL.

use super::{Mysql, change, default, fold, program, types};
use crate::schema::{
    Action, Check, Column, Deferral, ForeignKey, Function, Index, IndexElement, IndexKey, Name, PrimaryKey, Schema, Sequence, Table,
    Trigger, Type, Unique, Value, View,
};
use crate::sql::Dialect;

/// All but tables. Enums are in the columns that have them.
pub(super) fn objects(schema: &Schema) -> Schema {
    let mut normal = Schema::default();
    for view in schema.views().values() {
        normal.put_view(View {
            body: view.body.trim().to_owned(),
            ..View::clone(view)
        });
    }
    for trigger in schema.triggers().values() {
        normal.put_trigger(Trigger {
            body: program::trigger_body(trigger),
            ..Trigger::clone(trigger)
        });
    }
    for function in schema.functions().values() {
        normal.put_function(Function {
            arguments: program::arguments(&function.arguments),
            body: program::function_body(&function.body),
            ..Function::clone(function)
        });
    }
    for sequence in schema.sequences().values() {
        normal.put_sequence(self::sequence(sequence));
    }
    normal
}

/// A sequence without the options that say what is so anyway.
fn sequence(sequence: &Sequence) -> Sequence {
    let said = |key: &str| {
        sequence
            .options
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.clone())
    };
    let number = |key: &str| match said(key) {
        Some(Value::Integer(digits)) => digits.parse::<i128>().ok(),
        _ => None,
    };
    let increment = number("increment").unwrap_or(1);
    let (least, most) = match increment < 0 {
        true => (-9_223_372_036_854_775_807, -1),
        false => (1, 9_223_372_036_854_775_806),
    };
    let (min, max) = (number("min").unwrap_or(least), number("max").unwrap_or(most));
    let first = if increment < 0 { max } else { min };
    let start = number("start").unwrap_or(first);
    let cache = number("cache").unwrap_or(1000);
    let numbers = [
        ("cache", cache, 1000),
        ("increment", increment, 1),
        ("max", max, most),
        ("min", min, least),
        ("start", start, first),
    ];
    let mut options: Vec<(String, Value)> = numbers
        .into_iter()
        .filter(|(_, said, usual)| said != usual)
        .map(|(key, said, _)| (key.to_owned(), Value::Integer(said.to_string())))
        .collect();
    if said("cycle") == Some(Value::Bool(true)) {
        options.push(("cycle".to_owned(), Value::Bool(true)));
    }
    options.sort_by(|one, other| one.0.cmp(&other.0));
    Sequence {
        options,
        ..sequence.clone()
    }
}

/// One table of a schema.
pub(super) fn table(table: &Table, schema: &Schema) -> Table {
    let in_key = |name: &str| {
        let key = table.primary_key.as_ref();
        key.is_some_and(|key| key.columns.iter().any(|column| column == name))
    };
    let own = option(table, "collate");
    let columns = table.columns.iter().map(|column| Column {
        nullable: (column.nullable || column.generated.is_some()) && !in_key(&column.name),
        ..self::column(column, schema, own.as_deref())
    });
    let mut normal = Table {
        columns: columns.collect(),
        primary_key: table.primary_key.clone().map(|key| PrimaryKey {
            name: named("PRIMARY"),
            ..key
        }),
        foreign_keys: table.foreign_keys.iter().map(foreign_key).collect(),
        uniques: table.uniques.iter().map(unique).collect(),
        checks: table.checks.iter().map(|own| check(own, &table.columns)).collect(),
        exclusions: Vec::new(),
        indexes: Vec::new(),
        comment: table.comment.clone().filter(|comment| !comment.is_empty()),
        options: ["charset", "collate", "engine", "row_format"]
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), Value::String(option(table, key)?))))
            .collect(),
        ..table.clone()
    };
    for index in &table.indexes {
        let index = self::index(index, table);
        match index.plain_columns() {
            Some(columns) if index.unique && index.method.is_none() && !index.elements.iter().any(|element| element.descending) => {
                normal.uniques.push(Unique {
                    name: index.name.clone(),
                    columns: columns.into_iter().map(str::to_owned).collect(),
                    nulls_not_distinct: false,
                    deferral: Deferral::No,
                    origin: index.origin.clone(),
                });
            }
            _ => normal.indexes.push(index),
        }
    }
    normal
}

/// An option that the server knows, in small letters.
fn option(table: &Table, key: &str) -> Option<String> {
    let (_, value) = table.options.iter().find(|(name, _)| name == key)?;
    match value {
        Value::String(text) | Value::Word(text) => Some(text.to_ascii_lowercase()),
        _ => None,
    }
}

fn named(text: &str) -> Name {
    Name {
        text: text.to_owned(),
        derived: false,
    }
}

fn column(column: &Column, schema: &Schema, of_table: Option<&str>) -> Column {
    let ty = types::kept(&column.ty, schema);
    let words = column.default.as_ref().map(|default| Mysql.default(default, &column.ty));
    let collation = column.collation.as_ref().map(|collation| collation.to_ascii_lowercase());
    Column {
        default: words.and_then(|words| default::default(&words, &ty)),
        generated: column.generated.clone().map(|mut generated| {
            generated.expression = fold::fold(&generated.expression);
            generated
        }),
        collation: collation.filter(|collation| Some(collation.as_str()) != of_table && ty != Type::Json),
        comment: column.comment.clone().filter(|comment| !comment.is_empty()),
        ty,
        ..column.clone()
    }
}

fn foreign_key(key: &ForeignKey) -> ForeignKey {
    // The two are one to InnoDB, and MariaDB prints one for the other.
    let action = |action| match action {
        Action::Restrict | Action::SetDefault => Action::NoAction,
        action => action,
    };
    ForeignKey {
        on_delete: action(key.on_delete),
        on_update: action(key.on_update),
        deferral: Deferral::No,
        not_valid: false,
        ..key.clone()
    }
}

fn unique(unique: &Unique) -> Unique {
    Unique {
        nulls_not_distinct: false,
        deferral: Deferral::No,
        ..unique.clone()
    }
}

fn check(check: &Check, columns: &[Column]) -> Check {
    Check {
        expression: fold::fitted(&check.expression, columns),
        not_valid: false,
        ..check.clone()
    }
}

fn index(index: &Index, table: &Table) -> Index {
    let method = index.method.as_deref().map(str::to_ascii_lowercase);
    // A hash of long texts has no order.
    let is_hash = index.unique && change::is_hash(index, Some(table));
    let element = |element: &IndexElement| IndexElement {
        descending: element.descending && !is_hash,
        ..self::element(element)
    };
    Index {
        elements: index.elements.iter().map(element).collect(),
        nulls_not_distinct: false,
        filter: None,
        // What InnoDB has is a B-tree, whatever was asked for.
        method: method.and_then(|method| match method.as_str() {
            "fulltext" => Some("fulltext".to_owned()),
            "spatial" | "rtree" => Some("spatial".to_owned()),
            _ => None,
        }),
        include: Vec::new(),
        serves_key: false,
        ..index.clone()
    }
}

fn element(element: &IndexElement) -> IndexElement {
    IndexElement {
        key: match &element.key {
            IndexKey::Expression(expression) => IndexKey::Expression(fold::fold(expression)),
            key => key.clone(),
        },
        descending: element.descending,
        nulls_first: None,
        collation: None,
        class: None,
    }
}
