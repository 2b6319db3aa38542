//! mina.toml: databases and their engines, naming, lints, run settings.

mod engines;
mod parse;
pub mod pattern;
mod tables;
#[cfg(test)]
mod tests;

pub(crate) use parse::milliseconds;
pub use tables::Pattern;

use crate::diagnostic::{Level, Lint};
use crate::engine::Target;
use crate::schema::ObjectName;
use crate::schema::naming::Naming;
use std::collections::BTreeMap;

/// What mina.toml says, with the defaults where it is silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `[database]`, the default bind.
    pub database: Database,
    /// `[databases.*]`, the other binds.
    pub databases: BTreeMap<String, Database>,
    /// `[naming]`, and from which revision on each stage is in force: (`since`, patterns), the first with none.
    ///
    /// A pattern that changes says since when, so that the names of older revisions stay:
    ///
    /// ```toml
    /// [naming]
    /// unique = "uq_{table}_{columns}"                            # for all revisions
    /// index = { pattern = "idx_{table}_{columns}", since = "20260101000000", before = "ix_{table}_{columns}" }
    /// check = ["ck_{columns}", { pattern = "ck_{table}_{columns}", since = "20260101000000" }]
    /// ```
    ///
    /// `before` left out is Mina's own pattern; the list has the stages in order, the first for all revisions before.
    pub naming: Vec<(Option<String>, Naming)>,
    /// `[lints]`
    pub lints: BTreeMap<Lint, Level>,
    /// `released = "20260101000000"` in `[lints]`, or a list: ids, labels or aliases of the revisions that the released code
    /// runs on; `base` where nothing is released. Nothing is said of these and what they build on for how a change is made,
    /// and no table that came after them is taken for one in use.
    pub released: Vec<String>,
    /// `[templates]`
    pub templates: Templates,
    /// `[[post_write]]`: what is run after `mina` wrote a migration.
    pub post_write: Vec<PostWrite>,
    /// `locations = ["versions"]`, at the top of the file: folders of migrations, relative to mina.toml.
    pub locations: Vec<String>,
    /// `[run]`
    pub run: Run,
}

/// One database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// `url = "sqlite://mina.db"` or `"env:DATABASE_URL"`.
    pub url: Option<String>,
    /// `engines = ["sqlite >= 3.40"]`; left out: the URL's engine, else SQLite 3.40.
    pub engines: Vec<Target>,
    /// `history_table = "…"`
    pub history_table: Option<String>,
    /// `schema = "…"`: where the engine has namespaces, the one that tables without one are in.
    pub schema: Option<String>,
    /// `models = "../app/src/models.rs"`, or a list: the files of models, relative to mina.toml.
    pub models: Vec<String>,
    /// `include = ["app_*"]`: the tables that models and databases are compared by; left out, all.
    pub include: Vec<Pattern>,
    /// `exclude = ["spatial_ref_sys", "audit.*"]`: tables that are left alone, whatever `include` says.
    pub exclude: Vec<Pattern>,
}

impl Database {
    /// Whether a table is one that models and databases are compared by.
    pub fn compares(&self, table: &ObjectName) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.fits(table));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }
}

impl std::default::Default for Database {
    fn default() -> Self {
        Self {
            url: None,
            engines: vec![Target::SQLITE],
            history_table: None,
            schema: None,
            models: Vec::new(),
            include: Vec::new(),
            exclude: Vec::new(),
        }
    }
}

/// `[templates]`: what new migrations are written from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates {
    /// `path = "…"`: a folder of templates, relative to mina.toml.
    pub path: Option<String>,
    /// `file = "{rev}_{slug}"`: the pattern of a new migration's file name, of [`pattern::FIELDS`].
    pub file: String,
    /// `slug_length = 40`: how long the message may be in a file's name.
    pub slug_length: usize,
}

impl std::default::Default for Templates {
    fn default() -> Self {
        Self {
            path: None,
            file: "{rev}_{slug}".into(),
            slug_length: 40,
        }
    }
}

/// One of `[[post_write]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostWrite {
    /// `command = "rustfmt {path}"`: a program and its words, `{path}` the file that was written.
    pub command: String,
}

