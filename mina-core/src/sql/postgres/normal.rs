//! The normal form of a schema on PostgreSQL: what its catalogues keep of it.

use super::default::default;
use super::fold::fold;
use super::{Postgres, body, types};
use crate::schema::{
    Column, Enum, Exclusion, Expression, ForeignKey, Function, Index, IndexElement, IndexKey, ObjectName, Schema, Sequence, Table, Trigger,
    Type, Value, View,
};
use crate::sql::Dialect;
use sqlparser::ast::Expr;

/// All that is no table.
pub(super) fn objects(schema: &Schema) -> Schema {
    let mut normal = Schema::default();
    for object in schema.enums().values() {
        normal.put_enum(Enum {
            name: name(&object.name),
            ..Enum::clone(object)
        });
    }
    for sequence in schema.sequences().values() {
        normal.put_sequence(Sequence {
            name: name(&sequence.name),
            options: sequence_options(&sequence.options),
            ..Sequence::clone(sequence)
        });
    }
    for view in schema.views().values() {
        normal.put_view(View {
            name: name(&view.name),
            body: view.body.trim().trim_end_matches(';').to_owned(),
            ..View::clone(view)
        });
    }
    for trigger in schema.triggers().values() {
        normal.put_trigger(Trigger {
            table: name(&trigger.table),
            body: body::trigger(&super::object::create_trigger(trigger)),
            ..Trigger::clone(trigger)
        });
    }
    for function in schema.functions().values() {
        normal.put_function(Function {
            name: name(&function.name),
            arguments: body::arguments(&function.arguments),
            body: body::function(&function.body),
            ..Function::clone(function)
        });
    }
    for (extension, origin) in schema.extensions() {
        normal.put_extension(extension.clone(), origin.clone());
    }
    for (namespace, origin) in schema.namespaces() {
        normal.put_namespace(namespace.clone(), origin.clone());
    }
    normal
}

/// `public` is where names without a schema are.
pub(super) fn name(name: &ObjectName) -> ObjectName {
    match name.schema.as_deref() {
        Some("public") => ObjectName {
            schema: None,
            name: name.name.clone(),
        },
        _ => name.clone(),
    }
}

/// The table as it is kept.
pub(super) fn table(table: &Table) -> Table {
    let columns: Vec<Column> = table.columns.iter().map(|own| column(own, table)).collect();
    let mut normal = Table {
        name: name(&table.name),
        primary_key: table.primary_key.clone(),
        foreign_keys: table.foreign_keys.iter().map(foreign_key).collect(),
        uniques: table.uniques.clone(),
        checks: table.checks.clone(),
        exclusions: table.exclusions.iter().map(|own| exclusion(own, &columns)).collect(),
        indexes: table.indexes.iter().map(|own| index(own, &columns)).collect(),
        comment: table.comment.clone().filter(|comment| !comment.is_empty()),
        options: options(&table.options),
        origin: table.origin.clone(),
        columns: Vec::new(),
    };
    for check in &mut normal.checks {
        check.expression = fold(&check.expression, &columns);
    }
    normal.columns = columns;
    normal
}

fn column(column: &Column, table: &Table) -> Column {
    let ty = ty(&column.ty);
    let said = column.default.as_ref().map(|said| Postgres.default(said, &column.ty));
    let kept = said.map(|said| default(&said, &ty, &[]));
    let generated = column.generated.as_ref().map(|generated| crate::schema::Generated {
        expression: fold(&generated.expression, &table.columns),
        stored: generated.stored,
    });
    Column {
        nullable: column.nullable && !in_key(column, table),
        default: match kept {
            Some(Ok(kept)) => kept,
            Some(Err(_)) => column.default.clone(),
            None => None,
        },
        generated,
        collation: column.collation.clone().filter(|collation| collation != "default"),
        comment: column.comment.clone().filter(|comment| !comment.is_empty()),
        ty,
        ..column.clone()
    }
}

fn in_key(column: &Column, table: &Table) -> bool {
    let key = table.primary_key.as_ref();
    key.is_some_and(|key| key.columns.contains(&column.name))
}

