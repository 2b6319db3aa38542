use super::ObjectName;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The tables that were changed, the latest first; schemas that have a past in common share that part of it.
///
/// So two schemas are compared where they went apart, whatever the number of tables.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(Option<Arc<Entry>>);

#[derive(Debug)]
struct Entry {
    table: ObjectName,
    length: usize,
    before: Log,
}

impl Log {
    pub(super) fn push(&mut self, table: &ObjectName) {
        // While no other schema shares the latest change, it stands for what follows on the same table as well.
        let own = self.0.as_mut().and_then(Arc::get_mut);
        if own.is_some_and(|entry| entry.table == *table) {
            return;
        }
        let before = self.clone();
        *self = Self(Some(Arc::new(Entry {
            table: table.clone(),
            length: before.length() + 1,
            before,
        })));
    }

    /// The tables that either changed since their common past.
    pub(super) fn apart<'a>(&'a self, other: &'a Self) -> BTreeSet<&'a ObjectName> {
        let (mut one, mut other) = (self, other);
        let mut tables = BTreeSet::new();
        while !one.is(other) {
            let longer = if one.length() >= other.length() { &mut one } else { &mut other };
            let current: &Self = longer;
            let Some(entry) = &current.0 else { break };
            tables.insert(&entry.table);
            *longer = &entry.before;
        }
        tables
    }

    fn length(&self) -> usize {
        self.0.as_ref().map_or(0, |entry| entry.length)
    }

    fn is(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

/// A long log must not be dropped by recursion.
impl Drop for Log {
    fn drop(&mut self) {
        let mut next = self.0.take();
        while let Some(mut entry) = next.and_then(Arc::into_inner) {
            next = entry.before.0.take();
        }
    }
}
