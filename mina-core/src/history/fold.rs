use super::layout::{Bind, Blocks, Layout};
use super::{History, Revision};
use crate::check::{Checked, Released, Subject, check};
use crate::config::Config;
use crate::engine::Target;
use crate::schema::Schema;

/// A block, replayed on what its ancestors leave.
#[derive(Debug)]
pub(super) struct Folded {
    /// On each engine of the bind.
    before: Vec<Schema>,
    pub(super) after: Vec<Schema>,
    pub(super) checked: Checked,
}

impl Folded {
    fn new(config: &Config, revision: &Revision, targets: &[Target], before: Vec<Schema>, released: Option<&Released>) -> Self {
        let parents = with_schemas(revision, targets, &before);
        let checked = check(&Subject {
            block: &revision.block,
            tokens: &revision.tokens,
            file: &revision.file,
            config,
            parents: &parents,
            released,
        });
        let mut replayed = checked.engines.iter().peekable();
        let after = targets.iter().zip(&before).map(|(target, before)| {
            let here = replayed.next_if(|replayed| replayed.up.target == *target);
            here.map_or_else(|| before.clone(), |replayed| replayed.up.end.clone())
        });
        Self {
            after: after.collect(),
            before,
            checked,
        }
    }

    /// What the block did to one engine's schema, done to another: the two have gone different ways and commute.
    pub(super) fn redo(&self, target: Target, position: usize, schema: &mut Schema) {
        if let Some(replayed) = self.checked.engines.iter().find(|replayed| replayed.up.target == target) {
            let operations = replayed.up.steps.iter().flat_map(|step| &step.operations);
            operations.for_each(|resolved| resolved.operation.apply(schema));
        }
        let taint = &self.after[position].taint;
        schema.taint.all |= taint.all;
        taint.words.iter().for_each(|word| schema.taint.add(word));
        let unseen = &self.after[position].unseen;
        schema.unseen.all |= unseen.all;
        unseen.words.iter().for_each(|word| schema.unseen.add(word));
    }

    pub(super) fn in_force(&self, revision: &Revision, targets: &[Target]) -> Vec<(Target, Schema)> {
        with_schemas(revision, targets, &self.before)
    }
}

fn with_schemas(revision: &Revision, targets: &[Target], schemas: &[Schema]) -> Vec<(Target, Schema)> {
    let pairs = targets.iter().copied().zip(schemas.iter().cloned());
    pairs.filter(|(target, _)| is_for(revision, *target)).collect()
}

/// The engines that a block is for.
pub(super) fn in_force(revision: &Revision, targets: &[Target]) -> impl Iterator<Item = Target> {
    targets.iter().copied().filter(|target| is_for(revision, *target))
}

fn is_for(revision: &Revision, target: Target) -> bool {
    let engines = &revision.block.engines;
    engines.is_empty() || engines.iter().any(|named| named.engine == target.engine())
}

impl History {
    pub(super) fn folded(&self, index: usize) -> &Folded {
        let fold = |block: usize| self.fold(self.layout(), Blocks::new(&self.revisions), block);
        // What a block builds on that is trusted need not be checked for it.
        if !self.trusted {
            for block in self.ancestors_first(index, |block| self.folds[block].get().is_some()) {
                self.folds[block].get_or_init(|| fold(block));
            }
        }
        self.folds[index].get_or_init(|| fold(index))
    }

    /// A block and what it builds on, as far as it is not done: ancestors one after the other, so that a long history costs
    /// no stack.
    pub(super) fn ancestors_first(&self, index: usize, is_done: impl Fn(usize) -> bool) -> Vec<usize> {
        if is_done(index) {
            return Vec::new();
        }
        let layout = self.layout();
        let mut wanted = Vec::new();
        let mut seen = vec![false; self.revisions.len()];
        let mut open = vec![index];
        while let Some(block) = open.pop() {
            if !seen[block] && !is_done(block) {
                seen[block] = true;
                wanted.push(block);
                open.extend(&layout.seats[block].edges);
            }
        }
        wanted.sort_by_key(|&block| layout.rank(block));
        wanted
    }

    pub(super) fn fold(&self, layout: &Layout, blocks: Blocks<'_>, index: usize) -> Folded {
        let targets = &layout.bind(index).targets;
        let released = self.released(layout, index);
        Folded::new(&self.config, blocks.get(index), targets, self.start(layout, index), released)
    }

    pub(super) fn start(&self, layout: &Layout, index: usize) -> Vec<Schema> {
        let seat = &layout.seats[index];
        let bind = &layout.binds[seat.bind];
        let nodes = seat.edges.iter().filter_map(|&edge| layout.seats[edge].node).collect();
        let mut schemas = self.union(bind, nodes);
        if seat.lost {
            schemas.iter_mut().for_each(|schema| schema.taint.all = true);
        }
        schemas
    }

    /// What some revisions and their ancestors leave: the schema after one of them, and what the others' ancestors do
    /// besides, in the order of their ids.
    pub(super) fn union(&self, bind: &Bind, nodes: Vec<usize>) -> Vec<Schema> {
        let graph = &bind.graph;
        let after = |node: usize| self.after(bind.blocks[node]).to_vec();
        let below = |node: usize| graph.with_ancestors([node]);
        let furthest = match nodes[..] {
            [] => return vec![Schema::default(); bind.targets.len()],
            [one] => return after(one),
            _ => nodes
                .iter()
                .rev()
                .map(|&node| (node, below(node)))
                .max_by_key(|(_, below)| below.len()),
        };
        let Some((first, below)) = furthest else { return Vec::new() };
        let mut schemas = after(first);
        let mut rest: Vec<usize> = graph.with_ancestors(nodes).without(&below).iter().collect();
        rest.sort_by_key(|&node| graph.rank(node));
        for node in rest {
            let folded = self.folded(bind.blocks[node]);
            for (position, (target, schema)) in bind.targets.iter().zip(&mut schemas).enumerate() {
                folded.redo(*target, position, schema);
            }
        }
        schemas
    }
}
