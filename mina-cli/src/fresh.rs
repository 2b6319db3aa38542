//! A new migration: its text, held to the checker, and its file.

use crate::failure::Failure;
use crate::files::Changes;
use crate::ground::{Ground, listed};
use crate::hook;
use crate::name;
use crate::template::Template;
use mina_command::{Options, Output, Style};
use mina_core::diagnostic::{Code, Diagnostic};
use mina_core::history::target::RESERVED;
use mina_core::history::{Graph, History, Revision};
use mina_core::syntax::draft::{Draft as Text, DraftDowngrade};
use mina_source::{normal, shown};
use serde_json::json;
use std::path::{Path, PathBuf};

/// What a new migration says.
#[derive(Debug, Default)]
pub struct Fresh {
    pub bind: Option<String>,
    /// The first line, and the lines after it.
    pub message: String,
    pub parents: Vec<usize>,
    pub depends_on: Vec<usize>,
    pub label: Option<String>,
    pub revision: Option<String>,
    pub folder: Option<PathBuf>,
    pub is_merge: bool,
    /// The statements, up and down, where they are known.
    pub body: Option<(String, String)>,
}

/// A new migration that can be written.
pub struct Draft {
    pub revision: String,
    pub path: PathBuf,
    pub revises: Vec<String>,
    bind: Option<String>,
    text: String,
    /// What to know of it.
    pub warnings: Vec<String>,
}

impl Fresh {
    /// Makes the text and has the checker look at it.
    pub fn draft(self, ground: &Ground) -> Result<Draft, Failure> {
        let graph = ground.graph(self.bind.as_deref());
        let history = ground.history();
        self.check_message()?;
        if let Some(label) = &self.label {
            check_label(label)?;
        }
        let taken = |id: &str| {
            let known = |graph: &Graph| graph.find(id).or(graph.find_label(id)).or(graph.find_alias(id)).is_some();
            history.graphs().any(|(_, graph)| known(graph))
        };
        let revision = self.revision.clone().unwrap_or_else(|| name::fresh(graph, taken));
        check_id(&revision, graph)?;
        let folder = self.folder(ground)?;
        let config = ground.project.config()?;
        let first_line = self.message.lines().next().unwrap_or_default();
        let path = folder.join(name::file(&config.templates, &revision, first_line));
        if path.exists() {
            let failure = Failure::refused(format!("{} is there already", path.display()));
            return Err(failure.or("give the migration another message, or have `{rev}` in `file` of `[templates]` in mina.toml"));
        }
        let ids = |revisions: &[usize]| revisions.iter().map(|&revision| graph.id(revision).to_owned()).collect::<Vec<_>>();
        let (revises, depends_on) = (ids(&self.parents), ids(&self.depends_on));
        let own = self.text(&revision, &revises, &depends_on);
        let folder = config.templates.path.as_deref();
        let template = folder.map(|folder| Template::migration(&ground.project.root, folder)).transpose()?;
        let text = match &template {
            None => own.to_string(),
            Some(template) => template.render(values(&own, self.is_merge))?,
        };
        let maker = template.map_or_else(|| "mina".to_owned(), |template| format!("the template {}", template.name));
        let block = only_block(&text, &maker, &shown(Some(&ground.project.root), &path))?;
        let says = |ids: &[mina_core::syntax::ast::Ident], wanted: &[String]| ids.iter().map(|id| &id.text).eq(wanted);
        let (_, found) = history.foreign(&block, None);
        let errors: Vec<&Diagnostic> = found.iter().filter(|found| found.is_error()).collect();
        if let Some(error) = errors.iter().find(|error| error.code() != Some(Code::M105)) {
            return Err(refusal(error, &maker));
        }
        let is_so = block.block.revision.as_ref().is_some_and(|id| id.text == revision)
            && says(&block.block.revises, &revises)
            && says(&block.block.depends_on, &depends_on);
        if !is_so {
            let message = format!("{maker} makes a migration of another revision than it is told");
            return Err(Failure::usage(message).or("have `{{ head }}` in it, which says `revision`, `revises` and what else was given"));
        }
        // What is about the message is asked for by itself, unless mina.toml gives it a level.
        let style = History::new(config.clone(), vec![block.clone()]).style(0);
        let lints = style.iter().chain(&found).filter(|found| !found.is_error());
        let mut warnings: Vec<String> = lints.map(|lint| format!("{}; {}", lint.message, lint.help.join("; "))).collect();
        if let Some(heads) = errors.first() {
            let ways = "join them with `mina merge`, or give one a `--branch-label`";
            warnings.push(format!("{}; until then the crate does not compile: {ways}", heads.message));
        }
        Ok(Draft {
            revision,
            path,
            revises,
            bind: self.bind,
            text,
            warnings,
        })
    }

