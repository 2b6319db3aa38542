//! Every command on every server.

use crate::databases::{Database, Server};
use crate::program::{Place, Said};
use crate::support;
use mina_runtime::runner::ErrorKind;
use mina_runtime::{AnyConnection, AsConnection};

const SERVERS: [Server; 3] = [Server::Postgres, Server::Postgres18, Server::Mariadb];

/// The program on a database, whose place is the same in every test.
pub fn run(database: &Database, arguments: &[&str]) -> Said {
    run_with(database, "servers", arguments)
}

pub fn run_with(database: &Database, fixture: &str, arguments: &[&str]) -> Said {
    let place = Place::new();
    let mut command = place.command(fixture, arguments);
    let mut said = place.said(command.env("DATABASE_URL", database.url()).output().unwrap());
    let (user, password, host) = database.server.account();
    let shown = format!("{user}@{host}/{}", database.name);
    for text in [&mut said.out, &mut said.err] {
        assert!(!text.contains(&password), "{text}");
        *text = text
            .replace(&shown, "[place]")
            .replace("mysql://", "[engine]://")
            .replace("postgres://", "[engine]://");
    }
    said
}

#[test]
fn a_history_goes_up_and_down_on_every_server() {
    for server in SERVERS {
        let database = Database::new(server);
        let said = run(&database, &["upgrade"]);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{server:?}: {}", said.out);
        insta::allow_duplicates! {
            insta::assert_snapshot!(said.out, @r#"
            [engine]://[place]: upgrade of 2 revisions, 2025a … 2025b
              + 2025a Message of 2025a ([n] ms)
              + 2025b Message of 2025b ([n] ms)
            [engine]://[place]: 2 revisions applied in [n] ms, now at 2025b
            "#);
        }
        database.execute("INSERT INTO users (id, email, phone) VALUES (1, 'a', 'b')");
        let said = run(&database, &["current", "--check-heads"]);
        assert_eq!((said.code, said.out.as_str()), (0, "2025b (head)\n"), "{server:?}: {}", said.err);
        let said = run(&database, &["downgrade", "base"]);
        assert_eq!(said.code, 5, "{server:?}: {}{}", said.out, said.err);
        insta::allow_duplicates! {
            insta::assert_snapshot!(said.err, @r#"
            warning: the downgrade of 2025b drops `users.phone` with 1 value
            warning: the downgrade of 2025a drops `users` with 1 row
            error: this drops `users.phone` with 1 value, `users` with 1 row, and nobody was asked
              help: add `--yes` or set MINA_YES=1 to go on; `plan` shows every statement
            "#);
        }
        assert_eq!(run(&database, &["downgrade", "base", "--yes"]).code, 0);
        let left = database.number(match server {
            Server::Mariadb => "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()",
            _ => "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
        });
        assert_eq!(left, 3, "{server:?}");
    }
}

#[test]
fn what_is_there_can_be_looked_at_without_anything_being_made() {
    for server in SERVERS {
        let database = Database::new(server);
        for (arguments, code) in [(&["current"][..], 0), (&["status"], 3), (&["history", "-i"], 0), (&["plan"], 0)] {
            let said = run(&database, arguments);
            assert_eq!(said.code, code, "{server:?} {arguments:?}: {}{}", said.out, said.err);
        }
        let tables = database.number(match server {
            Server::Mariadb => "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE()",
            _ => "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
        });
        assert_eq!(tables, 0, "{server:?}");
    }
}

#[test]
fn a_transaction_that_was_begun_in_sql_is_neither_ended_nor_written_in() {
    for server in [Server::Postgres, Server::Postgres18] {
        let database = Database::new(server);
        let migrations = support::with_config(support::portable(), "");
        let mut conn = database.open();
        let execute = |conn: &mut AnyConnection, sql: &str| conn.as_connection().execute(sql).unwrap();
        execute(&mut conn, "BEGIN");
        execute(&mut conn, "CREATE TABLE mine (id integer)");
        for result in [
            migrations.upgrade(&mut conn, "head").map(drop),
            migrations.current(&mut conn).map(drop),
        ] {
            let error = result.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::InTransaction), "{error}");
        }
        execute(&mut conn, "ROLLBACK");
        assert_eq!(database.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"), 0);
        migrations.upgrade(&mut conn, "head").unwrap();
    }
}
