//! Migrations that go to a server in one message, each in its own transaction.

use super::apply::{Run, tell};
use super::book::Book;
use super::error::ErrorKind;
use super::job::Job;
use super::plan::{Plan, Planned};
use super::report::{Direction, Ran, count};
use super::unit::{self, Done, Manner};
use crate::connection::Trouble;
use crate::connection::parcel::Together;
use diesel::result::Error as DatabaseError;
use mina_core::config::Scope;
use mina_core::sql::unit::{Step, UnitKind};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The most that go together: so many migrations, so many bytes.
const MOST: usize = 128;
const MOST_BYTES: usize = 256 * 1024;
/// How many times as many follow a message that came back quickly.
const GROWTH: usize = 4;
const QUICK: Duration = Duration::from_millis(50);
const SLOW: Duration = Duration::from_millis(250);

/// How many migrations go to the server together: more after a message that came back quickly, one after a slow one, so that it
/// is seen which of them takes its time.
#[derive(Clone, Debug)]
pub(crate) struct Stride {
    count: usize,
    /// How many of the next go one by one, since they were sent together and not done.
    single: usize,
}

impl Default for Stride {
    fn default() -> Self {
        Self { count: 1, single: 0 }
    }
}

impl Stride {
    fn count(&self) -> usize {
        if self.single > 0 { 1 } else { self.count }
    }

    pub(super) fn took(&mut self, migrations: usize, time: Duration) {
        self.single = self.single.saturating_sub(migrations);
        if time < QUICK {
            self.count = self.count.max(migrations * GROWTH).min(MOST);
        } else if time > SLOW {
            self.count = 1;
        }
    }

    fn stopped(&mut self, left: usize) {
        (self.count, self.single) = (1, left);
    }
}

