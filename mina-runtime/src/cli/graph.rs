use super::{Failure, Session};
use crate::connection::AsConnection;
use crate::runner::{Applied, Entry, ErrorKind, Runner};
use mina_command::show::{Script, show};
use mina_command::{Chronicle, Listed, Output, Standing, chronicle};

impl Session<'_> {
    pub(super) fn history(&self, range: Option<&str>, verbose: bool, indicate: bool) -> Result<Output, Failure> {
        let names = match range {
            Some(range) => self.names_for(range)?,
            None => self.names()?,
        };
        let looks = indicate || range.is_some_and(|range| range.contains("current") || relative(range));
        let mut found = Vec::new();
        for name in &names {
            let runner = self.runner(name.as_deref());
            let mut entries = match looks {
                false => runner.entries(),
                true => self.looked(name)?,
            };
            if let Some(range) = range {
                let kept = runner.range(range, &applied(&entries))?;
                entries.retain(|entry| kept.contains(&entry.revision));
            }
            found.push(chronicle_of(name, entries));
        }
        Ok(chronicle::history(&found, verbose, self.options.format, self.style()))
    }

    fn looked(&self, name: &Option<String>) -> Result<Vec<Entry>, Failure> {
        let bound = self.bound(std::slice::from_ref(name))?.remove(0);
        let (mut conn, _) = bound.look().map_err(|error| bound.fail(error))?;
        bound.runner.history(conn.as_connection()).map_err(|error| bound.fail(error))
    }

    pub(super) fn heads(&self, verbose: bool, resolve_dependencies: bool) -> Result<Output, Failure> {
        Ok(chronicle::heads(&self.chronicles()?, verbose, resolve_dependencies, self.style()))
    }

    pub(super) fn branches(&self, verbose: bool) -> Result<Output, Failure> {
        Ok(chronicle::branches(&self.chronicles()?, verbose, self.style()))
    }

    fn chronicles(&self) -> Result<Vec<Chronicle>, Failure> {
        let names = self.names()?;
        let chronicles = names.iter().map(|name| chronicle_of(name, self.runner(name.as_deref()).entries()));
        Ok(chronicles.collect())
    }

    pub(super) fn show(&self, target: &str) -> Result<Output, Failure> {
        let mut shown = Vec::new();
        for name in &self.names_for(target)? {
            let runner = self.runner(name.as_deref());
            let entries = match target.contains("current") || relative(target) {
                false => runner.entries(),
                true => self.looked(name)?,
            };
            for id in runner.resolve(target, &applied(&entries))? {
                let entry = entries.iter().find(|entry| entry.revision == id);
                if let Some(entry) = entry {
                    shown.push((listed(entry.clone()), Some(scripts(&runner, &id)?)));
                }
            }
        }
        Ok(show(&shown, self.style()))
    }
}

fn chronicle_of(name: &Option<String>, entries: Vec<Entry>) -> Chronicle {
    Chronicle {
        bind: name.clone(),
        revisions: entries.into_iter().map(listed).collect(),
    }
}

fn applied(entries: &[Entry]) -> Vec<&str> {
    let applied = entries.iter().filter(|entry| entry.run_on.is_some());
    applied.map(|entry| &*entry.revision).collect()
}

fn listed(entry: Entry) -> Listed {
    Listed {
        state: entry.state.map(standing),
        revision: entry.revision,
        message: entry.message,
        description: entry.description,
        file: entry.file,
        parents: entry.parents,
        depends_on: entry.depends_on,
        children: entry.children,
        label: entry.label,
        alias: entry.alias,
        irreversible: entry.irreversible,
        head: entry.head,
        branch_point: entry.branch_point,
        merge: entry.merge,
        depended_on: entry.depended_on,
        run_on: entry.run_on,
        duration_ms: entry.duration_ms,
        current: entry.current,
    }
}

fn standing(state: Applied) -> Standing {
    match state {
        Applied::Pending => Standing::Pending,
        Applied::Applied => Standing::Applied,
        Applied::Unverified => Standing::Unverified,
        Applied::Edited => Standing::Edited,
        Applied::Ahead => Standing::Ahead,
        Applied::Partly(partly) => Standing::Partly {
            revision: partly.revision,
            direction: partly.direction.word().to_owned(),
            done: partly.done,
            units: partly.units,
        },
    }
}

fn scripts(runner: &Runner, revision: &str) -> Result<Vec<Script>, ErrorKind> {
    let sheets = runner.sheets(revision)?.into_iter();
    Ok(sheets.map(|(engine, up, down)| Script { engine, up, down }).collect())
}

fn relative(target: &str) -> bool {
    target.split([':', '@']).any(|part| part.starts_with(['+', '-']))
}

impl Runner {
    /// The revisions of a range, by id.
    fn range(&self, range: &str, applied: &[&str]) -> Result<Vec<String>, ErrorKind> {
        let graph = self.graph();
        let (applied, _) = graph.known(applied.iter().copied());
        let found = graph.resolve_range(range, &applied);
        let found = found.map_err(|error| ErrorKind::Target(error.to_string()))?;
        Ok(found.into_iter().map(|index| graph.id(index).to_owned()).collect())
    }

    /// The revisions that a target means, by id.
    fn resolve(&self, target: &str, applied: &[&str]) -> Result<Vec<String>, ErrorKind> {
        let graph = self.graph();
        let (applied, _) = graph.known(applied.iter().copied());
        let found = graph.resolve(target, &applied);
        let found = found.map_err(|error| ErrorKind::Target(error.to_string()))?;
        Ok(found.into_iter().map(|index| graph.id(index).to_owned()).collect())
    }
}
