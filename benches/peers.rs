//! Programs that apply and revert the same 1,000 migrations on SQLite, as each tool's users have them: Mina's, and those of
//! diesel_migrations, refinery, sea-orm-migration (benches/peers) and Alembic.
//!
//! `cargo bench --bench peers` prints milliseconds and peak memory of whole processes; `cargo bench --bench peers -- 200` takes
//! another count. What cannot be had here, Python for one, is said and left out.

#[path = "support/history.rs"]
mod history;
#[path = "support/krate.rs"]
mod krate;
#[path = "support/plain.rs"]
mod plain;
#[path = "support/program.rs"]
mod program;
#[path = "support/rounds.rs"]
mod rounds;
#[path = "support/row.rs"]
mod row;

use history::Generated;
use plain::{Steps, text};
use rounds::Rounds;
use row::{Figure, Row};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 5;

/// A program, and how it is started on a file.
struct Peer {
    name: &'static str,
    up: Start,
    /// None for one that has no way back.
    down: Option<Start>,
}

type Start = Box<dyn Fn(&Path) -> Command>;

fn main() -> Result<()> {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers");
    fs::create_dir_all(&folder)?;
    let peers = peers(&history::history(count), &folder)?;
    println!("{count} migrations on SQLite on disk, whole processes, {ROUNDS} rounds; the ratio is the median of theirs\n");
    println!("| program | apply | ratio | peak memory | revert | ratio | peak memory |\n|---|--:|--:|--:|--:|--:|--:|");
    let ups: Vec<_> = peers.iter().map(|peer| Some(&peer.up)).collect();
    let downs: Vec<_> = peers.iter().map(|peer| peer.down.as_ref()).collect();
    // Each reverts the file that it made.
    let applied = measured(&ups, &folder, None)?;
    let reverted = measured(&downs, &folder, Some(&ups))?;
    for (at, peer) in peers.iter().enumerate() {
        print!("| {} ", peer.name);
        for way in [&applied, &reverted] {
            match way.of(at) {
                Some((time, peak, ratio)) => print!("| {time} | {ratio:.2} | {peak} "),
                None => print!("| | | "),
            }
        }
        println!("|");
    }
    println!();
    for (what, way) in [("applied", &applied), ("reverted", &reverted)] {
        let Some((time, peak, _)) = way.of(0) else { continue };
        for (at, peer) in peers.iter().enumerate().skip(1) {
            let Some((other, _, ratio)) = way.of(at) else { continue };
            Row::new(format!("{count} migrations {what} by Mina's program"), time)
                .beside(peer.name, other, 1.0 / ratio)
                .print();
        }
        for (at, peer) in peers.iter().enumerate().skip(1) {
            let Some((_, other, _)) = way.of(at) else { continue };
            Row::new(format!("{count} migrations {what} by Mina's program, peak memory"), peak)
                .beside(peer.name, other, peak.0 / other.0)
                .print();
        }
    }
    Ok(())
}

/// One way of all programs.
struct Way {
    rounds: Rounds,
    /// Where each stands among those that have this way.
    places: Vec<Option<usize>>,
    peaks: Vec<f64>,
}

impl Way {
    fn of(&self, at: usize) -> Option<(Figure, Figure, f64)> {
        let place = self.places[at]?;
        let time = Figure(self.rounds.median(place), "ms");
        let peak = Figure(self.peaks[at] / 1e6, "MB");
        Some((time, peak, self.rounds.ratio(place, 0).median))
    }
}

fn measured(starts: &[Option<&Start>], folder: &Path, before: Option<&[Option<&Start>]>) -> Result<Way> {
    let file = folder.join("work.db");
    let there: Vec<usize> = (0..starts.len()).filter(|&at| starts[at].is_some()).collect();
    let places = (0..starts.len()).map(|at| there.iter().position(|&other| other == at)).collect();
    let mut peaks = vec![0.0_f64; starts.len()];
    let mut full: Vec<Option<Vec<u8>>> = vec![None; starts.len()];
    let rounds = Rounds::of(ROUNDS, there.len(), |place| {
        let at = there[place];
        let _ = fs::remove_file(&file);
        if let Some(before) = before.and_then(|before| before[at]) {
            match &full[at] {
                Some(bytes) => fs::write(&file, bytes)?,
                None => {
                    program::run(&mut before(&file))?;
                    full[at] = Some(fs::read(&file)?);
                }
            }
        }
        // What others have written is not waited for by who is measured.
        Command::new("sync").status()?;
        let start = starts[at].ok_or("it has this way")?;
        let run = program::run(&mut start(&file))?;
        peaks[at] = peaks[at].max(run.peak);
        Ok(run.milliseconds)
    })?;
    Ok(Way { rounds, places, peaks })
}

