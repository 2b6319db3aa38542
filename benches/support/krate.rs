//! Crates of a generated history, as their users have them: of Mina, and of diesel_migrations with the same SQL.

use crate::history::Generated;
use crate::plain::{sql, text};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const DIESEL: &str = "{ version = \"2.3\", default-features = false, features = [\"sqlite\"] }";

/// Prints the most memory that the process had, in bytes.
const PEAK: &str = "
fn print_peak() {
    let status = std::fs::read_to_string(\"/proc/self/status\").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(\"VmHWM:\"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    println!(\"{}\", kilobytes.unwrap_or_default() * 1024);
}
";

/// A crate of Mina's migrations. As a program it is its own command, which prints the most memory that it had last.
pub fn with_mina(folder: &Path, name: &str, generated: &[Generated], program: bool) -> Result<PathBuf> {
    let features = if program { "\"cli\"" } else { "" };
    let mina = env!("CARGO_MANIFEST_DIR");
    let krate = written(
        folder,
        name,
        &format!("mina = {{ path = {mina:?}, features = [{features}] }}\ndiesel = {DIESEL}\n"),
        &["versions", "mina.toml"],
    )?;
    fs::write(krate.join("mina.toml"), "[database]\nurl = \"sqlite://bench.db\"\n")?;
    fs::write(krate.join("src/lib.rs"), "mina::migrations!();\n")?;
    if program {
        let main = format!(
            "fn main() -> std::process::ExitCode {{\n    let code = mina::cli::main({name}::MIGRATIONS);\n    print_peak();\n    code\n}}\n{PEAK}"
        );
        fs::write(krate.join("src/main.rs"), main)?;
    }
    for migration in generated {
        let file = format!("versions/{}_{}.rs", migration.id, migration.slug);
        fs::write(krate.join(file), &migration.text)?;
    }
    Ok(krate)
}

/// A crate with diesel's `embed_migrations!`. As a program it takes `up` or `down` and a file.
pub fn with_diesel(folder: &Path, name: &str, generated: &[Generated], program: bool) -> Result<PathBuf> {
    let krate = written(
        folder,
        name,
        &format!(
            "diesel = {DIESEL}\ndiesel_migrations = \"2.3\"\nlibsqlite3-sys = {{ version = \">=0.37, <0.39\", features = [\"bundled\"] }}\n"
        ),
        &["migrations"],
    )?;
    fs::write(
        krate.join("src/lib.rs"),
        "pub const MIGRATIONS: diesel_migrations::EmbeddedMigrations = diesel_migrations::embed_migrations!();\n",
    )?;
    if program {
        let main = format!(
            "use diesel::Connection;
use diesel_migrations::MigrationHarness;

fn main() {{
    let arguments: Vec<String> = std::env::args().collect();
    let mut conn = diesel::SqliteConnection::establish(&arguments[2]).unwrap();
    let ran = match arguments[1].as_str() {{
        \"up\" => conn.run_pending_migrations({name}::MIGRATIONS).map(drop),
        _ => conn.revert_all_migrations({name}::MIGRATIONS).map(drop),
    }};
    ran.unwrap();
    print_peak();
}}
{PEAK}"
        );
        fs::write(krate.join("src/main.rs"), main)?;
    }
    for (migration, sql) in generated.iter().zip(sql(generated)?) {
        let directory = krate.join(format!("migrations/{}_{}", migration.id, migration.slug));
        fs::create_dir_all(&directory)?;
        fs::write(directory.join("up.sql"), text(&sql.up))?;
        fs::write(directory.join("down.sql"), text(&sql.down))?;
    }
    Ok(krate)
}

/// What both have, with nothing left of an earlier one.
fn written(folder: &Path, name: &str, dependencies: &str, sources: &[&str]) -> Result<PathBuf> {
    let krate = folder.join(name);
    if krate.exists() {
        fs::remove_dir_all(&krate)?;
    }
    fs::create_dir_all(krate.join("src"))?;
    fs::create_dir_all(krate.join(sources[0]))?;
    fs::write(
        krate.join("Cargo.toml"),
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n[workspace]\n"),
    )?;
    let watched: String = sources
        .iter()
        .map(|source| format!("    println!(\"cargo::rerun-if-changed={source}\");\n"))
        .collect();
    fs::write(krate.join("build.rs"), format!("fn main() {{\n{watched}}}\n"))?;
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock"), krate.join("Cargo.lock"))?;
    Ok(krate)
}

/// Builds a program in release, and says where it is. What several of them need is built once.
#[allow(dead_code)] // Not every bench runs what it builds.
pub fn built(krate: &Path) -> Result<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap_or(krate);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--release", "--quiet"])
        .current_dir(krate)
        .env("CARGO_TARGET_DIR", target)
        .status()?;
    let name = krate.file_name().unwrap_or_default();
    match status.success() {
        true => Ok(target.join("release").join(name)),
        false => Err(format!("{} cannot be built", krate.display()).into()),
    }
}
