//! At every revision the database is what the history says it is.

mod fold;

use diesel::prelude::*;
use fold::{bind, difference, revisions};
use mina_migrations::MIGRATIONS;

#[test]
fn every_revision_makes_what_the_history_says() {
    let mut looked_at = 0;
    mina::testing::stairway_with(MIGRATIONS, |revision, conn| {
        let found = difference(conn, Some(revision), bind(revision).as_deref());
        assert_eq!(found, "", "before {revision}");
        looked_at += 1;
    });
    assert_eq!(looked_at, revisions().len());
    for bind in [None, Some("analytics")] {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        MIGRATIONS.runner().bind(bind).upgrade(&mut conn, "head").unwrap();
        assert_eq!(difference(&mut conn, None, bind), "", "at the head of {bind:?}");
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        MIGRATIONS.runner().bind(bind).create(&mut conn).unwrap();
        assert_eq!(difference(&mut conn, None, bind), "", "{bind:?}, made at once");
    }
}
