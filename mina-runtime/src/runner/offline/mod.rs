//! What a run would do, as a script for a database that is not at hand.

mod scratch;
mod script;
mod steps;

use super::error::{Error, ErrorKind};
use super::fold::Fold;
use super::plan::Planned;
use super::squashed::Squashed;
use super::{Book, Direction, Runner, State};
use mina_core::config::Config;
use mina_core::engine::{Engine, Product};
use mina_core::history::Set;
use mina_core::history::graph::Graph;
use script::Script;
use std::collections::BTreeMap;

/// For which database a script is.
///
/// ```
/// use mina_runtime::Engine;
/// use mina_runtime::runner::Offline;
///
/// let offline = Offline::on(Engine::Sqlite).sqlite_version(3, 45).skip_run();
/// # let _ = offline;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offline {
    engine: Engine,
    sqlite: Option<(u16, u16)>,
    skip_run: bool,
}

impl Offline {
    /// For an engine, in the oldest version that mina.toml declares.
    pub fn on(engine: Engine) -> Self {
        Self {
            engine,
            sqlite: None,
            skip_run: false,
        }
    }

    /// With what SQLite has from a version on.
    #[must_use]
    pub fn sqlite_version(mut self, major: u16, minor: u16) -> Self {
        self.sqlite = Some((major, minor));
        self
    }

    /// Leaves out the Rust of `run` steps, which no script can hold.
    #[must_use]
    pub fn skip_run(mut self) -> Self {
        self.skip_run = true;
        self
    }
}

impl Runner {
    /// The script that upgrades a database: `TARGET` from the base, or `FROM:TO`; of several branches `FROM` names each, `a,b:head`.
    ///
    /// It brings the transactions, the history table and its rows along. It takes it that the schema is what the history makes
    /// it, and stops where the rows of the history are not those of `FROM`.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// use mina_runtime::Engine;
    /// use mina_runtime::runner::Offline;
    ///
    /// let script = MIGRATIONS.runner().upgrade_sql("base:heads", &Offline::on(Engine::Sqlite)).unwrap();
    /// assert!(script.starts_with("-- upgrade from base"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Target`], [`ErrorKind::NotDeclared`]; [`ErrorKind::NeedsRust`] names a revision with a `run` step.
    pub fn upgrade_sql(&self, range: &str, offline: &Offline) -> Result<String, Error> {
        Ok(self.script(Direction::Up, range, offline)?)
    }

    /// The script that takes revisions back, `FROM:TO`.
    ///
    /// # Errors
    ///
    /// As [`upgrade_sql`](Self::upgrade_sql), and [`ErrorKind::Irreversible`].
    pub fn downgrade_sql(&self, range: &str, offline: &Offline) -> Result<String, Error> {
        if !range.contains(':') {
            return Err(ErrorKind::Target(format!(
                "a script does not know what is applied: say what it starts from, `head:{range}`"
            ))
            .into());
        }
        Ok(self.script(Direction::Down, range, offline)?)
    }

    /// The script that moves the rows of the history alone: to `TARGET` from the base, or `FROM:TO`.
    ///
    /// # Errors
    ///
    /// As [`upgrade_sql`](Self::upgrade_sql).
    pub fn stamp_sql(&self, range: &str, offline: &Offline) -> Result<String, Error> {
        let job = Job::new(self, offline)?;
        let (from, start) = job.start(range)?;
        let goal = job.state.graph.resolve_stamp(to(range), &start).map_err(refused)?.0;
        let plan = job.state.graph.plan(&start, &mina_core::history::Goal(goal));
        let mut script = job.open("stamp", from, to(range), &start, &plan.up, &plan.down)?;
        for (indexes, applied) in [(&plan.down, false), (&plan.up, true)] {
            for &index in indexes {
                if !applied {
                    script.forget(&job.state.graph.nodes()[index].squashes);
                }
                script.stamp(job.state.graph.id(index), applied);
            }
        }
        Ok(script.end())
    }

    /// The script that makes Mina's own tables.
    ///
    /// # Errors
    ///
    /// mina.toml cannot be read.
    pub fn tables_sql(&self, offline: &Offline) -> Result<String, Error> {
        let config = self.config_of_bind()?;
        let mut script = Script::new(offline.engine, &self.history_table(&config), &config.run)?;
        script.tables();
        Ok(script.end())
    }

