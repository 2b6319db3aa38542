use super::{Failure, Session};
use crate::connection::AsConnection;
use crate::runner::{Applied, Direction, Entry, Runner};
use mina_command::{Listed, Output, listing};
use mina_core::sql::sqlite::EditKind;
use serde_json::json;

impl Session<'_> {
    pub(super) fn history(&self, range: Option<&str>, verbose: bool, indicate: bool) -> Result<Output, Failure> {
        let names = match range {
            Some(range) => self.names_for(range)?,
            None => self.names()?,
        };
        let looks = indicate || range.is_some_and(|range| range.contains("current") || relative(range));
        let mut output = Output::default();
        let mut found = Vec::new();
        for name in &names {
            let runner = self.runner(name.as_deref());
            let mut entries = match looks {
                false => runner.entries(),
                true => self.looked(name)?,
            };
            if let Some(range) = range {
                let applied: Vec<&str> = entries
                    .iter()
                    .filter(|entry| entry.run_on.is_some())
                    .map(|entry| &*entry.revision)
                    .collect();
                let kept = runner.range(range, &applied)?;
                entries.retain(|entry| kept.contains(&entry.revision));
            }
            if names.len() > 1 {
                output.text += &format!("{}:\n", name.as_deref().unwrap_or("default"));
            }
            for entry in entries.iter().rev() {
                output.text += &self.entry_line(entry, looks);
                if verbose {
                    output.text += &details(entry);
                }
            }
            found.push(json!({ "bind": name.as_deref().unwrap_or("default"), "revisions": entries }));
        }
        output.json = json!({ "histories": found });
        Ok(output)
    }

    fn looked(&self, name: &Option<String>) -> Result<Vec<Entry>, Failure> {
        let bound = self.bound(std::slice::from_ref(name))?.remove(0);
        let (mut conn, _) = bound.look().map_err(|error| bound.fail(error))?;
        bound.runner.history(conn.as_connection()).map_err(|error| bound.fail(error))
    }

    pub(super) fn heads(&self, verbose: bool, resolve_dependencies: bool) -> Result<Output, Failure> {
        let is_head = |entry: &Entry| entry.head && !(resolve_dependencies && entry.depended_on);
        self.list(is_head, verbose, "heads", |_, _| String::new())
    }

    pub(super) fn branches(&self, verbose: bool) -> Result<Output, Failure> {
        self.list(
            |entry| entry.branch_point,
            verbose,
            "branches",
            |session, entry| {
                let children = entry.children.iter().map(|child| format!("  -> {}\n", session.style().id(child)));
                children.collect()
            },
        )
    }

    fn list(
        &self,
        keep: impl Fn(&Entry) -> bool,
        verbose: bool,
        word: &str,
        more: impl Fn(&Self, &Entry) -> String,
    ) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut found = Vec::new();
        let names = self.names()?;
        for name in &names {
            let entries = self.runner(name.as_deref()).entries();
            let kept: Vec<&Entry> = entries.iter().filter(|entry| keep(entry)).collect();
            for entry in &kept {
                let bind = name
                    .as_deref()
                    .filter(|_| names.len() > 1)
                    .map_or_else(String::new, |name| format!("{name}: "));
                output.text += &format!("{bind}{}", self.entry_line(entry, false));
                output.text += &more(self, entry);
                if verbose {
                    output.text += &details(entry);
                }
            }
            found.push(json!({ "bind": name.as_deref().unwrap_or("default"), "revisions": kept }));
        }
        output.json = json!({ word: found });
        Ok(output)
    }

    pub(super) fn show(&self, target: &str) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut found = Vec::new();
        for name in &self.names_for(target)? {
            let runner = self.runner(name.as_deref());
            let entries = match target.contains("current") || relative(target) {
                false => runner.entries(),
                true => self.looked(name)?,
            };
            let applied: Vec<&str> = entries
                .iter()
                .filter(|entry| entry.run_on.is_some())
                .map(|entry| &*entry.revision)
                .collect();
            for id in runner.resolve(target, &applied)? {
                let Some(entry) = entries.iter().find(|entry| entry.revision == id) else {
                    continue;
                };
                output.text += &self.entry_line(entry, false);
                output.text += &details(entry);
                let (up, down) = (runner.sheet(&id, Direction::Up)?, runner.sheet(&id, Direction::Down)?);
                for (word, planned) in [("upgrade", &up), ("downgrade", &down)] {
                    output.text += &format!("{word}:\n");
                    match (&entry.irreversible, word) {
                        (Some(why), "downgrade") => output.text += &format!("  irreversible: {why}\n"),
                        _ => output.text += &self.unit_lines(planned),
                    }
                }
                let mut value = json!(entry);
                value["upgrade"] = json!(up.units);
                value["downgrade"] = json!(down.units);
                found.push(value);
            }
        }
        output.json = json!({ "revisions": found });
        Ok(output)
    }

    fn entry_line(&self, entry: &Entry, marked: bool) -> String {
        listing::line(&listed(entry, marked), self.style())
    }
}

