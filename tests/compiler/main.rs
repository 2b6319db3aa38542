//! What the compiler says of crates of migrations: of histories that it takes in, and of folders as people leave them.

mod accepted;
mod folder;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A crate outside the workspace that depends on its `mina`.
struct Crate(PathBuf);

impl Crate {
    /// An empty crate of this name; `targets` are the last lines of its manifest.
    ///
    /// Its settings are those of the workspace, so that what it depends on is there already.
    fn new(name: &str, targets: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        let manifest = format!(
            "[package]\nname = {name:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n[profile.dev.package.\"*\"]\ndebug = false\n\
             [dependencies]\nmina = {{ path = {:?} }}\n\
             diesel = {{ version = \"2.3\", default-features = false, features = [\"sqlite\", \"64-column-tables\"] }}\n{targets}",
            root()
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Self(folder)
    }

    fn with(self, files: &[(&str, &[u8])]) -> Self {
        for (file, text) in files {
            let path = self.0.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        self
    }

    /// What `cargo check` says of it; nothing where it compiles without a warning.
    fn check(&self) -> String {
        let output = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--quiet", "--keep-going", "--color=never"])
            .current_dir(&self.0)
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap())
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), !said.contains("error"), "{said}");
        said
    }
}
