//! Rows for every table, from what the live schema says.

use crate::connection::Connection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};
use mina_core::sql::sqlite::lexer::{Kind, tokens};
use mina_core::sql::sqlite::quote;
use std::collections::BTreeMap;

/// How often the values of one row are changed until its checks let it in.
const TRIES: usize = 200;

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    sql: String,
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    ty: String,
    #[diesel(sql_type = BigInt)]
    required: i64,
    #[diesel(sql_type = BigInt)]
    key: i64,
}

#[derive(QueryableByName)]
struct KeyColumn {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Nullable<Text>)]
    referred: Option<String>,
}

#[derive(QueryableByName)]
struct Literal {
    #[diesel(sql_type = Nullable<Text>)]
    word: Option<String>,
}

/// Puts rows into the tables whose definition has changed since the last time.
#[derive(Default)]
pub(super) struct Rows {
    seen: BTreeMap<String, String>,
    counter: u32,
    /// Tables that stayed empty, and why.
    pub(super) empty: BTreeMap<String, String>,
}

impl Rows {
    /// Two rows for each such table.
    pub(super) fn fill(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        let tables = tables(conn)?;
        let mut open: Vec<&Named> = tables
            .iter()
            .filter(|table| self.seen.get(&table.name) != Some(&table.sql))
            .collect();
        // A table waits until those that it refers to have rows.
        while !open.is_empty() {
            let before = open.len();
            let mut waiting = Vec::new();
            for table in open {
                match self.table(conn, table) {
                    Ok(()) => {
                        self.seen.insert(table.name.clone(), table.sql.clone());
                        self.empty.remove(&table.name);
                    }
                    Err(error) => {
                        self.empty.insert(table.name.clone(), error.to_string());
                        waiting.push(table);
                    }
                }
            }
            if waiting.len() == before {
                break;
            }
            open = waiting;
        }
        Ok(())
    }

    /// Empties every table, and begins anew.
    pub(super) fn clear(&mut self, conn: &mut SqliteConnection) -> QueryResult<()> {
        let before = conn.enforce_keys(false)?;
        for table in tables(conn)? {
            sql_query(format!("DELETE FROM {}", quote(&table.name))).execute(conn)?;
        }
        conn.enforce_keys(before)?;
        self.seen.clear();
        Ok(())
    }

    fn table(&mut self, conn: &mut SqliteConnection, table: &Named) -> QueryResult<()> {
        let columns: Vec<Column> = sql_query(
            "SELECT name, upper(type) AS ty, \"notnull\" AS required, pk AS key FROM pragma_table_xinfo(?) WHERE hidden = 0 ORDER BY cid",
        )
        .bind::<Text, _>(&table.name)
        .load(conn)?;
        let keys: Vec<KeyColumn> = sql_query(
            "SELECT id, \"table\" AS parent, \"from\" AS child, \"to\" AS referred FROM pragma_foreign_key_list(?) ORDER BY id, seq",
        )
        .bind::<Text, _>(&table.name)
        .load(conn)?;
        let mut made = 0;
        let mut failure = None;
        for _ in 0..2 {
            self.counter += 1;
            match self.row(conn, table, &columns, &keys) {
                Ok(()) => made += 1,
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) if made == 0 => Err(error),
            _ => Ok(()),
        }
    }

    fn row(&self, conn: &mut SqliteConnection, table: &Named, columns: &[Column], keys: &[KeyColumn]) -> QueryResult<()> {
        let referred = self.referred(conn, table, columns, keys)?;
        let sole_key = columns.iter().filter(|column| column.key > 0).count() == 1;
        let choices: Vec<(&str, Vec<String>)> = columns
            .iter()
            .filter(|column| !(sole_key && column.key == 1 && column.ty == "INTEGER" && !referred.contains_key(&column.name)))
            .map(|column| {
                let values = match referred.get(&column.name) {
                    Some(value) => vec![value.clone()],
                    None => candidates(column, table, self.counter),
                };
                (column.name.as_str(), values)
            })
            .collect();
        let mut at = vec![0; choices.len()];
        let mut first = None;
        for _ in 0..TRIES {
            let values: Vec<&str> = choices.iter().zip(&at).map(|((_, values), at)| values[*at].as_str()).collect();
            let names: Vec<String> = choices.iter().map(|(name, _)| quote(name)).collect();
            let table = quote(&table.name);
            let insert = match names.is_empty() {
                true => format!("INSERT INTO {table} DEFAULT VALUES"),
                false => format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", ")),
            };
            match sql_query(insert).execute(conn) {
                Ok(_) => return Ok(()),
                Err(error) => first.get_or_insert(error),
            };
            if !advance(&mut at, &choices) {
                break;
            }
        }
        match first {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Values for the columns of foreign keys: those of a row that is there, NULL where there is none.
    fn referred(
        &self,
        conn: &mut SqliteConnection,
        table: &Named,
        columns: &[Column],
        keys: &[KeyColumn],
    ) -> QueryResult<BTreeMap<String, String>> {
        let mut values = BTreeMap::new();
        for id in keys.iter().map(|key| key.id).collect::<std::collections::BTreeSet<_>>() {
            let key: Vec<&KeyColumn> = keys.iter().filter(|key| key.id == id).collect();
            let parent = &key[0].parent;
            let own: Vec<String> = primary_key(conn, parent)?;
            for (at, part) in key.iter().enumerate() {
                if values.contains_key(&part.child) {
                    continue;
                }
                let Some(referred) = part.referred.clone().or_else(|| own.get(at).cloned()) else {
                    continue;
                };
                let found = self.value(conn, parent, &referred)?;
                let required = columns.iter().any(|column| column.name == part.child && column.required == 1);
                match found {
                    Some(value) => {
                        values.insert(part.child.clone(), value);
                    }
                    // A row may refer to itself.
                    None if required && parent.eq_ignore_ascii_case(&table.name) => {}
                    None => {
                        values.insert(part.child.clone(), "NULL".to_owned());
                    }
                }
            }
        }
        Ok(values)
    }

    fn value(&self, conn: &mut SqliteConnection, table: &str, column: &str) -> QueryResult<Option<String>> {
        let (table, column) = (quote(table), quote(column));
        let count = conn.number(&format!("SELECT count({column}) FROM {table}"))?;
        if count == 0 {
            return Ok(None);
        }
        let offset = i64::from(self.counter) % count;
        let sql = format!("SELECT quote({column}) AS word FROM {table} WHERE {column} IS NOT NULL ORDER BY rowid LIMIT 1 OFFSET {offset}");
        let plain = format!("SELECT quote({column}) AS word FROM {table} WHERE {column} IS NOT NULL LIMIT 1 OFFSET {offset}");
        let found = sql_query(sql)
            .get_result::<Literal>(conn)
            .or_else(|_| sql_query(plain).get_result::<Literal>(conn));
        found.optional().map(|row| row.and_then(|row| row.word))
    }
}

