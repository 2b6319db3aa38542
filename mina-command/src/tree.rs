//! A history as text: the lanes at the left, what is said of each revision beside them.

use crate::Style;
use crate::lanes::{Kind, Row, lay_out};
use crate::listing::{Listed, Standing, details, title};

/// Draws revisions that are given oldest first, the newest on top.
pub fn tree(revisions: &[Listed], verbose: bool, style: Style) -> String {
    let mut text = String::new();
    for row in lay_out(revisions) {
        let listed = &revisions[row.revision];
        joins(&row).into_iter().for_each(|line| push(&mut text, &line, ""));
        push(&mut text, &beside(&row, glyph(listed)), &title(listed, style));
        if verbose {
            let after = beside(&row, row.below.map_or(' ', vertical));
            details(listed).lines().for_each(|line| push(&mut text, &after, line));
        }
        forks(&row).into_iter().for_each(|line| push(&mut text, &line, ""));
    }
    text
}

fn push(text: &mut String, lanes: &str, said: &str) {
    let line = format!("{lanes}{said}");
    text.push_str(line.trim_end());
    text.push('\n');
}

fn glyph(listed: &Listed) -> char {
    match (listed.current, &listed.state) {
        (true, _) => '◉',
        (false, Some(Standing::Pending)) => '○',
        (false, _) => '●',
    }
}

fn vertical(kind: Kind) -> char {
    match kind {
        Kind::Revises => '│',
        Kind::DependsOn => '┆',
    }
}

fn horizontal(kind: Kind) -> char {
    match kind {
        Kind::Revises => '─',
        Kind::DependsOn => '╌',
    }
}

/// The row's lanes, with something in its own column.
fn beside(row: &Row, own: char) -> String {
    let columns = row.passing.len().max(row.column + 1);
    let mut line = String::with_capacity(columns * 4);
    for column in 0..columns {
        let passing = row.passing.get(column).copied().flatten();
        line.push(if column == row.column { own } else { passing.map_or(' ', vertical) });
        line.push(' ');
    }
    line
}

/// A line that leads from the row's column to others.
struct Branching<'a> {
    row: &'a Row,
    ends: Vec<(usize, Kind)>,
    own: Option<Kind>,
    /// A lane goes on through an end.
    through: Vec<usize>,
    /// What a corner at the right and at the left looks like.
    corners: [char; 2],
    /// What an end between others looks like.
    between: char,
}

/// Above the row: the lanes that end here come together.
fn joins(row: &Row) -> Option<String> {
    let branching = Branching {
        row,
        ends: row.joins.clone(),
        own: Some(Kind::Revises),
        through: Vec::new(),
        corners: ['╯', '╰'],
        between: '┴',
    };
    (!row.joins.is_empty()).then(|| branching.line())
}

/// Below the row: it leads to several.
fn forks(row: &Row) -> Option<String> {
    let branching = Branching {
        row,
        ends: row.forks.iter().map(|(column, kind, _)| (*column, *kind)).collect(),
        own: row.below,
        through: row.forks.iter().filter(|(.., new)| !new).map(|(column, ..)| *column).collect(),
        corners: ['╮', '╭'],
        between: '┬',
    };
    (!row.forks.is_empty()).then(|| branching.line())
}

impl Branching<'_> {
    fn line(&self) -> String {
        let own = self.row.column;
        let last = self.ends.iter().map(|(column, _)| *column).max().unwrap_or(own).max(own);
        let first = self.ends.iter().map(|(column, _)| *column).min().unwrap_or(own).min(own);
        let columns = self.row.passing.len().max(last + 1);
        let mut line = String::with_capacity(columns * 4);
        for column in 0..columns {
            line.push(self.at(column, first, last));
            let joined = (first..last).contains(&column);
            line.push(if joined { self.across(column) } else { ' ' });
        }
        line
    }

    /// What leads across between a column and the one at its right: solid where any lane that it carries is.
    fn across(&self, column: usize) -> char {
        let carried = self.ends.iter().filter(|(end, _)| match column >= self.row.column {
            true => *end > column,
            false => *end <= column,
        });
        let kinds: Vec<Kind> = carried.map(|(_, kind)| *kind).collect();
        horizontal(if kinds.contains(&Kind::Revises) {
            Kind::Revises
        } else {
            Kind::DependsOn
        })
    }

    fn at(&self, column: usize, first: usize, last: usize) -> char {
        if column == self.row.column {
            return match (self.own.is_some(), first < column, last > column) {
                (true, false, _) => '├',
                (true, true, false) => '┤',
                (true, true, true) => '┼',
                (false, ..) => '╰',
            };
        }
        let ends = self.ends.iter().any(|(end, _)| *end == column);
        let outermost = column == first || column == last;
        let passing = self.row.passing.get(column).copied().flatten();
        match (ends, self.through.contains(&column)) {
            (true, true) if column == last => '┤',
            (true, true) if column == first => '├',
            (true, true) => '┼',
            (true, false) if column == last => self.corners[0],
            (true, false) if column == first => self.corners[1],
            (true, false) => self.between,
            _ if outermost || !(first..=last).contains(&column) => passing.map_or(' ', vertical),
            _ if passing.is_some() => '┼',
            _ => self.across(column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::tree;
    use crate::Style;
    use crate::listing::Listed;

    fn drawn(revisions: &[(&str, &[&str], &[&str])]) -> String {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        let listed = revisions.iter().map(|(id, parents, depends_on)| Listed {
            revision: (*id).to_owned(),
            parents: owned(parents),
            depends_on: owned(depends_on),
            ..Listed::default()
        });
        tree(&listed.collect::<Vec<_>>(), false, Style::plain())
    }

    #[test]
    fn a_diamond() {
        let text = drawn(&[("a", &[], &[]), ("b", &["a"], &[]), ("c", &["a"], &[]), ("d", &["b", "c"], &[])]);
        assert_eq!(text, "● d\n├─╮\n│ ● c\n● │ b\n├─╯\n● a\n");
    }

    #[test]
    fn two_heads_and_a_dependency() {
        let text = drawn(&[("a", &[], &[]), ("b", &["a"], &[]), ("c", &[], &[]), ("d", &["c"], &["b"])]);
        assert_eq!(text, "● d\n├╌╮\n● ┆ c\n  ● b\n  ● a\n");
    }

    #[test]
    fn a_lane_that_passes_is_crossed() {
        let text = drawn(&[
            ("a", &[], &[]),
            ("b", &["a"], &[]),
            ("c", &["b"], &[]),
            ("d", &["b"], &[]),
            ("e", &["a"], &[]),
            ("f", &["c", "e", "d"], &[]),
        ]);
        assert_eq!(text, "● f\n├─┬─╮\n│ ● │ e\n│ │ ● d\n● │ │ c\n├─┼─╯\n● │ b\n├─╯\n● a\n");
    }
}
