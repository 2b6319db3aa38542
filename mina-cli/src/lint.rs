//! `lint`: what is legal and still worth another look.

use crate::failure::Failure;
use crate::finding::Findings;
use crate::report::report;
use crate::session::Session;
use crate::warnings::warn;
use mina_command::Output;
use mina_core::diagnostic::Rule;
use mina_core::history::History;
use std::collections::HashSet;

impl Session {
    pub fn lint(&self, range: Option<&str>) -> Result<Output, Failure> {
        let project = self.project()?;
        if range.is_some_and(|range| range.contains("current")) {
            let message = "`lint` looks at sources alone, and they do not tell what is current; name a revision";
            return Err(Failure::Usage(message.to_owned()));
        }
        let sources = project.sources();
        let history = &sources.history;
        let mut findings = Findings::new(&sources);
        let wanted = match range {
            Some(range) => Some(self.ranged(history, range)?),
            None => None,
        };
        for index in self.meant(history)? {
            if wanted.as_ref().is_none_or(|wanted| wanted.contains(&index)) {
                let mut diagnostics = history.diagnostics(index);
                diagnostics.retain(|diagnostic| matches!(diagnostic.rule, Rule::Lint(..)));
                diagnostics.extend(history.style(index));
                findings.add(&sources, index, diagnostics);
            }
        }
        warn(&sources);
        findings.sort();
        Ok(report(&findings, self.options.format, self.options.quiet))
    }

    /// The blocks of a range, steps counted from the heads; a revision of one database is none of another.
    fn ranged(&self, history: &History, range: &str) -> Result<HashSet<usize>, Failure> {
        let mut blocks = HashSet::new();
        let mut refused = None;
        for (bind, graph) in self.graphs(history)? {
            match graph.resolve_range(range, &graph.all()) {
                Ok(found) => blocks.extend(found.into_iter().filter_map(|node| history.blocks(bind).get(node).copied())),
                Err(error) => refused = Some(Failure::Usage(error.to_string())),
            }
        }
        match refused {
            Some(refused) if blocks.is_empty() => Err(refused),
            _ => Ok(blocks),
        }
    }

    /// The blocks of the databases that are meant.
    pub fn meant(&self, history: &History) -> Result<Vec<usize>, Failure> {
        let all = 0..history.revisions.len();
        let Some(bind) = self.options.bind.as_deref() else {
            return Ok(all.collect());
        };
        self.graphs(history)?;
        let of = |index: &usize| history.revisions[*index].block.bind.as_ref().map_or("default", |bind| &bind.text);
        Ok(all.filter(|index| of(index) == bind).collect())
    }
}
