//! One revision: where it stands, and what each engine runs for it.

use crate::listing::{Listed, details, line};
use crate::statements::statements;
use crate::{Output, Style};
use mina_core::engine::Engine;
use mina_core::sql::unit::Unit;
use serde_json::{Value, json};

/// What an engine runs for a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The engine.
    pub engine: Engine,
    /// The upgrade.
    pub up: Vec<Unit>,
    /// The downgrade.
    pub down: Vec<Unit>,
}

/// Revisions with their scripts; none for one that is refused.
pub fn show(shown: &[(Listed, Option<Vec<Script>>)], style: Style) -> Output {
    let mut output = Output::default();
    let mut found = Vec::new();
    for (listed, scripts) in shown {
        output.text += &line(listed, style);
        output.text += &details(listed);
        let mut value = json!(listed);
        match scripts {
            Some(scripts) => {
                output.text += &directions(listed, scripts, style);
                value["engines"] = engines(scripts);
            }
            None => output.text += "it is refused, so it runs nothing: `check` says why\n",
        }
        found.push(value);
    }
    output.json = json!({ "revisions": found });
    output
}

fn directions(listed: &Listed, scripts: &[Script], style: Style) -> String {
    let mut text = String::new();
    for word in ["upgrade", "downgrade"] {
        if let (Some(why), "downgrade") = (&listed.irreversible, word) {
            text += &format!("downgrade:\n  irreversible: {why}\n");
            continue;
        }
        for script in scripts {
            let on = match scripts.len() {
                1 => String::new(),
                _ => format!(" on {}", script.engine),
            };
            text += &format!("{word}{on}:\n");
            text += &statements(
                if word == "upgrade" { &script.up } else { &script.down },
                0,
                &listed.file,
                None,
                style,
            );
        }
    }
    text
}

fn engines(scripts: &[Script]) -> Value {
    let one = |script: &Script| json!({ "engine": script.engine.name(), "upgrade": script.up, "downgrade": script.down });
    Value::Array(scripts.iter().map(one).collect())
}
