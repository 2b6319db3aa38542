//! A database of one's own, whatever engine it is on.

use crate::databases::{Database, Server};
use mina_runtime::{AnyConnection, AsConnection, Engine};

pub enum Place {
    File(tempfile::TempDir),
    Server(Database),
}

impl Place {
    /// An empty one on each engine.
    pub fn each() -> [Self; 3] {
        Engine::ALL
            .iter()
            .map(|engine| Self::on(*engine))
            .collect::<Vec<_>>()
            .try_into()
            .ok()
            .unwrap()
    }

    pub fn on(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::File(tempfile::tempdir().unwrap()),
            Engine::Pg => Self::Server(Database::new(Server::Postgres)),
            Engine::Mysql => Self::Server(Database::new(Server::Mariadb)),
        }
    }

    pub fn engine(&self) -> Engine {
        match self {
            Self::File(_) => Engine::Sqlite,
            Self::Server(database) => database.server.engine(),
        }
    }

    pub fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite://{}", folder.path().join("app.db").display()),
            Self::Server(database) => database.url(),
        }
    }

    pub fn open(&self) -> AnyConnection {
        AnyConnection::establish(&self.url()).unwrap()
    }
}

pub fn execute(conn: &mut AnyConnection, sql: &str) {
    conn.as_connection().execute(sql).unwrap();
}

pub fn number(conn: &mut AnyConnection, sql: &str) -> i64 {
    conn.as_connection().number(sql).unwrap()
}
