use super::book::{Book, Partial};
use super::error::{Error, ErrorKind, Partly, StepError};
use super::hook::{Hooks, When};
use super::job::Job;
use super::plan::{Plan, Planned};
use super::progress::Progress;
use super::report::{Direction, Ran, Report};
use super::shared::Shared;
use super::state::{Source, State, partly};
use super::tenure::{Tenure, jittered};
use super::unit::{self, Done, Failure, Manner, Pace};
use crate::connection::{Connection, JournalEntry, JournalRow, Trouble};
use diesel::result::Error as DatabaseError;
use mina_core::config::Scope;
use mina_core::engine::Engine;
use mina_core::sql::unit::{Backfill, Step, Unit, UnitKind};
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(50);
/// Between two attempts at a unit that locks are in the way of.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A run under way.
pub(crate) struct Run<'a> {
    pub(crate) conn: &'a mut dyn Connection,
    pub(crate) tenure: &'a Tenure,
    pub(crate) state: State,
    pub(crate) progress: &'a mut dyn Progress,
    pub(crate) lock_timeout: u64,
    pub(crate) attempts: u32,
    pub(crate) scope: Scope,
    pub(crate) shared: Option<Shared>,
    pub(crate) hooks: &'a Hooks,
    /// Whether this run has seen to it that the history table and the journal are there.
    pub(crate) prepared: bool,
    pub(crate) report: Report,
}

/// What came of one attempt at a unit.
pub(super) enum Outcome {
    Did(Done),
    /// Another session did it, or it has to be looked at again.
    Again,
    /// Another session has run the migration to its end.
    Over,
}

