//! Units that go to a server whole.

use super::apply::{Outcome, Run};
use super::error::ErrorKind;
use super::job::Job;
use super::unit::{self, Done};
use crate::connection::parcel::Sent;
use crate::connection::{JournalRow, Trouble};
use mina_core::sql::unit::Step;
use std::time::{Duration, Instant};

impl Run<'_> {
    /// Sends a unit whole with the rows that record it; none where it has to be run step by step: it cannot be sent so, or it
    /// failed, nothing of it is left, and now it has to be learnt which of its steps that was.
    pub(super) fn send(&mut self, job: &Job<'_>, at: usize, steps: &[Step], alone: bool) -> Result<Option<Outcome>, ErrorKind> {
        let Some(statements) = unit::sendable(steps).filter(|_| self.prepared && self.tenure.is_exclusive()) else {
            return Ok(None);
        };
        if let Some(outcome) = self.look_again(job, at)? {
            return Ok(Some(outcome));
        }
        let began = Instant::now();
        let texts = statements.iter().map(|(_, sql)| *sql).collect();
        let entry = job.entry(at, "done", None, Duration::ZERO);
        if let Some((step, _)) = statements.first() {
            self.progress.step(&step.action.describe());
        }
        let parcel = self.tenure.parcel(texts, alone, entry, job.applied(at));
        let Some(sent) = parcel.and_then(|parcel| self.tenure.send(self.conn, &parcel)) else {
            return Ok(None);
        };
        if alone && matches!(sent, Sent::Done | Sent::Failed(..) | Sent::After(_)) {
            let started = job.entry(at, "started", None, Duration::ZERO);
            self.state.book.enter(JournalRow::from(&started));
        }
        match sent {
            Sent::Done => {
                self.did(job, at, &job.entry(at, "done", None, began.elapsed()));
                Ok(Some(Outcome::Did(Done {
                    steps: steps.len(),
                    ..Done::default()
                })))
            }
            Sent::Lost => Err(ErrorKind::Superseded),
            Sent::Before(error) | Sent::After(error) => {
                let kind = self.database(&error);
                self.or_roll_back(Err(kind))
            }
            Sent::Failed(which, error) => {
                let step = which.and_then(|which| statements.get(which)).map(|(step, _)| *step);
                let trouble = self.conn.trouble(&error);
                let over = matches!(trouble, Trouble::Locked | Trouble::Gone);
                let Some(step) = step.or(steps.first()).filter(|_| alone || over) else {
                    self.roll_back();
                    return Ok(None);
                };
                let failure = unit::refused(self.conn, steps, step, &error);
                match alone && trouble != Trouble::Gone {
                    true => self.may_be_redone(job, at, failure).map(Some),
                    false => {
                        let failed = Err(self.failed(job, at, failure));
                        if alone { failed } else { self.or_roll_back(failed) }
                    }
                }
            }
        }
    }
}
