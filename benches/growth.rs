//! What a process takes whose history grows from 10 to 10,000 revisions: the crate's own binary, built in release, beside one
//! that does no more than read which revisions are applied.
//!
//! `cargo bench --bench growth` prints milliseconds, ratios and peak memory; `cargo bench --bench growth -- 10 100` takes
//! other counts.

#[path = "support/history.rs"]
mod history;
#[allow(dead_code)] // Diesel's is another bench's.
#[path = "support/krate.rs"]
mod krate;
#[allow(dead_code)] // What stands in files is another bench's.
#[path = "support/plain.rs"]
mod plain;
#[allow(dead_code)] // What one change writes is another bench's.
#[path = "support/process.rs"]
mod process;
#[path = "support/program.rs"]
mod program;
#[path = "support/rounds.rs"]
mod rounds;
#[path = "support/row.rs"]
mod row;

use diesel::prelude::*;
use diesel::sql_types::Text;
use rounds::Rounds;
use row::{Figure, Row};
use std::error::Error;
use std::path::Path;
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const COUNTS: [usize; 4] = [10, 100, 1_000, 10_000];
const ROUNDS: usize = 21;

/// What this program is started with for a process that does no more than a look at a database cannot do without.
const BARE: &str = "bare";

/// A command, and what is done before each time that it is measured.
struct Case {
    name: &'static str,
    before: Option<&'static [&'static str]>,
    arguments: &'static [&'static str],
    /// Milliseconds that it should take at most at so many revisions.
    most: &'static [(usize, f64)],
}

const CASES: &[Case] = &[
    Case {
        name: "`--version`",
        before: None,
        arguments: &["--version"],
        most: &[],
    },
    Case {
        name: "`current`",
        before: None,
        arguments: &["current"],
        most: &[(1_000, 5.0), (10_000, 15.0)],
    },
    Case {
        name: "`upgrade`, nothing to do",
        before: None,
        arguments: &["upgrade"],
        most: &[(1_000, 5.0)],
    },
    Case {
        name: "`upgrade` of one new migration",
        before: Some(&["downgrade", "-1", "--yes"]),
        arguments: &["upgrade"],
        most: &[],
    },
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [bare, path] = &arguments[..]
        && bare == BARE
    {
        return bare_look(path);
    }
    let counts: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let counts = if counts.is_empty() { COUNTS.to_vec() } else { counts };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    println!("processes on a file of SQLite, {ROUNDS} rounds; the ratio is the median of theirs\n");
    println!("| revisions | process | median | best | ratio | peak memory |\n|--:|---|--:|--:|--:|--:|");
    let mut rows = Vec::new();
    for count in counts {
        rows.extend(measured(count, folder.path())?);
    }
    println!();
    rows.into_iter().for_each(Row::print);
    Ok(())
}

/// Opens the file and reads which revisions are applied, as whoever wants to know has to.
fn bare_look(path: &str) -> Result<()> {
    let mut conn = SqliteConnection::establish(path)?;
    let applied: Vec<String> = diesel::dsl::sql::<Text>("SELECT version FROM __diesel_schema_migrations").load(&mut conn)?;
    println!("{}\n{}", applied.len(), process::peak()?);
    Ok(())
}

fn measured(count: usize, folder: &Path) -> Result<Vec<Row>> {
    let sources = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let krate = krate::with_mina(sources, &format!("with_{count}"), &history::history(count), true)?;
    let binary = krate::built(&krate)?;
    let database = folder.join(format!("{count}.db"));
    let run = |arguments: &[&str]| program::run(Command::new(&binary).args(arguments).env("DATABASE_URL", &database));
    run(&["create"])?;
    let this = std::env::current_exe()?;
    let mut peaks = vec![0.0_f64; CASES.len() + 1];
    let rounds = Rounds::of(ROUNDS, CASES.len() + 1, |way| {
        let took = match way.checked_sub(1).map(|case| &CASES[case]) {
            None => program::run(Command::new(&this).arg(BARE).arg(&database))?,
            Some(case) => {
                case.before.map(run).transpose()?;
                run(case.arguments)?
            }
        };
        peaks[way] = peaks[way].max(took.peak);
        Ok(took.milliseconds)
    })?;
    let names = std::iter::once("a bare look").chain(CASES.iter().map(|case| case.name));
    for (way, name) in names.enumerate() {
        println!(
            "| {count} | {name} | {:.1} ms | {:.1} ms | {:.2} | {:.1} MB |",
            rounds.median(way),
            rounds.best(way),
            rounds.ratio(way, 0).median,
            peaks[way] / 1e6
        );
    }
    let row = |(at, case): (usize, &Case)| {
        let (way, bare) = (at + 1, Figure(rounds.median(0), "ms"));
        let row = Row::new(format!("{} at {count} revisions", case.name), Figure(rounds.median(way), "ms"));
        let row = row.beside("a bare look", bare, rounds.ratio(way, 0).median);
        let most = case.most.iter().find(|&&(at, _)| at == count);
        most.into_iter().fold(row, |row, &(_, most)| row.at_most(most))
    };
    let memory = |(at, case): (usize, &Case)| {
        let row = Row::new(
            format!("{} at {count} revisions, peak memory", case.name),
            Figure(peaks[at + 1] / 1e6, "MB"),
        );
        row.beside("a bare look", Figure(peaks[0] / 1e6, "MB"), peaks[at + 1] / peaks[0])
    };
    Ok(CASES
        .iter()
        .enumerate()
        .map(row)
        .chain(CASES.iter().enumerate().skip(1).map(memory))
        .collect())
}
