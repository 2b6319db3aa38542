//! `rebase`: a revision, and what builds on it, on top of another one.

use crate::applied::applied;
use crate::failure::Failure;
use crate::fresh::{check_id, from_here, warn};
use crate::ground::{Ground, listed, resolve_one};
use crate::hook;
use crate::moves::Moves;
use crate::name;
use crate::session::Session;
use mina_command::source::Rebase;
use mina_command::{Output, Style};
use mina_core::diagnostic::Code;
use mina_core::history::{Graph, History, identifier};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

impl Session {
    pub fn rebase(&self, wanted: Rebase) -> Result<Output, Failure> {
        let ground = Ground::read(self.project()?)?;
        hook::check(&ground.project)?;
        let bind = ground.bind(&self.options, &[&wanted.revision])?;
        let graph = ground.graph(bind.as_deref());
        let revision = resolve_one(graph, &wanted.revision, "")?;
        let onto = match wanted.onto.trim() {
            "base" => Vec::new(),
            onto => vec![resolve_one(graph, onto, "--onto ")?],
        };
        check_place(graph, revision, &onto)?;
        let ids = new_ids(graph, revision, &onto, wanted.rev_id.as_deref(), ground.history())?;
        let onto: Vec<String> = onto.iter().map(|&onto| graph.id(onto).to_owned()).collect();
        let moves = Moves::new(&ground, bind.as_deref(), (graph.id(revision), &onto), &ids)?;

        let (found, mut warnings) = replay(&ground, &moves.history()?, &ids);
        if !found.is_empty() && !wanted.force {
            let failure = Failure::refused(format!("the checker refuses `{}` at its new place", graph.id(revision)));
            let failure = found.into_iter().fold(failure, Failure::or);
            return Err(failure.or("nothing was written; `--force` moves it all the same, to be put right by hand"));
        }
        warnings.extend(found);
        if !wanted.offline {
            self.check_applied(&ground, bind.as_deref(), revision)?;
        }
        warnings.extend(moves.notes.iter().cloned());

        let style = Style::stdout();
        let mut output = Output::default();
        let mut changed: Vec<Value> = Vec::new();
        for (old, new) in &ids {
            output.text += &format!("{old} -> {}\n", style.id(new));
            changed.push(json!({ "from": old, "to": new }));
        }
        let changes = moves.changes();
        let files: Vec<String> = changes.paths().map(from_here).collect();
        let written: Vec<_> = changes.paths().map(std::path::Path::to_path_buf).collect();
        output.text.extend(files.iter().map(|file| format!("  {file}\n")));
        output.json = json!({ "revisions": changed, "files": files, "warnings": warnings });
        changes.apply()?;
        warn(&warnings, &self.options);
        let migrations: Vec<_> = written
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == "rs"))
            .collect();
        hook::run(&ground.project, &migrations)?;
        Ok(output)
    }

    /// Refuses what a database has applied: there it would be another migration than here.
    fn check_applied(&self, ground: &Ground, bind: Option<&str>, revision: usize) -> Result<(), Failure> {
        let graph = ground.graph(bind);
        let offline = "if it is applied nowhere, say so: `--offline`";
        let asked = applied(ground, &self.options, bind);
        let ids = asked.map_err(|failure| {
            let why = match &failure {
                Failure::DoesNotCompile => "the crate of migrations does not compile, so its binary cannot ask a database".to_owned(),
                other => other.to_string(),
            };
            Failure::refused(format!("nobody knows whether `{}` is applied: {why}", graph.id(revision))).or(offline)
        })?;
        let (applied, _) = graph.known(ids.iter().map(String::as_str));
        let below = graph.with_ancestors(applied.iter());
        let moved = graph.with_descendants([revision]).and(&below);
        if moved.is_empty() {
            return Ok(());
        }
        let applied: Vec<usize> = moved.iter().collect();
        let back = match graph.parents(revision) {
            [parent] => graph.id(*parent),
            _ => "base",
        };
        Err(Failure::refused(format!("{} applied in the database", are(graph, &applied)))
            .or(format!("take back what is applied first: `mina downgrade {back}`"))
            .or("where others have it applied as well, a merge is what keeps their databases right: `mina merge`"))
    }
}

fn are(graph: &Graph, revisions: &[usize]) -> String {
    let verb = if revisions.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", listed(graph, revisions))
}

