use super::apply::database;
use super::error::{Edit, Error, ErrorKind};
use super::plan::Planned;
use super::report::Direction;
use super::state::Source;
use super::{HISTORY_TABLE, Runner, State};
use crate::connection::{Connection, JournalEntry};
use crate::migration::Migration;
use diesel::result::Error as DatabaseError;

impl Runner {
    /// See [`Migrations::repair`](crate::Migrations::repair).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn repair(&self, conn: &mut dyn Connection) -> Result<Vec<Edit>, Error> {
        self.write(conn, |conn, state| {
            let edits = state.edits();
            for edit in &edits {
                let entry = JournalEntry {
                    revision: &edit.revision,
                    checksum: &edit.checksum,
                    ..blank("record")
                };
                conn.write_journal(&state.table, &entry)?;
            }
            Ok(edits)
        })
    }

    /// Says of the step that was begun outside a transaction and not seen to end that it is done, or is to be run again;
    /// returns its revision and unit, none where there is no such step.
    ///
    /// # Errors
    ///
    /// The database cannot be written.
    pub fn settle(&self, conn: &mut dyn Connection, done: bool) -> Result<Option<(String, usize)>, Error> {
        self.write(conn, |conn, state| {
            let partials = state.book.partials();
            let Some((revision, partial)) = partials.into_iter().find(|(_, partial)| partial.started) else {
                return Ok(None);
            };
            let unit = partial.done.len();
            let index = state.graph.find(revision);
            let planned = index.and_then(|index| state.planned(index, partial.direction).ok());
            let planned = planned.as_ref();
            let entry = JournalEntry {
                revision,
                state: if done { "done" } else { "redo" },
                unit,
                units: partial.units,
                hash: planned.and_then(|planned| planned.hashes.get(unit)).map_or("", String::as_str),
                checksum: planned.map_or("", |planned| &planned.checksum),
                ..blank(planned.map_or(partial.direction.word(), Planned::action))
            };
            conn.write_journal(&state.table, &entry)?;
            if done && unit + 1 == partial.units && partial.broken_off.is_none() {
                conn.set_applied(&state.table, revision, partial.direction == Direction::Up)?;
            }
            Ok(Some((revision.to_owned(), unit + 1)))
        })
    }

    /// Keeps a journal that is there true to what Diesel's harness has applied in a transaction of its own.
    pub(crate) fn record_of_harness(&self, conn: &mut dyn Connection, migration: &'static Migration) -> Result<(), Error> {
        let engine = conn.engine();
        let downgrade = Source::Known(migration).journalled(engine, &migration.node())?;
        let entry = JournalEntry {
            revision: migration.record.id(),
            checksum: migration.checksum(engine),
            downgrade: Some(&downgrade),
            ..blank("record")
        };
        let recorded = conn.has_journal().and_then(|there| match there {
            true => conn.write_journal(HISTORY_TABLE, &entry),
            false => Ok(()),
        });
        recorded.map_err(|error| database(conn, &error, 0).into())
    }

    fn write<T>(
        &self,
        conn: &mut dyn Connection,
        work: impl FnOnce(&mut dyn Connection, &State) -> diesel::QueryResult<T>,
    ) -> Result<T, Error> {
        self.in_transaction(conn, |conn, state| work(conn, &state).map_err(|error| database(conn, &error, 0)))
    }

    /// Writes to the history table and the journal, which are made where they are missing, with nobody else at them.
    pub(super) fn in_transaction<T>(
        &self,
        conn: &mut dyn Connection,
        work: impl FnOnce(&mut dyn Connection, State) -> Result<T, ErrorKind>,
    ) -> Result<T, Error> {
        self.to_write(conn, &mut (), |conn, config, tenure, _| {
            let fail = |conn: &dyn Connection, error: &DatabaseError| database(conn, error, config.run.lock_timeout);
            match tenure.begin(conn) {
                Ok(true) => {}
                Ok(false) => return Err(ErrorKind::Superseded.into()),
                Err(error) => return Err(fail(conn, &error).into()),
            }
            let result = self.state(conn, config).and_then(|state| {
                conn.create_tables(&state.table).map_err(|error| fail(conn, &error))?;
                let value = work(conn, state)?;
                conn.commit().map_err(|error| fail(conn, &error))?;
                Ok(value)
            });
            if result.is_err() {
                let _ = conn.rollback();
            }
            result.map_err(|kind: ErrorKind| kind.into())
        })
    }
}

pub(super) fn blank(action: &str) -> JournalEntry<'_> {
    JournalEntry {
        revision: "",
        action,
        state: "done",
        unit: 0,
        units: 0,
        hash: "",
        checksum: "",
        position: None,
        duration_ms: 0,
        downgrade: None,
    }
}
