//! The normal form of a schema on SQLite.

use super::declared::declared;
use super::default::default;
use super::lexer::tokens;
use super::{Sqlite, index, lower, step};
use crate::engine::Engine;
use crate::schema::{
    Check, Column, Deferral, Expression, ForeignKey, Index, IndexElement, IndexKey, Name, Origin, Schema, Table, Trigger, Value, View,
};
use crate::sql::Dialect;

/// Views, and all triggers. Enums are checks of tables; there is nothing else.
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
            body: trigger_body(trigger),
            ..Trigger::clone(trigger)
        });
    }
    normal
}

pub(super) fn table(table: &Table, schema: &Schema) -> Table {
    let without_rowid = lower::option(table, "without_rowid");
    let strict = lower::option(table, "strict");
    let spelled = |names: &[String]| names.iter().map(|name| spelled(table, name)).collect::<Vec<_>>();
    let key = table.primary_key.as_ref().map(|key| spelled(&key.columns)).unwrap_or_default();
    let columns: Vec<Column> = table
        .columns
        .iter()
        .map(|column| {
            let counted = column.identity && key == [column.name.as_str()] && !without_rowid;
            let in_key = key.contains(&column.name);
            Column {
                // The rowid takes no NULL, said or not.
                nullable: column.nullable && !counted && !(in_key && (without_rowid || strict)),
                identity: counted,
                ..self::column(column, table)
            }
        })
        .collect();
    let counts_up = lower::option(table, "autoincrement") && columns.iter().any(|column| column.identity);
    let mut normal = Table {
        name: table.name.clone(),
        columns,
        primary_key: table.primary_key.clone(),
        foreign_keys: table.foreign_keys.iter().map(|key| foreign_key(key, table, schema)).collect(),
        uniques: table.uniques.clone(),
        checks: table.checks.clone(),
        exclusions: Vec::new(),
        indexes: table.indexes.iter().map(|index| self::index(index, table)).collect(),
        comment: None,
        options: [("autoincrement", counts_up), ("strict", strict), ("without_rowid", without_rowid)]
            .into_iter()
            .filter(|(_, set)| *set)
            .map(|(name, _)| (name.to_owned(), Value::Bool(true)))
            .collect(),
        origin: table.origin.clone(),
    };
    normal.primary_key.iter_mut().for_each(|own| own.columns.clone_from(&key));
    for unique in &mut normal.uniques {
        unique.columns = spelled(&unique.columns);
        (unique.nulls_not_distinct, unique.deferral) = (false, Deferral::No);
    }
    normal.checks.iter_mut().for_each(|check| check.not_valid = false);
    for column in &table.columns {
        let check = lower::enum_check(column, schema).and_then(|check| enum_check(&check.name, &check.rule, &column.origin));
        normal.checks.extend(check.filter(|check| !table.checks.contains(check)));
    }
    normal
}

/// The name as the column was declared; SQLite does not tell upper from lower case.
fn spelled(table: &Table, name: &str) -> String {
    table
        .column_in_sql(name)
        .map_or_else(|| name.to_owned(), |column| column.name.clone())
}

fn column(column: &Column, table: &Table) -> Column {
    let lowered = lower::lower_column(column, table);
    let ty = declared(&lowered.ty);
    let words = column.default.as_ref().map(|default| Sqlite.default(default, &column.ty));
    let kept = words.and_then(|words| default(&words, &ty).unwrap_or_else(|_| column.default.clone()));
    Column {
        ty,
        default: kept,
        collation: column.collation.as_deref().and_then(collation),
        comment: None,
        ..column.clone()
    }
}

/// A collation in capitals; none for the one that is there anyway.
fn collation(name: &str) -> Option<String> {
    let name = name.to_ascii_uppercase();
    (name != "BINARY").then_some(name)
}

fn foreign_key(key: &ForeignKey, table: &Table, schema: &Schema) -> ForeignKey {
    let folded = || {
        let mut tables = schema.tables().values();
        tables.find(|other| other.name.name.eq_ignore_ascii_case(&key.table.name))
    };
    let referred = schema.table(&key.table).or_else(folded);
    let in_referred = |name: &String| referred.map_or_else(|| name.clone(), |referred| spelled(referred, name));
    ForeignKey {
        columns: key.columns.iter().map(|name| spelled(table, name)).collect(),
        table: referred.map_or_else(|| key.table.clone(), |referred| referred.name.clone()),
        referred: key.referred.iter().map(in_referred).collect(),
        not_valid: false,
        ..key.clone()
    }
}

fn enum_check(name: &str, rule: &super::model::Rule, origin: &Origin) -> Option<Check> {
    let super::model::Rule::Check { expression } = rule else {
        return None;
    };
    Some(Check {
        name: Name {
            text: name.to_owned(),
            derived: false,
        },
        expression: Expression::parse(expression, Engine::Sqlite).ok()?,
        not_valid: false,
        origin: origin.clone(),
    })
}

fn index(index: &Index, table: &Table) -> Index {
    Index {
        elements: index.elements.iter().map(|element| self::element(element, table)).collect(),
        nulls_not_distinct: false,
        method: None,
        include: Vec::new(),
        serves_key: false,
        ..index.clone()
    }
}

fn element(element: &IndexElement, table: &Table) -> IndexElement {
    let read = match &element.key {
        IndexKey::Expression(expression) => index::element_of(expression.sql()),
        IndexKey::Column(_) => None,
    };
    let read = read.unwrap_or_else(|| element.clone());
    let said = element.collation.clone().or(read.collation);
    let column = match &read.key {
        IndexKey::Column(name) => Some(spelled(table, name)),
        IndexKey::Expression(_) => None,
    };
    // What is not said is the column's own.
    let own = column.as_ref().and_then(|name| table.column(name)?.collation.as_deref());
    let collation = match &said {
        Some(said) if own.unwrap_or("BINARY").eq_ignore_ascii_case(said) => None,
        Some(said) => Some(said.to_ascii_uppercase()),
        None => None,
    };
    IndexElement {
        key: column.map_or(read.key, IndexKey::Column),
        descending: element.descending,
        nulls_first: None,
        collation,
        class: None,
    }
}

/// What stands between the name and the end, but for the table: the timing and the event said, `FOR EACH ROW` not.
fn trigger_body(trigger: &Trigger) -> String {
    let sql = step::create_trigger(trigger);
    let all = tokens(&sql);
    let is_timing = |at: usize| {
        ["BEFORE", "AFTER", "INSTEAD"]
            .iter()
            .any(|word| all.get(at).is_some_and(|token| token.is(word)))
    };
    let Some(on) = all.iter().skip(3).position(|token| token.is("ON")).map(|at| at + 3) else {
        return trigger.body.clone();
    };
    let event = match (all.get(3), all.get(on - 1)) {
        (Some(first), Some(last)) => &sql[first.range.start..last.range.end],
        _ => "",
    };
    let each = ["FOR", "EACH", "ROW"];
    let row = on + 2;
    let skipped = match all.get(row..row + 3) {
        Some(words) if words.iter().zip(each).all(|(token, word)| token.is(word)) => row + 3,
        _ => row,
    };
    let action = all.get(skipped).map_or("", |first| &sql[first.range.start..]);
    let timing = if is_timing(3) { "" } else { "BEFORE " };
    format!("{timing}{event} {action}")
}