fn listed(entry: &Entry, marked: bool) -> Listed {
    let current = (entry.current && marked).then(|| "current".to_owned());
    let state = entry.state.as_ref().filter(|_| marked).and_then(state_mark);
    Listed {
        revision: entry.revision.clone(),
        message: entry.message.clone(),
        description: entry.description.clone(),
        file: entry.file.clone(),
        parents: entry.parents.clone(),
        depends_on: entry.depends_on.clone(),
        label: entry.label.clone(),
        alias: entry.alias.clone(),
        head: entry.head,
        branch_point: entry.branch_point,
        merge: entry.merge,
        marks: current.into_iter().chain(state).collect(),
        run_on: entry.run_on.clone(),
    }
}

fn details(entry: &Entry) -> String {
    listing::details(&listed(entry, false))
}

fn relative(target: &str) -> bool {
    target.split([':', '@']).any(|part| part.starts_with(['+', '-']))
}

fn state_mark(state: &Applied) -> Option<String> {
    match state {
        Applied::Pending => Some("pending".to_owned()),
        Applied::Applied => None,
        Applied::Unverified => Some("unverified".to_owned()),
        Applied::Edited => Some("edited".to_owned()),
        Applied::Ahead => Some("ahead".to_owned()),
        Applied::Partly(partly) => Some(format!("partly {}/{}", partly.done, partly.units)),
    }
}

/// What an edit of a table does, where no one statement says it.
pub(super) fn edit_text(edit: &EditKind) -> String {
    match edit {
        EditKind::AlterColumn { before, after, using } => {
            let using = using.as_ref().map_or_else(String::new, |using| format!(" using {using}"));
            format!("{} becomes {}{using}", before.definition(&[]), after.definition(&[]))
        }
        EditKind::AddConstraint(constraint) => format!("add {}", constraint.name),
        EditKind::DropConstraint(constraint) => format!("drop {}", constraint.name),
        EditKind::AddColumn { column, .. } => format!("add column {}", column.name),
        EditKind::DropColumn { name, .. } => format!("drop column {name}"),
        EditKind::RenameColumn { from, to } => format!("rename column {from} to {to}"),
        EditKind::CreateIndex(index) => index.sql.clone(),
        EditKind::DropIndex(index) => format!("drop index {}", index.name),
    }
}

impl Runner {
    /// The revisions of a range, by id.
    fn range(&self, range: &str, applied: &[&str]) -> Result<Vec<String>, crate::runner::ErrorKind> {
        let graph = self.graph();
        let (applied, _) = graph.known(applied.iter().copied());
        let found = graph.resolve_range(range, &applied);
        let found = found.map_err(|error| crate::runner::ErrorKind::Target(error.to_string()))?;
        Ok(found.into_iter().map(|index| graph.id(index).to_owned()).collect())
    }

    /// The revisions that a target means, by id.
    fn resolve(&self, target: &str, applied: &[&str]) -> Result<Vec<String>, crate::runner::ErrorKind> {
        let graph = self.graph();
        let (applied, _) = graph.known(applied.iter().copied());
        let found = graph.resolve(target, &applied);
        let found = found.map_err(|error| crate::runner::ErrorKind::Target(error.to_string()))?;
        Ok(found.into_iter().map(|index| graph.id(index).to_owned()).collect())
    }
}
