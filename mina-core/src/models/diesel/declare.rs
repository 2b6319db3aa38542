//! Tables as Diesel declares them: `table!`, `joinable!`, `allow_tables_to_appear_in_same_query!`.

use super::structs::Structs;
use super::word::identifier;
use super::{length, types};
use crate::engine::Engine;
use crate::schema::{Column, ObjectName, PrimaryKey, Schema, Table, Type};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};
use std::sync::Arc;

/// The columns of views, by the views' names; a view without any has no `table!`.
pub type ViewColumns = Vec<(ObjectName, Vec<Column>, Option<PrimaryKey>)>;

/// Everything of a `schema.rs`. As text it is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declarations {
    /// The body of `pub mod sql_types`: a struct for each of the database's own types.
    pub sql_types: String,
    /// One `table!` a table or view.
    pub tables: Vec<Declaration>,
    /// One `joinable!` a key that Diesel can join by: (referring, referred, column).
    pub joinables: Vec<(String, String, String)>,
    /// The tables that may stand in one query: those that are connected by keys, and views with what they read.
    pub groups: Vec<Vec<String>>,
}

/// One `table!`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The table or view.
    pub name: ObjectName,
    /// What Rust calls it.
    pub word: String,
    /// Its columns, with what Rust calls them.
    pub columns: Vec<(String, String)>,
    /// What stands between the braces of `table! { … }`.
    pub text: String,
}

/// A column, or a table where none is named, that has no one form for all engines in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The table.
    pub table: ObjectName,
    /// The column.
    pub column: Option<String>,
    /// What it is on each engine.
    pub each: Vec<(Engine, String)>,
}

/// ``Diesel takes `users.at` for `TimestamptzSqlite` on Sqlite and `Timestamptz` on Pg``
impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each: Vec<String> = self.each.iter().map(|(engine, what)| format!("{what} on {engine}")).collect();
        match &self.column {
            Some(column) => write!(f, "`{}.{column}` is {}", self.table, each.join(" and ")),
            None => write!(f, "`{}` has {}", self.table, each.join(" and ")),
        }
    }
}

/// Declares every table of a schema that is, on each of some engines, the same to Diesel. A column that is not is declared
/// as on the first, and told.
pub fn declare(schemas: &[(Engine, &Schema)], views: &ViewColumns) -> (Declarations, Vec<Disagreement>) {
    let mut engines: Vec<Engine> = schemas.iter().map(|(engine, _)| *engine).collect();
    engines.dedup();
    let mut structs = Structs::new(&engines);
    let mut disagreements = Vec::new();
    let tables = all_tables(schemas, views);
    let words = words(tables.iter().map(|sides| &sides[0].1.name));
    let mut declarations = Declarations::default();
    for sides in &tables {
        let table = agreed(sides, &mut structs, &mut disagreements);
        declarations.tables.push(declaration(&table, &words, sides[0].0, &mut structs));
    }
    let firsts: Vec<&Table> = tables.iter().map(|sides| &*sides[0].1).collect();
    declarations.joinables = joinables(&firsts, &words, engines.first().copied().unwrap_or(Engine::Sqlite), &mut structs);
    declarations.groups = groups(&firsts, schemas, &words);
    declarations.sql_types = structs.text();
    (declarations, disagreements)
}

/// A table on the engines that have it.
type Sides = Vec<(Engine, Arc<Table>)>;

fn all_tables(schemas: &[(Engine, &Schema)], views: &ViewColumns) -> Vec<Sides> {
    let mut all: BTreeMap<ObjectName, Sides> = BTreeMap::new();
    for (engine, schema) in schemas {
        for (name, table) in schema.tables().iter() {
            all.entry(name.clone()).or_default().push((*engine, Arc::clone(table)));
        }
        for (name, columns, key) in views.iter().filter(|(name, ..)| schema.view(name).is_some()) {
            let mut view = Table::empty(name.clone());
            view.columns.clone_from(columns);
            view.primary_key.clone_from(key);
            all.entry(name.clone()).or_default().push((*engine, Arc::new(view)));
        }
    }
    all.into_values().collect()
}

/// What Rust calls tables: two of one name in two schemas are told apart by the schema.
fn words<'n>(names: impl Iterator<Item = &'n ObjectName>) -> BTreeMap<ObjectName, String> {
    let mut words = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for name in names {
        let mut word = identifier(&name.name);
        if let (false, Some(schema)) = (taken.insert(word.clone()), &name.schema) {
            word = identifier(&format!("{schema}_{}", name.name));
            while !taken.insert(word.clone()) {
                word.push('_');
            }
        }
        words.insert(name.clone(), word);
    }
    words
}

