//! What mina.toml says is released.

use super::History;
use super::graph::Graph;
use super::layout::{Bind, Layout};
use crate::check::Released;
use crate::config::Config;

/// What stands for a history of which nothing is released.
const NOTHING: &str = "base";

/// The revision that mina.toml calls so.
fn find(graph: &Graph, name: &str) -> Option<usize> {
    let known = graph
        .find(name)
        .or_else(|| graph.find_squash(name))
        .or_else(|| graph.find_alias(name));
    known.or_else(|| graph.find_label(name))
}

/// The names in mina.toml that no revision has.
pub(super) fn unknown<'c>(config: &'c Config, layout: &Layout) -> Vec<&'c str> {
    let named = config.released.iter().map(String::as_str).filter(|name| *name != NOTHING);
    let is_known = |name: &&str| layout.binds.iter().any(|bind| find(&bind.graph, name).is_some());
    named.filter(|name| !is_known(name)).collect()
}

impl History {
    /// What is released of a block's database; none where mina.toml does not say. Of a block that is itself released only the
    /// revisions are looked up: the schema needs them replayed.
    pub(super) fn released(&self, layout: &Layout, index: usize) -> Option<&Released> {
        if self.config.released.is_empty() {
            return None;
        }
        let name = &layout.bind(index).name;
        let own = self.layout();
        let at = own.binds.iter().position(|bind| bind.name == *name)?;
        let marks = self.marks.get_or_init(|| own.binds.iter().map(|bind| self.mark(bind)).collect());
        let node = layout.seats[index].node;
        let id = node.map(|node| layout.bind(index).graph.id(node));
        if id.is_some_and(|id| marks[at].revisions.contains(id)) {
            return Some(&marks[at]);
        }
        let whole = |(bind, mark): (&Bind, &Released)| Released {
            schemas: self.schemas(bind, mark),
            ..mark.clone()
        };
        let released = self.released.get_or_init(|| own.binds.iter().zip(marks).map(whole).collect());
        Some(&released[at])
    }

    fn mark(&self, bind: &Bind) -> Released {
        let named = self
            .config
            .released
            .iter()
            .filter_map(|name| Some((name.as_str(), find(&bind.graph, name)?)));
        let (names, nodes): (Vec<&str>, Vec<usize>) = named.unzip();
        let revisions = bind.graph.with_ancestors(nodes);
        Released {
            name: names.join("`, `"),
            revisions: revisions.iter().map(|node| bind.graph.id(node).to_owned()).collect(),
            schemas: Vec::new(),
        }
    }

    fn schemas(&self, bind: &Bind, mark: &Released) -> Vec<(crate::engine::Target, crate::schema::Schema)> {
        let (revisions, _) = bind.graph.known(mark.revisions.iter().map(String::as_str));
        let schema = |target| Some((target, self.left_by(bind, target, &revisions)?));
        bind.targets.iter().copied().filter_map(schema).collect()
    }
}
