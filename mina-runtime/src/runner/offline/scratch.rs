//! Passes over a table of SQLite, written out in full.

use super::{ErrorKind, Job, Planned};
use mina_core::engine::Engine;
use mina_core::history::Set;
use mina_core::sql::sqlite::TableChange;
use mina_core::sql::unit::Action;

/// A database in memory that is what the history makes it, on which passes over tables are written out.
pub(super) struct Scratch {
    #[cfg(feature = "sqlite")]
    made: Option<diesel::SqliteConnection>,
    #[cfg(feature = "sqlite")]
    version: u32,
}

impl Scratch {
    /// Where a migration begins; nothing is made where no pass needs it.
    pub(super) fn new(job: &Job<'_>, planned: &Planned, applied: &Set) -> Result<Self, ErrorKind> {
        let mut steps = planned.units.iter().flat_map(|unit| &unit.steps);
        let is_needed = job.offline.engine == Engine::Sqlite && steps.any(|step| matches!(step.action, Action::Batch(_)));
        #[cfg(feature = "sqlite")]
        return Ok(Self {
            made: match is_needed {
                true => Some(make(job, planned, applied)?),
                false => None,
            },
            version: u32::from(job.fold.target.version.0) * 1_000_000 + u32::from(job.fold.target.version.1) * 1_000,
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
        if let Some(conn) = self.made.as_mut().filter(|_| !action.writes_rows()) {
            use diesel::connection::SimpleConnection;
            // What it does not take, SQLite will refuse where it counts.
            let _ = conn.batch_execute(sql);
        }
        #[cfg(not(feature = "sqlite"))]
        let _ = (action, sql);
    }

    /// The statements of one pass over a table, which rebuild it in full where there are no others.
    pub(super) fn change(&mut self, planned: &Planned, line: u32, change: &TableChange) -> Result<Vec<String>, ErrorKind> {
        #[cfg(feature = "sqlite")]
        if let Some(conn) = &mut self.made {
            let means = crate::sqlite::Means {
                version: self.version,
                schema_edits: false,
            };
            let done = crate::sqlite::apply_as(conn, change, means)
                .map_err(|failure| unwritten(planned, failure.line.max(line), failure.error))?;
            return Ok(done.statements);
        }
        Err(unwritten(planned, line, format!("a pass over `{}` needs SQLite", change.table)))
    }
}

#[cfg(feature = "sqlite")]
fn make(job: &Job<'_>, planned: &Planned, applied: &Set) -> Result<diesel::SqliteConnection, ErrorKind> {
    use diesel::connection::{Connection, SimpleConnection};
    use mina_core::sql::{Dialect, sqlite::Sqlite};
    let graph = &job.state.graph;
    let schema = job.fold.at(applied.iter().map(|index| graph.id(index)));
    let failed = |error: &dyn std::fmt::Display| unwritten(planned, 0, error);
    let mut conn = diesel::SqliteConnection::establish(":memory:").map_err(|error| failed(&error))?;
    let settings = ["PRAGMA foreign_keys = OFF".to_owned()];
    for sql in settings.into_iter().chain(Sqlite.made(&schema, true, &|_| true)) {
        conn.batch_execute(&sql).map_err(|error| failed(&error))?;
    }
    Ok(conn)
}

fn unwritten(planned: &Planned, line: u32, why: impl std::fmt::Display) -> ErrorKind {
    ErrorKind::NotWritten {
        revision: planned.revision.clone(),
        direction: planned.direction,
        place: super::super::place(&planned.file, line),
        why: why.to_string(),
    }
}
