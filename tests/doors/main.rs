//! One history through every door: Diesel's harness on each kind of connection, beside Mina's own runner.

mod connection;
mod crash;
mod journal;
mod keys;
#[cfg(all(feature = "postgres", feature = "mysql"))]
mod servers;

#[path = "history/m20260101000000.rs"]
mod m20260101000000;
#[path = "history/m20260102000000.rs"]
mod m20260102000000;
#[path = "history/m20260103000000.rs"]
mod m20260103000000;
#[path = "history/m20260104000000.rs"]
mod m20260104000000;
#[path = "history/m20260105000000.rs"]
mod m20260105000000;
#[path = "history/m20260106000000.rs"]
mod m20260106000000;
#[path = "history/m20260107000000.rs"]
mod m20260107000000;

use diesel::backend::Backend;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::MigrationHarness;
use mina::{Encoded, Engine, Migration, Migrations};
use mina_core::record::{Record, Rendered};
use std::path::{Path, PathBuf};

/// A native change, a count before an index, a rebuild of a keyed parent, three units, Rust, and no way back at the end.
pub(crate) static WHOLE: Migrations = Migrations {
    migrations: &[
        m20260101000000::MIGRATION,
        m20260102000000::MIGRATION,
        m20260103000000::MIGRATION,
        m20260104000000::MIGRATION,
        m20260105000000::MIGRATION,
        m20260106000000::MIGRATION,
        m20260107000000::MIGRATION,
    ],
    creations: &[],
    config: "",
    directory: "",
};

/// The same without its end.
pub(crate) static REVERSIBLE: Migrations = Migrations {
    migrations: &[
        m20260101000000::MIGRATION,
        m20260102000000::MIGRATION,
        m20260103000000::MIGRATION,
        m20260104000000::MIGRATION,
        m20260105000000::MIGRATION,
        m20260106000000::MIGRATION,
    ],
    creations: &[],
    config: "",
    directory: "",
};

