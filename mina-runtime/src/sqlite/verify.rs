//! What an `effect` promised, held against the live database.

use super::definition::same_rule;
use super::edit::affinity;
use super::live::Live;
use super::{BatchError, query, resolve};
use diesel::SqliteConnection;
use mina_core::sql::sqlite::lexer::normalised_expression;
use mina_core::sql::sqlite::model::Table;
use mina_core::sql::sqlite::{Expected, string};

/// Compares an object of the database with what an `effect` declared.
///
/// # Errors
///
/// What is not as declared, by name.
pub fn verify(conn: &mut SqliteConnection, expected: &Expected) -> Result<(), BatchError> {
    match expected {
        Expected::Table { table, without } => {
            let live = Live::read(conn, &table.name)?.ok_or_else(|| effect(format!("table `{}` is not there", table.name)))?;
            has(&live, table)?;
            without.iter().try_for_each(|name| lacks(&live, name))
        }
        Expected::There { kind, name } if !exists(conn, kind, name)? => Err(effect(format!("{kind} `{name}` is not there"))),
        Expected::Gone { kind, name } if exists(conn, kind, name)? => Err(effect(format!("{kind} `{name}` is still there"))),
        Expected::There { .. } | Expected::Gone { .. } => Ok(()),
    }
}

fn effect(message: String) -> BatchError {
    BatchError::Effect(message)
}

fn exists(conn: &mut SqliteConnection, kind: &str, name: &str) -> Result<bool, BatchError> {
    let sql = format!(
        "SELECT count(*) AS value FROM main.sqlite_schema WHERE type = {} AND name = {} COLLATE NOCASE",
        string(kind),
        string(name)
    );
    Ok(query::number(conn, &sql)? != Some(0))
}

fn has(live: &Live, wanted: &Table) -> Result<(), BatchError> {
    let table = &live.name;
    for column in &wanted.columns {
        let name = &column.name;
        let found = live
            .definition
            .column(name)
            .ok_or_else(|| effect(format!("column `{table}.{name}` is not there")))?;
        let differs = |what: &str, is: &str, declared: &str| effect(format!("the {what} of `{table}.{name}` is `{is}`, not `{declared}`"));
        let text = |text: Option<&str>| text.unwrap_or("none").to_owned();
        if affinity(&found.ty) != affinity(&column.ty) {
            return Err(differs("type", &found.ty, &column.ty));
        }
        if found.is_nullable() != column.nullable {
            let said = |nullable| if nullable { "NULL" } else { "NOT NULL" };
            return Err(differs("nullability", said(found.is_nullable()), said(column.nullable)));
        }
        if found.default().map(normalised_expression) != column.default.as_deref().map(normalised_expression) {
            return Err(differs("default", &text(found.default()), &text(column.default.as_deref())));
        }
    }
    for constraint in &wanted.constraints {
        if !live.definition.constraints().any(|(.., rule)| same_rule(rule, &constraint.rule)) {
            return Err(effect(format!("constraint `{}` of `{table}` is not there", constraint.name)));
        }
    }
    for index in &wanted.indexes {
        if !live
            .indexes
            .iter()
            .any(|there| resolve::structure(&there.sql) == resolve::structure(&index.sql))
        {
            return Err(effect(format!("index `{}` of `{table}` is not there", index.name)));
        }
    }
    Ok(())
}

fn lacks(live: &Live, name: &str) -> Result<(), BatchError> {
    let same = |other: &str| other.eq_ignore_ascii_case(name);
    let constraint = live
        .definition
        .constraints()
        .any(|(_, clause, _)| clause.name.as_deref().is_some_and(same));
    let there = live.definition.column(name).is_some() || constraint || live.indexes.iter().any(|index| same(&index.name));
    match there {
        true => Err(effect(format!("`{name}` of `{}` is still there", live.name))),
        false => Ok(()),
    }
}
