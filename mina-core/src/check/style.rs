//! `vague_message` and `unrelated_changes`: what is about how a revision is written, whatever it does.
//!
//! `lint` says it; the compiler does where mina.toml gives the lint a level.

use super::Subject;
use super::lints::level;
use crate::diagnostic::{Diagnostic, Level, Lint};
use crate::history::Trace;
use crate::operation::Operation;
use crate::schema::{ObjectName, Schema};
use crate::syntax::Span;
use crate::syntax::ast::Block;
use crate::syntax::token::Token;

/// What those of the lints that are `asked` for have against a block; `up` is its upgrade on one engine.
pub(crate) fn of_block(subject: &Subject<'_>, up: Option<&Trace>, asked: impl Fn(Lint) -> bool) -> Vec<Diagnostic> {
    let open = |lint| match level(subject, lint, &[]) {
        Level::Allow => None,
        level => asked(lint).then_some(level),
    };
    let vague = open(Lint::VagueMessage).and_then(|level| vague(subject, up, level));
    let unrelated = open(Lint::UnrelatedChanges).and_then(|level| unrelated(subject.block, up?, level));
    vague.into_iter().chain(unrelated).collect()
}

/// That something changes, and nothing of what.
const CHANGES: &[&str] = &[
    "adjust",
    "adjustment",
    "alter",
    "change",
    "cleanup",
    "edit",
    "fix",
    "improve",
    "improvement",
    "modify",
    "refactor",
    "tweak",
    "update",
    "bugfix",
    "hotfix",
    "alteration",
    "modification",
];
/// What every message could hold.
const FILLERS: &[&str] = &[
    "a",
    "an",
    "and",
    "another",
    "auto",
    "column",
    "database",
    "db",
    "few",
    "for",
    "generated",
    "in",
    "is",
    "it",
    "migration",
    "minor",
    "misc",
    "miscellaneous",
    "more",
    "my",
    "new",
    "of",
    "on",
    "other",
    "our",
    "revision",
    "schema",
    "small",
    "some",
    "stuff",
    "table",
    "temp",
    "temporary",
    "test",
    "the",
    "thing",
    "this",
    "tmp",
    "to",
    "todo",
    "up",
    "various",
    "wip",
    "work",
    "progress",
    "clean",
];

fn vague(subject: &Subject<'_>, up: Option<&Trace>, level: Level) -> Option<Diagnostic> {
    let block = subject.block;
    // The branches that a merge joins say what it is.
    if block.revises.len() > 1 && block.upgrade.statements.is_empty() {
        return None;
    }
    let message = block.message();
    let words: Vec<String> = words(message).collect();
    let is_filler = |word: &String| {
        let named = FILLERS.contains(&word.as_str()) || FILLERS.contains(&singular(word));
        named || word.chars().all(|c| c.is_ascii_digit())
    };
    let is_change = |word: &String| CHANGES.contains(&stem(word).as_str()) || CHANGES.contains(&word.as_str());
    let changes = words.iter().any(is_change);
    let is_table = |word: &String| up.is_some_and(|up| [&up.start, &up.end].iter().any(|schema| names_table(schema, word)));
    let says = |word: &String| !(is_filler(word) || is_change(word) || changes && is_table(word));
    if words.iter().any(says) {
        return None;
    }
    let said = match message.is_empty() {
        true => "the revision has no message".to_owned(),
        false => format!("`{message}` says nothing of what the revision does"),
    };
    let example = up.and_then(suggestion).unwrap_or_else(|| "Add phone number to users".to_owned());
    let found = Diagnostic::lint(Lint::VagueMessage, level, message_span(subject), said);
    Some(found.help(format!("say what it does, such as `//! {example}`: the history is read by it")))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase)
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').filter(|word| word.len() > 2).unwrap_or(word)
}

