//! Databases that another tool made, and the histories that are made of them.

use super::super::{Live, diesel, stamp};
use crate::compiled::compiled;
use crate::ground::Ground;
use crate::project::Project;
use clap::Parser;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use mina_command::{Arguments, Output};
use mina_core::config::Config;
use mina_core::secret::Secret;
use mina_runtime::settings::Location;
use mina_runtime::{AnyConnection, AsConnection};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A database that is dropped at the end, and a crate's sources beside it.
struct Place {
    folder: TempDir,
    location: Location,
    url: String,
    engine: &'static str,
}

impl Place {
    fn new(engine: &'static str, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = |variable: &str| {
            let url = std::env::var(variable)
                .unwrap_or_else(|_| panic!("{variable} is not set: run the tests with `scripts/databases run cargo test …`"));
            let (start, _) = url.rsplit_once('/').unwrap();
            format!("{start}/mina_{name}_{}", std::process::id())
        };
        let url = match engine {
            "postgres" => server("MINA_TEST_POSTGRES_URL"),
            "mariadb" => server("MINA_TEST_MARIADB_URL"),
            _ => format!("sqlite://{}", folder.path().join("app.db").display()),
        };
        let location = Location::parse(&url, folder.path()).unwrap();
        assert!(location.make().unwrap());
        Self {
            folder,
            location,
            url,
            engine,
        }
    }

    fn open(&self) -> AnyConnection {
        self.location.open(false).unwrap()
    }

    fn execute(&self, sql: &str) {
        let engine = self.location.engine();
        let mut conn = self.open();
        for statement in mina_core::sql::text::split_statements(sql, engine) {
            let done = conn.as_connection().execute(statement);
            done.unwrap_or_else(|error| panic!("{error}: {statement}"));
        }
    }

    fn config(&self) -> Config {
        Config::parse(&format!("[database]\nengines = [{:?}]\n", self.engine)).unwrap()
    }

    fn crate_folder(&self) -> PathBuf {
        self.folder.path().join("crate")
    }

    /// Writes what was taken in, as `init` does.
    fn write(&self, files: &[(String, String)]) {
        let folder = self.crate_folder();
        fs::create_dir_all(folder.join("versions")).unwrap();
        fs::write(folder.join("Cargo.toml"), "[package]\nname = \"migrations\"\n").unwrap();
        fs::write(
            folder.join("mina.toml"),
            format!("[database]\nurl = \"env:NOWHERE\"\nengines = [{:?}]\n", self.engine),
        )
        .unwrap();
        for (name, text) in files {
            fs::write(folder.join("versions").join(name), text).unwrap();
        }
    }

    /// What a command says with the history that was written.
    fn mina(&self, words: &[&str]) -> Output {
        let project = Project::find(Some(&self.crate_folder()), Path::new("")).unwrap();
        let ground = Ground::read(project).unwrap();
        let own = ["mina", "--database-url", &self.url];
        let arguments = Arguments::try_parse_from(own.iter().chain(words)).unwrap();
        let said = mina_runtime::cli::answer(compiled(&ground.project, &ground.sources).unwrap(), arguments);
        said.unwrap_or_else(|failure| panic!("{words:?}: {}", failure.error().kind()))
    }

    /// The database is at the head of the history, and is what that makes it.
    fn is_as_its_history_says(&self) {
        let checked = self.mina(&["check", "--db"]);
        assert_eq!(checked.code, 0, "{}", checked.text);
        let status = self.mina(&["status"]);
        assert_eq!(status.code, 0, "{}", status.text);
        assert!(status.text.contains("pending     none"), "{}", status.text);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let removed = self.location.remove(true);
        assert!(removed.is_ok() || std::thread::panicking(), "{removed:?}");
    }
}

macro_rules! with_diesel {
    ($any:expr, $conn:ident => $does:expr) => {
        match $any {
            AnyConnection::Sqlite($conn) => $does,
            #[cfg(feature = "postgres")]
            AnyConnection::Pg($conn) => $does,
            #[cfg(feature = "mysql")]
            AnyConnection::Mysql($conn) => $does,
            _ => panic!("no driver for it is linked"),
        }
    };
}

fn versions(migrated: &mut AnyConnection, directory: &Path) -> Vec<String> {
    let migrations = FileBasedMigrations::from_path(directory).unwrap();
    with_diesel!(migrated, conn => {
        let ran = conn.run_pending_migrations(migrations).unwrap();
        ran.iter().map(ToString::to_string).collect()
    })
}

