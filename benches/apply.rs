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
use diesel::sql_types::Text;
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

/// What this program is started with for a process that does no more than a look at a database cannot do without.
const BARE: &str = "bare";

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
    if let [_, bare, path] = &std::env::args().collect::<Vec<_>>()[..]
        && bare == BARE
    {
        return bare_look(path);
    }
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let generated = history::history(count);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    applied(&Runnable::new(&generated, Config::default())?, count, folder.path())?;
    println!("\nmedian and best of {PROCESSES} processes\n");
    println!("| revisions | process | median | best | ratio of the best |\n|--:|---|--:|--:|--:|");
    processes("with_mina", &generated, &["--version", "current", "upgrade"], folder.path())?;
    processes("with_many", &history::history(count * 10), &["--version", "current"], folder.path())
}

/// Opens the file and reads which revisions are applied, as whoever wants to know has to.
fn bare_look(path: &str) -> Result<()> {
    let mut conn = SqliteConnection::establish(path)?;
    let applied: Vec<String> = diesel::dsl::sql::<Text>("SELECT version FROM __diesel_schema_migrations").load(&mut conn)?;
    println!("{}", applied.len());
    Ok(())
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
    let timed = |command: &mut Command| -> Result<f64> {
        command.env("DATABASE_URL", &database).stdin(Stdio::null()).stdout(Stdio::null());
        let began = Instant::now();
        match command.status()?.success() {
            true => Ok(began.elapsed().as_secs_f64() * 1e3),
            false => Err(format!("{command:?} fails").into()),
        }
    };
    timed(Command::new(&binary).arg("create"))?;
    let mut bare = Command::new(std::env::current_exe()?);
    bare.arg(BARE).arg(&database);
    let mut all = vec![("a bare look".to_owned(), bare)];
    for argument in commands {
        let mut command = Command::new(&binary);
        command.arg(argument);
        all.push((format!("`{argument}`"), command));
    }
    let mut floor = None;
    for (name, mut command) in all {
        let mut times = (0..PROCESSES).map(|_| timed(&mut command)).collect::<Result<Vec<f64>>>()?;
        times.sort_by(f64::total_cmp);
        let (median, best) = (times[PROCESSES / 2], times[0]);
        let ratio = best / *floor.get_or_insert(best);
        println!("| {} | {name} | {median:.1} ms | {best:.1} ms | {ratio:.2} |", generated.len());
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
