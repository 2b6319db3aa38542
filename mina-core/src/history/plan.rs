//! From what is applied to what should be.

use super::graph::Graph;
use super::set::Set;

/// The revisions that should be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal(pub Set);

/// What is to be run: first down, then up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The revisions to downgrade, each before what it builds on.
    pub down: Vec<usize>,
    /// The revisions to upgrade, each after what it builds on: in the order of their ids.
    pub up: Vec<usize>,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.down.is_empty() && self.up.is_empty()
    }
}

impl Graph {
    /// The shortest way from what is applied to a goal.
    pub fn plan(&self, applied: &Set, goal: &Goal) -> Plan {
        let mut down: Vec<usize> = applied.without(&goal.0).iter().collect();
        let mut up: Vec<usize> = goal.0.without(applied).iter().collect();
        down.sort_by_key(|&i| std::cmp::Reverse(self.rank(i)));
        up.sort_by_key(|&i| self.rank(i));
        Plan { down, up }
    }
}
