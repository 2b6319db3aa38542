//! What a plan does to those who use the database meanwhile.

use super::error::Error;
use super::fold::Fold;
use super::follow::{Names, changes};
use super::loss::{object, probe};
use super::plan::{Plan, Planned};
use super::report::Direction;
use super::{Runner, State, place};
use crate::connection::Connection;
use mina_core::diagnostic::{Diagnostic, Level, Rule};
use mina_core::engine::{Engine, Target};
use mina_core::history::Revision;
use mina_core::schema::{ObjectName, Schema};
use mina_core::sql::cost::{self, Cost};
use mina_core::sql::unit::Action;
use serde::Serialize;

/// What a plan locks, looks at and writes anew, with what the tables hold now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Impact {
    /// The tables of the database that it does something to, as they are called now.
    pub tables: Vec<Size>,
    /// One a migration of the plan, in its order.
    pub migrations: Vec<Disturbance>,
}

/// About how much a table holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Size {
    /// The table, as it is called now.
    pub table: String,
    /// Its rows, as the server counts them for its plans; none where it does not know.
    pub rows: Option<u64>,
    /// Its bytes with those of its indexes; none where that is not known.
    pub bytes: Option<u64>,
}

/// What a migration costs, and what its lints say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Disturbance {
    /// The revision.
    pub revision: String,
    /// One a step of each of its units; the tables that the plan itself makes are left out, which nobody uses.
    pub units: Vec<Vec<Cost>>,
    /// What the lints say of its upgrade, `warning[blocking_index]: …`.
    pub lints: Vec<String>,
}

/// A table of this many bytes is counted where the server has no number.
const QUICKLY_COUNTED: u64 = 64 << 20;

impl Runner {
    /// What a plan does to those who use the database meanwhile: the locks of each statement, whether it looks at or writes every
    /// row, how large the tables are. Only reads.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// use diesel::prelude::*;
    /// use mina_runtime::runner::Direction;
    ///
    /// let mut conn = SqliteConnection::establish(":memory:").unwrap();
    /// let runner = MIGRATIONS.runner();
    /// let plan = runner.plan(&mut conn, Direction::Up, "head").unwrap();
    /// assert!(runner.impact(&mut conn, &plan).unwrap().tables.is_empty());
    /// ```
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub fn impact(&self, conn: &mut dyn Connection, plan: &Plan) -> Result<Impact, Error> {
        if plan.is_empty() {
            return Ok(Impact::default());
        }
        self.to_read(conn, |conn, config| {
            let state = self.state(conn, config)?;
            // What has no source is looked at statement by statement.
            let fold = self.fold_of_sole(conn.engine()).ok();
            let fold = fold.as_ref();
            let mut impact = Impact::default();
            let mut names = Names::default();
            let mut trial = Trial::of(fold, &state, plan);
            for planned in &plan.migrations {
                let mut disturbance = disturbance(fold, conn.engine(), planned);
                for (at, (unit, costs)) in planned.units.iter().zip(&mut disturbance.units).enumerate() {
                    for (step, cost) in unit.steps.iter().zip(costs) {
                        trial.try_out(&step.action, cost);
                        if at < planned.done {
                            // It costs nothing any more, and the database has its names already.
                            *cost = Cost::default();
                            continue;
                        }
                        present(cost, &names);
                        changes(&step.action, conn.engine()).into_iter().for_each(|change| {
                            names.follow(change);
                        });
                    }
                }
                impact.migrations.push(disturbance);
            }
            impact.tables = sizes(conn, &impact.migrations);
            Ok(impact)
        })
    }
}

fn disturbance(fold: Option<&Fold>, engine: Engine, planned: &Planned) -> Disturbance {
    let mut disturbance = Disturbance {
        revision: planned.revision.clone(),
        ..Disturbance::default()
    };
    let mut known = Vec::new();
    let mut left = Schema::default();
    let target = fold.map_or_else(|| Target::recent(engine), |fold| fold.target);
    if let Some((revision, checked)) = fold.and_then(|fold| fold.checked(&planned.revision))
        && let Some(replayed) = checked.engines.iter().find(|replayed| replayed.up.target == target)
    {
        left = replayed.up.end.clone();
        let trace = match planned.direction {
            Direction::Up => Some(&replayed.up),
            Direction::Down => replayed.down.as_ref().filter(|_| planned.takes_back.is_none()),
        };
        known = trace.map_or_else(Vec::new, |trace| cost::costs(trace, &revision.tokens, revision.block.transaction));
        if planned.direction == Direction::Up {
            let said = checked.diagnostics.iter().filter_map(|diagnostic| lint(diagnostic, revision));
            disturbance.lints = said.collect();
        }
    }
    let alike = known.len() == planned.units.len()
        && known
            .iter()
            .zip(&planned.units)
            .all(|(known, unit)| known.len() == unit.steps.len());
    disturbance.units = match alike {
        true => known,
        // What another program wrote, or the way back from half: each statement by itself.
        false => {
            let units = planned.units.iter().map(|unit| {
                let steps = unit.steps.iter();
                steps.map(|step| cost::alone(&step.action, &left, target)).collect()
            });
            units.collect()
        }
    };
    disturbance
}

