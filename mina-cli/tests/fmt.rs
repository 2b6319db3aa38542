//! `mina fmt`, on crates of a few files.

use std::fs;
use std::path::Path;
use tempfile::TempDir;

const GOOD: &str = "\
mina::migration! {
    //! Create users

    revision = \"1\";
    revises = base;

    upgrade {
        create_table users {
            #[primary_key]
            id: Integer,
        }
    }

    downgrade = auto;
}
";

const BAD: &str = "\
use   std::fmt;
mina::migration! {
    //! Add bio
    revision=\"2\"; revises = \"1\"; // after users
    upgrade { add_column users.bio:Nullable<Text>; }
    downgrade = auto;
}
";

const MENDED: &str = "\
use std::fmt;
mina::migration! {
    //! Add bio

    revision = \"2\";
    revises = \"1\"; // after users

    upgrade {
        add_column users.bio: Nullable<Text>;
    }

    downgrade = auto;
}
";

const BROKEN: &str = "\
mina::migration! {
    revision = \"3\"; revises = \"2\";
    upgrade {
        creat_table t {}
        drop_tabel t;
    }
}
";

fn project(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mina.toml"), "locations = [\"versions\", \"more\"]\n").expect("writes");
    for location in ["versions", "more"] {
        fs::create_dir(folder.path().join(location)).expect("makes a folder");
    }
    for (file, text) in files {
        fs::write(folder.path().join(file), text).expect("writes");
    }
    folder
}

fn read(folder: &TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).expect("reads")
}

/// The exit code, what was printed, and what was said of errors.
fn mina(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    mina_with(folder, arguments, "rustfmt")
}

