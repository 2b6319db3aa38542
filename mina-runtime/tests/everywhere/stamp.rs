//! `stamp`, and what it compares first.

use crate::language::{PHONES, TASKS, USERS, compiled, three};
use crate::place::{Place, execute, number};
use mina_runtime::runner::{Applied, ErrorKind, Stamp};
use mina_runtime::{AnyConnection, AsConnection, Migrations};

const JOURNAL: &str = "SELECT count(*) FROM __mina_journal WHERE action = 'stamp'";

fn current(migrations: &Migrations, conn: &mut AnyConnection) -> Vec<String> {
    migrations.current(conn).unwrap()
}

/// A database that is what the history makes it, and knows nothing of it.
fn adopted(place: &Place, migrations: &Migrations, target: &str) -> AnyConnection {
    let mut conn = place.open();
    migrations.upgrade(&mut conn, target).unwrap();
    execute(&mut conn, "DROP TABLE __diesel_schema_migrations");
    execute(&mut conn, "DROP TABLE __mina_journal");
    conn
}

#[test]
fn a_database_that_another_tool_brought_there_is_taken_over() {
    for place in Place::each() {
        let migrations = three();
        let mut conn = adopted(&place, &migrations, "2025b");
        let stamped = migrations.stamp(&mut conn, "6f9f2dd343f5").unwrap();
        assert_eq!(stamped.entered, ["2025a", "2025b"], "{:?}", place.engine());
        assert_eq!((stamped.removed.len(), stamped.differences.len()), (0, 0));
        assert_eq!(
            (stamped.current, current(&migrations, &mut conn)),
            (vec!["2025b".into()], vec!["2025b".into()])
        );
        assert_eq!(number(&mut conn, JOURNAL), 2);
        let states = migrations.history(&mut conn).unwrap().into_iter().map(|entry| entry.state.unwrap());
        assert_eq!(
            states.collect::<Vec<_>>(),
            [Applied::Unverified, Applied::Unverified, Applied::Pending]
        );
        assert_eq!(migrations.upgrade(&mut conn, "head").unwrap().migrations.len(), 1);
        assert_eq!(migrations.downgrade(&mut conn, "base").unwrap().migrations.len(), 3);
    }
}

#[test]
fn a_database_that_is_something_else_is_refused_with_what_differs() {
    for place in Place::each() {
        let migrations = three();
        let mut conn = adopted(&place, &migrations, "2025b");
        execute(&mut conn, "ALTER TABLE users DROP COLUMN name");
        execute(&mut conn, "CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY)");
        let error = migrations.stamp(&mut conn, "heads").unwrap_err();
        assert_eq!(error.exit_code(), 4, "{error}");
        let ErrorKind::Drift { revisions, differences } = error.kind() else {
            panic!("{error}")
        };
        assert_eq!(revisions, &["2025c"]);
        let said: Vec<String> = differences
            .iter()
            .map(|difference| difference.to_string().lines().next().unwrap().to_owned())
            .collect();
        assert_eq!(
            said,
            [
                "table `notes` is in the database alone",
                "table `tasks` is not in the database",
                "column `users.name` is not in the database",
            ],
            "{:?}",
            place.engine()
        );
        assert_eq!(current(&migrations, &mut conn), Vec::<String>::new());
        let stamped = migrations.stamp(&mut conn, Stamp::from("heads").force()).unwrap();
        assert_eq!(stamped.differences.len(), 3);
        assert_eq!(current(&migrations, &mut conn), ["2025c"]);
    }
}

#[test]
fn what_stands_above_the_target_is_recorded_no_more() {
    for place in Place::each() {
        let migrations = three();
        let mut conn = place.open();
        migrations.upgrade(&mut conn, "head").unwrap();
        execute(&mut conn, "DROP TABLE tasks");
        let stamped = migrations.stamp(&mut conn, "-1").unwrap();
        assert_eq!((stamped.entered.len(), stamped.removed), (0, vec!["2025c".to_owned()]));
        let states = migrations.history(&mut conn).unwrap().into_iter().map(|entry| entry.state.unwrap());
        assert_eq!(states.collect::<Vec<_>>(), [Applied::Applied, Applied::Applied, Applied::Pending]);
        let stamped = migrations.stamp(&mut conn, Stamp::from("base").force()).unwrap();
        assert_eq!(stamped.removed, ["2025a", "2025b"]);
        assert_eq!(number(&mut conn, "SELECT count(*) FROM __diesel_schema_migrations"), 0);
    }
}

