use super::escape::decode;
#[cfg(any(feature = "sqlite", test))]
use super::escape::encode_path;
#[cfg(feature = "sqlite")]
use crate::runner::ErrorKind;
use std::fmt;
use std::path::{Path, PathBuf};

/// A SQLite database, by where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The file; none in memory.
    pub path: Option<PathBuf>,
    query: String,
}

impl File {
    /// Reads `sqlite://path`, `sqlite:path`, `file:path?mode=ro`, `:memory:` or a path.
    pub fn parse(url: &str, directory: &Path) -> Self {
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
                (decode(path).unwrap_or_else(|| path.to_owned()), query.to_owned())
            }
        };
        if matches!(path.as_str(), "" | ":memory:" | "/:memory:") || query.split('&').any(|option| option == "mode=memory") {
            return Self { path: None, query };
        }
        Self {
            path: Some(directory.join(path)),
            query,
        }
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

    #[cfg(feature = "sqlite")]
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

    #[cfg(any(feature = "sqlite", test))]
    fn name(&self) -> String {
        let Some(path) = &self.path else { return ":memory:".to_owned() };
        let text = path.to_string_lossy();
        match self.query.is_empty() {
            // A name that begins so would be read as a url.
            true if text.starts_with("file:") || text.starts_with("sqlite:") => format!("./{text}"),
            true => text.into_owned(),
            false => format!("file:{}?{}", encode_path(&text), self.query),
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            None => f.write_str(":memory:"),
            Some(path) => path.display().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> File {
        File::parse(url, Path::new("/base"))
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
}
