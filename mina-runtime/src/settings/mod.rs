//! Which database a run is for: `--database-url`, DATABASE_URL, mina.toml.

#[cfg(any(feature = "postgres", feature = "mysql"))]
mod connect;
mod error;
mod escape;
mod file;
mod location;
mod my_cnf;
mod secret;
mod server;
mod url;
mod whole;

pub use error::{ConnectError, Refusal};
pub use file::File;
pub use location::Location;
pub use mina_core::secret::Secret;
pub use server::Server;

use crate::migration::Migrations;
use crate::runner::ErrorKind;
use mina_core::config::Config;
use std::path::{Path, PathBuf};

/// Where each setting comes from, the environment included so that it can be another's.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `--database-url`
    pub database_url: Option<Secret>,
    /// `--config FILE`
    pub config: Option<PathBuf>,
}

/// The settings of a run, read.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// mina.toml.
    pub config: Config,
    /// The folder to which paths are relative.
    pub directory: PathBuf,
    database_url: Option<Secret>,
}

/// Reads a mina.toml's text.
///
/// # Errors
///
/// [`ErrorKind::Config`].
pub fn config(migrations: &Migrations) -> Result<Config, ErrorKind> {
    Config::parse(migrations.config).map_err(ErrorKind::Config)
}

impl Settings {
    /// Reads mina.toml: the one of `--config`, else the one that was compiled in.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or [`ErrorKind::Config`].
    pub fn resolve(&self, migrations: &Migrations) -> Result<Resolved, ErrorKind> {
        let (config, directory) = match &self.config {
            None => (config(migrations)?, directory(migrations)),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| ErrorKind::Open {
                    path: path.display().to_string(),
                    reason: error.to_string(),
                })?;
                let folder = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
                (Config::parse(&text).map_err(ErrorKind::Config)?, folder)
            }
        };
        Ok(Resolved {
            config,
            directory,
            database_url: self.database_url.clone(),
        })
    }
}

fn directory(migrations: &Migrations) -> PathBuf {
    let compiled = Path::new(migrations.directory);
    match compiled.is_dir() {
        true => compiled.to_path_buf(),
        false => PathBuf::new(),
    }
}

impl Resolved {
    /// The url of a bind's database.
    ///
    /// `--database-url` is the url of the bind that was asked for; DATABASE_URL that of the default one.
    ///
    /// # Errors
    ///
    /// There is no such bind, it has no url, or a variable is unset or empty.
    pub fn url(&self, bind: Option<&str>) -> Result<String, ErrorKind> {
        if let Some(url) = &self.database_url {
            return match url.text().trim() {
                "" => Err(ErrorKind::NoUrl {
                    bind: bind.map(str::to_owned),
                }),
                url => expand(url, "--database-url"),
            };
        }
        if bind.is_none()
            && let Some(url) = std::env::var_os("DATABASE_URL")
        {
            return match url.to_str().map(str::trim) {
                None | Some("") => Err(ErrorKind::Variable {
                    variable: "DATABASE_URL".to_owned(),
                    empty: true,
                    from: "Mina",
                }),
                Some(url) => expand(url, "DATABASE_URL"),
            };
        }
        let database = self.config.bind(bind).ok_or_else(|| ErrorKind::NoBind {
            bind: bind.unwrap_or_default().to_owned(),
            known: self.config.databases.keys().cloned().collect(),
        })?;
        match &database.url {
            Some(url) if !url.trim().is_empty() => expand(url.trim(), "mina.toml"),
            _ => Err(ErrorKind::NoUrl {
                bind: bind.map(str::to_owned),
            }),
        }
    }

    /// Where a bind's database is.
    ///
    /// # Errors
    ///
    /// As [`Resolved::url`] and [`Location::parse`], or [`ConnectError::NotDeclared`].
    pub fn location(&self, bind: Option<&str>) -> Result<Location, ErrorKind> {
        let location = Location::parse(&self.url(bind)?, &self.directory)?;
        let engine = location.engine();
        match self.config.bind(bind) {
            Some(database) if database.engines.iter().all(|target| target.engine() != engine) => {
                let declared = database.engines.iter().map(ToString::to_string).collect();
                Err(ConnectError::NotDeclared { engine, declared }.into())
            }
            _ => Ok(location),
        }
    }

    /// Refuses two binds that share a database, its schema and a history table.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Shared`], or as [`Resolved::location`].
    pub fn check_binds(&self, binds: &[Option<String>]) -> Result<(), ErrorKind> {
        let mut seen: Vec<(String, &str, String)> = Vec::new();
        for bind in binds {
            let Some(place) = self.place(bind.as_deref())? else {
                continue;
            };
            let table = self.history_table(bind.as_deref());
            let name = bind.as_deref().unwrap_or("default");
            if let Some((.., first)) = seen.iter().find(|(other, other_table, _)| *other == place && *other_table == table) {
                return Err(ErrorKind::Shared {
                    first: first.clone(),
                    second: name.to_owned(),
                    table: table.to_owned(),
                });
            }
            seen.push((place, table, name.to_owned()));
        }
        Ok(())
    }

    /// What tells the tables of a bind from those of another; none for a database in memory.
    fn place(&self, bind: Option<&str>) -> Result<Option<String>, ErrorKind> {
        let schema = self.config.bind(bind).and_then(|database| database.schema.as_deref());
        Ok(match self.location(bind)? {
            Location::File(file) => file.path.map(|path| path.canonicalize().unwrap_or(path).display().to_string()),
            Location::Server(server) => Some(format!("{server} {}", schema.unwrap_or_default())),
        })
    }

    fn history_table(&self, bind: Option<&str>) -> &str {
        let database = self.config.bind(bind);
        let table = database.and_then(|database| database.history_table.as_deref());
        table.unwrap_or(crate::runner::HISTORY_TABLE)
    }
}

fn expand(url: &str, from: &'static str) -> Result<String, ErrorKind> {
    match url.strip_prefix("env:") {
        Some(name) => variable(name, from),
        None => Ok(url.to_owned()),
    }
}

/// The value of an environment variable, by a setting that names it.
fn variable(name: &str, from: &'static str) -> Result<String, ErrorKind> {
    match std::env::var(name) {
        Ok(value) if !value.trim().is_empty() => Ok(value.trim().to_owned()),
        found => Err(ErrorKind::Variable {
            variable: name.to_owned(),
            empty: found.is_ok(),
            from,
        }),
    }
}
