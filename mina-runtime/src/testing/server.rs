use super::Outline;
use super::subject::Subject;
use crate::connection::BoxError;
use mina_core::normal::{Normal, facts};
use mina_core::schema::Table;
use std::collections::BTreeMap;

/// What a server says of its database, in the words of the language.
pub(super) fn outline(subject: &mut dyn Subject, normal: &Normal, rows: impl Fn(&Table) -> String) -> Result<Outline, BoxError> {
    let said = facts(&normal.schema).into_iter();
    let said = said.map(|(name, what)| format!("{name}: {}", what.unwrap_or_default().replace('\n', " ")));
    let mut outline = Outline {
        facts: said.chain(normal.not_modelled.iter().map(ToString::to_string)).collect(),
        rows: BTreeMap::new(),
    };
    for table in normal.schema.tables().values() {
        let mut found = subject.texts(&rows(table))?;
        found.sort();
        outline.rows.insert(table.name.to_string(), found);
    }
    outline.facts.sort();
    Ok(outline)
}
