//! Servers and sessions that take no changes can be looked at, and writers refuse them before they start.

use crate::command::run;
use crate::databases::{Database, Server};
use crate::own::{Own, folder, free_port, postgres, wait};
use crate::program::Place;
use mina_runtime::{AnyConnection, AsConnection};
use std::process::{Child, Command};

/// A streaming standby of PostgreSQL 15.
struct Standby {
    _folder: tempfile::TempDir,
    port: u16,
    process: Child,
}

impl Standby {
    fn new() -> Self {
        let folder = folder();
        let data = folder.path().join("data");
        let (user, password, host) = Server::Postgres.account();
        let (address, port) = host.split_once(':').unwrap();
        let copied = postgres("pg_basebackup")
            .args([
                "--write-recovery-conf",
                "--wal-method=stream",
                "--checkpoint=fast",
                "--no-sync",
                "-U",
                &user,
                "-h",
                address,
                "-p",
                port,
                "-D",
            ])
            .arg(&data)
            .env("PGPASSWORD", password)
            .status()
            .unwrap();
        assert!(copied.success());
        let port = free_port();
        let process = postgres("postgres")
            .args([
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=off",
                "-c",
                "max_connections=200",
                "-p",
                &port.to_string(),
                "-D",
            ])
            .arg(&data)
            .arg("-c")
            .arg(format!("unix_socket_directories={}", folder.path().display()))
            .spawn()
            .unwrap();
        Self {
            _folder: folder,
            port,
            process,
        }
    }

    fn url(&self, name: &str) -> String {
        let (user, password, _) = Server::Postgres.account();
        format!("postgres://{user}:{password}@127.0.0.1:{}/{name}", self.port)
    }

    fn wait(&mut self, name: &str, query: &str, number: i64) {
        let url = self.url(name);
        wait(&mut self.process, &url, query, number);
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-QUIT", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
    }
}

fn said(url: &str, command: &str) -> (i32, String) {
    let place = Place::new();
    let said = place.said(place.command("servers", &[command]).env("DATABASE_URL", url).output().unwrap());
    (said.code, said.out + &said.err)
}

#[test]
fn a_standby_is_looked_at_and_not_written_to() {
    let database = Database::new(Server::Postgres);
    let mut standby = Standby::new();
    let there = format!("SELECT count(*) FROM pg_database WHERE datname = '{}'", database.name);
    standby.wait("postgres", &there, 1);
    let url = standby.url(&database.name);
    assert_eq!(said(&url, "current"), (0, "nothing is applied\n".to_owned()));
    assert_eq!(run(&database, &["upgrade", "2025a"]).code, 0);
    standby.wait(&database.name, "SELECT count(*) FROM __diesel_schema_migrations", 1);
    assert_eq!(said(&url, "current"), (0, "2025a\n".to_owned()));
    for (command, code) in [("status", 3), ("plan", 0), ("history", 0)] {
        let (found, text) = said(&url, command);
        assert_eq!(found, code, "{command}: {text}");
    }
    for command in ["upgrade", "downgrade"] {
        let (code, text) = said(&url, command);
        assert_eq!(code, 5, "{command}: {text}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(text, @r#"
            error: PostgreSQL: the server is a standby, which takes no changes
              help: nothing was changed; give the url of the server that takes changes
            "#);
        }
    }
}

#[test]
fn a_session_that_may_only_read_is_refused_by_writers() {
    let database = Database::new(Server::Postgres);
    let url = database.url() + "?options=-c%20default_transaction_read_only%3Don";
    assert_eq!(said(&url, "status").0, 3);
    let (code, text) = said(&url, "upgrade");
    assert_eq!(code, 5, "{text}");
    insta::assert_snapshot!(text, @r#"
    error: PostgreSQL: the session is read-only (default_transaction_read_only)
      help: nothing was changed; give the url of the server that takes changes
    "#);
}

#[test]
fn mariadb_with_read_only_is_looked_at_and_not_written_to() {
    let server = Own::new(Server::Mariadb);
    let url = server.database("shop");
    let mut conn = AnyConnection::establish(&url).unwrap();
    conn.as_connection().execute("SET GLOBAL read_only = 1").unwrap();
    let (code, text) = said(&url, "status");
    assert_eq!(code, 3, "{text}");
    let (code, text) = said(&url, "upgrade");
    assert_eq!(code, 5, "{text}");
    insta::assert_snapshot!(text, @r#"
    error: MariaDB: the server is read-only (read_only), such as a replica
      help: nothing was changed; give the url of the server that takes changes
    "#);
}
