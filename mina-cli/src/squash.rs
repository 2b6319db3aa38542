//! `squash`: a range of revisions made one.

use crate::applied::applied;
use crate::failure::Failure;
use crate::files::Changes;
use crate::fresh::{from_here, warn};
use crate::ground::{Ground, listed, resolve_one};
use crate::hook;
use crate::name;
use crate::rebase::replay;
use crate::session::Session;
use mina_command::Output;
use mina_command::source::Squash as Wanted;
use mina_core::history::{Graph, History, Revision, Squash};
use mina_core::syntax::ast::StatementKind;
use mina_core::syntax::source::scan;
use mina_source::shown;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

impl Session {
    pub fn squash(&self, wanted: &Wanted) -> Result<Output, Failure> {
        let ground = Ground::read(self.project()?)?;
        hook::check(&ground.project)?;
        let Some((first, last)) = wanted.range.split_once("..") else {
            let failure = Failure::usage(format!("`{}` is no range", wanted.range));
            return Err(failure.or("name the first revision and the last one: `mina squash FIRST..LAST`"));
        };
        let bind = ground.bind(&self.options, &[first])?;
        let bind = bind.as_deref();
        let graph = ground.graph(bind);
        let (from, to) = (resolve_one(graph, first, "")?, resolve_one(graph, last, "")?);
        let squash = ground.history().squash(bind, from, to).map_err(|refusal| {
            let failure = Failure::refused(refusal.message);
            refusal.help.into_iter().fold(failure, Failure::or).or("nothing was written")
        })?;
        let text = match &wanted.message {
            None => squash.text.clone(),
            Some(message) => squash.text.replacen(&default_message(graph, from, to), message.trim(), 1),
        };
        let id = graph.id(to);
        let gone = gone(&ground, &squash)?;
        check_rust(&ground, &squash)?;
        let path = self.path_of(&ground, (bind, to), wanted, &default_message(graph, from, to))?;

        let name = shown(Some(&ground.project.root), &path);
        let mut revisions: Vec<Revision> = Vec::new();
        for (index, revision) in ground.history().revisions.iter().enumerate() {
            if !squash.blocks.contains(&index) {
                revisions.push(revision.clone());
            }
        }
        let own = Revision::all_in(&text, &name).map_err(|error| Failure::Unread(format!("{name}: {error}")))?;
        revisions.extend(own);
        let after = History::new(ground.project.config()?.clone(), revisions);
        let (found, mut warnings) = replay(&ground, &after, &BTreeMap::new());
        if !found.is_empty() {
            let failure = Failure::refused(format!("the checker refuses the history with `{id}` squashed"));
            let failure = found.into_iter().fold(failure, Failure::or);
            return Err(failure.or("nothing was written; squash a shorter range"));
        }
        if !wanted.offline {
            self.check_inside(&ground, bind, &squash, to)?;
        }
        warnings.extend(squash.notes.iter().cloned());
        warn(&warnings, &self.options);

        let squashed: Vec<&str> = squash.block.squashes.iter().map(|id| id.text.as_str()).collect();
        let removed: Vec<String> = gone.iter().filter(|file| **file != path).map(|file| from_here(file)).collect();
        let json = json!({
            "revision": id, "squashes": squashed, "file": from_here(&path), "removed": removed, "warnings": warnings, "text": text,
        });
        if wanted.dry_run {
            return Ok(Output {
                text,
                json,
                code: 0,
                ..Output::default()
            });
        }
        let mut changes = Changes::default();
        match gone.contains(&path) {
            true => changes.replace(path.clone(), text),
            false => changes.create(path.clone(), text),
        }
        gone.into_iter().filter(|file| *file != path).for_each(|file| changes.remove(file));
        changes.apply()?;
        let mut said = format!("{} revisions are one, {id}\n  {}\n", squash.blocks.len(), from_here(&path));
        said.extend(removed.iter().map(|file| format!("  removed {file}\n")));
        said += &format!("a database past {id} has it applied; one in the middle goes on to {id} with the release before this one\n");
        hook::run(&ground.project, &[path])?;
        Ok(Output {
            text: said,
            json,
            code: 0,
            ..Output::default()
        })
    }

