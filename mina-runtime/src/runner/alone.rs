//! Units that are in no transaction, journalled before and after.

use super::apply::{Outcome, Run};
use super::error::{ErrorKind, Partly};
use super::job::Job;
use super::state::partly;
use super::unit::{self, Done, Failure};
use crate::connection::Trouble;
use mina_core::sql::unit::Unit;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(50);

impl Run<'_> {
    pub(super) fn alone(&mut self, job: &Job<'_>, at: usize, unit: &Unit, repeats: bool) -> Result<Outcome, ErrorKind> {
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
}
