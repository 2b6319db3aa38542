//! What files say after revisions got new ids.

use crate::failure::Failure;
use crate::files::Changes;
use crate::ground::Ground;
use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::syntax::ast::{Block, Ident};
use mina_core::syntax::edit::Header;
use mina_core::syntax::parse::parse;
use mina_core::syntax::source::{SourceError, scan};
use mina_source::shown;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use toml_edit::{DocumentMut, Item, Value};

/// The files that change, with their new texts.
pub struct Moves<'a> {
    ground: &'a Ground,
    files: Vec<Moved>,
    /// mina.toml, where it names a revision.
    config: Option<(PathBuf, String)>,
    /// What to know of it.
    pub notes: Vec<String>,
}

struct Moved {
    from: PathBuf,
    to: PathBuf,
    text: String,
}

impl<'a> Moves<'a> {
    /// Works out what changes where revisions of a database get new ids, and one of them other parents.
    pub fn new(ground: &'a Ground, bind: Option<&str>, moved: (&str, &[String]), ids: &BTreeMap<String, String>) -> Result<Self, Failure> {
        let mut moves = Self {
            ground,
            files: Vec::new(),
            config: None,
            notes: Vec::new(),
        };
        for file in &ground.sources.files {
            let text = fs::read_to_string(&file.path).map_err(Failure::io(&file.path))?;
            let mut name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let mut new = text.clone();
            for index in 0..scan(&text).map_err(|error| unread(&file.shown, &error))?.len() {
                let blocks = scan(&new).map_err(|error| unread(&file.shown, &error))?;
                let Some(source) = blocks.get(index) else { continue };
                let block = parse(&source.tokens).block;
                if block.bind.as_ref().map(|bind| bind.text.as_str()) != bind {
                    continue;
                }
                let edited = moves.change(Header::of(&new, source), &block, moved, ids);
                if let Some((old, id)) = block.revision.and_then(|own| Some((own.text.clone(), ids.get(&own.text)?))) {
                    name = name.replace(&old, id);
                }
                new = edited;
            }
            if new == text {
                continue;
            }
            let to = file.path.with_file_name(name);
            if to != file.path && to.exists() {
                return Err(Failure::refused(format!("{} is there already", to.display())));
            }
            moves.files.push(Moved {
                from: file.path.clone(),
                to,
                text: new,
            });
        }
        moves.config = moves.settings(ids)?;
        Ok(moves)
    }

    /// The text of a file with one block changed.
    fn change(
        &mut self,
        mut header: Header<'_>,
        block: &Block,
        (moved, parents): (&str, &[String]),
        ids: &BTreeMap<String, String>,
    ) -> String {
        let Some(own) = &block.revision else { return header.apply() };
        let renamed = |named: &[Ident]| {
            let any = named.iter().any(|id| ids.contains_key(&id.text));
            any.then(|| {
                named
                    .iter()
                    .map(|id| ids.get(&id.text).unwrap_or(&id.text).clone())
                    .collect::<Vec<_>>()
            })
        };
        if own.text == moved {
            header = header.set_revises(parents);
        } else if let Some(revises) = renamed(&block.revises) {
            header = header.set_revises(&revises);
        }
        if let Some(depends_on) = renamed(&block.depends_on) {
            header = header.set_depends_on(&depends_on);
        }
        if let Some(new) = ids.get(&own.text) {
            if let Some(before) = &block.alias {
                self.notes
                    .push(format!("the alias `{}` of `{new}` gave way to `{}`", before.text, own.text));
            }
            header = header.set_revision(new).set_alias(Some(&own.text));
        }
        header.apply()
    }

    /// mina.toml with the new ids: `since` in `[naming]`, `released` in `[lints]`.
    fn settings(&self, ids: &BTreeMap<String, String>) -> Result<Option<(PathBuf, String)>, Failure> {
        let Some(path) = &self.ground.project.layout.file else {
            return Ok(None);
        };
        let text = fs::read_to_string(path).map_err(Failure::io(path))?;
        let mut document: DocumentMut = text.parse().map_err(|error| Failure::Unread(format!("mina.toml: {error}")))?;
        for (section, key) in [("naming", "since"), ("lints", "released")] {
            if let Some(item) = document.get_mut(section) {
                rename(item, key, ids, false);
            }
        }
        let new = document.to_string();
        Ok((new != text).then(|| (path.clone(), new)))
    }

    /// The history as it will be.
    pub fn history(&self) -> Result<History, Failure> {
        let root = &self.ground.project.root;
        let config = match &self.config {
            None => self.ground.project.config()?.clone(),
            Some((_, text)) => Config::parse(text).map_err(|error| Failure::Unread(error.to_string()))?,
        };
        let mut revisions = Vec::new();
        for file in &self.ground.sources.files {
            match self.files.iter().find(|moved| moved.from == file.path) {
                None => {
                    let own = self
                        .ground
                        .history()
                        .revisions
                        .iter()
                        .filter(|revision| revision.file == file.shown);
                    revisions.extend(own.cloned());
                }
                Some(moved) => {
                    let name = shown(Some(root), &moved.to);
                    revisions.extend(Revision::all_in(&moved.text, &name).map_err(|error| unread(&name, &error))?);
                }
            }
        }
        Ok(History::new(config, revisions))
    }

    /// What is to be written.
    pub fn changes(self) -> Changes {
        let mut changes = Changes::default();
        for file in self.files {
            if file.from == file.to {
                changes.replace(file.to, file.text);
            } else {
                changes.create(file.to, file.text);
                changes.remove(file.from);
            }
        }
        if let Some((path, text)) = self.config {
            changes.replace(path, text);
        }
        changes
    }
}

fn unread(shown: &str, error: &SourceError) -> Failure {
    Failure::Unread(format!("{shown}: {error}"))
}

/// Puts new ids in place of old ones, wherever they stand under a key.
fn rename(item: &mut Item, key: &str, ids: &BTreeMap<String, String>, under: bool) {
    match item {
        Item::Value(value) => rename_value(value, key, ids, under),
        Item::Table(table) => {
            for (name, item) in table.iter_mut() {
                rename(item, key, ids, under || name.get() == key);
            }
        }
        Item::ArrayOfTables(tables) => {
            for (name, item) in tables.iter_mut().flat_map(|table| table.iter_mut()) {
                rename(item, key, ids, under || name.get() == key);
            }
        }
        Item::None => {}
    }
}

fn rename_value(value: &mut Value, key: &str, ids: &BTreeMap<String, String>, under: bool) {
    match value {
        Value::String(text) if under => {
            if let Some(new) = ids.get(text.value()) {
                let decor = text.decor().clone();
                let mut new = toml_edit::Formatted::new(new.clone());
                *new.decor_mut() = decor;
                *text = new;
            }
        }
        Value::Array(array) => {
            for value in array.iter_mut() {
                rename_value(value, key, ids, under);
            }
        }
        Value::InlineTable(table) => {
            for (name, value) in table.iter_mut() {
                rename_value(value, key, ids, under || name.get() == key);
            }
        }
        _ => {}
    }
}