#[test]
fn a_purge_is_the_way_out_where_the_stored_revision_is_not_known() {
    for place in Place::each() {
        let migrations = three();
        let mut conn = place.open();
        migrations.upgrade(&mut conn, "head").unwrap();
        execute(&mut conn, "INSERT INTO __diesel_schema_migrations (version) VALUES ('2024gone')");
        let error = migrations.stamp(&mut conn, "head").unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unknown { .. }), "{error}");
        assert!(error.to_string().contains("stamp --purge REVISION"), "{error}");
        let stamped = migrations.stamp(&mut conn, Stamp::from("head").purge()).unwrap();
        assert_eq!((stamped.entered.len(), stamped.removed), (0, vec!["2024gone".to_owned()]));
        assert_eq!(current(&migrations, &mut conn), ["2025c"]);
        assert!(migrations.upgrade(&mut conn, "head").unwrap().is_empty());
    }
}

#[test]
fn each_branch_has_a_target_of_its_own() {
    let billing = PHONES.replace("alias", "label = \"billing\"; alias");
    let tasks = TASKS.replace("\"2025b\"", "\"2025a\"; label = \"tasks\"");
    for place in Place::each() {
        let migrations = compiled(crate::language::ENGINES, &[USERS, &billing, &tasks]);
        let mut conn = adopted(&place, &migrations, "heads");
        let error = migrations.stamp(&mut conn, Stamp::to(["billing@head", "2025a"])).unwrap_err();
        assert_eq!(
            (error.exit_code(), error.kind().to_string().contains("name one of them")),
            (2, true),
            "{error}"
        );
        let stamped = migrations.stamp(&mut conn, Stamp::to(["billing@head", "tasks@head"])).unwrap();
        assert_eq!(stamped.entered, ["2025a", "2025b", "2025c"]);
        let stamped = migrations.stamp(&mut conn, Stamp::from("billing@-1").force()).unwrap();
        assert_eq!(
            (stamped.removed, stamped.current),
            (vec!["2025b".to_owned()], vec!["2025c".to_owned()])
        );
    }
}

#[test]
fn drift_is_what_somebody_changed_by_hand() {
    for place in Place::each() {
        let migrations = three();
        let mut conn = place.open();
        assert_eq!(migrations.drift(&mut conn).unwrap(), []);
        migrations.upgrade(&mut conn, "2025b").unwrap();
        assert_eq!(migrations.drift(&mut conn).unwrap(), []);
        execute(&mut conn, "CREATE INDEX ix_by_hand ON users (name)");
        let drift = migrations.drift(&mut conn).unwrap();
        assert_eq!(drift.len(), 1, "{drift:?}");
        assert_eq!(
            drift[0].to_string(),
            "index `ix_by_hand` of `users` is in the database alone\n    create_index ix_by_hand on users (name);"
        );
        let other = compiled(crate::language::ENGINES, &[USERS, PHONES]);
        execute(&mut conn, "INSERT INTO __diesel_schema_migrations (version) VALUES ('2026z')");
        assert!(matches!(other.drift(&mut conn).unwrap_err().kind(), ErrorKind::Ahead { .. }));
    }
}

#[test]
fn a_program_without_the_blocks_says_that_it_cannot_compare() {
    let migrations = three();
    let blind: Vec<mina_runtime::Migration> = migrations
        .migrations
        .iter()
        .map(|migration| mina_runtime::Migration { source: "", ..*migration })
        .collect();
    let blind = Migrations {
        migrations: blind.leak(),
        ..migrations
    };
    let place = Place::on(mina_runtime::Engine::Sqlite);
    let mut conn = place.open();
    let error = blind.stamp(&mut conn, "head").unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::NoBlock { revision } if revision == "2025a"),
        "{error}"
    );
    assert_eq!(blind.stamp(&mut conn, Stamp::from("head").force()).unwrap().entered.len(), 3);
}

#[test]
fn what_another_history_has_in_the_same_database_is_no_drift() {
    let config = format!(
        "{}[databases.analytics]\nengines = [\"sqlite\", \"postgres\", \"mariadb\"]\nhistory_table = \"events_history\"\n",
        crate::language::ENGINES
    );
    let events = r#"
//! Create events
revision = "2025e";
revises = base;
bind = analytics;
upgrade { create_table events { #[primary_key] id: Integer, name: Varchar<20>, index ix_events_name (name) } }
downgrade { drop_table events; }
"#;
    for place in Place::each() {
        let migrations = compiled(config.clone().leak(), &[USERS, events]);
        let mut conn = place.open();
        migrations.upgrade(&mut conn, "head").unwrap();
        let analytics = migrations.bind("analytics");
        analytics.upgrade(&mut conn, "head").unwrap();
        assert_eq!(migrations.drift(&mut conn).unwrap(), []);
        assert_eq!(analytics.drift(conn.as_connection()).unwrap(), []);
        execute(&mut conn, "ALTER TABLE events ADD COLUMN extra INTEGER");
        assert_eq!(analytics.drift(conn.as_connection()).unwrap().len(), 1);
        assert_eq!(migrations.drift(&mut conn).unwrap().len(), 1, "it is not what anybody made");
    }
}
