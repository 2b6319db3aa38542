//! `testing::at`: rows before a migration, and after.

use crate::language::{ENGINES, USERS, compiled};
use crate::place::{Place, execute, number};
use diesel::RunQueryDsl;
use mina_runtime::testing::{at, at_on};

const NAMED: &str = r#"
//! Name everybody
revision = "2025b";
revises = "2025a";
upgrade {
    update users { set = "name = 'nobody'", where = "name IS NULL" }
    alter_column users.name { nullable = false }
}
downgrade { alter_column users.name { nullable = true } }
"#;

#[test]
fn rows_are_put_in_at_one_revision_and_looked_at_at_another() {
    for place in Place::each() {
        let mut db = at_on(place.open(), compiled(ENGINES, &[USERS, NAMED]), "2025a");
        execute(&mut db, "INSERT INTO users (id, email) VALUES (1, 'a')");
        db.upgrade("2025b");
        assert_eq!(number(&mut db, "SELECT count(*) FROM users WHERE name = 'nobody'"), 1);
        db.downgrade("base").upgrade("head");
    }
}

#[test]
fn in_memory_it_takes_a_line() {
    let mut db = at(compiled(ENGINES, &[USERS, NAMED]), "2025a");
    diesel::sql_query("INSERT INTO users (email) VALUES ('a'), ('b')")
        .execute(&mut *db)
        .unwrap();
    db.upgrade("+1");
    assert_eq!(
        diesel::sql_query("DELETE FROM users WHERE name = 'nobody'").execute(&mut *db),
        Ok(2)
    );
}

#[test]
#[should_panic(expected = "there is no revision, label or alias `2026`")]
fn a_revision_that_is_not_there_is_named() {
    let _ = at(compiled(ENGINES, &[USERS]), "2026");
}
