//! Histories as the commands list them: `history`, `heads`, `branches`.

use crate::listing::{Listed, details, line};
use crate::tree::tree;
use crate::{Format, Output, Style};
use serde::Serialize;
use serde_json::json;

/// The revisions of one database's history, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chronicle {
    /// The database; none for the default one.
    pub bind: Option<String>,
    /// Its revisions, each after what it builds on.
    pub revisions: Vec<Listed>,
}

impl Chronicle {
    /// The database's name.
    pub fn label(&self) -> &str {
        self.bind.as_deref().unwrap_or("default")
    }

    fn of<'a, R>(&'a self, revisions: R) -> Found<'a, R> {
        Found {
            bind: self.label(),
            revisions,
        }
    }
}

/// What programs are told of a history.
#[derive(Serialize)]
struct Found<'a, R> {
    bind: &'a str,
    revisions: R,
}

#[derive(Serialize)]
struct Histories<'a> {
    histories: Vec<Found<'a, &'a [Listed]>>,
}

/// The trees of histories, newest first; of a long one only that is made which is printed.
pub fn history(chronicles: &[Chronicle], verbose: bool, format: Format, style: Style) -> Output {
    let mut output = Output::default();
    if format == Format::Json {
        let histories = chronicles.iter().map(|one| one.of(&one.revisions[..])).collect();
        output.written = serde_json::to_string_pretty(&Histories { histories }).ok();
        return output;
    }
    for chronicle in chronicles {
        if chronicles.len() > 1 {
            output.text += &format!("{}:\n", chronicle.label());
        }
        output.text += &tree(&chronicle.revisions, verbose, style);
    }
    output
}

/// The revisions on which none builds; those that another depends on are left out where that is asked for.
pub fn heads(chronicles: &[Chronicle], verbose: bool, resolve_dependencies: bool, style: Style) -> Output {
    let is_head = |listed: &Listed| listed.head && !(resolve_dependencies && listed.depended_on);
    list(chronicles, "heads", is_head, verbose, style, |_| String::new())
}

/// The revisions on which several build, with those.
pub fn branches(chronicles: &[Chronicle], verbose: bool, style: Style) -> Output {
    let children = |listed: &Listed| listed.children.iter().map(|child| format!("  -> {}\n", style.id(child))).collect();
    list(chronicles, "branches", |listed| listed.branch_point, verbose, style, children)
}

fn list(
    chronicles: &[Chronicle],
    word: &str,
    keep: impl Fn(&Listed) -> bool,
    verbose: bool,
    style: Style,
    more: impl Fn(&Listed) -> String,
) -> Output {
    let mut output = Output::default();
    let mut found = Vec::new();
    for chronicle in chronicles {
        let kept: Vec<&Listed> = chronicle.revisions.iter().filter(|listed| keep(listed)).collect();
        for listed in &kept {
            if chronicles.len() > 1 {
                output.text += &format!("{}: ", chronicle.label());
            }
            output.text += &line(listed, style);
            output.text += &more(listed);
            if verbose {
                output.text += &details(listed);
            }
        }
        found.push(chronicle.of(kept));
    }
    output.json = json!({ word: found });
    output
}
