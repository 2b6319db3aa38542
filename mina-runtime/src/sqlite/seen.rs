//! A table as SQLite itself sees it.

use super::definition::Definition;
use super::{BatchError, query};
use diesel::SqliteConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use mina_core::sql::sqlite::lexer::{Token, tokens};
use mina_core::sql::sqlite::model::Rule;
use mina_core::sql::sqlite::string;

/// The columns, indexes and foreign keys of a table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    columns: Vec<Column>,
    indexes: Vec<Option<String>>,
    keys: Vec<Key>,
}

#[derive(Clone, Debug, PartialEq, Eq, diesel::QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    ty: String,
    #[diesel(sql_type = BigInt)]
    not_null: i64,
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
    #[diesel(sql_type = BigInt)]
    key: i64,
    #[diesel(sql_type = BigInt)]
    hidden: i64,
}

/// A foreign key, names in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    columns: Vec<String>,
    table: String,
    /// Empty: the table's primary key.
    referred: Vec<String>,
    actions: [String; 2],
}

#[derive(diesel::QueryableByName)]
struct KeyColumn {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    from: String,
    #[diesel(sql_type = Nullable<Text>)]
    to: Option<String>,
    #[diesel(sql_type = Text)]
    on_delete: String,
    #[diesel(sql_type = Text)]
    on_update: String,
}

impl Seen {
    pub(super) fn read(conn: &mut SqliteConnection, table: &str) -> Result<Self, BatchError> {
        let table = string(table);
        let columns = format!(
            "SELECT name, type AS ty, \"notnull\" AS not_null, dflt_value AS value, pk AS \"key\", hidden \
             FROM pragma_table_xinfo({table}, 'main') ORDER BY cid"
        );
        let indexes = format!(
            "SELECT l.name || ' ' || l.\"unique\" || l.origin || l.partial || ' ' || x.cid || x.\"desc\" || x.key || ifnull(x.coll, '') AS value \
             FROM pragma_index_list({table}, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS x ORDER BY l.seq, x.seqno"
        );
        Ok(Self {
            columns: query::load(conn, &columns)?,
            indexes: query::words(conn, &indexes)?,
            keys: keys(conn, &table)?.into_iter().map(|(_, key)| key).collect(),
        })
    }

    /// What is to be seen once a definition has taken another's place.
    pub(super) fn expected(self, old: &Definition, new: &Definition) -> Self {
        let mut columns = self.columns;
        for (column, (was, is)) in columns.iter_mut().zip(old.columns().zip(new.columns())) {
            if was.ty != is.ty {
                column.ty.clone_from(&is.ty);
            }
            let of_key = new.is_without_rowid() && column.key > 0;
            if was.is_nullable() != is.is_nullable() && !of_key {
                column.not_null = i64::from(!is.is_nullable());
            }
        }
        let mut keys: Vec<Key> = new.constraints().filter_map(|(.., rule)| Key::of(rule)).collect();
        keys.sort();
        Self {
            columns,
            indexes: self.indexes,
            keys,
        }
    }
}

/// The numbers under which SQLite knows the foreign keys of a table that are among these.
pub(super) fn key_numbers(conn: &mut SqliteConnection, table: &str, wanted: &[&Rule]) -> Result<Vec<i64>, BatchError> {
    let wanted: Vec<Key> = wanted.iter().filter_map(|rule| Key::of(rule)).collect();
    let keys = keys(conn, &string(table))?.into_iter();
    Ok(keys.filter(|(_, key)| wanted.contains(key)).map(|(id, _)| id).collect())
}

fn keys(conn: &mut SqliteConnection, table: &str) -> Result<Vec<(i64, Key)>, BatchError> {
    let sql = format!(
        "SELECT id, lower(\"table\") AS \"table\", lower(\"from\") AS \"from\", lower(\"to\") AS \"to\", on_delete, on_update \
         FROM pragma_foreign_key_list({table}, 'main') ORDER BY id, seq"
    );
    let mut keys: Vec<(i64, Key)> = Vec::new();
    for row in query::load::<KeyColumn>(conn, &sql)? {
        match keys.last_mut() {
            Some((id, key)) if *id == row.id => {
                key.columns.push(row.from);
                key.referred.extend(row.to);
            }
            _ => keys.push((
                row.id,
                Key {
                    columns: vec![row.from],
                    table: row.table,
                    referred: row.to.into_iter().collect(),
                    actions: [row.on_delete, row.on_update],
                },
            )),
        }
    }
    keys.sort_by(|(_, a), (_, b)| a.cmp(b));
    Ok(keys)
}

impl Key {
    fn of(rule: &Rule) -> Option<Self> {
        let Rule::ForeignKey {
            columns,
            table,
            referred,
            actions,
        } = rule
        else {
            return None;
        };
        let lower = |names: &[String]| names.iter().map(|name| name.to_ascii_lowercase()).collect();
        Some(Self {
            columns: lower(columns),
            table: table.to_ascii_lowercase(),
            referred: lower(referred),
            actions: ["DELETE", "UPDATE"].map(|event| action(actions, event)),
        })
    }
}

/// What a key does on an event, in SQLite's words.
fn action(actions: &str, event: &str) -> String {
    let tokens = tokens(actions);
    let said = tokens.windows(2).position(|words| words[0].is("ON") && words[1].is(event));
    let words = tokens.iter().skip(said.map_or(tokens.len(), |at| at + 2));
    let length = |word: &&Token<'_>| if word.is("SET") || word.is("NO") { 2 } else { 1 };
    let length = words.clone().next().as_ref().map_or(0, length);
    let words: Vec<String> = words.take(length).map(|word| word.text.to_ascii_uppercase()).collect();
    match words.is_empty() {
        true => "NO ACTION".to_owned(),
        false => words.join(" "),
    }
}
