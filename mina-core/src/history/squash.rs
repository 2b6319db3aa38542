//! Several revisions made into one.

use super::layout::Bind;
use super::{History, Revision, Set};
use crate::autogenerate::{self, Request, Side};
use crate::check::Replayed;
use crate::diff::{Renames, compare};
use crate::engine::Target;
use crate::operation::Operation;
use crate::schema::Schema;
use crate::syntax::ast::{Block, Body, Downgrade, EngineRef, Ident, Statement};
use crate::syntax::format::format;
use crate::syntax::{Span, print};
use std::collections::BTreeSet;

/// A range of revisions as one.
#[derive(Clone, Debug)]
pub struct Squash {
    /// The block, which has the id of the last revision.
    pub block: Block,
    /// The text of its file.
    pub text: String,
    /// The blocks that it takes the place of, the last one's included, each after what it builds on.
    pub blocks: Vec<usize>,
    /// What to look at, a sentence each.
    pub notes: Vec<String>,
}

/// Why a range cannot be one revision, and the ways out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unsquashable {
    /// What is in the way.
    pub message: String,
    /// What to do, a line each.
    pub help: Vec<String>,
}

impl Unsquashable {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: Vec::new(),
        }
    }

    fn or(mut self, way: impl Into<String>) -> Self {
        self.help.push(way.into());
        self
    }
}

/// What is being squashed.
struct Range<'a> {
    history: &'a History,
    bind: &'a Bind,
    /// Of the graph, each after what it builds on.
    nodes: Vec<usize>,
    head: Block,
    targets: Vec<Target>,
    start: Vec<Schema>,
    end: Vec<Schema>,
}

impl History {
    /// The revisions of a range of a bind's graph as one, which leaves the same schema on every engine.
    ///
    /// What the range makes itself is made as it is at the end; data steps, and changes of what was there before or holds rows by
    /// then, stay as they are and in their order.
    ///
    /// # Errors
    ///
    /// Something builds on the middle of the range, or it cannot be said in one block.
    pub fn squash(&self, bind: Option<&str>, from: usize, to: usize) -> Result<Squash, Unsquashable> {
        let bind = self.bind_of(bind).ok_or_else(|| Unsquashable::new("there are no revisions"))?;
        let range = Range::new(self, bind, from, to)?;
        let mut squash = match range.written(true) {
            Ok(squash) => squash,
            // Statement by statement it says the same at greater length.
            Err(_) => range.written(false)?,
        };
        squash.notes.extend(range.lost_aliases(&squash.block));
        Ok(squash)
    }
}

impl<'a> Range<'a> {
    fn new(history: &'a History, bind: &'a Bind, from: usize, to: usize) -> Result<Self, Unsquashable> {
        let graph = &bind.graph;
        let inside = graph.with_ancestors([to]).and(&graph.with_descendants([from]));
        if from == to {
            return Err(Unsquashable::new(format!("`{}` is one revision already", graph.id(to))).or("name two ends: `FIRST..LAST`"));
        }
        if inside.is_empty() {
            let message = format!("`{}` does not build on `{}`", graph.id(to), graph.id(from));
            return Err(Unsquashable::new(message).or("the older end stands first: `FIRST..LAST`"));
        }
        let mut nodes: Vec<usize> = inside.iter().collect();
        nodes.sort_by_key(|&node| graph.rank(node));
        check_ends(bind, &inside, from, to)?;
        let mut range = Self {
            history,
            bind,
            nodes,
            head: Block::default(),
            targets: Vec::new(),
            start: Vec::new(),
            end: Vec::new(),
        };
        range.check_blocks()?;
        range.head = range.head(&inside, from, to)?;
        let edges = range.head.revises.iter().chain(&range.head.depends_on);
        let edges = edges.filter_map(|id| graph.find(&id.text)).collect();
        let named = |target: &Target| {
            let engines = &range.head.engines;
            engines.is_empty() || engines.iter().any(|named| named.engine == target.engine())
        };
        let places: Vec<usize> = (0..bind.targets.len()).filter(|&at| named(&bind.targets[at])).collect();
        let (start, end) = (history.union(bind, edges), history.union(bind, vec![to]));
        range.targets = places.iter().map(|&at| bind.targets[at]).collect();
        range.start = places.iter().map(|&at| start[at].clone()).collect();
        range.end = places.iter().map(|&at| end[at].clone()).collect();
        Ok(range)
    }

