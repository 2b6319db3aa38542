//! Which revision builds on which: heads, ancestors, labels. Shared by checker and runner.

use super::edges::Edges;
use super::set::Set;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};
use std::sync::OnceLock;

/// What the graph needs to know of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: Name,
    /// The revisions it revises; none for a base.
    pub parents: Vec<Name>,
    /// The revisions it depends on besides.
    pub depends_on: Vec<Name>,
    /// Its branch label.
    pub label: Option<Name>,
    /// The id it had in another tool.
    pub alias: Option<Name>,
    /// The revisions that were made into it.
    pub squashes: Vec<Name>,
}

/// What a program holds anyway, or what was read.
pub type Name = Cow<'static, str>;

/// The revisions of one bind. A revision is meant by its index, which follows the order of the ids.
///
/// Edges to what does not exist and edges that close a cycle are left out; [`Graph::cycles`] tells the latter.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    parents: Edges,
    depends_on: Edges,
    children: Edges,
    dependents: Edges,
    cycles: Vec<Vec<usize>>,
    order: Vec<usize>,
    rank: Vec<usize>,
    reach: OnceLock<Reach>,
    labels: OnceLock<Vec<Vec<usize>>>,
}

impl Graph {
    /// A graph of these revisions, in any order; of two with one id the first counts.
    pub fn new(mut nodes: Vec<Node>) -> Self {
        nodes.sort_by(|a, b| a.id.cmp(&b.id));
        nodes.dedup_by(|later, first| later.id == first.id);
        let mut graph = Self { nodes, ..Self::default() };
        graph.parents = graph.look_up(|node| &node.parents);
        graph.depends_on = graph.look_up(|node| &node.depends_on);
        graph.turn();
        while let Err(rank) = graph.put_in_order() {
            let cycle = graph.find_cycle(&rank);
            graph.parents = graph.parents.without(&cycle);
            graph.depends_on = graph.depends_on.without(&cycle);
            graph.turn();
            graph.cycles.push(cycle);
        }
        graph
    }

    fn look_up(&self, ids: impl Fn(&Node) -> &[Name]) -> Edges {
        let mut edges = Edges::with_capacity(self.nodes.len());
        for (i, node) in self.nodes.iter().enumerate() {
            edges.push(ids(node).iter().filter_map(|id| self.find_near(id, i.saturating_sub(1))));
        }
        edges
    }

    fn turn(&mut self) {
        (self.children, self.dependents) = (self.parents.turned(), self.depends_on.turned());
    }

    /// Puts every revision after what it builds on; where that cannot be, the ranks of those that could be.
    fn put_in_order(&mut self) -> Result<(), Vec<usize>> {
        let count = self.nodes.len();
        if (0..count).all(|i| self.edges(i).all(|below| below < i)) {
            self.order = (0..count).collect();
            self.rank.clone_from(&self.order);
            return Ok(());
        }
        let mut waiting: Vec<usize> = (0..count).map(|i| self.edges(i).count()).collect();
        let mut ready: BinaryHeap<Reverse<usize>> = (0..count).filter(|&i| waiting[i] == 0).map(Reverse).collect();
        let (mut order, mut rank) = (Vec::with_capacity(count), vec![usize::MAX; count]);
        while let Some(Reverse(i)) = ready.pop() {
            rank[i] = order.len();
            order.push(i);
            for child in self.edges_up(i) {
                waiting[child] -= 1;
                if waiting[child] == 0 {
                    ready.push(Reverse(child));
                }
            }
        }
        if order.len() < count {
            return Err(rank);
        }
        (self.order, self.rank) = (order, rank);
        Ok(())
    }

    // Every node without a rank has a parent without one, so walking up must come round.
    fn find_cycle(&self, rank: &[usize]) -> Vec<usize> {
        let mut at = rank.iter().position(|&rank| rank == usize::MAX).unwrap_or_default();
        let mut walked = Vec::new();
        let mut seen = vec![usize::MAX; rank.len()];
        while seen[at] == usize::MAX {
            seen[at] = walked.len();
            walked.push(at);
            at = self.edges(at).find(|&parent| rank[parent] == usize::MAX).unwrap_or(at);
        }
        walked.split_off(seen[at])
    }

    /// The revisions, sorted by id.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The number of revisions.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The id of a revision.
    pub fn id(&self, revision: usize) -> &str {
        &self.nodes[revision].id
    }

