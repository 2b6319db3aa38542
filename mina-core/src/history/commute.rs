use super::footprint::{Resource, Touch, footprint};
use super::layout::{Bind, Blocks, Layout};
use super::{History, Revision};
use crate::check::Checked;
use crate::diagnostic::{Code, Diagnostic};
use std::collections::{BTreeMap, HashMap};

/// Past so many, more conflicts of one block say nothing new.
const ENOUGH: usize = 3;

impl History {
    /// The earlier revisions with which a block does not commute (M107).
    ///
    /// Where every two revisions are comparable nothing is replayed for it.
    pub(super) fn conflicts(&self, index: usize) -> &[Diagnostic] {
        let all = self.conflicts.get_or_init(|| {
            let mut found = vec![Vec::new(); self.revisions.len()];
            for bind in &self.layout().binds {
                self.find_conflicts(bind, &mut found);
            }
            found
        });
        &all[index]
    }

    fn find_conflicts(&self, bind: &Bind, found: &mut [Vec<Diagnostic>]) {
        let graph = &bind.graph;
        if graph.is_linear() {
            return;
        }
        let prints: Vec<Vec<Touch>> = bind.blocks.iter().map(|&block| footprint(self.checked(block))).collect();
        let mut touched: HashMap<&Resource, (Vec<Place>, Vec<Place>)> = HashMap::new();
        for (node, touches) in prints.iter().enumerate() {
            for (at, touch) in touches.iter().enumerate() {
                let (writers, readers) = touched.entry(&touch.resource).or_default();
                let list = if touch.writes { writers } else { readers };
                list.push(Place { node, at });
            }
        }
        let mut conflicts: BTreeMap<(usize, usize), (usize, usize)> = BTreeMap::new();
        for (resource, (writers, readers)) in &touched {
            for (position, writer) in writers.iter().enumerate() {
                let shared = writers[position + 1..].iter().filter(|_| resource.is_exclusive());
                for other in shared.chain(readers) {
                    if graph.incomparable(writer.node, other.node) {
                        let (later, earlier) = if writer.node > other.node {
                            (writer, other)
                        } else {
                            (other, writer)
                        };
                        let places = conflicts.entry((later.node, earlier.node)).or_insert((later.at, earlier.at));
                        *places = (*places).min((later.at, earlier.at));
                    }
                }
            }
        }
        for ((later, earlier), (at, other_at)) in conflicts {
            let block = bind.blocks[later];
            if found[block].len() < ENOUGH {
                let (mine, theirs) = (&prints[later][at], &prints[earlier][other_at]);
                let (here, there) = (&self.revisions[block], &self.revisions[bind.blocks[earlier]]);
                found[block].push(conflict(here, mine, there, theirs));
            }
        }
    }

    /// The same for a block that is not in the history: against every revision that it is not comparable with.
    pub(super) fn conflicts_of_guest(&self, layout: &Layout, blocks: Blocks<'_>, index: usize, checked: &Checked) -> Vec<Diagnostic> {
        let bind = layout.bind(index);
        let Some(own) = layout.seats[index].node.filter(|_| !bind.graph.is_linear()) else {
            return Vec::new();
        };
        let mine = footprint(checked);
        let mut found = Vec::new();
        let others = (0..bind.graph.len()).filter(|&node| bind.graph.incomparable(own, node));
        for block in others.map(|node| bind.blocks[node]) {
            let theirs = footprint(self.checked(block));
            let clash = mine.iter().find_map(|mine| {
                let theirs = theirs
                    .iter()
                    .find(|theirs| theirs.resource == mine.resource && mine.hinders(theirs))?;
                Some((mine, theirs))
            });
            if let Some((mine, theirs)) = clash
                && found.len() < ENOUGH
            {
                found.push(conflict(blocks.get(index), mine, blocks.get(block), theirs));
            }
        }
        found
    }
}

/// A touch among those of a revision.
struct Place {
    node: usize,
    at: usize,
}

fn conflict(here: &Revision, mine: &Touch, there: &Revision, theirs: &Touch) -> Diagnostic {
    let id = |revision: &Revision| revision.block.revision.as_ref().map_or_else(String::new, |id| id.text.clone());
    let (own, other) = (id(here), id(there));
    let resource = &mine.resource;
    let did = |touch: &Touch| match (touch.writes, &touch.resource) {
        (true, Resource::Rows(_)) => "writes",
        (true, Resource::Name(_)) => "takes or frees",
        (true, Resource::Rebuilt(_)) => "rebuilds",
        (false, Resource::Rebuilt(_)) => "makes or drops a foreign key to",
        (true, Resource::InUse(_)) => "decides",
        (false, Resource::InUse(_)) => "relies on",
        (true, _) => touch.verb,
        (false, _) => "uses",
    };
    let others = match (did(mine), did(theirs)) {
        (mine, theirs) if mine == theirs => "and so does the other".to_owned(),
        (_, theirs) => format!("the other {theirs} it"),
    };
    let message = format!(
        "revisions `{own}` and `{other}` do not commute: this one {} {resource}, {others}",
        did(mine)
    );
    let at = there.place_of_span(theirs.span);
    Diagnostic::error(Code::M107, mine.span, message)
        .help(format!(
            "the other is in {at}; neither builds on the other, so a database may run them in either order"
        ))
        .help(format!("let this one build on it: `depends_on = [\"{other}\"];`"))
}
