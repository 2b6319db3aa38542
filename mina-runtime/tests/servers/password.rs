//! Where a password may stand, and where it never gets to.

use crate::databases::{Database, Server, variable};
use crate::program::Place;
use diesel::prelude::*;
use mina_runtime::AnyConnection;
use std::os::unix::fs::PermissionsExt;

/// Writes a file that its owner alone may read, as libpq demands.
fn private(place: &Place, name: &str, text: &str) -> String {
    let path = place.path(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn succeeds(place: &Place, url: &str, environment: &[(&str, &str)]) {
    let mut program = place.command("servers", &["current"]);
    let program = program.env("HOME", place.folder.path()).envs(environment.iter().copied());
    let said = place.said(program.env("DATABASE_URL", url).output().unwrap());
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

#[test]
fn pgpass_gives_the_password_of_postgres() {
    let (user, password, host) = Server::Postgres.account();
    let line = format!("{}:*:{user}:{password}\n", host);
    let url = format!("postgres://{user}@{host}/postgres");
    let place = Place::new();
    let file = private(&place, "elsewhere", &line);
    succeeds(&place, &url, &[("PGPASSFILE", &file)]);
    private(&place, ".pgpass", &line);
    succeeds(&place, &url, &[]);
}

#[test]
fn my_cnf_gives_what_the_url_of_mariadb_leaves_out() {
    let (user, password, host) = Server::Mariadb.account();
    let port = host.rsplit(':').next().unwrap();
    let place = Place::new();
    let text = format!("[client]\nuser = {user}\npassword = \"{password}\"\nhost = 127.0.0.1\nport = {port}\n");
    let file = private(&place, ".my.cnf", &text);
    succeeds(&place, "mysql:///mysql", &[]);
    succeeds(&place, &format!("mariadb://{user}@{host}/mysql"), &[]);

    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let mut program = place.command("servers", &["current"]);
    let program = program.env("HOME", place.folder.path()).env("DATABASE_URL", "mysql:///mysql");
    let said = place.said(program.output().unwrap());
    insta::assert_snapshot!(said.err, @"error: cannot open [folder]/.my.cnf: everybody may write to it, so it is not trusted: `chmod 600` it");
}

#[test]
fn a_file_or_a_variable_gives_the_password_of_either() {
    for server in [Server::Postgres, Server::Mariadb] {
        let (user, password, host) = server.account();
        let (scheme, name) = if server == Server::Mariadb {
            ("mysql", "mysql")
        } else {
            ("postgres", "postgres")
        };
        let place = Place::new();
        let file = private(&place, "secret", &format!("{password}\n"));
        succeeds(&place, &format!("{scheme}://{user}@{host}/{name}?password=file:{file}"), &[]);
        let url = format!("{scheme}://{user}@{host}/{name}?password=env:SHOP_PASSWORD");
        succeeds(&place, &url, &[("SHOP_PASSWORD", &password)]);
    }
}

#[test]
fn tls_is_what_the_url_asks_for() {
    let authority = variable("MINA_TEST_CA");
    let encrypted = |url: &str, query: &str| match AnyConnection::establish(url).unwrap() {
        AnyConnection::Pg(mut conn) => diesel::dsl::sql::<diesel::sql_types::Bool>(query)
            .get_result::<bool>(&mut conn)
            .unwrap(),
        AnyConnection::Mysql(mut conn) => diesel::dsl::sql::<diesel::sql_types::Bool>(query)
            .get_result::<bool>(&mut conn)
            .unwrap(),
        other => panic!("{other:?}"),
    };
    let postgres = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let url = Server::Postgres.url();
    assert!(encrypted(&format!("{url}?sslmode=verify-full&sslrootcert={authority}"), postgres));
    assert!(!encrypted(&format!("{url}?sslmode=disable"), postgres));
    let mariadb = "SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'SSL_CIPHER'";
    assert!(encrypted(
        &format!("{}?ssl-mode=REQUIRED&ssl-ca={authority}", Server::Mariadb.url()),
        mariadb
    ));
}

#[test]
fn a_password_gets_neither_into_the_journal_nor_into_what_the_server_shows_of_a_session() {
    for server in [Server::Postgres, Server::Mariadb] {
        let database = Database::new(server);
        let (_, password, _) = server.account();
        succeeds(&Place::new(), &database.url(), &[]);
        let place = Place::new();
        let said = place.said(
            place
                .command("servers", &["upgrade", "--format", "json"])
                .env("DATABASE_URL", database.url())
                .output()
                .unwrap(),
        );
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(!said.out.contains(&password) && !said.err.contains(&password));
        let held = |columns: &str, table: &str| {
            database.number(&format!(
                "SELECT count(*) FROM {table} WHERE concat_ws(' ', {columns}) LIKE '%{password}%'"
            ))
        };
        assert_eq!(
            held("revision, action, state, hash, checksum, downgrade, tool", "__mina_journal"),
            0
        );
        assert_eq!(held("name, started, holder", "__mina_lock"), 0);
        assert!(database.number("SELECT count(*) FROM __mina_journal") > 0);
    }
}
