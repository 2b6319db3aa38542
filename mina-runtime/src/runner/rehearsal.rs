//! A run that is taken back.

use super::apply::database;
use super::error::{Error, ErrorKind, StepError};
use super::plan::{Plan, Planned};
use super::report::{Direction, Ran};
use super::unit::{self, Done, Failure, Manner, Pace};
use super::{Progress, Runner, State};
use crate::connection::{Connection, Trouble};
use mina_core::engine::Engine;
use mina_core::sql::unit::{Unit, UnitKind};
use serde::Serialize;
use std::time::Instant;

/// What came of a rehearsal; the database is as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Rehearsal {
    /// The migrations that were run and taken back, in order.
    pub migrations: Vec<Ran>,
    /// What could not be tried.
    pub not_tried: Vec<NotTried>,
}

/// A part of a run that could not be tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotTried {
    /// The revision.
    pub revision: String,
    /// Where it stands.
    pub place: String,
    /// What it does.
    pub what: String,
    /// Why it was not.
    pub why: String,
}

impl Runner {
    /// Runs what `upgrade` would run, in one transaction that is rolled back, and says what could not be tried so: on MariaDB
    /// all that follows the first change of the schema, elsewhere what stands in no transaction. Hooks are not called.
    ///
    /// On a server it makes Mina's own tables, since it keeps others out as a run does.
    ///
    /// # Errors
    ///
    /// As [`Migrations::upgrade`](crate::Migrations::upgrade).
    pub fn rehearse(&self, conn: &mut dyn Connection, target: &str, progress: &mut dyn Progress) -> Result<Rehearsal, Error> {
        self.to_write(conn, progress, |conn, config, tenure, progress| {
            let waited = config.run.lock_timeout;
            let state = self.state(conn, config)?;
            state.sound()?;
            let plan = state.plan(Direction::Up, target)?;
            self.is_for(&state, config)?;
            let mut units = plan.migrations.iter().flat_map(|planned| &planned.units);
            let keys_off = units.any(|unit| unit.kind == UnitKind::ForeignKeysOff);
            let fail = |conn: &dyn Connection, error| database(conn, &error, waited);
            let enforced = match keys_off {
                true => Some(conn.enforce_keys(false).map_err(|error| fail(conn, error))?),
                false => None,
            };
            let result = match tenure.begin(conn) {
                Ok(true) => {
                    let mut stage = Stage {
                        conn,
                        state: &state,
                        waited,
                        rehearsal: Rehearsal::default(),
                    };
                    let result = stage.all(&plan, progress);
                    let rehearsal = std::mem::take(&mut stage.rehearsal);
                    let taken_back = conn.rollback().map_err(|error| fail(conn, error));
                    result.and(taken_back).map(|()| rehearsal)
                }
                Ok(false) => Err(ErrorKind::Superseded),
                Err(error) => Err(fail(conn, error)),
            };
            if let Some(before) = enforced {
                conn.enforce_keys(before).map_err(|error| fail(conn, error))?;
            }
            Ok(result?)
        })
    }
}

/// A rehearsal under way, in its transaction.
struct Stage<'a> {
    conn: &'a mut dyn Connection,
    state: &'a State,
    waited: u64,
    rehearsal: Rehearsal,
}

impl Stage<'_> {
    fn all(&mut self, plan: &Plan, progress: &mut dyn Progress) -> Result<(), ErrorKind> {
        if !plan.is_empty() {
            progress.planned(plan);
        }
        for (at, planned) in plan.migrations.iter().enumerate() {
            progress.began(planned, at + 1, plan.migrations.len());
            if !self.migration(planned, progress)? {
                break;
            }
        }
        Ok(())
    }

    /// Whether what follows can be tried.
    fn migration(&mut self, planned: &Planned, progress: &mut dyn Progress) -> Result<bool, ErrorKind> {
        let began = Instant::now();
        let migration = self.state.member(&planned.revision);
        let runs = migration.map_or(&[][..], |migration| migration.runs(self.state.engine));
        let mut done = Done::default();
        for (at, unit) in planned.units.iter().enumerate().skip(planned.done) {
            if matches!(unit::manner(self.conn, unit), Manner::Alone { .. }) {
                self.leave_out(planned, unit, "it stands in no transaction, and so cannot be taken back");
                if self.state.engine == Engine::Mysql {
                    return Ok(false);
                }
                continue;
            }
            let ran = match unit.kind {
                UnitKind::ForeignKeysOff => unit::run_looking_at_keys(self.conn, &unit.steps, runs, progress),
                _ => unit::run(self.conn, &unit.steps, runs, Pace::Single, progress),
            };
            match ran {
                Ok(more) => done.add(more),
                Err(failure) if failure.message.contains("unsafe use of new value") => {
                    self.leave_out(planned, unit, "it needs what comes before it to be committed");
                    return Ok(false);
                }
                Err(failure) if !self.rehearsal.not_tried.is_empty() && failure.trouble == Trouble::Other => {
                    let why = format!("it may build on what was not tried: {}", failure.message);
                    self.leave_out(planned, unit, &why);
                    return Ok(false);
                }
                Err(failure) => return Err(self.failed(planned, at, failure)),
            }
        }
        let ran = Ran::new(planned, done, began.elapsed());
        progress.finished(&ran);
        self.rehearsal.migrations.push(ran);
        Ok(true)
    }

    fn leave_out(&mut self, planned: &Planned, unit: &Unit, why: &str) {
        let step = unit.steps.first();
        self.rehearsal.not_tried.push(NotTried {
            revision: planned.revision.clone(),
            place: super::place(&planned.file, step.map_or(0, |step| step.line)),
            what: step.map_or_else(String::new, |step| step.action.describe()),
            why: why.to_owned(),
        });
    }

    fn failed(&self, planned: &Planned, at: usize, failure: Failure) -> ErrorKind {
        if failure.trouble == Trouble::Locked {
            return ErrorKind::Locked {
                waited: self.waited,
                blockers: Vec::new(),
            };
        }
        ErrorKind::Step(Box::new(StepError {
            revision: planned.revision.clone(),
            direction: planned.direction,
            file: planned.file.clone(),
            line: failure.line,
            statement: failure.statement,
            message: failure.message,
            done: planned.done.min(at),
            units: planned.units.len().max(1),
            taken_back: Vec::new(),
            trouble: failure.trouble,
        }))
    }
}
