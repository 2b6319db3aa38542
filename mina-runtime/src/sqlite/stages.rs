//! A pass without a rebuild, stage by stage.

use super::batch::Means;
use super::live::Live;
use super::order::hoisted;
use super::plan::plan;
use super::resolve::{self, Found};
use super::{meaning, native};
use mina_core::sql::sqlite::{Edit, EditKind};

/// What one stage of a pass does.
#[derive(Debug)]
pub(super) enum Stage<'a> {
    /// Runs the statements of an edit, which came from a line.
    Native(u32, Vec<String>),
    /// Edits the stored definition.
    Edited(Vec<&'a Edit>),
}

/// The statements of an SQLite of some version; none where it does not have one for each edit.
pub(super) fn native<'a>(live: &Live, edits: &'a [Edit], version: u32) -> Option<Vec<Stage<'a>>> {
    let mut planned = live.clone();
    let stage = |edit: &'a Edit| {
        let statements = native::statements(&planned, &edit.kind, version)?;
        plan(&mut planned, &[edit]).ok()?;
        Some(Stage::Native(edit.line, statements))
    };
    edits.iter().map(stage).collect()
}

/// Edits of the stored definition, with native statements for what they do not do; none where rows would have to be
/// written anew.
pub(super) fn edited<'a>(live: &Live, edits: &'a [Edit], means: Means) -> Option<Vec<Stage<'a>>> {
    if !means.schema_edits {
        return None;
    }
    let mut planned = live.clone();
    let mut stages = Vec::new();
    let mut edits = hoisted(edits).into_iter().peekable();
    while let Some(edit) = edits.next() {
        if !is_text(&planned, edit) {
            let statements = native::statements(&planned, &edit.kind, means.version)?;
            plan(&mut planned, &[edit]).ok()?;
            stages.push(Stage::Native(edit.line, statements));
            continue;
        }
        let mut group = vec![edit];
        while let Some(next) = edits.next_if(|next| is_text(&planned, next)) {
            group.push(next);
        }
        let before = planned.definition.clone();
        plan(&mut planned, &group).ok()?;
        meaning::proofs(&before, &planned.definition)?;
        stages.push(Stage::Edited(group));
    }
    Some(stages)
}

/// Whether an edit is one of the definition alone.
fn is_text(live: &Live, edit: &Edit) -> bool {
    match &edit.kind {
        EditKind::AlterColumn { using, .. } => using.is_none(),
        EditKind::AddConstraint(_) => true,
        EditKind::DropConstraint(constraint) => !matches!(resolve::constraint(live, constraint), Ok(Some(Found::Index(_)))),
        EditKind::AddColumn { .. }
        | EditKind::DropColumn { .. }
        | EditKind::RenameColumn { .. }
        | EditKind::CreateIndex(_)
        | EditKind::DropIndex(_) => false,
    }
}
