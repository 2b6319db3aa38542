//! `show`, from the sources: the block is checked, and what each engine gets is rendered as for the crate's binary.

use crate::build;
use crate::failure::Failure;
use crate::history::{listed, needs_database};
use crate::session::Session;
use crate::warnings::warn;
use mina_command::show::{Script, show};
use mina_command::{Output, Style};
use mina_core::diagnostic::Diagnostic;
use mina_core::history::History;
use mina_core::sql::{self, unit::Unit};

impl Session {
    pub fn show(&self, target: &str) -> Result<Output, Failure> {
        let project = self.project()?;
        if needs_database(target) {
            return build::call(&project, &self.options);
        }
        let sources = project.sources();
        let history = &sources.history;
        let mut shown = Vec::new();
        let mut unknown = None;
        let graphs = self.graphs(history)?;
        for (bind, graph) in &graphs {
            match graph.resolve(target, &graph.none()) {
                Ok(found) => {
                    for index in found {
                        let block = history.blocks(*bind).get(index).copied();
                        shown.push((
                            listed(history, *bind, graph, index),
                            block.and_then(|block| scripts(history, block)),
                        ));
                    }
                }
                Err(error) => unknown = Some(Failure::Usage(error.to_string())),
            }
        }
        warn(&sources);
        match unknown {
            Some(unknown) if shown.is_empty() => Err(unknown),
            _ => Ok(show(&shown, Style::stdout())),
        }
    }
}

/// What each engine runs for a block; none for one that is refused.
fn scripts(history: &History, index: usize) -> Option<Vec<Script>> {
    if history.diagnostics(index).iter().any(Diagnostic::is_error) {
        return None;
    }
    let revision = &history.revisions[index];
    let rendered = history.checked(index).engines.iter().filter_map(|replayed| {
        let engine = replayed.up.target.engine();
        let units = |trace| -> Vec<Unit> { sql::render(trace, &revision.tokens, revision.block.transaction) };
        sql::renders(engine).then(|| Script {
            engine,
            up: units(&replayed.up),
            down: replayed.down.as_ref().map_or_else(Vec::new, units),
        })
    });
    Some(rendered.collect())
}