/// The first engine's table, with every column that another one has besides.
fn agreed(sides: &Sides, structs: &mut Structs, disagreements: &mut Vec<Disagreement>) -> Table {
    let mut table = Table::clone(&sides[0].1);
    let more = sides[1..].iter().flat_map(|(_, side)| &side.columns);
    let more: Vec<&Column> = more.filter(|column| sides[0].1.column(&column.name).is_none()).collect();
    for column in more {
        if table.column(&column.name).is_none() {
            table.columns.push(column.clone());
        }
    }
    for column in &table.columns {
        let each: Vec<(Engine, String)> = sides
            .iter()
            .map(|(engine, side)| {
                let said = side
                    .column(&column.name)
                    .map(|column| format!("`{}`", rust_type(column, *engine, structs)));
                (*engine, said.unwrap_or_else(|| "not there".to_owned()))
            })
            .collect();
        disagree(&table.name, Some(&column.name), each, disagreements);
    }
    let key = |side: &Table| match &side.primary_key {
        Some(key) => format!("the key ({})", key.columns.join(", ")),
        None => "no key".to_owned(),
    };
    disagree(
        &table.name,
        None,
        sides.iter().map(|(engine, side)| (*engine, key(side))).collect(),
        disagreements,
    );
    table
}

fn disagree(table: &ObjectName, column: Option<&str>, each: Vec<(Engine, String)>, disagreements: &mut Vec<Disagreement>) {
    if each.windows(2).any(|pair| pair[0].1 != pair[1].1) {
        disagreements.push(Disagreement {
            table: table.clone(),
            column: column.map(str::to_owned),
            each,
        });
    }
}

/// `Nullable<Array<Nullable<Text>>>`
fn rust_type(column: &Column, engine: Engine, structs: &mut Structs) -> String {
    let ty = plain_type(&column.ty, engine, structs);
    if column.nullable { format!("Nullable<{ty}>") } else { ty }
}

fn plain_type(ty: &Type, engine: Engine, structs: &mut Structs) -> String {
    match (ty, engine) {
        // An element may be NULL, whatever the column says.
        (Type::Array(inner), Engine::Pg) => format!("Array<Nullable<{}>>", plain_type(inner, engine, structs)),
        (Type::Unsigned(inner), Engine::Mysql) => format!("Unsigned<{}>", plain_type(inner, engine, structs)),
        (Type::Varchar(_), _) => "Varchar".to_owned(),
        (Type::Char(_), _) => "Char".to_owned(),
        (ty, engine) => structs.of(ty).unwrap_or_else(|| types::name(ty, engine).to_owned()),
    }
}

fn declaration(table: &Table, words: &BTreeMap<ObjectName, String>, engine: Engine, structs: &mut Structs) -> Declaration {
    let word = words.get(&table.name).cloned().unwrap_or_else(|| identifier(&table.name.name));
    let mut text = String::new();
    let used: BTreeSet<String> = table
        .columns
        .iter()
        .filter_map(|column| structs.of(innermost(&column.ty)))
        .collect();
    let used: Vec<String> = used.into_iter().filter(|name| structs.is_own(name)).collect();
    if !used.is_empty() {
        text.push_str("use diesel::sql_types::*;\n");
        used.iter().for_each(|name| {
            let _ = writeln!(text, "use super::sql_types::{name};");
        });
        text.push('\n');
    }
    doc(&mut text, "", table.comment.as_deref());
    if *table.name.name != *word {
        let _ = writeln!(text, "#[sql_name = {:?}]", &*table.name.name);
    }
    if let Some(schema) = &table.name.schema {
        let _ = write!(text, "{}.", identifier(schema));
    }
    let key: Vec<String> = match &table.primary_key {
        Some(key) => key.columns.iter().map(|column| identifier(column)).collect(),
        None => table.columns.iter().map(|column| identifier(&column.name)).collect(),
    };
    let _ = writeln!(text, "{word} ({}) {{", key.join(", "));
    let mut columns = Vec::with_capacity(table.columns.len());
    for column in &table.columns {
        let word = identifier(&column.name);
        doc(&mut text, "    ", column.comment.as_deref());
        if column.name != word {
            let _ = writeln!(text, "    #[sql_name = {:?}]", column.name);
        }
        if let Some(length) = length(&column.ty) {
            let _ = writeln!(text, "    #[max_length = {length}]");
        }
        let _ = writeln!(text, "    {word} -> {},", rust_type(column, engine, structs));
        columns.push((column.name.clone(), word));
    }
    text.push('}');
    Declaration {
        name: table.name.clone(),
        word,
        columns,
        text,
    }
}

