//! Compile time of a history of 1,000 migrations, beside diesel's `embed_migrations!` over the same SQL, in one run.
//!
//! `cargo bench --bench compile` prints seconds and ratios; `cargo bench --bench compile -- 200` takes another count.
//! Each is measured as cargo builds proc macros by default, and with `[profile.dev.build-override] opt-level = 3`.

#[path = "support/history.rs"]
mod history;
#[path = "support/krate.rs"]
mod krate;
#[path = "support/plain.rs"]
mod plain;
#[path = "support/rounds.rs"]
mod rounds;
#[path = "support/row.rs"]
mod row;

use rounds::Rounds;
use row::{Figure, Row};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;
/// Of Mina alone.
const GROWTH: [usize; 4] = [10, 100, 1_000, 10_000];

fn main() -> Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    // What both crates depend on is built once, and kept.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile");
    fs::create_dir_all(&folder)?;
    let generated = history::history(count);
    let crates = [
        krate::with_mina(&folder, "compiled_mina", &generated, false)?,
        krate::with_diesel(&folder, "compiled_diesel", &generated, false)?,
    ];
    let target = |level| Target {
        folder: folder.join(format!("target{level}")),
        level,
    };
    let mut rows = Vec::new();
    println!("{count} migrations, {ROUNDS} rounds; the ratio is the median of theirs\n");
    println!("| what | proc macros | Mina | embed_migrations! | ratio |\n|---|---|--:|--:|--:|");
    for (macros, level) in [("as by default", "0"), ("optimised", "3")] {
        let target = target(level);
        for krate in &crates {
            target.cargo(krate, &["check"])?;
            target.cargo(krate, &["build"])?;
        }
        let checked = Rounds::of(ROUNDS, crates.len(), |at| {
            touch(&crates[at], count)?;
            target.cargo(&crates[at], &["check"])
        })?;
        let built = Rounds::of(ROUNDS, crates.len(), |at| {
            target.clean(&crates[at])?;
            target.cargo(&crates[at], &["build"])
        })?;
        for (what, took) in [
            ("cargo check, one file touched", checked),
            ("cargo build of the crate alone, clean", built),
        ] {
            let (mina, diesel, ratio) = (took.median(0), took.median(1), took.ratio(0, 1).median);
            println!("| {what} | {macros} | {mina:.2} s | {diesel:.2} s | {ratio:.1} |");
            let row = Row::new(format!("{what}, {count} migrations, proc macros {macros}"), Figure(mina, "s"));
            rows.push(row.beside("embed_migrations!", Figure(diesel, "s"), ratio));
        }
    }
    println!("\n| migrations | cargo check, one file touched, proc macros as by default |\n|--:|--:|");
    let mut before: Option<(usize, f64)> = None;
    for count in GROWTH.into_iter().filter(|&grown| grown <= count * 10) {
        let krate = krate::with_mina(&folder, &format!("compiled_{count}"), &history::history(count), false)?;
        target("0").cargo(&krate, &["check"])?;
        let took = Rounds::of(ROUNDS, 1, |_| {
            touch(&krate, count)?;
            target("0").cargo(&krate, &["check"])
        })?
        .median(0);
        println!("| {count} | {took:.2} s |");
        let row = Row::new(format!("cargo check, one file touched, {count} migrations"), Figure(took, "s"));
        rows.push(match before {
            Some((fewer, before)) => row.beside(&format!("{fewer}"), Figure(before, "s"), took / before),
            None => row,
        });
        before = Some((count, took));
    }
    println!();
    rows.into_iter().for_each(Row::print);
    Ok(())
}

/// A target folder, and how far proc macros are optimised in it.
struct Target {
    folder: PathBuf,
    level: &'static str,
}

impl Target {
    /// The seconds that it took.
    fn cargo(&self, krate: &Path, arguments: &[&str]) -> Result<f64> {
        let began = Instant::now();
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(krate)
            .env("CARGO_TARGET_DIR", &self.folder)
            .env("CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL", self.level)
            .stdin(Stdio::null())
            .output()?;
        match output.status.success() {
            true => Ok(began.elapsed().as_secs_f64()),
            false => Err(String::from_utf8_lossy(&output.stderr).into()),
        }
    }

    fn clean(&self, krate: &Path) -> Result<()> {
        let name = krate.file_name().unwrap_or_default().to_string_lossy();
        self.cargo(krate, &["clean", "--quiet", "-p", &name]).map(drop)
    }
}

/// Changes the migration in the middle.
fn touch(krate: &Path, count: usize) -> Result<()> {
    let folder = [krate.join("versions"), krate.join("migrations")];
    let folder = folder.iter().find(|folder| folder.exists()).ok_or("a crate has migrations")?;
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    entries.sort();
    let mut path = entries.swap_remove(count / 2);
    if path.is_dir() {
        path = path.join("up.sql");
    }
    let mut text = fs::read_to_string(&path)?;
    text.push('\n');
    Ok(fs::write(path, text)?)
}
