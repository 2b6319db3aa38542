//! A transaction that the migrations of a run share.

use super::apply::Run;
use super::error::{ErrorKind, StepError};
use super::job::Job;
use super::report::{Direction, Ran};
use super::unit::Failure;
use crate::connection::{JournalEntry, JournalRow};
use mina_core::sql::unit::{Action, Step};

/// What has been done in it, and is not committed yet.
pub(crate) struct Shared {
    /// The migration that it began with, and how many of its units were done before.
    first: String,
    kept: usize,
    ran: Vec<Ran>,
    /// Who is asked about a COMMIT that fails.
    last: Last,
    /// What is done and not recorded yet: nobody else sees the tables before the end.
    unwritten: Vec<Unwritten>,
    /// Whether it adds values to an enum of PostgreSQL, which can be used only once they are committed.
    adds_values: bool,
}

struct Unwritten {
    row: JournalRow,
    downgrade: Option<String>,
    applied: Option<bool>,
}

struct Last {
    revision: String,
    direction: Direction,
    file: String,
    units: usize,
}

impl Shared {
    /// A unit is done.
    pub(super) fn keep(&mut self, entry: &JournalEntry<'_>, applied: Option<bool>) {
        self.unwritten.push(Unwritten {
            row: JournalRow::from(entry),
            downgrade: entry.downgrade.map(str::to_owned),
            applied,
        });
    }

    /// Whether nothing more can be run in it.
    pub(super) fn is_full(&self) -> bool {
        self.adds_values
    }

    /// How many units of a migration are done and stay.
    pub(super) fn kept_of(&self, revision: &str) -> usize {
        if self.first == revision { self.kept } else { 0 }
    }

    /// The migrations that were run to their end in it.
    pub(super) fn revisions(&self) -> Vec<String> {
        self.ran.iter().map(|ran| ran.revision.clone()).collect()
    }
}

impl Unwritten {
    fn entry(&self) -> JournalEntry<'_> {
        JournalEntry {
            revision: &self.row.revision,
            action: &self.row.action,
            state: &self.row.state,
            unit: self.row.unit.unsigned_abs() as usize,
            units: self.row.units.unsigned_abs() as usize,
            hash: &self.row.hash,
            checksum: &self.row.checksum,
            position: self.row.position.as_deref(),
            duration_ms: self.row.duration_ms,
            downgrade: self.downgrade.as_deref(),
        }
    }
}

impl Run<'_> {
    /// A unit is run in the open transaction.
    pub(super) fn share(&mut self, job: &Job<'_>, at: usize, steps: &[Step]) {
        let last = Last {
            revision: job.planned.revision.clone(),
            direction: job.planned.direction,
            file: job.planned.file.clone(),
            units: job.count(),
        };
        let adds_values = steps.iter().any(|step| match &step.action {
            Action::Sql(sql) => sql.starts_with("ALTER TYPE ") && sql.contains(" ADD VALUE "),
            _ => false,
        });
        match &mut self.shared {
            Some(shared) => {
                shared.last = last;
                shared.adds_values |= adds_values;
            }
            None => {
                self.shared = Some(Shared {
                    first: last.revision.clone(),
                    kept: at,
                    ran: Vec::new(),
                    last,
                    unwritten: Vec::new(),
                    adds_values,
                });
            }
        }
    }

    /// A migration has come to its end.
    ///
    /// One that is done in part already does not wait for others: if they failed, it would stay so.
    pub(super) fn ran(&mut self, ran: Ran) -> Result<(), ErrorKind> {
        let Some(shared) = &mut self.shared else {
            self.progress.finished(&ran);
            self.report.migrations.push(ran);
            return Ok(());
        };
        shared.ran.push(ran);
        match shared.kept {
            0 => Ok(()),
            _ => self.close(),
        }
    }

    /// Records what is done, where steps could look for it.
    pub(super) fn write_out_for(&mut self, steps: &[Step]) -> Result<(), ErrorKind> {
        let looks = |step: &Step| match &step.action {
            Action::Run(_) => true,
            Action::Sql(sql) => sql.contains(&self.state.table) || sql.contains("__mina_"),
            _ => false,
        };
        if steps.iter().any(looks) { self.write_out() } else { Ok(()) }
    }

    fn write_out(&mut self) -> Result<(), ErrorKind> {
        let unwritten = self.shared.as_mut().map(|shared| std::mem::take(&mut shared.unwritten));
        let unwritten = unwritten.unwrap_or_default();
        let entries: Vec<_> = unwritten.iter().map(|kept| (kept.entry(), kept.applied)).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let recorded = self.conn.record(&self.state.table, &entries);
        recorded.map_err(|error| self.database(&error))
    }

    /// Commits what is shared, if anything is.
    pub(super) fn close(&mut self) -> Result<(), ErrorKind> {
        if self.shared.is_none() {
            return Ok(());
        }
        self.write_out()?;
        self.commit().map_err(|kind| self.not_committed(kind))?;
        for ran in self.shared.take().into_iter().flat_map(|shared| shared.ran) {
            self.progress.finished(&ran);
            self.report.migrations.push(ran);
        }
        Ok(())
    }

    /// What is shared and cannot be kept.
    pub(super) fn take_back(&mut self) {
        if let Some(shared) = self.shared.take() {
            self.report.taken_back = shared.ran;
            self.roll_back();
        }
    }

    fn not_committed(&mut self, kind: ErrorKind) -> ErrorKind {
        let (ErrorKind::Database { message }, Some(shared)) = (&kind, &self.shared) else {
            return kind;
        };
        let failure = Failure::commit(&[], message.clone());
        // Deferred keys: which rows break them is known only while the transaction is open.
        let broken = self.conn.broken_keys().into_iter().flatten();
        let broken: String = broken
            .map(|(tables, rows)| format!("\n{rows} rows of {tables} that are not there"))
            .collect();
        let revisions = shared.revisions();
        ErrorKind::Step(Box::new(StepError {
            revision: shared.last.revision.clone(),
            direction: shared.last.direction,
            file: shared.last.file.clone(),
            line: failure.line,
            statement: failure.statement,
            message: failure.message + &broken,
            done: shared.kept_of(&shared.last.revision),
            taken_back: revisions.into_iter().filter(|id| *id != shared.last.revision).collect(),
            units: shared.last.units,
            trouble: failure.trouble,
        }))
    }
}