    /// The revision of that id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.nodes.binary_search_by(|node| node.id.as_ref().cmp(id)).ok()
    }

    /// The same, looking first where it is likely to be.
    fn find_near(&self, id: &str, likely: usize) -> Option<usize> {
        match self.nodes.get(likely) {
            Some(node) if node.id == id => Some(likely),
            _ => self.find(id),
        }
    }

    /// The revision that had that id in another tool.
    pub fn find_alias(&self, alias: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.alias.as_deref() == Some(alias))
    }

    /// The revision that one was made into.
    pub fn find_squash(&self, id: &str) -> Option<usize> {
        self.nodes
            .iter()
            .position(|node| node.squashes.iter().any(|squashed| squashed == id))
    }

    /// The revision that declares that label.
    pub fn find_label(&self, label: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.label.as_deref() == Some(label))
    }

    /// The revisions whose ids or aliases begin so.
    pub fn find_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = usize> + 'a {
        let begins = move |node: &Node| node.id.starts_with(prefix) || node.alias.as_ref().is_some_and(|alias| alias.starts_with(prefix));
        (0..self.nodes.len()).filter(move |&i| begins(&self.nodes[i]))
    }

    /// The revisions that a revision revises.
    pub fn parents(&self, revision: usize) -> &[usize] {
        self.parents.of(revision)
    }

    /// The revisions that a revision depends on besides.
    pub fn depends_on(&self, revision: usize) -> &[usize] {
        self.depends_on.of(revision)
    }

    /// The revisions that revise a revision.
    pub fn children(&self, revision: usize) -> &[usize] {
        self.children.of(revision)
    }

    /// The revisions that depend on a revision.
    pub fn dependents(&self, revision: usize) -> &[usize] {
        self.dependents.of(revision)
    }

    /// What a revision builds on at once: parents, then dependencies.
    pub fn edges(&self, revision: usize) -> impl Iterator<Item = usize> + '_ {
        self.parents.of(revision).iter().chain(self.depends_on.of(revision)).copied()
    }

    /// What builds on a revision at once: children, then dependents.
    pub fn edges_up(&self, revision: usize) -> impl Iterator<Item = usize> + '_ {
        self.children.of(revision).iter().chain(self.dependents.of(revision)).copied()
    }

    /// The cycles that were cut open, each from a revision over its parent, the parent's parent and so on.
    pub fn cycles(&self) -> &[Vec<usize>] {
        &self.cycles
    }

    /// All revisions, each after what it builds on; the order of the ids wherever that is one.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The place of a revision in [`Graph::order`].
    pub fn rank(&self, revision: usize) -> usize {
        self.rank[revision]
    }

    /// The revisions that none revises.
    pub fn heads(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|&i| self.children.of(i).is_empty())
    }

    /// The revisions that revise none.
    pub fn bases(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|&i| self.parents.of(i).is_empty())
    }

    /// The revisions that more than one revises.
    pub fn branch_points(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|&i| self.children.of(i).len() > 1)
    }

    /// The revisions that revise more than one.
    pub fn merges(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.nodes.len()).filter(|&i| self.parents.of(i).len() > 1)
    }

    /// The revisions of a set on which none of the set builds, dependencies included: what `current` shows.
    pub fn heads_of(&self, set: &Set) -> Vec<usize> {
        set.iter().filter(|&i| !self.edges_up(i).any(|above| set.contains(above))).collect()
    }

    /// No revisions.
    pub fn none(&self) -> Set {
        Set::new(self.nodes.len())
    }

    /// Every revision.
    pub fn all(&self) -> Set {
        self.set(0..self.nodes.len())
    }

    /// A set of revisions.
    pub fn set(&self, revisions: impl IntoIterator<Item = usize>) -> Set {
        let mut set = self.none();
        revisions.into_iter().for_each(|i| {
            set.insert(i);
        });
        set
    }

    /// The revisions of these ids, and the ids that are none of this graph.
    pub fn known<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> (Set, Vec<&'a str>) {
        let mut set = self.none();
        let mut unknown = Vec::new();
        let mut next = 0;
        for id in ids {
            match self.find_near(id, next) {
                Some(i) => {
                    set.insert(i);
                    next = i + 1;
                }
                None => unknown.push(id),
            }
        }
        (set, unknown)
    }

    /// These revisions and all that they build on, directly or not.
    pub fn with_ancestors(&self, revisions: impl IntoIterator<Item = usize>) -> Set {
        self.closure(revisions, |i| self.edges(i))
    }

    /// These revisions and all that build on them, directly or not.
    pub fn with_descendants(&self, revisions: impl IntoIterator<Item = usize>) -> Set {
        self.closure(revisions, |i| self.edges_up(i))
    }

    /// A revision, what it revises and what revises it, directly or not; dependencies aside.
    pub fn lineage(&self, revision: usize) -> Set {
        let mut lineage = self.closure([revision], |i| self.parents.of(i).iter().copied());
        lineage.extend(&self.closure([revision], |i| self.children.of(i).iter().copied()));
        lineage
    }

    /// The branch that a revision is on: down to the nearest branch point or merge, and everything that revises it.
    pub fn branch(&self, revision: usize) -> Set {
        let mut branch = self.closure([revision], |i| self.children.of(i).iter().copied());
        let mut at = revision;
        while let &[parent] = self.parents.of(at) {
            if self.children.of(parent).len() > 1 || self.parents.of(parent).len() > 1 {
                break;
            }
            branch.insert(parent);
            at = parent;
        }
        branch
    }

    fn closure<I: Iterator<Item = usize>>(&self, revisions: impl IntoIterator<Item = usize>, next: impl Fn(usize) -> I) -> Set {
        let mut set = self.none();
        let mut open: Vec<usize> = revisions.into_iter().filter(|&i| set.insert(i)).collect();
        while let Some(i) = open.pop() {
            open.extend(next(i).filter(|&i| set.insert(i)));
        }
        set
    }

    /// Whether one revision builds on another, directly or not; none does on itself.
    pub fn is_ancestor(&self, ancestor: usize, of: usize) -> bool {
        let reach = self.reach();
        let (above, below) = (reach.chain[of], reach.chain[ancestor]);
        if above == below {
            self.rank[ancestor] < self.rank[of]
        } else {
            reach.below[above].contains(below)
        }
    }

    /// Whether neither of two revisions builds on the other.
    pub fn incomparable(&self, a: usize, b: usize) -> bool {
        a != b && !self.is_ancestor(a, b) && !self.is_ancestor(b, a)
    }

    /// Whether every two revisions are comparable.
    pub fn is_linear(&self) -> bool {
        self.reach().below.len() <= 1 || self.order.windows(2).all(|pair| self.is_ancestor(pair[0], pair[1]))
    }

    fn reach(&self) -> &Reach {
        self.reach.get_or_init(|| Reach::new(self))
    }

    /// The labels that a revision carries: its own, those of its ancestors, and those of its descendants down to
    /// the branch point; sorted.
    pub fn labels(&self, revision: usize) -> impl Iterator<Item = &str> {
        let carried = &self.labels.get_or_init(|| self.spread_labels())[revision];
        carried.iter().filter_map(|&i| self.nodes[i].label.as_deref())
    }

    fn spread_labels(&self) -> Vec<Vec<usize>> {
        let mut carried = vec![Vec::new(); self.nodes.len()];
        let mut labelled: Vec<usize> = (0..self.nodes.len()).filter(|&i| self.nodes[i].label.is_some()).collect();
        labelled.sort_by_key(|&i| &self.nodes[i].label);
        for declaring in labelled {
            for i in self.branch(declaring).iter() {
                carried[i].push(declaring);
            }
        }
        carried
    }

    /// The heads that no label tells from the others: two of them are one too many.
    pub fn unlabelled_heads(&self) -> Vec<usize> {
        let heads: Vec<usize> = self.heads().collect();
        let mut count: HashMap<&str, usize> = HashMap::new();
        for label in heads.iter().flat_map(|&head| self.labels(head)) {
            *count.entry(label).or_default() += 1;
        }
        let told = |head: usize| self.labels(head).any(|label| count[label] == 1);
        heads.iter().copied().filter(|&head| !told(head)).collect()
    }

    /// Every label.
    pub fn all_labels(&self) -> BTreeSet<&str> {
        self.nodes.iter().filter_map(|node| node.label.as_deref()).collect()
    }
}

/// Reachability over chains: runs of revisions, each the only one on the one before, entered at one end only and
/// left at the other. A linear history is one chain.
#[derive(Clone, Debug)]
struct Reach {
    chain: Vec<usize>,
    below: Vec<Set>,
}

impl Reach {
    fn new(graph: &Graph) -> Self {
        let mut chain = vec![0; graph.nodes.len()];
        let mut firsts = Vec::new();
        for &i in &graph.order {
            let mut edges: Vec<usize> = graph.edges(i).collect();
            edges.dedup();
            chain[i] = match edges[..] {
                [parent] if graph.edges_up(parent).all(|above| above == i) => chain[parent],
                _ => {
                    firsts.push(i);
                    firsts.len() - 1
                }
            };
        }
        let mut below: Vec<Set> = Vec::with_capacity(firsts.len());
        for &first in &firsts {
            let mut set = Set::new(firsts.len());
            for parent in graph.edges(first) {
                set.insert(chain[parent]);
                set.extend(&below[chain[parent]]);
            }
            below.push(set);
        }
        Self { chain, below }
    }
}
