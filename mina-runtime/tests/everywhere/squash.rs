//! A history whose first revisions were made one, on databases that came through them one by one.

use crate::language::{ENGINES, PHONES, TASKS, USERS, compiled, files};
use crate::place::{Place, execute, number};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use diesel_migrations::MigrationHarness;
use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_runtime::runner::{ErrorKind, Offline};
use mina_runtime::{AnyConnection, Migrations};

const BIO: &str = r#"
//! Add bio to users
revision = "2025d";
revises = "2025c";
upgrade { add_column users.bio: Nullable<Text>; }
downgrade { drop_column users.bio; }
"#;

/// The history as it was, and with all but its last revision squashed.
fn both() -> (Migrations, Migrations) {
    let texts = [USERS, PHONES, TASKS].map(|block| format!("mina::migration! {{\n{block}\n}}\n"));
    let revisions = texts.iter().flat_map(|text| Revision::all_in(text, "").unwrap());
    let history = History::new(Config::parse(ENGINES).unwrap(), revisions.collect());
    let squash = history.squash(None, 0, 2).unwrap().text;
    let bio = format!("mina::migration! {{\n{BIO}\n}}\n");
    (compiled(ENGINES, &[USERS, PHONES, TASKS, BIO]), files(ENGINES, vec![squash, bio]))
}

fn rows(conn: &mut AnyConnection) -> i64 {
    number(conn, "SELECT count(*) FROM __diesel_schema_migrations")
}

#[test]
fn a_new_database_has_the_squash_and_nothing_of_what_it_was_made_of() {
    for place in Place::each() {
        let (_, new) = both();
        let mut conn = place.open();
        let report = new.upgrade(&mut conn, "head").unwrap();
        assert_eq!(report.migrations.len(), 2, "{:?}", place.engine());
        assert_eq!((report.current, rows(&mut conn)), (vec!["2025d".to_owned()], 2));
        assert_eq!(new.downgrade(&mut conn, "base").unwrap().migrations.len(), 2);
        assert_eq!(rows(&mut conn), 0);
    }
}

#[test]
fn a_database_past_the_range_has_it_applied_and_goes_below_it_as_a_whole() {
    for place in Place::each() {
        let (old, new) = both();
        let mut conn = place.open();
        old.upgrade(&mut conn, "2025c").unwrap();
        execute(&mut conn, "INSERT INTO users (email) VALUES ('a@b.c')");
        let report = new.upgrade(&mut conn, "head").unwrap();
        assert_eq!(report.migrations.len(), 1, "{:?}", place.engine());
        assert_eq!(rows(&mut conn), 4);
        let status = new.status(&mut conn).unwrap();
        status.sound().unwrap();
        assert_eq!((status.edited, status.unknown, status.inside), (vec![], vec![], vec![]));
        new.require_exact(&mut conn).unwrap();
        // A program of before the squash still finds what it knows.
        old.require_exact(&mut conn).unwrap();
        new.repair(&mut conn).unwrap();
        old.require_exact(&mut conn).unwrap();
        let kept = number(&mut conn, "SELECT count(*) FROM users");
        assert_eq!(kept, 1);

        let error = new.downgrade(&mut conn, "2025a").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`2025a` is part of `2025c` now, which it was squashed into; name `2025c`, or what it revises"
        );
        new.downgrade(&mut conn, "2025c").unwrap();
        assert_eq!(rows(&mut conn), 3);
        assert_eq!(new.downgrade(&mut conn, "base").unwrap().migrations.len(), 1);
        assert_eq!((rows(&mut conn), new.current(&mut conn).unwrap()), (0, vec![]));
        new.upgrade(&mut conn, "head").unwrap();
        new.require_exact(&mut conn).unwrap();
        assert_eq!(rows(&mut conn), 2);
    }
}

