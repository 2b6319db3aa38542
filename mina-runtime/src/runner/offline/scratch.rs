//! Passes over a table of SQLite, written out in full.

use super::{ErrorKind, Job, Planned};
#[cfg(feature = "sqlite")]
use crate::runner::scratch::Scratch as Database;
use mina_core::engine::Engine;
use mina_core::history::Set;
use mina_core::sql::sqlite::TableChange;
use mina_core::sql::unit::Action;

/// What passes over tables are written out on; nothing is made where none needs it.
pub(super) struct Scratch {
    #[cfg(feature = "sqlite")]
    made: Option<Database>,
}

impl Scratch {
    /// Where a migration begins.
    pub(super) fn new(job: &Job<'_>, planned: &Planned, applied: &Set) -> Result<Self, ErrorKind> {
        let mut steps = planned.units.iter().flat_map(|unit| &unit.steps);
        let is_needed = job.offline.engine == Engine::Sqlite && steps.any(|step| matches!(step.action, Action::Batch(_)));
        #[cfg(feature = "sqlite")]
        return Ok(Self {
            made: match is_needed {
                true => Some(make(job, planned, applied)?),
                false => None,
            },
        });
        #[cfg(not(feature = "sqlite"))]
        {
            let _ = applied;
            match is_needed {
                true => Err(crate::settings::ConnectError::NotLinked { engine: Engine::Sqlite }.into()),
                false => Ok(Self {}),
            }
        }
    }

    /// Does what a statement does to the schema.
    pub(super) fn follow(&mut self, action: &Action, sql: &str) {
        #[cfg(feature = "sqlite")]
        if let Some(made) = self.made.as_mut() {
            made.follow(action, sql);
        }
        #[cfg(not(feature = "sqlite"))]
        let _ = (action, sql);
    }

    /// The statements of one pass over a table, which rebuild it in full where there are no others.
    pub(super) fn change(&mut self, planned: &Planned, line: u32, change: &TableChange) -> Result<Vec<String>, ErrorKind> {
        #[cfg(feature = "sqlite")]
        if let Some(made) = &mut self.made {
            let done = made.change(change);
            let done = done.map_err(|failure| unwritten(planned, failure.line.max(line), failure.error))?;
            return Ok(done.statements);
        }
        Err(unwritten(planned, line, format!("a pass over `{}` needs SQLite", change.table)))
    }
}

#[cfg(feature = "sqlite")]
fn make(job: &Job<'_>, planned: &Planned, applied: &Set) -> Result<Database, ErrorKind> {
    let graph = &job.state.graph;
    let schema = job.fold.at(applied.iter().map(|index| graph.id(index)));
    let (major, minor) = job.fold.target.version;
    let means = crate::sqlite::Means {
        version: u32::from(major) * 1_000_000 + u32::from(minor) * 1_000,
        schema_edits: false,
    };
    Database::of(&schema, Some(means)).map_err(|error| unwritten(planned, 0, error))
}

fn unwritten(planned: &Planned, line: u32, why: impl std::fmt::Display) -> ErrorKind {
    ErrorKind::NotWritten {
        revision: planned.revision.clone(),
        direction: planned.direction,
        place: super::super::place(&planned.file, line),
        why: why.to_string(),
    }
}
