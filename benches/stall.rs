//! What clients of PostgreSQL wait for at most while a table of two million rows changes beneath them: every form that is made
//! online, its plain form, and the same load without either.
//!
//! `scripts/databases --durable run cargo bench --bench stall --features postgres,mysql` prints milliseconds;
//! `-- 100000` takes another number of rows.

#[path = "support/block.rs"]
mod block;
#[path = "support/five.rs"]
#[allow(dead_code)] // Its changes are another bench's.
mod five;
#[path = "support/row.rs"]
mod row;

use mina_core::engine::{Product, Target};
use mina_runtime::{AnyConnection, AsConnection};
use row::{Figure, Row};
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const TARGET: Target = Target {
    product: Product::Postgres,
    version: (15, 0),
};
const CLIENTS: u64 = 4;
/// Between two statements of a client.
const PAUSE: Duration = Duration::from_millis(2);
/// Of the load alone.
const ALONE: Duration = Duration::from_secs(20);
/// The longest that a statement may wait, in milliseconds, or as many times what it waits for under the load alone.
const MOST: f64 = 250.0;
const TIMES: f64 = 3.0;

/// A change of `users`, online where `ONLINE` is `true`.
const FORMS: [(&str, &str); 6] = [
    ("index", "create_index ix_users_name on users (name) { concurrently = ONLINE }"),
    (
        "foreign key",
        "#[allow(may_fail_on_rows)] create_foreign_key fk_users_workspace on users (workspace_id) references workspaces (id) { online = ONLINE }",
    ),
    (
        "check",
        "#[allow(may_fail_on_rows)] create_check ck_users_age on users \"age >= 0\" { online = ONLINE }",
    ),
    (
        "unique",
        "#[allow(may_fail_on_rows)] create_unique uq_users_email on users (email) { online = ONLINE }",
    ),
    (
        "NOT NULL",
        "#[allow(may_fail_on_rows)] alter_column users.name { nullable = false, online = ONLINE }",
    ),
    ("type", "alter_column users.age { type = BigInt, online = ONLINE }"),
];

/// What the clients of one run went through.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    longest: Duration,
    statements: u64,
    failed: u64,
    took: Duration,
}

fn main() -> Result<()> {
    let rows = std::env::args()
        .skip(1)
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(2_000_000);
    for (name, variable) in [
        ("PostgreSQL 15", "MINA_TEST_POSTGRES_URL"),
        ("PostgreSQL 18", "MINA_TEST_POSTGRES18_URL"),
    ] {
        let url = std::env::var(variable).map_err(|_| format!("{variable} is not set: see scripts/databases"))?;
        println!("{name}, {rows} rows, {CLIENTS} clients\n");
        println!("| {name} | longest wait | took | plain form | took | statements | failed |\n|---|--:|--:|--:|--:|--:|--:|");
        let table = on_server(name, &url, rows)?;
        println!();
        table.into_iter().for_each(Row::print);
        println!();
    }
    Ok(())
}

fn on_server(server_name: &str, url: &str, rows: usize) -> Result<Vec<Row>> {
    let (server, _) = url.rsplit_once('/').ok_or("the url names no database")?;
    let mut maintenance = AnyConnection::establish(url)?;
    let mut execute = |sql: &str| maintenance.as_connection().execute(sql);
    execute("CREATE DATABASE mina_bench")?;
    let result = filled(&format!("{server}/mina_bench"), rows).and_then(|()| {
        let mut run = |upgrade: Option<&str>| {
            execute("CREATE DATABASE mina_stall TEMPLATE mina_bench")?;
            let load = under_load(&format!("{server}/mina_stall"), rows as u64, upgrade);
            execute("DROP DATABASE mina_stall WITH (FORCE)")?;
            load
        };
        let alone = run(None)?;
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        println!(
            "| none | {:.0} ms | {:.1} s | | | {} | {} |",
            ms(alone.longest),
            alone.took.as_secs_f64(),
            alone.statements,
            alone.failed
        );
        let most = MOST.max(TIMES * ms(alone.longest));
        let (mut over, mut table) = (Vec::new(), Vec::new());
        for (name, upgrade) in FORMS {
            let online = run(Some(&upgrade.replace("ONLINE", "true")))?;
            let plain = run(Some(&upgrade.replace("ONLINE", "false")))?;
            println!(
                "| {name} | {:.0} ms | {:.1} s | {:.0} ms | {:.1} s | {} | {} |",
                ms(online.longest),
                online.took.as_secs_f64(),
                ms(plain.longest),
                plain.took.as_secs_f64(),
                online.statements,
                online.failed
            );
            let row = Row::new(
                format!("longest wait of a client, {rows} rows on {server_name}, {name} online"),
                Figure(ms(online.longest), "ms"),
            );
            let row = row.beside("plainly", Figure(ms(plain.longest), "ms"), ms(online.longest) / ms(plain.longest));
            table.push(row.at_most(most.round()));
            if ms(online.longest) > most || online.failed > 0 {
                over.push(name);
            }
        }
        match &over[..] {
            [] => println!("\nnobody waited for more than {most:.0} ms"),
            over => println!("\nmore than {most:.0} ms, or a statement that failed: {}", over.join(", ")),
        }
        Ok(table)
    });
    execute("DROP DATABASE mina_bench WITH (FORCE)")?;
    result
}