/// A program's start with these arguments, of which `FILE` is the file.
fn start(program: &Path, arguments: &[&str]) -> Start {
    let program = program.to_owned();
    let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
    Box::new(move |file| {
        let mut command = Command::new(&program);
        command.env("DATABASE_URL", format!("sqlite:///{}", file.display()));
        for argument in &arguments {
            match argument.as_str() {
                "FILE" => command.arg(file),
                other => command.arg(other),
            };
        }
        command
    })
}

fn peers(generated: &[Generated], folder: &Path) -> Result<Vec<Peer>> {
    let mina = krate::built(&krate::with_mina(folder, "with_mina", generated, true)?)?;
    let diesel = krate::built(&krate::with_diesel(folder, "with_diesel", generated, true)?)?;
    let mut all = vec![
        Peer {
            name: "Mina",
            up: start(&mina, &["upgrade", "--database-url", "FILE"]),
            down: Some(start(&mina, &["downgrade", "base", "--yes", "--database-url", "FILE"])),
        },
        Peer {
            name: "diesel_migrations",
            up: start(&diesel, &["up", "FILE"]),
            down: Some(start(&diesel, &["down", "FILE"])),
        },
    ];
    for (what, others) in [
        ("refinery and sea-orm-migration", rust(generated, folder)),
        ("Alembic", alembic(generated, folder)),
    ] {
        match others {
            Ok(others) => all.extend(others),
            Err(error) => println!("{what} cannot be had here: {error}\n"),
        }
    }
    Ok(all)
}

/// Those of the workspace of their own, which read files of SQL.
fn rust(generated: &[Generated], folder: &Path) -> Result<Vec<Peer>> {
    let (up, down) = (emptied(folder.join("up"))?, emptied(folder.join("down"))?);
    for (at, (migration, sql)) in generated.iter().zip(plain::sql(generated)?).enumerate() {
        let file = format!("V{:06}__{}.sql", at + 1, migration.slug);
        fs::write(up.join(&file), text(&sql.up))?;
        fs::write(down.join(&file), text(&sql.down))?;
    }
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("peers");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--quiet", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/Cargo.toml"))
        .env("CARGO_TARGET_DIR", &target)
        .output()?;
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).into());
    }
    let (up, down) = (up.to_string_lossy(), down.to_string_lossy());
    let program = |name| target.join("release").join(name);
    Ok(vec![
        Peer {
            name: "refinery",
            up: start(&program("refinery"), &[&up, "FILE"]),
            down: None,
        },
        Peer {
            name: "sea-orm-migration",
            up: start(&program("sea-orm"), &["up", &up, &down, "FILE"]),
            down: Some(start(&program("sea-orm"), &["down", &up, &down, "FILE"])),
        },
    ])
}

/// In an environment of Python of its own, with a script a migration.
fn alembic(generated: &[Generated], folder: &Path) -> Result<Vec<Peer>> {
    let python = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("peers").join("python");
    let complete = python.join("complete");
    if !complete.exists() {
        let _ = fs::remove_dir_all(&python);
        succeeds(Command::new("python3").args(["-m", "venv"]).arg(&python))?;
        succeeds(Command::new(python.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check", "alembic>=1.18,<2"]))?;
        fs::write(&complete, "")?;
    }
    let scripts = emptied(folder.join("alembic"))?;
    fs::create_dir(scripts.join("versions"))?;
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/alembic");
    fs::copy(source.join("env.py"), scripts.join("env.py"))?;
    let ini = scripts.join("alembic.ini");
    fs::write(&ini, format!("[alembic]\nscript_location = {}\n", scripts.display()))?;
    let mut parent = "None".to_owned();
    for (migration, Steps { up, down }) in generated.iter().zip(plain::sql(generated)?) {
        let Generated { id, slug, .. } = migration;
        let calls = |statements: &[String]| -> String { statements.iter().map(|sql| format!("    op.execute({sql:?})\n")).collect() };
        let script = format!(
            "\"\"\"{slug}\"\"\"\n\nfrom alembic import op\n\nrevision = {id:?}\ndown_revision = {parent}\n\n\n\
             def upgrade() -> None:\n{}\n\ndef downgrade() -> None:\n{}",
            calls(&up),
            calls(&down)
        );
        fs::write(scripts.join(format!("versions/{id}_{slug}.py")), script)?;
        parent = format!("{id:?}");
    }
    let (run, ini) = (source.join("run.py"), ini.to_string_lossy());
    let (python, run) = (python.join("bin/python"), run.to_string_lossy());
    Ok(vec![Peer {
        name: "Alembic",
        up: start(&python, &[&run, "-c", &ini, "upgrade", "head"]),
        down: Some(start(&python, &[&run, "-c", &ini, "downgrade", "base"])),
    }])
}

fn succeeds(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}

fn emptied(folder: PathBuf) -> Result<PathBuf> {
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
