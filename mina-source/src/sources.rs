use crate::{Fault, Layout, shown};
use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::syntax::Location;
use mina_core::syntax::source::SourceError;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

/// Files, from which on a second thread saves more than it costs.
const WORTH_A_THREAD: usize = 64;

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

/// How blocks are read, and by how many threads.
#[derive(Clone, Copy)]
struct Reading {
    blocks: fn(&str, &str) -> Result<Vec<Revision>, SourceError>,
    threads: usize,
}

impl Sources {
    /// Reads every file of these folders; names in messages are relative to `root`.
    pub fn read(root: Option<&Path>, layout: &Layout, folders: &[PathBuf]) -> Self {
        let reading = Reading {
            blocks: Revision::all_in,
            threads: 1,
        };
        Self::gather(root, layout, folders, reading)
    }

    /// The same with the headers of the blocks alone, on two threads: what is listed needs no more.
    pub fn read_heads(root: Option<&Path>, layout: &Layout, folders: &[PathBuf]) -> Self {
        let reading = Reading {
            blocks: Revision::heads_in,
            threads: 2,
        };
        Self::gather(root, layout, folders, reading)
    }

    fn gather(root: Option<&Path>, layout: &Layout, folders: &[PathBuf], reading: Reading) -> Self {
        let mut faults = Vec::new();
        let config = layout.config.clone().unwrap_or_else(|message| {
            faults.push(Fault {
                message,
                ..Fault::default()
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
            for (path, read) in paths.iter().zip(read_all(root, &paths, reading)) {
                let count = read.as_ref().ok().map(Vec::len);
                match read {
                    Ok(blocks) => revisions.extend(blocks),
                    Err(fault) => faults.push(fault),
                }
                files.push(SourceFile {
                    shown: shown(root, path),
                    path: path.clone(),
                    blocks: count,
                });
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
        file: shown(root, folder),
        message: format!("the folder cannot be read: {error}"),
        ..Fault::default()
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

type Read = Result<Vec<Revision>, Fault>;

fn read_all(root: Option<&Path>, paths: &[PathBuf], reading: Reading) -> Vec<Read> {
    let some = |paths: &[PathBuf]| -> Vec<Read> { paths.iter().map(|path| blocks(path, &shown(root, path), reading)).collect() };
    if reading.threads < 2 || paths.len() < WORTH_A_THREAD {
        return some(paths);
    }
    let parts = paths.chunks(paths.len().div_ceil(reading.threads));
    thread::scope(|scope| {
        let (mut parts, mut started) = (parts, Vec::new());
        let first = parts.next().unwrap_or_default();
        for part in parts {
            let begun = thread::Builder::new().spawn_scoped(scope, move || some(part));
            started.push((part, begun));
        }
        let mut read = some(first);
        for (part, begun) in started {
            // Where no thread can be had, or it is gone, this one reads.
            let joined = begun.ok().and_then(|thread| thread.join().ok());
            read.extend(joined.unwrap_or_else(|| some(part)));
        }
        read
    })
}

fn blocks(path: &Path, shown: &str, reading: Reading) -> Read {
    let text = text(path, shown)?;
    (reading.blocks)(&text, shown).map_err(|error| unread(shown, error))
}

/// The text of a file.
pub(crate) fn text(path: &Path, shown: &str) -> Result<String, Fault> {
    let fault = |location, message: String| Fault {
        file: shown.to_owned(),
        location,
        message,
        ..Fault::default()
    };
    let bytes = fs::read(path).map_err(|error| fault(None, format!("the file cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() as u32 + 1;
        fault(Some(Location { line, column: 0 }), "the file is not UTF-8".to_owned())
    })
}

/// Why a file is no Rust.
pub(crate) fn unread(shown: &str, SourceError { message, location }: SourceError) -> Fault {
    Fault {
        file: shown.to_owned(),
        location,
        message,
        ..Fault::default()
    }
}
