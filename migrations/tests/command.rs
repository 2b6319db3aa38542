//! The crate's own binary, as a person calls it.

use assert_cmd::Command;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with a mina.toml of its own, so that no test touches another's database.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::copy(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("mina.toml"),
        folder.path().join("mina.toml"),
    )
    .unwrap();
    folder
}

fn mina(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mina-migrations"));
    command
        .current_dir(folder.path())
        .env_remove("DATABASE_URL")
        .arg("--config")
        .arg(folder.path().join("mina.toml"))
        .args(arguments);
    command
}

fn printed(folder: &TempDir, arguments: &[&str]) -> String {
    let output = mina(folder, arguments).assert().success().get_output().stdout.clone();
    String::from_utf8(output).unwrap()
}

#[test]
fn up_down_and_up_again() {
    let folder = folder();
    mina(&folder, &["upgrade"]).assert().success();
    assert!(folder.path().join("mina.db").is_file() && folder.path().join("analytics.db").is_file());
    assert!(printed(&folder, &["current"]).contains("20251104090000 (head)"));

    mina(&folder, &["downgrade", "base", "--yes"]).assert().success();
    assert!(!printed(&folder, &["--bind", "default", "current"]).contains("(head)"));

    mina(&folder, &["upgrade"]).assert().success();
    mina(&folder, &["current", "--check-heads"]).assert().success();
}

#[test]
fn a_database_is_made_at_once_and_only_an_empty_one() {
    let folder = folder();
    let said = printed(&folder, &["create"]);
    assert!(said.contains("created with") && said.contains("now at 20251104090000"), "{said}");
    assert!(folder.path().join("mina.db").is_file() && folder.path().join("analytics.db").is_file());
    mina(&folder, &["current", "--check-heads"]).assert().success();
    mina(&folder, &["create"]).assert().code(5);
    mina(&folder, &["downgrade", "base", "--yes"]).assert().success();
    mina(&folder, &["--bind", "default", "create"]).assert().success();
}

#[test]
fn a_database_behind_its_head_exits_with_3() {
    let folder = folder();
    mina(&folder, &["--bind", "default", "upgrade", "6f9f2dd343f5"]).assert().success();
    mina(&folder, &["--bind", "default", "current", "--check-heads"]).assert().code(3);
}

#[test]
fn a_target_that_is_none_exits_with_2() {
    let folder = folder();
    mina(&folder, &["upgrade", "nowhere"]).assert().code(2);
}

#[test]
fn a_losing_downgrade_without_a_terminal_is_refused() {
    let folder = folder();
    mina(&folder, &["upgrade"]).assert().success();
    let database = folder.path().join("mina.db");
    let mut conn = SqliteConnection::establish(database.to_str().unwrap()).unwrap();
    conn.batch_execute("INSERT INTO users (email, name, new_field, bio) VALUES ('ada@example.org', 'Ada', 'Ada', 'Poet')")
        .unwrap();
    drop(conn);
    let downgrade = ["--bind", "default", "downgrade", "20251008120000"];
    mina(&folder, &downgrade).assert().code(5);
    mina(&folder, &downgrade).arg("--yes").assert().success();
}

/// The binary in an empty folder, with nothing in its environment.
struct Alone {
    folder: TempDir,
    url: String,
}

impl Alone {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("app.db").display());
        Self { folder, url }
    }

    fn run(&self, words: &[&str]) -> (i32, String) {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mina-migrations"));
        command.env_clear().current_dir(self.folder.path());
        command.args(["--database-url", &self.url]).args(words);
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(text).unwrap())
    }

    fn says(&self, words: &[&str], code: i32, part: &str) {
        let (found, said) = self.run(words);
        assert!(
            found == code && said.contains(part),
            "{words:?} exits with {found}, not {code} with {part:?}\n{said}"
        );
    }
}

#[test]
fn the_binary_alone_in_an_empty_folder_does_all_but_what_needs_sources() {
    let alone = Alone::new();
    alone.says(&["status"], 3, "pending");
    alone.says(&["plan", "+1"], 0, "CREATE TABLE");
    alone.says(&["upgrade"], 0, "now at 20251104090000");
    alone.says(&["current", "--check-heads"], 0, "20251104090000 (head)");
    alone.says(&["status"], 0, "20251104090000");
    alone.says(&["check", "--db"], 0, "");
    alone.says(&["history", "-i"], 0, "Add phone number to users");
    alone.says(&["heads"], 0, "20251104090000");
    alone.says(&["branches"], 0, "branchpoint");
    alone.says(&["show", "6f9f2dd343f5"], 0, "workspaces");
    alone.says(&["explain", "M302"], 0, "M302");
    alone.says(&["sql", "6f9f2dd343f5"], 0, "COMMIT;");
    alone.says(&["downgrade", "--sql", "head:-1"], 0, "COMMIT;");
    alone.says(&["repair"], 0, "");
    alone.says(&["redo", "--yes"], 0, "now at 20251104090000");
    alone.says(&["downgrade", "base", "--yes"], 0, "now at base");
    alone.says(&["create"], 0, "now at 20251104090000");
    alone.says(&["stamp", "6f9f2dd343f5", "--force"], 0, "20251001090000");
    alone.says(&["stamp", "head"], 0, "20251104090000");
    alone.says(&["reset", "--yes"], 0, "now at 20251104090000");
    alone.says(&["database", "drop", "--yes"], 0, "app.db");
    alone.says(&["ensure-version"], 0, "");

    let sources: &[&[&str]] = &[
        &["init"],
        &["list-templates"],
        &["revision", "Add age to users"],
        &["migrate", "Add age to users"],
        &["merge"],
        &["rebase", "20251104090000", "--onto", "base"],
        &["edit"],
        &["fmt"],
        &["lint"],
        &["check"],
        &["graph"],
        &["doctor"],
    ];
    for words in sources {
        alone.says(words, 2, &format!("run `mina {}` in the folder of the crate", words[0]));
        alone.says(words, 2, env!("CARGO_MANIFEST_DIR"));
    }
    let mut files: Vec<_> = fs::read_dir(alone.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["app.db"]);
}

#[test]
fn the_history_is_told_without_a_database() {
    let folder = folder();
    let heads = printed(&folder, &["heads"]);
    assert!(heads.contains("20251104090000") && heads.contains("20251106090000"), "{heads}");
    assert!(printed(&folder, &["history"]).contains("Add phone number to users"));
    assert!(printed(&folder, &["show", "20251008120000"]).contains("phone_number"));
    assert!(!folder.path().join("mina.db").exists());
}
