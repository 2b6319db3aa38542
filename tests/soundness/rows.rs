//! Random rows that the tables take.

use crate::random::Random;
use crate::value::{is_text, sql_value};
use mina::testing::Subject;
use mina::{AnyConnection, AsConnection, Engine};
use mina_core::schema::{Column, Schema, Table};

/// Up to three rows for each table; what a table does not take is left out.
pub fn fill(conn: &mut AnyConnection, schema: &Schema, random: &mut Random, serial: &mut u32) {
    // Twice, since a table may refer to one that comes later.
    for _ in 0..2 {
        for table in schema.tables().values() {
            for _ in 0..random.below(3) {
                row(conn, schema, table, random, serial);
            }
        }
    }
}

fn row(conn: &mut AnyConnection, schema: &Schema, table: &Table, random: &mut Random, serial: &mut u32) {
    let dialect = conn.dialect();
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
        let names: Vec<String> = columns.iter().map(|column| dialect.quote(&column.name)).collect();
        let name = dialect.object(&table.name);
        let insert = match (names.is_empty(), dialect.engine()) {
            (true, Engine::Mysql) => format!("INSERT INTO {name} () VALUES ()"),
            (true, _) => format!("INSERT INTO {name} DEFAULT VALUES"),
            (false, _) => format!("INSERT INTO {name} ({}) VALUES ({})", names.join(", "), values.join(", ")),
        };
        if conn.as_connection().execute(&insert).is_ok() {
            return;
        }
    }
}

fn value(conn: &mut AnyConnection, schema: &Schema, table: &Table, column: &Column, random: &mut Random, serial: u32) -> String {
    let dialect = conn.dialect();
    if column.nullable && random.percent(25) {
        return "NULL".into();
    }
    for key in &table.foreign_keys {
        if let Some(at) = key.columns.iter().position(|name| *name == column.name) {
            let referred = dialect.quote(&key.referred[at]);
            let literal = match dialect.engine() {
                Engine::Pg => format!("quote_literal({referred}::text)"),
                Engine::Sqlite | Engine::Mysql => format!("quote({referred})"),
            };
            let table = dialect.object(&key.table);
            let there = conn.texts(&format!("SELECT {literal} AS word FROM {table} WHERE {referred} IS NOT NULL"));
            return random.of(&there.unwrap()).cloned().unwrap_or_else(|| "NULL".into());
        }
    }
    let text = is_text(&column.ty);
    match random.below(100) {
        0..10 if text => random
            .pick(&["''", "'it''s'", "' 7 '", "'007'", "'12abc'", "'ünï'", "'1e3'", "'-5'", "'9.5'"])
            .to_owned(),
        10..12 if dialect.engine() == Engine::Sqlite => random.pick(&["'abc'", "x'00ff'", "9.75", "-1"]).to_owned(),
        _ => sql_value(&column.ty, serial, schema, dialect.engine()),
    }
}
