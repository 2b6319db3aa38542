//! What `mina migrate` asks of a person at a terminal.

use crate::migrate::{agreeing, change};
use crate::support::Folder;
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;

/// The end of the input, as it is typed.
const END: &str = "\u{4}";

/// Calls `mina migrate` at a terminal at which this is typed; its exit code, and all that the terminal showed.
fn migrate(folder: &Folder, typed: &str) -> (Option<i32>, String) {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&person).unwrap();
    unlockpt(&person).unwrap();
    let name = ptsname(&person, Vec::new()).unwrap();
    let mut open = File::options();
    open.read(true).write(true).custom_flags(OFlags::NOCTTY.bits() as i32);
    let terminal = || open.open(name.to_str().unwrap()).unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin("mina"));
    command.args(["migrate", "Follow"]).current_dir(folder.path());
    let mut child = command.stdin(terminal()).stdout(terminal()).stderr(terminal()).spawn().unwrap();
    // The terminal ends when nobody has it open any more.
    drop(command);
    let mut person = File::from(person);
    person.write_all(typed.as_bytes()).unwrap();
    let mut shown = Vec::new();
    // Where it ended, Linux says that there is none.
    let _ = person.read_to_end(&mut shown);
    (child.wait().unwrap().code(), String::from_utf8_lossy(&shown).into_owned())
}

/// Two columns that go while two of their like come.
fn with_new_names() -> Folder {
    let folder = agreeing();
    for (from, to) in [
        ("name: Varchar<80>", "full_name: Varchar<80>"),
        ("(name)", "(full_name)"),
        ("SELECT name", "SELECT full_name"),
        ("email: Nullable<Varchar<200>>", "mail: Nullable<Varchar<200>>"),
    ] {
        change(&folder, from, to);
    }
    folder
}

/// The migration that was written second.
fn written(folder: &Folder) -> String {
    let mut migrations = folder.files().into_iter().filter(|(name, _)| name.starts_with("versions/"));
    migrations.nth(1).expect("a second migration").1
}

#[test]
fn a_yes_is_a_new_name_and_settles_what_else_it_could_be() {
    let folder = with_new_names();
    let (code, shown) = migrate(&folder, &format!("y\nyes\n{END}"));
    assert_eq!(code, Some(0), "{shown}");
    for question in [
        "is `users.name` renamed to `users.full_name`? [y/N]",
        "is `users.email` renamed to `users.mail`? [y/N]",
    ] {
        assert_eq!(shown.matches(question).count(), 1, "{shown}");
    }
    assert_eq!(shown.matches("[y/N]").count(), 2, "{shown}");
    let text = written(&folder);
    for statement in ["alter_column name { rename = full_name }", "alter_column email { rename = mail }"] {
        assert!(text.contains(statement), "{text}");
    }
    assert!(!text.contains("drop_column"), "{text}");
}

#[test]
fn a_no_is_a_column_that_goes_and_one_that_comes() {
    let folder = with_new_names();
    let (code, shown) = migrate(&folder, &format!("n\n\nn\ny\n{END}"));
    assert_eq!(code, Some(0), "{shown}");
    assert_eq!(shown.matches("[y/N]").count(), 4, "{shown}");
    let text = written(&folder);
    for statement in [
        "drop_column name;",
        "add_column full_name: ",
        "alter_column email { rename = mail }",
    ] {
        assert!(text.contains(statement), "{text}");
    }
}

#[test]
fn where_the_input_ends_nothing_is_written() {
    let folder = with_new_names();
    let before = folder.files();
    let (code, shown) = migrate(&folder, &format!("y\n{END}"));
    assert_eq!(code, Some(5), "{shown}");
    assert!(shown.contains("the input ended before the question was answered"), "{shown}");
    assert!(shown.contains("`--rename users.email=mail`"), "{shown}");
    assert_eq!(folder.files(), before);
}
