//! What it takes to compare the models of a thousand tables with the history, ten of them changed.
//!
//! `cargo bench -p mina-cli --bench migrate` prints milliseconds, and the ratio to a process that does nothing.

#[path = "../../benches/support/row.rs"]
mod row;

use row::{Figure, Row};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const TABLES: usize = 1_000;
const CHANGED: usize = 10;
const RUNS: usize = 9;
/// Milliseconds that writing a migration should take at most.
const MOST: f64 = 150.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path();
    generate(path)?;
    let versions = path.join("versions");
    let kept = fs::read_dir(&versions)?.count();
    let bare = best(|| mina(path, &["--version"], 0))?;
    println!("{TABLES} tables of eight columns, {CHANGED} of them changed, the best and the median of {RUNS} runs\n");
    println!("| models | best | median | ratio of the best |\n|---|--:|--:|--:|");
    print("`mina --version`", bare, bare);
    let migrate = best(|| {
        let printed = mina(path, &["migrate", "Follow the models"], 0)?;
        for entry in fs::read_dir(&versions)?.flatten() {
            if entry.file_name() != "20250101000000_all.rs" {
                fs::remove_file(entry.path())?;
            }
        }
        match fs::read_dir(&versions)?.count() == kept {
            true => Ok(printed),
            false => Err("migrations are left over".into()),
        }
    })?;
    let mut rows = Vec::new();
    let mut tell = |name: &str, took: (f64, f64), most: Option<f64>| {
        print(name, took, bare);
        let row = Row::new(format!("{name}, {TABLES} tables, {CHANGED} of them changed"), Figure(took.1, "ms"));
        let row = row.beside("`mina --version`", Figure(bare.1, "ms"), took.1 / bare.1);
        rows.push(most.into_iter().fold(row, Row::at_most));
    };
    tell("`mina migrate`", migrate, Some(MOST));
    tell("`mina check`", best(|| mina(path, &["check"], 4))?, None);
    tell("`mina diff base head`", best(|| mina(path, &["diff", "base", "head"], 0))?, None);
    println!();
    rows.into_iter().for_each(Row::print);
    Ok(())
}

fn mina(folder: &Path, arguments: &[&str], code: i32) -> Result<usize, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mina"));
    let output = command.args(arguments).current_dir(folder).stdin(Stdio::null()).output()?;
    match output.status.code() == Some(code) {
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
    println!("| {name} | {best:.1} ms | {median:.1} ms | {:.1} |", best / bare);
}

fn generate(folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::write(
        folder.join("mina.toml"),
        "[database]\nurl = \"sqlite://app.db\"\nmodels = \"models.rs\"\n",
    )?;
    fs::create_dir(folder.join("versions"))?;
    let (mut history, mut downgrade, mut models) = (String::new(), String::new(), String::new());
    for at in 0..TABLES {
        let refers = match at {
            0 => "parent_id: Nullable<Integer>".to_owned(),
            at => format!("#[references(t{:04}.id)] parent_id: Nullable<Integer>", at - 1),
        };
        let table = |extra: &str| {
            format!(
                "t{at:04} {{\n    #[primary_key] id: Integer,\n    name: Varchar<80>,\n    #[unique] email: Nullable<Varchar<200>>,\n    {refers},\n    \
                 amount: BigInt = 0,\n    done: Bool = false,\n    note: Nullable<Text>,\n    created_at: Timestamp = now(),\n    {extra}index ix_t{at:04} (name),\n}}\n"
            )
        };
        write!(history, "create_table {}", table(""))?;
        downgrade.insert_str(0, &format!("drop_table t{at:04};\n"));
        let changed = at % (TABLES / CHANGED) == 0;
        write!(models, "table {}", table(if changed { "bio: Nullable<Text>,\n    " } else { "" }))?;
    }
    fs::write(
        folder.join("versions/20250101000000_all.rs"),
        format!(
            "mina::migration! {{\n//! All tables\n\nrevision = \"20250101000000\";\nrevises = base;\n\nupgrade {{\n{history}}}\n\ndowngrade {{\n{downgrade}}}\n}}\n"
        ),
    )?;
    fs::write(folder.join("models.rs"), format!("mina::schema! {{\n{models}}}\n"))?;
    Ok(())
}
