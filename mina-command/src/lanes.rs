//! Where the revisions of a history stand when it is drawn: a row each, newest first, and the lanes between them.

use crate::listing::Listed;
use std::collections::HashMap;

/// How a lane leads down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To a revision that is revised.
    Revises,
    /// To one that is depended on besides.
    DependsOn,
}

/// One revision's row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The revision, by its place among those that were given.
    pub revision: usize,
    /// The column it stands in.
    pub column: usize,
    /// What reaches it from above in its own column, if anything does.
    pub above: Option<Kind>,
    /// How it goes on below in its own column, if it does.
    pub below: Option<Kind>,
    /// The lanes that pass by, by column.
    pub passing: Vec<Option<Kind>>,
    /// The other columns whose lanes end here.
    pub joins: Vec<(usize, Kind)>,
    /// The other columns to which it leads, and whether their lanes begin here.
    pub forks: Vec<(usize, Kind, bool)>,
}

#[derive(Clone, Copy)]
struct Lane {
    to: usize,
    kind: Kind,
}

/// Lays out revisions that are given oldest first; what they build on and is not among them is left out.
///
/// One pass: each row costs as much as there are lanes beside it.
pub fn lay_out(revisions: &[Listed]) -> Vec<Row> {
    let places: HashMap<&str, usize> = revisions
        .iter()
        .enumerate()
        .map(|(place, listed)| (listed.revision.as_str(), place))
        .collect();
    let mut lanes: Vec<Option<Lane>> = Vec::new();
    let mut rows = Vec::with_capacity(revisions.len());
    for (place, listed) in revisions.iter().enumerate().rev() {
        let edges = |ids: &[String], kind| -> Vec<Lane> {
            let known = ids.iter().filter_map(|id| places.get(id.as_str()).copied());
            known.filter(|to| *to < place).map(|to| Lane { to, kind }).collect()
        };
        let mut edges = [edges(&listed.parents, Kind::Revises), edges(&listed.depends_on, Kind::DependsOn)].concat();
        edges.dedup_by(|later, first| later.to == first.to);
        rows.push(row(place, &edges, &mut lanes));
    }
    rows
}

fn row(place: usize, edges: &[Lane], lanes: &mut Vec<Option<Lane>>) -> Row {
    let leads_here = |lane: &Option<Lane>| lane.is_some_and(|lane| lane.to == place);
    let mine: Vec<(usize, Kind)> = lanes
        .iter()
        .enumerate()
        .filter(|(_, lane)| leads_here(lane))
        .filter_map(|(column, lane)| lane.map(|lane| (column, lane.kind)))
        .collect();
    let revising = mine.iter().find(|(_, kind)| *kind == Kind::Revises);
    let own = revising.or(mine.first()).copied();
    lanes.iter_mut().filter(|lane| leads_here(lane)).for_each(|lane| *lane = None);
    let column = own.map_or_else(|| free(lanes, 0), |(column, _)| column);
    let passing = lanes.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    let mut row = Row {
        revision: place,
        column,
        above: own.map(|(_, kind)| kind),
        below: edges.first().map(|edge| edge.kind),
        passing: lanes[..passing].iter().map(|lane| lane.map(|lane| lane.kind)).collect(),
        joins: mine.into_iter().filter(|(other, _)| *other != column).collect(),
        forks: Vec::new(),
    };
    if column == lanes.len() {
        lanes.push(None);
    }
    lanes[column] = edges.first().copied();
    for edge in edges.iter().skip(1) {
        let same = |lane: &Option<Lane>| lane.is_some_and(|lane| lane.to == edge.to && lane.kind == edge.kind);
        match lanes.iter().position(same).filter(|there| *there != column) {
            Some(there) => row.forks.push((there, edge.kind, false)),
            None => {
                let there = free(lanes, column + 1);
                if there == lanes.len() {
                    lanes.push(None);
                }
                lanes[there] = Some(*edge);
                row.forks.push((there, edge.kind, true));
            }
        }
    }
    while lanes.last().is_some_and(Option::is_none) {
        lanes.pop();
    }
    row
}

fn free(lanes: &[Option<Lane>], from: usize) -> usize {
    let empty = lanes.iter().skip(from).position(Option::is_none);
    empty.map_or(lanes.len().max(from), |offset| from + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(revision: &str, parents: &[&str], depends_on: &[&str]) -> Listed {
        let owned = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Listed {
            revision: revision.to_owned(),
            parents: owned(parents),
            depends_on: owned(depends_on),
            ..Listed::default()
        }
    }

    #[test]
    fn a_linear_history_is_one_column() {
        let rows = lay_out(&[listed("a", &[], &[]), listed("b", &["a"], &[]), listed("c", &["b"], &[])]);
        assert!(
            rows.iter()
                .all(|row| row.column == 0 && row.joins.is_empty() && row.forks.is_empty())
        );
        assert_eq!(rows.iter().map(|row| row.revision).collect::<Vec<_>>(), [2, 1, 0]);
    }

    #[test]
    fn a_diamond_forks_at_its_merge_and_joins_at_its_branch_point() {
        let diamond = [
            listed("a", &[], &[]),
            listed("b", &["a"], &[]),
            listed("c", &["a"], &[]),
            listed("d", &["b", "c"], &[]),
        ];
        let rows = lay_out(&diamond);
        assert_eq!(rows[0].forks, [(1, Kind::Revises, true)]);
        assert_eq!((rows[1].column, rows[2].column), (1, 0));
        assert_eq!(rows[3].joins, [(1, Kind::Revises)]);
    }

    #[test]
    fn a_lane_that_ended_is_used_again() {
        let mut revisions = vec![listed("a0", &[], &[])];
        for at in 0..50 {
            let id = |name: &str, at: usize| format!("{name}{at:03}");
            let base = revisions.last().map_or_else(String::new, |listed| listed.revision.clone());
            revisions.push(listed(&id("b", at), &[&base], &[]));
            revisions.push(listed(&id("c", at), &[&base], &[]));
            revisions.push(listed(&id("d", at), &[&id("b", at), &id("c", at)], &[]));
        }
        assert!(lay_out(&revisions).iter().all(|row| row.column < 2));
    }

    #[test]
    fn what_is_not_there_or_in_a_circle_draws_nothing() {
        let rows = lay_out(&[listed("a", &["b", "z"], &[]), listed("b", &["a"], &["a"])]);
        assert_eq!(rows[0].below, Some(Kind::Revises));
        assert_eq!((rows[0].forks.len(), rows[1].below), (0, None));
    }
}
