//! Which revision builds on which: heads, ancestors, targets and plans. Shared by checker and runner.

/// What the graph needs to know of a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// Its id.
    pub id: String,
    /// The revisions it revises; none for a base.
    pub parents: Vec<String>,
    /// The revisions it depends on besides.
    pub depends_on: Vec<String>,
    /// Its branch label.
    pub label: Option<String>,
    /// The id it had in another tool.
    pub alias: Option<String>,
}

/// The revisions of one bind.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
}

impl Graph {
    /// A graph of revisions with unique ids whose parents exist; what does not is left out of the edges.
    pub fn new(mut nodes: Vec<Node>) -> Self {
        nodes.sort_by(|a, b| a.id.cmp(&b.id));
        Self { nodes }
    }

    /// The revisions, sorted by id.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }
}
