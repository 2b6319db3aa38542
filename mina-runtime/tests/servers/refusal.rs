//! Every way in which a connection fails says what to do, and nothing of the password.

use crate::databases::{Server, variable};
use crate::program::Place;

const PASSWORD: &str = "hunter-2";

/// What the program says of a url, its variable parts replaced.
fn refused(url: &str) -> String {
    refused_with(url, &[])
}

fn refused_with(url: &str, environment: &[(&str, &str)]) -> String {
    let place = Place::new();
    let mut said = String::new();
    for command in ["upgrade", "current"] {
        let mut program = place.command("servers", &[command, "--format", "text"]);
        let program = program.env("DATABASE_URL", url).env("HOME", place.folder.path());
        let output = place.said(program.envs(environment.iter().copied()).output().unwrap());
        assert!(matches!(output.code, 1 | 2 | 5), "{}{}", output.out, output.err);
        assert_eq!(output.out, "");
        if command == "current" {
            assert_eq!(output.err, said, "every command says the same");
        }
        said = output.err;
    }
    for server in [Server::Postgres, Server::Mariadb] {
        let (_, password, host) = server.account();
        assert!(!said.contains(&password) && !said.contains(PASSWORD), "{said}");
        let port = host.rsplit(':').next().unwrap().to_owned();
        said = said.replace(&port, "[port]");
    }
    said
}

/// A url of a server's with another password, database or options.
fn url(server: Server, password: Option<&str>, database: &str) -> String {
    let (user, own, host) = server.account();
    let scheme = if server == Server::Mariadb { "mysql" } else { "postgres" };
    format!("{scheme}://{user}:{}@{host}/{database}", password.unwrap_or(&own))
}

#[test]
fn a_wrong_password() {
    insta::assert_snapshot!(refused(&url(Server::Postgres, Some(PASSWORD), "postgres")), @r#"
    error: cannot connect to postgres://postgres@127.0.0.1:[port]/postgres: connection to server at "127.0.0.1", port [port] failed: FATAL: password authentication failed for user "postgres"
      help: look at user and password: in the url, in ~/.pgpass (PGPASSFILE), or as `?password=file:/run/secrets/db`
    "#);
    insta::assert_snapshot!(refused(&url(Server::Mariadb, Some(PASSWORD), "mysql")), @r#"
    error: cannot connect to mysql://root@127.0.0.1:[port]/mysql: Access denied for user 'root'@'127.0.0.1' (using password: YES)
      help: look at user and password: in the url, in ~/.my.cnf, or as `?password=file:/run/secrets/db`
    "#);
}

#[test]
fn a_database_that_is_not_there() {
    insta::assert_snapshot!(refused(&url(Server::Postgres, None, "no_such")), @r#"
    error: cannot connect to postgres://postgres@127.0.0.1:[port]/no_such: connection to server at "127.0.0.1", port [port] failed: FATAL: database "no_such" does not exist
      help: create it: CREATE DATABASE "no_such"; or is it another one that was meant?
    "#);
    insta::assert_snapshot!(refused(&url(Server::Mariadb, None, "no_such")), @r#"
    error: cannot connect to mysql://root@127.0.0.1:[port]/no_such: Unknown database 'no_such'
      help: create it: CREATE DATABASE `no_such`; or is it another one that was meant?
    "#);
}

#[test]
fn a_server_that_is_not_there() {
    insta::assert_snapshot!(refused(&format!("postgres://me:{PASSWORD}@127.0.0.1:1/app")), @r#"
    error: cannot connect to postgres://me@127.0.0.1:1/app: connection to server at "127.0.0.1", port 1 failed: Connection refused; Is the server running on that host and accepting TCP/IP connections?
      help: is the server running, and are host and port the right ones?
    "#);
    insta::assert_snapshot!(refused(&format!("mysql://me:{PASSWORD}@127.0.0.1:1/app")), @r#"
    error: cannot connect to mysql://me@127.0.0.1:1/app: Can't connect to server on '127.0.0.1' (115)
      help: is the server running, and are host and port the right ones?
    "#);
    insta::assert_snapshot!(refused(&format!("postgres://me:{PASSWORD}@no-such-host.invalid/app")), @r#"
    error: cannot connect to postgres://me@no-such-host.invalid/app: could not translate host name "no-such-host.invalid" to address: Name or service not known
      help: is the server running, and are host and port the right ones?
    "#);
}

#[test]
fn a_url_with_a_slip() {
    insta::assert_snapshot!(refused(&format!("postgers://me:{PASSWORD}@host/app")), @r#"
    error: there are no `postgers` databases
      help: a url begins with `sqlite://`, `postgres://` or `mysql://`
    "#);
    insta::assert_snapshot!(refused(&format!("postgres://me:{PASSWORD}/x@host/app")), @"error: the `postgres` url cannot be read: the database's name has a `/` or `@`; a `/`, `?`, `@`, `:`, `%` or `#` in a name or password is written as %2F, %3F, %40, %3A, %25, %23");
    insta::assert_snapshot!(refused(&format!("postgres://me:{PASSWORD}@127.0.0.1/app?sslmod=require")), @r#"
    error: cannot connect to postgres://me@127.0.0.1/app: invalid URI query parameter: "sslmod"
      help: look at `sslmode` and `sslrootcert` in the url
    "#);
    insta::assert_snapshot!(refused(&format!("mysql://me:{PASSWORD}@127.0.0.1/app?ssl_mod=required")), @"error: the `mysql` url cannot be read: it has no option `ssl_mod`, but ssl_mode, ssl_ca, ssl_cert, ssl_key, unix_socket, password");
}

#[test]
fn encryption_that_one_side_does_not_give() {
    let (user, password, host) = Server::Postgres18.account();
    let said = refused(&format!("postgres://{user}:{password}@{host}/postgres?sslmode=require"));
    let port = host.rsplit(':').next().unwrap();
    assert!(!said.contains(&password));
    insta::assert_snapshot!(said.replace(port, "[port]"), @r#"
    error: cannot connect to postgres://postgres@127.0.0.1:[port]/postgres: connection to server at "127.0.0.1", port [port] failed: server does not support SSL, but SSL was required
      help: look at `sslmode` and `sslrootcert` in the url
    "#);
    insta::assert_snapshot!(refused(&(url(Server::Postgres, None, "postgres") + "?sslmode=verify-full&sslrootcert=/etc/hostname")), @r#"
    error: cannot connect to postgres://postgres@127.0.0.1:[port]/postgres: connection to server at "127.0.0.1", port [port] failed: could not read root certificate file "/etc/hostname": no certificate or crl found
      help: look at `sslmode` and `sslrootcert` in the url
    "#);
    insta::assert_snapshot!(refused(&(url(Server::Mariadb, None, "mysql") + "?ssl_mode=required")), @r#"
    error: `ssl_mode=required` is not kept: the connection to mysql://root@127.0.0.1:[port]/mysql is not encrypted
      help: the server has no TLS, or MariaDB's client library is linked, which encrypts where `ssl_ca=FILE` stands in the url
    "#);
    insta::assert_snapshot!(refused(&(url(Server::Mariadb, None, "mysql") + "?ssl-mode=VERIFY_IDENTITY&ssl-ca=" + &variable("MINA_TEST_CA"))), @r#"
    error: `ssl_mode=verify_identity` cannot be kept: the client library that is linked is MariaDB's, which Diesel cannot tell to look at a certificate
      help: link MySQL's client library with mina's feature `mysql-bundled`
      help: or write `ssl_mode=required&ssl_ca=FILE`, if encryption alone will do
    "#);
}
