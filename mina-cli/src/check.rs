//! `check`: the whole history, and the models beside it, without compiling anything.

use crate::failure::Failure;
use crate::finding::{Finding, Findings};
use crate::ground::Ground;
use crate::models::{self, indented};
use crate::report::report;
use crate::session::Session;
use mina_command::Output;
use mina_core::autogenerate::between;
use mina_core::diagnostic::{Code, Diagnostic};
use mina_source::ModelFiles;
use serde_json::{Value, json};
use std::mem::ManuallyDrop;

/// The models and the history differ.
const DIFFER: u8 = 4;

impl Session {
    pub fn check(&self) -> Result<Output, Failure> {
        // The process ends after this, which is faster than taking everything apart.
        let ground = ManuallyDrop::new(Ground::look(self.project()?));
        let sources = &ground.sources;
        let history = &sources.history;
        let mut findings = Findings::new(sources);
        findings.refuse(&ground.project, sources);
        // Of a history that is not whole nothing is said that needs the whole.
        let partial = findings.partial;
        for index in self.meant(history)? {
            let mut diagnostics = match partial {
                true => history.revisions[index].syntax.clone(),
                false => history.diagnostics(index),
            };
            if partial {
                diagnostics.retain(|diagnostic: &Diagnostic| diagnostic.code().is_some_and(|code| code <= Code::M006));
            }
            findings.add(sources, index, diagnostics);
        }
        let refused = findings.errors();
        let compared = match refused {
            0 => self.models(&ground, &mut findings)?,
            _ => Vec::new(),
        };
        let differ = compared.iter().any(|(differs, _)| *differs);
        findings.sort();
        let mut output = report(&findings, self.options.format, self.options.quiet);
        output.json["models"] = compared.into_iter().map(|(_, json)| json).collect();
        if differ && output.code != 0 {
            output.code = DIFFER;
        }
        Ok(output)
    }

    /// Sets the models of each database beside its history; whether they differ, and how.
    fn models(&self, ground: &Ground, findings: &mut Findings) -> Result<Vec<(bool, Value)>, Failure> {
        let config = ground.project.config()?;
        let all = std::iter::once(None).chain(config.databases.keys().map(|name| Some(name.as_str())));
        let meant = |bind: &Option<&str>| self.options.bind.as_deref().is_none_or(|name| name == bind.unwrap_or("default"));
        let mut compared = Vec::new();
        for bind in all.filter(meant) {
            let files = ModelFiles::read(&ground.project.layout, bind);
            if files.files.is_empty() {
                continue;
            }
            let everything: Vec<usize> = ground.graph(bind).all().iter().collect();
            let asked = ManuallyDrop::new(models::asked(ground, &files, bind, &everything));
            let before = findings.errors();
            findings.models(&files, asked.diagnostics.clone());
            if findings.errors() > before {
                continue;
            }
            let draft = between(config, &asked.sides, &asked.renames);
            let operations = draft.upgrade();
            let differs = !draft.is_empty() && !draft.is_comments();
            let name = bind.unwrap_or("default");
            compared.push((
                differs,
                json!({ "bind": name, "differ": differs, "operations": operations, "unsaid": draft.left }),
            ));
            if draft.is_empty() {
                continue;
            }
            let of = match bind {
                Some(name) => format!(" of `{name}`"),
                None => String::new(),
            };
            let message = match differs {
                true => format!("the models and the history{of} differ"),
                false => format!("the models and the history{of} differ in comments"),
            };
            let mut help = vec![format!(
                "`mina migrate \"…\"` writes this:\n{}",
                indented(&operations, "  ").trim_end()
            )];
            help.extend(draft.instead().map(str::to_owned));
            help.extend(draft.left.iter().cloned());
            findings.findings.push(Finding {
                refuses: differs,
                rule: String::new(),
                message,
                help,
                file: files.names().first().cloned().unwrap_or_default(),
                spot: None,
                label: None,
            });
        }
        Ok(compared)
    }
}
