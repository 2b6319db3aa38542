//! What new files are written from where a project has templates of its own.

use crate::failure::Failure;
use minijinja::{Environment, UndefinedBehavior, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// The file in `[templates] path` that new migrations are written from.
pub const MIGRATION: &str = "migration.rs.jinja";

/// A text with places to be filled in.
#[derive(Debug)]
pub struct Template {
    /// As messages name it.
    pub name: String,
    pub text: String,
}

impl Template {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }

    /// Reads one from a file.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path).map_err(Failure::io(path))?;
        Ok(Self::new(path.display().to_string(), text))
    }

    /// That of new migrations, in a project's folder of templates.
    pub fn migration(root: &Path, folder: &str) -> Result<Self, Failure> {
        let path = root.join(folder).join(MIGRATION);
        match path.is_file() {
            true => Self::read(&path),
            false => Err(Failure::usage(format!("there is no template {}", path.display()))
                .or("write one, or leave `path` out of `[templates]` in mina.toml")),
        }
    }

    /// Fills it in.
    pub fn render(&self, values: Value) -> Result<String, Failure> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.add_filter("quoted", |text: String| format!("{text:?}"));
        let rendered = environment.render_str(&self.text, values).map_err(|error| {
            let line = error.line().map_or_else(String::new, |line| format!(":{line}"));
            let words = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
            Failure::usage(format!("the template {}{line} cannot be filled in: {words}", self.name))
        })?;
        Ok(format!("{}\n", rendered.trim_end()))
    }
}

/// The files of a folder of templates, relative to it, sorted.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::new()];
    while let Some(relative) = open.pop() {
        let at = folder.join(&relative);
        for entry in fs::read_dir(&at).map_err(Failure::io(&at))? {
            let entry = entry.map_err(Failure::io(&at))?;
            let path = relative.join(entry.file_name());
            match entry.file_type().map_err(Failure::io(&at))?.is_dir() {
                true => open.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    Ok(found)
}