fn check_place(graph: &Graph, revision: usize, onto: &[usize]) -> Result<(), Failure> {
    let id = graph.id(revision);
    if graph.parents(revision).len() > 1 {
        let message = format!(
            "`{id}` joins {}, and has no place of its own to be moved from",
            listed(graph, graph.parents(revision))
        );
        return Err(Failure::usage(message).or("remove its file, and join again with `mina merge`"));
    }
    if onto == graph.parents(revision) {
        let place = onto.first().map_or("base".to_owned(), |&onto| format!("`{}`", graph.id(onto)));
        return Err(Failure::usage(format!("`{id}` revises {place} already")));
    }
    match onto {
        [onto] if *onto == revision => Err(Failure::usage(format!("`{id}` cannot revise itself"))),
        [onto] if graph.is_ancestor(revision, *onto) => {
            let message = format!("`{}` builds on `{id}`, which cannot build on it in turn", graph.id(*onto));
            Err(Failure::usage(message))
        }
        _ => Ok(()),
    }
}

/// The ids that change: that of the revision, and of what would no longer sort after what it builds on.
fn new_ids(
    graph: &Graph,
    revision: usize,
    onto: &[usize],
    wanted: Option<&str>,
    history: &History,
) -> Result<BTreeMap<String, String>, Failure> {
    let taken = |id: &str| {
        let known = |graph: &Graph| graph.find(id).or(graph.find_label(id)).or(graph.find_alias(id)).is_some();
        history.graphs().any(|(_, graph)| known(graph))
    };
    let id = match wanted {
        None => name::fresh(graph, taken),
        Some(id) => {
            check_id(id, graph)?;
            let below = onto.iter().chain(graph.depends_on(revision)).map(|&below| graph.id(below)).max();
            if let Some(below) = below.filter(|below| *below >= id) {
                let failure = Failure::usage(format!("`{id}` does not sort after `{below}`, which it is to build on"));
                return Err(failure.or("leave `--rev-id` out for one that is made of the time"));
            }
            id.to_owned()
        }
    };
    let mut ids = BTreeMap::from([(revision, id)]);
    let moved = graph.with_descendants([revision]);
    for &above in graph.order().iter().filter(|&&above| above != revision && moved.contains(above)) {
        let below = graph
            .edges(above)
            .map(|below| ids.get(&below).map_or(graph.id(below), String::as_str))
            .max();
        let Some(below) = below.filter(|below| *below >= graph.id(above)) else {
            continue;
        };
        let next = identifier::next(below, |id| taken(id) || ids.values().any(|other| other == id));
        ids.insert(above, next);
    }
    Ok(ids.into_iter().map(|(revision, id)| (graph.id(revision).to_owned(), id)).collect())
}

/// What the checker has against a history with other ids that it had not before, and what is to be known besides.
pub fn replay(ground: &Ground, after: &History, ids: &BTreeMap<String, String>) -> (Vec<String>, Vec<String>) {
    let before: BTreeSet<(String, Code)> = errors(ground.history())
        .into_iter()
        .map(|error| (error.revision, error.code))
        .collect();
    let had_heads = before.iter().any(|(_, code)| *code == Code::M105);
    let old_ids: BTreeMap<&str, &str> = ids.iter().map(|(old, new)| (new.as_str(), old.as_str())).collect();
    let (mut found, mut known) = (Vec::new(), Vec::new());
    for error in errors(after) {
        let old = old_ids.get(error.revision.as_str()).copied().unwrap_or(&error.revision);
        let is_known = match error.code {
            Code::M105 => had_heads,
            code => before.contains(&(old.to_owned(), code)),
        };
        if is_known {
            known.push(error.text);
        } else {
            found.push(error.text);
        }
    }
    (found, known)
}

struct Found {
    revision: String,
    code: Code,
    text: String,
}

fn errors(history: &History) -> Vec<Found> {
    let mut errors = Vec::new();
    for (index, revision) in history.revisions.iter().enumerate() {
        let id = revision.block.revision.as_ref().map_or("", |id| &id.text);
        for found in history.diagnostics(index) {
            if let Some(code) = found.code() {
                let place = revision.tokens.location(found.span).unwrap_or(revision.location);
                errors.push(Found {
                    revision: id.to_owned(),
                    code,
                    text: format!("{}:{}:{}: {found}", revision.file, place.line, place.column),
                });
            }
        }
    }
    errors
}
