use super::error::ConnectError;
use super::file::File;
use super::server::Server;
use crate::connection::AnyConnection;
use crate::runner::ErrorKind;
use mina_core::engine::Engine;
use std::fmt;
use std::path::Path;

/// Where a database is; printed, it is without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// A file of SQLite, or its memory.
    File(File),
    /// A server.
    Server(Server),
}

impl Location {
    /// Reads `sqlite://path`, `file:path?mode=ro`, `:memory:`, a path, `postgres://…`, `postgresql://…`, `mysql://…` or
    /// `mariadb://…`.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Scheme`], [`ConnectError::Url`]: neither repeats the url, since it may hold a password.
    pub fn parse(url: &str, directory: &Path) -> Result<Self, ErrorKind> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Ok(Self::File(File::parse(url, directory)));
        };
        let scheme = scheme.to_ascii_lowercase();
        if matches!(scheme.as_str(), "sqlite" | "file") {
            return Ok(Self::File(File::parse(url, directory)));
        }
        match Server::parse(&scheme, rest) {
            Some(server) => server.map(Self::Server),
            None => Err(ConnectError::Scheme { scheme }.into()),
        }
    }

    /// Its engine.
    pub fn engine(&self) -> Engine {
        match self {
            Self::File(_) => Engine::Sqlite,
            Self::Server(server) => server.engine(),
        }
    }

    /// Connects; makes a file that is not there only if `create`.
    ///
    /// # Errors
    ///
    /// A [`ConnectError`]; of a file also [`ErrorKind::NoDatabase`], [`ErrorKind::Open`], [`ErrorKind::ReadOnly`].
    pub fn open(&self, create: bool) -> Result<AnyConnection, ErrorKind> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::File(file) => file.open(create).map(AnyConnection::Sqlite),
            #[cfg(not(feature = "sqlite"))]
            Self::File(_) => {
                let _ = create;
                Err(ConnectError::NotLinked { engine: Engine::Sqlite }.into())
            }
            #[cfg(any(feature = "postgres", feature = "mysql"))]
            Self::Server(server) => Ok(server.open()?),
            #[cfg(not(any(feature = "postgres", feature = "mysql")))]
            Self::Server(server) => Err(ConnectError::NotLinked { engine: server.engine() }.into()),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            Self::Server(server) => server.fmt(f),
        }
    }
}
