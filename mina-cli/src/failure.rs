use mina_command::output::Complaint;
use std::path::{Path, PathBuf};

/// Why a command stopped.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("there is no crate of migrations in {} or above it", folder.display())]
    NoProject { folder: PathBuf },
    #[error("{} has several crates of migrations: {}", folder.display(), listed(found))]
    SeveralProjects { folder: PathBuf, found: Vec<PathBuf> },
    #[error("{0}")]
    Usage(String),
    #[error("no migration is for a database `{bind}`")]
    NoBind { bind: String, known: Vec<String> },
    #[error("{0}")]
    Unread(String),
    #[error("cargo could not be started: {0}")]
    NoCargo(std::io::Error),
    #[error("the crate of migrations does not compile, so nothing was run")]
    DoesNotCompile,
    #[error("the crate of migrations has {} that could be called{}", if found.is_empty() { "no program" } else { "several programs" }, names(found))]
    NoProgram { found: Vec<String> },
    #[error("this is mina {own}, and the crate of migrations is built with mina {theirs}")]
    OtherVersion { own: String, theirs: String },
    #[error("{}: {error}", path.display())]
    Io { path: PathBuf, error: std::io::Error },
    #[error("{}", .0.message)]
    Refused(Refusal),
    #[error("{}", .0.error().kind())]
    Answered(Box<mina_runtime::cli::Failure>),
}

/// What is not done, and the ways out.
#[derive(Debug)]
pub struct Refusal {
    pub message: String,
    pub help: Vec<String>,
    pub code: u8,
}

impl Failure {
    /// An option or a target is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::said(message, 2)
    }

    /// Going on would lose or confuse something.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::said(message, 5)
    }

    /// Something that was needed did not work.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::said(message, 1)
    }

    fn said(message: impl Into<String>, code: u8) -> Self {
        Self::Refused(Refusal {
            message: message.into(),
            help: Vec::new(),
            code,
        })
    }

    /// Adds a way out.
    #[must_use]
    pub fn or(mut self, help: impl Into<String>) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.help.push(help.into());
        }
        self
    }

    /// A file or folder could not be read or written.
    pub fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::Io { path, error }
    }

    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoProject { .. } | Self::SeveralProjects { .. } | Self::Usage(_) | Self::NoBind { .. } | Self::NoProgram { .. } => 2,
            Self::OtherVersion { .. } | Self::DoesNotCompile => 5,
            Self::Unread(_) | Self::NoCargo(_) | Self::Io { .. } => 1,
            Self::Refused(refusal) => refusal.code,
            Self::Answered(failure) => failure.error().exit_code(),
        }
    }

    fn help(&self) -> Vec<String> {
        match self {
            Self::NoProject { .. } => vec![
                "`mina init` makes one".to_owned(),
                "one that is elsewhere is named with `--directory DIR`".to_owned(),
            ],
            Self::SeveralProjects { found, .. } => {
                let first = found.first().map_or_else(String::new, |path| path.display().to_string());
                vec![format!("say which: `--directory {first}`")]
            }
            Self::NoBind { known, .. } => vec![format!("there are migrations for {}", known.join(", "))],
            Self::NoCargo(_) => vec![
                "cargo builds the crate, so that nothing unchecked reaches a database; install Rust, or call the crate's own binary"
                    .to_owned(),
            ],
            Self::DoesNotCompile => vec!["the compiler's words are above; `mina check` shows the history's errors alone".to_owned()],
            Self::NoProgram { found } if found.is_empty() => {
                vec!["give it a src/main.rs: fn main() -> std::process::ExitCode { mina::cli::main(my_migrations::MIGRATIONS) }".to_owned()]
            }
            Self::NoProgram { .. } => vec!["write `default-run = \"…\"` under `[package]` in its Cargo.toml".to_owned()],
            Self::OtherVersion { theirs, .. } => vec![
                format!("`cargo install mina-cli@{theirs}` installs the one that fits"),
                "or call the crate's own binary: `cargo run -p … -- upgrade`".to_owned(),
            ],
            Self::Refused(refusal) => refusal.help.clone(),
            Self::Answered(failure) => failure.error().kind().help(),
            Self::Unread(_) | Self::Usage(_) | Self::Io { .. } => Vec::new(),
        }
    }

    pub fn complaint(&self) -> Complaint<'_> {
        if let Self::Answered(failure) = self {
            return failure.complaint();
        }
        Complaint {
            message: self.to_string(),
            help: self.help(),
            code: self.exit_code(),
            ..Complaint::default()
        }
    }
}

fn listed(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    names.join(", ")
}

fn names(found: &[String]) -> String {
    match found.is_empty() {
        true => String::new(),
        false => format!(": {}", found.join(", ")),
    }
}
