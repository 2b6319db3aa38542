use super::plan::Planned;
use super::report::Direction;
use crate::connection::JournalEntry;
use crate::migration::RunStep;
use std::time::Duration;

/// One migration, and what its steps need.
pub(super) struct Job<'a> {
    pub(super) planned: &'a Planned,
    pub(super) runs: &'static [RunStep],
    /// What the journal keeps of it.
    pub(super) downgrade: Option<String>,
}

impl Job<'_> {
    pub(super) fn count(&self) -> usize {
        self.planned.units.len().max(1)
    }

    /// Whether the revision is applied after one of its units; none where that does not change.
    pub(super) fn applied(&self, unit: usize) -> Option<bool> {
        let whole = unit + 1 == self.count() && self.planned.takes_back.is_none();
        whole.then_some(self.planned.direction == Direction::Up)
    }

    pub(super) fn entry<'a>(&'a self, unit: usize, state: &'a str, position: Option<&'a str>, took: Duration) -> JournalEntry<'a> {
        JournalEntry {
            revision: &self.planned.revision,
            action: self.planned.action(),
            state,
            unit,
            units: self.count(),
            hash: self.planned.hashes.get(unit).map_or("", String::as_str),
            checksum: &self.planned.checksum,
            position,
            duration_ms: took.as_millis() as i64,
            downgrade: self.downgrade.as_deref().filter(|_| state == "done" && unit + 1 == self.count()),
        }
    }
}
