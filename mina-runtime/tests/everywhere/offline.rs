//! Scripts, run by the clients of the engines and held against what the runner does.

use crate::language::{ENGINES, PHONES, STRICT, TASKS, USERS, application, compiled, three};
use crate::place::{Place, execute, number};
use mina_runtime::runner::{ErrorKind, Offline};
use mina_runtime::{AsConnection, Engine, Migrations};

/// Below it everything can be taken back.
const REVERSIBLE: &str = "20251104090000";

fn offline(place: &Place) -> Offline {
    Offline::on(place.engine()).skip_run()
}

fn run(place: &Place, script: &str) {
    if let Err(said) = place.run(script) {
        panic!("{:?}: {said}\n{script}", place.engine());
    }
}

/// What a database is after a script, and what is recorded, is what it is after a run.
fn is_as_after_a_run(bind: Option<&str>, target: &str, scripted: &Place, script: &str) {
    let runner = application().runner().bind(bind);
    let ran = Place::on(scripted.engine());
    runner.upgrade(&mut ran.open(), target).unwrap();
    assert_eq!(scripted.dump().join("\n"), ran.dump().join("\n"), "{script}");
    let mut conn = scripted.open();
    let conn = conn.as_connection();
    assert_eq!(runner.drift(&mut *conn).unwrap(), []);
    let status = runner.status(&mut *conn).unwrap();
    assert_eq!((status.unverified.len(), status.edited.len(), status.partly.len()), (0, 0, 0));
    assert_eq!(status.current, runner.current(ran.open().as_connection()).unwrap());
}

#[test]
fn a_script_from_the_base_makes_what_an_upgrade_makes() {
    for bind in application().binds() {
        for place in Place::each() {
            let runner = application().runner().bind(bind.as_deref());
            let script = runner.upgrade_sql("heads", &offline(&place)).unwrap();
            run(&place, &script);
            is_as_after_a_run(bind.as_deref(), "heads", &place, &script);
            assert!(place.run(&script).is_err(), "it runs twice");
        }
    }
}