    fn id(&self, node: usize) -> &str {
        self.bind.graph.id(node)
    }

    fn revision(&self, node: usize) -> &'a Revision {
        &self.history.revisions[self.bind.blocks[node]]
    }

    fn replayed(&self, node: usize, target: Target) -> Option<&Replayed> {
        let engines = &self.history.checked(self.bind.blocks[node]).engines;
        engines.iter().find(|replayed| replayed.up.target == target)
    }

    fn check_blocks(&self) -> Result<(), Unsquashable> {
        for &node in &self.nodes {
            let found = self.history.diagnostics(self.bind.blocks[node]);
            if let Some(error) = found.iter().find(|found| found.is_error()) {
                let message = format!("`{}` is refused by the checker as it is: {}", self.id(node), error.message);
                return Err(Unsquashable::new(message).or("correct it first; `mina check` says where"));
            }
            if self.revision(node).block.transaction == Some(false) {
                let message = format!(
                    "`{}` says `transaction = false`, which would hold for all that is squashed with it",
                    self.id(node)
                );
                return Err(Unsquashable::new(message).or("squash what comes before it and what comes after it, each by itself"));
            }
        }
        Ok(())
    }

    /// The head of the block.
    fn head(&self, inside: &Set, from: usize, to: usize) -> Result<Block, Unsquashable> {
        let graph = &self.bind.graph;
        let block = |node: usize| &self.revision(node).block;
        let last = block(to);
        let labels: Vec<&Ident> = self.nodes.iter().filter_map(|&node| block(node).label.as_ref()).collect();
        if let [one, other, ..] = labels[..] {
            let message = format!("the range declares two labels, `{}` and `{}`", one.text, other.text);
            return Err(Unsquashable::new(message).or("a revision declares one: end the range before the second"));
        }
        let names = |engines: &[EngineRef]| engines.iter().map(|engine| engine.engine).collect::<BTreeSet<_>>();
        let same = self.nodes.iter().all(|&node| names(&block(node).engines) == names(&last.engines));
        let below = graph.with_ancestors(graph.parents(from).iter().copied());
        let outside = self.nodes.iter().flat_map(|&node| graph.depends_on(node).iter().copied());
        let outside = graph.set(outside.filter(|&node| !inside.contains(node) && !below.contains(node)));
        let mut squashed = BTreeSet::new();
        for &node in &self.nodes {
            squashed.extend(block(node).squashes.iter().map(|id| id.text.clone()));
            squashed.insert(self.id(node).to_owned());
        }
        squashed.remove(self.id(to));
        let mut allow = Vec::new();
        for lint in self.nodes.iter().flat_map(|&node| &block(node).allow) {
            if !allow.iter().any(|other: &crate::syntax::ast::LintRef| other.lint == lint.lint) {
                allow.push(lint.clone());
            }
        }
        let each = self
            .nodes
            .iter()
            .map(|&node| format!("{} {}", self.id(node), block(node).message()));
        Ok(Block {
            engines: if same { last.engines.clone() } else { Vec::new() },
            doc: format!(
                "Squash {} to {}\n\n{}",
                self.id(from),
                self.id(to),
                each.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
            ),
            allow,
            revision: last.revision.clone(),
            revises: block(from).revises.clone(),
            depends_on: outside.iter().map(|node| ident(graph.id(node))).collect(),
            label: labels.first().copied().cloned(),
            alias: last.alias.clone(),
            squashes: squashed.iter().map(|id| ident(id)).collect(),
            bind: last.bind.clone(),
            ..Block::default()
        })
    }

    fn lost_aliases(&self, block: &Block) -> Vec<String> {
        let aliases = self
            .nodes
            .iter()
            .filter_map(|&node| Some((node, self.revision(node).block.alias.as_ref()?)));
        let lost = aliases.filter(|(_, alias)| block.alias.as_ref().is_none_or(|kept| kept.text != alias.text));
        lost.map(|(node, alias)| format!("the alias `{}` of `{}` is no more", alias.text, self.id(node)))
            .collect()
    }

    /// The whole block, held to the checker and to the schema that the range leaves.
    fn written(&self, folds: bool) -> Result<Squash, Unsquashable> {
        let mut notes = Vec::new();
        let upgrade = self.upgrade(folds);
        let downgrade = self.downgrade(folds, &mut notes)?;
        let block = Block {
            upgrade: body(upgrade),
            downgrade,
            ..self.head.clone()
        };
        let parents: Vec<(Target, Schema)> = self.targets.iter().copied().zip(self.start.iter().cloned()).collect();
        let draft = autogenerate::settled(
            autogenerate::Draft {
                block,
                ..autogenerate::Draft::default()
            },
            &self.history.config,
            &parents,
        );
        if let Some(why) = draft.left.first() {
            let last = self.nodes.last().map_or("", |&node| self.id(node));
            let message = format!("as one revision the range is refused by the checker: {why}");
            return Err(Unsquashable::new(message).or(format!("squash a shorter range; what is said is said of `{last}`")));
        }
        notes.extend(draft.review);
        let text = format!("mina::migration! {{\n{}\n}}\n", print::print(&draft.block));
        let text = format(&text).map(|formatted| formatted.text).unwrap_or(text);
        self.prove(&text, &parents)?;
        Ok(Squash {
            block: draft.block,
            text,
            blocks: self.nodes.iter().map(|&node| self.bind.blocks[node]).collect(),
            notes,
        })
    }

    /// Folds the text as it will be read, and compares what it leaves with what the range leaves.
    fn prove(&self, text: &str, parents: &[(Target, Schema)]) -> Result<(), Unsquashable> {
        let unread = |why: String| Unsquashable::new(format!("what was written cannot be read again: {why}"));
        let revisions = Revision::all_in(text, "").map_err(|error| unread(error.message))?;
        let [revision] = &revisions[..] else {
            return Err(unread("it is no single migration".to_owned()));
        };
        let checked = crate::check::check(&crate::check::Subject {
            block: &revision.block,
            tokens: &revision.tokens,
            file: "",
            config: &self.history.config,
            parents,
            released: None,
        });
        for (target, end) in self.targets.iter().zip(&self.end) {
            let replayed = checked.engines.iter().find(|replayed| replayed.up.target == *target);
            let differences = replayed.map_or_else(Vec::new, |replayed| compare(end, &replayed.up.end));
            if replayed.is_none() || !differences.is_empty() || replayed.is_some_and(|replayed| replayed.up.end.taint.all) {
                let message = format!("as one revision the range would leave another schema on {target}");
                return Err(Unsquashable::new(message).or("squash a shorter range"));
            }
        }
        Ok(())
    }

    fn upgrade(&self, folds: bool) -> Vec<Statement> {
        let mut walk = Walk {
            range: self,
            folds,
            begun: self.start.clone(),
            running: self.start.clone(),
            open: Vec::new(),
            written: Vec::new(),
        };
        for &node in &self.nodes {
            walk.block(node);
        }
        walk.flush();
        walk.written
    }

    fn downgrade(&self, folds: bool, notes: &mut Vec<String>) -> Result<Downgrade, Unsquashable> {
        for &node in self.nodes.iter().rev() {
            if let Downgrade::Irreversible { why, span } = &self.revision(node).block.downgrade {
                let id = self.id(node);
                notes.push(format!("`{id}` is irreversible, and so is all that is squashed with it"));
                return Ok(Downgrade::Irreversible {
                    why: format!("{id}: {why}"),
                    span: *span,
                });
            }
        }
        if folds && self.nodes.iter().all(|&node| self.is_new(node)) {
            let draft = self.draft(&self.start, &self.end);
            if draft.left.is_empty() {
                return Ok(draft.block.downgrade);
            }
        }
        let mut statements = Vec::new();
        for &node in self.nodes.iter().rev() {
            match &self.revision(node).block.downgrade {
                Downgrade::Body(body) => statements.extend(body.statements.iter().map(|statement| self.placed(statement, node))),
                _ => statements.extend(self.derived(node)?),
            }
        }
        Ok(Downgrade::Body(body(statements)))
    }

    /// The way back of a block that says `downgrade = auto`.
    fn derived(&self, node: usize) -> Result<Vec<Statement>, Unsquashable> {
        let mut sides = (Vec::new(), Vec::new());
        for &target in &self.targets {
            let Some(replayed) = self.replayed(node, target) else {
                let same = self.history.union(self.bind, vec![node]);
                let at = self.bind.targets.iter().position(|other| *other == target).unwrap_or_default();
                sides.0.push(same[at].clone());
                sides.1.push(same[at].clone());
                continue;
            };
            let mut operations = replayed.up.steps.iter().flat_map(|step| &step.operations);
            if operations.any(|resolved| is_data(&resolved.operation)) {
                let message = format!(
                    "`{}` says `downgrade = auto`, and what undoes its data steps is not written down",
                    self.id(node)
                );
                return Err(Unsquashable::new(message).or("write its downgrade out first: `downgrade { … }`"));
            }
            sides.0.push(replayed.up.start.clone());
            sides.1.push(replayed.up.end.clone());
        }
        let draft = self.draft(&sides.0, &sides.1);
        match (draft.left.first(), draft.block.downgrade) {
            (None, Downgrade::Body(body)) => Ok(body.statements),
            (why, _) => {
                let why = why.map_or("", String::as_str);
                let message = format!(
                    "`{}` says `downgrade = auto`, which cannot be written down here: {why}",
                    self.id(node)
                );
                Err(Unsquashable::new(message).or("write its downgrade out first: `downgrade { … }`"))
            }
        }
    }

    /// Whether all that a block does is gone with what the range makes.
    fn is_new(&self, node: usize) -> bool {
        self.targets.iter().zip(&self.start).all(|(target, start)| {
            let steps = self.replayed(node, *target).map_or(&[][..], |replayed| &replayed.up.steps);
            let mut operations = steps.iter().flat_map(|step| &step.operations);
            operations.all(|resolved| is_about_new(&resolved.operation, start) || is_in_new(&resolved.operation, start))
        })
    }

    fn draft(&self, have: &[Schema], want: &[Schema]) -> autogenerate::Draft {
        let pairs = self.targets.iter().zip(have).zip(want);
        let sides: Vec<Side> = pairs
            .map(|((target, have), want)| Side {
                target: *target,
                have: have.clone(),
                want: want.clone(),
            })
            .collect();
        autogenerate::draft(&Request {
            config: &self.history.config,
            sides: &sides,
            renames: &Renames::default(),
            head: &self.head,
        })
    }

    /// A statement as it stands in the one block, for the engines that its own was for.
    fn placed(&self, statement: &Statement, node: usize) -> Statement {
        let mut statement = statement.clone();
        let engines = &self.revision(node).block.engines;
        if statement.on.is_empty() && self.head.engines.is_empty() {
            statement.on.clone_from(engines);
        }
        statement
    }
}

