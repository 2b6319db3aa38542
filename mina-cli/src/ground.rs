//! What a new migration is put on: the history as the files say it, and the graph of one of its databases.

use crate::failure::Failure;
use crate::history::needs_database;
use crate::project::Project;
use mina_command::Options;
use mina_core::history::{Graph, History, TargetError};
use mina_source::Sources;
use std::path::{Path, PathBuf};

/// A project and its history.
pub struct Ground {
    pub project: Project,
    pub sources: Sources,
    empty: Graph,
}

impl Ground {
    /// Reads a project, whether it compiles or not; what cannot be read at all could hold the head.
    pub fn read(project: Project) -> Result<Self, Failure> {
        let ground = Self::read_in_part(project)?;
        let sources = &ground.sources;
        if let Some(fault) = sources.faults.first() {
            return Err(Failure::Unread(fault.to_string()));
        }
        let without = sources.history.revisions.iter().find(|revision| revision.block.revision.is_none());
        if let Some(revision) = without {
            let failure = Failure::failed(format!(
                "{}:{}: the migration has no revision id, so nobody knows what builds on it",
                revision.file, revision.location.line
            ));
            let first = revision.syntax.iter().find(|diagnostic| diagnostic.is_error());
            return Err(first
                .into_iter()
                .fold(failure, |failure, diagnostic| failure.or(diagnostic.to_string())));
        }
        Ok(ground)
    }

    /// Reads what of a project can be read.
    pub fn read_in_part(project: Project) -> Result<Self, Failure> {
        project.config()?;
        Ok(Self::look(project))
    }

    /// The same, with a mina.toml that cannot be used among what cannot be read.
    pub fn look(project: Project) -> Self {
        let there: Vec<PathBuf> = project.layout.locations.iter().filter(|folder| folder.exists()).cloned().collect();
        let sources = Sources::read(Some(&project.root), &project.layout, &there);
        Self {
            project,
            sources,
            empty: Graph::default(),
        }
    }

    pub fn history(&self) -> &History {
        &self.sources.history
    }

    /// The graph of a database; an empty one while it has no migrations.
    pub fn graph(&self, bind: Option<&str>) -> &Graph {
        let mut graphs = self.history().graphs();
        graphs.find(|(name, _)| *name == bind).map_or(&self.empty, |(_, graph)| graph)
    }

    /// The database that is meant: that of `--bind`, else the one that has the first of these targets, else the default one.
    pub fn bind(&self, options: &Options, targets: &[&str]) -> Result<Option<String>, Failure> {
        let config = self.project.config()?;
        match options.bind.as_deref() {
            Some("default") => return Ok(None),
            Some(name) if config.bind(Some(name)).is_some() => return Ok(Some(name.to_owned())),
            Some(name) => {
                let known = ["default"].into_iter().chain(config.databases.keys().map(String::as_str));
                let known: Vec<&str> = known.collect();
                return Err(
                    Failure::usage(format!("there is no database `{name}` in mina.toml")).or(format!("there are {}", known.join(", ")))
                );
            }
            None => {}
        }
        let Some(target) = targets.first() else { return Ok(None) };
        let resolve = |graph: &Graph| graph.resolve(target, &graph.none());
        let Err(TargetError::Unknown { .. }) = resolve(self.graph(None)) else {
            return Ok(None);
        };
        let mut having = self
            .history()
            .graphs()
            .filter(|(name, graph)| name.is_some() && resolve(graph).is_ok());
        match (having.next(), having.next()) {
            (Some((name, _)), None) => Ok(name.map(str::to_owned)),
            _ => Ok(None),
        }
    }

    /// The block of a revision.
    pub fn block(&self, bind: Option<&str>, revision: usize) -> Option<usize> {
        self.history().blocks(bind).get(revision).copied()
    }

    /// The file of a block.
    pub fn path(&self, block: usize) -> Option<&Path> {
        let shown = &self.history().revisions[block].file;
        let file = self.sources.files.iter().find(|file| file.shown == *shown);
        file.map(|file| file.path.as_path())
    }
}

/// The revisions that a target names, without asking a database; `option` is where it was given, such as `--head `.
pub fn resolve(graph: &Graph, target: &str, option: &str) -> Result<Vec<usize>, Failure> {
    if needs_database(target) {
        let message = format!("`{target}` counts from what is applied, and what is written builds on revisions");
        return Err(Failure::usage(message).or("name a revision, `head`, `base`, or `label@head`"));
    }
    graph.resolve(target, &graph.none()).map_err(|error| match &error {
        TargetError::SeveralHeads { target, heads } => {
            let heads: Vec<usize> = heads.iter().filter_map(|head| graph.find(head)).collect();
            let message = format!("`{target}` means one revision, but {} are heads", listed(graph, &heads));
            name_one(message, graph, &heads, option).or("or join them: `mina merge`")
        }
        _ => Failure::usage(error.to_string()),
    })
}

/// The one revision that a target names.
pub fn resolve_one(graph: &Graph, target: &str, option: &str) -> Result<usize, Failure> {
    match resolve(graph, target, option)?[..] {
        [one] => Ok(one),
        [] => Err(Failure::usage(format!("`{target}` means no revision here"))),
        ref several => {
            let message = format!("`{target}` means {}, where one revision is wanted", listed(graph, several));
            Err(name_one(message, graph, several, option))
        }
    }
}

fn name_one(message: String, graph: &Graph, revisions: &[usize], option: &str) -> Failure {
    let last = revisions.last().map_or("", |&revision| graph.id(revision));
    let label = revisions.iter().find_map(|&revision| graph.labels(revision).last());
    let by_label = label.map_or_else(String::new, |label| format!("`{option}{label}@head` or "));
    Failure::usage(message).or(format!("name one: {by_label}`{option}{last}`"))
}

/// `a`, `b` and `c`.
pub fn listed(graph: &Graph, revisions: &[usize]) -> String {
    let names: Vec<String> = revisions.iter().map(|&revision| format!("`{}`", graph.id(revision))).collect();
    match &names[..] {
        [many @ .., last] if !many.is_empty() => format!("{} and {last}", many.join(", ")),
        all => all.concat(),
    }
}
