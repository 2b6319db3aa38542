//! What came of the kills, as a table.

use crate::victim::Wound;
use std::collections::BTreeMap;
use std::fmt;

/// What the run after a kill had to do.
pub enum Next {
    FromTheStart,
    WentOn,
    NothingLeft,
    /// Another process was at the same work and finished it.
    Other,
}

impl From<(usize, usize)> for Next {
    fn from((done, units): (usize, usize)) -> Self {
        match (done, units) {
            (_, 0) => Self::NothingLeft,
            (0, _) => Self::FromTheStart,
            _ => Self::WentOn,
        }
    }
}

#[derive(Default)]
struct Row {
    kills: u64,
    inside: u64,
    left_behind: u64,
    from_the_start: u64,
    went_on: u64,
    nothing_left: u64,
    other: u64,
    lost: usize,
}

#[derive(Default)]
pub struct Tally {
    rows: BTreeMap<&'static str, Row>,
    statements: BTreeMap<String, u64>,
}

impl Tally {
    pub fn add(&mut self, scene: &'static str, wound: &Wound, left_behind: bool, next: Next, lost: usize) {
        let row = self.rows.entry(scene).or_default();
        row.kills += 1;
        row.inside += u64::from(wound.statement.is_some());
        row.left_behind += u64::from(left_behind);
        row.lost += lost;
        match next {
            Next::FromTheStart => row.from_the_start += 1,
            Next::WentOn => row.went_on += 1,
            Next::NothingLeft => row.nothing_left += 1,
            Next::Other => row.other += 1,
        }
        if let Some(word) = wound.statement.as_deref().and_then(|statement| statement.split(' ').next()) {
            *self.statements.entry(word.to_owned()).or_default() += 1;
        }
    }

    pub fn kills(&self) -> u64 {
        self.rows.values().map(|row| row.kills).sum()
    }

    pub fn inside(&self) -> u64 {
        self.rows.values().map(|row| row.inside).sum()
    }

    pub fn lost(&self) -> usize {
        self.rows.values().map(|row| row.lost).sum()
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| killed in a | kills | in mid-statement | journal or WAL left | next run: from the start | went on | nothing left | \
             another process finished | rows or definitions lost |"
        )?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|--:|--:|--:|")?;
        for (scene, row) in &self.rows {
            let Row {
                kills,
                inside,
                left_behind,
                from_the_start,
                went_on,
                nothing_left,
                other,
                lost,
            } = row;
            writeln!(
                f,
                "| {scene} | {kills} | {inside} | {left_behind} | {from_the_start} | {went_on} | {nothing_left} | {other} | {lost} |"
            )?;
        }
        let statements: Vec<String> = self.statements.iter().map(|(word, count)| format!("{word} {count}")).collect();
        write!(f, "under way: {}", statements.join(", "))
    }
}
