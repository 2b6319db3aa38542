use super::{AsConnection, Connection};
use crate::runner::Error;
use crate::settings::Location;
use std::path::Path;

/// A connection to any engine that is linked, for tools that learn from a url which one it is.
///
/// ```
/// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
/// # use mina_runtime as mina;
/// # fn main() -> Result<(), mina::Error> {
/// let mut conn = mina::AnyConnection::establish("sqlite://:memory:")?;
/// MIGRATIONS.upgrade(&mut conn, "head")?;
/// # Ok(())
/// # }
/// ```
#[non_exhaustive]
pub enum AnyConnection {
    /// To SQLite.
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    /// To PostgreSQL.
    #[cfg(feature = "postgres")]
    Pg(diesel::PgConnection),
    /// To MariaDB or MySQL.
    #[cfg(feature = "mysql")]
    Mysql(diesel::MysqlConnection),
}

impl AnyConnection {
    /// Connects to the database of a url: `sqlite://…`, `postgres://…`, `mysql://…`, with all that the command line takes in one;
    /// makes a file of SQLite that is not there.
    ///
    /// # Errors
    ///
    /// The url cannot be read, its engine is not linked, or why there is no connection; never with the password.
    pub fn establish(url: &str) -> Result<Self, Error> {
        Ok(Location::parse(url, Path::new(""))?.open(true)?)
    }
}

impl AsConnection for AnyConnection {
    fn as_connection(&mut self) -> &mut dyn Connection {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(conn) => conn,
            #[cfg(feature = "postgres")]
            Self::Pg(conn) => conn,
            #[cfg(feature = "mysql")]
            Self::Mysql(conn) => conn,
            #[cfg(not(any(feature = "sqlite", feature = "postgres", feature = "mysql")))]
            _ => unreachable!("no engine is linked, so there is no connection"),
        }
    }
}

impl std::fmt::Debug for AnyConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("AnyConnection").finish_non_exhaustive()
    }
}