impl Run<'_> {
    pub(crate) fn go(mut self, plan: &Plan) -> Result<Report, Error> {
        let total = plan.migrations.len();
        if total > 0 {
            self.progress.planned(plan);
        }
        for (at, planned) in plan.migrations.iter().enumerate() {
            self.progress.began(planned, at + 1, total);
            if let Err(kind) = self.one(planned) {
                return Err(self.stopped(kind));
            }
        }
        if let Err(kind) = self.close() {
            return Err(self.stopped(kind));
        }
        self.report.current = self.state.current();
        Ok(self.report)
    }

    fn one(&mut self, planned: &Planned) -> Result<(), ErrorKind> {
        let (revision, direction) = (&planned.revision, planned.direction.word());
        let _span = tracing::info_span!("migration", revision, direction).entered();
        self.hook(When::Before, planned)?;
        if planned.direction == Direction::Down && planned.takes_back.is_none() {
            self.join_rows(revision)?;
        }
        let Some(ran) = self.migration(planned)? else { return Ok(()) };
        tracing::info!(
            steps = ran.steps,
            rows = ran.rows,
            duration_ms = ran.duration.as_millis() as u64,
            "done"
        );
        self.ran(ran)?;
        self.hook(When::After, planned)
    }

    fn stopped(mut self, kind: ErrorKind) -> Error {
        self.take_back();
        self.report.current = self.state.current();
        Error::after(kind, self.report)
    }

    fn migration(&mut self, planned: &Planned) -> Result<Option<Ran>, ErrorKind> {
        let began = Instant::now();
        let source = self.state.graph.find(&planned.revision).and_then(|index| self.state.source(index));
        let runs = match source {
            Some(Source::Known(migration)) => migration.runs(self.state.engine),
            _ => &[],
        };
        let downgrade = match planned.direction {
            Direction::Up => source.map(|source| self.state.journalled(source)).transpose()?,
            Direction::Down => None,
        };
        let job = Job { planned, runs, downgrade };
        let mut done = Done::default();
        let mut ours = false;
        loop {
            if self.is_over(planned) {
                break;
            }
            match self.unit(&job)? {
                Outcome::Did(more) => {
                    ours = true;
                    done.add(more);
                }
                Outcome::Again => {}
                Outcome::Over => break,
            }
        }
        Ok(ours.then(|| Ran {
            revision: planned.revision.clone(),
            message: planned.message.clone(),
            direction: planned.direction,
            steps: done.steps,
            rows: done.rows,
            rebuilt: done.rebuilt,
            duration: began.elapsed(),
        }))
    }

    fn is_over(&self, planned: &Planned) -> bool {
        if planned.takes_back.is_some() {
            return self.state.book.partial(&planned.revision).is_none();
        }
        self.state.book.applied.contains(&planned.revision) == (planned.direction == Direction::Up)
    }

    pub(super) fn partial(&self, planned: &Planned) -> Result<Partial, ErrorKind> {
        match self.state.book.partial(&planned.revision) {
            None => Ok(Partial::new(planned.direction)),
            Some(partial) if partial.direction == Direction::Up && planned.takes_back.is_some() => {
                match partial.broken_off().map(|broken_off| broken_off.reach) {
                    reach if reach == planned.takes_back => Ok(Partial::new(planned.direction)),
                    _ => Err(ErrorKind::Raced {
                        reason: format!("the upgrade of `{}` was carried on", planned.revision),
                    }),
                }
            }
            Some(partial) if partial.direction != planned.direction => Err(partly(&planned.revision, partial, Partly::OtherWay)),
            Some(partial) if !planned.hashes.starts_with(&partial.done) => Err(partly(&planned.revision, partial, Partly::Edited)),
            Some(partial) => Ok(partial.clone()),
        }
    }

    /// One attempt at the next unit, or as many as it takes while locks of other sessions are in the way.
    fn unit(&mut self, job: &Job<'_>) -> Result<Outcome, ErrorKind> {
        let mut pause = SHORTEST_PAUSE;
        for attempt in 1.. {
            let mut outcome = self.attempt(job);
            let Err(ErrorKind::Locked { blockers, .. }) = &mut outcome else {
                return outcome;
            };
            if blockers.is_empty() {
                *blockers = self.lockers(job);
            }
            let blockers = blockers.clone();
            if attempt >= self.attempts || !self.tenure.is_exclusive() || self.shared.is_some() {
                return outcome;
            }
            self.progress.warning(&format!(
                "`{}` waits for a lock of another session; trying again ({} of {}){}",
                job.planned.revision,
                attempt + 1,
                self.attempts,
                blockers.iter().map(|blocker| format!("\n    {blocker}")).collect::<String>()
            ));
            std::thread::sleep(jittered(pause));
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        Ok(Outcome::Again)
    }

    /// Who may be in the way of the next unit.
    fn lockers(&mut self, job: &Job<'_>) -> Vec<String> {
        let at = self
            .state
            .book
            .partial(&job.planned.revision)
            .map_or(0, |partial| partial.done.len());
        let steps = job.planned.units.get(at).map_or(&[][..], |unit| &unit.steps);
        let statements: Vec<String> = steps.iter().map(|step| step.action.describe()).collect();
        let leases = self.conn.leases();
        leases
            .and_then(|leases| leases.lockers(&statements.join("\n")).ok())
            .unwrap_or_default()
    }

    fn attempt(&mut self, job: &Job<'_>) -> Result<Outcome, ErrorKind> {
        let at = self.partial(job.planned)?.done.len();
        let empty = Unit {
            kind: UnitKind::Transaction,
            steps: Vec::new(),
            change: None,
        };
        let unit = job.planned.units.get(at).unwrap_or(&empty);
        let shares = self.scope == Scope::Run && unit.kind == UnitKind::Transaction;
        if !shares {
            self.close()?;
        }
        let _span = tracing::info_span!("unit", at, steps = unit.steps.len()).entered();
        match unit::manner(self.conn, unit) {
            Manner::Transaction { keys: true } => self.transaction(job, at, &unit.steps, true, shares),
            Manner::Transaction { keys: false } => {
                let before = self.conn.enforce_keys(false).map_err(|error| self.database(&error))?;
                let outcome = self.transaction(job, at, &unit.steps, false, false);
                let restored = self.conn.enforce_keys(before).map_err(|error| self.database(&error));
                let outcome = outcome?;
                restored?;
                Ok(outcome)
            }
            Manner::Backfill(backfill, line) => self.backfill(job, at, backfill, line),
            Manner::Alone { repeats } => self.alone(job, at, unit, repeats),
        }
    }

    fn transaction(&mut self, job: &Job<'_>, at: usize, steps: &[Step], keys: bool, shares: bool) -> Result<Outcome, ErrorKind> {
        let apart = keys && !shares && self.shared.is_none();
        if apart && let Some(outcome) = self.send(job, at, steps, false)? {
            return Ok(outcome);
        }
        if self.shared.is_none()
            && let Some(outcome) = self.begin(job, at)?
        {
            return Ok(outcome);
        }
        if shares {
            self.share(job, at);
            self.write_out_for(steps)?;
        }
        let began = Instant::now();
        let result = match keys {
            true => self.steps(job, at, steps, shares)?,
            false => unit::run_without_keys(self.conn, steps, job.runs, self.progress),
        };
        let result = match result {
            Ok(done) => match self.end(job, at, began) {
                Ok(()) => Ok(Outcome::Did(done)),
                // Such as a deferred key, which is checked only here.
                Err(ErrorKind::Database { message }) => Err(self.failed(job, at, Failure::commit(steps, message))),
                Err(other) => Err(other),
            },
            Err(failure) => Err(self.failed(job, at, failure)),
        };
        self.or_roll_back(result)
    }

    /// Runs the steps of a transaction, many in one go where nobody has to know how far they are; if one fails then, all of them
    /// again one by one, to learn which.
    fn steps(&mut self, job: &Job<'_>, at: usize, steps: &[Step], shares: bool) -> Result<Result<Done, Failure>, ErrorKind> {
        // One that can be sent whole was sent so, and failed.
        let pace = if shares || !self.tenure.is_exclusive() || unit::sendable(steps).is_some() {
            Pace::Single
        } else {
            Pace::of(steps)
        };
        let result = unit::run(self.conn, steps, job.runs, pace, self.progress);
        let over = |failure: &Failure| matches!(failure.trouble, Trouble::Locked | Trouble::Gone);
        if pace == Pace::Single || result.as_ref().err().is_none_or(over) {
            return Ok(result);
        }
        self.roll_back();
        match self.begin(job, at)? {
            None => Ok(unit::run(self.conn, steps, job.runs, Pace::Single, self.progress)),
            Some(_) => Err(ErrorKind::Superseded),
        }
    }

    fn backfill(&mut self, job: &Job<'_>, at: usize, backfill: &Backfill, line: u32) -> Result<Outcome, ErrorKind> {
        let mut done = Done {
            steps: 1,
            ..Done::default()
        };
        let began = Instant::now();
        self.progress
            .step(&mina_core::sql::unit::Action::Backfill(backfill.clone()).describe());
        let filter = backfill.filter.as_ref().map_or(String::new(), |filter| format!(" WHERE {filter}"));
        let total = self.conn.number(&format!("SELECT count(*) FROM {}{filter}", backfill.table));
        let total = total.map_or(0, i64::unsigned_abs);
        loop {
            if let Some(outcome) = self.begin(job, at)? {
                return Ok(outcome);
            }
            let position = self.partial(job.planned)?.position;
            let result = match self.batch(backfill, position) {
                Ok((rows, Some(position))) => {
                    done.rows += rows;
                    self.progress.rows(done.rows, total.max(done.rows));
                    self.note(job, at, "batch", Some(position), Duration::ZERO)
                        .and_then(|()| self.commit())
                        .map(|()| false)
                }
                Ok((rows, None)) => {
                    done.rows += rows;
                    self.end(job, at, began).map(|()| true)
                }
                Err(error) => {
                    let (message, trouble) = unit::words(self.conn, &error);
                    let failure = Failure {
                        line,
                        statement: format!("UPDATE {} SET {}{filter}", backfill.table, backfill.set),
                        message,
                        trouble,
                    };
                    Err(self.failed(job, at, failure))
                }
            };
            if self.or_roll_back(result)? {
                return Ok(Outcome::Did(done));
            }
        }
    }

    fn batch(&mut self, backfill: &Backfill, after: Option<i64>) -> diesel::QueryResult<(u64, Option<i64>)> {
        let (table, filter) = (&backfill.table, backfill.filter.as_deref());
        let Some(key) = self.conn.batch_key(table)? else {
            let condition = filter.map_or(String::new(), |filter| format!(" WHERE {filter}"));
            let rows = self.conn.execute(&format!("UPDATE {table} SET {}{condition}", backfill.set))?;
            return Ok((rows, None));
        };
        let Some(end) = self.conn.batch_end(table, &key, after, filter, backfill.batch.max(1))? else {
            return Ok((0, None));
        };
        let mut conditions = vec![format!("{key} <= {end}")];
        conditions.extend(after.map(|after| format!("{key} > {after}")));
        conditions.extend(filter.map(|filter| format!("({filter}\n)")));
        let rows = self
            .conn
            .execute(&format!("UPDATE {table} SET {} WHERE {}", backfill.set, conditions.join(" AND ")))?;
        Ok((rows, Some(end)))
    }

    fn alone(&mut self, job: &Job<'_>, at: usize, unit: &Unit, repeats: bool) -> Result<Outcome, ErrorKind> {
        if self.partial(job.planned)?.started && !repeats && !self.tenure.is_exclusive() {
            return self.wait_for_other(job, at);
        }
        let began = Instant::now();
        if let Some(change) = unit.change.as_ref().filter(|_| repeats || self.tenure.is_exclusive())
            && self.partial(job.planned)?.started
            && self.was_done(job, at, change)?
        {
            return match self.begin(job, at)? {
                Some(outcome) => Ok(outcome),
                None => {
                    let result = self.end(job, at, began).map(|()| Outcome::Did(Done::default()));
                    self.or_roll_back(result)
                }
            };
        }
        if !self.partial(job.planned)?.started
            && let Some(outcome) = self.send(job, at, &unit.steps, true)?
        {
            return Ok(outcome);
        }
        if let Some(outcome) = self.begin(job, at)? {
            return Ok(outcome);
        }
        let judged = unit.change.is_some() && self.tenure.is_exclusive();
        let started = match self.partial(job.planned)?.started && !repeats && !judged {
            true => {
                self.conn.rollback().map_err(|error| self.database(&error))?;
                let partial = self.partial(job.planned)?;
                return match self.tenure.is_exclusive() {
                    true => Err(partly(&job.planned.revision, &partial, Partly::Unfinished { unit: at + 1 })),
                    false => Ok(Outcome::Again),
                };
            }
            false => self.note(job, at, "started", None, Duration::ZERO).and_then(|()| self.commit()),
        };
        self.or_roll_back(started)?;
        match unit::run_alone(self.conn, self.tenure, &unit.steps, job.runs, self.progress) {
            Ok(done) => {
                self.begin_again()?;
                let result = self.end(job, at, began).map(|()| Outcome::Did(done));
                self.or_roll_back(result)
            }
            // Nobody knows what became of it: it is looked for in the next run.
            Err(failure) if failure.trouble == Trouble::Gone => Err(self.failed(job, at, failure)),
            Err(failure) => self.may_be_redone(job, at, failure),
        }
    }

    /// A statement outside a transaction said that it failed.
    pub(super) fn may_be_redone(&mut self, job: &Job<'_>, at: usize, failure: Failure) -> Result<Outcome, ErrorKind> {
        self.conn.rollback().map_err(|error| self.database(&error))?;
        self.begin_again()?;
        let noted = self.note(job, at, "redo", None, Duration::ZERO).and_then(|()| self.commit());
        self.or_roll_back(noted)?;
        Err(self.failed(job, at, failure))
    }

    pub(super) fn begin_again(&mut self) -> Result<(), ErrorKind> {
        match self.tenure.begin(self.conn) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ErrorKind::Superseded),
            Err(error) => Err(self.database(&error)),
        }
    }

    // The one who started it may still be at it.
    fn wait_for_other(&mut self, job: &Job<'_>, at: usize) -> Result<Outcome, ErrorKind> {
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(self.lock_timeout) {
            std::thread::sleep(POLL);
            self.refresh()?;
            let partial = self.partial(job.planned)?;
            if !partial.started || partial.done.len() != at || self.is_over(job.planned) {
                return Ok(Outcome::Again);
            }
        }
        let partial = self.partial(job.planned)?;
        Err(partly(&job.planned.revision, &partial, Partly::Unfinished { unit: at + 1 }))
    }

    /// Takes the write lock and looks again; an outcome where there is nothing to do after all.
    fn begin(&mut self, job: &Job<'_>, at: usize) -> Result<Option<Outcome>, ErrorKind> {
        let begun = self.tenure.begin(self.conn);
        if let Ok(false) = begun {
            return Err(ErrorKind::Superseded);
        }
        if let Err(error) = begun {
            let kind = self.database(&error);
            let seen = self.state.book.version;
            // Whoever holds the lock may be at the same work: as long as it gets on, so does this.
            if matches!(kind, ErrorKind::Locked { .. }) && self.refresh().is_ok() && self.state.book.version != seen {
                return Ok(Some(Outcome::Again));
            }
            return Err(kind);
        }
        let looked = self.look_again(job, at);
        match looked {
            Ok(None) => Ok(None),
            other => {
                self.prepared = false;
                self.conn.rollback().map_err(|error| self.database(&error))?;
                other
            }
        }
    }

    pub(super) fn look_again(&mut self, job: &Job<'_>, at: usize) -> Result<Option<Outcome>, ErrorKind> {
        let planned = job.planned;
        if !self.prepared {
            self.conn.create_tables(&self.state.table).map_err(|error| self.database(&error))?;
            self.prepared = true;
        }
        self.refresh()?;
        if self.is_over(planned) {
            return Ok(Some(Outcome::Over));
        }
        if self.partial(planned)?.done.len() != at {
            return Ok(Some(Outcome::Again));
        }
        let Some(index) = self.state.graph.find(&planned.revision) else {
            return Ok(None);
        };
        let graph = &self.state.graph;
        let mut in_the_way = match planned.direction {
            Direction::Up => graph
                .edges(index)
                .filter(|below| !self.state.applied.contains(*below))
                .collect::<Vec<_>>(),
            Direction::Down => graph.edges_up(index).filter(|above| self.state.applied.contains(*above)).collect(),
        };
        match in_the_way.pop() {
            None => Ok(None),
            Some(other) => Err(ErrorKind::Raced {
                reason: match planned.direction {
                    Direction::Up => format!("`{}`, on which `{}` builds, was reverted", graph.id(other), planned.revision),
                    Direction::Down => format!("`{}`, which builds on `{}`, was applied", graph.id(other), planned.revision),
                },
            }),
        }
    }

    fn refresh(&mut self) -> Result<(), ErrorKind> {
        let table = self.state.table.clone();
        let refreshed = self.state.book.refresh(self.conn, &table);
        if refreshed.map_err(|error| self.database(&error))? {
            self.state.follow();
        }
        Ok(())
    }

    /// Journals a unit as done, with the history row where it is the last, and commits.
    fn end(&mut self, job: &Job<'_>, at: usize, began: Instant) -> Result<(), ErrorKind> {
        let entry = job.entry(at, "done", None, began.elapsed());
        match &mut self.shared {
            Some(shared) => shared.keep(&entry, job.applied(at)),
            None => {
                let closed = self.conn.close(&self.state.table, &entry, job.applied(at), true);
                closed.map_err(|error| self.database(&error))?;
            }
        }
        self.did(job, at, &entry);
        Ok(())
    }

    /// A unit is done and recorded.
    pub(super) fn did(&mut self, job: &Job<'_>, at: usize, entry: &JournalEntry<'_>) {
        self.state.book.enter(JournalRow::from(entry));
        if job.applied(at).is_some() {
            self.state.record(&job.planned.revision, job.planned.direction);
        }
    }

    fn note(&mut self, job: &Job<'_>, at: usize, state: &str, position: Option<i64>, took: Duration) -> Result<(), ErrorKind> {
        let entry = job.entry(at, state, position, took);
        let written = self.conn.write_journal(&self.state.table, &entry);
        written.map_err(|error| self.database(&error))?;
        self.state.book.enter(JournalRow::from(&entry));
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), ErrorKind> {
        self.conn.commit().map_err(|error| self.database(&error))
    }

    // What was entered into the book is rolled back as well.
    pub(super) fn or_roll_back<T>(&mut self, result: Result<T, ErrorKind>) -> Result<T, ErrorKind> {
        if result.is_err() {
            self.roll_back();
        }
        result
    }

    pub(super) fn roll_back(&mut self) {
        self.prepared = false;
        // The failure is what matters; a rollback that fails, too, ends with the connection.
        let _ = self.conn.rollback();
        if let Ok(book) = Book::read(self.conn, &self.state.table) {
            self.state.book = book;
            self.state.follow();
        }
    }

    pub(super) fn failed(&self, job: &Job<'_>, at: usize, failure: Failure) -> ErrorKind {
        if failure.trouble == Trouble::Locked {
            return ErrorKind::Locked {
                waited: self.lock_timeout,
                blockers: self.tenure.blockers(),
            };
        }
        let shared = self.shared.as_ref();
        ErrorKind::Step(Box::new(StepError {
            revision: job.planned.revision.clone(),
            direction: job.planned.direction,
            file: job.planned.file.clone(),
            line: failure.line,
            statement: failure.statement,
            message: failure.message,
            done: shared.map_or(at, |shared| shared.kept_of(&job.planned.revision)),
            taken_back: shared.map_or_else(Vec::new, Shared::revisions),
            units: job.count(),
            trouble: failure.trouble,
        }))
    }

    pub(crate) fn database(&self, error: &DatabaseError) -> ErrorKind {
        database(self.conn, error, self.lock_timeout)
    }
}

