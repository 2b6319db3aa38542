//! A generated history, checked, and what its migrations come to as plain SQL.

use crate::history::Generated;
use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::sql::render;
use mina_core::sql::unit::{Action, Unit};
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What is run up and down.
pub struct Steps<T> {
    pub up: T,
    pub down: T,
}

pub fn revisions(generated: &[Generated]) -> Result<Vec<Revision>> {
    let mut all = Vec::with_capacity(generated.len());
    for migration in generated {
        all.extend(Revision::all_in(&migration.text, "")?);
    }
    Ok(all)
}

/// The units of a migration for the first engine of its history.
pub fn units(history: &History, index: usize) -> Result<Steps<Vec<Unit>>> {
    let replayed = &history.checked(index).engines[0];
    let down = replayed.down.as_ref().ok_or("every generated migration has a downgrade")?;
    let tokens = &history.revisions[index].tokens;
    Ok(Steps {
        up: render(&replayed.up, tokens, None),
        down: render(down, tokens, None),
    })
}

/// The statements of each migration on SQLite.
pub fn sql(generated: &[Generated]) -> Result<Vec<Steps<Vec<String>>>> {
    let history = History::new(Config::default(), revisions(generated)?);
    (0..generated.len())
        .map(|index| {
            let Steps { up, down } = units(&history, index)?;
            Ok(Steps {
                up: statements(&up)?,
                down: statements(&down)?,
            })
        })
        .collect()
}

/// An error where a step is more than SQL.
pub fn statements(units: &[Unit]) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for step in units.iter().flat_map(|unit| &unit.steps) {
        match &step.action {
            Action::Sql(sql) => all.push(sql.clone()),
            Action::Batch(change) => {
                for edit in &change.edits {
                    let sql = edit.kind.sql(&change.table).ok_or("a generated change has a statement of SQL")?;
                    all.push(sql.to_string());
                }
            }
            Action::Count { .. } | Action::Expect { .. } => {}
            other => return Err(format!("{other:?} is no SQL").into()),
        }
    }
    Ok(all)
}

/// What a file of them says.
pub fn text(statements: &[String]) -> String {
    statements.iter().map(|statement| format!("{statement};\n")).collect()
}
