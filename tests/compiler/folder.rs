//! `migrations!()` on folders as people leave them.

use super::Crate;

const INITIAL: &str = include_str!("../../ui-tests/accepted/run_with_diesel/initial.rs");

/// What `cargo check` says of a crate of migrations with these files.
fn check(name: &str, files: &[(&str, &[u8])]) -> String {
    let library: (&str, &[u8]) = ("src/lib.rs", b"mina::migrations!();\n");
    let said = Crate::new(name, "").with(&[library]).with(files).check();
    let said: Vec<&str> = said.lines().filter(|line| !line.starts_with("error: could not compile")).collect();
    said.join("\n").trim().to_owned()
}

#[test]
fn a_history_is_taken_in_without_a_word() {
    assert_eq!(
        check("folder-whole", &[("versions/20251001090000_initial.rs", INITIAL.as_bytes())]),
        ""
    );
}

#[test]
fn an_empty_folder_says_where_the_first_migration_goes() {
    insta::assert_snapshot!(check("folder-empty", &[("versions/README", b"")]), @r"
    error: there are no migrations in `versions`
           the first one goes to a file such as `versions/20251001090000_create_users.rs`, with `revises = base;`
     --> src/lib.rs:1:1
      |
    1 | mina::migrations!();
      | ^^^^^^^^^^^^^^^^^^^
      |
      = note: this error originates in the macro `mina::migrations` (in Nightly builds, run with -Z macro-backtrace for more info)
    ");
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    insta::assert_snapshot!(check("folder-missing", &[("mina.toml", b"locations = [\"history\"]\n")]), @r#"
    error: there is no folder `history`
           make it, or name the folder of the migrations in mina.toml: locations = ["…"]
     --> src/lib.rs:1:1
      |
    1 | mina::migrations!();
      | ^^^^^^^^^^^^^^^^^^^
      |
      = note: this error originates in the macro `mina::migrations` (in Nightly builds, run with -Z macro-backtrace for more info)
    "#);
}

#[test]
fn a_file_without_a_migration_and_one_with_two_are_named() {
    let two = INITIAL.to_owned() + &INITIAL.replace("20251001090000", "20251002090000");
    let files: &[(&str, &[u8])] = &[("versions/a.rs", b"// nothing yet\n"), ("versions/b.rs", two.as_bytes())];
    insta::assert_snapshot!(check("folder-counts", files), @r#"
    error: versions/a.rs: there is no `mina::migration! { … }` in this file
           write one, or move the file out of the folder of migrations
     --> src/lib.rs:1:1
      |
    1 | mina::migrations!();
      | ^^^^^^^^^^^^^^^^^^^
      |
      = note: this error originates in the macro `mina::migrations` (in Nightly builds, run with -Z macro-backtrace for more info)

    error: versions/b.rs: there are 2 migrations in this file
           give each a file of its own
     --> src/lib.rs:1:1
      |
    1 | mina::migrations!();
      | ^^^^^^^^^^^^^^^^^^^
      |
      = note: this error originates in the macro `mina::migrations` (in Nightly builds, run with -Z macro-backtrace for more info)
    "#);
}

#[test]
fn what_cannot_be_read_is_told_once_and_silences_what_follows() {
    let next =
        "mina::migration! { revision = \"20251003090000\"; revises = \"20251002090000\"; upgrade { drop_table gone; } downgrade {} }";
    let files: &[(&str, &[u8])] = &[
        ("versions/20251001090000_initial.rs", INITIAL.as_bytes()),
        ("versions/20251002090000_latin.rs", b"// caf\xe9\n"),
        (
            "versions/20251002090001_open.rs",
            b"mina::migration! {\n    revision = \"2025;\n}\n",
        ),
        ("versions/20251003090000_next.rs", next.as_bytes()),
    ];
    insta::assert_snapshot!(check("folder-unread", files), @r#"
    error: versions/20251002090000_latin.rs:1: the file is not UTF-8
     --> src/lib.rs:1:1
      |
    1 | mina::migrations!();
      | ^^^^^^^^^^^^^^^^^^^
      |
      = note: this error originates in the macro `mina::migrations` (in Nightly builds, run with -Z macro-backtrace for more info)

    error: versions/20251002090001_open.rs:2: the string that begins here has no `"` at its end
     --> src/lib.rs:1:1
      |
    1 | mina::migrations!();
      | ^^^^^^^^^^^^^^^^^^^
      |
      = note: this error originates in the macro `mina::migrations` (in Nightly builds, run with -Z macro-backtrace for more info)
    "#);
}

#[test]
fn a_wrong_setting_is_told_with_its_line() {
    let files: &[(&str, &[u8])] = &[
        ("mina.toml", b"[database]\nurl = \"sqlite://app.db\"\nengine = \"sqlite\"\n"),
        ("versions/20251001090000_initial.rs", INITIAL.as_bytes()),
    ];
    insta::assert_snapshot!(check("folder-setting", files), @r"
    error: mina.toml:3: there is no key `engine` in `[database]`; did you mean `engines`
     --> src/lib.rs:1:1
      |
    1 | mina::migrations!();
      | ^^^^^^^^^^^^^^^^^^^
      |
      = note: this error originates in the macro `mina::migrations` (in Nightly builds, run with -Z macro-backtrace for more info)
    ");
}

#[test]
fn a_bind_of_mina_toml_has_a_history_of_its_own() {
    let events = "mina::migration! { revision = \"20251002090000\"; revises = base; bind = analytics; \
                  upgrade { create_table events { #[primary_key] id: Integer } } downgrade = auto; }";
    let files: &[(&str, &[u8])] = &[
        (
            "mina.toml",
            b"[database]\nurl = \"sqlite://app.db\"\n[databases.analytics]\nurl = \"sqlite://analytics.db\"\n",
        ),
        ("versions/20251001090000_initial.rs", INITIAL.as_bytes()),
        ("versions/20251002090000_events.rs", events.as_bytes()),
    ];
    assert_eq!(check("folder-binds", files), "");
}
