//! `fmt`: blocks in their form, the rest of each file by rustfmt.

use crate::failure::Failure;
use crate::finding::Findings;
use crate::report::drawings;
use crate::rustfmt::Rustfmt;
use crate::session::Session;
use mina_command::{Output, Style, count};
use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::syntax::format::format;
use mina_source::{Fault, SourceFile, Sources};
use serde_json::json;
use similar::{ChangeTag, TextDiff};
use std::fs;
use std::path::{Path, PathBuf};

/// What is not in its form, or cannot be.
const FAILED: u8 = 1;

/// What became of the files.
#[derive(Default)]
struct Formatting {
    looked_at: usize,
    changed: Vec<String>,
    /// How those that are to be changed differ.
    text: String,
    /// Those of which something was left as it is.
    left: Vec<SourceFile>,
    /// Why: blocks that do not parse, and what else is wrong.
    refused: Vec<Revision>,
    faults: Vec<Fault>,
}

impl Session {
    pub fn fmt(&self, paths: &[PathBuf], check: bool) -> Result<Output, Failure> {
        let style = Style::stdout();
        let rustfmt = Rustfmt::find();
        let mut done = Formatting::default();
        for path in self.files_to_format(paths)? {
            done.file(&path, rustfmt.as_ref(), check, style)?;
        }
        let fails = !done.left.is_empty() || check && !done.changed.is_empty();
        let summary = (fails || !self.options.quiet).then(|| done.summary(check, style));
        let findings = done.findings();
        Ok(Output {
            json: json!({
                "files": done.looked_at,
                "changed": done.changed,
                "findings": findings.json()["findings"],
            }),
            code: if fails { FAILED } else { 0 },
            text: done.text + &drawings(&findings, style) + &summary.unwrap_or_default(),
            ..Output::default()
        })
    }

    /// The files that are named, those in the folders that are named, or else all of the crate's.
    fn files_to_format(&self, paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
        let unread = |fault: Fault| Failure::Unread(fault.to_string());
        let mut files = Vec::new();
        if paths.is_empty() {
            let project = self.project()?;
            project.config()?;
            for location in &project.layout.locations {
                files.extend(mina_source::list(Some(&project.root), location).map_err(unread)?);
            }
        }
        for path in paths {
            match path.is_dir() {
                true => files.extend(mina_source::list(None, path).map_err(unread)?),
                false => files.push(path.clone()),
            }
        }
        Ok(files)
    }
}

impl Formatting {
    fn file(&mut self, path: &Path, rustfmt: Option<&Rustfmt>, check: bool, style: Style) -> Result<(), Failure> {
        let failed = |error| Failure::Io {
            path: path.to_path_buf(),
            error,
        };
        let shown = shown(path);
        let before = fs::read(path).map_err(failed)?;
        let Ok(before) = String::from_utf8(before) else {
            let error = std::io::Error::new(std::io::ErrorKind::InvalidData, "the file is not UTF-8");
            return Err(failed(error));
        };
        self.looked_at += 1;
        let mut left = Vec::new();
        let fault = |message: String| Fault {
            file: shown.clone(),
            message,
            ..Fault::default()
        };
        let mut after = match rustfmt.map(|rustfmt| rustfmt.rest(path, &before)) {
            Some(Ok(text)) => text,
            Some(Err(message)) => {
                left.push(fault(message));
                before.clone()
            }
            None => before.clone(),
        };
        let refused = match format(&before).and_then(|_| format(&after)) {
            Ok(formatted) => {
                after = formatted.text;
                !formatted.refused.is_empty()
            }
            Err(error) => {
                // Of what is no Rust at all, rustfmt says nothing more.
                left = vec![Fault {
                    location: error.location,
                    ..fault(error.message)
                }];
                after.clone_from(&before);
                false
            }
        };
        if refused {
            let on_disk = if check { &before } else { &after };
            let revisions = Revision::all_in(on_disk, &shown).unwrap_or_default();
            self.refused
                .extend(revisions.into_iter().filter(|revision| !revision.syntax.is_empty()));
        }
        if refused || !left.is_empty() {
            self.left.push(SourceFile {
                path: path.to_path_buf(),
                shown: shown.clone(),
                blocks: None,
            });
            self.faults.append(&mut left);
        }
        if after == before {
            return Ok(());
        }
        if check {
            self.text += &difference(&before, &after, &shown, style);
        } else {
            fs::write(path, &after).map_err(failed)?;
        }
        self.changed.push(shown);
        Ok(())
    }

    /// Why something was left as it is, each block by what is wrong with it first.
    fn findings(&mut self) -> Findings {
        let sources = Sources {
            history: History::new(Config::default(), std::mem::take(&mut self.refused)),
            files: std::mem::take(&mut self.left),
            faults: Vec::new(),
        };
        let mut findings = Findings::new(&sources);
        for (index, revision) in sources.history.revisions.iter().enumerate() {
            findings.add(&sources, index, revision.syntax.iter().take(1).cloned().collect());
        }
        self.faults.drain(..).for_each(|fault| findings.fault(fault));
        findings.sort();
        findings
    }

    fn summary(&self, check: bool, style: Style) -> String {
        let mut text = String::new();
        if !check {
            for file in &self.changed {
                text += &format!("{file}\n");
            }
        }
        let looked_at = count(self.looked_at, "file");
        let changed = match (self.changed.len(), check) {
            (0, _) if self.left.is_empty() => style.good("in their form"),
            (0, _) => "none formatted".to_owned(),
            (number, true) => style.warning(&format!("{number} not in their form")),
            (number, false) => style.good(&format!("{number} formatted")),
        };
        let left = match self.left.len() {
            0 => String::new(),
            number => format!(", {}", style.error(&format!("{number} left as they are"))),
        };
        text + &format!("{looked_at}: {changed}{left}\n")
    }
}

/// A file as a person who stands in this folder would name it.
fn shown(path: &Path) -> String {
    let working = std::env::current_dir().ok();
    let inside = working.and_then(|working| path.strip_prefix(working).ok());
    inside.unwrap_or(path).to_string_lossy().into_owned()
}

fn difference(before: &str, after: &str, file: &str, style: Style) -> String {
    let difference = TextDiff::from_lines(before, after);
    let mut text = format!("--- {file}\n+++ {file}\n");
    for hunk in difference.unified_diff().iter_hunks() {
        text += &format!("{}\n", style.id(&hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let line = format!("{}{}", change.tag(), change.value().trim_end_matches(['\r', '\n']));
            text += &match change.tag() {
                ChangeTag::Equal => line,
                ChangeTag::Delete => style.error(&line),
                ChangeTag::Insert => style.good(&line),
            };
            text.push('\n');
            if change.missing_newline() {
                text += "\\ No newline at end of file\n";
            }
        }
    }
    text
}
