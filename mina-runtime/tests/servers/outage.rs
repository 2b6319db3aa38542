//! Servers that are killed in the midst, and such as have no more room: what the next run does, and that nothing is lost.

use crate::databases::Server;
use crate::language::{ENGINES, compiled, heavy};
use crate::own::Own;
use crate::starter::Starter;
use mina_runtime::{AnyConnection, AsConnection, Migrations};
use std::time::{Instant, SystemTime};

const KINDS: [Server; 2] = [Server::Postgres, Server::Mariadb];

/// How many runs are cut off on each server; MINA_OUTAGES says otherwise.
fn rounds() -> u32 {
    std::env::var("MINA_OUTAGES").map_or(3, |count| count.parse().unwrap())
}

fn open(url: &str) -> AnyConnection {
    AnyConnection::establish(url).unwrap()
}

fn number(conn: &mut AnyConnection, query: &str) -> i64 {
    let number = conn.as_connection().number(query);
    number.unwrap_or_else(|error| panic!("{query}: {error}"))
}

/// All is done, and nothing twice.
fn is_whole(migrations: Migrations, url: &str, context: &str) {
    let mut conn = open(url);
    migrations.require_exact(&mut conn).unwrap();
    let drift = migrations.drift(&mut conn).unwrap();
    assert!(drift.is_empty(), "{context}: {drift:?}");
    assert_eq!(number(&mut conn, "SELECT count(*) FROM users"), 20_000, "{context}");
    assert_eq!(
        number(&mut conn, "SELECT count(*) FROM users WHERE age <> 3 OR points <> 5"),
        0,
        "{context}"
    );
}

#[test]
fn a_server_that_is_killed_in_the_midst_is_gone_on_with() {
    let migrations = heavy();
    let seed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mut random = seed;
    for kind in KINDS {
        let mut own = Own::new(kind);
        let url = own.database("whole");
        let began = Instant::now();
        migrations.upgrade(&mut open(&url), "head").unwrap();
        let whole = began.elapsed();
        is_whole(migrations, &url, "undisturbed");
        let (mut cut_off, mut killed) = (0, 0);
        while cut_off < rounds() && killed < 4 * rounds() {
            killed += 1;
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let context = format!("{kind:?}, kill {killed} of seed {seed}");
            let url = own.database(&format!("kill{killed}"));
            let mut starter = Starter::of("heavy-starter", &url);
            starter.go();
            std::thread::sleep(whole.mul_f64((random >> 33) as f64 / (1_u64 << 31) as f64));
            own.kill();
            let outcome = starter.outcome();
            cut_off += u32::from(outcome.starts_with("failed"));
            // It says how far it came, if it came anywhere.
            let said = ["failed 1: ", "failed 7: ", "applied "];
            assert!(said.iter().any(|start| outcome.starts_with(start)), "{context}: {outcome}");
            own.start(None);
            let report = migrations.upgrade(&mut open(&url), "head");
            report.unwrap_or_else(|error| panic!("{context}, after {outcome}: {error}"));
            is_whole(migrations, &url, &context);
        }
        println!(
            "{kind:?}: killed {} times with seed {seed}, {cut_off} runs cut off, nothing lost",
            rounds()
        );
        assert!(cut_off > 0, "{kind:?}: no run was cut off");
    }
}

/// Writes more into one table than the disk has room for.
const PAGES: [&str; 3] = [
    r#"
//! Create pages
revision = "2025a";
revises = base;
upgrade {
    create_table pages { #[primary_key] id: Integer, body: Text }
    bulk_insert pages (id, body) [(1, "a"), (2, "b")];
}
downgrade { drop_table pages; }
"#,
    r#"
//! Fill pages
revision = "2025b";
revises = "2025a";
upgrade {
    add_column pages.title: Nullable<Varchar<40>>;
    execute {
        Sqlite = "UPDATE pages SET title = 'x'",
        Pg = "INSERT INTO pages (id, body) SELECT x, repeat(md5(x::text), 60) FROM generate_series(3, 25000) AS s(x)",
        Mysql = "INSERT INTO pages (id, body) SELECT seq, repeat(md5(seq), 60) FROM seq_3_to_25000",
    } { undo = none }
}
downgrade {
    delete pages { where = "id > 2" }
    drop_column pages.title;
}
"#,
    r#"
//! Index titles
revision = "2025c";
revises = "2025b";
upgrade { create_index ix_pages_title on pages (title) { concurrently = true } }
downgrade { drop_index ix_pages_title on pages; }
"#,
];

#[test]
fn a_server_without_room_keeps_what_it_has_and_is_gone_on_with_once_there_is_some() {
    const KILOBYTES: u32 = 32 << 10;
    let migrations = compiled(ENGINES, &PAGES);
    for kind in KINDS {
        let mut own = Own::new(kind);
        let url = own.database("pages");
        own.kill();
        own.start(Some(KILOBYTES));
        let error = migrations.upgrade(&mut open(&url), "head").unwrap_err();
        assert_eq!(error.exit_code(), if kind == Server::Mariadb { 7 } else { 1 }, "{kind:?}: {error}");
        assert!(error.to_string().contains("2025b"), "{kind:?}: {error}");
        let mut conn = open(&url);
        assert_eq!(migrations.current(&mut conn).unwrap(), ["2025a"], "{kind:?}");
        assert_eq!(number(&mut conn, "SELECT count(*) FROM pages"), 2, "{kind:?}: {error}");
        drop(conn);
        own.kill();
        own.start(None);
        let mut conn = open(&url);
        migrations.upgrade(&mut conn, "head").unwrap();
        assert!(migrations.drift(&mut conn).unwrap().is_empty(), "{kind:?}");
        assert_eq!(number(&mut conn, "SELECT count(*) FROM pages"), 25_000, "{kind:?}");
    }
}