    fn check_message(&self) -> Result<(), Failure> {
        let message = self.message.trim();
        if message.is_empty() {
            let failure = Failure::usage("the migration has no message");
            return Err(failure.or("say what it does: `mina revision \"Add phone number to users\"`"));
        }
        if let Some(c) = message.chars().find(|c| c.is_control() && *c != '\n') {
            let shown = c.escape_debug();
            return Err(Failure::usage(format!(
                "the message has a `{shown}` in it, which no comment can hold"
            )));
        }
        if !message.contains(char::is_alphanumeric) {
            let failure = Failure::usage(format!("the message `{message}` has no word in it"));
            return Err(failure.or("say what the migration does, such as \"Add phone number to users\""));
        }
        Ok(())
    }

    /// Where it goes: the folder that was named, else that of the revision it builds on.
    fn folder(&self, ground: &Ground) -> Result<PathBuf, Failure> {
        let locations = &ground.project.layout.locations;
        let names: Vec<String> = locations.iter().map(|folder| shown(Some(&ground.project.root), folder)).collect();
        if let Some(folder) = &self.folder {
            let from_here = std::path::absolute(folder).map_err(Failure::io(folder))?;
            let wanted = [normal(&from_here), normal(&ground.project.root.join(folder))];
            return match locations.iter().find(|location| wanted.contains(location)) {
                Some(location) => Ok(location.clone()),
                None => Err(Failure::usage(format!("{} is no folder of migrations", folder.display()))
                    .or(format!("there is {}; more are named by `locations` in mina.toml", names.join(", ")))),
            };
        }
        let parent = self.parents.last().and_then(|&parent| ground.block(self.bind.as_deref(), parent));
        let beside = parent.and_then(|block| ground.path(block)).and_then(Path::parent);
        match (beside, &locations[..]) {
            (Some(folder), _) => Ok(folder.to_path_buf()),
            (None, [only]) => Ok(only.clone()),
            (None, _) => Err(Failure::usage("the migration builds on none, and there are several folders for it")
                .or(format!("say which: `--version-path {}`", names.join("` or `--version-path ")))),
        }
    }

    /// What is written where the project has no template.
    fn text(&self, revision: &str, revises: &[String], depends_on: &[String]) -> Text {
        let lines: Vec<&str> = self.message.trim().lines().map(str::trim_end).collect();
        let (upgrade, downgrade) = match &self.body {
            Some((upgrade, downgrade)) => (upgrade.as_str(), downgrade.as_str()),
            None if self.is_merge => ("", ""),
            None => (UPGRADE, DOWNGRADE),
        };
        Text {
            message: lines.first().copied().unwrap_or_default().to_owned(),
            description: lines.get(1..).unwrap_or_default().join("\n").trim().to_owned(),
            revision: revision.to_owned(),
            revises: revises.to_vec(),
            depends_on: depends_on.to_vec(),
            label: self.label.clone(),
            bind: self.bind.clone(),
            upgrade: upgrade.to_owned(),
            downgrade: DraftDowngrade::Statements(downgrade.to_owned()),
            ..Text::default()
        }
    }
}

const UPGRADE: &str = "// One change after the other, such as `add_column users.bio: Nullable<Text>;`\n";
const DOWNGRADE: &str = "// What undoes it, such as `drop_column users.bio;`, or `downgrade = auto;` in place of this block.\n";

/// What a template of the project's own is filled in with.
fn values(text: &Text, is_merge: bool) -> minijinja::Value {
    let bare = Text {
        upgrade: String::new(),
        downgrade: DraftDowngrade::default(),
        ..text.clone()
    };
    let whole = bare.to_string();
    let head = whole.split_once('\n').map_or("", |(_, rest)| rest);
    let head = head.split_once("\n    upgrade").map_or(head, |(head, _)| head).trim_end();
    minijinja::context! {
        head => head,
        message => text.message.as_str(),
        description => text.description.as_str(),
        revision => text.revision.as_str(),
        revises => text.revises.clone(),
        depends_on => text.depends_on.clone(),
        label => text.label.as_deref(),
        bind => text.bind.as_deref(),
        is_merge => is_merge,
    }
}

impl Draft {
    /// Writes it, and runs what mina.toml wants run after that.
    pub fn write(self, ground: &Ground, options: &Options) -> Result<Output, Failure> {
        let mut changes = Changes::default();
        changes.create(self.path.clone(), self.text);
        changes.apply()?;
        warn(&self.warnings, options);
        let shown = from_here(&self.path);
        let output = Output {
            text: format!("{shown}\n"),
            json: json!({
                "file": shown, "revision": self.revision, "revises": self.revises,
                "bind": self.bind.as_deref().unwrap_or("default"), "warnings": self.warnings,
            }),
            code: 0,
            ..Output::default()
        };
        hook::run(&ground.project, &[self.path])?;
        Ok(output)
    }
}

