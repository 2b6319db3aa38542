//! A history as the crate's binary would have it, made of its sources: for what changes no database.

use crate::failure::Failure;
use crate::project::Project;
use mina_core::diagnostic::{Code, Diagnostic};
use mina_core::history::History;
use mina_core::record::Record;
use mina_runtime::{Encoded, Migration, Migrations};
use mina_source::Sources;
use std::collections::BTreeMap;

/// A history with the SQL of what the checker takes; a block that it refuses has none.
///
/// # Errors
///
/// A file that cannot be read could hold anything.
pub fn compiled(project: &Project, sources: &Sources) -> Result<Migrations, Failure> {
    if let Some(fault) = sources.faults.first() {
        return Err(Failure::Unread(fault.to_string()));
    }
    let config = project.layout.file.as_ref().map(std::fs::read_to_string).transpose();
    let config = config.map_err(Failure::io(&project.root.join("mina.toml")))?;
    let mut texts: BTreeMap<&str, &'static str> = BTreeMap::new();
    for file in &sources.files {
        let text = std::fs::read_to_string(&file.path).map_err(Failure::io(&file.path))?;
        texts.insert(&file.shown, text.leak());
    }
    let history = &sources.history;
    let mut migrations: Vec<Migration> = Vec::new();
    for (index, revision) in history.revisions.iter().enumerate() {
        let refused = is_refused(history, index);
        let engines = if refused { &[] } else { &history.checked(index).engines[..] };
        let record = Record::of(revision, engines, &history.config).encode();
        migrations.push(Migration {
            record: Encoded(record.leak()),
            runs: &[],
            source: texts.get(revision.file.as_str()).copied().unwrap_or_default(),
        });
    }
    migrations.sort_by_key(|migration| migration.record.id());
    // All of it lives as long as this process, as it would if it had been compiled in.
    Ok(Migrations {
        migrations: migrations.leak(),
        creations: &[],
        config: config.unwrap_or_default().leak(),
        directory: project.root.to_string_lossy().into_owned().leak(),
    })
}

/// Whether the checker refuses a block for more than that the history has another head.
fn is_refused(history: &History, index: usize) -> bool {
    let errors = history.diagnostics(index).into_iter().filter(Diagnostic::is_error);
    errors.filter_map(|error| error.code()).any(|code| code != Code::M105)
}
