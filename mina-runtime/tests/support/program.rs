//! The program of `examples/fixture.rs`, run in a folder of its own.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

pub struct Place {
    pub folder: tempfile::TempDir,
}

pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// The program of `examples/fixture.rs`: what `MINA_TEST_FIXTURE` names, or built here, since `cargo test --test cli` does not.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(built) = std::env::var_os("MINA_TEST_FIXTURE") {
            return built.into();
        }
        let tests = std::env::current_exe().unwrap();
        let profile = tests.parent().and_then(Path::parent).unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        let sqlite = if cfg!(feature = "bundled") { "bundled" } else { "sqlite" };
        let servers = if cfg!(all(feature = "postgres", feature = "mysql")) {
            ",postgres,mysql"
        } else {
            ""
        };
        let features = format!("cli,{sqlite}{servers}");
        cargo.args(["build", "--quiet", "--example", "fixture", "--no-default-features", "--features"]);
        cargo.args([&features, "--target-dir"]);
        cargo.arg(profile.parent().unwrap()).current_dir(env!("CARGO_MANIFEST_DIR"));
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(cargo.status().unwrap().success());
        profile.join("examples/fixture")
    })
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn command(&self, fixture: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.folder.path());
        command
            .env_remove("DATABASE_URL")
            .env_remove("MINA_YES")
            .env("MINA_FIXTURE", fixture);
        command
    }

    pub fn run(&self, fixture: &str, arguments: &[&str]) -> Said {
        self.said(self.command(fixture, arguments).output().unwrap())
    }

    pub fn said(&self, output: Output) -> Said {
        let folder = self.folder.path().to_str().unwrap().to_owned();
        let text = |bytes: Vec<u8>| redacted(&String::from_utf8(bytes).unwrap().replace(&folder, "[folder]"));
        Said {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}

/// Durations and times are no part of what is said.
fn redacted(text: &str) -> String {
    let mut result = String::new();
    for line in text.lines() {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for at in 1..words.len() {
            let unit = words[at].trim_end_matches([')', ',']);
            let number = words[at - 1].trim_start_matches('(');
            if matches!(unit, "ms" | "s") && number.parse::<f64>().is_ok() {
                words[at - 1] = words[at - 1].replace(number, "[n]");
            }
            if words[at].len() == 8 && words[at].matches(':').count() == 2 {
                words[at - 1] = "[date]".to_owned();
                words[at] = "[time]".to_owned();
            }
        }
        result += &words.join(" ");
        result.push('\n');
    }
    result
}
