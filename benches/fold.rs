//! The fold is linear in the operations: a history twice as long takes about twice the time to parse, fold and check.
//!
//! `cargo bench --bench fold` prints milliseconds and the ratio to the history half as long.

#[path = "support/history.rs"]
mod history;

use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::syntax::{parse, source};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    println!("| migrations | scan and parse | fold and check | to half as many |\n|--:|--:|--:|--:|");
    let mut previous: Option<f64> = None;
    for count in [500, 1_000, 2_000, 4_000, 8_000] {
        let generated = history::history(count);
        let (mut parsing, mut folding) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..3 {
            let start = Instant::now();
            let mut revisions = Vec::with_capacity(count);
            for migration in &generated {
                for block in source::scan(&migration.text)? {
                    let parsed = parse::parse(&block.tokens);
                    revisions.push(Revision {
                        block: parsed.block,
                        tokens: block.tokens,
                        syntax: parsed.diagnostics,
                        ..Revision::default()
                    });
                }
            }
            parsing = parsing.min(start.elapsed().as_secs_f64());
            let start = Instant::now();
            let history = History::new(Config::default(), revisions);
            for (index, migration) in generated.iter().enumerate() {
                if let Some(found) = history.diagnostics(index).first() {
                    return Err(format!("{} {}: {found}", migration.id, migration.slug).into());
                }
            }
            folding = folding.min(start.elapsed().as_secs_f64());
        }
        let ratio = previous.map_or("-".to_owned(), |half| format!("{:.1}", folding / half));
        println!("| {count} | {:.1} ms | {:.1} ms | {ratio} |", parsing * 1e3, folding * 1e3);
        previous = Some(folding);
    }
    Ok(())
}
