mod databases;

use super::live::Bench;
use super::script::{Ground, Script};
use mina_core::config::Config;
use mina_core::schema::Schema;

fn said(engine: &str, sql: &str) -> String {
    let config = Config::parse(&format!("[database]\nengines = [{engine:?}]\n")).unwrap();
    let ground = Ground {
        target: config.database.engines[0],
        config: &config,
    };
    let script = Script::read(sql, &Schema::default(), ground, &mut Bench::beside(None, ground).unwrap());
    let mut text = script.text();
    for kept in &script.kept {
        text += &format!("kept {kept}\n");
    }
    if let Some(unknown) = &script.unknown {
        text += &format!("unknown {}: {}\n", unknown.sql, unknown.why);
    }
    text
}

/// Each as it is read after those before it.
fn each(engine: &str, statements: &str) {
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(engine.split(' ').next().unwrap_or_default(), said(engine, statements));
    });
}

#[test]
fn statements_of_postgres_become_operations_with_the_names_that_the_server_gave() {
    each("postgres >= 15", include_str!("tests/postgres.sql"));
}

#[test]
fn statements_of_sqlite_become_operations() {
    each("sqlite >= 3.40", include_str!("tests/sqlite.sql"));
}

#[test]
fn what_nobody_can_say_is_tried_out_in_a_database_of_its_own() {
    insta::assert_snapshot!(said(
        "sqlite >= 3.40",
        "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
         CREATE TABLE names AS SELECT name FROM users;
         CREATE VIEW short (n) AS SELECT substr(name, 1, 1) FROM users;
         CREATE TABLE wrong AS SELECT nobody FROM users;"
    ));
}

#[test]
fn statements_of_mariadb_become_operations_with_the_names_that_the_server_gave() {
    each("mariadb >= 10.6", include_str!("tests/mariadb.sql"));
}
