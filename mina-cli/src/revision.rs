//! `revision`: a new migration.

use crate::editor::Editor;
use crate::failure::Failure;
use crate::fresh::{Fresh, check_splice};
use crate::ground::{Ground, listed, resolve, resolve_one};
use crate::hook;
use crate::merge;
use crate::session::Session;
use mina_command::Output;
use mina_command::source::Revision;

impl Session {
    pub fn revision(&self, wanted: Revision) -> Result<Output, Failure> {
        if wanted.from_db || !wanted.rename.is_empty() {
            let failure = Failure::usage("`--rename` and `--from-db` are about models, and `revision` writes an empty migration");
            return Err(failure.or("`mina migrate` writes what the models ask for"));
        }
        let ground = Ground::read(self.project()?)?;
        hook::check(&ground.project)?;
        self.new_migration(&ground, wanted, None, &[])
    }

    /// Writes a migration, an empty one where nothing is known of what it does.
    pub fn new_migration(
        &self,
        ground: &Ground,
        wanted: Revision,
        body: Option<(String, String)>,
        notes: &[String],
    ) -> Result<Output, Failure> {
        let editor = wanted.edit.then(Editor::find).transpose()?;
        let bind = ground.bind(&self.options, &[&wanted.head])?;
        let graph = ground.graph(bind.as_deref());
        let parents = resolve(graph, &wanted.head, "--head ")?;
        check_splice(graph, &parents, wanted.splice)?;
        if parents.len() > 1 {
            merge::check(ground, bind.as_deref(), &parents)?;
        }
        let mut depends_on = Vec::new();
        let mut warnings = notes.to_vec();
        let below = graph.with_ancestors(parents.iter().copied());
        for target in &wanted.depends_on {
            let dependency = resolve_one(graph, target, "--depends-on ")?;
            if below.contains(dependency) {
                let above = listed(graph, &parents);
                warnings.push(format!(
                    "{above} builds on `{}` already: it is not named again",
                    graph.id(dependency)
                ));
            } else if !depends_on.contains(&dependency) {
                depends_on.push(dependency);
            }
        }
        let fresh = Fresh {
            message: wanted.message.or(wanted.option).unwrap_or_default(),
            parents,
            depends_on,
            label: wanted.branch_label,
            revision: wanted.rev_id,
            folder: wanted.version_path,
            is_merge: false,
            body,
            bind,
        };
        let mut draft = fresh.draft(ground)?;
        draft.warnings.extend(warnings);
        let path = draft.path.clone();
        let output = draft.write(ground, &self.options)?;
        match editor {
            Some(editor) => self.edit_file(&editor, &path, output),
            None => Ok(output),
        }
    }
}