/// Prints warnings for people.
pub fn warn(warnings: &[String], options: &Options) {
    if options.quiet || options.format == mina_command::Format::Json {
        return;
    }
    for warning in warnings {
        eprintln!("{} {warning}", Style::stderr().warning("warning:"));
    }
}

/// A path as it is from the working folder, where it is below it.
pub fn from_here(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

fn only_block(text: &str, maker: &str, shown: &str) -> Result<Revision, Failure> {
    let made =
        Revision::all_in(text, shown).map_err(|fault| Failure::usage(format!("what {maker} makes is no Rust: {}", fault.message)))?;
    let count = made.len();
    let wrong = |_| Failure::usage(format!("{maker} makes {count} migrations, where one is wanted"));
    let [block] = <[Revision; 1]>::try_from(made).map_err(wrong)?;
    Ok(block)
}

fn refusal(error: &Diagnostic, maker: &str) -> Failure {
    let of_template = match error.code() {
        Some(Code::M101 | Code::M104 | Code::M106) => None,
        _ => Some(format!("what {maker} makes is refused: ")),
    };
    let failure = Failure::usage(format!("{}{}", of_template.unwrap_or_default(), error.message));
    let way_out = match error.code() {
        Some(Code::M101 | Code::M104) => Some("leave `--rev-id` out for one that is made of the time".to_owned()),
        Some(Code::M106) => Some("take another word for `--branch-label`".to_owned()),
        _ => None,
    };
    let taken = error.help.iter().filter(|line| line.starts_with("it is the ") || way_out.is_none());
    let failure = taken.fold(failure, |failure, line| failure.or(line.clone()));
    way_out.into_iter().fold(failure, Failure::or)
}

/// A text as it can be printed: marks of control by their codes.
fn shown_text(text: &str) -> String {
    let shown = |c: char| {
        if c.is_control() {
            c.escape_unicode().to_string()
        } else {
            c.to_string()
        }
    };
    text.chars().map(shown).collect()
}

/// Refuses an id that no revision can have.
pub fn check_id(id: &str, graph: &Graph) -> Result<(), Failure> {
    let way_out = "an id is of `0`–`9` and `a`–`z`, 1 to 50 of them; leave `--rev-id` out for one that is made of the time";
    let problem = match id {
        "" => "a revision id cannot be empty".to_owned(),
        id if RESERVED.contains(&id) => format!("`{id}` is a reserved word and no revision id"),
        id if id.chars().count() > 50 => format!("the revision id has {} characters, of at most 50", id.chars().count()),
        id => match id.chars().find(|c| !matches!(c, '0'..='9' | 'a'..='z')) {
            Some(c) => format!("the revision id `{}` has a `{}` in it", shown_text(id), shown_text(&c.to_string())),
            None => {
                let named = |found: Option<usize>, what: &str| {
                    found.map(|revision| format!("`{id}` is the {what} of revision `{}`", graph.id(revision)))
                };
                let exists = graph.find(id).map(|_| format!("revision `{id}` exists already"));
                let taken = exists
                    .or_else(|| named(graph.find_label(id), "label"))
                    .or_else(|| named(graph.find_alias(id), "alias"));
                return taken.map_or(Ok(()), |message| {
                    Err(Failure::usage(message).or("leave `--rev-id` out for an id that is made of the time"))
                });
            }
        },
    };
    Err(Failure::usage(problem).or(way_out))
}

fn check_label(label: &str) -> Result<(), Failure> {
    let way_out = "a label is of `a`–`z`, `0`–`9` and `_`, such as `--branch-label billing`";
    if label.trim().is_empty() {
        return Err(Failure::usage("the label is empty").or(way_out));
    }
    match label.chars().find(|c| !matches!(c, '0'..='9' | 'a'..='z' | '_')) {
        Some(c) => {
            let message = format!("the label `{}` has a `{}` in it", shown_text(label), shown_text(&c.to_string()));
            Err(Failure::usage(message).or(way_out))
        }
        None => Ok(()),
    }
}

/// Refuses what builds on revisions that others build on already, unless that is asked for.
pub fn check_splice(graph: &Graph, parents: &[usize], splice: bool) -> Result<(), Failure> {
    let taken = parents.iter().find(|&&parent| !graph.children(parent).is_empty());
    match taken {
        Some(&parent) if !splice => {
            let message = format!(
                "`{}` is no head: {} on it",
                graph.id(parent),
                match graph.children(parent) {
                    [one] => format!("`{}` builds", graph.id(*one)),
                    several => format!("{} build", listed(graph, several)),
                }
            );
            Err(Failure::usage(message).or("`--splice` begins another branch there"))
        }
        _ => Ok(()),
    }
}