/// `updates`, `updated` and `updating` are `update`.
fn stem(word: &str) -> String {
    for (ending, instead) in [("ies", "y"), ("ied", "y"), ("es", ""), ("ed", ""), ("ing", ""), ("s", "")] {
        let Some(begun) = word.strip_suffix(ending) else { continue };
        for stem in [format!("{begun}{instead}"), format!("{begun}e")] {
            if CHANGES.contains(&stem.as_str()) {
                return stem;
            }
        }
    }
    word.to_owned()
}

fn names_table(schema: &Schema, word: &str) -> bool {
    let mut names = schema.tables().keys().map(|name| name.name.to_lowercase());
    names.any(|name| singular(&name) == singular(word))
}

/// What the message could be, by the first thing that changes.
fn suggestion(up: &Trace) -> Option<String> {
    let mut operations = up.steps.iter().flat_map(|step| &step.operations);
    operations.find_map(|resolved| match &resolved.operation {
        Operation::CreateTable(table) => Some(format!("Create {}", table.name)),
        Operation::DropTable(table) => Some(format!("Drop {}", table.name)),
        Operation::RenameTable { from, to, .. } => Some(format!("Rename {from} to {to}")),
        Operation::AddColumn { table, column, .. } => Some(format!("Add {} to {table}", column.name)),
        Operation::DropColumn { table, column, .. } => Some(format!("Drop {} from {table}", column.name)),
        Operation::RenameColumn { table, from, to } => Some(format!("Rename {from} of {table} to {to}")),
        Operation::AlterColumn { table, before, after, .. } if before.ty != after.ty => {
            Some(format!("Make {} of {table} {}", after.name, after.ty))
        }
        Operation::AlterColumn { table, before, after, .. } if before.nullable && !after.nullable => {
            Some(format!("Require {} of {table}", after.name))
        }
        Operation::CreateIndex { table, index, .. } => Some(format!("Index {table} by {}", index.name)),
        _ => None,
    })
}

/// The doc comment; where there is none, the id.
fn message_span(subject: &Subject<'_>) -> Span {
    let tokens = &subject.tokens.tokens;
    let is_doc = |window: &[Token]| matches!(window, [Token::Punct('#', _), Token::Punct('!', _), Token::Open(..), Token::Ident(word)] if word == "doc");
    let doc = tokens.windows(4).position(is_doc).filter(|_| !subject.block.message().is_empty());
    match (doc, &subject.block.revision) {
        (Some(at), _) => Span::new(at, at + 7),
        (None, Some(id)) => id.span,
        (None, None) => Span::new(0, 1),
    }
}

/// A table that a revision changes: how, and what a second one would have in common with it.
struct Change {
    table: ObjectName,
    words: Vec<Span>,
    kinds: Vec<&'static str>,
    columns: Vec<String>,
    group: usize,
}

fn unrelated(block: &Block, up: &Trace, level: Level) -> Option<Diagnostic> {
    if block.revises.is_empty() {
        return None;
    }
    let mut changes = changes(up);
    if one_purpose(&changes) {
        return None;
    }
    let texts = texts(up);
    for one in 0..changes.len() {
        for other in one + 1..changes.len() {
            if related(&changes[one], &changes[other], up, &texts) {
                let (from, to) = (changes[other].group, changes[one].group);
                changes
                    .iter_mut()
                    .filter(|change| change.group == from)
                    .for_each(|change| change.group = to);
            }
        }
    }
    let first = changes.first()?;
    let other = changes.iter().find(|change| change.group != first.group)?;
    let (here, there) = (*other.words.first()?, *first.words.first()?);
    let message = format!(
        "`{}` and `{}` are changed in one revision, and nothing ties them together",
        first.table, other.table
    );
    let found = Diagnostic::lint(Lint::UnrelatedChanges, level, here, message).label(there, format!("`{}` is changed here", first.table));
    let found = found.help("give each a revision of its own, so that one can be taken back without the other");
    Some(found.help("or write `#![allow(unrelated_changes)]` in the block"))
}