#[test]
fn a_database_in_the_middle_of_the_range_is_told_how_to_go_on() {
    for place in Place::each() {
        let (old, new) = both();
        let mut conn = place.open();
        old.upgrade(&mut conn, "2025b").unwrap();
        for error in [
            new.upgrade(&mut conn, "head").unwrap_err(),
            new.downgrade(&mut conn, "base").unwrap_err(),
            new.runner()
                .plan(
                    mina_runtime::AsConnection::as_connection(&mut conn),
                    mina_runtime::runner::Direction::Up,
                    "head",
                )
                .unwrap_err(),
            new.require_not_behind(&mut conn).unwrap_err(),
        ] {
            assert_eq!(error.exit_code(), 5, "{:?}: {error}", place.engine());
            let said = error.to_string();
            let first =
                "the database stands in the middle of what was squashed into `2025c`: it has applied `2025a`, `2025b`, and not `2025c`\n";
            assert!(said.starts_with(first), "{said}");
            assert!(
                said.contains("`upgrade 2025c` there, then come back") && said.contains("`stamp 2025c`"),
                "{said}"
            );
        }
        assert_eq!(new.current(&mut conn).unwrap(), ["2025b"]);
        let status = new.status(&mut conn).unwrap();
        assert_eq!((status.unknown.len(), &status.inside[0].squash[..]), (0, "2025c"));
        let stamped = new.stamp(&mut conn, "2025c").unwrap_err();
        assert!(matches!(stamped.kind(), ErrorKind::Drift { .. }), "{stamped}");
        assert_eq!(rows(&mut conn), 2);

        old.upgrade(&mut conn, "2025c").unwrap();
        new.upgrade(&mut conn, "head").unwrap();
        new.require_exact(&mut conn).unwrap();
    }
}

#[test]
fn a_stamp_brings_a_database_out_of_the_range() {
    for place in Place::each() {
        let (old, new) = both();
        let mut conn = place.open();
        old.upgrade(&mut conn, "2025c").unwrap();
        execute(&mut conn, "DELETE FROM __diesel_schema_migrations WHERE version = '2025c'");
        assert_eq!(new.status(&mut conn).unwrap().sound().unwrap_err().exit_code(), 5);
        let stamped = new.stamp(&mut conn, "2025c").unwrap();
        assert_eq!(
            (stamped.entered, stamped.removed.len()),
            (vec!["2025c".to_owned()], 0),
            "{:?}",
            place.engine()
        );
        new.upgrade(&mut conn, "head").unwrap();
        let stamped = new.stamp(&mut conn, "base").unwrap_err();
        assert!(matches!(stamped.kind(), ErrorKind::Drift { .. }), "{stamped}");
        new.downgrade(&mut conn, "base").unwrap();
        assert_eq!(rows(&mut conn), 0);
    }
}

#[test]
fn a_script_below_the_squash_takes_every_row_of_it() {
    for place in Place::each() {
        let (old, new) = both();
        let mut conn = place.open();
        old.upgrade(&mut conn, "2025c").unwrap();
        let offline = Offline::on(place.engine());
        let script = new.runner().downgrade_sql("2025c:base", &offline).unwrap();
        place.run(&script).unwrap();
        assert_eq!(rows(&mut conn), 0, "{script}");
        new.upgrade(&mut conn, "head").unwrap();
    }
}

#[test]
fn diesels_harness_sees_a_squash_as_the_runner_does() {
    let (old, new) = both();
    let open = || SqliteConnection::establish(":memory:").unwrap();
    let versions = |conn: &mut SqliteConnection| conn.applied_migrations().unwrap().len();

    let mut conn = open();
    conn.run_pending_migrations(old).unwrap();
    assert_eq!(conn.run_pending_migrations(new).unwrap().len(), 0);
    conn.revert_last_migration(new).unwrap();
    conn.revert_last_migration(new).unwrap();
    assert_eq!(versions(&mut conn), 0);
    conn.run_pending_migrations(new).unwrap();
    assert_eq!(versions(&mut conn), 2);

    let mut conn = open();
    conn.run_next_migration(old).unwrap();
    let error = conn.run_pending_migrations(new).unwrap_err().to_string();
    assert!(error.contains("in the middle of what was squashed into `2025c`"), "{error}");
    assert_eq!(versions(&mut conn), 1);
    conn.batch_execute("SELECT id FROM users").unwrap();
}
