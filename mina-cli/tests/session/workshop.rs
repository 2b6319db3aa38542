//! A folder outside the workspace, in which new crates depend on the `mina` of the workspace.

use super::support::Folder;
use std::path::{Path, PathBuf};

/// The workspace.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// A folder whose crates are built with the workspace's settings, into its target folder, from what is there already.
pub fn fresh() -> Folder {
    let folder = Folder::empty();
    let program = assert_cmd::cargo::cargo_bin("mina");
    let target = program.ancestors().nth(2).unwrap();
    folder.write(
        ".cargo/config.toml",
        &format!(
            "[build]\ntarget-dir = {target:?}\n[net]\noffline = true\n[profile.dev]\ndebug = \"line-tables-only\"\n[profile.dev.package.\"*\"]\ndebug = false\n\
             [patch.crates-io]\nmina = {{ path = {:?} }}\n",
            workspace()
        ),
    );
    folder
}

/// Has a crate that `mina init` wrote link what the workspace's tests do, so that the crates of all tests are one build, and the
/// largest part of it is there already.
pub fn share_the_build(krate: &Path) {
    let has_workspace = |folder: &&Path| std::fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|text| text.contains("[workspace]"));
    let root = krate.ancestors().find(has_workspace).unwrap();
    std::fs::copy(workspace().join("Cargo.lock"), root.join("Cargo.lock")).unwrap();
    if !cfg!(all(feature = "postgres", feature = "mysql")) {
        return;
    }
    let manifest = krate.join("Cargo.toml");
    let mut text = std::fs::read_to_string(&manifest).unwrap();
    let feature = |name: &&str| match text.contains(&format!("\n{name} = [")) {
        true => format!("{name:?}, "),
        false => format!("\"mina/{name}\", \"diesel/{}\", ", name.replace("bundled", "sqlite")),
    };
    let drivers: String = ["bundled", "postgres", "mysql"].iter().map(feature).collect();
    let pool = "\"r2d2\", \"i-implement-a-third-party-backend-and-opt-into-breaking-changes\"";
    for (from, to) in [
        ("default = [", format!("default = [{drivers}")),
        ("[\"64-column-tables\"]", format!("[\"64-column-tables\", {pool}]")),
    ] {
        assert!(text.contains(from), "no {from:?} in\n{text}");
        text = text.replace(from, &to);
    }
    std::fs::write(manifest, text).unwrap();
}
