//! A database of one's own on the servers that `scripts/databases` starts.
#![allow(dead_code)]

use mina_runtime::{AnyConnection, AsConnection, Engine};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a server is, by the variable that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Postgres,
    Postgres18,
    Pgbouncer,
    Mariadb,
}

/// A database that goes when it is dropped.
pub struct Database {
    pub server: Server,
    pub name: String,
    drop: String,
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// What a variable of `scripts/databases` says.
pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run the tests with `scripts/databases run cargo test …`"))
}

impl Server {
    /// The url of a superuser, on a maintenance database.
    pub fn url(self) -> String {
        variable(match self {
            Self::Postgres => "MINA_TEST_POSTGRES_URL",
            Self::Postgres18 => "MINA_TEST_POSTGRES18_URL",
            Self::Pgbouncer => "MINA_TEST_PGBOUNCER_URL",
            Self::Mariadb => "MINA_TEST_MARIADB_URL",
        })
    }

    pub fn engine(self) -> Engine {
        match self {
            Self::Mariadb => Engine::Mysql,
            _ => Engine::Pg,
        }
    }

    /// User, password, `host:port`.
    pub fn account(self) -> (String, String, String) {
        let url = self.url();
        let (_, rest) = url.split_once("://").unwrap();
        let (account, rest) = rest.split_once('@').unwrap();
        let (user, password) = account.split_once(':').unwrap();
        (user.to_owned(), password.to_owned(), rest.split('/').next().unwrap().to_owned())
    }

    /// Where the databases are made: a pooler would keep sessions of them.
    fn maintenance(self) -> Self {
        match self {
            Self::Pgbouncer => Self::Postgres,
            server => server,
        }
    }

    pub fn execute(self, sql: &str) {
        execute(&self.url(), sql);
    }
}

impl Database {
    pub fn new(server: Server) -> Self {
        let name = format!("mina_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        server.maintenance().execute(&format!("CREATE DATABASE {name}"));
        let force = if server.engine() == Engine::Pg { " WITH (FORCE)" } else { "" };
        Self {
            server,
            drop: format!("DROP DATABASE {name}{force}"),
            name,
        }
    }

    pub fn url(&self) -> String {
        let url = self.server.url();
        let (start, _) = url.rsplit_once('/').unwrap();
        format!("{start}/{}", self.name)
    }

    /// The same on the server itself.
    pub fn direct(&self) -> String {
        let url = self.server.maintenance().url();
        let (start, _) = url.rsplit_once('/').unwrap();
        format!("{start}/{}", self.name)
    }

    pub fn open(&self) -> AnyConnection {
        AnyConnection::establish(&self.url()).unwrap()
    }

    pub fn execute(&self, sql: &str) {
        execute(&self.direct(), sql);
    }

    /// The number that a query gives.
    pub fn number(&self, sql: &str) -> i64 {
        let mut conn = AnyConnection::establish(&self.direct()).unwrap();
        conn.as_connection().number(sql).unwrap()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.server.maintenance().execute(&self.drop);
    }
}

fn execute(url: &str, sql: &str) {
    let mut conn = AnyConnection::establish(url).unwrap();
    conn.as_connection().execute(sql).unwrap();
}