fn lint(diagnostic: &Diagnostic, revision: &Revision) -> Option<String> {
    let Rule::Lint(lint, Level::Warn) = diagnostic.rule else {
        return None;
    };
    let line = revision.tokens.location(diagnostic.span).map_or(0, |location| location.line);
    let place = place(&revision.file, line);
    Some(format!("warning[{lint}]: {} ({place})", diagnostic.message))
}

/// Under the names that the tables have now, without those that are made on the way.
fn present(cost: &mut Cost, names: &Names) {
    let now = |table: &ObjectName| named(&names.table(&table.to_string()));
    let is_made = |table: &ObjectName| names.makes(&table.to_string());
    cost.locks.retain(|lock| !lock.table.as_ref().is_some_and(is_made));
    cost.work.retain(|work| !is_made(&work.table));
    cost.locks
        .iter_mut()
        .filter_map(|lock| lock.table.as_mut())
        .chain(cost.work.iter_mut().map(|work| &mut work.table))
        .for_each(|table| *table = now(table));
}

fn named(text: &str) -> ObjectName {
    match text.split_once('.') {
        None => ObjectName::new(text),
        Some((schema, name)) => ObjectName {
            schema: Some(schema.into()),
            name: name.into(),
        },
    }
}

fn sizes(conn: &mut dyn Connection, migrations: &[Disturbance]) -> Vec<Size> {
    let mut tables: Vec<String> = Vec::new();
    for cost in migrations.iter().flat_map(|migration| migration.units.iter().flatten()) {
        let locked = cost.locks.iter().filter_map(|lock| lock.table.as_ref());
        for table in locked.chain(cost.work.iter().map(|work| &work.table)) {
            let table = table.to_string();
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
    }
    let mut size = |table: String| {
        let [rows, bytes] = conn.size_queries(&table).map(|query| {
            let found = probe(conn, &query).ok();
            found.and_then(|number| u64::try_from(number).ok())
        });
        let rows = match (rows, bytes) {
            (None, Some(bytes)) if bytes <= QUICKLY_COUNTED => {
                let query = format!("SELECT count(*) FROM {}", object(conn.engine(), &table));
                probe(conn, &query).ok().map(i64::unsigned_abs)
            }
            (rows, _) => rows,
        };
        (rows.is_some() || bytes.is_some()).then_some(Size { table, rows, bytes })
    };
    tables.into_iter().filter_map(&mut size).collect()
}

/// SQLite tells which passes over a table are rebuilds by doing them to a database without rows.
struct Trial {
    #[cfg(feature = "sqlite")]
    scratch: Option<super::scratch::Scratch>,
}

impl Trial {
    fn of(fold: Option<&Fold>, state: &State, plan: &Plan) -> Self {
        #[cfg(feature = "sqlite")]
        {
            let units = plan.migrations.iter().flat_map(|planned| &planned.units);
            let mut steps = units.flat_map(|unit| &unit.steps);
            let is_needed = steps.any(|step| matches!(step.action, Action::Batch(_)));
            let make = || {
                let schema = fold?.at(state.applied.iter().map(|index| state.graph.id(index)));
                super::scratch::Scratch::of(&schema, None).ok()
            };
            Self {
                scratch: is_needed.then(make).flatten(),
            }
        }
        #[cfg(not(feature = "sqlite"))]
        {
            let _ = (fold, state, plan);
            Self {}
        }
    }

    fn try_out(&mut self, action: &Action, cost: &mut Cost) {
        #[cfg(feature = "sqlite")]
        match action {
            Action::Sql(sql) => self.scratch.iter_mut().for_each(|scratch| scratch.follow(action, sql)),
            Action::Batch(change) => match self.scratch.as_mut().map(|scratch| scratch.change(change)) {
                Some(Ok(done)) if done.rebuilt => cost.rewrites(&ObjectName::new(&change.table)),
                Some(Ok(_)) => {}
                // What SQL did before is not known, or there are no sources to tell what the table is like.
                None | Some(Err(_)) => cost.unknown = Some("whether SQLite rebuilds the table"),
            },
            _ => {}
        }
        #[cfg(not(feature = "sqlite"))]
        let _ = (action, cost);
    }
}