/// The type as its column keeps it.
pub(super) fn ty(ty: &Type) -> Type {
    match ty {
        Type::Enum(of) => Type::Enum(name(of)),
        Type::Array(inner) => match self::ty(inner) {
            Type::Array(inner) => Type::Array(inner),
            inner => Type::Array(Box::new(inner)),
        },
        ty => types::read(&types::name(ty)),
    }
}

fn foreign_key(key: &ForeignKey) -> ForeignKey {
    ForeignKey {
        table: name(&key.table),
        ..key.clone()
    }
}

/// An expression that is a column is one.
pub(super) fn key(key: &IndexKey, columns: &[Column]) -> IndexKey {
    let IndexKey::Expression(expression) = key else {
        return key.clone();
    };
    let folded = fold(expression, columns);
    match folded.tree() {
        Expr::Identifier(_) => match folded.columns().pop() {
            Some(column) => IndexKey::Column(column),
            None => IndexKey::Expression(folded),
        },
        _ => IndexKey::Expression(folded),
    }
}

fn exclusion(exclusion: &Exclusion, columns: &[Column]) -> Exclusion {
    Exclusion {
        method: exclusion.method.to_lowercase(),
        elements: exclusion
            .elements
            .iter()
            .map(|(own, operator)| (key(own, columns), operator.trim().to_owned()))
            .collect(),
        filter: filter(exclusion.filter.as_ref(), columns),
        ..exclusion.clone()
    }
}

pub(super) fn filter(filter: Option<&Expression>, columns: &[Column]) -> Option<Expression> {
    filter.map(|filter| fold(filter, columns))
}

pub(super) fn index(index: &Index, columns: &[Column]) -> Index {
    Index {
        elements: index.elements.iter().map(|own| element(own, columns)).collect(),
        filter: filter(index.filter.as_ref(), columns),
        method: index
            .method
            .as_ref()
            .map(|method| method.to_lowercase())
            .filter(|method| method != "btree"),
        serves_key: false,
        ..index.clone()
    }
}

fn element(element: &IndexElement, columns: &[Column]) -> IndexElement {
    let key = key(&element.key, columns);
    let of = |name: &str| {
        let column = columns.iter().find(|column| column.name == name);
        column.and_then(|column| column.collation.clone())
    };
    // An expression takes over the collation of the columns in it.
    // https://www.postgresql.org/docs/current/collation.html
    let own = match &key {
        IndexKey::Column(name) => of(name),
        IndexKey::Expression(expression) => expression.columns().iter().find_map(|name| of(name)),
    };
    IndexElement {
        key,
        descending: element.descending,
        nulls_first: element.nulls_first.filter(|first| *first != element.descending),
        collation: element
            .collation
            .clone()
            .filter(|said| Some(said) != own.as_ref() && said != "default"),
        class: element.class.clone(),
    }
}

/// The options that PostgreSQL has.
fn options(options: &[(String, Value)]) -> Vec<(String, Value)> {
    let kept = options.iter().filter_map(|(key, value)| match (key.as_str(), value) {
        ("unlogged", Value::Bool(true)) => Some((key.clone(), value.clone())),
        ("fillfactor", Value::Integer(share)) if share != "100" => Some((key.clone(), value.clone())),
        ("tablespace", Value::String(name) | Value::Word(name)) if name != "pg_default" => Some((key.clone(), Value::String(name.clone()))),
        _ => None,
    });
    kept.collect()
}

/// The options that are not what they would be unsaid.
pub(super) fn sequence_options(options: &[(String, Value)]) -> Vec<(String, Value)> {
    let said = |key: &str| options.iter().find(|(name, _)| name == key).map(|(_, value)| value.to_string());
    let falls = said("increment").is_some_and(|step| step.starts_with('-'));
    let (min, max) = match falls {
        false => ("1", "9223372036854775807"),
        true => ("-9223372036854775808", "-1"),
    };
    let from = if falls { said("max") } else { said("min") };
    let start = from.unwrap_or_else(|| if falls { max } else { min }.to_owned());
    let unsaid = [
        ("increment", "1"),
        ("min", min),
        ("max", max),
        ("start", start.as_str()),
        ("cache", "1"),
        ("cycle", "false"),
    ];
    let mut kept = options.to_vec();
    kept.retain(|(key, value)| !unsaid.contains(&(key.as_str(), value.to_string().as_str())));
    kept.sort_by(|one, other| one.0.cmp(&other.0));
    kept
}
