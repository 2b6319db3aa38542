use super::History;
use super::fold::in_force;
use super::layout::Blocks;
use crate::diagnostic::Diagnostic;
use crate::engine::Target;
use crate::operation::{Context, replay_end};
use crate::schema::Schema;

/// What a block leaves, its upgrade replayed and nothing else looked at.
#[derive(Debug)]
pub(super) struct End {
    /// On each engine of the bind.
    pub(super) after: Vec<Schema>,
    is_refused: bool,
}

impl History {
    /// Whether the upgrades of all blocks can be replayed one after the other, as far as trust in them tells; where revisions
    /// stand side by side, what they do to each other is to be [checked](Self::diagnostics).
    pub fn can_be_trusted(&self) -> bool {
        let is_plain = |index: usize| {
            let is_linear = self.layout().bind(index).graph.is_linear();
            is_linear && !self.outline(index).iter().any(Diagnostic::is_error) && !self.end(index).is_refused
        };
        self.trusted && (0..self.revisions.len()).all(is_plain)
    }

    /// What a block leaves on each engine of its bind.
    pub(super) fn after(&self, index: usize) -> &[Schema] {
        match self.folds[index].get() {
            None if self.trusted => &self.end(index).after,
            _ => &self.folded(index).after,
        }
    }

    fn end(&self, index: usize) -> &End {
        let is_known = |block: usize| self.ends[block].get().is_some();
        for block in self.ancestors_first(index, is_known) {
            self.ends[block].get_or_init(|| self.replayed(block));
        }
        self.ends[index].get_or_init(|| self.replayed(index))
    }

    fn replayed(&self, index: usize) -> End {
        let layout = self.layout();
        let targets = &layout.bind(index).targets;
        let revision = Blocks::new(&self.revisions).get(index);
        let mut after = self.start(layout, index);
        let named: Vec<Target> = in_force(revision, targets).collect();
        let mut is_refused = false;
        for (target, schema) in targets.iter().zip(&mut after).filter(|(target, _)| named.contains(target)) {
            let cx = Context {
                target: *target,
                targets: &named,
                config: &self.config,
                block: &revision.block,
                tokens: &revision.tokens,
                file: &revision.file,
                downgrade: false,
            };
            let (end, diagnostics) = replay_end(std::mem::take(schema), &revision.block.upgrade, &cx);
            *schema = end;
            is_refused |= diagnostics.iter().any(Diagnostic::is_error);
        }
        End { after, is_refused }
    }
}
