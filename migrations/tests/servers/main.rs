//! The application's history on the servers: every revision up, down and up again with rows in the tables, held against the
//! fold and against what the engines' own tools say.

extern crate mina as mina_runtime;

#[path = "../../../mina-runtime/tests/support/databases.rs"]
mod databases;
mod dump;
#[path = "../fold/mod.rs"]
mod fold;
#[path = "../queries/mod.rs"]
mod queries;

use databases::{Database, Server};
use diesel::{Connection, MysqlConnection, PgConnection};
use fold::{bind, difference};
use mina::testing::{Stair, Subject, stairway_on};
use mina_migrations::MIGRATIONS;
use std::collections::BTreeMap;

const BINDS: [Option<&str>; 2] = [None, Some("analytics")];

/// Climbs; `said` is what the engine says of a database.
fn climb<C: Subject>(server: Server, open: impl Fn(&Database) -> C, said: fn(&Database) -> Vec<String>) {
    let databases: BTreeMap<Option<String>, Database> = BINDS.map(|bind| (bind.map(str::to_owned), Database::new(server))).into();
    let mut below = Vec::new();
    let mut looked_at = Vec::new();
    let connect = |bind: Option<&str>| open(&databases[&bind.map(str::to_owned)]);
    let stairs = stairway_on(MIGRATIONS, connect, |stair, conn| match stair {
        Stair::Below(revision) => {
            let bind = bind(revision);
            assert_eq!(difference(conn, Some(revision), bind.as_deref()), "", "before {revision}");
            below = said(&databases[&bind]);
            looked_at.push(below.clone());
        }
        Stair::Above(_) => {}
        Stair::Back(revision) => {
            let back = said(&databases[&bind(revision)]);
            assert_eq!(back.join(";\n"), below.join(";\n"), "after the downgrade of {revision}");
        }
    });
    assert_eq!(stairs.irreversible, ["20251106090000"]);
    assert_eq!(stairs.steps.len() + stairs.irreversible.len(), MIGRATIONS.migrations.len());
    assert!(stairs.emptied.is_empty(), "rows stood in the way of {:?}", stairs.emptied);
    assert_eq!(looked_at.len(), MIGRATIONS.migrations.len());
    looked_at.dedup();
    assert!(looked_at.len() > MIGRATIONS.migrations.len() / 2, "the engine says little");

    let left = said(&databases[&None]);
    assert_eq!(left, said(&Database::new(server)), "something is left");
    made_at_once(server, &open, said);
}

/// What is made at once is what every revision in turn makes.
fn made_at_once<C: Subject>(server: Server, open: &impl Fn(&Database) -> C, said: fn(&Database) -> Vec<String>) {
    for bind in BINDS {
        let databases = [(); 2].map(|()| Database::new(server));
        let [mut slow, mut fast] = databases.each_ref().map(open);
        let runner = MIGRATIONS.runner().bind(bind);
        runner.upgrade(&mut slow, "head").unwrap();
        runner.create(&mut fast).unwrap();
        assert_eq!(difference(&mut slow, None, bind), "", "at the head of {bind:?}");
        assert_eq!(difference(&mut fast, None, bind), "", "{bind:?}, made at once");
        let [slow, fast] = databases.each_ref().map(said);
        assert_eq!(fast.join(";\n"), slow.join(";\n"));
    }
}

fn postgres(database: &Database) -> PgConnection {
    PgConnection::establish(&database.url()).unwrap()
}

#[test]
fn every_revision_leads_back_on_postgresql_15() {
    climb(Server::Postgres, postgres, dump::pg_dump);
}

#[test]
fn every_revision_leads_back_on_postgresql_18() {
    climb(Server::Postgres18, postgres, dump::pg_dump);
}

#[test]
fn every_revision_leads_back_on_mariadb() {
    let open = |database: &Database| MysqlConnection::establish(&database.url()).unwrap();
    climb(Server::Mariadb, open, dump::mariadb_dump);
}

/// Both databases at their heads.
fn at_head<C: Subject>(server: Server, open: impl Fn(&Database) -> C, asks: [fn(&mut C); 2]) {
    for (bind, ask) in BINDS.into_iter().zip(asks) {
        let database = Database::new(server);
        let mut conn = open(&database);
        MIGRATIONS.runner().bind(bind).upgrade(&mut conn, "head").unwrap();
        ask(&mut conn);
    }
}

#[test]
fn the_application_reads_and_writes_through_its_models_on_postgresql() {
    at_head(Server::Postgres, postgres, [queries::postgres, queries::postgres_analytics]);
}

#[test]
fn the_application_reads_and_writes_through_its_models_on_mariadb() {
    let open = |database: &Database| MysqlConnection::establish(&database.url()).unwrap();
    at_head(Server::Mariadb, open, [queries::mariadb, queries::mariadb_analytics]);
}