impl Run<'_> {
    /// Runs migrations from a place of the plan on in one message, and says how many are done; zero where the first of them has
    /// to be run by itself.
    pub(super) fn together(&mut self, plan: &Plan, at: usize) -> Result<usize, ErrorKind> {
        let (jobs, statements) = self.next_jobs(&plan.migrations[at..])?;
        let (Some(first), Some(last)) = (jobs.first(), jobs.last()) else {
            return Ok(0);
        };
        if jobs.len() < 2 || self.look_again(first, 0)?.is_some() {
            return Ok(0);
        }
        let parcels = jobs.iter().zip(statements).map(|(job, statements)| {
            let entry = job.entry(0, "done", None, Duration::ZERO);
            self.tenure.parcel(statements, false, entry, job.applied(0))
        });
        let Some(parcels) = parcels.collect::<Option<Vec<_>>>() else {
            return Ok(0);
        };
        let what = format!("{} in one message, to `{}`", count(jobs.len(), "migration"), last.planned.revision);
        self.progress.step(&what);
        let began = Instant::now();
        let Some(sent) = self.tenure.send_together(self.conn, &parcels) else {
            self.stride.stopped(jobs.len());
            return Ok(0);
        };
        match sent {
            Together::Done => {
                let times = self.conn.times(&self.state.table, jobs.len());
                let times: BTreeMap<String, i64> = times.unwrap_or_default().into_iter().collect();
                for job in &jobs {
                    let took = times.get(&job.planned.revision).map_or(0, |time| time.unsigned_abs());
                    let entry = job.entry(0, "done", None, Duration::from_millis(took));
                    self.did(job, 0, &entry);
                }
                self.stride.took(jobs.len(), began.elapsed());
                self.credit(plan, at, jobs.len())
            }
            Together::Late => {
                self.read_again();
                self.stride.stopped(1);
                self.credit(plan, at, jobs.len())
            }
            Together::Lost => {
                self.read_again();
                self.credit(plan, at, jobs.len())?;
                Err(ErrorKind::Superseded)
            }
            Together::Failed(error) if self.conn.trouble(&error) == Trouble::Gone => self.gone(plan, at, &jobs, &error),
            Together::Failed(error) => {
                // What was committed stays; the one that failed is run by itself, which says why.
                self.roll_back();
                let done = self.credit(plan, at, jobs.len())?;
                self.stride.stopped(jobs.len() - done);
                if let Some(job) = jobs.get(done).filter(|_| self.conn.trouble(&error) == Trouble::Locked) {
                    self.locked = self.refused(job, &error);
                }
                Ok(done)
            }
        }
    }

    /// The next migrations that need no answer in between, and their statements.
    fn next_jobs<'p>(&mut self, rest: &'p [Planned]) -> Result<(Vec<Job<'p>>, Vec<Vec<&'p str>>), ErrorKind> {
        let most = self.stride.count();
        let apart = self.scope == Scope::Migration && self.shared.is_none() && self.hooks.is_empty();
        let sent = self.prepared && self.tenure.is_exclusive() && !self.tenure.is_pooled();
        let (mut jobs, mut texts) = (Vec::new(), Vec::new());
        if most < 2 || !apart || !sent {
            return Ok((jobs, texts));
        }
        let mut bytes = 0;
        for planned in rest.iter().take(most) {
            let Some(statements) = self.needs_no_answer(planned) else {
                break;
            };
            let job = self.job(planned)?;
            bytes += statements.iter().map(|sql| sql.len()).sum::<usize>() + job.downgrade.as_ref().map_or(0, String::len);
            if bytes > MOST_BYTES {
                break;
            }
            jobs.push(job);
            texts.push(statements);
        }
        Ok((jobs, texts))
    }

    /// The statements of a migration that is one transaction of nothing but changes of the schema.
    fn needs_no_answer<'p>(&self, planned: &'p Planned) -> Option<Vec<&'p str>> {
        let is_whole = planned.takes_back.is_none() && planned.done == 0 && !self.is_over(planned);
        let begun = self.state.book.partial(&planned.revision).is_some();
        let joins = planned.direction == Direction::Down && !self.state.squashed.of(&planned.revision).is_empty();
        let fits = match &planned.units[..] {
            [] => true,
            [unit] => unit.kind == UnitKind::Transaction && unit::manner(self.conn, unit) == Manner::Transaction { keys: true },
            _ => false,
        };
        if !is_whole || begun || joins || !fits {
            return None;
        }
        let statements = unit::sendable(steps(planned))?;
        Some(statements.into_iter().map(|(_, sql)| sql).collect())
    }

    /// Tells of those that are in: as many as stand in the history from a place of the plan on.
    fn credit(&mut self, plan: &Plan, at: usize, most: usize) -> Result<usize, ErrorKind> {
        let sent = plan.migrations[at..].iter().take(most);
        let done = sent.take_while(|planned| self.is_over(planned)).count();
        for (index, planned) in plan.migrations.iter().enumerate().skip(at).take(done) {
            if index > at {
                self.progress.began(planned, index + 1, plan.migrations.len());
            }
            let (revision, direction) = (&planned.revision, planned.direction.word());
            let _span = tracing::info_span!("migration", revision, direction).entered();
            let steps = Done {
                steps: steps(planned).len(),
                ..Done::default()
            };
            let ran = Ran::new(planned, steps, self.state.book.duration(revision));
            tell(&ran);
            self.ran(ran)?;
        }
        Ok(done)
    }

    /// The session has ended: what is in, another one can tell.
    fn gone(&mut self, plan: &Plan, at: usize, jobs: &[Job<'_>], error: &DatabaseError) -> Result<usize, ErrorKind> {
        let table = self.state.table.clone();
        let book = self.tenure.look_after_the_end(|conn| Book::read(conn, &table));
        let is_known = book.is_some();
        if let Some(book) = book {
            self.take_over(book);
        }
        let done = self.credit(plan, at, jobs.len())?;
        // Where all of them are in, what comes next finds out that the session is no more.
        let Some(job) = jobs.get(done) else {
            return Ok(done);
        };
        let mut kind = self.refused(job, error);
        if let (Some(ErrorKind::Step(step)), Some(last), false) = (&mut kind, jobs.last(), is_known) {
            let after = count(jobs.len() - 1, "migration");
            step.message += &format!(
                "\nit was sent together with {after} after it, to `{}`: `current` says which of them are applied",
                last.planned.revision
            );
        }
        kind.map_or(Ok(done), Err)
    }

    fn refused(&mut self, job: &Job<'_>, error: &DatabaseError) -> Option<ErrorKind> {
        let steps = steps(job.planned);
        let step = steps.first()?;
        let failure = unit::refused(self.conn, steps, step, error);
        Some(self.failed(job, 0, failure))
    }
}

fn steps(planned: &Planned) -> &[Step] {
    planned.units.first().map_or(&[], |unit| &unit.steps)
}
