//! The structs that stand for a database's own types.

use super::types::known;
use crate::engine::Engine;
use crate::schema::Type;
use std::collections::BTreeMap;

/// The types that need a struct, on the engines in force, each under its name in Rust.
///
/// Without PostgreSQL among them there is none: what is of a type of its own there is text elsewhere.
pub(super) struct Structs {
    on_postgres: bool,
    /// Diesel's own structs for types of PostgreSQL are no types elsewhere.
    only_postgres: bool,
    /// What stands for a type, by its name in the database; none where a struct of Diesel's does.
    named: BTreeMap<String, String>,
    texts: BTreeMap<String, String>,
}

impl Structs {
    pub(super) fn new(engines: &[Engine]) -> Self {
        Self {
            on_postgres: engines.contains(&Engine::Pg),
            only_postgres: engines == [Engine::Pg],
            named: BTreeMap::new(),
            texts: BTreeMap::new(),
        }
    }

    /// What Rust calls a type that is the database's own.
    pub(super) fn of(&mut self, ty: &Type) -> Option<String> {
        if !self.on_postgres {
            return None;
        }
        let (schema, name, sqlite, mysql) = match ty {
            Type::Enum(name) => (name.schema.as_deref().map(str::to_owned), name.name.to_string(), "Text", "Enum"),
            Type::Custom(sql) => {
                let bare = sql.split('(').next().unwrap_or_default().trim().to_lowercase();
                if let Some(known) = known(&bare).filter(|_| self.only_postgres) {
                    return Some(known.to_owned());
                }
                let (schema, name) = match bare.split_once('.') {
                    Some((schema, name)) => (Some(schema.trim_matches('"').to_owned()), name.trim_matches('"').to_owned()),
                    None => (None, bare.trim_matches('"').to_owned()),
                };
                let sqlite = match super::types::name(ty, Engine::Sqlite) {
                    "BigInt" => "Long",
                    other => other,
                };
                (schema, name, sqlite, "String")
            }
            _ => return None,
        };
        let full = match &schema {
            Some(schema) => format!("{schema}.{name}"),
            None => name.clone(),
        };
        if let Some(word) = self.named.get(&full) {
            return Some(word.clone());
        }
        let mut word = camel(&name);
        while self.texts.contains_key(&word) {
            word.push('_');
        }
        let schema = schema.map(|schema| format!(", schema = {schema:?}")).unwrap_or_default();
        let text = format!(
            "#[derive(diesel::query_builder::QueryId, Clone, diesel::sql_types::SqlType)]\n\
             #[diesel(postgres_type(name = {name:?}{schema}))]\n\
             #[diesel(sqlite_type(name = {sqlite:?}))]\n\
             #[diesel(mysql_type(name = {mysql:?}))]\n\
             pub struct {word};"
        );
        self.texts.insert(word.clone(), text);
        self.named.insert(full, word.clone());
        Some(word)
    }

    /// Whether a name is one of these structs.
    pub(super) fn is_own(&self, word: &str) -> bool {
        self.texts.contains_key(word)
    }

    /// All of them.
    pub(super) fn text(&self) -> String {
        let texts: Vec<&str> = self.texts.values().map(String::as_str).collect();
        texts.join("\n\n")
    }
}

/// `task_state` to `TaskState`
fn camel(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let word: String = words
        .map(|word| {
            let mut letters = word.chars();
            let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            first + letters.as_str()
        })
        .collect();
    match word.starts_with(|c: char| c.is_alphabetic()) && word != "Self" {
        true => word,
        false => format!("Type{word}"),
    }
}