#[test]
fn every_revision_has_a_script_up_and_the_way_down_has_one() {
    for place in Place::each() {
        let migrations = application();
        let history = migrations.history(&mut place.open()).unwrap();
        let ids: Vec<String> = history
            .into_iter()
            .map(|entry| entry.revision)
            .filter(|id| id.as_str() <= REVERSIBLE)
            .collect();
        let runner = migrations.runner();
        run(&place, &runner.tables_sql(&offline(&place)).unwrap());
        let empty = place.dump();
        let mut from = "base".to_owned();
        for id in &ids {
            run(&place, &runner.upgrade_sql(&format!("{from}:{id}"), &offline(&place)).unwrap());
            let mut conn = place.open();
            assert_eq!(migrations.drift(&mut conn).unwrap(), [], "{:?} at {id}", place.engine());
            from = migrations.current(&mut conn).unwrap().join(",");
        }
        is_as_after_a_run(None, REVERSIBLE, &place, "");
        run(
            &place,
            &runner.downgrade_sql(&format!("{from}:20251103090000"), &offline(&place)).unwrap(),
        );
        assert_eq!(migrations.drift(&mut place.open()).unwrap(), [], "{:?}", place.engine());
        run(
            &place,
            &runner
                .downgrade_sql("20251103090000,20251103100000:base", &offline(&place))
                .unwrap(),
        );
        assert_eq!(place.dump(), empty);
        assert_eq!(migrations.current(&mut place.open()).unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_script_says_what_each_part_is_and_in_which_transaction() {
    let runner = three().runner();
    let script = runner.upgrade_sql("2025a:2025b", &Offline::on(Engine::Sqlite)).unwrap();
    insta::assert_snapshot!(shown(&script), @r#"
    -- upgrade of 2025b: Add phone to users (versions/1.rs)
    BEGIN IMMEDIATE;
    ALTER TABLE "users" ADD COLUMN "phone" VARCHAR(20);
    INSERT INTO __mina_journal …
    INSERT INTO "__diesel_schema_migrations" (version) VALUES ('2025b');
    COMMIT;
    "#);
    let script = runner.downgrade_sql("2025b:-1", &Offline::on(Engine::Pg)).unwrap();
    insta::assert_snapshot!(shown(&script), @r#"
    -- downgrade of 2025b: Add phone to users (versions/1.rs)
    BEGIN;
    ALTER TABLE "users" DROP COLUMN "phone";
    INSERT INTO __mina_journal …
    DELETE FROM "__diesel_schema_migrations" WHERE version = '2025b';
    COMMIT;
    "#);
    let script = runner.upgrade_sql("2025a:+1", &Offline::on(Engine::Mysql)).unwrap();
    insta::assert_snapshot!(shown(&script), @r"
    -- upgrade of 2025b: Add phone to users (versions/1.rs)
    ALTER TABLE `users` ADD COLUMN `phone` VARCHAR(20) NULL, ALGORITHM=INSTANT, LOCK=NONE;
    START TRANSACTION;
    INSERT INTO __mina_journal …
    INSERT INTO `__diesel_schema_migrations` (version) VALUES ('2025b');
    COMMIT;
    ");
}

/// Without what every script begins with, and the journal's rows cut short.
fn shown(script: &str) -> String {
    let start = script
        .find("\n-- upgrade of")
        .or_else(|| script.find("\n-- downgrade of"))
        .unwrap_or_default();
    let cut = |line: &str| match line.split_once(" (history_table") {
        Some((start, _)) => format!("{start} …\n"),
        None => format!("{line}\n"),
    };
    script[start..].trim().lines().map(cut).collect()
}

#[test]
fn a_rebuild_keeps_what_a_table_has_counted_up_to() {
    let checked = r#"
//! Refuse empty titles
revision = "2025d";
revises = "2025c";
upgrade { #[allow(may_fail_on_rows)] create_check ck_tasks_title on tasks "length(title) > 0"; }
downgrade { drop_constraint ck_tasks_title on tasks; }
"#;
    for place in Place::each() {
        let migrations = compiled(ENGINES, &[USERS, PHONES, TASKS, checked]);
        let mut conn = place.open();
        migrations.upgrade(&mut conn, "2025c").unwrap();
        execute(&mut conn, "INSERT INTO tasks (title) VALUES ('a'), ('b'), ('c')");
        execute(&mut conn, "DELETE FROM tasks WHERE title <> 'a'");
        run(&place, &migrations.runner().upgrade_sql("2025c:head", &offline(&place)).unwrap());
        assert_eq!(migrations.drift(&mut conn).unwrap(), []);
        let result = conn.as_connection().execute("INSERT INTO tasks (title) VALUES ('')");
        assert!(result.is_err(), "{:?}", place.engine());
        execute(&mut conn, "INSERT INTO tasks (title) VALUES ('d')");
        // A file counts on from the rows that are there.
        let next = if place.engine() == Engine::Sqlite { 2 } else { 4 };
        assert!(number(&mut conn, "SELECT max(id) FROM tasks") >= next, "{:?}", place.engine());
    }
}

#[test]
fn rows_in_the_way_stop_a_script_before_anything_is_changed() {
    for place in Place::each() {
        let migrations = compiled(ENGINES, &[USERS, STRICT]);
        let mut conn = place.open();
        migrations.upgrade(&mut conn, "2025a").unwrap();
        execute(&mut conn, "INSERT INTO users (id, email) VALUES (1, 'a')");
        let script = migrations.runner().upgrade_sql("2025a:head", &offline(&place)).unwrap();
        assert!(place.run(&script).is_err(), "{:?}\n{script}", place.engine());
        assert_eq!(migrations.current(&mut conn).unwrap(), ["2025a"]);
        assert_eq!(migrations.drift(&mut conn).unwrap(), []);
        execute(&mut conn, "UPDATE users SET name = 'b'");
        run(&place, &script);
        assert_eq!(migrations.current(&mut conn).unwrap(), ["2025b"]);
    }
}

#[test]
fn a_script_stops_where_the_database_is_not_at_its_beginning() {
    for place in Place::each() {
        let migrations = three();
        let up = migrations.runner().upgrade_sql("2025a:head", &offline(&place)).unwrap();
        let down = migrations.runner().downgrade_sql("head:2025a", &offline(&place)).unwrap();
        for script in [&up, &down] {
            let said = place.run(script).unwrap_err();
            assert!(said.contains("the database is not at"), "{said}");
        }
        let mut conn = place.open();
        migrations.upgrade(&mut conn, "2025a").unwrap();
        assert!(place.run(&down).is_err());
        run(&place, &up);
        run(&place, &down);
        assert_eq!(migrations.current(&mut conn).unwrap(), ["2025a"]);
    }
}

#[test]
fn a_stamp_as_a_script_moves_the_rows_alone() {
    for place in Place::each() {
        let migrations = three();
        let runner = migrations.runner();
        run(&place, &runner.stamp_sql("2025b", &offline(&place)).unwrap());
        let mut conn = place.open();
        assert_eq!(migrations.current(&mut conn).unwrap(), ["2025b"]);
        assert_eq!(migrations.drift(&mut conn).unwrap().len(), 1, "no table is there");
        run(&place, &runner.stamp_sql("2025b:base", &offline(&place)).unwrap());
        assert_eq!(migrations.current(&mut conn).unwrap(), Vec::<String>::new());
        let other = Place::on(place.engine());
        run(&other, &runner.tables_sql(&offline(&place)).unwrap());
        assert_eq!(other.dump(), place.dump());
    }
}

#[test]
fn rust_is_in_no_script() {
    let migrations: Migrations = application();
    for engine in Engine::ALL {
        let error = migrations.runner().upgrade_sql("head", &Offline::on(*engine)).unwrap_err();
        let ErrorKind::NeedsRust { revision, .. } = error.kind() else {
            panic!("{error}")
        };
        assert_eq!((revision.as_str(), error.exit_code()), ("20251022090000", 5));
        let error = migrations.runner().downgrade_sql("-1", &Offline::on(*engine)).unwrap_err();
        assert!(error.to_string().contains("`head:-1`"), "{error}");
    }
}
