//! What is wrong with sources that are listed all the same.

use mina_command::{Style, count};
use mina_core::diagnostic::Diagnostic;
use mina_core::syntax::Location;
use mina_source::Sources;

const SHOWN: usize = 10;

/// Says on standard error what could not be read or does not fit, so that nothing is left out in silence.
pub fn warn(sources: &Sources) {
    let style = Style::stderr();
    let faults = sources
        .faults
        .iter()
        .map(|fault| fault.to_string().lines().next().unwrap_or_default().to_owned());
    let history = &sources.history;
    let blocks = (0..history.revisions.len()).flat_map(|index| {
        let revision = &history.revisions[index];
        let line = move |diagnostic: Diagnostic| {
            let Location { line, .. } = revision.tokens.location(diagnostic.span).unwrap_or(revision.location);
            let subject = diagnostic.to_string();
            format!("{}:{line}: {}", revision.file, subject.lines().next().unwrap_or_default())
        };
        history.outline(index).into_iter().filter(Diagnostic::is_error).map(line)
    });
    let mut all: Vec<String> = faults.chain(blocks).collect();
    let more = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    for message in &all {
        eprintln!("{} {message}", style.warning("warning:"));
    }
    if more > 0 {
        eprintln!(
            "{} {} more; `mina check` shows them",
            style.warning("warning:"),
            count(more, "finding")
        );
    }
}
