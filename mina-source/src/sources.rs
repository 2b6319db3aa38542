use crate::{Fault, Layout, shown};
use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::syntax::Location;
use mina_core::syntax::source::SourceError;
use std::fs;
use std::path::{Path, PathBuf};

/// A history as its files say it.
#[derive(Debug)]
pub struct Sources {
    /// All blocks, folded on demand.
    pub history: History,
    /// The files, in the order of their names.
    pub files: Vec<SourceFile>,
    /// What kept files from being read; with one, the history is not whole.
    pub faults: Vec<Fault>,
}

/// One file of a history.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// As messages name it.
    pub shown: String,
    /// How many blocks it holds; none where it could not be read.
    pub blocks: Option<usize>,
}

impl Sources {
    /// Reads every file of these folders; names in messages are relative to `root`.
    pub fn read(root: Option<&Path>, layout: &Layout, folders: &[PathBuf]) -> Self {
        let mut faults = Vec::new();
        let config = layout.config.clone().unwrap_or_else(|message| {
            faults.push(Fault {
                place: String::new(),
                message,
            });
            Config::default()
        });
        let mut files = Vec::new();
        let mut revisions = Vec::new();
        for folder in folders {
            let paths = list(root, folder).unwrap_or_else(|fault| {
                faults.push(fault);
                Vec::new()
            });
            for path in paths {
                let shown = shown(root, &path);
                let blocks = match blocks(&path, &shown) {
                    Ok(blocks) => {
                        let count = blocks.len();
                        revisions.extend(blocks);
                        Some(count)
                    }
                    Err(fault) => {
                        faults.push(fault);
                        None
                    }
                };
                files.push(SourceFile { path, shown, blocks });
            }
        }
        Self {
            history: History::new(config, revisions),
            files,
            faults,
        }
    }
}

/// The files of Rust in a folder, in the order of their names.
///
/// # Errors
///
/// The folder cannot be read.
pub fn list(root: Option<&Path>, folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let fault = |error: std::io::Error| Fault {
        place: shown(root, folder),
        message: format!("the folder cannot be read: {error}"),
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn blocks(path: &Path, shown: &str) -> Result<Vec<Revision>, Fault> {
    let at = |line: usize| format!("{shown}:{line}");
    let bytes = fs::read(path).map_err(|error| Fault {
        place: shown.to_owned(),
        message: format!("the file cannot be read: {error}"),
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        Fault {
            place: at(valid.iter().filter(|byte| **byte == b'\n').count() + 1),
            message: "the file is not UTF-8".to_owned(),
        }
    })?;
    Revision::all_in(&text, shown).map_err(|SourceError { message, location }| Fault {
        place: location.map_or_else(|| shown.to_owned(), |Location { line, .. }| at(line as usize)),
        message,
    })
}
