//! What the models ask of a history.

use crate::failure::Failure;
use crate::finding::Findings;
use crate::ground::Ground;
use crate::report::drawings;
use mina_command::{Style, count};
use mina_core::autogenerate::{self, Asked};
use mina_core::history::History;
use mina_source::{ModelFiles, Sources};

/// Reads the models of a database and sets them beside some revisions; none where mina.toml names no file.
pub fn read(ground: &Ground, bind: Option<&str>, revisions: &[usize]) -> Result<Option<Asked>, Failure> {
    let files = ModelFiles::read(&ground.project.layout, bind);
    if files.files.is_empty() {
        return Ok(None);
    }
    let asked = asked(ground, &files, bind, revisions);
    let mut findings = Findings::new(&ground.sources);
    findings.models(&files, asked.diagnostics.clone());
    if findings.errors() > 0 {
        eprint!("{}", drawings(&findings, Style::stderr()));
        let failure = Failure::refused(format!("the models are refused with {}", count(findings.errors(), "error")));
        return Err(failure.or("`mina check` shows the models' errors and the history's"));
    }
    Ok(Some(asked))
}

/// What models ask of some revisions and their ancestors.
pub fn asked(ground: &Ground, files: &ModelFiles, bind: Option<&str>, revisions: &[usize]) -> Asked {
    let graph = ground.graph(bind);
    let below = graph.with_ancestors(revisions.iter().copied());
    let ids: Vec<&str> = below.iter().map(|revision| graph.id(revision)).collect();
    autogenerate::asked(ground.history(), &files.models, bind, ids)
}

/// Statements, each on its lines, with space before them.
pub fn indented(statements: &[String], space: &str) -> String {
    let lines = statements.iter().flat_map(|statement| statement.lines());
    lines.map(|line| format!("{space}{line}\n")).collect()
}

/// Refuses to go on over a history that the checker refuses: what it leaves is not known.
pub fn sound(history: &History, sources: &Sources) -> Result<(), Failure> {
    if history.can_be_trusted() {
        return Ok(());
    }
    let broken = (0..history.revisions.len()).find_map(|index| {
        let error = history.diagnostics(index).into_iter().find(|diagnostic| diagnostic.is_error())?;
        // Two heads are a reason to write a migration.
        (error.code() != Some(mina_core::diagnostic::Code::M105)).then_some((index, error))
    });
    let Some((index, error)) = broken else { return Ok(()) };
    let file = &sources.history.revisions[index].file;
    Err(Failure::refused(format!(
        "the history is refused, so what it leaves is not known: {file}: {}",
        error.message
    ))
    .or("`mina check` shows all of it"))
}