/// One migration of one statement each way, with a checksum.
pub(crate) fn written(checksum: &str, up: &str, down: &str) -> Migrations {
    let unit = |sql: &str| format!(r#"[{{"kind":"transaction","steps":[{{"line":7,"sql":"{sql}"}}]}}]"#);
    let record = Record {
        id: "20260109000000",
        file: "versions/20260109000000_x.rs",
        engines: vec![Rendered {
            engine: Engine::Sqlite,
            checksum: checksum.to_owned(),
            up: unit(up),
            down: unit(down),
        }],
        ..Record::default()
    };
    let migration = Migration {
        record: Encoded(record.encode().leak()),
        runs: &[],
        source: "",
    };
    Migrations {
        migrations: vec![migration].leak(),
        creations: &[],
        config: "",
        directory: "",
    }
}

/// A database file of its own.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("app.db")
    }

    pub(crate) fn url(&self) -> String {
        self.path().to_str().unwrap().to_owned()
    }

    pub(crate) fn open(&self) -> SqliteConnection {
        SqliteConnection::establish(&self.url()).unwrap()
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

pub(crate) fn lines(conn: &mut SqliteConnection, query: &str) -> Vec<String> {
    let lines: Vec<Line> = diesel::sql_query(query).load(conn).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

pub(crate) fn applied(path: &Path) -> Vec<String> {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    lines(&mut conn, "SELECT version AS line FROM __diesel_schema_migrations ORDER BY version")
}

/// The schema as SQLite stores it, and every row.
pub(crate) fn state(path: &Path) -> Vec<String> {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let own = "name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'";
    let mut state = lines(
        &mut conn,
        &format!("SELECT sql AS line FROM sqlite_schema WHERE sql IS NOT NULL AND {own} ORDER BY name"),
    );
    for table in lines(
        &mut conn,
        &format!("SELECT name AS line FROM sqlite_schema WHERE type = 'table' AND {own} ORDER BY name"),
    ) {
        let columns = lines(
            &mut conn,
            &format!("SELECT 'quote(' || name || ')' AS line FROM pragma_table_info('{table}')"),
        );
        let row = columns.join(" || ' ' || ");
        state.extend(lines(&mut conn, &format!("SELECT {row} AS line FROM {table} ORDER BY id")));
    }
    state
}

/// What Mina's own runner makes of the first revisions: on the way up, and on the way down again.
pub(crate) fn expected(count: usize) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let place = Place::new();
    let mut conn = place.open();
    let up = (0..count).map(|_| {
        REVERSIBLE.upgrade(&mut conn, "+1").unwrap();
        state(&place.path())
    });
    let up = up.collect();
    let down = (0..count).map(|_| {
        REVERSIBLE.downgrade(&mut conn, "-1").unwrap();
        state(&place.path())
    });
    (up, down.collect())
}

fn agrees(path: &Path, migrations: Migrations) {
    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    let applied = applied(path);
    let (pending, status) = (conn.pending_migrations(migrations).unwrap(), migrations.status(&mut conn).unwrap());
    let pending: Vec<String> = pending.iter().map(|migration| migration.name().version().to_string()).collect();
    assert_eq!(pending, status.pending);
    assert_eq!(migrations.current(&mut conn).unwrap(), Vec::from_iter(applied.last().cloned()));
    assert!(status.partly.is_empty() && status.unknown.is_empty());
}

/// Everything that the harness does, on a connection that every migration can be run on.
pub(crate) fn whole_way<DB: Backend, S: MigrationSource<DB> + Copy>(
    path: &Path,
    harness: &mut impl MigrationHarness<DB>,
    source: impl Fn(Migrations) -> S,
) {
    let (up, down) = expected(REVERSIBLE.migrations.len());
    let reversible = source(REVERSIBLE);
    for expected in &up {
        assert!(harness.has_pending_migration(reversible).unwrap());
        harness.run_next_migration(reversible).unwrap();
        assert_eq!(state(path), *expected);
        agrees(path, REVERSIBLE);
    }
    assert!(!harness.has_pending_migration(reversible).unwrap());
    for expected in &down {
        harness.revert_last_migration(reversible).unwrap();
        assert_eq!(state(path), *expected);
        agrees(path, REVERSIBLE);
    }
    assert!(applied(path).is_empty());

    assert_eq!(harness.run_pending_migrations(reversible).unwrap().len(), up.len());
    assert_eq!(state(path), up[up.len() - 1]);
    assert_eq!(harness.revert_all_migrations(reversible).unwrap().len(), up.len());
    assert!(state(path).is_empty());

    let whole = source(WHOLE);
    harness.run_pending_migrations(whole).unwrap();
    let end = state(path);
    let refusal = harness.revert_last_migration(whole).unwrap_err().to_string();
    assert!(refusal.contains("what was read is not known any more"), "{refusal}");
    assert_eq!((state(path), applied(path).len()), (end, WHOLE.migrations.len()));
    agrees(path, WHOLE);
}

/// What the harness does on a connection that only takes statements: the first three, no more, and back.
pub(crate) fn short_way<DB: Backend, S: MigrationSource<DB> + Copy>(
    path: &Path,
    harness: &mut impl MigrationHarness<DB>,
    source: impl Fn(Migrations) -> S,
) -> String {
    let (up, down) = expected(3);
    let reversible = source(REVERSIBLE);
    for _ in 0..2 {
        harness.run_pending_migrations(reversible).unwrap_err();
        assert_eq!((state(path), applied(path).len()), (up[2].clone(), 3));
        agrees(path, REVERSIBLE);
        for expected in &down {
            harness.revert_last_migration(reversible).unwrap();
            assert_eq!(state(path), *expected);
        }
    }
    let refusal = harness.run_pending_migrations(reversible).unwrap_err().to_string();

    let mut conn = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    REVERSIBLE.upgrade(&mut conn, "head").unwrap();
    assert!(!harness.has_pending_migration(reversible).unwrap());
    let back = harness.revert_all_migrations(reversible).unwrap_err().to_string();
    assert!(back.starts_with("`20260105000000` needs transactions of its own"), "{back}");
    refusal
}