/// Refuses what builds on the middle of a range, and what its middle builds on besides.
fn check_ends(bind: &Bind, inside: &Set, from: usize, to: usize) -> Result<(), Unsquashable> {
    let graph = &bind.graph;
    for node in inside.iter() {
        let out = graph.edges_up(node).find(|&above| node != to && !inside.contains(above));
        if let Some(above) = out {
            let (id, above) = (graph.id(node), graph.id(above));
            let message = format!("`{above}` builds on `{id}`, in the middle of the range");
            return Err(Unsquashable::new(message).or(format!(
                "end the range at `{id}`, or begin one after it; or bring `{above}` to its end: `mina rebase {above} --onto {}`",
                graph.id(to)
            )));
        }
        let besides = graph.parents(node).iter().find(|&&below| node != from && !inside.contains(below));
        if let Some(&below) = besides {
            let (id, below) = (graph.id(node), graph.id(below));
            let message = format!("`{id}` joins `{below}`, which is not of the range");
            return Err(Unsquashable::new(message).or(format!("begin the range after `{id}`, or before the two branches part")));
        }
    }
    Ok(())
}

/// The upgrade, while the range is walked along.
struct Walk<'r, 'a> {
    range: &'r Range<'a>,
    folds: bool,
    /// The schemas that the open statements began with.
    begun: Vec<Schema>,
    running: Vec<Schema>,
    open: Vec<Statement>,
    written: Vec<Statement>,
}

