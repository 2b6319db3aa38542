//! One `batch_alter` of five changes on a million-row table of PostgreSQL and MariaDB, beside the best SQL written by hand.
//!
//! `scripts/databases --durable run cargo bench --bench rewrite --features postgres,mysql` prints milliseconds and ratios;
//! `-- 100000` takes another number of rows.

#[path = "support/block.rs"]
mod block;
#[path = "support/five.rs"]
mod five;
#[path = "support/row.rs"]
mod row;

use mina_core::engine::{Product, Target};
use mina_runtime::{AnyConnection, AsConnection};
use row::{Figure, Row};
use std::error::Error;
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 3;
const SERVERS: [(&str, &str, Target); 3] = [
    ("PostgreSQL 15", "MINA_TEST_POSTGRES_URL", five::POSTGRES),
    ("PostgreSQL 18", "MINA_TEST_POSTGRES18_URL", five::POSTGRES),
    ("MariaDB", "MINA_TEST_MARIADB_URL", five::MARIADB),
];

/// One change, and what somebody who knows the servers would write for it.
struct Case {
    name: &'static str,
    change: &'static str,
    postgres: &'static str,
    mariadb: &'static str,
}

const CASES: [Case; 2] = [
    Case {
        name: "five that need no rows",
        change: five::CHEAP,
        postgres: "BEGIN;
            ALTER TABLE users RENAME COLUMN email TO mail;
            ALTER TABLE users ALTER name TYPE varchar(62), ALTER status SET DEFAULT 'active',
                ADD bio varchar(200), ADD points integer NOT NULL DEFAULT 0;
            COMMIT",
        mariadb: "ALTER TABLE users RENAME COLUMN email TO mail, MODIFY name VARCHAR(62) NULL, ALTER status SET DEFAULT 'active',
                ADD bio VARCHAR(200) NULL, ADD points INT NOT NULL DEFAULT 0",
    },
    Case {
        name: "five that need them",
        change: five::DEAR,
        postgres: "ALTER TABLE users ALTER age TYPE bigint, ALTER name SET NOT NULL, ALTER status DROP NOT NULL,
                ADD points integer NOT NULL DEFAULT 0,
                ADD CONSTRAINT fk_users_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id)",
        mariadb: "ALTER TABLE users MODIFY age BIGINT NULL, MODIFY name VARCHAR(60) NOT NULL, MODIFY status VARCHAR(20) NULL,
                ADD points INT NOT NULL DEFAULT 0, ADD KEY fk_users_workspace (workspace_id),
                ADD CONSTRAINT fk_users_workspace FOREIGN KEY (workspace_id) REFERENCES workspaces (id)",
    },
];

fn main() -> Result<()> {
    let rows = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(1_000_000);
    println!("{rows} rows, best of {ROUNDS}\n");
    let mut all = Vec::new();
    println!("| server | one `batch_alter` | Mina | by hand | ratio |\n|---|---|--:|--:|--:|");
    for (name, variable, target) in SERVERS {
        let url = std::env::var(variable).map_err(|_| format!("{variable} is not set: see scripts/databases"))?;
        for case in &CASES {
            let (mut mina, mut hand) = (f64::INFINITY, f64::INFINITY);
            for _ in 0..ROUNDS {
                mina = mina.min(timed(&url, target, rows, |conn| {
                    block::history(target, &[five::TABLES, case.change])?.upgrade(conn, "head")?;
                    Ok(())
                })?);
                hand = hand.min(timed(&url, target, rows, |conn| {
                    let sql = if target.product == Product::Mariadb {
                        case.mariadb
                    } else {
                        case.postgres
                    };
                    conn.as_connection().execute(sql)?;
                    Ok(())
                })?);
            }
            println!(
                "| {name} | {} | {:.0} ms | {:.0} ms | {:.2} |",
                case.name,
                mina * 1e3,
                hand * 1e3,
                mina / hand
            );
            let row = Row::new(
                format!("one `batch_alter` on {name}, {rows} rows: {}", case.name),
                Figure(mina * 1e3, "ms"),
            );
            all.push(row.beside("by hand", Figure(hand * 1e3, "ms"), mina / hand));
        }
    }
    println!();
    all.into_iter().for_each(Row::print);
    Ok(())
}

/// The seconds that a change takes in a database of its own, filled, of which the connection is open.
fn timed(url: &str, target: Target, rows: usize, work: impl FnOnce(&mut AnyConnection) -> Result<()>) -> Result<f64> {
    let (server, _) = url.rsplit_once('/').ok_or("the url names no database")?;
    let mut maintenance = AnyConnection::establish(url)?;
    let mut execute = |sql: &str| maintenance.as_connection().execute(sql);
    execute("CREATE DATABASE mina_bench")?;
    let mut conn = AnyConnection::establish(&format!("{server}/mina_bench"))?;
    let took = filled(&mut conn, target, rows).and_then(|()| {
        let began = Instant::now();
        work(&mut conn)?;
        Ok(began.elapsed().as_secs_f64())
    });
    drop(conn);
    execute("DROP DATABASE mina_bench")?;
    took
}

fn filled(conn: &mut AnyConnection, target: Target, rows: usize) -> Result<()> {
    block::history(target, &[five::TABLES])?.upgrade(conn, "head")?;
    for sql in five::fill(target, rows) {
        conn.as_connection().execute(&sql)?;
    }
    // What the rows before it have left to do is not the change's.
    if target.product == Product::Postgres {
        conn.as_connection().execute("VACUUM (ANALYZE) users")?;
        conn.as_connection().execute("CHECKPOINT")?;
    }
    Ok(())
}
