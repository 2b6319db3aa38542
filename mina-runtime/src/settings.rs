//! Which database a run is for: `--database-url`, DATABASE_URL, mina.toml.

use crate::migration::Migrations;
use crate::runner::ErrorKind;
use mina_core::config::Config;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where each setting comes from, the environment included so that it can be another's.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `--database-url`
    pub database_url: Option<String>,
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
    database_url: Option<String>,
}

/// A SQLite database, by where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The file; none in memory.
    pub path: Option<PathBuf>,
    query: String,
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
            return match url.trim() {
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
    /// As [`Resolved::url`], or [`ErrorKind::Engine`].
    pub fn location(&self, bind: Option<&str>) -> Result<Location, ErrorKind> {
        Location::parse(&self.url(bind)?, &self.directory)
    }

    /// Refuses two binds that share a file and a history table.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Shared`], or as [`Resolved::location`].
    pub fn check_binds(&self, binds: &[Option<String>]) -> Result<(), ErrorKind> {
        let mut seen: Vec<(PathBuf, &str, String)> = Vec::new();
        for bind in binds {
            let Some(path) = self.location(bind.as_deref())?.path else {
                continue;
            };
            let path = path.canonicalize().unwrap_or(path);
            let table = self.history_table(bind.as_deref());
            let name = bind.as_deref().unwrap_or("default");
            if let Some((.., first)) = seen.iter().find(|(other, other_table, _)| *other == path && *other_table == table) {
                return Err(ErrorKind::Shared {
                    first: first.clone(),
                    second: name.to_owned(),
                    table: table.to_owned(),
                });
            }
            seen.push((path, table, name.to_owned()));
        }
        Ok(())
    }

    fn history_table(&self, bind: Option<&str>) -> &str {
        let database = self.config.bind(bind);
        let table = database.and_then(|database| database.history_table.as_deref());
        table.unwrap_or(crate::runner::HISTORY_TABLE)
    }
}

fn expand(url: &str, from: &'static str) -> Result<String, ErrorKind> {
    let Some(variable) = url.strip_prefix("env:") else {
        return Ok(url.to_owned());
    };
    match std::env::var(variable) {
        Ok(url) if !url.trim().is_empty() => Ok(url.trim().to_owned()),
        found => Err(ErrorKind::Variable {
            variable: variable.to_owned(),
            empty: found.is_ok(),
            from,
        }),
    }
}

impl Location {
    /// Reads `sqlite://path`, `sqlite:path`, `file:path?mode=ro`, `:memory:` or a path.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Engine`]: the url is another engine's. It is not repeated, since it may hold a password.
    pub fn parse(url: &str, directory: &Path) -> Result<Self, ErrorKind> {
        let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        if let Some(scheme) = scheme.filter(|scheme| !matches!(scheme.as_str(), "sqlite" | "file")) {
            return Err(ErrorKind::Engine { scheme });
        }
        let after = |prefix: &str| {
            url.get(..prefix.len())
                .filter(|head| head.eq_ignore_ascii_case(prefix))
                .map(|_| &url[prefix.len()..])
        };
        let stripped = ["sqlite://", "file://", "sqlite:", "file:"].iter().find_map(|prefix| after(prefix));
        let (path, query) = match stripped {
            None => (url.to_owned(), String::new()),
            Some(rest) => {
                let rest = rest.split('#').next().unwrap_or(rest);
                let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
                (decode(path), query.to_owned())
            }
        };
        if matches!(path.as_str(), "" | ":memory:" | "/:memory:") || query.split('&').any(|option| option == "mode=memory") {
            return Ok(Self { path: None, query });
        }
        Ok(Self {
            path: Some(directory.join(path)),
            query,
        })
    }

    /// Whether the url asks for a database that is only read.
    pub fn is_read_only(&self) -> bool {
        self.query.split('&').any(|option| matches!(option, "mode=ro" | "immutable=1"))
    }

    /// Opens the database; makes the file only if `create`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NoDatabase`], [`ErrorKind::Open`], [`ErrorKind::ReadOnly`].
    #[cfg(feature = "sqlite")]
    pub fn open(&self, create: bool) -> Result<diesel::SqliteConnection, ErrorKind> {
        use diesel::Connection;
        if let Some(path) = &self.path {
            self.look_at(path, create)?;
        }
        diesel::SqliteConnection::establish(&self.name()).map_err(|error| ErrorKind::Open {
            path: self.to_string(),
            reason: format!("{error}; look at the permissions of the file and its folder"),
        })
    }

    fn look_at(&self, path: &Path, create: bool) -> Result<(), ErrorKind> {
        let refuse = |reason: String| ErrorKind::Open {
            path: self.to_string(),
            reason,
        };
        match path.metadata() {
            Ok(found) if found.is_dir() => Err(refuse("it is a folder".to_owned())),
            Ok(_) => Ok(()),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(refuse(error.to_string())),
            Err(_) if !create => Err(ErrorKind::NoDatabase { path: self.to_string() }),
            Err(_) if self.is_read_only() => Err(ErrorKind::ReadOnly),
            Err(_) => match path.parent() {
                Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
                    Err(refuse(format!("there is no folder {}", folder.display())))
                }
                _ => Ok(()),
            },
        }
    }

    fn name(&self) -> String {
        let Some(path) = &self.path else { return ":memory:".to_owned() };
        let text = path.to_string_lossy();
        match self.query.is_empty() {
            // A name that begins so would be read as a url.
            true if text.starts_with("file:") || text.starts_with("sqlite:") => format!("./{text}"),
            true => text.into_owned(),
            false => format!("file:{}?{}", encode(&text), self.query),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            None => f.write_str(":memory:"),
            Some(path) => path.display().fmt(f),
        }
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digits = (*first == b'%').then(|| tail.get(..2)).flatten();
        let byte = digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn encode(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for character in path.chars() {
        match character {
            '%' => text.push_str("%25"),
            '?' => text.push_str("%3f"),
            '#' => text.push_str("%23"),
            _ => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Location {
        Location::parse(url, Path::new("/base")).unwrap()
    }

    #[test]
    fn a_path_is_relative_to_the_folder_of_mina_toml() {
        for url in ["app.db", "sqlite://app.db", "sqlite:app.db", "file:app.db"] {
            assert_eq!(parse(url).path, Some(PathBuf::from("/base/app.db")), "{url}");
        }
        for url in ["/x/a b.db", "sqlite:///x/a%20b.db", "sqlite:/x/a b.db", "file:///x/a%20b.db"] {
            assert_eq!(parse(url).path, Some(PathBuf::from("/x/a b.db")), "{url}");
        }
    }

    #[test]
    fn memory_has_no_path() {
        for url in [
            ":memory:",
            "sqlite::memory:",
            "sqlite://:memory:",
            "file:x?mode=memory&cache=shared",
        ] {
            assert_eq!(parse(url).path, None, "{url}");
        }
    }

    #[test]
    fn options_of_a_url_reach_sqlite() {
        let location = parse("file:a?mode=ro");
        assert!(location.is_read_only());
        assert_eq!(location.name(), "file:/base/a?mode=ro");
        assert_eq!(parse("sqlite:///x/a%3fb%23?cache=private").name(), "file:/x/a%3fb%23?cache=private");
    }

    #[test]
    fn another_engine_is_refused_without_its_password() {
        let error = Location::parse("postgres://me:secret@host/db", Path::new("")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`postgres` databases are not supported by this build: it talks to SQLite alone"
        );
    }
}
