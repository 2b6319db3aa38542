//! At every revision the database is what the history says it is.

use diesel::prelude::*;
use mina_core::config::Config;
use mina_core::engine::Target;
use mina_core::history::{History, Revision};
use mina_core::normal::differences;
use mina_core::sql::Dialect;
use mina_core::sql::sqlite::Sqlite;
use mina_core::syntax::ast::Ident;
use mina_core::syntax::{parse, source};
use mina_migrations::MIGRATIONS;
use std::fs;
use std::path::Path;

fn revisions() -> Vec<Revision> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("versions");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let revision = |path: &Path| {
        let block = source::scan(&fs::read_to_string(path).unwrap()).unwrap().remove(0);
        let parsed = parse::parse(&block.tokens);
        Revision {
            block: parsed.block,
            tokens: block.tokens,
            file: path.display().to_string(),
            location: block.location,
            syntax: parsed.diagnostics,
        }
    };
    files.iter().map(|path| revision(path)).collect()
}

/// The history up to a revision, that one left out, or all of it.
fn history(below: Option<&str>) -> History {
    let config = Config::parse(include_str!("../mina.toml")).unwrap();
    let id = |revision: &Revision| revision.block.revision.as_ref().map(|id| id.text.clone());
    let mut revisions = revisions();
    revisions.retain(|revision| below.is_none_or(|below| id(revision).as_deref() < Some(below)));
    History::new(config, revisions)
}

fn difference(conn: &mut SqliteConnection, history: &History, bind: Option<&str>) -> String {
    let schema = history.head(bind, Target::SQLITE).unwrap_or_default();
    let live = mina::sqlite::introspect(conn).unwrap();
    let all = differences(&Sqlite.normal(&schema), &live, &Sqlite);
    all.iter().map(|difference| format!("{difference}\n")).collect()
}

#[test]
fn every_revision_makes_what_the_history_says() {
    let revisions = revisions();
    let text = |ident: &Option<Ident>| ident.as_ref().map(|ident| ident.text.clone());
    let bind = |id: &str| {
        let of = revisions
            .iter()
            .find(|revision| text(&revision.block.revision).as_deref() == Some(id));
        of.and_then(|revision| text(&revision.block.bind))
    };
    let mut looked_at = 0;
    mina::testing::stairway_with(MIGRATIONS, |revision, conn| {
        let found = difference(conn, &history(Some(revision)), bind(revision).as_deref());
        assert_eq!(found, "", "before {revision}");
        looked_at += 1;
    });
    assert_eq!(looked_at, revisions.len());
    for bind in [None, Some("analytics")] {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        MIGRATIONS.runner().bind(bind).upgrade(&mut conn, "head").unwrap();
        assert_eq!(difference(&mut conn, &history(None), bind), "", "at the head of {bind:?}");
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        MIGRATIONS.runner().bind(bind).create(&mut conn).unwrap();
        assert_eq!(difference(&mut conn, &history(None), bind), "", "{bind:?}, made at once");
    }
}
