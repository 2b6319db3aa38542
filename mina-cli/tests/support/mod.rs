//! A folder with migrations in it, and `mina` called there.
#![allow(dead_code)]

use assert_cmd::Command;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What a call of `mina` printed.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// What it complained of, all of these in it.
    pub fn refused(self, code: i32, words: &[&str]) -> String {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.out, "", "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in\n{}", self.err);
        }
        self.err
    }
}

/// A folder of migrations, with nothing in it that compiles.
pub struct Folder {
    folder: TempDir,
}

impl Folder {
    /// One with a mina.toml and an empty `versions`.
    pub fn new(config: &str) -> Self {
        let folder = Self::empty();
        folder.write("mina.toml", config);
        fs::create_dir(folder.path().join("versions")).unwrap();
        folder
    }

    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path().join(name)).unwrap();
    }

    /// How many migrations there are.
    pub fn migrations(&self) -> usize {
        fs::read_dir(self.path().join("versions")).unwrap().count()
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A migration `versions/ID_x.rs` with these lines in its head, which makes and drops a table of its own.
    pub fn migration(&self, id: &str, head: &str) {
        let create = format!("create_table t{id} {{ #[primary_key] id: Integer }}");
        self.migration_of(id, head, &create, &format!("drop_table t{id};"));
    }

    pub fn migration_of(&self, id: &str, head: &str, upgrade: &str, downgrade: &str) {
        let text = format!(
            "mina::migration! {{\n    //! Make {id}\n\n    revision = \"{id}\";\n    {head}\n\n    upgrade {{\n        {upgrade}\n    }}\n\n    downgrade {{\n        {downgrade}\n    }}\n}}\n"
        );
        self.write(&format!("versions/{id}_x.rs"), &text);
    }

    /// `01 <- 02 <- 03`.
    pub fn linear() -> Self {
        let folder = Self::new("");
        folder.migration("01", "revises = base;");
        folder.migration("02", "revises = \"01\";");
        folder.migration("03", "revises = \"02\";");
        folder
    }

    /// `01` with `02` and `03` on it.
    pub fn forked() -> Self {
        let folder = Self::new("");
        folder.migration("01", "revises = base;");
        folder.migration("02", "revises = \"01\";");
        folder.migration("03", "revises = \"01\";");
        folder
    }

    pub fn command(&self) -> Command {
        let mut command = Command::cargo_bin("mina").unwrap();
        command.current_dir(self.path());
        for variable in ["VISUAL", "EDITOR", "DATABASE_URL", "MINA_YES"] {
            command.env_remove(variable);
        }
        command
    }

    pub fn mina<const N: usize>(&self, words: [&str; N]) -> Ran {
        self.mina_words(&words)
    }

    pub fn mina_words(&self, words: &[&str]) -> Ran {
        let output = self.command().args(words).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Every file with its text.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut open = vec![PathBuf::from(self.path())];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let name = path.strip_prefix(self.path()).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read_to_string(&path).unwrap_or_default());
            }
        }
        found
    }

    /// Calls `mina`, which refuses and writes nothing.
    pub fn refuses<const N: usize>(&self, words: [&str; N], code: i32, parts: &[&str]) {
        let before = self.files();
        self.mina(words).refused(code, parts);
        assert_eq!(self.files(), before, "{words:?} wrote something");
    }

    /// The only file that a call wrote.
    pub fn written<const N: usize>(&self, words: [&str; N]) -> (String, String) {
        let before = self.files();
        let out = self.mina(words).ok();
        let mut new: Vec<_> = self.files().into_iter().filter(|(name, _)| !before.contains_key(name)).collect();
        let (name, text) = new.pop().expect("a new file");
        assert!(new.is_empty(), "{new:?}");
        assert_eq!(out.lines().next(), Some(name.as_str()), "{out}");
        (name, text)
    }
}
