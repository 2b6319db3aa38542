//! What it takes to list a history of 10,000 files with 200 diamonds in it.
//!
//! `cargo bench -p mina-cli --bench history` prints milliseconds, and the ratio to reading the same files and doing nothing with them.

#[path = "../../benches/support/row.rs"]
mod row;

use mina_core::history::Graph;
use mina_source::{Layout, Sources};
use row::{Figure, Row};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const REVISIONS: usize = 10_000;
const DIAMONDS: usize = 200;
const RUNS: usize = 9;
/// Milliseconds that a list should take at most.
const MOST: f64 = 300.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    generate(folder.path())?;
    let files = || fs::read_dir(folder.path().join("versions"));
    let layout = Layout::of(folder.path());
    let read = |read: fn(Option<&Path>, &Layout, &[std::path::PathBuf]) -> Sources| {
        let sources = read(Some(folder.path()), &layout, &layout.locations);
        let graph: Option<&Graph> = sources.history.graphs().map(|(_, graph)| graph).next();
        graph.map_or(0, Graph::len)
    };

    let bare = best(|| {
        Ok(files()?
            .flatten()
            .map(|entry| fs::read(entry.path()).map_or(0, |text| text.len()))
            .sum())
    })?;
    println!("{REVISIONS} files, {DIAMONDS} diamonds, the best and the median of {RUNS} runs\n");
    println!("| listing | best | median | ratio of the best |\n|---|--:|--:|--:|");
    print("read the files", bare, bare);
    print("whole blocks, one thread", best(|| Ok(read(Sources::read)))?, bare);
    print("headers, two threads", best(|| Ok(read(Sources::read_heads)))?, bare);
    let mut rows = Vec::new();
    for (arguments, most) in [
        (&["history"][..], Some(MOST)),
        (&["history", "-v"], None),
        (&["heads"], Some(MOST)),
        (&["history", "--format", "json"], None),
        (&["--version"], None),
    ] {
        let name = format!("`mina {}`", arguments.join(" "));
        let took = best(|| mina(folder.path(), arguments))?;
        print(&name, took, bare);
        let row = Row::new(format!("{name}, {REVISIONS} files"), Figure(took.1, "ms"));
        let row = row.beside("reading the files", Figure(bare.1, "ms"), took.1 / bare.1);
        rows.push(most.into_iter().fold(row, Row::at_most));
    }
    println!();
    rows.into_iter().for_each(Row::print);
    Ok(())
}

fn mina(folder: &Path, arguments: &[&str]) -> Result<usize, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mina"));
    let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output()?;
    match output.status.success() && output.stderr.is_empty() {
        true => Ok(output.stdout.len()),
        false => Err(String::from_utf8_lossy(&output.stderr).into()),
    }
}

/// Best and median, in milliseconds; what is measured has to come to something.
fn best(mut run: impl FnMut() -> Result<usize, Box<dyn Error>>) -> Result<(f64, f64), Box<dyn Error>> {
    let mut took = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        if run()? == 0 {
            return Err("nothing was read".into());
        }
        took.push(start.elapsed().as_secs_f64() * 1e3);
    }
    took.sort_by(f64::total_cmp);
    Ok((took[0], took[RUNS / 2]))
}

fn print(name: &str, (best, median): (f64, f64), (bare, _): (f64, f64)) {
    println!("| {name} | {best:.0} ms | {median:.0} ms | {:.2} |", best / bare);
}

/// Every fiftieth revision begins a diamond: two revise it, and one merges them.
fn generate(folder: &Path) -> Result<(), Box<dyn Error>> {
    let versions = folder.join("versions");
    fs::create_dir_all(&versions)?;
    fs::write(folder.join("mina.toml"), "[database]\nurl = \"sqlite://app.db\"\n")?;
    let id = |at: usize| format!("{}", 20_200_101_000_000_u64 + at as u64);
    let every = REVISIONS / DIAMONDS;
    for at in 0..REVISIONS {
        let revises = match (at, at % every) {
            (0, _) => "base".to_owned(),
            (_, 2) => format!("{:?}", id(at - 2)),
            (_, 3) => format!("[{:?}, {:?}]", id(at - 2), id(at - 1)),
            _ => format!("{:?}", id(at - 1)),
        };
        fs::write(versions.join(format!("{}_change_{at}.rs", id(at))), text(&id(at), at, &revises)?)?;
    }
    Ok(())
}

fn text(id: &str, at: usize, revises: &str) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    let table = format!("records_{at}");
    writeln!(
        text,
        "mina::migration! {{\n    //! Create {table}\n    //!\n    //! What it is for is said here, in a line or two.\n"
    )?;
    writeln!(text, "    revision = \"{id}\";\n    revises = {revises};\n")?;
    writeln!(
        text,
        "    upgrade {{\n        create_table {table} {{\n            #[primary_key]\n            id: Integer,"
    )?;
    writeln!(
        text,
        "            /// As it is shown.\n            title: Varchar<200>,\n            body: Nullable<Text>,"
    )?;
    writeln!(
        text,
        "            done: Bool = false,\n            created_at: Timestamp = now(),\n            index ix_{table}_title (title),"
    )?;
    writeln!(
        text,
        "        }}\n    }}\n\n    downgrade {{\n        drop_table {table};\n    }}\n}}"
    )?;
    Ok(text)
}
