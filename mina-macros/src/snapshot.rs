use crate::editor;
use crate::memo::{Memo, Stamps, stamp};
use crate::outcome::Outcome;
use crate::place::{self, Home};
use mina_core::history::History;
use mina_source::{Fault, SourceFile, Sources, list};
use std::collections::BTreeMap;
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
        let listed = list(None, &folder);
        stamps.extend(listed.unwrap_or_default().into_iter().map(stamp));
        stamps.push(stamp(folder));
    }
    stamps
}

fn read(home: &Home) -> Snapshot {
    let Sources { history, files, faults } = Sources::read(place::crate_folder().as_deref(), &place::layout(root(home)), &folders(home));
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
