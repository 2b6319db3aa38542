//! docs/guide.md, from its first command to its last, in a fresh folder.

use super::workshop::{fresh, workspace};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a fenced block of the page is.
enum Block<'a> {
    /// Commands, each with the code that it exits with.
    Console(Vec<(&'a str, i32)>),
    /// A migration, with the name of its file.
    File(&'a str, String),
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
            "rust,file" => {
                let path = inside[0].strip_prefix("// versions/").expect("a migration begins with its file");
                blocks.push(Block::File(path, inside[1..].join("\n") + "\n"));
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

#[test]
fn the_guide_does_what_it_says() {
    let place = fresh();
    let mut commands = 0;
    for block in blocks(include_str!("../../../docs/guide.md")) {
        match block {
            Block::File(name, text) => {
                let path = made(&place.path().join("migrations/versions"), name);
                let text = with_ids_of(&fs::read_to_string(&path).unwrap(), &text);
                fs::write(path, text).unwrap();
            }
            Block::Console(lines) => {
                for (line, code) in lines {
                    let output = shell(place.path(), line).output().unwrap();
                    if line == "mina init" {
                        fs::copy(workspace().join("Cargo.lock"), place.path().join("migrations/Cargo.lock")).unwrap();
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
    assert!(commands > 50, "only {commands} commands were run");
}
