//! Random rows that the tables take.

use crate::random::Random;
use crate::value::sql_value;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Nullable, Text};
use mina_core::schema::{Column, Schema, Table, Type};
use mina_core::sql::sqlite::quote;

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Nullable<Text>)]
    word: Option<String>,
}

pub fn words(conn: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Word> = sql_query(sql).load(conn).unwrap_or_else(|error| panic!("{error}: {sql}"));
    rows.into_iter().map(|row| row.word.unwrap_or_default()).collect()
}

/// Up to three rows for each table; what a table does not take is left out.
pub fn fill(conn: &mut SqliteConnection, schema: &Schema, random: &mut Random, serial: &mut u32) {
    // Twice, since a table may refer to one that comes later.
    for _ in 0..2 {
        for table in schema.tables().values() {
            for _ in 0..random.below(3) {
                row(conn, schema, table, random, serial);
            }
        }
    }
}

/// Takes all rows out.
pub fn clear(conn: &mut SqliteConnection) {
    let tables = words(
        conn,
        r"SELECT name AS word FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_\_%' ESCAPE '\'",
    );
    conn.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    for table in tables {
        conn.batch_execute(&format!("DELETE FROM {}", quote(&table))).unwrap();
    }
    conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
}

fn row(conn: &mut SqliteConnection, schema: &Schema, table: &Table, random: &mut Random, serial: &mut u32) {
    for _ in 0..6 {
        let columns: Vec<&Column> = table
            .columns
            .iter()
            .filter(|column| column.generated.is_none() && !(column.identity && random.percent(60)))
            .collect();
        let values: Vec<String> = columns
            .iter()
            .map(|column| {
                *serial += 1;
                value(conn, schema, table, column, random, *serial)
            })
            .collect();
        let names: Vec<String> = columns.iter().map(|column| quote(&column.name)).collect();
        let name = quote(&table.name.name);
        let insert = match names.is_empty() {
            true => format!("INSERT INTO {name} DEFAULT VALUES"),
            false => format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), values.join(", ")),
        };
        if conn.batch_execute(&insert).is_ok() {
            return;
        }
    }
}

fn value(conn: &mut SqliteConnection, schema: &Schema, table: &Table, column: &Column, random: &mut Random, serial: u32) -> String {
    if column.nullable && random.percent(25) {
        return "NULL".into();
    }
    for key in &table.foreign_keys {
        if let Some(at) = key.columns.iter().position(|name| *name == column.name) {
            let referred = quote(&key.referred[at]);
            let sql = format!(
                "SELECT quote({referred}) AS word FROM {} WHERE {referred} IS NOT NULL",
                quote(&key.table.name)
            );
            let there = words(conn, &sql);
            return random.of(&there).cloned().unwrap_or_else(|| "NULL".into());
        }
    }
    let text = matches!(column.ty, Type::Text | Type::Varchar(_) | Type::Char(_));
    match random.below(100) {
        0..10 if text => random
            .pick(&["''", "'it''s'", "' 7 '", "'007'", "'12abc'", "'ünï'", "'1e3'", "'-5'", "'9.5'"])
            .to_owned(),
        10..12 => random.pick(&["'abc'", "x'00ff'", "9.75", "-1"]).to_owned(),
        _ => sql_value(&column.ty, serial, schema),
    }
}
