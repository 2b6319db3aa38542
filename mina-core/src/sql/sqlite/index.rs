//! CREATE INDEX, read back.

use super::lexer::{Kind, Token, tokens};
use super::model;
use crate::engine::Engine;
use crate::schema::{Expression, Index, IndexElement, IndexKey, Name, Origin};
use sqlparser::ast::Expr;

/// The index that a statement makes; none where an expression in it cannot be read.
pub(super) fn raise(stored: &model::Index) -> Option<Index> {
    let all = tokens(&stored.sql);
    let on = all.iter().position(|token| token.is("ON"))?;
    let open = on + all[on..].iter().position(|token| token.is_mark("("))?;
    let (keys, close) = keys(&all[open..])?;
    let filter = match &all[open + close + 1..] {
        [] => None,
        [word, first, ..] if word.is("WHERE") => Some(expression(&stored.sql[first.range.start..])?),
        _ => return None,
    };
    Some(Index {
        name: Name {
            text: stored.name.clone(),
            derived: false,
        },
        elements: keys.into_iter().map(|key| element(key, &stored.sql)).collect::<Option<_>>()?,
        unique: all[..on].get(1).is_some_and(|token| token.is("UNIQUE")),
        nulls_not_distinct: false,
        filter,
        method: None,
        include: Vec::new(),
        serves_key: false,
        origin: Origin::default(),
    })
}

/// The keys between the parentheses that a list of tokens begins with, and where they close.
fn keys<'t, 's>(all: &'t [Token<'s>]) -> Option<(Vec<&'t [Token<'s>]>, usize)> {
    let mut keys = Vec::new();
    let (mut depth, mut start) = (0usize, 1);
    for (at, token) in all.iter().enumerate() {
        if token.is_mark("(") {
            depth += 1;
        } else if token.is_mark(")") {
            depth = depth.checked_sub(1)?;
        }
        if depth == 0 || (depth == 1 && token.is_mark(",")) {
            keys.push(all.get(start..at)?);
            start = at + 1;
        }
        if depth == 0 {
            return Some((keys, at));
        }
    }
    None
}

/// A key of an index, as its expression says it.
pub(super) fn element_of(sql: &str) -> Option<IndexElement> {
    element(&tokens(sql), sql)
}

fn element(key: &[Token<'_>], sql: &str) -> Option<IndexElement> {
    let (descending, mut key) = match key {
        [key @ .., last] if last.is("DESC") => (true, key),
        [key @ .., last] if last.is("ASC") => (false, key),
        key => (false, key),
    };
    let mut collation = None;
    loop {
        key = super::default::bare(key);
        match key {
            [inner @ .., word, name] if collation.is_none() && word.is("COLLATE") && is_collated(key, sql) => {
                collation = name.name();
                key = inner;
            }
            _ => break,
        }
    }
    let key = match key {
        [name] if matches!(name.kind, Kind::Word | Kind::Quoted | Kind::String) => IndexKey::Column(name.name()?),
        [first, .., last] => IndexKey::Expression(expression(&sql[first.range.start..last.range.end])?),
        _ => return None,
    };
    Some(IndexElement {
        key,
        descending,
        nulls_first: None,
        collation,
        class: None,
    })
}

/// In `a || b COLLATE nocase` the collation is that of `b`.
fn is_collated(key: &[Token<'_>], sql: &str) -> bool {
    let text = match key {
        [first, .., last] => &sql[first.range.start..last.range.end],
        _ => return false,
    };
    expression(text).is_some_and(|expression| matches!(expression.tree(), Expr::Collate { .. }))
}

fn expression(text: &str) -> Option<Expression> {
    Expression::parse(text, Engine::Sqlite).ok()
}
