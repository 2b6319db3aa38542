//! A directory of Diesel's migrations, as Diesel reads it.

use crate::failure::Failure;
use crate::fresh::from_here;
use std::fs;
use std::path::{Path, PathBuf};

/// One migration of it.
#[derive(Clone, Debug)]
pub struct Folder {
    pub path: PathBuf,
    /// What stands in `__diesel_schema_migrations`.
    pub version: String,
    /// The words after it.
    pub name: String,
    pub up: String,
    pub down: Option<String>,
    /// `run_in_transaction` of its metadata.toml.
    pub in_transaction: bool,
}

impl Folder {
    /// How a message names one of its files.
    pub fn shown(&self, file: &str) -> String {
        from_here(&self.path.join(file))
    }

    /// Diesel's own first migration on PostgreSQL, whose version no history counts.
    pub fn is_setup(&self) -> bool {
        self.version == "00000000000000"
    }

    /// What it does, in one line.
    pub fn message(&self) -> String {
        let words = self.name.replace(['_', '-'], " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut letters = words.chars();
        match letters.next() {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => format!("Migration {}", self.version),
        }
    }
}

/// All of them, in the order in which Diesel runs them.
pub fn read(directory: &Path) -> Result<Vec<Folder>, Failure> {
    let entries = fs::read_dir(directory).map_err(Failure::io(directory))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(Failure::io(directory))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && path.join("up.sql").is_file() {
            folders.push(one(path, &name)?);
        }
    }
    folders.sort_by(|a, b| a.version.cmp(&b.version).then_with(|| a.path.cmp(&b.path)));
    let twice = folders.windows(2).find(|pair| pair[0].version == pair[1].version);
    if let Some([one, other]) = twice {
        let message = format!(
            "{} and {} have the same version, `{}`",
            from_here(&one.path),
            from_here(&other.path),
            one.version
        );
        return Err(Failure::refused(message).or("Diesel itself tells them apart by it: give one of them another folder name"));
    }
    if folders.is_empty() {
        let failure = Failure::usage(format!("{} has no migration of Diesel's in it", from_here(directory)));
        return Err(failure.or("one is a folder such as `2025-10-08-120000_create_users` with an up.sql in it"));
    }
    Ok(folders)
}

fn one(path: PathBuf, folder: &str) -> Result<Folder, Failure> {
    let (version, name) = folder.split_once('_').unwrap_or((folder, ""));
    let version = version.replace('-', "");
    check(&path, &version)?;
    let text = |file: &str| {
        let file = path.join(file);
        fs::read_to_string(&file).map_err(Failure::io(&file))
    };
    let is_there = |file: &str| path.join(file).is_file();
    let in_transaction = match is_there("metadata.toml") {
        true => {
            let file = path.join("metadata.toml");
            let metadata: toml::Table = text("metadata.toml")?
                .parse()
                .map_err(|error| Failure::Unread(format!("{}: {error}", from_here(&file))))?;
            metadata.get("run_in_transaction").and_then(toml::Value::as_bool).unwrap_or(true)
        }
        false => true,
    };
    Ok(Folder {
        up: text("up.sql")?,
        down: is_there("down.sql").then(|| text("down.sql")).transpose()?,
        version,
        name: name.to_owned(),
        in_transaction,
        path,
    })
}

/// Refuses what cannot be the id of a revision, since the database knows the migration by it.
fn check(path: &Path, version: &str) -> Result<(), Failure> {
    let problem = match version {
        "" => "has no version before its first `_`".to_owned(),
        _ if version.len() > 50 => format!("has a version of {} characters, of at most 50", version.len()),
        _ if mina_core::history::target::RESERVED.contains(&version) => format!("has the version `{version}`, which is a reserved word"),
        _ => match version.chars().find(|c| !matches!(c, '0'..='9' | 'a'..='z')) {
            Some(c) => format!("has the version `{version}`, and no revision id has a `{}` in it", c.escape_debug()),
            None => return Ok(()),
        },
    };
    let failure = Failure::refused(format!("{} {problem}", from_here(path)));
    let failure = failure.or("an id is of `0`–`9` and `a`–`z`: call the folder `VERSION_name` with such a version");
    Err(failure.or(format!(
        "where it is applied already, give its row the new version, too: UPDATE __diesel_schema_migrations SET version = '…' WHERE version = '{}'",
        version.replace('\'', "''")
    )))
}
