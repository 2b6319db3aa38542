//! A database as a whole: made, dropped.

use super::{Location, Server};
use crate::connection::AnyConnection;
use crate::runner::ErrorKind;
use mina_core::engine::Engine;
use mina_core::schema::{Type, Value};
use mina_core::sql::dialect;
use std::path::{Path, PathBuf};

impl Location {
    /// Makes an empty database; false where there is one.
    ///
    /// # Errors
    ///
    /// It cannot be made, or it is in memory or has no name.
    pub fn make(&self) -> Result<bool, ErrorKind> {
        match self {
            Self::File(file) => match std::fs::File::create_new(path_of(file.path.as_deref())?) {
                Ok(_) => Ok(true),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
                Err(error) => Err(ErrorKind::Open {
                    path: self.to_string(),
                    reason: error.to_string(),
                }),
            },
            Self::Server(server) => {
                let (mut beside, name) = Beside::connect(server)?;
                let missing = !beside.has(&name)?;
                if missing {
                    let end = if beside.engine == Engine::Mysql {
                        " CHARACTER SET utf8mb4"
                    } else {
                        ""
                    };
                    beside.execute(&format!("CREATE DATABASE {}{end}", beside.quote(&name)))?;
                }
                Ok(missing)
            }
        }
    }

    /// Drops the database with all that is in it; false where there is none. By force others who are connected to it are
    /// disconnected, where the server can do that.
    ///
    /// # Errors
    ///
    /// It cannot be dropped, or others are using it.
    pub fn remove(&self, force: bool) -> Result<bool, ErrorKind> {
        match self {
            Self::File(file) => {
                let path = path_of(file.path.as_deref())?;
                if !path.exists() {
                    return Ok(false);
                }
                if !force {
                    self.is_idle()?;
                }
                for end in ["", "-wal", "-shm", "-journal"] {
                    let mut name = path.as_os_str().to_owned();
                    name.push(end);
                    match std::fs::remove_file(&name) {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                            return Err(ErrorKind::Open {
                                path: PathBuf::from(name).display().to_string(),
                                reason: error.to_string(),
                            });
                        }
                        _ => {}
                    }
                }
                Ok(true)
            }
            Self::Server(server) => {
                let (mut beside, name) = Beside::connect(server)?;
                let there = beside.has(&name)?;
                if there {
                    let end = if force && beside.engine == Engine::Pg {
                        " WITH (FORCE)"
                    } else {
                        ""
                    };
                    beside.execute(&format!("DROP DATABASE {}{end}", beside.quote(&name)))?;
                }
                Ok(there)
            }
        }
    }

    /// Refuses a file that another process is at.
    fn is_idle(&self) -> Result<(), ErrorKind> {
        use crate::connection::AsConnection;
        let mut conn = self.open(false)?;
        let conn = conn.as_connection();
        let looked = conn.execute("BEGIN EXCLUSIVE").and_then(|_| conn.execute("ROLLBACK"));
        looked.map(drop).map_err(|error| crate::runner::failure(conn, &error))
    }
}

fn path_of(path: Option<&Path>) -> Result<&Path, ErrorKind> {
    path.ok_or_else(|| ErrorKind::Usage("a database in memory is there as long as it is open".to_owned()))
}

/// A connection to another database of the same server.
struct Beside {
    conn: AnyConnection,
    engine: Engine,
}

impl Beside {
    /// With the name of the database that is meant.
    fn connect(server: &Server) -> Result<(Self, String), ErrorKind> {
        let (beside, name) = server.beside()?;
        let conn = Location::Server(beside).open(false)?;
        let engine = server.engine();
        Ok((Self { conn, engine }, name))
    }

    fn quote(&self, name: &str) -> String {
        dialect(self.engine).map_or_else(|| name.to_owned(), |dialect| dialect.quote(name))
    }

    fn has(&mut self, name: &str) -> Result<bool, ErrorKind> {
        use crate::connection::AsConnection;
        let name = dialect(self.engine).map_or_else(String::new, |dialect| {
            dialect.literal(&Value::String(name.to_owned()), Some(&Type::Text))
        });
        let query = match self.engine {
            Engine::Mysql => format!("SELECT count(*) FROM information_schema.schemata WHERE schema_name = {name}"),
            _ => format!("SELECT count(*) FROM pg_catalog.pg_database WHERE datname = {name}"),
        };
        let conn = self.conn.as_connection();
        let found = conn.number(&query);
        found.map(|found| found > 0).map_err(|error| crate::runner::failure(conn, &error))
    }

    fn execute(&mut self, sql: &str) -> Result<(), ErrorKind> {
        use crate::connection::AsConnection;
        let conn = self.conn.as_connection();
        conn.execute(sql).map(drop).map_err(|error| crate::runner::failure(conn, &error))
    }
}
