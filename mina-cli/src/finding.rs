//! What is said of a history, each with its place.

use crate::place::Text;
use crate::project::Project;
use mina_core::diagnostic::{Diagnostic, Level, Rule};
use mina_core::syntax::{Location, Tokens};
use mina_source::{Fault, ModelFiles, Sources};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// One thing that is said.
pub struct Finding {
    /// Whether it refuses the history.
    pub refuses: bool,
    /// Its code or lint; empty where a file could not be read.
    pub rule: String,
    pub message: String,
    pub help: Vec<String>,
    /// The file, relative to its crate; empty where there is none.
    pub file: String,
    /// Where in it, and a second place with its label.
    pub spot: Option<Spot>,
    pub label: Option<(Spot, String)>,
}

/// A stretch of a file.
#[derive(Clone)]
pub struct Spot {
    pub bytes: Range<usize>,
    pub start: Location,
    pub end: Location,
}

/// Everything that is said, and the files that it is said of.
pub struct Findings {
    pub findings: Vec<Finding>,
    /// The revisions that were looked at.
    pub revisions: usize,
    /// Files could not be read, so nothing is said that needs the whole history.
    pub partial: bool,
    texts: HashMap<String, Text>,
    paths: HashMap<String, PathBuf>,
}

impl Findings {
    pub fn new(sources: &Sources) -> Self {
        let paths = sources.files.iter().map(|file| (file.shown.clone(), file.path.clone()));
        Self {
            findings: Vec::new(),
            revisions: 0,
            partial: !sources.faults.is_empty(),
            texts: HashMap::new(),
            paths: paths.collect(),
        }
    }

    pub fn text(&self, file: &str) -> Option<&Text> {
        self.texts.get(file)
    }

    /// A file as a person who stands in this folder would name it.
    pub fn path<'a>(&'a self, file: &'a str) -> &'a Path {
        let inside = std::env::current_dir()
            .ok()
            .and_then(|working| self.paths.get(file)?.strip_prefix(working).ok());
        inside.unwrap_or(Path::new(file))
    }

    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.refuses).count()
    }

    pub fn warnings(&self) -> usize {
        self.findings.len() - self.errors()
    }

    fn read(&mut self, file: &str) {
        let path = self.paths.get(file).filter(|_| !self.texts.contains_key(file));
        if let Some(bytes) = path.and_then(|path| std::fs::read(path).ok()) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.texts.insert(file.to_owned(), Text::new(text));
        }
    }

    /// What keeps the files from being a history.
    pub fn refuse(&mut self, project: &Project, sources: &Sources) {
        let faults = mina_source::refusals(Some(&project.root), &project.layout, &sources.files, &sources.faults);
        faults.into_iter().for_each(|fault| self.fault(fault));
    }

    /// Why a file cannot be read, or be what it is.
    pub fn fault(&mut self, fault: Fault) {
        self.read(&fault.file);
        let spot = fault
            .location
            .and_then(|location| Some(spot(self.texts.get(&fault.file)?, |text| text.at(location))));
        let Fault { file, message, help, .. } = fault;
        self.findings.push(Finding {
            refuses: true,
            rule: String::new(),
            message,
            help,
            file,
            spot,
            label: None,
        });
    }

    /// What is said of one block.
    pub fn add(&mut self, sources: &Sources, index: usize, diagnostics: Vec<Diagnostic>) {
        self.revisions += 1;
        let revision = &sources.history.revisions[index];
        for diagnostic in diagnostics {
            self.diagnostic(&revision.file, &revision.tokens, revision.location, diagnostic);
        }
    }

    /// What is said of models.
    pub fn models(&mut self, files: &ModelFiles, diagnostics: Vec<Diagnostic>) {
        files.faults.iter().cloned().for_each(|fault| self.fault(fault));
        for diagnostic in diagnostics {
            let (file, location) = files.models.place(diagnostic.span);
            if let Some(path) = files.path(file) {
                self.paths.insert(file.to_owned(), path.to_path_buf());
            }
            self.diagnostic(file, &files.models.tokens, location.unwrap_or_default(), diagnostic);
        }
    }

    fn diagnostic(&mut self, file: &str, tokens: &Tokens, location: Location, diagnostic: Diagnostic) {
        let rule = match diagnostic.rule {
            Rule::Error(code) => code.to_string(),
            Rule::Lint(_, Level::Allow) => return,
            Rule::Lint(lint, _) => lint.to_string(),
        };
        self.read(file);
        let text = self.texts.get(file);
        let at = |span| text.map(|text| spot(text, |text| text.range(tokens, span, location)));
        let label = diagnostic
            .label
            .as_ref()
            .and_then(|(span, label)| Some((at(*span)?, label.clone())));
        self.findings.push(Finding {
            refuses: diagnostic.is_error(),
            rule,
            spot: at(diagnostic.span),
            label,
            message: diagnostic.message,
            help: diagnostic.help,
            file: file.to_owned(),
        });
    }

    /// By file, and in each from the top.
    pub fn sort(&mut self) {
        let place = |finding: &Finding| finding.spot.as_ref().map_or(0, |spot| spot.bytes.start);
        self.findings
            .sort_by(|one, other| (&one.file, place(one)).cmp(&(&other.file, place(other))));
    }

    pub fn json(&self) -> Value {
        let findings = self.findings.iter().map(|finding| {
            let mut value = json!({
                "level": finding.level(),
                "rule": finding.rule,
                "message": finding.message,
                "help": finding.help,
                "file": finding.file,
                "place": finding.spot.as_ref().map(Spot::json),
            });
            if let Some((spot, label)) = &finding.label {
                value["label"] = json!({ "message": label, "place": spot.json() });
            }
            value
        });
        json!({
            "revisions": self.revisions,
            "errors": self.errors(),
            "warnings": self.warnings(),
            "partial": self.partial,
            "findings": findings.collect::<Vec<_>>(),
        })
    }
}

impl Finding {
    pub fn level(&self) -> &'static str {
        match self.refuses {
            true => "error",
            false => "warning",
        }
    }
}

impl Spot {
    fn json(&self) -> Value {
        json!({
            "line": self.start.line, "column": self.start.column,
            "end_line": self.end.line, "end_column": self.end.column,
        })
    }
}

fn spot(text: &Text, range: impl Fn(&Text) -> Range<usize>) -> Spot {
    let bytes = range(text);
    Spot {
        start: text.location(bytes.start),
        end: text.location(bytes.end),
        bytes,
    }
}
