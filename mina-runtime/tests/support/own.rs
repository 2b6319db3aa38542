//! A server of one's own, which a test may stop, starve and kill.
#![allow(dead_code)]

use crate::databases::{Server, variable};
use mina_runtime::{AnyConnection, AsConnection};
use std::hash::{BuildHasher, RandomState};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program, as a user who is not root: the servers refuse to be run by that one.
pub fn program(path: &Path) -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|found| std::os::unix::fs::MetadataExt::uid(&found) == 0);
    let mut command = match is_root {
        true => {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", "postgres", "--regid", "postgres", "--clear-groups"])
                .arg(path);
            command
        }
        false => Command::new(path),
    };
    command.current_dir("/").stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A program of PostgreSQL 15.
pub fn postgres(name: &str) -> Command {
    program(&postgres_program(name))
}

fn postgres_program(name: &str) -> PathBuf {
    Path::new(&variable("MINA_TEST_POSTGRES_BIN")).join(name)
}

/// A folder that the servers' user may write into.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    folder
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// A port that no server listens on, from below those that outgoing connections are given.
pub fn free_port() -> u16 {
    let drawn = || 10_000 + (RandomState::new().hash_one(0) % 10_000) as u16;
    std::iter::repeat_with(drawn)
        .find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .unwrap()
}

/// Waits until a query on a server gives a number.
pub fn wait(process: &mut Child, url: &str, query: &str, number: i64) {
    let began = Instant::now();
    loop {
        let conn = AnyConnection::establish(url);
        if conn.is_ok_and(|mut conn| conn.as_connection().number(query).is_ok_and(|found| found == number)) {
            return;
        }
        assert!(process.try_wait().unwrap().is_none(), "the server ended");
        assert!(began.elapsed() < Duration::from_secs(60), "the server is not ready");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A server with nothing in it, PostgreSQL 15 or MariaDB.
pub struct Own {
    kind: Server,
    folder: tempfile::TempDir,
    port: u16,
    process: Child,
}

impl Own {
    pub fn new(kind: Server) -> Self {
        let folder = folder();
        let data = folder.path().join("data");
        // A MariaDB that starts takes away what it finds of others in a temporary folder that they share.
        let temporary = folder.path().join("temporary");
        std::fs::create_dir(&temporary).unwrap();
        std::fs::set_permissions(&temporary, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        let mut make = match kind {
            Server::Mariadb => {
                let mut make = program(Path::new("mariadb-install-db"));
                make.args(["--no-defaults", "--skip-test-db", "--auth-root-authentication-method=normal"])
                    .arg(format!("--datadir={}", data.display()))
                    .arg(format!("--tmpdir={}", temporary.display()));
                make
            }
            _ => {
                let mut make = postgres("initdb");
                make.args(["--no-sync", "--auth=trust", "--username=postgres", "-D"]).arg(&data);
                make
            }
        };
        let made = make.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap();
        assert!(made.status.success(), "{}{}", text(&made.stdout), text(&made.stderr));
        let port = free_port();
        let process = start(kind, folder.path(), port, None);
        let mut own = Self {
            kind,
            folder,
            port,
            process,
        };
        own.ready();
        own
    }

    /// The url of one of its databases.
    pub fn url(&self, database: &str) -> String {
        match self.kind {
            Server::Mariadb => format!("mysql://root@127.0.0.1:{}/{database}", self.port),
            _ => format!("postgres://postgres@127.0.0.1:{}/{database}", self.port),
        }
    }

    fn maintenance(&self) -> String {
        self.url(if self.kind == Server::Mariadb { "mysql" } else { "postgres" })
    }

    fn ready(&mut self) {
        let url = self.maintenance();
        wait(&mut self.process, &url, "SELECT 1", 1);
    }

    /// Makes a database, and says where it is.
    pub fn database(&self, name: &str) -> String {
        let mut conn = AnyConnection::establish(&self.maintenance()).unwrap();
        conn.as_connection().execute(&format!("CREATE DATABASE {name}")).unwrap();
        self.url(name)
    }

    /// Ends it and all of its processes without a warning.
    pub fn kill(&mut self) {
        let group = format!("-{}", self.process.id());
        let killed = Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
        assert!(killed.success());
        self.process.wait().unwrap();
    }

    /// Starts it again on what is there, no file larger than so many kilobytes.
    pub fn start(&mut self, largest: Option<u32>) {
        self.process = start(self.kind, self.folder.path(), self.port, largest);
        self.ready();
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}

fn start(kind: Server, folder: &Path, port: u16, largest: Option<u32>) -> Child {
    let (path, port) = (folder.join("data"), port.to_string());
    let mut server = match kind {
        Server::Mariadb => vec!["mariadbd".to_owned()],
        _ => vec![postgres_program("postgres").display().to_string()],
    };
    server.extend(match kind {
        Server::Mariadb => vec![
            "--no-defaults".to_owned(),
            "--skip-grant-tables".to_owned(),
            "--skip-networking=0".to_owned(),
            "--bind-address=127.0.0.1".to_owned(),
            "--innodb-log-file-size=8M".to_owned(),
            format!("--datadir={}", path.display()),
            format!("--tmpdir={}", folder.join("temporary").display()),
            format!("--port={port}"),
            format!("--socket={}", folder.join("socket").display()),
        ],
        _ => vec![
            "-D".to_owned(),
            path.display().to_string(),
            "-p".to_owned(),
            port,
            "-c".to_owned(),
            "listen_addresses=127.0.0.1".to_owned(),
            "-c".to_owned(),
            format!("unix_socket_directories={}", folder.display()),
        ],
    });
    let limit = largest.map_or_else(|| "unlimited".to_owned(), |kilobytes| kilobytes.to_string());
    let mut command = program(Path::new("bash"));
    command
        .args(["-c", "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"", "bash", &limit])
        .args(server);
    command.process_group(0).spawn().unwrap()
}
