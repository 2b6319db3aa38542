//! Applies and reverts migrations, and says what is applied.

mod again;
mod alone;
mod apply;
mod backfill;
mod book;
mod by_id;
mod create;
mod drift;
mod error;
mod fold;
mod follow;
mod help;
mod hook;
mod impact;
mod job;
mod loss;
mod members;
mod offline;
mod plan;
mod progress;
mod rehearsal;
mod repair;
mod report;
mod resume;
#[cfg(feature = "sqlite")]
mod scratch;
mod send;
mod shared;
mod single;
mod squashed;
mod stamp;
mod state;
mod status;
mod tenure;
mod together;
mod unit;

pub use error::{Edit, Error, ErrorKind, Held, Partly, StepError};
pub use hook::Moment;
pub use impact::{Disturbance, Impact, Size};
pub use loss::Loss;
pub use mina_core::config::Scope;
pub use mina_core::normal::Difference;
pub use offline::Offline;
pub use plan::{Plan, Planned};
pub use progress::Progress;
pub use rehearsal::{NotTried, Rehearsal};
pub use report::{Direction, Ran, Report};
pub use squashed::Inside;
pub use stamp::{Stamp, Stamped};
#[cfg(feature = "cli")]
pub(crate) use status::Overview;
pub use status::{Applied, Entry, PartlyDone, Status};

pub(crate) use error::place;
pub(crate) use report::count;
#[cfg(feature = "cli")]
pub(crate) use report::duration;
pub(crate) use state::State;

use crate::connection::{AsConnection, BoxError, Connection};
use crate::migration::Migrations;
use apply::Run;
use book::Book;
use diesel::QueryResult;
use hook::Hooks;
use members::Members;
use mina_core::config::Config;
use mina_core::history::graph::{Graph, Node};
use squashed::Squashed;
use state::Journalled;
use std::collections::BTreeMap;
use tenure::{Connector, Tenure};
use together::Stride;

/// Diesel's own name for what is applied.
pub const HISTORY_TABLE: &str = "__diesel_schema_migrations";

/// The migrations of one bind, and how they are to be run.
///
/// [`Migrations`] has the same methods for the default bind.
#[derive(Clone, Debug)]
pub struct Runner {
    migrations: Migrations,
    bind: Option<String>,
    config: Option<Config>,
    strict: bool,
    transaction: Option<Scope>,
    connector: Option<Connector>,
    hooks: Hooks,
}

impl Migrations {
    /// The runner of the default bind.
    pub fn runner(&self) -> Runner {
        Runner {
            migrations: *self,
            bind: None,
            config: None,
            strict: false,
            transaction: None,
            connector: None,
            hooks: Hooks::default(),
        }
    }

    /// The runner of another bind of mina.toml.
    pub fn bind(&self, name: &str) -> Runner {
        self.runner().bind(Some(name))
    }

    /// Every bind that has migrations, the default one first.
    pub fn binds(&self) -> Vec<Option<String>> {
        let mut binds = Vec::new();
        for migration in self.migrations {
            let bind = migration.record.bind();
            if !binds.contains(&bind) {
                binds.push(bind);
            }
        }
        binds.sort_unstable();
        binds.into_iter().map(|bind| bind.map(str::to_owned)).collect()
    }

    /// Applies what leads to a target: `head`, an id or its beginning, a label, an alias, `+1`.
    ///
    /// # Errors
    ///
    /// See [`ErrorKind`]; [`Error::report`] has what was applied before. A migration that fails leaves nothing behind but the
    /// units before the one that failed, if it has several.
    pub fn upgrade(&self, conn: &mut impl AsConnection, target: &str) -> Result<Report, Error> {
        self.runner().upgrade(conn, target)
    }

