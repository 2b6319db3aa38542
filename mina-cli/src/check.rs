//! `check`: the whole history, without compiling it.

use crate::failure::Failure;
use crate::finding::Findings;
use crate::report::report;
use crate::session::Session;
use mina_command::Output;
use mina_core::diagnostic::{Code, Diagnostic};

impl Session {
    pub fn check(&self) -> Result<Output, Failure> {
        let project = self.project()?;
        let sources = project.sources();
        let history = &sources.history;
        let mut findings = Findings::new(&sources);
        findings.refuse(&project, &sources);
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
            findings.add(&sources, index, diagnostics);
        }
        findings.sort();
        Ok(report(&findings, self.options.format, self.options.quiet))
    }
}
