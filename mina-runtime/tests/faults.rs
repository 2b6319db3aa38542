//! Disks that are full, files that are damaged, files that may not be written: what is said, and that nothing is lost.
#![cfg(all(feature = "cli", unix))]

#[path = "support/program.rs"]
mod program;
mod support;

use program::*;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use support::*;

const NOBODY: u32 = 65534;

/// Users with two rows, and what they are as SQLite stores them.
fn upgraded(place: &Place) -> Vec<String> {
    assert_eq!(place.run("", &["upgrade", "--database-url", "app.db"]).code, 0);
    state(&place.path("app.db"))
}

fn state(path: &Path) -> Vec<String> {
    let mut conn = open(path);
    let mut state = schema(&mut conn);
    state.extend(applied(&mut conn));
    state.extend(words(&mut conn, "SELECT id || email AS word FROM users ORDER BY id"));
    state.extend(words(&mut conn, "SELECT integrity_check AS word FROM pragma_integrity_check"));
    state
}

/// The program, started by a script of bash as `"$@"`.
fn by_script(place: &Place, script: &str, arguments: &[&str]) -> Said {
    let mut command = Command::new("bash");
    command.args(["-c", script, "bash"]).arg(program()).args(arguments);
    command
        .current_dir(place.folder.path())
        .env("MINA_FIXTURE", "rows")
        .env_remove("DATABASE_URL");
    place.said(command.output().unwrap())
}

fn may_mount() -> bool {
    let tried = Command::new("unshare").args(["-rm", "true"]).output();
    tried.is_ok_and(|output| output.status.success())
}

/// A small disk of its own where mounting is allowed, else a limit to the size of files, which SQLite sees as a disk that fails.
#[test]
fn what_is_on_a_full_disk_stays_as_it_was_and_goes_on_with_more_room() {
    let place = Place::new();
    let before = upgraded(&place);
    fs::create_dir(place.path("disk")).unwrap();
    let small_disk = "unshare -rm bash -c 'mount -t tmpfs -o size=300k tmpfs disk && cp app.db disk && \"$@\"; code=$?; cp disk/* .; exit $code' bash \"$@\"";
    let (script, url) = match may_mount() {
        true => (small_disk, "disk/app.db"),
        false => (LIMITED, "app.db"),
    };
    let said = by_script(&place, script, &["upgrade", "--database-url", url]);
    assert_eq!(said.code, 1, "{}", said.err);
    let why = if may_mount() { "disk is full" } else { "disk I/O error" };
    assert!(said.err.contains(why), "{}", said.err);
    assert_eq!(state(&place.path("app.db")), before);

    assert_eq!(place.run("rows", &["upgrade", "--database-url", "app.db"]).code, 0);
    assert_eq!(number(&mut open(&place.path("app.db")), "SELECT count(*) AS n FROM users"), 20_002);
}

const LIMITED: &str = "trap '' XFSZ; ulimit -f 300; exec \"$@\"";

#[test]
fn what_is_on_a_disk_that_fails_stays_as_it_was_in_either_journal_mode() {
    for journal in ["delete", "wal"] {
        let place = Place::new();
        execute(&mut open(&place.path("app.db")), &format!("PRAGMA journal_mode = {journal}"));
        let before = upgraded(&place);
        let said = by_script(&place, LIMITED, &["upgrade", "--database-url", "app.db"]);
        assert_eq!(said.code, 1);
        assert!(said.err.contains("disk I/O error"), "{}", said.err);
        assert_eq!(state(&place.path("app.db")), before);
        assert_eq!(place.run("rows", &["upgrade", "--database-url", "app.db"]).code, 0);
        assert_eq!(number(&mut open(&place.path("app.db")), "SELECT count(*) AS n FROM users"), 20_002);
    }
}

#[test]
fn a_damaged_file_is_said_to_be_so_and_is_not_made_worse() {
    let place = Place::new();
    assert_eq!(place.run("rows", &["upgrade", "--database-url", "app.db"]).code, 0);
    let mut damaged = fs::read(place.path("app.db")).unwrap();
    // The root of every table but the schema's.
    let size = 4096;
    for page in 1..damaged.len() / size {
        damaged[page * size..page * size + 64].fill(0x5a);
    }
    fs::write(place.path("app.db"), &damaged).unwrap();
    for command in [&["upgrade"][..], &["current"], &["downgrade", "--yes"]] {
        let said = place.run("rows", &[command, &["--database-url", "app.db"]].concat());
        assert_eq!(said.code, 1);
        insta::allow_duplicates! {
            insta::assert_snapshot!(said.err, @r"
            error: the database is damaged: SQLite: database disk image is malformed
              help: restore a backup, or rescue what can be read: `sqlite3 FILE .recover`
            ");
        }
    }
    assert_eq!(fs::read(place.path("app.db")).unwrap(), damaged);
}

/// The program as somebody who may not do everything.
fn unprivileged(place: &Place, arguments: &[&str]) -> Said {
    let copy = place.path("program");
    if !copy.exists() {
        // By another process: a program cannot be started while a fork of this one has it open to be written.
        assert!(Command::new("cp").arg(program()).arg(&copy).status().unwrap().success());
    }
    let mut command = Command::new(copy);
    command.args(arguments).current_dir(place.folder.path());
    command.env("MINA_FIXTURE", "rows").env_remove("DATABASE_URL");
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    place.said(command.output().unwrap())
}

fn permit(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_file_that_may_not_be_read_or_written_is_named_and_left_alone() {
    let place = Place::new();
    let before = upgraded(&place);
    let file = place.path("app.db");
    permit(place.folder.path(), 0o755);

    permit(&file, 0o000);
    let said = unprivileged(&place, &["upgrade", "--database-url", "app.db"]);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @"error: cannot open app.db: unable to open database file; look at the permissions of the file and its folder");

    permit(&file, 0o444);
    let said = unprivileged(&place, &["upgrade", "--database-url", "app.db"]);
    assert_eq!(said.code, 5);
    insta::assert_snapshot!(said.err, @r"
    error: the database cannot be written
      help: nothing was changed; look for `mode=ro` in the url, the permissions of the file and its folder, `PRAGMA query_only`
    ");
    assert_eq!(unprivileged(&place, &["current", "--database-url", "app.db"]).code, 0);

    permit(&file, 0o666);
    permit(place.folder.path(), 0o555);
    let said = unprivileged(&place, &["upgrade", "--database-url", "app.db"]);
    permit(place.folder.path(), 0o755);
    assert_eq!(said.code, 1);
    insta::assert_snapshot!(said.err, @r"
    error: upgrade to `2025d` failed at versions/2025d_x.rs:10
        INSERT INTO users (email) WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000) SELECT 'mail' || x || '@example.org' FROM c
      SQLite: attempt to write a readonly database
      help: the database is as it was before `2025d`; look at the disk and at the permissions of the file and its folder, then run `upgrade` again
    ");
    assert_eq!(state(&file), before);
}