impl From<&JournalEntry<'_>> for JournalRow {
    fn from(entry: &JournalEntry<'_>) -> Self {
        Self {
            revision: entry.revision.to_owned(),
            action: entry.action.to_owned(),
            state: entry.state.to_owned(),
            unit: entry.unit as i32,
            units: entry.units as i32,
            hash: entry.hash.to_owned(),
            checksum: entry.checksum.to_owned(),
            position: entry.position,
            duration_ms: entry.duration_ms,
        }
    }
}

/// An error of the engine that is no step's.
pub(crate) fn database(conn: &dyn Connection, error: &DatabaseError, waited: u64) -> ErrorKind {
    let (message, trouble) = unit::words(conn, error);
    match trouble {
        Trouble::Locked => ErrorKind::Locked {
            waited,
            blockers: Vec::new(),
        },
        Trouble::Gone => ErrorKind::Gone { message },
        Trouble::ReadOnly if conn.engine() == Engine::Sqlite => ErrorKind::ReadOnly,
        Trouble::ReadOnly => ErrorKind::NoChanges { why: message },
        Trouble::Full => ErrorKind::Full,
        Trouble::Corrupt => ErrorKind::Corrupt { message },
        Trouble::NotADatabase => ErrorKind::NotADatabase,
        Trouble::Io | Trouble::CannotOpen => ErrorKind::Io { message },
        Trouble::InTransaction => ErrorKind::InTransaction,
        _ => ErrorKind::Database { message },
    }
}
