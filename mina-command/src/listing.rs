//! How revisions are listed.

use crate::Style;

/// A revision in a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// The label of the branch that begins here.
    pub label: Option<String>,
    /// The id it had in another tool.
    pub alias: Option<String>,
    /// Whether none revises it.
    pub head: bool,
    /// Whether several revise it.
    pub branch_point: bool,
    /// Whether it revises several.
    pub merge: bool,
    /// What a database says of it: `current`, `pending`.
    pub marks: Vec<String>,
    /// When it was applied.
    pub run_on: Option<String>,
}

/// `a, b -> c (label) (head), message`
pub fn line(listed: &Listed, style: Style) -> String {
    let parents = match listed.parents.is_empty() {
        true => "base".to_owned(),
        false => listed.parents.join(", "),
    };
    let mut text = format!("{parents} -> {}", style.id(&listed.revision));
    let places = [
        (listed.head, "head"),
        (listed.branch_point, "branchpoint"),
        (listed.merge, "mergepoint"),
    ];
    let places = places.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark);
    let marks = listed.marks.iter().map(String::as_str);
    for mark in listed.label.as_deref().into_iter().chain(places).chain(marks) {
        text += &format!(" ({mark})");
    }
    if !listed.message.is_empty() {
        text += &format!(", {}", listed.message);
    }
    text.push('\n');
    text
}

/// File, dependencies, alias, time and description, a line each.
pub fn details(listed: &Listed) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &str| text += &format!("  {name:<12}{value}\n");
    if !listed.file.is_empty() {
        line("file", &listed.file);
    }
    if !listed.depends_on.is_empty() {
        line("depends on", &listed.depends_on.join(", "));
    }
    if let Some(alias) = &listed.alias {
        line("alias", alias);
    }
    if let Some(run_on) = &listed.run_on {
        line("applied", run_on);
    }
    for description in listed.description.lines() {
        text += &format!("  {description}\n");
    }
    text
}
