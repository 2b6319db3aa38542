//! Changes that are made while their tables are in use: what they come to, and what is left where one is broken off.

use crate::databases::{Database, Server};
use crate::dump::{mariadb_dump, pg_dump};
use crate::language::compiled;
use mina_runtime::{AnyConnection, Engine, Migrations};

pub const ALL: &str = "[database]\nengines = [\"postgres >= 15\", \"mariadb >= 10.11\"]\n";
const NEWEST: &str = "[database]\nengines = [\"postgres >= 18\"]\n";

const BASE: &str = r#"
//! Create users, tasks and logs
revision = "2025a";
revises = base;
upgrade {
    create_table users {
        #[primary_key]
        id: Integer,
        email: Varchar<50>,
        age: Nullable<Integer>,
        name: Nullable<Varchar<40>>,
        score: Integer = 0,
    }
    create_table tasks { #[primary_key] id: Integer, user_id: Nullable<Integer>, index ix_tasks_user (user_id) }
    create_table logs { a: Integer, b: Integer }
    bulk_insert users (id, email, age) [(1, "a", 5), (2, "b", null)];
    bulk_insert tasks (id, user_id) [(1, 1), (2, null)];
    bulk_insert logs (a, b) [(1, 1), (1, 2)];
}
downgrade {
    drop_table logs;
    drop_table tasks;
    drop_table users;
}
"#;

/// The same changes, online or not.
fn forms(online: bool) -> String {
    format!(
        r#"
//! Hold users, tasks and logs to more
#![allow(may_fail_on_rows, lossy_downgrade)]
revision = "2025b";
revises = "2025a";
upgrade {{
    create_foreign_key fk_tasks_user on tasks (user_id) references users (id) {{ on_delete = cascade, online = {online} }}
    create_check ck_users_age on users "age >= 0" {{ online = {online} }}
    create_unique uq_users_email on users (email) {{ online = {online} }}
    create_primary_key pk_logs on logs (a, b) {{ online = {online} }}
    create_index ix_users_name on users (name) {{ concurrently = {online} }}
    update users {{ set = "age = 0", where = "age IS NULL", undo = none }}
    alter_column users.age {{ nullable = false, default = 1, online = {online} }}
    update users {{ set = "name = 'x'", where = "name IS NULL", undo = none }}
    alter_column users.name {{ nullable = false, online = {online} }}
    alter_column users.score {{ type = BigInt, online = {online} }}
}}
downgrade {{
    alter_column users.score {{ type = Integer, online = {online} }}
    alter_column users.name {{ nullable = true }}
    alter_column users.age {{ nullable = true, default = none }}
    drop_index ix_users_name on users;
    drop_constraint pk_logs on logs;
    drop_constraint uq_users_email on users;
    drop_constraint ck_users_age on users;
    drop_constraint fk_tasks_user on tasks;
}}
"#
    )
}

fn history(config: &'static str, online: bool) -> Migrations {
    compiled(config, &[BASE, &forms(online)])
}

pub fn dump(database: &Database) -> Vec<String> {
    match database.server.engine() {
        Engine::Pg => pg_dump(database),
        _ => mariadb_dump(database),
    }
}

/// What the plain forms leave before and after them.
fn plain(server: Server, config: &'static str) -> (Vec<String>, Vec<String>) {
    let database = Database::new(server);
    let mut conn = database.open();
    let history = history(config, false);
    history.upgrade(&mut conn, "2025a").unwrap();
    let before = dump(&database);
    history.upgrade(&mut conn, "head").unwrap();
    (before, dump(&database))
}

#[test]
fn what_is_made_online_is_what_is_made_plainly_and_goes_down_again() {
    for (server, config) in [
        (Server::Postgres, ALL),
        (Server::Postgres18, ALL),
        (Server::Postgres18, NEWEST),
        (Server::Mariadb, ALL),
    ] {
        let (before, after) = plain(server, config);
        assert_ne!(before, after);
        let database = Database::new(server);
        let mut conn = database.open();
        let history = history(config, true);
        history.upgrade(&mut conn, "head").unwrap();
        assert_eq!(dump(&database), after, "{server:?}");
        history.require_exact(&mut conn).unwrap();
        history.downgrade(&mut conn, "2025a").unwrap();
        assert_eq!(dump(&database), before, "{server:?}");
    }
}

/// What the steps are broken off at, in their order: by their statements.
fn stops(config: &str) -> Vec<&'static str> {
    let mut stops = vec![
        "VALIDATE CONSTRAINT \"fk_tasks_user\"",
        "VALIDATE CONSTRAINT \"ck_users_age\"",
        "USING INDEX \"uq_users_email\"",
        "USING INDEX \"pk_logs\"",
        "VALIDATE CONSTRAINT \"%users_name_not_null\"",
    ];
    stops.extend((config == ALL).then_some("COLUMN \"name\" SET NOT NULL"));
    stops.push("RENAME COLUMN");
    stops
}

/// Has the server refuse statements like that.
pub fn stop_at(database: &Database, pattern: &str) {
    database.execute(&format!(
        "CREATE FUNCTION stop() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF current_query() LIKE '%{pattern}%' THEN RAISE EXCEPTION 'stopped here'; END IF; END $$"
    ));
    database.execute("CREATE EVENT TRIGGER stopper ON ddl_command_start EXECUTE FUNCTION stop()");
}

pub fn go_on(database: &Database) {
    database.execute("DROP EVENT TRIGGER stopper");
    database.execute("DROP FUNCTION stop()");
}

#[track_caller]
pub fn is_stopped(history: &Migrations, conn: &mut AnyConnection, pattern: &str) {
    let error = history.upgrade(conn, "head").unwrap_err();
    assert!(format!("{error:?}").contains("stopped here"), "{pattern}: {error}");
    let status = history.status(conn).unwrap();
    assert!(status.partly[0].done > 0, "{pattern}");
}

#[test]
fn what_is_broken_off_between_its_steps_is_carried_on_or_taken_back() {
    for (server, config) in [(Server::Postgres, ALL), (Server::Postgres18, NEWEST)] {
        let (before, after) = plain(server, config);
        let database = Database::new(server);
        let mut conn = database.open();
        let history = history(config, true);
        history.upgrade(&mut conn, "2025a").unwrap();
        for pattern in stops(config) {
            stop_at(&database, pattern);
            is_stopped(&history, &mut conn, pattern);
            go_on(&database);
            history
                .downgrade(&mut conn, "2025a")
                .unwrap_or_else(|error| panic!("{pattern}: {error}"));
            assert_eq!(dump(&database), before, "{server:?}, back from {pattern}");
        }
        for pattern in stops(config) {
            stop_at(&database, pattern);
            is_stopped(&history, &mut conn, pattern);
            go_on(&database);
        }
        history.upgrade(&mut conn, "head").unwrap();
        assert_eq!(dump(&database), after, "{server:?}");
        history.require_exact(&mut conn).unwrap();
    }
}
