use super::error::{ErrorKind, Partly};
use super::report::Direction;
use super::state::{State, partly};
use mina_core::history::plan::Goal;
use mina_core::sql::unit::{Action, Unit, UnitKind};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// What a run would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// Which way.
    pub direction: Direction,
    /// The migrations, in order.
    pub migrations: Vec<Planned>,
    /// Later revisions that the database holds and this program does not know: nothing is done then.
    pub ahead: Vec<String>,
}

/// One migration of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Planned {
    /// The revision.
    pub revision: String,
    /// The first line of its doc comment.
    pub message: String,
    /// Its file, relative to its crate.
    pub file: String,
    /// Which way.
    pub direction: Direction,
    /// Its units.
    pub units: Vec<Unit>,
    /// How many of them an earlier run has done.
    pub done: usize,
    #[serde(skip)]
    pub(crate) checksum: String,
    #[serde(skip)]
    pub(crate) hashes: Vec<String>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.migrations.is_empty()
    }

    /// Refuses what cannot be in a transaction, where a pooler gives a session for no longer.
    pub(crate) fn fits_a_pool(&self) -> Result<(), ErrorKind> {
        let needs_a_session = |unit: &&Unit| {
            let backfills = unit.steps.iter().all(|step| matches!(step.action, Action::Backfill(_)));
            unit.kind == UnitKind::Alone && !backfills
        };
        for planned in &self.migrations {
            if let Some(unit) = planned.units.iter().skip(planned.done).find(needs_a_session) {
                let step = unit.steps.first();
                return Err(ErrorKind::Pooled {
                    revision: planned.revision.clone(),
                    place: super::place(&planned.file, step.map_or(0, |step| step.line)),
                    what: step.map_or_else(String::new, |step| super::describe(&step.action)),
                });
            }
        }
        Ok(())
    }
}

/// What a unit does, whatever the lines that it stands on.
pub(crate) fn hash(unit: &Unit) -> String {
    let mut value = serde_json::to_value(unit).unwrap_or_default();
    forget_lines(&mut value);
    let digest = Sha256::digest(value.to_string().as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn forget_lines(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(forget_lines),
        Value::Object(fields) => {
            fields.remove("line");
            fields.values_mut().for_each(forget_lines);
        }
        _ => {}
    }
}

impl State {
    /// The goal of a target, as a set of revisions.
    pub(crate) fn goal(&self, direction: Direction, target: &str) -> Result<Goal, ErrorKind> {
        let goal = match direction {
            Direction::Up => self.graph.resolve_upgrade(target, &self.applied),
            Direction::Down => self.graph.resolve_downgrade(target, &self.applied),
        };
        goal.map_err(|error| ErrorKind::Target(error.to_string()))
    }

    /// What leads to a target, refused where it cannot be run.
    pub(crate) fn plan(&self, direction: Direction, target: &str) -> Result<Plan, ErrorKind> {
        let mut plan = Plan {
            direction,
            migrations: Vec::new(),
            ahead: self.ahead.keys().cloned().collect(),
        };
        if direction == Direction::Up && !plan.ahead.is_empty() {
            return Ok(plan);
        }
        let way = self.graph.plan(&self.applied, &self.goal(direction, target)?);
        let indexes = match direction {
            Direction::Up => way.up,
            Direction::Down => way.down,
        };
        for (revision, partial) in self.book.partials() {
            let planned = self.graph.find(revision).is_some_and(|index| indexes.contains(&index));
            if partial.direction != direction || !planned {
                return Err(partly(revision, partial, Partly::OtherWay));
            }
        }
        for index in indexes {
            plan.migrations.push(self.planned(index, direction)?);
        }
        Ok(plan)
    }

    /// One migration, whatever else leads to it or away from it.
    pub(crate) fn plan_step(&self, direction: Direction, revision: &str) -> Result<Plan, ErrorKind> {
        let migrations = match self.graph.find(revision) {
            Some(index) => vec![self.planned(index, direction)?],
            None => Vec::new(),
        };
        Ok(Plan {
            direction,
            migrations,
            ahead: Vec::new(),
        })
    }

    fn planned(&self, index: usize, direction: Direction) -> Result<Planned, ErrorKind> {
        let revision = self.graph.id(index);
        let source = self.source(index).ok_or_else(|| ErrorKind::NoDowngrade {
            revision: revision.to_owned(),
        })?;
        if let Some(why) = source.irreversible().filter(|_| direction == Direction::Down) {
            return Err(ErrorKind::Irreversible {
                revision: revision.to_owned(),
                file: source.file().to_owned(),
                why: why.to_owned(),
            });
        }
        let units = source.units(self.engine, direction)?;
        let hashes: Vec<String> = units.iter().map(hash).collect();
        let done = match self.book.partial(revision) {
            None => 0,
            Some(partial) if hashes.starts_with(&partial.done) => partial.done.len(),
            Some(partial) => return Err(partly(revision, partial, Partly::Edited)),
        };
        Ok(Planned {
            revision: source.revision().to_owned(),
            message: source.message().to_owned(),
            file: source.file().to_owned(),
            direction,
            checksum: source.checksum(self.engine).to_owned(),
            units,
            done,
            hashes,
        })
    }
}

impl super::Runner {
    /// One direction of a migration, whatever is applied; without units where it is not known.
    pub(crate) fn sheet(&self, revision: &str, direction: Direction) -> Result<Planned, ErrorKind> {
        let migration = self.members().find(revision).map(|member| member.migration);
        let engine = mina_core::engine::Engine::Sqlite;
        Ok(Planned {
            revision: revision.to_owned(),
            message: migration.map_or("", |migration| migration.record.message()).to_owned(),
            file: migration.map_or("", |migration| migration.record.file()).to_owned(),
            direction,
            units: migration.map_or(Ok(Vec::new()), |migration| migration.units(engine, direction))?,
            done: 0,
            checksum: String::new(),
            hashes: Vec::new(),
        })
    }
}
