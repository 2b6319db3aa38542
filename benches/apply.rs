//! Applying a history of 1,000 migrations on disk, beside diesel_migrations with the same SQL, in one run; and what a process
//! takes that finds nothing to do.
//!
//! `cargo bench --bench apply` prints milliseconds and ratios; `cargo bench --bench apply -- 200` takes another count.

#[path = "support/history.rs"]
mod history;
#[path = "support/runnable.rs"]
mod runnable;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use mina_core::config::Config;
use mina_runtime::runner::Scope;
use runnable::Runnable;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;
const PROCESSES: usize = 41;

/// A way to bring an empty database to the head.
struct Way {
    name: &'static str,
    apply: fn(&mut SqliteConnection, &Runnable) -> Result<()>,
}

const WAYS: &[Way] = &[
    Way {
        name: "diesel_migrations",
        apply: |conn, history| {
            conn.run_pending_migrations(EmbeddedMigrations::new(history.diesel))
                .map(drop)
                .map_err(|error| error as Box<dyn Error>)
        },
    },
    Way {
        name: "Mina, a transaction a migration",
        apply: |conn, history| {
            history.mina.upgrade(conn, "head")?;
            Ok(())
        },
    },
    Way {
        name: "Mina, `transaction = \"run\"`",
        apply: |conn, history| {
            history.mina.runner().transaction(Scope::Run).upgrade(conn, "head")?;
            Ok(())
        },
    },
    Way {
        name: "its statements alone, in one transaction",
        apply: |conn, history| {
            conn.batch_execute("BEGIN IMMEDIATE")?;
            history
                .statements
                .iter()
                .try_for_each(|statements| conn.batch_execute(statements))?;
            Ok(conn.batch_execute("COMMIT")?)
        },
    },
    Way {
        name: "Mina, `create`",
        apply: |conn, history| {
            history.mina.create(conn)?;
            Ok(())
        },
    },
];

fn main() -> Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let generated = history::history(count);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    applied(&Runnable::new(&generated, Config::default())?, count, folder.path())?;
    println!("\nmedian and best of {PROCESSES} processes\n");
    println!("| revisions | process | median | best |\n|--:|---|--:|--:|");
    processes("with_mina", &generated, &["--version", "current", "upgrade"], folder.path())?;
    processes("with_many", &history::history(count * 10), &["--version", "current"], folder.path())
}

fn applied(history: &Runnable, count: usize, folder: &Path) -> Result<()> {
    let mut best = vec![f64::INFINITY; WAYS.len()];
    for round in 0..ROUNDS {
        for (way, best) in WAYS.iter().zip(&mut best) {
            let path = folder.join(format!("{round}.db"));
            let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
            let began = Instant::now();
            (way.apply)(&mut conn, history)?;
            *best = best.min(began.elapsed().as_secs_f64());
            drop(conn);
            fs::remove_file(&path)?;
        }
    }
    println!("{count} migrations on disk, best of {ROUNDS}\n");
    println!("| way | time | ratio |\n|---|--:|--:|");
    for (way, seconds) in WAYS.iter().zip(&best) {
        println!("| {} | {:.0} ms | {:.2} |", way.name, seconds * 1e3, seconds / best[0]);
    }
    Ok(())
}

/// The crate's own binary, built in release, run to its end again and again.
fn processes(name: &str, generated: &[history::Generated], commands: &[&str], folder: &Path) -> Result<()> {
    let binary = built(name, generated)?;
    let database = folder.join(name).with_extension("db");
    let run = |argument: &str| -> Result<f64> {
        let began = Instant::now();
        let mut command = Command::new(&binary);
        command
            .env("DATABASE_URL", &database)
            .arg(argument)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        match command.status()?.success() {
            true => Ok(began.elapsed().as_secs_f64() * 1e3),
            false => Err(format!("`{argument}` fails").into()),
        }
    };
    run("create")?;
    for command in commands {
        let mut times = (0..PROCESSES).map(|_| run(command)).collect::<Result<Vec<f64>>>()?;
        times.sort_by(f64::total_cmp);
        println!(
            "| {} | `{command}` | {:.1} ms | {:.1} ms |",
            generated.len(),
            times[PROCESSES / 2],
            times[0]
        );
    }
    Ok(())
}

fn built(name: &str, generated: &[history::Generated]) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let krate = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(krate.join("versions"));
    fs::create_dir_all(krate.join("versions"))?;
    fs::create_dir_all(krate.join("src"))?;
    fs::write(
        krate.join("Cargo.toml"),
        format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nmina = {{ path = {:?}, features = [\"cli\"] }}\n\
             diesel = {{ version = \"2.3\", default-features = false, features = [\"sqlite\"] }}\n\n[workspace]\n",
            root.display().to_string()
        ),
    )?;
    fs::write(krate.join("mina.toml"), "[database]\nurl = \"sqlite://bench.db\"\n")?;
    fs::write(krate.join("src/lib.rs"), "mina::migrations!();\n")?;
    fs::write(
        krate.join("src/main.rs"),
        format!("fn main() -> std::process::ExitCode {{\n    mina::cli::main({name}::MIGRATIONS)\n}}\n"),
    )?;
    fs::copy(root.join("Cargo.lock"), krate.join("Cargo.lock"))?;
    for migration in generated {
        let file = format!("versions/{}_{}.rs", migration.id, migration.slug);
        fs::write(krate.join(file), &migration.text)?;
    }
    // What both need is built once.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(&krate).to_path_buf();
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet"])
        .current_dir(&krate)
        .env("CARGO_TARGET_DIR", &target)
        .status()?;
    match status.success() {
        true => Ok(target.join("release").join(name)),
        false => Err("the crate of migrations cannot be built".into()),
    }
}
