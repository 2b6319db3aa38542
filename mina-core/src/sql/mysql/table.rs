//! CREATE TABLE, and the clauses of constraints and indexes.

use super::{Mysql, column, quote, quote_all, string, types};
use crate::engine::Target;
use crate::schema::{Action, Constraint, ForeignKey, Index, IndexKey, Schema, Table, Value};
use crate::sql::Dialect;

/// The CREATE TABLE statement, with its indexes.
pub(super) fn create(table: &Table, schema: &Schema, target: Target) -> String {
    let columns = table.columns.iter().map(|column| column::definition(column, schema, target));
    let (keys, others): (Vec<_>, Vec<_>) = table
        .constraints()
        .map(|constraint| constraint.to_owned())
        .partition(|constraint| matches!(constraint, Constraint::PrimaryKey(_) | Constraint::Unique(_)));
    let clauses = |constraints: &[Constraint]| constraints.iter().filter_map(constraint).collect::<Vec<_>>();
    let indexes = table.indexes.iter().map(|index| self::index(index, Some(table)));
    let items: Vec<String> = columns.chain(clauses(&keys)).chain(indexes).chain(clauses(&others)).collect();
    format!(
        "CREATE TABLE {} (\n    {}\n){}",
        Mysql.object(&table.name),
        items.join(",\n    "),
        options(table)
    )
}

/// What stands behind the columns: the options that are MariaDB's and MySQL's, and the comment.
fn options(table: &Table) -> String {
    let mut sql = String::new();
    for (key, value) in &table.options {
        let word = match key.as_str() {
            "engine" => "ENGINE",
            "charset" => "DEFAULT CHARSET",
            "collate" => "COLLATE",
            "row_format" => "ROW_FORMAT",
            _ => continue,
        };
        let said = match value {
            Value::String(text) | Value::Word(text) => text.clone(),
            value => Mysql.literal(value, None),
        };
        sql += &format!(" {word}={said}");
    }
    if let Some(comment) = &table.comment {
        sql += &format!(" COMMENT={}", string(comment));
    }
    sql
}

/// A constraint's clause, in CREATE TABLE and after ADD; none for an exclusion, which no table here has.
pub(super) fn constraint(constraint: &Constraint) -> Option<String> {
    Some(match constraint {
        Constraint::PrimaryKey(key) => format!("PRIMARY KEY ({})", quote_all(&key.columns)),
        Constraint::Unique(unique) => format!("UNIQUE KEY {} ({})", quote(&unique.name.text), quote_all(&unique.columns)),
        Constraint::ForeignKey(key) => foreign_key(key),
        Constraint::Check(check) => format!("CONSTRAINT {} CHECK ({})", quote(&check.name.text), check.expression.sql()),
        Constraint::Exclusion(_) => return None,
    })
}

fn foreign_key(key: &ForeignKey) -> String {
    let action = |event, action| match action {
        Action::NoAction | Action::SetDefault => String::new(),
        Action::Restrict => format!(" ON {event} RESTRICT"),
        Action::Cascade => format!(" ON {event} CASCADE"),
        Action::SetNull => format!(" ON {event} SET NULL"),
    };
    format!(
        "CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}){}{}",
        quote(&key.name.text),
        quote_all(&key.columns),
        Mysql.object(&key.table),
        quote_all(&key.referred),
        action("DELETE", key.on_delete),
        action("UPDATE", key.on_update)
    )
}

/// How much of a long text an index holds, in characters; three of them fit one index.
pub(super) const PREFIX: u32 = 255;

/// Whether an index says how much of a long text it holds; one that is unique, or for words or shapes, holds it whole.
pub(super) fn says_length(index: &Index) -> bool {
    let method = index.method.as_deref().map(str::to_ascii_lowercase);
    !index.unique && !matches!(method.as_deref(), Some("fulltext" | "spatial" | "rtree"))
}

/// An index's clause, in CREATE TABLE and after ADD; the table tells which columns are too long to be held as they are.
pub(super) fn index(index: &Index, table: Option<&Table>) -> String {
    let method = index.method.as_deref().map(str::to_ascii_lowercase);
    let kind = match method.as_deref() {
        Some("fulltext") => "FULLTEXT KEY",
        Some("spatial" | "rtree") => "SPATIAL KEY",
        _ if index.unique => "UNIQUE KEY",
        _ => "KEY",
    };
    let keys = index.elements.iter().map(|element| {
        let key = match &element.key {
            IndexKey::Column(name) => {
                let large = table
                    .and_then(|table| table.column(name))
                    .is_some_and(|column| types::is_large(&column.ty));
                match large && says_length(index) {
                    true => format!("{}({PREFIX})", quote(name)),
                    false => quote(name),
                }
            }
            IndexKey::Expression(expression) => format!("({})", expression.sql()),
        };
        if element.descending { key + " DESC" } else { key }
    });
    let keys: Vec<String> = keys.collect();
    let using = match method.as_deref() {
        Some("btree") => " USING BTREE",
        Some("hash") => " USING HASH",
        _ => "",
    };
    format!("{kind} {} ({}){using}", quote(&index.name.text), keys.join(", "))
}
