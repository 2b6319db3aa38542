/// What leads from each revision to others, all in one piece: there are thousands of revisions, most with one edge.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    /// Where the edges of each revision end.
    ends: Vec<usize>,
    all: Vec<usize>,
}

impl Edges {
    pub(super) fn with_capacity(revisions: usize) -> Self {
        Self {
            ends: Vec::with_capacity(revisions),
            all: Vec::with_capacity(revisions),
        }
    }

    /// Adds the next revision, with edges to these, each once.
    pub(super) fn push(&mut self, to: impl Iterator<Item = usize>) {
        let start = self.all.len();
        for revision in to {
            if !self.all[start..].contains(&revision) {
                self.all.push(revision);
            }
        }
        self.ends.push(self.all.len());
    }

    pub(super) fn of(&self, revision: usize) -> &[usize] {
        let start = revision.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.all[start..self.ends[revision]]
    }

    /// Without the edges of a cycle, each of whose revisions has one to the next.
    pub(super) fn without(&self, cycle: &[usize]) -> Self {
        let next = |revision| cycle.iter().position(|&on| on == revision).map(|at| cycle[(at + 1) % cycle.len()]);
        let mut kept = Self::with_capacity(self.ends.len());
        for revision in 0..self.ends.len() {
            let cut = next(revision);
            kept.push(self.of(revision).iter().copied().filter(|&to| Some(to) != cut));
        }
        kept
    }

    /// The same edges, seen from their other ends.
    pub(super) fn turned(&self) -> Self {
        let mut counts = vec![0; self.ends.len()];
        for &to in &self.all {
            counts[to] += 1;
        }
        let mut start = 0;
        for count in &mut counts {
            start += std::mem::replace(count, start);
        }
        // Filled from their starts, they come to stand at their ends.
        let mut all = vec![0; self.all.len()];
        for from in 0..self.ends.len() {
            for &to in self.of(from) {
                all[counts[to]] = from;
                counts[to] += 1;
            }
        }
        Self { ends: counts, all }
    }
}
