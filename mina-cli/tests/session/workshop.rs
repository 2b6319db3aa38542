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
