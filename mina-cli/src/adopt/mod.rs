//! Takes in what other tools made.

mod alter;
mod baseline;
mod column;
mod data;
mod folder;
mod index;
mod lexed;
mod live;
mod migration;
mod names;
mod object;
mod reader;
mod rebuild;
mod script;
mod table;
mod words;

use crate::failure::Failure;
use crate::fresh::from_here;
use crate::name;
pub use baseline::{Live, stamp};
use folder::Folder;
use live::Bench;
use migration::Making;
use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::schema::Schema;
use script::Ground;
use std::path::Path;

/// Migrations of another tool as revisions.
#[derive(Debug, Default)]
pub struct Taken {
    /// Names of files, and their texts.
    pub files: Vec<(String, String)>,
    /// What to look at.
    pub notes: Vec<String>,
    /// The last of them: what is taken in is applied, and so released.
    pub released: Option<String>,
}

/// Takes in a directory of Diesel's migrations, each as a revision with the version that it has.
/// What a statement does that nobody can say is tried out, on a server beside the database of the url.
pub fn diesel(directory: &Path, config: &Config, url: Option<&str>) -> Result<Taken, Failure> {
    let folders = folder::read(directory)?;
    let [target] = config.database.engines[..] else {
        let failure = Failure::usage("the SQL of a directory of Diesel's is that of one engine, and several are named");
        return Err(failure.or("name that one: `--engines postgres`; others can be added to mina.toml later"));
    };
    let (setup, own): (Vec<&Folder>, Vec<&Folder>) = folders.iter().partition(|folder| folder.is_setup());
    if own.is_empty() {
        let failure = Failure::usage(format!(
            "{} has Diesel's own first migration in it, and no other",
            from_here(directory)
        ));
        return Err(failure.or("leave `--from-diesel` out: a history that begins here is what `mina init` makes"));
    }
    let ground = Ground { target, config };
    let mut scratch = Bench::beside(url, ground)?;
    let mut taken = Taken {
        released: own.last().map(|folder| folder.version.clone()),
        ..Taken::default()
    };
    let mut schema = Schema::default();
    let mut revisions: Vec<Revision> = Vec::new();
    for (at, folder) in own.iter().enumerate() {
        let file = name::file(&config.templates, &folder.version, &folder.message());
        let making = Making {
            folder,
            setup: setup.first().copied().filter(|_| at == 0),
            revises: at.checked_sub(1).map(|before| own[before].version.clone()).into_iter().collect(),
            file: &format!("versions/{file}"),
            ground,
        };
        let adopted = making.make(&schema, &mut scratch)?;
        schema = adopted.end;
        revisions.push(adopted.revision);
        taken.notes.extend(adopted.notes);
        taken.files.push((file, adopted.text));
    }
    let history = History::new(config.clone(), revisions);
    for index in 0..history.revisions.len() {
        if let Some(error) = history.diagnostics(index).iter().find(|found| found.is_error()) {
            let file = &history.revisions[index].file;
            return Err(Failure::refused(format!("{file}: {}", error.message)).or("nothing was written"));
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests;