fn changes(up: &Trace) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for resolved in up.steps.iter().flat_map(|step| &step.operations) {
        let Some((table, kind, columns)) = changed(&resolved.operation) else {
            continue;
        };
        let group = changes.len();
        let change = match changes.iter_mut().position(|change| change.table == table) {
            Some(at) => &mut changes[at],
            None => {
                changes.push(Change {
                    table,
                    words: Vec::new(),
                    kinds: Vec::new(),
                    columns: Vec::new(),
                    group,
                });
                &mut changes[group]
            }
        };
        change.words.push(resolved.word);
        change.kinds.push(kind);
        change.columns.extend(columns);
        if let Operation::RenameTable { to, .. } = &resolved.operation {
            change.table = to.clone();
        }
    }
    changes
}

fn changed(operation: &Operation) -> Option<(ObjectName, &'static str, Vec<String>)> {
    let (table, kind, columns) = match operation {
        Operation::CreateTable(table) => (&table.name, "create", Vec::new()),
        Operation::DropTable(table) => (&table.name, "drop", Vec::new()),
        Operation::RenameTable { from, .. } => (from, "rename", Vec::new()),
        Operation::AddColumn { table, column, .. } => (table, "add column", vec![column.name.clone()]),
        Operation::DropColumn { table, column, .. } => (table, "drop column", vec![column.name.clone()]),
        Operation::RenameColumn { table, from, to } => (table, "rename column", vec![from.clone(), to.clone()]),
        Operation::AlterColumn { table, before, .. } => (table, "alter column", vec![before.name.clone()]),
        Operation::CreateConstraint { table, .. } | Operation::DropConstraint { table, .. } => (table, "constraint", Vec::new()),
        Operation::RenameConstraint { table, .. } | Operation::RenameIndex { table, .. } => (table, "rename", Vec::new()),
        Operation::CreateIndex { table, .. } | Operation::DropIndex { table, .. } => (table, "index", Vec::new()),
        Operation::CommentOnTable { table, .. } => (table, "comment", Vec::new()),
        _ => return None,
    };
    Some((table.clone(), kind, columns))
}

/// Whether all is of one kind that is done to many tables at once: all indexes of keys, all comments, a module's new tables.
fn one_purpose(changes: &[Change]) -> bool {
    let mut kinds = changes.iter().flat_map(|change| &change.kinds);
    let shared = ["create", "drop", "rename", "constraint", "index", "comment"];
    kinds
        .next()
        .is_none_or(|first| shared.contains(first) && kinds.all(|kind| kind == first))
}

/// What else the revision runs: a table that it names has to do with what else it names.
fn texts(up: &Trace) -> Vec<Vec<String>> {
    let all = up.steps.iter().flat_map(|step| &step.operations);
    let rest = all.filter(|resolved| changed(&resolved.operation).is_none());
    rest.map(|resolved| {
        let text = serde_json::to_string(&resolved.operation).unwrap_or_default().to_lowercase();
        let words = text.split(|c: char| c != '_' && !c.is_alphanumeric());
        words.map(str::to_owned).collect()
    })
    .collect()
}

fn related(one: &Change, other: &Change, up: &Trace, texts: &[Vec<String>]) -> bool {
    let refers = |from: &ObjectName, to: &ObjectName| {
        let schemas = [&up.start, &up.end];
        let mut tables = schemas.iter().filter_map(|schema| schema.table(from));
        tables.any(|table| table.foreign_keys.iter().any(|key| key.table == *to))
    };
    let replaces =
        one.kinds.contains(&"drop") && other.kinds.contains(&"create") || one.kinds.contains(&"create") && other.kinds.contains(&"drop");
    let (name, other_name) = (one.table.name.to_lowercase(), other.table.name.to_lowercase());
    let parts = |name: &str| -> Vec<String> {
        let words = name.split('_').map(|word| singular(word).to_owned());
        words.filter(|word| word.len() > 2).collect()
    };
    let named_together = |words: &Vec<String>| words.contains(&name) && words.contains(&other_name);
    replaces
        || refers(&one.table, &other.table)
        || refers(&other.table, &one.table)
        || one.columns.iter().any(|column| other.columns.contains(column))
        || parts(&name).iter().any(|part| parts(&other_name).contains(part))
        || texts.iter().any(named_together)
}
