//! How revisions are listed.

use crate::Style;
use serde::Serialize;

/// A revision in a listing: what both programs print of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its id.
    pub revision: String,
    /// The first line of what it says of itself.
    pub message: String,
    /// The lines after it.
    pub description: String,
    /// Its file; empty where unknown.
    pub file: String,
    /// The revisions it revises.
    pub parents: Vec<String>,
    /// The revisions that have to be applied before it besides.
    pub depends_on: Vec<String>,
    /// The revisions that revise it.
    pub children: Vec<String>,
    /// The label of the branch that begins here.
    pub label: Option<String>,
    /// The id it had in another tool.
    pub alias: Option<String>,
    /// Why it has no downgrade.
    pub irreversible: Option<String>,
    /// Whether none revises it.
    pub head: bool,
    /// Whether several revise it.
    pub branch_point: bool,
    /// Whether it revises several.
    pub merge: bool,
    /// Whether a revision of another branch depends on it.
    pub depended_on: bool,
    /// What a database says of it; left out where none was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<Standing>,
    /// When it was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_on: Option<String>,
    /// How long that took, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<i64>,
    /// Whether it is one of those that a database is at.
    pub current: bool,
}

/// What a database says of a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Not applied.
    Pending,
    /// Applied as it is now.
    Applied,
    /// Applied without a checksum.
    Unverified,
    /// Applied and edited since.
    Edited,
    /// Applied by a newer build.
    Ahead,
    /// Done in part.
    Partly {
        /// The revision.
        revision: String,
        /// `upgrade` or `downgrade`.
        direction: String,
        /// The units that are done.
        done: usize,
        /// Its units.
        units: usize,
    },
}

impl Listed {
    /// What stands in parentheses after its id.
    fn marks(&self) -> Vec<String> {
        let places = [
            (self.head, "head"),
            (self.branch_point, "branchpoint"),
            (self.merge, "mergepoint"),
            (self.current, "current"),
        ];
        let places = places.iter().filter(|(is, _)| *is).map(|(_, mark)| (*mark).to_owned());
        let state = self.state.as_ref().and_then(|state| match state {
            Standing::Applied => None,
            Standing::Pending => Some("pending".to_owned()),
            Standing::Unverified => Some("unverified".to_owned()),
            Standing::Edited => Some("edited".to_owned()),
            Standing::Ahead => Some("ahead".to_owned()),
            Standing::Partly { done, units, .. } => Some(format!("partly {done}/{units}")),
        });
        self.label.clone().into_iter().chain(places).chain(state).collect()
    }
}

/// `c (label) (head), message`
pub fn title(listed: &Listed, style: Style) -> String {
    let mut text = style.id(&listed.revision);
    for mark in listed.marks() {
        let mark = format!("({mark})");
        text.push(' ');
        text += &match mark.as_str() {
            "(current)" | "(head)" => style.good(&mark),
            _ => style.warning(&mark),
        };
    }
    if !listed.message.is_empty() {
        text += &format!(", {}", listed.message);
    }
    text
}

/// `a, b -> c (label) (head), message`
pub fn line(listed: &Listed, style: Style) -> String {
    format!("{} -> {}\n", parents(listed), title(listed, style))
}

fn parents(listed: &Listed) -> String {
    match listed.parents.is_empty() {
        true => "base".to_owned(),
        false => listed.parents.join(", "),
    }
}

/// Parents, file, dependencies, alias, time and description, a line each.
pub fn details(listed: &Listed) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| text += &format!("  {name:<12}{value}\n");
    line("revises", &parents(listed));
    if !listed.depends_on.is_empty() {
        line("depends on", &listed.depends_on.join(", "));
    }
    if !listed.file.is_empty() {
        line("file", &listed.file);
    }
    if let Some(alias) = &listed.alias {
        line("alias", alias);
    }
    if let Some(run_on) = &listed.run_on {
        let duration = listed.duration_ms.map_or_else(String::new, |duration| format!(" in {duration} ms"));
        line("applied", &format!("{run_on}{duration}"));
    }
    for description in listed.description.lines() {
        text += &format!("  {description}\n");
    }
    text
}
