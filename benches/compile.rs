//! Compile time of a history of 1,000 migrations, beside diesel's `embed_migrations!` over the same SQL, in one run.
//!
//! `cargo bench --bench compile` prints seconds and ratios; `cargo bench --bench compile -- 200` takes another count.
//! Each is measured as cargo builds proc macros by default, and with `[profile.dev.build-override] opt-level = 3`.

#[path = "support/history.rs"]
mod history;

use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::sql::unit::{Action, Unit};
use mina_core::syntax::{parse, source};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const RUNS: usize = 5;

fn main() -> Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let folder = tempfile::tempdir()?;
    let generated = history::history(count);
    let mina = write_mina(folder.path(), &generated)?;
    let diesel = write_diesel(folder.path(), &generated)?;
    println!("{count} migrations, best of {RUNS}");
    println!("| what | proc macros | Mina | embed_migrations! | ratio |\n|---|---|--:|--:|--:|");
    for (macros, level) in [("as by default", "0"), ("optimised", "3")] {
        let target = Target {
            folder: folder.path().join(format!("target{level}")),
            level,
        };
        for krate in [&mina, &diesel] {
            target.cargo(krate, &["check"])?;
            target.cargo(krate, &["build"])?;
        }
        let checked = (
            target.best(&mina, &["check"], || touch(&mina.join("versions"), count))?,
            target.best(&diesel, &["check"], || touch(&diesel.join("migrations"), count))?,
        );
        let built = (
            target.best(&mina, &["build"], || target.clean(&mina))?,
            target.best(&diesel, &["build"], || target.clean(&diesel))?,
        );
        for (what, (mina, diesel)) in [
            ("cargo check, one file touched", checked),
            ("cargo build of the crate alone, clean", built),
        ] {
            println!("| {what} | {macros} | {mina:.2} s | {diesel:.2} s | {:.1} |", mina / diesel);
        }
    }
    Ok(())
}

/// A target folder, and how far proc macros are optimised in it.
struct Target {
    folder: PathBuf,
    level: &'static str,
}

impl Target {
    fn cargo(&self, krate: &Path, arguments: &[&str]) -> Result<()> {
        let output = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(krate)
            .env("CARGO_TARGET_DIR", &self.folder)
            .env("CARGO_PROFILE_DEV_BUILD_OVERRIDE_OPT_LEVEL", self.level)
            .stdin(Stdio::null())
            .output()?;
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
        }
    }

    fn clean(&self, krate: &Path) -> Result<()> {
        let name = krate.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.cargo(krate, &["clean", "--quiet", "-p", &name])
    }

    fn best(&self, krate: &Path, arguments: &[&str], prepare: impl Fn() -> Result<()>) -> Result<f64> {
        let mut best = f64::INFINITY;
        for _ in 0..RUNS {
            prepare()?;
            let start = Instant::now();
            self.cargo(krate, arguments)?;
            best = best.min(start.elapsed().as_secs_f64());
        }
        Ok(best)
    }
}

fn write_mina(folder: &Path, generated: &[history::Generated]) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let krate = folder.join("with_mina");
    fs::create_dir_all(krate.join("src"))?;
    fs::create_dir_all(krate.join("versions"))?;
    write_manifest(
        &krate,
        "with_mina",
        &format!("mina = {{ path = {:?} }}\ndiesel = {DIESEL}\n", root.display().to_string()),
    )?;
    fs::write(
        krate.join("build.rs"),
        "fn main() {\n    println!(\"cargo::rerun-if-changed=versions\");\n    println!(\"cargo::rerun-if-changed=mina.toml\");\n}\n",
    )?;
    fs::write(krate.join("mina.toml"), "[database]\nurl = \"sqlite://bench.db\"\n")?;
    fs::write(krate.join("src/lib.rs"), "mina::migrations!();\n")?;
    for migration in generated {
        fs::write(
            krate.join(format!("versions/{}_{}.rs", migration.id, migration.slug)),
            &migration.text,
        )?;
    }
    Ok(krate)
}

fn write_diesel(folder: &Path, generated: &[history::Generated]) -> Result<PathBuf> {
    let krate = folder.join("with_diesel");
    fs::create_dir_all(krate.join("src"))?;
    write_manifest(&krate, "with_diesel", &format!("diesel = {DIESEL}\ndiesel_migrations = \"2.3\"\n"))?;
    fs::write(
        krate.join("build.rs"),
        "fn main() {\n    println!(\"cargo::rerun-if-changed=migrations\");\n}\n",
    )?;
    fs::write(
        krate.join("src/lib.rs"),
        "pub const MIGRATIONS: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!();\n",
    )?;
    let mut revisions = Vec::new();
    for migration in generated {
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
    let history = History::new(Config::default(), revisions);
    for (index, migration) in generated.iter().enumerate() {
        let replayed = &history.checked(index).engines[0];
        let tokens = &history.revisions[index].tokens;
        let down = replayed.down.as_ref().ok_or("every generated migration has a downgrade")?;
        let directory = krate.join(format!("migrations/{}_{}", migration.id, migration.slug));
        fs::create_dir_all(&directory)?;
        fs::write(
            directory.join("up.sql"),
            statements(&mina_core::sql::render(&replayed.up, tokens, None)),
        )?;
        fs::write(directory.join("down.sql"), statements(&mina_core::sql::render(down, tokens, None)))?;
    }
    Ok(krate)
}

const DIESEL: &str = "{ version = \"2.3\", default-features = false, features = [\"sqlite\"] }";

fn write_manifest(krate: &Path, name: &str, dependencies: &str) -> Result<()> {
    let text =
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n[workspace]\n");
    Ok(fs::write(krate.join("Cargo.toml"), text)?)
}

fn statements(units: &[Unit]) -> String {
    let sql = units.iter().flat_map(|unit| &unit.steps).map(|step| match &step.action {
        Action::Sql(sql) => sql.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    });
    sql.map(|sql| sql + ";\n").collect()
}

fn touch(folder: &Path, count: usize) -> Result<()> {
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
