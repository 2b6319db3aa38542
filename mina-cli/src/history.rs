//! `history`, `heads` and `branches`, as the headers of the sources say them.

use crate::build;
use crate::failure::Failure;
use crate::session::Session;
use crate::warnings::warn;
use mina_command::{Chronicle, Listed, Output, Style, chronicle};
use mina_core::history::{Graph, History};
use mina_core::syntax::ast::Downgrade;
use mina_source::Sources;

impl Session {
    pub fn history(&self, range: Option<&str>, verbose: bool, indicate: bool) -> Result<Output, Failure> {
        let project = self.project()?;
        // What is applied is known to the database alone.
        if indicate || range.is_some_and(needs_database) {
            return build::call(&project, &self.options);
        }
        let sources = project.heads();
        let chronicles = self.chronicles(&sources, |graph| match range {
            None => Ok(graph.order().to_vec()),
            Some(range) => graph
                .resolve_range(range, &graph.none())
                .map_err(|error| Failure::Usage(error.to_string())),
        })?;
        warn(&sources);
        // The process ends: to give back every token of ten thousand files takes longer than to draw them.
        std::mem::forget(sources);
        Ok(chronicle::history(&chronicles, verbose, self.options.format, Style::stdout()))
    }

    pub fn heads(&self, verbose: bool, resolve_dependencies: bool) -> Result<Output, Failure> {
        let sources = self.project()?.heads();
        let chronicles = self.chronicles(&sources, |graph| Ok(graph.order().to_vec()))?;
        warn(&sources);
        Ok(chronicle::heads(&chronicles, verbose, resolve_dependencies, Style::stdout()))
    }

    pub fn branches(&self, verbose: bool) -> Result<Output, Failure> {
        let sources = self.project()?.heads();
        let chronicles = self.chronicles(&sources, |graph| Ok(graph.order().to_vec()))?;
        warn(&sources);
        Ok(chronicle::branches(&chronicles, verbose, Style::stdout()))
    }

    /// The histories that are meant, each with those of its revisions that are asked for.
    pub fn chronicles(&self, sources: &Sources, keep: impl Fn(&Graph) -> Result<Vec<usize>, Failure>) -> Result<Vec<Chronicle>, Failure> {
        let graphs = self.graphs(&sources.history)?;
        let count = graphs.len();
        let (mut chronicles, mut refused) = (Vec::new(), None);
        for (bind, graph) in graphs {
            // A revision of one database is none of another.
            match keep(graph) {
                Ok(kept) => chronicles.push(Chronicle {
                    bind: bind.map(str::to_owned),
                    revisions: kept.into_iter().map(|index| listed(&sources.history, bind, graph, index)).collect(),
                }),
                Err(failure) => refused = Some(failure),
            }
        }
        match refused {
            Some(failure) if chronicles.is_empty() || count == 1 => Err(failure),
            _ => Ok(chronicles),
        }
    }

    /// The graphs of the databases that are meant: one where `--bind` names it, else all.
    pub fn graphs<'a>(&self, history: &'a History) -> Result<Vec<(Option<&'a str>, &'a Graph)>, Failure> {
        let name = |bind: Option<&'a str>| bind.unwrap_or("default");
        let graphs: Vec<_> = history.graphs().collect();
        let Some(wanted) = self.options.bind.as_deref() else {
            return Ok(graphs);
        };
        let known: Vec<String> = graphs.iter().map(|(bind, _)| name(*bind).to_owned()).collect();
        let found: Vec<_> = graphs.into_iter().filter(|(bind, _)| name(*bind) == wanted).collect();
        match found.is_empty() {
            true => Err(Failure::NoBind {
                bind: wanted.to_owned(),
                known,
            }),
            false => Ok(found),
        }
    }
}

/// Whether a target or range counts from what is applied.
pub fn needs_database(target: &str) -> bool {
    let relative = target.split([':', '@']).any(|part| part.starts_with(['+', '-']));
    relative || target.contains("current")
}

/// A revision as it is listed.
pub fn listed(history: &History, bind: Option<&str>, graph: &Graph, index: usize) -> Listed {
    let node = &graph.nodes()[index];
    let names = |names: &[std::borrow::Cow<'static, str>]| names.iter().map(|name| name.to_string()).collect();
    let mut listed = Listed {
        revision: node.id.to_string(),
        parents: names(&node.parents),
        depends_on: names(&node.depends_on),
        children: graph.children(index).iter().map(|&child| graph.id(child).to_owned()).collect(),
        label: node.label.as_ref().map(ToString::to_string),
        alias: node.alias.as_ref().map(ToString::to_string),
        head: graph.children(index).is_empty(),
        branch_point: graph.children(index).len() > 1,
        merge: graph.parents(index).len() > 1,
        depended_on: !graph.dependents(index).is_empty(),
        ..Listed::default()
    };
    if let Some(block) = history.blocks(bind).get(index) {
        let revision = &history.revisions[*block];
        listed.message = revision.block.message().to_owned();
        listed.description = revision.block.description().to_owned();
        listed.file.clone_from(&revision.file);
        if let Downgrade::Irreversible { why, .. } = &revision.block.downgrade {
            listed.irreversible = Some(why.clone());
        }
    }
    listed
}