impl Walk<'_, '_> {
    fn block(&mut self, node: usize) {
        let statements = &self.range.revision(node).block.upgrade.statements;
        for (at, statement) in statements.iter().enumerate() {
            let placed = self.range.placed(statement, node);
            if !self.folds || !self.is_about_new(node, at) {
                self.flush();
                self.apply(node, at);
                self.begun.clone_from(&self.running);
                self.written.push(placed);
            } else {
                self.open.push(placed);
                self.apply(node, at);
            }
        }
    }

    fn is_about_new(&self, node: usize, statement: usize) -> bool {
        self.range.targets.iter().zip(&self.begun).all(|(target, begun)| {
            let steps = self.range.replayed(node, *target).map_or(&[][..], |replayed| &replayed.up.steps);
            let steps = steps.iter().filter(|step| step.statement == statement);
            let mut operations = steps.flat_map(|step| &step.operations);
            operations.all(|resolved| is_about_new(&resolved.operation, begun))
        })
    }

    fn apply(&mut self, node: usize, statement: usize) {
        for (target, running) in self.range.targets.iter().zip(&mut self.running) {
            let steps = self.range.replayed(node, *target).map_or(&[][..], |replayed| &replayed.up.steps);
            let steps = steps.iter().filter(|step| step.statement == statement);
            let operations = steps.flat_map(|step| &step.operations);
            operations.for_each(|resolved| resolved.operation.apply(running));
        }
    }

