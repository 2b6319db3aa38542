//! What became of mutants, by kind.

use crate::mutation::Kind;
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Copy, Default)]
pub struct Row {
    pub made: usize,
    pub refused: usize,
    pub in_place: usize,
    pub equivalent: usize,
    pub survived: usize,
}

#[derive(Default)]
pub struct Tally {
    rows: BTreeMap<Kind, Row>,
    /// Accepted, and stopped by data that the history itself writes: nothing can be said of them.
    pub undecided: usize,
}

impl Tally {
    pub fn of(&mut self, kind: Kind) -> &mut Row {
        self.rows.entry(kind).or_default()
    }

    pub fn total(&self) -> Row {
        self.rows.values().fold(Row::default(), |all, row| Row {
            made: all.made + row.made,
            refused: all.refused + row.refused,
            in_place: all.in_place + row.in_place,
            equivalent: all.equivalent + row.equivalent,
            survived: all.survived + row.survived,
        })
    }

    /// The kinds of which there is none.
    pub fn missing(&self) -> Vec<&'static str> {
        let missing = Kind::ALL.into_iter().filter(|(kind, _)| !self.rows.contains_key(kind));
        missing.map(|(_, words)| words).collect()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what is broken | made | refused | in its place | equivalent | survived |")?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|")?;
        let rows = Kind::ALL
            .into_iter()
            .filter_map(|(kind, words)| Some((words, *self.rows.get(&kind)?)));
        for (words, row) in rows.chain([("all", self.total())]) {
            writeln!(
                f,
                "| {words} | {} | {} | {} | {} | {} |",
                row.made, row.refused, row.in_place, row.equivalent, row.survived
            )?;
        }
        write!(f, "{} more were stopped by data that their history writes", self.undecided)
    }
}