    /// Where the one migration goes: beside the last of the range.
    fn path_of(&self, ground: &Ground, (bind, to): (Option<&str>, usize), wanted: &Wanted, message: &str) -> Result<PathBuf, Failure> {
        let block = ground.block(bind, to);
        let last = block.and_then(|block| ground.path(block));
        let last = last.ok_or_else(|| Failure::failed("the file of the last revision is not known"))?;
        let message = wanted.message.as_deref().unwrap_or(message);
        if message.trim().is_empty() || message.contains(char::is_control) {
            return Err(Failure::usage("the message is to be one line").or("say what the migration does: `-m \"Accounts and billing\"`"));
        }
        let file = name::file(&ground.project.config()?.templates, ground.graph(bind).id(to), message.trim());
        Ok(last.with_file_name(file))
    }

    /// Refuses to take away what a database needs to go on.
    fn check_inside(&self, ground: &Ground, bind: Option<&str>, squash: &Squash, to: usize) -> Result<(), Failure> {
        let graph = ground.graph(bind);
        let id = graph.id(to);
        let offline = "if no database is, say so: `--offline`";
        let ids = applied(ground, &self.options, bind).map_err(|failure| {
            let why = match &failure {
                Failure::DoesNotCompile => "the crate of migrations does not compile, so its binary cannot ask a database".to_owned(),
                other => other.to_string(),
            };
            Failure::refused(format!("nobody knows whether a database is in the middle of the range: {why}")).or(offline)
        })?;
        let (current, _) = graph.known(ids.iter().map(String::as_str));
        let own: BTreeSet<&str> = squash.blocks.iter().filter_map(|&block| id_of(ground, block)).collect();
        // With the last one applied, no other of the range is one that nothing applied builds on.
        let inside: Vec<usize> = current.iter().filter(|&at| at != to && own.contains(graph.id(at))).collect();
        if inside.is_empty() {
            return Ok(());
        }
        Err(Failure::refused(format!(
            "the database is in the middle of the range: it is at {}, and not at `{id}`",
            listed(graph, &inside)
        ))
        .or(format!("bring it to the end of the range first: `mina upgrade {id}`"))
        .or("where others are there as well, they need the release before the squash for that; `--offline` goes on all the same"))
    }
}

fn default_message(graph: &Graph, from: usize, to: usize) -> String {
    format!("Squash {} to {}", graph.id(from), graph.id(to))
}

fn id_of(ground: &Ground, block: usize) -> Option<&str> {
    ground.history().revisions[block].block.revision.as_ref().map(|id| id.text.as_str())
}

/// The files of the range, each of one migration.
fn gone(ground: &Ground, squash: &Squash) -> Result<Vec<PathBuf>, Failure> {
    let mut gone: Vec<PathBuf> = Vec::new();
    let revisions = &ground.history().revisions;
    for &block in &squash.blocks {
        let file = &revisions[block].file;
        let other = (0..revisions.len()).find(|at| revisions[*at].file == *file && !squash.blocks.contains(at));
        if let Some(other) = other.and_then(|other| id_of(ground, other)) {
            let failure = Failure::refused(format!("{file} holds `{other}` as well, which is not of the range"));
            return Err(failure.or("give it a file of its own first"));
        }
        let path = ground.path(block).ok_or_else(|| Failure::failed(format!("{file} is not there")))?;
        if !gone.iter().any(|other| other == path) {
            gone.push(path.to_path_buf());
        }
    }
    Ok(gone)
}

/// Refuses `run` steps that use what stands beside their migration: it would not come along.
fn check_rust(ground: &Ground, squash: &Squash) -> Result<(), Failure> {
    for &block in &squash.blocks {
        let revision = &ground.history().revisions[block];
        let down = match &revision.block.downgrade {
            mina_core::syntax::ast::Downgrade::Body(body) => &body.statements[..],
            _ => &[],
        };
        let mut statements = revision.block.upgrade.statements.iter().chain(down);
        if !statements.any(|statement| matches!(statement.kind, StatementKind::Run { .. })) {
            continue;
        }
        let Some(path) = ground.path(block) else { continue };
        let text = fs::read_to_string(path).map_err(Failure::io(path))?;
        let blocks = scan(&text).map_err(|error| Failure::Unread(format!("{}: {error}", revision.file)))?;
        let within = |line: u32| blocks.iter().any(|block| (block.location.line..=block.close.line).contains(&line));
        let is_said = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
        let beside = text.lines().zip(1..).find(|(line, number)| is_said(line) && !within(*number));
        if let Some((_, number)) = beside {
            let failure = Failure::refused(format!(
                "`{}` runs Rust, which may use what stands beside it: {}:{number}",
                id_of(ground, block).unwrap_or_default(),
                revision.file
            ));
            return Err(failure
                .or("write its paths out in the `run`, and remove what stands around the migration")
                .or("or squash what comes before it and what comes after it, each by itself"));
        }
    }
    Ok(())
}
