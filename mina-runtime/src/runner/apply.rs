use super::backfill::Pacing;
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
use super::together::Stride;
use super::unit::{self, Done, Failure, Manner, Pace};
use crate::connection::{Connection, JournalEntry, JournalRow, Trouble};
use diesel::result::Error as DatabaseError;
use mina_core::config::Scope;
use mina_core::engine::Engine;
use mina_core::sql::unit::{Step, Unit, UnitKind};
use std::time::{Duration, Instant};

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
    pub(crate) pacing: Pacing,
    pub(crate) scope: Scope,
    pub(crate) shared: Option<Shared>,
    pub(crate) hooks: &'a Hooks,
    /// Whether this run has seen to it that the history table and the journal are there.
    pub(crate) prepared: bool,
    pub(crate) stride: Stride,
    /// What kept the next unit from being run where it was sent with others: its first attempt.
    pub(super) locked: Option<ErrorKind>,
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
        let mut at = 0;
        while let Some(planned) = plan.migrations.get(at) {
            self.progress.began(planned, at + 1, total);
            match self.next(plan, at) {
                Ok(count) => at += count,
                Err(kind) => return Err(self.stopped(kind)),
            }
        }
        if let Err(kind) = self.close() {
            return Err(self.stopped(kind));
        }
        self.report.current = self.state.current();
        Ok(self.report)
    }

    /// Runs the migration at a place of the plan, or as many from there on as go together, and says how many.
    fn next(&mut self, plan: &Plan, at: usize) -> Result<usize, ErrorKind> {
        let together = self.together(plan, at)?;
        if together > 0 {
            return Ok(together);
        }
        let began = Instant::now();
        self.one(&plan.migrations[at])?;
        self.stride.took(1, began.elapsed());
        Ok(1)
    }

    fn one(&mut self, planned: &Planned) -> Result<(), ErrorKind> {
        let (revision, direction) = (&planned.revision, planned.direction.word());
        let _span = tracing::info_span!("migration", revision, direction).entered();
        self.hook(When::Before, planned)?;
        if planned.direction == Direction::Down && planned.takes_back.is_none() {
            self.join_rows(revision)?;
        }
        let Some(ran) = self.migration(planned)? else { return Ok(()) };
        tell(&ran);
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
        let job = self.job(planned)?;
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
        Ok(ours.then(|| Ran::new(planned, done, began.elapsed())))
    }

    pub(super) fn job<'p>(&self, planned: &'p Planned) -> Result<Job<'p>, ErrorKind> {
        let source = self.state.graph.find(&planned.revision).and_then(|index| self.state.source(index));
        let runs = match source {
            Some(Source::Known(migration)) => migration.runs(self.state.engine),
            _ => &[],
        };
        let downgrade = match planned.direction {
            Direction::Up => source.map(|source| self.state.journalled(source)).transpose()?,
            Direction::Down => None,
        };
        Ok(Job { planned, runs, downgrade })
    }

    pub(super) fn is_over(&self, planned: &Planned) -> bool {
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
            let mut outcome = match self.locked.take() {
                Some(locked) => Err(locked),
                None => self.attempt(job),
            };
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
        if !shares || self.shared.as_ref().is_some_and(Shared::is_full) {
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
            self.share(job, at, steps);
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

    pub(super) fn begin_again(&mut self) -> Result<(), ErrorKind> {
        match self.tenure.begin(self.conn) {
            Ok(true) => Ok(()),
            Ok(false) => Err(ErrorKind::Superseded),
            Err(error) => Err(self.database(&error)),
        }
    }

    /// Takes the write lock and looks again; an outcome where there is nothing to do after all.
    pub(super) fn begin(&mut self, job: &Job<'_>, at: usize) -> Result<Option<Outcome>, ErrorKind> {
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

    pub(super) fn refresh(&mut self) -> Result<(), ErrorKind> {
        let table = self.state.table.clone();
        let refreshed = self.state.book.refresh(self.conn, &table);
        if refreshed.map_err(|error| self.database(&error))? {
            self.state.follow();
        }
        Ok(())
    }

    /// Journals a unit as done, with the history row where it is the last, and commits.
    pub(super) fn end(&mut self, job: &Job<'_>, at: usize, began: Instant) -> Result<(), ErrorKind> {
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

    pub(super) fn note(&mut self, job: &Job<'_>, at: usize, state: &str, position: Option<&str>, took: Duration) -> Result<(), ErrorKind> {
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
        self.read_again();
    }

    pub(super) fn read_again(&mut self) {
        if let Ok(book) = Book::read(self.conn, &self.state.table) {
            self.take_over(book);
        }
    }

    /// What the database was found to say.
    pub(super) fn take_over(&mut self, book: Book) {
        self.state.book = book;
        self.state.follow();
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
            position: entry.position.map(str::to_owned),
            duration_ms: entry.duration_ms,
        }
    }
}

/// A migration is done.
pub(super) fn tell(ran: &Ran) {
    tracing::info!(
        steps = ran.steps,
        rows = ran.rows,
        duration_ms = ran.duration.as_millis() as u64,
        "done"
    );
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
