use crate::editor;
use crate::memo::{Memo, Stamps, stamp};
use crate::outcome::Outcome;
use crate::place::{self, Home};
use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::syntax::source::{SourceError, scan};
use mina_core::syntax::{Location, parse};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Once, OnceLock};
use std::thread;

/// Revisions, from which on a thread saves more than it costs.
const WORTH_A_THREAD: usize = 32;

/// A history as its files say it.
pub struct Snapshot {
    /// All blocks, folded on demand.
    pub history: History,
    /// The files, in the order of their names.
    pub files: Vec<SourceFile>,
    /// What kept files from being read; with one, the history is not whole, and nothing is said that needs the whole.
    pub faults: Vec<Fault>,
    by_file: BTreeMap<String, Vec<usize>>,
    /// What each revision comes to.
    outcomes: Vec<OnceLock<Outcome>>,
    ahead: Once,
}

/// One file of a history.
pub struct SourceFile {
    /// Where it is.
    pub path: PathBuf,
    /// As messages name it.
    pub shown: String,
    /// How many blocks it holds; none where it could not be read.
    pub blocks: Option<usize>,
}

/// Why a file or folder could not be read.
pub struct Fault {
    /// The file or folder, with the line where it is known.
    pub place: String,
    /// One sentence.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        f.write_str(&self.message)
    }
}

impl Snapshot {
    /// The history of a home, as it is on disk.
    pub fn of(home: &Home) -> Arc<Self> {
        static SNAPSHOTS: Memo<Home, Snapshot> = Memo::new();
        let snapshot = SNAPSHOTS.get(home, || stamps(home), || read(home));
        snapshot.ahead.call_once(|| work_ahead(&snapshot));
        snapshot
    }

    /// What a revision comes to; computed once.
    pub fn outcome(&self, index: usize) -> &Outcome {
        self.outcomes[index].get_or_init(|| {
            let revision = &self.history.revisions[index];
            Outcome::new(
                revision,
                self.history.checked(index),
                &self.history.config,
                self.history.diagnostics(index),
                !self.faults.is_empty(),
            )
        })
    }

    /// The revisions of a file, by their index in the history.
    pub fn revisions_of(&self, shown: &str) -> &[usize] {
        self.by_file.get(shown).map_or(&[], Vec::as_slice)
    }

    /// Whether a block is the one that speaks for what no block is to blame for.
    pub fn speaks_for_all(&self, index: Option<usize>) -> bool {
        index == Some(0) || self.history.revisions.is_empty()
    }
}

/// While the compiler reads the first blocks, another core checks those that follow, and from the last one on writes them.
/// An editor's server may unload the macro at any time, and then no thread of it may be left.
fn work_ahead(snapshot: &Arc<Snapshot>) {
    let count = snapshot.history.revisions.len();
    if count < WORTH_A_THREAD || editor::is_asking() {
        return;
    }
    let snapshot = Arc::clone(snapshot);
    // Where no thread can be had, the blocks are checked as they come.
    let _ = thread::Builder::new().spawn(move || {
        for index in 0..count {
            snapshot.history.checked(index);
        }
        for index in (0..count).rev() {
            snapshot.outcome(index);
        }
    });
}

fn folders(home: &Home) -> Vec<PathBuf> {
    match home {
        Home::Crate(root) => place::layout(root).locations.clone(),
        Home::Folder(folder) => vec![folder.clone()],
    }
}

fn root(home: &Home) -> &Path {
    match home {
        Home::Crate(root) | Home::Folder(root) => root,
    }
}

fn stamps(home: &Home) -> Stamps {
    let mut stamps = vec![stamp(root(home).join("mina.toml"))];
    for folder in folders(home) {
        let listed = list(&folder);
        stamps.extend(listed.unwrap_or_default().into_iter().map(stamp));
        stamps.push(stamp(folder));
    }
    stamps
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let fault = |error: std::io::Error| Fault {
        place: place::shown(folder),
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

fn read(home: &Home) -> Snapshot {
    let mut faults = Vec::new();
    let layout = place::layout(root(home));
    let config = layout.config.clone().unwrap_or_else(|message| {
        faults.push(Fault {
            place: String::new(),
            message,
        });
        Config::default()
    });

    let mut files = Vec::new();
    let mut revisions = Vec::new();
    for folder in folders(home) {
        let paths = list(&folder).unwrap_or_else(|fault| {
            faults.push(fault);
            Vec::new()
        });
        for path in paths {
            let shown = place::shown(&path);
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

    let history = History::new(config, revisions);
    let mut by_file: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, revision) in history.revisions.iter().enumerate() {
        by_file.entry(revision.file.clone()).or_default().push(index);
    }
    Snapshot {
        outcomes: history.revisions.iter().map(|_| OnceLock::new()).collect(),
        ahead: Once::new(),
        history,
        files,
        faults,
        by_file,
    }
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
    let blocks = scan(&text).map_err(|SourceError { message, location }| Fault {
        place: location.map_or_else(|| shown.to_owned(), |Location { line, .. }| at(line as usize)),
        message,
    })?;
    let revision = |block: mina_core::syntax::source::SourceBlock| {
        let parsed = parse::parse(&block.tokens);
        Revision {
            block: parsed.block,
            syntax: parsed.diagnostics,
            tokens: block.tokens,
            location: block.location,
            file: shown.to_owned(),
        }
    };
    Ok(blocks.into_iter().map(revision).collect())
}
