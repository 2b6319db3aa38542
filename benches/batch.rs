//! One `batch_alter` on a million-row table of SQLite, through the runner, beside the best SQL written by hand.
//!
//! `cargo bench --bench batch` prints milliseconds, bytes written, pages changed and peak memory, each change in a
//! process and on a file of its own; `cargo bench --bench batch -- 100000` takes another number of rows.

#[path = "support/block.rs"]
mod block;
#[path = "support/pass.rs"]
mod pass;
#[path = "support/process.rs"]
mod process;
#[path = "support/row.rs"]
mod row;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use pass::{CASES, Case};
use process::{Measured, changed_pages};
use row::{Figure, Row};
use std::error::Error;
use std::path::Path;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const RUNS: usize = 5;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [case, by, file] = &arguments[..] {
        return child(case, by, Path::new(file));
    }
    let rows = arguments.first().and_then(|rows| rows.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir()?;
    let base = folder.path().join("base.db");
    pass::fill(&base, rows)?;
    println!("{rows} rows, {} MB, best of {RUNS}\n", std::fs::metadata(&base)?.len() / 1_000_000);
    println!("| one `batch_alter` | Mina | by hand | ratio | written | by hand | pages changed | peak memory | by hand |");
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    let mut all = Vec::new();
    for case in CASES {
        let work = folder.path().join("work.db");
        let mut best: [Option<Measured>; 2] = [None, None];
        let mut pages = 0;
        for _ in 0..RUNS {
            for (by, best) in ["mina", "hand"].iter().zip(&mut best) {
                std::fs::copy(&base, &work)?;
                let measured = process::measure(&[case.name, by, &work.to_string_lossy()])?;
                if *by == "mina" {
                    pages = changed_pages(&base, &work)?;
                }
                *best = Some(best.take().map_or(measured, |best| best.min(measured)));
            }
        }
        let [Some(mina), Some(hand)] = best else { continue };
        println!(
            "| {} | {:.1} ms | {:.1} ms | {:.2} | {} | {} | {pages} | {} MB | {} MB |",
            case.name,
            mina.milliseconds,
            hand.milliseconds,
            mina.milliseconds / hand.milliseconds,
            size(mina.written),
            size(hand.written),
            mina.peak / 1_000_000,
            hand.peak / 1_000_000
        );
        let what = format!("one `batch_alter` on SQLite, {rows} rows: {}", case.name);
        let ratio = mina.milliseconds / hand.milliseconds;
        let row = Row::new(&what, Figure(mina.milliseconds, "ms")).beside("by hand", Figure(hand.milliseconds, "ms"), ratio);
        all.push(if case.name.ends_with("(rebuilt)") {
            row.ratio_at_most(1.1)
        } else {
            row
        });
        let [memory, beside] = [mina, hand].map(|measured| measured.peak as f64 / 1e6);
        all.push(Row::new(what + ", peak memory", Figure(memory, "MB")).beside("by hand", Figure(beside, "MB"), memory / beside));
    }
    println!();
    all.into_iter().for_each(Row::print);
    Ok(())
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}

/// Makes one change to one file, and prints what it took.
fn child(name: &str, by: &str, file: &Path) -> Result<()> {
    let case: &Case = CASES.iter().find(|case| case.name == name).ok_or("no such case")?;
    let mut conn = SqliteConnection::establish(&file.to_string_lossy())?;
    conn.batch_execute("SELECT count(*) FROM sqlite_schema")?;
    let history = pass::history(case.batch)?;
    let clock = process::Clock::start()?;
    match by {
        "mina" => drop(history.upgrade(&mut conn, "head")?),
        _ => conn.batch_execute(&case.by_hand.concat())?,
    }
    println!("{}", clock.stop()?);
    Ok(())
}
