use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How long what was read from disk is taken for what is there.
const FRESH: Duration = Duration::from_millis(250);

/// Files with what tells that they changed: time and length; none for one that cannot be looked at.
pub type Stamps = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

/// What was made of some files, kept for the life of the process. Losing it costs time and nothing else.
pub struct Memo<K, V>(Mutex<BTreeMap<K, Kept<V>>>);

struct Kept<V> {
    looked: Instant,
    stamps: Stamps,
    value: Arc<V>,
}

impl<K: Ord + Clone, V> Memo<K, V> {
    pub const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// What is kept under `key`, read again if its files changed.
    pub fn get(&self, key: &K, look: impl FnOnce() -> Stamps, read: impl FnOnce() -> V) -> Arc<V> {
        let mut kept = self.0.lock().unwrap_or_else(|poisoned| {
            self.0.clear_poison();
            let mut kept = PoisonError::into_inner(poisoned);
            kept.clear();
            kept
        });
        if let Some(known) = kept.get(key)
            && known.looked.elapsed() < FRESH
        {
            return Arc::clone(&known.value);
        }
        let stamps = look();
        if let Some(known) = kept.get_mut(key)
            && known.stamps == stamps
        {
            known.looked = Instant::now();
            return Arc::clone(&known.value);
        }
        let value = Arc::new(read());
        let looked = Instant::now();
        kept.insert(
            key.clone(),
            Kept {
                looked,
                stamps,
                value: Arc::clone(&value),
            },
        );
        value
    }
}

/// The stamp of one file.
pub fn stamp(path: PathBuf) -> (PathBuf, Option<(SystemTime, u64)>) {
    let seen = std::fs::metadata(&path)
        .ok()
        .and_then(|metadata| Some((metadata.modified().ok()?, metadata.len())));
    (path, seen)
}