fn tables(conn: &mut SqliteConnection) -> QueryResult<Vec<Named>> {
    sql_query(
        r"SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL AND sql NOT LIKE 'CREATE VIRTUAL%'
          AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND name NOT LIKE '\_\_mina\_%' ESCAPE '\'
          AND name NOT LIKE '\_\_%\_schema\_migrations' ESCAPE '\' ORDER BY name",
    )
    .load(conn)
}

fn primary_key(conn: &mut SqliteConnection, table: &str) -> QueryResult<Vec<String>> {
    let columns: Vec<Literal> = sql_query("SELECT name AS word FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk")
        .bind::<Text, _>(table)
        .load(conn)?;
    Ok(columns.into_iter().filter_map(|column| column.word).collect())
}

/// The next combination of values; false after the last.
fn advance(at: &mut [usize], choices: &[(&str, Vec<String>)]) -> bool {
    for (at, (_, values)) in at.iter_mut().zip(choices) {
        *at += 1;
        if *at < values.len() {
            return true;
        }
        *at = 0;
    }
    false
}

/// A value of the column's type that no other row has, then those that the table's checks name.
fn candidates(column: &Column, table: &Named, counter: u32) -> Vec<String> {
    let mut values = vec![value(&column.ty, counter)];
    values.extend(named_in_checks(&table.sql, &column.name));
    if column.required == 0 {
        values.push("NULL".to_owned());
    }
    values
}

// Text that is a number outlives a change of its column's type.
fn value(ty: &str, counter: u32) -> String {
    let has = |part: &str| ty.contains(part);
    match () {
        () if has("BOOL") => (counter % 2).to_string(),
        () if has("INT") => (40 + counter).to_string(),
        () if has("TIMESTAMP") || has("DATETIME") => format!("'2025-01-{:02} 10:{:02}:00'", 1 + counter % 28, counter % 60),
        () if has("DATE") => format!("'2025-{:02}-{:02}'", 1 + counter % 12, 1 + counter % 28),
        () if has("TIME") => format!("'{:02}:{:02}:00'", counter % 24, counter % 60),
        () if has("JSON") => format!("'{{\"n\":{counter}}}'"),
        () if has("UUID") => format!("'00000000-0000-4000-8000-{counter:012x}'"),
        () if has("CHAR") || has("TEXT") || has("CLOB") => format!("'{}'", 40 + counter),
        () if has("BLOB") || has("BINARY") => format!("x'{counter:08x}'"),
        () if has("REAL") || has("FLOA") || has("DOUB") => format!("{counter}.5"),
        () if has("NUM") || has("DEC") => (40 + counter).to_string(),
        () => format!("'{}'", 40 + counter),
    }
}

/// The literals that follow a column's name in a table's checks, and their neighbours where they are numbers.
fn named_in_checks(sql: &str, column: &str) -> Vec<String> {
    let tokens = tokens(sql);
    let mut values = Vec::new();
    let mut depth = 0usize;
    let mut in_check = None;
    let mut named = false;
    for (at, token) in tokens.iter().enumerate() {
        if token.is("CHECK") {
            in_check = Some(depth);
            named = tokens[at..]
                .iter()
                .take_while(|token| !token.is_mark(",") || depth > 0)
                .any(|token| token.names(column));
        } else if token.is_mark("(") {
            depth += 1;
        } else if token.is_mark(")") {
            depth = depth.saturating_sub(1);
            if in_check == Some(depth) {
                in_check = None;
            }
        } else if in_check.is_some() && named {
            match token.kind {
                Kind::String => values.push(token.text.to_owned()),
                Kind::Number => match token.text.parse::<i64>() {
                    Ok(number) => values.extend([number, number + 1, number - 1].map(|number| number.to_string())),
                    Err(_) => values.push(token.text.to_owned()),
                },
                _ => {}
            }
        }
    }
    values.truncate(12);
    values
}
