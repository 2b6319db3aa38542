//! What the compiler says: histories that are refused, each with its words, and histories that compile.
//!
//! A case is a folder with a `case.rs`, other files of its history beside it as `#[path]` modules, and a mina.toml of its own
//! where it needs one. `TRYBUILD=overwrite cargo test --test ui` writes the words anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One `cargo check` for all cases: trybuild makes a binary of each.
#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("ui-tests/refused/*/case.rs");
}

/// trybuild would build and run each; one `cargo check` of a crate with a binary for each is enough, and tells warnings too.
#[test]
fn accepted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("accepted");
    let mut manifest = format!(
        "[package]\nname = \"accepted\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\nmina = {{ path = {root:?} }}\n\
         diesel = {{ version = \"2.3\", default-features = false, features = [\"sqlite\", \"64-column-tables\"] }}\n"
    );
    let mut cases: Vec<PathBuf> = fs::read_dir(root.join("ui-tests/accepted"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    for case in &cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        writeln!(manifest, "[[bin]]\nname = {name:?}\npath = {:?}", case.join("case.rs")).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    let output = Command::new(env!("CARGO"))
        .args(["check", "--bins", "--offline", "--quiet", "--keep-going", "--color=never"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.is_empty(),
        "a history that must compile does not, or warns:\n{said}"
    );
}
