//! How often a table is written anew by a `batch_alter` of five changes, as the servers count it.

use crate::block;
use crate::databases::{Database, Server};
use crate::five::{self, CHEAP, DEAR, TABLES};
use mina_core::engine::Target;
use mina_core::sql::unit::{Action, Step};
use mina_runtime::runner::Direction;
use mina_runtime::{AnyConnection, AsConnection, Migrations};

const SERVERS: [Server; 3] = [Server::Postgres, Server::Postgres18, Server::Mariadb];

fn target(server: Server) -> Target {
    match server {
        Server::Mariadb => five::MARIADB,
        _ => five::POSTGRES,
    }
}

fn execute(conn: &mut AnyConnection, sql: &str) {
    let done = conn.as_connection().execute(sql);
    done.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// A database with rows, in which a server of PostgreSQL counts what it writes anew.
fn filled(database: &Database, migrations: Migrations) -> AnyConnection {
    let mut conn = database.open();
    migrations.upgrade(&mut conn, block::IDS[0]).unwrap();
    for sql in five::fill(target(database.server), 2000) {
        execute(&mut conn, &sql);
    }
    if database.server != Server::Mariadb {
        execute(&mut conn, "CREATE TABLE written (name TEXT)");
        execute(
            &mut conn,
            "CREATE FUNCTION count_written() RETURNS event_trigger LANGUAGE plpgsql AS \
             $$BEGIN INSERT INTO written VALUES (pg_event_trigger_table_rewrite_oid()::regclass::text); END$$",
        );
        execute(
            &mut conn,
            "CREATE EVENT TRIGGER count_written ON table_rewrite EXECUTE FUNCTION count_written()",
        );
    }
    conn
}

/// Where the rows are: a new place is a table written anew.
fn place(conn: &mut AnyConnection, server: Server) -> i64 {
    let query = match server {
        Server::Mariadb => "SELECT TABLE_ID FROM information_schema.INNODB_SYS_TABLES WHERE NAME = CONCAT(DATABASE(), '/users')",
        _ => "SELECT pg_relation_filenode('users')::bigint",
    };
    conn.as_connection().number(query).unwrap()
}

/// The statements that a change is, as they are sent.
fn statements(conn: &mut AnyConnection, migrations: Migrations) -> Vec<String> {
    let plan = migrations.plan(conn, Direction::Up, "head").unwrap();
    let steps = plan
        .migrations
        .iter()
        .flat_map(|planned| &planned.units)
        .flat_map(|unit| &unit.steps);
    let sql = |step: &Step| match &step.action {
        Action::Sql(sql) => Some(sql.clone()),
        _ => None,
    };
    steps.filter_map(sql).collect()
}

/// Runs a change, and says at most how often it wrote the table anew, and whether at all.
fn rewrites(server: Server, change: &str) -> (usize, bool) {
    let database = Database::new(server);
    let migrations = block::history(target(server), &[TABLES, change]).unwrap();
    let mut conn = filled(&database, migrations);
    let before = place(&mut conn, server);
    let statements = statements(&mut conn, migrations);
    migrations.upgrade(&mut conn, "head").unwrap();
    assert_eq!(conn.as_connection().number("SELECT count(*) FROM users").unwrap(), 2000);
    let moved = place(&mut conn, server) != before;
    let times = match server {
        // The server accepts such a statement only where it can do so without the rows.
        Server::Mariadb => {
            let keeps = |sql: &&String| sql.contains("ALGORITHM=INSTANT") || sql.contains("ALGORITHM=NOCOPY");
            statements.iter().filter(|sql| !keeps(sql)).count()
        }
        _ => {
            let written = conn.as_connection().number("SELECT count(*) FROM written WHERE name = 'users'");
            written.unwrap() as usize
        }
    };
    (times, moved)
}

#[test]
fn five_changes_that_need_no_rows_write_none() {
    for server in SERVERS {
        let (times, moved) = rewrites(server, CHEAP);
        assert!(times <= 1, "{server:?}: {times}");
        assert!(!moved, "{server:?}");
    }
}

#[test]
fn five_changes_that_need_the_rows_write_them_once() {
    for server in SERVERS {
        assert_eq!(rewrites(server, DEAR), (1, true), "{server:?}");
    }
}
