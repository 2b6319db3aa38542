//! The history as the sources say it.

use crate::build;
use crate::failure::Failure;
use crate::session::Session;
use mina_command::listing::{Listed, details, line};
use mina_command::{Output, Style};
use mina_core::history::{Graph, History};
use mina_source::Sources;
use serde_json::{Value, json};

impl Session {
    pub fn history(&self, range: Option<&str>, verbose: bool, indicate: bool) -> Result<Output, Failure> {
        let project = self.project()?;
        // What is applied is known to the database alone.
        if indicate || range.is_some_and(needs_database) {
            return build::call(&project, &self.options);
        }
        let sources = project.sources();
        self.list(&sources, verbose, |graph| match range {
            None => Ok((0..graph.len()).rev().collect()),
            Some(range) => {
                let found = graph.resolve_range(range, &graph.none());
                found
                    .map(|found| found.into_iter().rev().collect())
                    .map_err(|error| Failure::Usage(error.to_string()))
            }
        })
    }

    pub fn heads(&self, verbose: bool, resolve_dependencies: bool) -> Result<Output, Failure> {
        let sources = self.project()?.sources();
        self.list(&sources, verbose, |graph| {
            let depended_on = |head: &usize| resolve_dependencies && !graph.dependents(*head).is_empty();
            Ok(graph.heads().filter(|head| !depended_on(head)).collect())
        })
    }

    pub fn branches(&self, verbose: bool) -> Result<Output, Failure> {
        let sources = self.project()?.sources();
        self.list(&sources, verbose, |graph| Ok(graph.branch_points().collect()))
    }

    pub fn show(&self, target: &str) -> Result<Output, Failure> {
        let project = self.project()?;
        if needs_database(target) {
            return build::call(&project, &self.options);
        }
        let sources = project.sources();
        self.list(&sources, true, |graph| {
            let found = graph.resolve(target, &graph.none());
            found.map_err(|error| Failure::Usage(error.to_string()))
        })
    }

    fn list(&self, sources: &Sources, verbose: bool, keep: impl Fn(&Graph) -> Result<Vec<usize>, Failure>) -> Result<Output, Failure> {
        let style = Style::stdout();
        let mut output = Output::default();
        let mut found: Vec<Value> = Vec::new();
        let graphs: Vec<_> = sources.history.graphs().collect();
        let wanted = self.options.bind.as_deref();
        if let Some(wanted) = wanted
            && !graphs.iter().any(|(bind, _)| bind.unwrap_or("default") == wanted)
        {
            return Err(Failure::NoBind {
                bind: wanted.to_owned(),
                known: graphs.iter().map(|(bind, _)| bind.unwrap_or("default").to_owned()).collect(),
            });
        }
        for (bind, graph) in &graphs {
            if wanted.is_some_and(|wanted| wanted != bind.unwrap_or("default")) {
                continue;
            }
            if graphs.len() > 1 && wanted.is_none() {
                output.text += &format!("{}:\n", bind.unwrap_or("default"));
            }
            let mut revisions = Vec::new();
            for index in keep(graph)? {
                let listed = listed(&sources.history, *bind, graph, index);
                output.text += &line(&listed, style);
                if verbose {
                    output.text += &details(&listed);
                }
                revisions.push(listed.revision.clone());
            }
            found.push(json!({ "bind": bind.unwrap_or("default"), "revisions": revisions }));
        }
        output.json = json!({ "histories": found });
        Ok(output)
    }
}

/// Whether a target or range counts from what is applied.
pub fn needs_database(target: &str) -> bool {
    let relative = target.split([':', '@']).any(|part| part.starts_with(['+', '-']));
    relative || target.contains("current")
}

fn listed(history: &History, bind: Option<&str>, graph: &Graph, index: usize) -> Listed {
    let node = &graph.nodes()[index];
    let block = history.blocks(bind).get(index);
    let names = |names: &[std::borrow::Cow<'static, str>]| names.iter().map(|name| name.to_string()).collect();
    let revision = block.map(|block| &history.revisions[*block]);
    Listed {
        revision: node.id.to_string(),
        message: revision.map_or_else(String::new, |revision| revision.block.message().to_owned()),
        description: revision.map_or_else(String::new, |revision| revision.block.description().to_owned()),
        file: revision.map_or_else(String::new, |revision| revision.file.clone()),
        parents: names(&node.parents),
        depends_on: names(&node.depends_on),
        label: node.label.as_ref().map(ToString::to_string),
        alias: node.alias.as_ref().map(ToString::to_string),
        head: graph.children(index).is_empty(),
        branch_point: graph.children(index).len() > 1,
        merge: node.parents.len() > 1,
        ..Listed::default()
    }
}