/// `[run]`; times are in milliseconds, written `"500ms"`, `"5s"`, `"2m"` or `"1h"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// `lock_timeout = "5s"`: how long a statement waits for a lock that another session holds.
    pub lock_timeout: u64,
    /// `statement_timeout = "1m"`: how long a statement may take; none for ever.
    pub statement_timeout: Option<u64>,
    /// `busy_timeout = "5s"`: how long to wait for SQLite's write lock; left out, the same as `lock_timeout`.
    pub busy_timeout: Option<u64>,
    /// `wait_timeout = "10m"`: how long to wait for another runner, on a server.
    pub wait_timeout: u64,
    /// `lease = "30s"`: how long a runner that gives no sign of life is taken for alive, on a server.
    pub lease: u64,
    /// `attempts = 5`: how often a unit is tried that a lock of another session keeps from being run, on a server.
    pub attempts: u32,
    /// `batch_time = "500ms"`: how long a batch of a backfill should take, where its statement says nothing.
    pub batch_time: u64,
    /// `replica_lag = "10s"`: how far behind a replica may be for a backfill to go on, on PostgreSQL; none to not ask.
    pub replica_lag: Option<u64>,
    /// `transaction = "migration"`
    pub transaction: Scope,
    /// `role = "…"`: whom to become before anything is created.
    pub role: Option<String>,
    /// `backup = "pg_dump …"`: what `upgrade --backup` runs for a server, with the url in DATABASE_URL.
    pub backup: Option<String>,
}

impl Run {
    /// How long to wait for SQLite's write lock, in milliseconds.
    pub fn busy_timeout(&self) -> u64 {
        self.busy_timeout.unwrap_or(self.lock_timeout)
    }
}

impl std::default::Default for Run {
    fn default() -> Self {
        Self {
            lock_timeout: 5_000,
            statement_timeout: None,
            busy_timeout: None,
            wait_timeout: 600_000,
            lease: 30_000,
            attempts: 5,
            batch_time: 500,
            replica_lag: None,
            transaction: Scope::Migration,
            role: None,
            backup: None,
        }
    }
}

/// What shares a transaction where the engine can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The steps of one migration.
    #[default]
    Migration,
    /// All migrations of a run.
    Run,
}

/// Why a mina.toml cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("mina.toml:{line}: {message}")]
pub struct ConfigError {
    /// The line, counted from one.
    pub line: u32,
    /// One sentence.
    pub message: String,
}

impl std::default::Default for Config {
    fn default() -> Self {
        Self {
            database: Database::default(),
            databases: BTreeMap::new(),
            naming: vec![(None, Naming::default())],
            lints: BTreeMap::new(),
            released: Vec::new(),
            templates: Templates::default(),
            post_write: Vec::new(),
            locations: vec!["versions".into()],
            run: Run::default(),
        }
    }
}

/// Milliseconds in the words of mina.toml and of the language.
pub(crate) fn duration(milliseconds: u64) -> String {
    let units = [(3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    match units
        .iter()
        .find(|(unit, _)| milliseconds > 0 && milliseconds.is_multiple_of(*unit))
    {
        Some((unit, name)) => format!("{}{name}", milliseconds / unit),
        None => format!("{milliseconds}ms"),
    }
}

impl Config {
    /// Reads a mina.toml.
    ///
    /// # Errors
    ///
    /// The line, and what is wrong there: no TOML, an unknown key (with the nearest one that there is), a value of
    /// another type, an unknown engine or lint.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        parse::config(text)
    }

    /// The database of a bind; none for the default.
    pub fn bind(&self, bind: Option<&str>) -> Option<&Database> {
        match bind {
            None => Some(&self.database),
            Some(name) => self.databases.get(name),
        }
    }

    /// The naming convention in force at a revision.
    pub fn naming_at(&self, revision: &str) -> &Naming {
        let in_force = self
            .naming
            .iter()
            .rev()
            .find(|(since, _)| since.as_deref().is_none_or(|since| since <= revision));
        &in_force.unwrap_or(&self.naming[0]).1
    }

    /// The naming convention in force for what is made next.
    pub fn naming_at_head(&self) -> &Naming {
        self.naming.last().map_or(&self.naming[0].1, |(_, naming)| naming)
    }

    /// The level of a lint.
    pub fn level(&self, lint: Lint) -> Level {
        self.lints.get(&lint).copied().unwrap_or_else(|| lint.default_level())
    }
}
