//! A whole history at once, on an empty database.

use super::apply::database;
use super::error::{Error, ErrorKind, Partly, StepError};
use super::members::Member;
use super::report::{Direction, Ran, Report};
use super::state::{Source, State};
use super::unit::{self, Done, Failure, Pace};
use super::{Progress, Runner};
use crate::connection::{AsConnection, Connection, JournalEntry, Trouble};
use crate::migration::Migration;
use mina_core::engine::Engine;
use mina_core::sql::{Creation, Part};
use std::collections::HashMap;
use std::time::{Duration, Instant};

impl Runner {
    /// See [`Migrations::create`](crate::Migrations::create).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn create(&self, conn: &mut impl AsConnection) -> Result<Report, Error> {
        self.create_with(conn.as_connection(), &mut ())
    }

    /// The same, telling how it goes on.
    ///
    /// # Errors
    ///
    /// As [`Migrations::create`](crate::Migrations::create).
    pub fn create_with(&self, conn: &mut dyn Connection, progress: &mut dyn Progress) -> Result<Report, Error> {
        let parts = self.creation(conn.engine())?;
        self.to_write(conn, progress, |conn, config, tenure, progress| {
            let waited = config.run.lock_timeout;
            let mut state = self.state(conn, config)?;
            match tenure.begin(conn) {
                Ok(true) => {}
                Ok(false) => return Err(ErrorKind::Superseded.into()),
                Err(error) => return Err(database(conn, &error, waited).into()),
            }
            let mut making = Making {
                conn,
                state: &mut state,
                waited,
            };
            let made = making.all(&parts, progress);
            if made.is_err() {
                // The failure is what matters; a rollback that fails, too, ends with the connection.
                let _ = conn.rollback();
            }
            Ok(made?)
        })
    }

    fn creation(&self, engine: Engine) -> Result<Vec<Part>, ErrorKind> {
        let mut creations = self.migrations.creations.iter();
        let created = creations.find(|created| created.engine == engine && created.bind == self.bind.as_deref());
        let text = created.ok_or(ErrorKind::NoCreation)?.creation;
        let creation = serde_json::from_str(text).map_err(|error| ErrorKind::Damaged {
            revision: String::new(),
            message: error.to_string(),
        })?;
        match creation {
            Creation::Parts(parts) => Ok(parts),
            Creation::Refused(refusal) => Err(ErrorKind::OneByOne {
                file: self
                    .member(&refusal.revision)
                    .map_or("", |migration| migration.record.file())
                    .to_owned(),
                revision: refusal.revision,
                line: refusal.line,
                why: refusal.why,
            }),
        }
    }

    fn member(&self, revision: &str) -> Option<&'static Migration> {
        self.migrations
            .migrations
            .iter()
            .find(|migration| migration.record.id() == revision)
    }
}

/// A creation under way, in its transaction.
struct Making<'a> {
    conn: &'a mut dyn Connection,
    state: &'a mut State,
    waited: u64,
}

impl Making<'_> {
    fn all(&mut self, parts: &[Part], progress: &mut dyn Progress) -> Result<Report, ErrorKind> {
        self.look()?;
        let mut ran: HashMap<&str, (Done, Duration)> = HashMap::new();
        for part in parts {
            let began = Instant::now();
            let done = self.part(part, progress)?;
            ran.insert(part.revision.as_deref().unwrap_or_default(), (done, began.elapsed()));
        }
        let mut report = Report::default();
        for &Member { migration, .. } in self.state.members.clone().iter() {
            let (done, duration) = ran.remove(migration.record.id()).unwrap_or_default();
            self.record(migration, duration)?;
            report.migrations.push(Ran {
                revision: migration.record.id().to_owned(),
                message: migration.record.message().to_owned(),
                direction: Direction::Up,
                steps: done.steps,
                rows: done.rows,
                rebuilt: done.rebuilt,
                duration,
            });
        }
        let committed = self.conn.commit();
        committed.map_err(|error| self.database(&error))?;
        report.current = self.state.current();
        Ok(report)
    }

    /// With the lock held: nothing may be there.
    fn look(&mut self) -> Result<(), ErrorKind> {
        let table = self.state.table.clone();
        let refreshed = self.state.book.refresh(self.conn, &table);
        refreshed.map_err(|error| self.database(&error))?;
        let found = self.conn.objects(&table);
        let found = found.map_err(|error| self.database(&error))?;
        let applied = self.state.book.applied.len();
        if applied > 0 || !found.is_empty() {
            return Err(ErrorKind::NotEmpty { found, applied });
        }
        if let Some(partly) = self.state.partly(Partly::Found) {
            return Err(partly);
        }
        let created = self.conn.create_tables(&table);
        created.map_err(|error| self.database(&error))
    }

    fn part(&mut self, part: &Part, progress: &mut dyn Progress) -> Result<Done, ErrorKind> {
        let migration = part.revision.as_deref().and_then(|revision| self.state.member(revision));
        let runs = migration.map_or(&[][..], |migration| migration.runs(self.state.engine));
        unit::run(self.conn, &part.steps, runs, Pace::Single, progress).map_err(|failure| self.failed(migration, failure))
    }

    fn failed(&self, migration: Option<&Migration>, failure: Failure) -> ErrorKind {
        if failure.trouble == Trouble::Locked {
            return ErrorKind::Locked {
                waited: self.waited,
                blockers: Vec::new(),
            };
        }
        let migration = migration.or(self.state.members.last().map(|member| member.migration));
        ErrorKind::Step(Box::new(StepError {
            revision: migration.map_or("", |migration| migration.record.id()).to_owned(),
            direction: Direction::Up,
            file: migration.map_or("", |migration| migration.record.file()).to_owned(),
            line: failure.line,
            statement: failure.statement,
            message: failure.message,
            done: 0,
            units: 1,
            taken_back: Vec::new(),
            trouble: failure.trouble,
        }))
    }

    fn record(&mut self, migration: &'static Migration, took: Duration) -> Result<(), ErrorKind> {
        let downgrade = self.state.journalled(Source::Known(migration))?;
        let entry = JournalEntry {
            revision: migration.record.id(),
            action: Direction::Up.word(),
            state: "created",
            unit: 0,
            units: 1,
            hash: "",
            checksum: migration.checksum(self.state.engine),
            position: None,
            duration_ms: took.as_millis() as i64,
            downgrade: Some(&downgrade),
        };
        let written = self.conn.write_journal(&self.state.table, &entry);
        let written = written.and_then(|()| self.conn.set_applied(&self.state.table, migration.record.id(), true));
        written.map_err(|error| self.database(&error))?;
        self.state.record(migration.record.id(), Direction::Up);
        Ok(())
    }

    fn database(&self, error: &diesel::result::Error) -> ErrorKind {
        database(self.conn, error, self.waited)
    }
}
