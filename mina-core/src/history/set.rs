/// A set of revisions of one graph, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    words: Vec<u64>,
}

impl Set {
    pub(super) fn new(len: usize) -> Self {
        Self {
            words: vec![0; len.div_ceil(64)],
        }
    }

    /// Whether a revision is in it.
    pub fn contains(&self, revision: usize) -> bool {
        self.words.get(revision / 64).is_some_and(|word| word & (1 << (revision % 64)) != 0)
    }

    /// Adds a revision; false if it was there.
    pub fn insert(&mut self, revision: usize) -> bool {
        let word = &mut self.words[revision / 64];
        let before = *word;
        *word |= 1 << (revision % 64);
        *word != before
    }

    /// Takes a revision out; false if it was not there.
    pub fn remove(&mut self, revision: usize) -> bool {
        let word = &mut self.words[revision / 64];
        let before = *word;
        *word &= !(1 << (revision % 64));
        *word != before
    }

    /// Adds all of another.
    pub fn extend(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words).map(|(word, other)| word & !other).collect();
        Self { words }
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words).map(|(word, other)| word & other).collect();
        Self { words }
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let words = self.words.iter().zip(&other.words).map(|(word, other)| word | other).collect();
        Self { words }
    }

    /// Whether all of this one is in the other.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(word, other)| word & !other == 0)
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// How many are in it.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// What is in it, in the order of the ids.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        let words = self.words.iter().enumerate().filter(|(_, word)| **word != 0);
        words.flat_map(|(at, &word)| (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit))
    }
}
