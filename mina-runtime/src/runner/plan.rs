use super::book::{BrokenOff, Partial};
use super::error::{ErrorKind, Partly};
use super::report::Direction;
use super::state::{Source, State, partly};
#[cfg(feature = "cli")]
use mina_core::engine::Engine;
use mina_core::history::Set;
use mina_core::history::plan::Goal;
use mina_core::sql::unit::{Action, Back, Unit, UnitKind};
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
    /// Where its upgrade was broken off and is taken back: how many units of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub takes_back: Option<usize>,
    #[serde(skip)]
    pub(crate) checksum: String,
    #[serde(skip)]
    pub(crate) hashes: Vec<String>,
}

impl Planned {
    /// The word for it in the journal.
    pub(crate) fn action(&self) -> &'static str {
        match self.takes_back {
            Some(_) => "back",
            None => self.direction.word(),
        }
    }
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
                    what: step.map_or_else(String::new, |step| step.action.describe()),
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
            Direction::Down => self.graph.resolve_downgrade(target, &self.standing()),
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
        let goal = self.goal(direction, target)?;
        let indexes = match direction {
            Direction::Up => self.graph.plan(&self.applied, &goal).up,
            Direction::Down => self.graph.plan(&self.standing(), &goal).down,
        };
        for (revision, partial) in self.book.partials() {
            let planned = self.graph.find(revision).is_some_and(|index| indexes.contains(&index));
            let goes_on = direction == Direction::Down || partial.direction == Direction::Up;
            if !goes_on || !planned {
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

    /// What a downgrade may begin with: what is applied, and what is so in part.
    fn standing(&self) -> Set {
        let mut standing = self.applied.clone();
        let in_part = self.book.partials();
        let indexes = in_part.keys().filter_map(|revision| self.graph.find(revision));
        indexes.for_each(|index| {
            standing.insert(index);
        });
        standing
    }

    pub(crate) fn planned(&self, index: usize, direction: Direction) -> Result<Planned, ErrorKind> {
        let revision = self.graph.id(index);
        let source = self.source(index).ok_or_else(|| ErrorKind::NoDowngrade {
            revision: revision.to_owned(),
        })?;
        if direction == Direction::Down
            && let Some(partial) = self.book.partial(revision)
            && let Some(broken_off) = partial.broken_off()
        {
            return self.taken_back(source, partial, &broken_off);
        }
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
            takes_back: None,
            hashes,
        })
    }

    /// The way back from an upgrade that was broken off.
    fn taken_back(&self, source: Source<'_>, partial: &Partial, broken_off: &BrokenOff) -> Result<Planned, ErrorKind> {
        let stopped = |why| partly(source.revision(), partial, why);
        let upgrade = source.units(self.engine, Direction::Up)?;
        let done: Vec<String> = upgrade.iter().take(broken_off.done.len()).map(hash).collect();
        if done != broken_off.done {
            return Err(stopped(Partly::Edited));
        }
        if partial.direction == Direction::Up && partial.started {
            return Err(stopped(Partly::Unfinished { unit: done.len() + 1 }));
        }
        let ways = source.back(self.engine)?;
        let mut units = Vec::new();
        let mut at = broken_off.reach;
        while let Some(unit) = at.checked_sub(1) {
            let why = match ways.get(unit) {
                Some(Back::Units { to, units: way }) if *to < at => {
                    units.extend_from_slice(way);
                    at = *to;
                    continue;
                }
                Some(Back::Unknown(why)) => why.clone(),
                _ => "the program does not have it".to_owned(),
            };
            let step = upgrade.get(unit).and_then(|unit| unit.steps.last());
            return Err(stopped(Partly::NoWayBack {
                unit: at,
                statement: step.map_or_else(String::new, |step| step.action.describe()),
                why,
            }));
        }
        let hashes: Vec<String> = units.iter().map(hash).collect();
        let done = partial.broken_off.as_ref().map_or(&[][..], |_| &partial.done);
        if !hashes.starts_with(done) {
            return Err(stopped(Partly::Edited));
        }
        Ok(Planned {
            revision: source.revision().to_owned(),
            message: source.message().to_owned(),
            file: source.file().to_owned(),
            direction: Direction::Down,
            checksum: source.checksum(self.engine).to_owned(),
            units,
            done: done.len(),
            takes_back: Some(broken_off.reach),
            hashes,
        })
    }
}

/// Upgrade and downgrade on an engine.
#[cfg(feature = "cli")]
pub(crate) type Sheet = (Engine, Vec<Unit>, Vec<Unit>);

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
            takes_back: None,
            checksum: String::new(),
            hashes: Vec::new(),
        })
    }

    /// Both directions of a migration on each engine that it is rendered for.
    #[cfg(feature = "cli")]
    pub(crate) fn sheets(&self, revision: &str) -> Result<Vec<Sheet>, ErrorKind> {
        let members = self.members();
        let Some(member) = members.find(revision) else {
            return Ok(Vec::new());
        };
        let migration = member.migration;
        let sheet = |engine| {
            Ok((
                engine,
                migration.units(engine, Direction::Up)?,
                migration.units(engine, Direction::Down)?,
            ))
        };
        migration.record.engines().map(sheet).collect()
    }
}