fn mina_with(folder: &Path, arguments: &[&str], rustfmt: &str) -> (i32, String, String) {
    let output = assert_cmd::Command::cargo_bin("mina")
        .expect("is built")
        .current_dir(folder)
        .env("RUSTFMT", rustfmt)
        .args(arguments)
        .output()
        .expect("runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("is UTF-8");
    (
        output.status.code().expect("ends by itself"),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn every_location_is_formatted_and_a_second_time_nothing_changes() {
    let folder = project(&[
        ("versions/a.rs", GOOD),
        ("versions/b.rs", BAD),
        ("more/c.rs", BAD),
        ("more/notes.txt", BAD),
    ]);
    let (code, text, _) = mina(folder.path(), &["fmt"]);
    assert_eq!((code, text.as_str()), (0, "versions/b.rs\nmore/c.rs\n3 files: 2 formatted\n"));
    assert_eq!(read(&folder, "versions/a.rs"), GOOD);
    assert_eq!(read(&folder, "versions/b.rs"), MENDED);
    assert_eq!(read(&folder, "more/c.rs"), MENDED);
    assert_eq!(read(&folder, "more/notes.txt"), BAD);
    let (code, text, _) = mina(&folder.path().join("versions"), &["fmt"]);
    assert_eq!((code, text.as_str()), (0, "3 files: in their form\n"));
}

#[test]
fn a_check_shows_what_would_change_and_changes_nothing() {
    let folder = project(&[("versions/a.rs", GOOD), ("versions/b.rs", BAD)]);
    let (code, text, _) = mina(folder.path(), &["fmt", "--check"]);
    assert_eq!(code, 1);
    for line in [
        "--- versions/b.rs",
        "+++ versions/b.rs",
        "-use   std::fmt;",
        "+use std::fmt;",
        "-    revision=\"2\"; revises = \"1\"; // after users",
        "+    revises = \"1\"; // after users",
        "2 files: 1 not in their form",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains("versions/a.rs"), "{text}");
    assert_eq!(read(&folder, "versions/b.rs"), BAD);
    mina(folder.path(), &["fmt"]);
    assert_eq!(mina(folder.path(), &["fmt", "--check"]).0, 0);
    assert_eq!(
        mina(folder.path(), &["fmt", "--check", "--quiet"]),
        (0, String::new(), String::new())
    );
}

#[test]
fn files_and_folders_are_formatted_without_a_crate() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nothing above a repository is looked at.
    for name in [".git", "some"] {
        fs::create_dir(folder.path().join(name)).expect("makes a folder");
    }
    for file in ["some/a.rs", "b.rs", "c.rs"] {
        fs::write(folder.path().join(file), BAD).expect("writes");
    }
    let (code, text, _) = mina(folder.path(), &["fmt", "some", "b.rs"]);
    assert_eq!((code, text.as_str()), (0, "some/a.rs\nb.rs\n2 files: 2 formatted\n"));
    assert_eq!(read(&folder, "b.rs"), MENDED);
    assert_eq!(read(&folder, "c.rs"), BAD);
    let (code, _, said) = mina(folder.path(), &["fmt", "none.rs"]);
    assert_eq!(code, 1);
    assert!(said.contains("none.rs"), "{said}");
    assert_eq!(mina(folder.path(), &["fmt"]).0, 2);
}

#[test]
fn a_block_that_does_not_parse_is_shown_and_left_while_the_others_are_formatted() {
    let folder = project(&[
        ("versions/b.rs", BAD),
        ("versions/c.rs", BROKEN),
        ("versions/d.rs", "mina::migration! { \""),
    ]);
    let (code, text, _) = mina(folder.path(), &["fmt"]);
    assert_eq!(code, 1);
    assert!(text.contains("error[M001]: there is no statement `creat_table`"), "{text}");
    assert!(text.contains("--> versions/c.rs:4:9"), "{text}");
    assert!(text.contains("4 |         creat_table t {}\n  |         ^^^^^^^^^^^\n"), "{text}");
    assert!(!text.contains("drop_tabel"), "{text}");
    assert!(text.contains("versions/d.rs:1:"), "{text}");
    assert!(text.contains("3 files: 1 formatted, 2 left as they are"), "{text}");
    assert_eq!(read(&folder, "versions/b.rs"), MENDED);
    assert_eq!(read(&folder, "versions/c.rs"), BROKEN);
    let (code, text, _) = mina(folder.path(), &["fmt", "--check", "--format", "json"]);
    assert_eq!(code, 1);
    let json: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    assert_eq!(
        (json["files"].as_u64(), json["changed"].as_array().map(Vec::len)),
        (Some(3), Some(0))
    );
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_rest_of_a_file_is_formatted_as_its_folder_says_and_kept_where_there_is_no_rustfmt() {
    let wide = format!("fn f(a: u8, b: u8) -> u8 {{ if a > b {{ a }} else {{ b }} }}\n\n{GOOD}");
    let folder = project(&[
        ("versions/a.rs", &wide),
        ("rustfmt.toml", "fn_single_line = false\ntab_spaces = 2\n"),
    ]);
    assert_eq!(mina_with(folder.path(), &["fmt", "--check"], "no-such-program").0, 0);
    assert_eq!(mina(folder.path(), &["fmt"]).0, 0);
    let text = read(&folder, "versions/a.rs");
    assert!(
        text.starts_with("fn f(a: u8, b: u8) -> u8 {\n  if a > b { a } else { b }\n}\n"),
        "{text}"
    );
    assert!(text.ends_with(GOOD), "{text}");
}

#[test]
fn rust_that_does_not_parse_is_said_and_its_blocks_are_formatted_all_the_same() {
    let folder = project(&[("versions/b.rs", &format!("fn f( {{}}\n{BAD}"))]);
    let (code, text, _) = mina(folder.path(), &["fmt"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("unclosed") || text.contains("has no"), "{text}");
    let folder = project(&[("versions/b.rs", &format!("fn fn f() {{}}\n{BAD}"))]);
    let (code, text, _) = mina(folder.path(), &["fmt"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("rustfmt refused the file"), "{text}");
    assert!(
        read(&folder, "versions/b.rs").contains("\n    revision = \"2\";\n"),
        "{}",
        read(&folder, "versions/b.rs")
    );
}

#[test]
fn the_migrations_of_this_repository_have_their_form() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("is in a workspace");
    let (code, text, said) = mina(&root.join("migrations"), &["fmt", "--check"]);
    assert_eq!(code, 0, "{text}{said}");
    let cases = fs::read_dir(root.join("ui-tests/accepted")).expect("reads");
    let cases: Vec<String> = cases
        .map(|case| case.expect("reads").path().to_string_lossy().into_owned())
        .collect();
    let arguments: Vec<&str> = ["fmt", "--check"].into_iter().chain(cases.iter().map(String::as_str)).collect();
    // What stands around their blocks is in the order that a case needs.
    let (code, text, said) = mina_with(root, &arguments, "no-such-program");
    assert_eq!(code, 0, "{text}{said}");
}
