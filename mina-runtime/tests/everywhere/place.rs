//! A database of one's own, whatever engine it is on.

use crate::databases::{Database, Server, variable};
use crate::dump;
use mina_runtime::{AnyConnection, AsConnection, Engine};
use std::io::Write;
use std::process::{Command, Stdio};

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

impl Place {
    /// Runs a script as a person does, by the engine's own client.
    pub fn run(&self, script: &str) -> Result<(), String> {
        let mut command = match self {
            Self::File(folder) => {
                let mut command = Command::new("sqlite3");
                command.arg("-bail").arg(folder.path().join("app.db"));
                command
            }
            Self::Server(database) if database.server == Server::Mariadb => {
                let (user, password, address) = database.server.account();
                let (host, port) = address.split_once(':').unwrap();
                let mut command = Command::new("mariadb");
                command
                    .env("MYSQL_PWD", password)
                    .args(["--user", &user, "--host", host, "--port", port, &database.name]);
                command
            }
            Self::Server(database) => {
                let mut command = Command::new(format!("{}/psql", variable("MINA_TEST_POSTGRES_BIN")));
                command.args(["--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", &database.url()]);
                command
            }
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A client that stops early closes its end.
        let _ = child.stdin.take().unwrap().write_all(script.as_bytes());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match output.status.success() {
            true => Ok(()),
            false => Err(said),
        }
    }

    /// The schema as the engine's own tool prints it, white space aside, sorted.
    pub fn dump(&self) -> Vec<String> {
        let mut statements = match self {
            Self::File(folder) => {
                let output = Command::new("sqlite3")
                    .arg(folder.path().join("app.db"))
                    .arg(".schema")
                    .output()
                    .unwrap();
                let text = String::from_utf8(output.stdout).unwrap();
                text.split(";\n").map(in_any_order).collect()
            }
            Self::Server(database) if database.server == Server::Mariadb => dump::mariadb_dump(database),
            Self::Server(database) => dump::pg_dump(database),
        };
        let spaced = |text: &String| text.replace('(', " ( ").replace(')', " ) ").replace(',', " , ");
        statements = statements
            .iter()
            .map(|text| spaced(text).split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        statements.retain(|statement| !statement.is_empty());
        statements.sort();
        statements
    }
}

/// What a table is made of: another version adds it in another order.
fn in_any_order(statement: &str) -> String {
    let words = |item: &str| {
        let mut words: Vec<&str> = item.split_whitespace().collect();
        words.sort_unstable();
        words.join(" ")
    };
    let mut items: Vec<String> = statement.replace(['(', ')'], " ").split(',').map(words).collect();
    items.sort();
    items.join(",")
}
