//! A folder with a history in it, and `mina` in that folder.

use assert_cmd::Command;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

pub struct Place(TempDir);

pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    /// A folder with nothing in it, below which no crate is looked for.
    pub fn bare() -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        Self(folder)
    }

    /// A crate's folder without a migration.
    pub fn empty() -> Self {
        Self::bare()
            .with("mina.toml", "[database]\nurl = \"sqlite://app.db\"\n")
            .with("versions/.keep", "")
    }

    /// With these blocks: the name of the file, what stands in its head, and its two bodies.
    pub fn of(blocks: &[(&str, &str, &str, &str)]) -> Self {
        let block = |place: Self, (name, head, up, down): &(&str, &str, &str, &str)| {
            let text = format!(
                "mina::migration! {{\n{head}\n\n    upgrade {{\n        {up}\n    }}\n\n    downgrade {{\n        {down}\n    }}\n}}\n"
            );
            place.with(&format!("versions/{name}.rs"), &text)
        };
        blocks.iter().fold(Self::empty(), block)
    }

    pub fn with(self, file: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn mina(&self, arguments: &[&str]) -> Said {
        mina(self.path(), arguments)
    }
}

/// `mina` in a folder.
pub fn mina(folder: &Path, arguments: &[&str]) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mina"));
    let output = command
        .current_dir(folder)
        .env_remove("DATABASE_URL")
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

impl Said {
    /// All of it, as a person sees it.
    pub fn all(&self) -> String {
        format!("exit {}\n{}{}", self.code, self.out, self.err)
    }
}