fn filled(url: &str, rows: usize) -> Result<()> {
    let mut conn = AnyConnection::establish(url)?;
    block::history(TARGET, &[five::TABLES])?.upgrade(&mut conn, "head")?;
    for sql in five::fill(TARGET, rows) {
        conn.as_connection().execute(&sql)?;
    }
    conn.as_connection().execute("VACUUM (ANALYZE) users")?;
    conn.as_connection().execute("CHECKPOINT")?;
    Ok(())
}

/// Runs an upgrade, or nothing for a while, with the clients around it.
fn under_load(url: &str, rows: u64, upgrade: Option<&str>) -> Result<Load> {
    let (watched, over) = (AtomicBool::new(false), AtomicBool::new(false));
    let work = || {
        let Some(upgrade) = upgrade else {
            sleep(ALONE);
            return Ok(());
        };
        let mut conn = AnyConnection::establish(url)?;
        block::history(TARGET, &[five::TABLES, upgrade])?.upgrade(&mut conn, "head")?;
        Ok::<_, Box<dyn Error>>(())
    };
    std::thread::scope(|scope| {
        let start = |number| {
            let (watched, over) = (&watched, &over);
            scope.spawn(move || client(url, number, rows, watched, over))
        };
        let clients: Vec<_> = (0..CLIENTS).map(start).collect();
        sleep(Duration::from_secs(1));
        watched.store(true, Ordering::Relaxed);
        let began = Instant::now();
        let worked = work();
        let took = began.elapsed();
        sleep(Duration::from_millis(500));
        over.store(true, Ordering::Relaxed);
        let mut load = Load { took, ..Load::default() };
        for client in clients {
            let one = client.join().map_err(|_| "a client panicked")??;
            load.longest = load.longest.max(one.longest);
            load.statements += one.statements;
            load.failed += one.failed;
        }
        worked.map(|()| load)
    })
}

/// Reads and writes all over the table.
fn client(url: &str, number: u64, rows: u64, watched: &AtomicBool, over: &AtomicBool) -> std::result::Result<Load, String> {
    let mut conn = AnyConnection::establish(url).map_err(|error| error.to_string())?;
    let mut load = Load::default();
    let mut turn: u64 = 0;
    while !over.load(Ordering::Relaxed) {
        turn += 1;
        let row = 1 + (turn * 7919 + number * 104_729) % rows;
        let new = rows + number * 10_000_000 + turn;
        let (reads, sql) = match (turn + number) % 4 {
            0 => (true, format!("SELECT count(*) FROM users WHERE id = {row} AND age >= 0")),
            1 => (
                false,
                format!("UPDATE users SET age = {}, status = 'seen' WHERE id = {row}", turn % 90),
            ),
            2 => (
                true,
                format!(
                    "SELECT count(*) FROM users JOIN workspaces ON workspaces.id = workspace_id WHERE users.id BETWEEN {row} AND {row} + 20"
                ),
            ),
            _ => (
                false,
                format!(
                    "INSERT INTO users (id, email, name, age, status, workspace_id) \
                     VALUES ({new}, 'new{new}@example.com', 'New {new}', 1, 'new', 1 + {row} % 1000)"
                ),
            ),
        };
        let counted = watched.load(Ordering::Relaxed);
        let conn = conn.as_connection();
        let began = Instant::now();
        let failed = match reads {
            true => conn.number(&sql).is_err(),
            false => conn.execute(&sql).is_err(),
        };
        if counted {
            load.longest = load.longest.max(began.elapsed());
            load.statements += 1;
            load.failed += u64::from(failed);
        }
        sleep(PAUSE);
    }
    Ok(load)
}