/// What `diesel migration list` marks as applied, and what it does not. The command asks Diesel's harness for the same two;
/// to build it here would take longer than all of these tests.
fn listed(migrated: &mut AnyConnection, directory: &Path) -> (Vec<String>, Vec<String>) {
    let migrations = FileBasedMigrations::from_path(directory).unwrap();
    with_diesel!(migrated, conn => {
        let mut applied: Vec<String> = conn.applied_migrations().unwrap().iter().map(ToString::to_string).collect();
        applied.sort();
        let pending = conn.pending_migrations(migrations).unwrap();
        (applied, pending.iter().map(|migration| migration.name().version().to_string()).collect())
    })
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = entry.map(|entry| (entry.path(), to.join(entry.file_name()))).unwrap();
        match path.is_dir() {
            true => copy(&path, &to),
            false => drop(fs::copy(&path, &to).unwrap()),
        }
    }
}

/// What Diesel has migrated is at the head of the history that its directory becomes.
fn adopts(engine: &'static str, styles: &[&str]) {
    let place = Place::new(engine, "adopted");
    let directory = place.folder.path().join("diesel");
    for style in styles {
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/write/diesel").join(style),
            &directory,
        );
    }
    let ran = versions(&mut place.open(), &directory);
    let taken = diesel(&directory, &place.config(), Some(&place.url)).unwrap();
    place.write(&taken.files);
    place.is_as_its_history_says();
    let agrees = |pending: &[String]| {
        let (applied, open) = listed(&mut place.open(), &directory);
        assert_eq!((applied.len() + open.len(), &open[..]), (ran.len(), pending));
        let current = place.mina(&["current"]).text;
        assert_eq!(current.split_whitespace().next(), applied.last().map(String::as_str), "{current}");
    };
    agrees(&[]);
    place.mina(&["downgrade", "-1", "--yes"]);
    agrees(&ran[ran.len() - 1..]);
    place.mina(&["upgrade"]);
    agrees(&[]);
    // Down to nothing and up again, by the history's own statements.
    place.mina(&["downgrade", "base", "--yes"]);
    place.mina(&["upgrade"]);
    place.is_as_its_history_says();
}

/// A database with this in it is what its first migration says, and is left as it was.
fn begins(engine: &'static str, sql: &str) -> String {
    let place = Place::new(engine, "begun");
    place.execute(sql);
    let mut live = Live::open(&place.url, &place.crate_folder()).unwrap();
    let taken = live.baseline(&place.config()).unwrap();
    drop(live);
    place.write(&taken.files);
    let options = Arguments::try_parse_from(["mina", "heads"]).unwrap().options;
    let stamped = stamp(&place.crate_folder(), &Secret::from(place.url.as_str()), &options).unwrap();
    assert!(stamped.contains("stamped") || stamped.contains("recorded"), "{stamped}");
    place.is_as_its_history_says();
    // What it says makes the same again.
    place.mina(&["downgrade", "base", "--yes"]);
    place.mina(&["upgrade"]);
    place.is_as_its_history_says();
    let applied = Live::open(&place.url, &place.crate_folder()).map(|_| ()).unwrap_err().to_string();
    assert!(applied.contains("has a history already"), "{applied}");
    let (_, text) = taken.files.first().unwrap();
    let id = text.split('"').nth(1).unwrap();
    text.replace(id, "ID")
}

#[test]
fn what_diesel_has_migrated_on_sqlite_is_up_to_date() {
    adopts("sqlite", &["sqlite"]);
}

#[test]
fn a_history_begins_with_what_a_database_of_sqlite_has() {
    insta::assert_snapshot!(begins("sqlite", include_str!("live/sqlite.sql")));
}

#[cfg(feature = "postgres")]
#[test]
fn what_diesel_has_migrated_on_postgres_is_up_to_date() {
    adopts("postgres", &["postgres", "tried"]);
}

#[cfg(feature = "postgres")]
#[test]
fn a_history_begins_with_what_a_database_of_postgres_has() {
    insta::assert_snapshot!(begins("postgres", include_str!("live/postgres.sql")));
}

#[cfg(feature = "mysql")]
#[test]
fn what_diesel_has_migrated_on_mariadb_is_up_to_date() {
    adopts("mariadb", &["mysql"]);
}

#[cfg(feature = "mysql")]
#[test]
fn a_history_begins_with_what_a_database_of_mariadb_has() {
    insta::assert_snapshot!(begins("mariadb", include_str!("live/mariadb.sql")));
}
