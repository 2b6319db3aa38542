//! What a history of 10 revisions to 10,000 takes to be parsed, folded and checked: nearly linear in its operations.
//!
//! `cargo bench --bench fold` prints milliseconds and microseconds a migration; `--profile dev` builds it as macros are built.

#[path = "support/history.rs"]
mod history;
#[allow(dead_code)] // No SQL is made of it here.
#[path = "support/plain.rs"]
mod plain;
#[path = "support/row.rs"]
mod row;

use mina_core::config::Config;
use mina_core::history::History;
use row::{Figure, Row};
use std::error::Error;
use std::time::Instant;

const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    println!("best of {ROUNDS}\n");
    println!("| migrations | scan and parse | fold and check | both, a migration |\n|--:|--:|--:|--:|");
    let mut both = Vec::new();
    for count in [10, 100, 1_000, 10_000] {
        let generated = history::history(count);
        let (mut parsing, mut folding) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let revisions = plain::revisions(&generated)?;
            parsing = parsing.min(start.elapsed().as_secs_f64() * 1e3);
            let start = Instant::now();
            let history = History::new(Config::default(), revisions);
            for (index, migration) in generated.iter().enumerate() {
                if let Some(found) = history.diagnostics(index).first() {
                    return Err(format!("{} {}: {found}", migration.id, migration.slug).into());
                }
            }
            folding = folding.min(start.elapsed().as_secs_f64() * 1e3);
        }
        let each = (parsing + folding) / count as f64;
        println!("| {count} | {parsing:.1} ms | {folding:.1} ms | {:.0} µs |", each * 1e3);
        both.push((count, parsing + folding));
    }
    println!();
    for pair in both.windows(2) {
        let [(fewer, before), (count, took)] = *pair else { continue };
        Row::new(format!("{count} migrations parsed, folded and checked"), Figure(took, "ms"))
            .beside(&format!("{fewer}"), Figure(before, "ms"), took / before)
            .print();
    }
    Ok(())
}
