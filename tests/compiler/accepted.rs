//! Histories that compile.

use super::{Crate, root};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// trybuild would build and run each; one `cargo check` of a crate with a binary for each is enough, and tells warnings too.
#[test]
fn accepted() {
    let mut cases: Vec<PathBuf> = fs::read_dir(root().join("ui-tests/accepted"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    assert!(!cases.is_empty());
    let mut binaries = String::new();
    for case in &cases {
        let name = case.file_name().unwrap().to_str().unwrap();
        writeln!(binaries, "[[bin]]\nname = {name:?}\npath = {:?}", case.join("case.rs")).unwrap();
    }
    let said = Crate::new("accepted", &binaries).check();
    assert!(said.is_empty(), "a history that must compile does not, or warns:\n{said}");
}
