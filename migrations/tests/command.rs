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

#[test]
fn the_history_is_told_without_a_database() {
    let folder = folder();
    let heads = printed(&folder, &["heads"]);
    assert!(heads.contains("20251104090000") && heads.contains("20251106090000"), "{heads}");
    assert!(printed(&folder, &["history"]).contains("Add phone number to users"));
    assert!(printed(&folder, &["show", "20251008120000"]).contains("phone_number"));
    assert!(!folder.path().join("mina.db").exists());
}
