//! The structs that stand for a database's own types: `#[diesel(postgres_type(name = "task_state"))] pub struct TaskState;`

use crate::models::opens;
use crate::syntax::parse::string_value;
use crate::syntax::token::{Bracket, Token, Tokens};
use std::collections::BTreeMap;
use std::ops::Range;

/// The database's types by the names of their structs.
pub(super) fn custom_types(tokens: &Tokens, range: Range<usize>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut pending: Option<String> = None;
    let mut index = range.start;
    while index < range.end {
        match &tokens.tokens[index] {
            Token::Punct('#', _) => {
                if let Some(close) = opens(tokens, index + 1, Bracket::Square) {
                    pending = declared(tokens, index + 2..close).or(pending);
                    index = close;
                }
            }
            Token::Ident(word) if word == "struct" || word == "enum" => {
                if let (Some(name), Some(sql)) = (tokens.tokens.get(index + 1).and_then(Token::word), pending.take()) {
                    found.insert(name.to_owned(), sql);
                }
            }
            Token::Punct(';', _) => pending = None,
            _ => {}
        }
        index += 1;
    }
    found
}

/// `postgres_type(name = "…", schema = "…")` among the tokens of an attribute.
fn declared(tokens: &Tokens, range: Range<usize>) -> Option<String> {
    let word = |index: usize| tokens.tokens.get(index).and_then(Token::word);
    if word(range.start) != Some("diesel") {
        return None;
    }
    let at = |name: &str| range.clone().find(|index| word(*index) == Some(name));
    if let Some(index) = at("postgres_type") {
        let close = opens(tokens, index + 1, Bracket::Round)?;
        let value = |key: &str| {
            let place = (index + 2..close).find(|index| word(*index) == Some(key))?;
            match tokens.tokens.get(place + 2) {
                Some(Token::Literal(text)) => string_value(text),
                _ => None,
            }
        };
        let name = value("name")?;
        return Some(match value("schema") {
            Some(schema) => format!("{schema}.{name}"),
            None => name,
        });
    }
    // Of other types only the way in which they are sent is said.
    at("mysql_type").or_else(|| at("sqlite_type")).map(|_| String::new())
}
