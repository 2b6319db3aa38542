use super::{Graph, Node, Revision};
use crate::config::Config;
use crate::engine::Target;
use crate::syntax::ast::Ident;
use std::collections::{BTreeMap, HashMap};

/// The blocks of a history, one of them perhaps in place of another, or added.
#[derive(Clone, Copy)]
pub(super) struct Blocks<'a> {
    revisions: &'a [Revision],
    guest: Option<(usize, &'a Revision)>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(revisions: &'a [Revision]) -> Self {
        Self { revisions, guest: None }
    }

    pub(super) fn with(revisions: &'a [Revision], guest: &'a Revision, instead: Option<usize>) -> Self {
        Self {
            revisions,
            guest: Some((instead.unwrap_or(revisions.len()), guest)),
        }
    }

    pub(super) fn len(self) -> usize {
        let beyond = self.guest.is_some_and(|(at, _)| at == self.revisions.len());
        self.revisions.len() + usize::from(beyond)
    }

    pub(super) fn get(self, index: usize) -> &'a Revision {
        match self.guest {
            Some((at, guest)) if at == index => guest,
            _ => &self.revisions[index],
        }
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'a Revision> {
        (0..self.len()).map(move |index| self.get(index))
    }
}

/// One bind: a graph of its own, with its own engines.
#[derive(Debug)]
pub(super) struct Bind {
    pub(super) name: Option<String>,
    pub(super) graph: Graph,
    /// The block of each revision of the graph.
    pub(super) blocks: Vec<usize>,
    pub(super) targets: Vec<Target>,
    /// The heads that no label tells from the others.
    pub(super) heads: Vec<usize>,
    /// A block has no id, an id twice or a parent that is not there: what follows from the graph alone is not said.
    pub(super) torn: bool,
    /// The blocks that declare each label, and each alias, by id.
    pub(super) labels: HashMap<String, Vec<usize>>,
    pub(super) aliases: HashMap<String, Vec<usize>>,
}

/// Where a block stands in its bind.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) bind: usize,
    /// Its revision in the graph; none where it has no id, or one that another block has.
    pub(super) node: Option<usize>,
    /// The blocks it builds on, parents first.
    pub(super) edges: Vec<usize>,
    /// Not all it builds on is known.
    pub(super) lost: bool,
}

/// The binds of a history, and where each block stands in them.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) binds: Vec<Bind>,
    pub(super) seats: Vec<Seat>,
}

impl Layout {
    pub(super) fn new(config: &Config, blocks: Blocks<'_>) -> Self {
        let mut members: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
        for (index, revision) in blocks.iter().enumerate() {
            let bind = revision.block.bind.as_ref().map(|bind| bind.text.as_str());
            members.entry(bind).or_default().push(index);
        }
        let mut seats: Vec<Option<Seat>> = (0..blocks.len()).map(|_| None).collect();
        let mut binds = Vec::with_capacity(members.len());
        for (name, members) in members {
            binds.push(seat(config, blocks, name, &members, binds.len(), &mut seats));
        }
        Self {
            binds,
            seats: seats.into_iter().flatten().collect(),
        }
    }

    pub(super) fn bind(&self, block: usize) -> &Bind {
        &self.binds[self.seats[block].bind]
    }

    /// A key that sorts blocks of one bind after what they build on.
    pub(super) fn rank(&self, block: usize) -> usize {
        let seat = &self.seats[block];
        seat.node.map_or(usize::MAX, |node| self.binds[seat.bind].graph.rank(node))
    }

    /// The block of an id in a bind.
    pub(super) fn find(&self, bind: usize, id: &str) -> Option<usize> {
        let bind = &self.binds[bind];
        bind.graph.find(id).map(|node| bind.blocks[node])
    }
}

fn seat(config: &Config, blocks: Blocks<'_>, name: Option<&str>, members: &[usize], bind: usize, seats: &mut [Option<Seat>]) -> Bind {
    let mut of_id: HashMap<&str, usize> = HashMap::with_capacity(members.len());
    for &index in members {
        let revision = blocks.get(index);
        let Some(id) = &revision.block.revision else { continue };
        let first = of_id.entry(&id.text).or_insert(index);
        if revision.place() < blocks.get(*first).place() {
            *first = index;
        }
    }
    let graph = Graph::new(of_id.values().map(|&index| node(blocks.get(index))).collect());
    let of_node: Vec<usize> = graph.nodes().iter().map(|node| of_id[node.id.as_ref()]).collect();
    let mut torn = false;
    for &index in members {
        let block = &blocks.get(index).block;
        let id = block.revision.as_ref().map(|id| id.text.as_str());
        let node = id.filter(|id| of_id[id] == index).and_then(|id| graph.find(id));
        let mut named: Vec<&str> = block.revises.iter().chain(&block.depends_on).map(|id| id.text.as_str()).collect();
        named.sort_unstable();
        named.dedup();
        let edges: Vec<usize> = match node {
            Some(node) => graph.edges(node).map(|node| of_node[node]).collect(),
            None => {
                let ids = block.revises.iter().chain(&block.depends_on);
                ids.filter_map(|id| of_id.get(id.text.as_str()).copied())
                    .filter(|&edge| edge != index)
                    .collect()
            }
        };
        let mut distinct = edges.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let says_parents = block.revises_span.start < block.revises_span.end;
        let lost = distinct.len() < named.len() || !says_parents;
        torn |= lost || node.is_none();
        seats[index] = Some(Seat { bind, node, edges, lost });
    }
    let declared = |get: fn(&Revision) -> Option<&Ident>| {
        let mut declared: HashMap<String, Vec<usize>> = HashMap::new();
        for &block in &of_node {
            if let Some(name) = get(blocks.get(block)) {
                declared.entry(name.text.clone()).or_default().push(block);
            }
        }
        declared
    };
    Bind {
        name: name.map(str::to_owned),
        targets: config.bind(name).unwrap_or(&config.database).engines.clone(),
        labels: declared(|revision| revision.block.label.as_ref()),
        aliases: declared(|revision| revision.block.alias.as_ref()),
        blocks: of_node,
        heads: graph.unlabelled_heads(),
        graph,
        torn,
    }
}

fn node(revision: &Revision) -> Node {
    let texts = |idents: &[Ident]| idents.iter().map(|ident| ident.text.clone().into()).collect();
    let text = |ident: &Option<Ident>| ident.as_ref().map(|ident| ident.text.clone().into());
    Node {
        id: text(&revision.block.revision).unwrap_or_default(),
        parents: texts(&revision.block.revises),
        depends_on: texts(&revision.block.depends_on),
        label: text(&revision.block.label),
        alias: text(&revision.block.alias),
        squashes: texts(&revision.block.squashes),
    }
}
