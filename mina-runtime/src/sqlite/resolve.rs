//! Finding on the live table what the history names, by name or, in databases that another tool made, by structure.

use super::BatchError;
use super::definition::{Place, same_rule};
use super::live::Live;
use mina_core::sql::sqlite::lexer::{Token, tokens};
use mina_core::sql::sqlite::model::{Constraint, Index, Rule};
use mina_core::sql::sqlite::quote_all;

/// Where a constraint of the history is in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Clause(Place),
    /// A unique index in place of the constraint.
    Index(String),
}

/// Finds a constraint: by name, else by structure if exactly one is alike; none where nothing is.
///
/// # Errors
///
/// The name is there, but means another constraint.
pub(super) fn constraint(live: &Live, wanted: &Constraint) -> Result<Option<Found>, BatchError> {
    let named: Vec<_> = live
        .definition
        .constraints()
        .filter(|(_, clause, _)| clause.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(&wanted.name)))
        .collect();
    if let Some((place, ..)) = named.iter().find(|(.., rule)| same_rule(rule, &wanted.rule)) {
        return Ok(Some(Found::Clause(*place)));
    }
    if let Some((_, clause, _)) = named.first() {
        return Err(BatchError::Differs {
            table: live.name.clone(),
            what: format!("constraint `{}`", wanted.name),
            live: clause.text.clone(),
            history: wanted.clause(),
        });
    }
    let mut alike = live.definition.constraints().filter(|(.., rule)| same_rule(rule, &wanted.rule));
    if let (Some((place, ..)), None) = (alike.next(), alike.next()) {
        return Ok(Some(Found::Clause(place)));
    }
    Ok(unique_index(live, wanted).map(Found::Index))
}

fn unique_index(live: &Live, wanted: &Constraint) -> Option<String> {
    let Rule::Unique { columns } = &wanted.rule else { return None };
    let on = structure(&format!("CREATE UNIQUE INDEX i ON t ({})", quote_all(columns)));
    let mut alike = live.indexes.iter().filter(|index| structure(&index.sql) == on);
    match (alike.next(), alike.next()) {
        (Some(index), None) => Some(index.name.clone()),
        _ => None,
    }
}

/// Finds an index: by name, else by structure if exactly one is alike.
///
/// # Errors
///
/// The name is there, but means another index.
pub(super) fn index(live: &Live, wanted: &Index) -> Result<Option<String>, BatchError> {
    if let Some(found) = live.indexes.iter().find(|index| index.name.eq_ignore_ascii_case(&wanted.name)) {
        return match structure(&found.sql) == structure(&wanted.sql) {
            true => Ok(Some(found.name.clone())),
            false => Err(BatchError::Differs {
                table: live.name.clone(),
                what: format!("index `{}`", wanted.name),
                live: found.sql.clone(),
                history: wanted.sql.clone(),
            }),
        };
    }
    let mut alike = live.indexes.iter().filter(|index| structure(&index.sql) == structure(&wanted.sql));
    match (alike.next(), alike.next()) {
        (Some(found), None) => Ok(Some(found.name.clone())),
        _ => Ok(None),
    }
}

/// An index without its name: whether it is unique, its keys and the rows it holds.
pub(super) fn structure(sql: &str) -> String {
    let tokens = tokens(sql);
    let unique = tokens.iter().take_while(|token| !token.is("INDEX")).any(|token| token.is("UNIQUE"));
    let open = tokens.iter().position(|token| token.is_mark("(")).unwrap_or(tokens.len());
    let folded = |token: &Token<'_>| match token.kind {
        mina_core::sql::sqlite::lexer::Kind::String => token.text.to_owned(),
        _ => token.name().unwrap_or_else(|| token.text.to_owned()).to_ascii_lowercase(),
    };
    let keys: Vec<String> = tokens[open..].iter().filter(|token| !token.is("ASC")).map(folded).collect();
    format!("{unique} {}", keys.join(" "))
}
