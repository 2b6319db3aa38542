use crate::support::{Folder, Ran};
use std::process::Command;

/// Calls `mina` on a terminal of its own.
fn at_a_terminal(folder: &Folder, editor: &str, words: &str) -> Ran {
    let program = assert_cmd::cargo::cargo_bin("mina");
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!("{} {words}", program.display()))
        .arg("/dev/null")
        .current_dir(folder.path())
        .env("EDITOR", editor)
        .env_remove("VISUAL")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap().replace('\r', ""),
        err: String::new(),
    }
}

/// The words of a program that changes the file it is given. The shell reads it: a file that is run itself must not be open for
/// writing in a process that another test forks meanwhile.
fn editor(folder: &Folder, script: &str) -> String {
    folder.write("an editor", &format!("{script}\n"));
    format!("sh '{}' --wait", folder.path().join("an editor").display())
}

#[test]
fn the_editor_opens_the_file_and_the_checker_looks_at_it_after_that() {
    let folder = Folder::linear();
    let words = editor(&folder, "[ \"$1\" = --wait ] && sed -i 's/Make/Really make/' \"$2\"");
    let out = at_a_terminal(&folder, &words, "edit").ok();
    assert!(out.contains("versions/03_x.rs") && out.contains("nothing to say against"), "{out}");
    assert!(folder.read("versions/03_x.rs").contains("Really make 03"));

    let words = editor(&folder, "sed -i 's/drop_table t02/drop_table t2/' \"$2\"");
    let ran = at_a_terminal(&folder, &words, "edit 02");
    assert_eq!(ran.code, 5, "{}", ran.out);
    assert!(
        ran.out.contains("error[M201]: there is no table `t2`") && ran.out.contains("--> versions/02_x.rs:12:20"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("1 error"), "{}", ran.out);
}

#[test]
fn a_file_that_cannot_be_read_is_what_is_said_after_editing() {
    let folder = Folder::linear();
    let words = editor(&folder, "echo '\"' >> \"$2\"");
    let ran = at_a_terminal(&folder, &words, "edit");
    assert_eq!(ran.code, 5, "{}", ran.out);
    assert!(ran.out.contains("versions/03_x.rs:"), "{}", ran.out);
}

#[test]
fn a_new_migration_is_opened_where_that_is_asked_for() {
    let folder = Folder::linear();
    let words = editor(&folder, "sed -i 's/bio/biography/' \"$2\"");
    let out = at_a_terminal(&folder, &words, "revision 'Add bio' --edit").ok();
    let name = out.lines().next().unwrap();
    assert!(folder.read(name).contains("//! Add biography"));
}

#[test]
fn an_editor_that_fails_is_named() {
    let folder = Folder::linear();
    let ran = at_a_terminal(&folder, "no-such-editor", "edit");
    assert!(
        ran.code == 1 && ran.out.contains("EDITOR (no-such-editor) could not be started"),
        "{}",
        ran.out
    );
    let ran = at_a_terminal(&folder, "false", "edit");
    assert!(ran.code == 1 && ran.out.contains("EDITOR (false) ended with"), "{}", ran.out);
    let ran = at_a_terminal(&folder, "'vim", "edit");
    assert!(ran.code == 2 && ran.out.contains("a quote that does not end"), "{}", ran.out);
}

#[test]
fn without_editor_or_terminal_nothing_is_opened() {
    let folder = Folder::forked();
    folder.refuses(["edit", "03"], 2, &["neither VISUAL nor EDITOR", "EDITOR=vim"]);
    folder.refuses(["edit"], 2, &["`02` and `03` are heads", "`03`"]);
    folder.refuses(["edit", "99"], 2, &["no revision, label or alias `99`"]);
    let output = folder.command().args(["edit", "03"]).env("EDITOR", "true").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("no terminal"), "{said}");
}