fn innermost(ty: &Type) -> &Type {
    match ty {
        Type::Array(inner) | Type::Unsigned(inner) => innermost(inner),
        ty => ty,
    }
}

fn doc(text: &mut String, indent: &str, comment: Option<&str>) {
    for line in comment.unwrap_or_default().lines() {
        let _ = match line.contains('\r') {
            true => writeln!(text, "{indent}#[doc = {line:?}]"),
            false => writeln!(text, "{indent}/// {line}"),
        };
    }
}

/// A key of one column to another table's primary key, if it is the only key between the two and of Diesel's same type.
fn joinables(
    tables: &[&Table],
    words: &BTreeMap<ObjectName, String>,
    engine: Engine,
    structs: &mut Structs,
) -> Vec<(String, String, String)> {
    let pair = |a: &ObjectName, b: &ObjectName| if a <= b { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
    let mut between: BTreeMap<(ObjectName, ObjectName), usize> = BTreeMap::new();
    for table in tables {
        for key in &table.foreign_keys {
            *between.entry(pair(&table.name, &key.table)).or_default() += 1;
        }
    }
    let mut found = Vec::new();
    for table in tables {
        for key in &table.foreign_keys {
            let (Some(parent), [column], [referred]) = (
                tables.iter().find(|other| other.name == key.table),
                &key.columns[..],
                &key.referred[..],
            ) else {
                continue;
            };
            let is_key = parent.primary_key.as_ref().is_some_and(|key| key.columns == [referred.clone()]);
            let mut ty = |table: &Table, column: &str| table.column(column).map(|column| plain_type(&column.ty, engine, structs));
            let text = |ty: Option<String>| {
                ty.map(|ty| {
                    if matches!(ty.as_str(), "Varchar" | "Char") {
                        "Text".to_owned()
                    } else {
                        ty
                    }
                })
            };
            let same = text(ty(table, column)) == text(ty(parent, referred));
            let alone = between.get(&pair(&table.name, &parent.name)) == Some(&1);
            if let (true, Some(child), Some(parent)) = (
                is_key && same && alone && table.name != parent.name,
                words.get(&table.name),
                words.get(&parent.name),
            ) {
                found.push((child.clone(), parent.clone(), identifier(column)));
            }
        }
    }
    found
}

fn groups(tables: &[&Table], schemas: &[(Engine, &Schema)], words: &BTreeMap<ObjectName, String>) -> Vec<Vec<String>> {
    let place: BTreeMap<&ObjectName, usize> = tables.iter().enumerate().map(|(index, table)| (&table.name, index)).collect();
    let mut group: Vec<usize> = (0..tables.len()).collect();
    fn root(group: &mut [usize], mut index: usize) -> usize {
        while group[index] != index {
            group[index] = group[group[index]];
            index = group[index];
        }
        index
    }
    let mut join = |a: usize, b: usize| {
        let (a, b) = (root(&mut group, a), root(&mut group, b));
        group[a.max(b)] = a.min(b);
    };
    for (index, table) in tables.iter().enumerate() {
        for key in &table.foreign_keys {
            if let Some(other) = place.get(&key.table) {
                join(index, *other);
            }
        }
        for (engine, schema) in schemas {
            let Some(view) = schema.view(&table.name) else { continue };
            let read = tables.iter().enumerate().filter(|(other, _)| *other != index);
            for (other, _) in read.filter(|(_, other)| crate::sql::text::mentions_table(&view.body, *engine, &other.name)) {
                join(index, other);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (index, table) in tables.iter().enumerate() {
        let root = root(&mut group, index);
        groups.entry(root).or_default().extend(words.get(&table.name).cloned());
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// As `diesel print-schema` would write it.
impl fmt::Display for Declarations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if !self.sql_types.is_empty() {
            parts.push(format!("pub mod sql_types {{\n{}\n}}\n", indented(&self.sql_types)));
        }
        for table in &self.tables {
            parts.push(format!("diesel::table! {{\n{}\n}}\n", indented(&table.text)));
        }
        if !self.joinables.is_empty() {
            let lines = self.joinables.iter();
            parts.push(
                lines
                    .map(|(child, parent, column)| format!("diesel::joinable!({child} -> {parent} ({column}));\n"))
                    .collect(),
            );
        }
        for group in &self.groups {
            let line = format!("diesel::allow_tables_to_appear_in_same_query!({});\n", group.join(", "));
            parts.push(match line.chars().count() <= 101 {
                true => line,
                false => format!(
                    "diesel::allow_tables_to_appear_in_same_query!(\n    {},\n);\n",
                    group.join(",\n    ")
                ),
            });
        }
        f.write_str(&parts.join("\n"))
    }
}

fn indented(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("    {line}") })
        .collect();
    lines.join("\n")
}
