//! Pages of docs/, from their first command to their last, in a fresh folder.

use super::workshop::{fresh, share_the_build};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a fenced block of the page is.
enum Block<'a> {
    /// Commands, each with the code that it exits with.
    Console(Vec<(&'a str, i32)>),
    /// A file of the crate, with its name.
    File(&'a str, String),
    /// What a migration that a command wrote has in it, with the slug of its file.
    Expected(&'a str, String),
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(kind) = line.strip_prefix("```").filter(|kind| !kind.is_empty()) else {
            continue;
        };
        let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        match kind {
            "console" => blocks.push(Block::Console(inside.into_iter().filter_map(command).collect())),
            "rust,file" | "toml,file" | "rust,expected" => {
                let path = inside[0].trim_start_matches(['/', '#', ' ']);
                let text = inside[1..].join("\n") + "\n";
                blocks.push(match kind {
                    "rust,expected" => Block::Expected(path, text),
                    _ => Block::File(path, text),
                });
            }
            _ => {}
        }
    }
    blocks
}

fn command(line: &str) -> Option<(&str, i32)> {
    let line = line.strip_prefix("$ ")?;
    Some(match line.split_once("   # exits with ") {
        Some((line, code)) => (line, code.trim().parse().expect("an exit code")),
        None => (line, 0),
    })
}

/// The file that a command made of the same message, whose id is the time of this test.
fn made(versions: &Path, named: &str) -> PathBuf {
    let slug = |name: &str| name.split_once('_').map(|(_, slug)| slug.to_owned());
    let files = fs::read_dir(versions).unwrap().map(|entry| entry.unwrap().path());
    let is_it = |path: &PathBuf| slug(&path.file_name().unwrap().to_string_lossy()) == slug(named);
    let mut found: Vec<PathBuf> = files.filter(is_it).collect();
    assert_eq!(found.len(), 1, "files like {named}: {found:?}");
    found.remove(0)
}

/// What the page shows, with the ids that stand in the file already.
fn with_ids_of(made: &str, shown: &str) -> String {
    let line = |text: &str, key: &str| {
        let found = text.lines().find(|line| line.trim_start().starts_with(key));
        found.unwrap_or_else(|| panic!("no `{key}` in\n{text}")).to_owned()
    };
    let keys = ["revision = ", "revises = "];
    keys.iter()
        .fold(shown.to_owned(), |text, key| text.replace(&line(&text, key), &line(made, key)))
}

/// A line as a shell takes it that finds `mina`.
fn shell(folder: &Path, line: &str) -> Command {
    let program = assert_cmd::cargo::cargo_bin("mina");
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders = program
        .parent()
        .map(Path::to_path_buf)
        .into_iter()
        .chain(env::split_paths(&folders));
    let mut command = Command::new("sh");
    command.args(["-c", line]).current_dir(folder);
    command.env("PATH", env::join_paths(folders).unwrap());
    for variable in ["VISUAL", "EDITOR", "DATABASE_URL", "MINA_YES"] {
        command.env_remove(variable);
    }
    command
}

/// Runs a page, and counts its commands.
fn run(page: &str) -> usize {
    let place = fresh();
    let migrations = place.path().join("migrations");
    let mut commands = 0;
    for block in blocks(page) {
        match block {
            Block::File(name, text) => match name.strip_prefix("versions/") {
                Some(name) => {
                    let path = made(&migrations.join("versions"), name);
                    let text = with_ids_of(&fs::read_to_string(&path).unwrap(), &text);
                    fs::write(path, text).unwrap();
                }
                None => fs::write(migrations.join(name), text).unwrap(),
            },
            Block::Expected(slug, text) => {
                let path = made(&migrations.join("versions"), &format!("0_{slug}.rs"));
                let found = fs::read_to_string(path).unwrap();
                assert!(found.contains(&text), "{found}");
            }
            Block::Console(lines) => {
                for (line, code) in lines {
                    let output = shell(place.path(), line).output().unwrap();
                    if line == "mina init" {
                        share_the_build(&migrations);
                    }
                    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                    assert_eq!(
                        output.status.code(),
                        Some(code),
                        "$ {line}\n{}{}",
                        said(&output.stdout),
                        said(&output.stderr)
                    );
                    commands += 1;
                }
            }
        }
    }
    commands
}

#[test]
fn the_guide_does_what_it_says() {
    let commands = run(include_str!("../../../docs/guide.md"));
    assert!(commands > 50, "only {commands} commands were run");
}

#[test]
fn the_page_on_models_and_the_history_does_what_it_says() {
    let commands = run(include_str!("../../../docs/autogenerate.md"));
    assert!(commands >= 10, "only {commands} commands were run");
}
