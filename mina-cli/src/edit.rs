//! `edit`: a migration in the editor, and what the checker says of it after that.

use crate::applied::applied;
use crate::editor::Editor;
use crate::failure::Failure;
use crate::finding::Findings;
use crate::fresh::from_here;
use crate::ground::{Ground, resolve_one};
use crate::report::report;
use crate::session::Session;
use mina_command::Output;
use mina_source::shown;
use serde_json::json;
use std::path::Path;

impl Session {
    pub fn edit(&self, target: &str) -> Result<Output, Failure> {
        let ground = Ground::read_in_part(self.project()?)?;
        let bind = ground.bind(&self.options, &[target])?;
        let graph = ground.graph(bind.as_deref());
        let revision = match target.trim() {
            "current" => {
                let applied = applied(&ground, &self.options, bind.as_deref())?;
                match graph.heads_of(&graph.known(applied.iter().map(String::as_str)).0)[..] {
                    [one] => one,
                    [] => return Err(Failure::usage("nothing is applied, so there is no `current` to edit")),
                    ref several => {
                        let ids: Vec<&str> = several.iter().map(|&revision| graph.id(revision)).collect();
                        return Err(Failure::usage(format!(
                            "several revisions are current: {}; name one",
                            ids.join(", ")
                        )));
                    }
                }
            }
            _ => resolve_one(graph, target, "").map_err(|failure| {
                let faults = ground.sources.faults.iter();
                faults.fold(failure, |failure, fault| failure.or(format!("not every file can be read: {fault}")))
            })?,
        };
        let path = ground.block(bind.as_deref(), revision).and_then(|block| ground.path(block));
        let Some(path) = path.map(Path::to_path_buf) else {
            return Err(Failure::failed(format!("the file of `{target}` is not known")));
        };
        let editor = Editor::find()?;
        let output = Output {
            text: format!("{}\n", from_here(&path)),
            json: json!({ "file": from_here(&path), "revision": graph.id(revision) }),
            code: 0,
            ..Output::default()
        };
        self.edit_file(&editor, &path, output)
    }

    /// Opens a migration, and says what the checker has against it then.
    pub fn edit_file(&self, editor: &Editor, path: &Path, mut output: Output) -> Result<Output, Failure> {
        editor.open(path)?;
        let project = self.project()?;
        let sources = project.sources();
        let name = shown(Some(&project.root), path);
        let mut findings = Findings::new(&sources);
        findings.refuse(&project, &sources);
        let own = sources.history.revisions.iter().enumerate();
        for (index, _) in own.filter(|(_, revision)| revision.file == name) {
            findings.add(&sources, index, sources.history.diagnostics(index));
        }
        findings.sort();
        let report = report(&findings, self.options.format, self.options.quiet);
        output.text += &report.text;
        output.json["diagnostics"] = report.json;
        output.code = report.code;
        Ok(output)
    }
}