    /// Writes what the open statements come to.
    fn flush(&mut self) {
        let open = std::mem::take(&mut self.open);
        if open.len() < 2 {
            self.written.extend(open);
        } else {
            let draft = self.range.draft(&self.begun, &self.running);
            match draft.left.is_empty() {
                true => self.written.extend(draft.block.upgrade.statements),
                false => self.written.extend(open),
            }
        }
        self.begun.clone_from(&self.running);
    }
}

/// Whether an operation makes or changes only what a schema does not have: no row of that is lost or cast where only the end counts.
fn is_about_new(operation: &Operation, schema: &Schema) -> bool {
    let is_new = |name| schema.table(name).is_none();
    match operation {
        Operation::CreateTable(table) | Operation::DropTable(table) => is_new(&table.name),
        Operation::RenameTable { from, to, .. } => is_new(from) && is_new(to),
        Operation::CommentOnTable { table, .. } => is_new(table),
        Operation::CreateEnum(before) | Operation::DropEnum(before) | Operation::AlterEnum { before, .. } => {
            schema.enums().get(&before.name).is_none()
        }
        Operation::CreateView(view) | Operation::DropView(view) => schema.views().get(&view.name).is_none(),
        Operation::CreateTrigger(trigger) | Operation::DropTrigger(trigger) => is_new(&trigger.table),
        operation => operation.changed_table().is_some_and(is_new),
    }
}

/// Whether an operation is about rows of a table that a schema does not have.
fn is_in_new(operation: &Operation, schema: &Schema) -> bool {
    match operation {
        Operation::Update { table, .. }
        | Operation::Delete { table, .. }
        | Operation::BulkInsert { table, .. }
        | Operation::BulkDelete { table, .. }
        | Operation::Backfill { table, .. } => schema.table(table).is_none(),
        _ => false,
    }
}

fn is_data(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::Execute { .. }
            | Operation::Update { .. }
            | Operation::Delete { .. }
            | Operation::BulkInsert { .. }
            | Operation::BulkDelete { .. }
            | Operation::Run { .. }
            | Operation::Backfill { .. }
    )
}

fn body(statements: Vec<Statement>) -> Body {
    Body {
        statements,
        span: Span::default(),
    }
}

fn ident(text: &str) -> Ident {
    Ident {
        text: text.to_owned(),
        span: Span::default(),
    }
}

#[cfg(test)]
mod tests;