    /// Makes an empty database at once what all migrations would make it, one after the other, and records them as applied.
    ///
    /// Much faster than [`Migrations::upgrade`], and all in one transaction. What the migrations write into their tables is kept.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotEmpty`]; [`ErrorKind::OneByOne`] or [`ErrorKind::NoCreation`] where only `upgrade` gets there.
    ///
    /// ```no_run
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// # use mina_runtime as mina;
    /// # fn create(conn: &mut diesel::SqliteConnection) -> Result<(), mina::Error> {
    /// MIGRATIONS.create(conn)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, conn: &mut impl AsConnection) -> Result<Report, Error> {
        self.runner().create(conn)
    }

    /// Reverts what is above a target: `-1`, `base`, an id.
    ///
    /// # Errors
    ///
    /// As [`Migrations::upgrade`].
    pub fn downgrade(&self, conn: &mut impl AsConnection, target: &str) -> Result<Report, Error> {
        self.runner().downgrade(conn, target)
    }

    /// What `upgrade` or `downgrade` would do.
    ///
    /// # Errors
    ///
    /// Whatever would be refused before anything is run.
    pub fn plan(&self, conn: &mut impl AsConnection, direction: Direction, target: &str) -> Result<Plan, Error> {
        self.runner().plan(conn.as_connection(), direction, target)
    }

    /// The applied revisions on which none that is applied builds; only reads.
    ///
    /// # Errors
    ///
    /// The history table cannot be read.
    pub fn current(&self, conn: &mut impl AsConnection) -> Result<Vec<String>, Error> {
        self.runner().current(conn.as_connection())
    }

    /// What is applied, what is not, and what should not be so; only reads.
    ///
    /// # Errors
    ///
    /// The history table cannot be read.
    pub fn status(&self, conn: &mut impl AsConnection) -> Result<Status, Error> {
        self.runner().status(conn.as_connection())
    }

    /// Every revision with its place and state, oldest first; only reads.
    ///
    /// # Errors
    ///
    /// The history table cannot be read.
    pub fn history(&self, conn: &mut impl AsConnection) -> Result<Vec<Entry>, Error> {
        self.runner().history(conn.as_connection())
    }

    /// Refuses to go on with a database that lacks a migration; one that is ahead will do, so that old instances survive a
    /// rolling deploy. Only reads.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// use diesel::prelude::*;
    ///
    /// let mut conn = SqliteConnection::establish(":memory:").unwrap();
    /// MIGRATIONS.require_not_behind(&mut conn).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Behind`], or what [`Status`] shows to be wrong.
    pub fn require_not_behind(&self, conn: &mut impl AsConnection) -> Result<(), Error> {
        self.runner().require_not_behind(conn.as_connection())
    }

    /// Refuses to go on with a database that is not exactly at this history's heads. Only reads.
    ///
    /// ```
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// use diesel::prelude::*;
    ///
    /// let mut conn = SqliteConnection::establish(":memory:").unwrap();
    /// MIGRATIONS.require_exact(&mut conn).unwrap();
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Behind`], [`ErrorKind::Ahead`], or what [`Status`] shows to be wrong.
    pub fn require_exact(&self, conn: &mut impl AsConnection) -> Result<(), Error> {
        self.runner().require_exact(conn.as_connection())
    }

    /// Records the checksums of applied migrations that were edited since, and says which.
    ///
    /// # Errors
    ///
    /// The database cannot be written.
    pub fn repair(&self, conn: &mut impl AsConnection) -> Result<Vec<Edit>, Error> {
        self.runner().repair(conn.as_connection())
    }
}

impl Runner {
    /// For another bind; none is the default one.
    #[must_use]
    pub fn bind(mut self, bind: Option<&str>) -> Self {
        self.bind = bind.map(str::to_owned);
        self
    }

    /// With another mina.toml than the one that was compiled in.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = Some(config);
        self
    }

    /// A database that is ahead is refused instead of left alone.
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// What shares a transaction, whatever mina.toml says: the steps of one migration, or all migrations of a run.
    ///
    /// With [`Scope::Run`] a failure takes back every migration of its transaction. A rebuild of a table that foreign keys
    /// touch, a backfill and what says `transaction = false` end one, and the next migration begins another.
    ///
    /// ```no_run
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// # use mina_runtime as mina;
    /// use mina::runner::Scope;
    ///
    /// # fn upgrade(conn: &mut diesel::SqliteConnection) -> Result<(), mina::Error> {
    /// MIGRATIONS.runner().transaction(Scope::Run).upgrade(conn, "head")?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn transaction(mut self, scope: Scope) -> Self {
        self.transaction = Some(scope);
        self
    }

    /// How a second connection to the same server is made, over which the runner shows that it is alive.
    ///
    /// Without it the runner is taken for alive as long as its own session is, so that another one waits for a statement whose
    /// program was killed until the server is done with it. SQLite needs none.
    ///
    /// ```no_run
    /// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
    /// use diesel::prelude::*;
    ///
    /// let url = "app.db";
    /// let mut conn = SqliteConnection::establish(url).unwrap();
    /// let runner = MIGRATIONS.runner().with_connector(move || Ok(SqliteConnection::establish(url)?));
    /// runner.upgrade(&mut conn, "head").unwrap();
    /// ```
    #[must_use]
    pub fn with_connector<C: AsConnection + Send + 'static>(
        mut self,
        connect: impl Fn() -> Result<C, BoxError> + Send + Sync + 'static,
    ) -> Self {
        self.connector = Some(Connector::new(connect));
        self
    }

    /// See [`Migrations::upgrade`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn upgrade(&self, conn: &mut impl AsConnection, target: &str) -> Result<Report, Error> {
        self.run(conn.as_connection(), Direction::Up, target, &mut ())
    }

    /// See [`Migrations::downgrade`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn downgrade(&self, conn: &mut impl AsConnection, target: &str) -> Result<Report, Error> {
        self.run(conn.as_connection(), Direction::Down, target, &mut ())
    }

    /// The same in either direction, telling how it goes on.
    ///
    /// # Errors
    ///
    /// As [`Migrations::upgrade`].
    pub fn run(&self, conn: &mut dyn Connection, direction: Direction, target: &str, progress: &mut dyn Progress) -> Result<Report, Error> {
        self.go(conn, progress, |state| {
            state.sound()?;
            state.plan(direction, target)
        })
    }

    /// Runs one migration, all that it builds on being applied and nothing that builds on it.
    pub(crate) fn step(&self, conn: &mut dyn Connection, direction: Direction, revision: &str) -> Result<Report, Error> {
        self.go(conn, &mut (), |state| {
            state.sound()?;
            state.plan_step(direction, revision)
        })
    }

    /// The same for Diesel's harness: what else its table holds is not looked at, and the row that it is about to write is there.
    pub(crate) fn step_of_harness(&self, conn: &mut dyn Connection, direction: Direction, revision: &str) -> Result<(), Error> {
        self.go(conn, &mut (), |state| state.plan_step(direction, revision))?;
        if direction == Direction::Down {
            return Ok(());
        }
        self.to_read(conn, |conn, config| {
            let prepared = conn.record_once(HISTORY_TABLE, revision);
            prepared.map_err(|error| apply::database(conn, &error, config.run.lock_timeout).into())
        })
    }

    fn go(
        &self,
        conn: &mut dyn Connection,
        progress: &mut dyn Progress,
        plan: impl FnOnce(&State) -> Result<Plan, ErrorKind>,
    ) -> Result<Report, Error> {
        self.to_write(conn, progress, |conn, config, tenure, progress| {
            let state = self.state(conn, config)?;
            let plan = plan(&state)?;
            self.is_for(&state, config)?;
            let _span = tracing::info_span!("run", direction = plan.direction.word(), table = state.table).entered();
            let mut report = Report::default();
            if plan.direction == Direction::Up && !plan.ahead.is_empty() {
                let ids = plan.ahead.clone();
                if self.strict {
                    return Err(ErrorKind::Ahead { ids }.into());
                }
                let warning = format!("{}; nothing was changed", ErrorKind::Ahead { ids });
                progress.warning(&warning);
                report.warnings.push(warning);
            }
            if tenure.is_pooled() {
                plan.fits_a_pool()?;
            }
            let run = Run {
                conn,
                tenure,
                state,
                progress,
                lock_timeout: config.run.lock_timeout,
                attempts: config.run.attempts,
                pacing: backfill::Pacing::of(&config.run),
                scope: self.transaction.unwrap_or(config.run.transaction),
                shared: None,
                hooks: &self.hooks,
                prepared: tenure.is_exclusive(),
                stride: Stride::default(),
                locked: None,
                report,
            };
            run.go(&plan)
        })
    }

    /// See [`Migrations::plan`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn plan(&self, conn: &mut dyn Connection, direction: Direction, target: &str) -> Result<Plan, Error> {
        self.to_read(conn, |conn, config| {
            let state = self.state(conn, config)?;
            state.sound()?;
            Ok(state.plan(direction, target)?)
        })
    }

    /// Refuses a bind that neither mina.toml nor a migration names.
    fn config_of_bind(&self) -> Result<Config, ErrorKind> {
        let config = match &self.config {
            Some(config) => config.clone(),
            None => crate::settings::config(&self.migrations)?,
        };
        if let Some(bind) = &self.bind
            && config.bind(Some(bind)).is_none()
        {
            return Err(ErrorKind::NoBind {
                bind: bind.clone(),
                known: config.databases.keys().cloned().collect(),
            });
        }
        Ok(config)
    }

    fn to_read<T>(
        &self,
        conn: &mut dyn Connection,
        work: impl FnOnce(&mut dyn Connection, &Config) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let config = self.config_of_bind()?;
        let waited = config.run.lock_timeout;
        let entered = Tenure::to_read(conn, &config.run);
        let tenure = entered.map_err(|error| apply::database(conn, &error, waited))?;
        let result = work(conn, &config);
        let left = tenure.leave(conn);
        let value = result?;
        left.map_err(|error| apply::database(conn, &error, waited))?;
        Ok(value)
    }

    fn to_write<T>(
        &self,
        conn: &mut dyn Connection,
        progress: &mut dyn Progress,
        work: impl FnOnce(&mut dyn Connection, &Config, &Tenure, &mut dyn Progress) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let config = self.config_of_bind()?;
        let waited = config.run.lock_timeout;
        let table = self.history_table(&config);
        self.only_here(conn, &table, waited)?;
        let tenure = Tenure::to_write(conn, &config.run, &table, self.connector.as_ref(), progress)?;
        let result = work(conn, &config, &tenure, progress);
        let left = tenure.leave(conn);
        let value = result?;
        left.map_err(|error| apply::database(conn, &error, waited))?;
        Ok(value)
    }

    /// Refuses an engine that the history was never checked for: every migration would be recorded, and nothing done.
    fn is_for(&self, state: &State, config: &Config) -> Result<(), ErrorKind> {
        let engine = state.engine;
        let declared = config.bind(self.bind.as_deref()).map_or(&[][..], |database| &database.engines);
        let is_rendered = state.members.iter().any(|member| member.head.checksum(engine).is_some());
        match is_rendered || state.members.last().is_none() || declared.iter().any(|target| target.engine() == engine) {
            true => Ok(()),
            false => Err(ErrorKind::NotDeclared { engine }),
        }
    }

    fn history_table(&self, config: &Config) -> String {
        let database = config.bind(self.bind.as_deref());
        let table = database.and_then(|database| database.history_table.clone());
        table.unwrap_or_else(|| HISTORY_TABLE.to_owned())
    }

    /// Refuses a history table that stands where this connection does not look.
    fn only_here(&self, conn: &mut dyn Connection, table: &str, waited: u64) -> Result<(), ErrorKind> {
        match conn.elsewhere(table) {
            Ok(None) => Ok(()),
            Ok(Some(schema)) => Err(ErrorKind::OtherSchema {
                table: table.to_owned(),
                schema,
            }),
            Err(error) => Err(apply::database(conn, &error, waited)),
        }
    }

    fn members(&self) -> Members {
        Members::of(&self.migrations, self.bind.as_deref())
    }

    /// The graph of this history alone.
    pub(crate) fn graph(&self) -> Graph {
        Graph::new(self.members().nodes())
    }

    /// All that the database says.
    fn state(&self, conn: &mut dyn Connection, config: &Config) -> Result<State, ErrorKind> {
        self.read(conn, config, Book::read)
    }

    /// What is applied, and what is so in part; nothing more of what the journal says.
    fn glance(&self, conn: &mut dyn Connection, config: &Config) -> Result<State, ErrorKind> {
        self.read(conn, config, Book::glance)
    }

    fn read(
        &self,
        conn: &mut dyn Connection,
        config: &Config,
        read: impl FnOnce(&mut dyn Connection, &str) -> QueryResult<Book>,
    ) -> Result<State, ErrorKind> {
        let table = self.history_table(config);
        let waited = config.run.lock_timeout;
        let book = read(conn, &table).map_err(|error| apply::database(conn, &error, waited))?;
        let members = self.members();
        let mut graph = Graph::new(members.nodes());
        let mut ahead = BTreeMap::new();
        let (mut unknown, mut others) = (Vec::new(), BTreeMap::new());
        let squashed = Squashed::read(&members, &book);
        for id in graph.known(book.applied.ids()).1.into_iter().filter(|id| !squashed.holds(id)) {
            let other = self.migrations.migrations.iter().find(|migration| migration.record.id() == id);
            if let Some(other) = other {
                others.insert(id.to_owned(), other.record.bind().map(str::to_owned));
            } else if members.last().is_none_or(|last| last.head.id < id) {
                let text = conn
                    .journalled_downgrade(&table, id)
                    .map_err(|error| apply::database(conn, &error, waited))?;
                ahead.insert(id.to_owned(), text.and_then(|text| serde_json::from_str::<Journalled>(&text).ok()));
            } else {
                unknown.push(id.to_owned());
            }
        }
        if !ahead.is_empty() {
            graph = Graph::new(nodes(&members, &ahead, book.applied.ids()));
        }
        let mut state = State {
            engine: conn.engine(),
            table,
            members,
            ahead,
            unknown,
            others,
            squashed,
            applied: graph.none(),
            graph,
            book,
        };
        state.follow();
        Ok(state)
    }
}

/// What an error of an engine is, where no run is under way.
pub(crate) fn failure(conn: &dyn Connection, error: &diesel::result::Error) -> ErrorKind {
    apply::database(conn, error, 0)
}

fn nodes<'a>(members: &Members, ahead: &BTreeMap<String, Option<Journalled>>, applied: impl Iterator<Item = &'a str> + Clone) -> Vec<Node> {
    let mut nodes = members.nodes();
    for (id, journalled) in ahead {
        // What is known of it is its id alone: it comes after all that is applied and has a smaller one.
        let below = || applied.clone().take_while(|other| *other < id.as_str()).last();
        nodes.push(match journalled {
            Some(journalled) => Node {
                id: id.clone().into(),
                parents: journalled.parents.clone(),
                depends_on: journalled.depends_on.clone(),
                label: journalled.label.clone(),
                alias: journalled.alias.clone(),
                squashes: Vec::new(),
            },
            None => Node {
                id: id.clone().into(),
                parents: below().map(|below| below.to_owned().into()).into_iter().collect(),
                ..Node::default()
            },
        });
    }
    nodes
}
