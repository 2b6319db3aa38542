//! `graph`: the revisions as a picture.

use crate::failure::Failure;
use crate::session::Session;
use crate::svg::svg;
use crate::warnings::warn;
use mina_command::source::Drawing;
use mina_command::{Chronicle, Output};
use serde_json::json;
use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

impl Session {
    pub fn graph(&self, kind: Drawing, output: Option<&Path>) -> Result<Output, Failure> {
        let sources = self.project()?.heads();
        let chronicles = self.chronicles(&sources, |graph| Ok(graph.order().to_vec()))?;
        warn(&sources);
        let (drawn, word) = match kind {
            Drawing::Mermaid => (mermaid(&chronicles), "mermaid"),
            Drawing::Svg => (svg(&chronicles), "svg"),
        };
        let Some(path) = output else {
            return Ok(Output {
                json: json!({ "kind": word, "drawing": drawn }),
                text: drawn,
                code: 0,
                ..Output::default()
            });
        };
        std::fs::write(path, drawn).map_err(|error| Failure::Io {
            path: path.to_path_buf(),
            error,
        })?;
        Ok(Output {
            text: match self.options.quiet {
                true => String::new(),
                false => format!("drawn to {}\n", path.display()),
            },
            json: json!({ "kind": word, "file": path }),
            code: 0,
            ..Output::default()
        })
    }
}

/// A flow chart of Mermaid, the newest on top; databases side by side, dependencies dashed.
fn mermaid(chronicles: &[Chronicle]) -> String {
    let mut text = String::from("flowchart BT\n");
    for (bind, chronicle) in chronicles.iter().enumerate() {
        let indent = if chronicles.len() > 1 { "        " } else { "    " };
        if chronicles.len() > 1 {
            let _ = writeln!(text, "    subgraph bind{bind} [\"{}\"]", quoted(chronicle.label()));
        }
        let revisions = chronicle.revisions.iter().enumerate();
        let places: HashMap<&str, usize> = revisions.map(|(at, listed)| (listed.revision.as_str(), at)).collect();
        let place = |id: &String| places.get(id.as_str()).copied();
        for (at, listed) in chronicle.revisions.iter().enumerate() {
            let label = listed.label.iter().map(|label| format!(" ({})", quoted(label)));
            let message = match listed.message.is_empty() {
                true => String::new(),
                false => format!("<br/>{}", quoted(&listed.message)),
            };
            let (label, class) = (label.collect::<String>(), if listed.head { ":::head" } else { "" });
            let _ = writeln!(
                text,
                "{indent}r{bind}_{at}[\"{}{label}{message}\"]{class}",
                quoted(&listed.revision)
            );
        }
        for (at, listed) in chronicle.revisions.iter().enumerate() {
            for parent in listed.parents.iter().filter_map(place) {
                let _ = writeln!(text, "{indent}r{bind}_{parent} --> r{bind}_{at}");
            }
            for other in listed.depends_on.iter().filter_map(place) {
                let _ = writeln!(text, "{indent}r{bind}_{other} -.-> r{bind}_{at}");
            }
        }
        if chronicles.len() > 1 {
            text += "    end\n";
        }
    }
    text += "    classDef head stroke-width:3px\n";
    text
}

/// Text inside the quotes of a label.
fn quoted(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "#quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