    fn script(&self, direction: Direction, range: &str, offline: &Offline) -> Result<String, ErrorKind> {
        let job = Job::new(self, offline)?;
        let (from, start) = job.start(range)?;
        let graph = &job.state.graph;
        let goal = match direction {
            Direction::Up => graph.resolve_upgrade(to(range), &start),
            Direction::Down => graph.resolve_downgrade(to(range), &start),
        };
        let plan = graph.plan(&start, &goal.map_err(refused)?);
        start
            .iter()
            .chain(plan.up.iter().copied())
            .try_for_each(|index| job.is_checked(index))?;
        let mut script = job.open(direction.command(), from, to(range), &start, &plan.up, &plan.down)?;
        let mut applied = start;
        for &index in plan.down.iter().chain(&plan.up) {
            let planned = job.state.planned(index, direction)?;
            job.migration(&planned, &applied, &mut script)?;
            match direction {
                Direction::Up => applied.insert(index),
                Direction::Down => applied.remove(index),
            };
        }
        Ok(script.end())
    }
}

fn refused(error: mina_core::history::TargetError) -> ErrorKind {
    ErrorKind::Target(error.to_string())
}

fn to(range: &str) -> &str {
    range.split_once(':').map_or(range, |(_, to)| to).trim()
}

/// A history without a database.
struct Job<'a> {
    offline: &'a Offline,
    config: Config,
    state: State,
    fold: Fold,
}

impl<'a> Job<'a> {
    fn new(runner: &Runner, offline: &'a Offline) -> Result<Self, ErrorKind> {
        let config = runner.config_of_bind()?;
        let members = runner.members();
        let graph = Graph::new(members.nodes());
        let state = State {
            engine: offline.engine,
            table: runner.history_table(&config),
            members,
            ahead: BTreeMap::new(),
            unknown: Vec::new(),
            others: BTreeMap::new(),
            squashed: Squashed::default(),
            applied: graph.none(),
            graph,
            book: Book::default(),
        };
        let mut fold = runner.fold(offline.engine)?;
        if let (Some(version), Product::Sqlite) = (offline.sqlite, fold.target.product) {
            fold.target.version = version;
        }
        Ok(Self {
            offline,
            config,
            state,
            fold,
        })
    }

    /// What a range starts from, and what is applied then.
    fn start<'r>(&self, range: &'r str) -> Result<(&'r str, Set), ErrorKind> {
        let from = range.split_once(':').map_or("", |(from, _)| from).trim();
        let from = if from.is_empty() { "base" } else { from };
        let mut start = self.state.graph.none();
        for from in from.split(',') {
            let goal = self.state.graph.resolve_stamp(from, &start).map_err(refused)?;
            start.extend(&goal.0);
        }
        Ok((from, start))
    }

    /// Refuses what has no SQL: a history that was not compiled may hold what the checker refuses.
    fn is_checked(&self, index: usize) -> Result<(), ErrorKind> {
        let record = self.state.members.get(index).map(|member| member.migration.record);
        match record.filter(|record| record.engines().next().is_none()) {
            None => Ok(()),
            Some(record) => Err(ErrorKind::NotChecked {
                revision: record.id().to_owned(),
                file: record.file().to_owned(),
            }),
        }
    }

    /// A script with all that comes before the first revision.
    fn open(&self, command: &str, from: &str, to: &str, start: &Set, up: &[usize], down: &[usize]) -> Result<Script, ErrorKind> {
        let graph = &self.state.graph;
        let ids = |indexes: &[usize]| indexes.iter().map(|&index| graph.id(index).to_owned()).collect::<Vec<_>>();
        let mut script = Script::new(self.offline.engine, &self.state.table, &self.config.run)?;
        let count = super::count(up.len() + down.len(), "revision");
        script.comment(&format!(
            "{command} from {from} to {to}: {count}, for {} and later",
            self.fold.target
        ));
        if up.is_empty() && down.is_empty() {
            return Ok(script);
        }
        script.set_up();
        script.tables();
        let standing: Vec<usize> = graph.heads_of(start).into_iter().chain(down.iter().copied()).collect();
        let mut absent = ids(up);
        if command != "stamp" {
            let squashed = up.iter().flat_map(|&index| &graph.nodes()[index].squashes);
            absent.extend(squashed.map(ToString::to_string));
        }
        script.starts_from(from, &ids(&standing), &absent);
        Ok(script)
    }
}
