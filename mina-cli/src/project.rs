use crate::failure::Failure;
use mina_core::config::Config;
use mina_source::{Layout, Sources, normal};
use std::path::{Path, PathBuf};

/// A crate of migrations, by its folder.
#[derive(Debug)]
pub struct Project {
    /// The folder of its Cargo.toml and mina.toml.
    pub root: PathBuf,
    /// Its mina.toml, and the folders that it names.
    pub layout: Layout,
}

impl Project {
    /// The crate in a folder, or else in the nearest one above; one folder down is looked at as well, so that it is found from
    /// anywhere in the application that it belongs to.
    pub fn find(directory: Option<&Path>, working: &Path) -> Result<Self, Failure> {
        let working = std::path::absolute(working.join(".")).map_err(|error| Failure::Io {
            path: working.to_path_buf(),
            error,
        })?;
        if let Some(directory) = directory {
            let folder = normal(&working.join(directory));
            return match is_project(&folder) {
                true => Ok(Self::at(folder)),
                false => Err(Failure::NoProject { folder }),
            };
        }
        let working = normal(&working);
        for folder in working.ancestors() {
            if is_project(folder) {
                return Ok(Self::at(folder.to_path_buf()));
            }
            let below = projects_below(folder);
            match below.len() {
                0 => {}
                1 => return Ok(Self::at(below.into_iter().next().unwrap_or_default())),
                _ => {
                    return Err(Failure::SeveralProjects {
                        folder: folder.to_path_buf(),
                        found: below,
                    });
                }
            }
            // What is above a repository is another's.
            if folder.join(".git").exists() {
                break;
            }
        }
        Err(Failure::NoProject { folder: working })
    }

    fn at(root: PathBuf) -> Self {
        Self {
            layout: Layout::of(&root),
            root,
        }
    }

    /// What mina.toml says.
    pub fn config(&self) -> Result<&Config, Failure> {
        self.layout.config.as_ref().map_err(|message| Failure::Unread(message.clone()))
    }

    /// The history as the headers of its migrations say it, which is all that a listing needs.
    pub fn heads(&self) -> Sources {
        Sources::read_heads(Some(&self.root), &self.layout, &self.layout.locations)
    }

    /// The history, as the files say it.
    pub fn sources(&self) -> Sources {
        Sources::read(Some(&self.root), &self.layout, &self.layout.locations)
    }
}

fn is_project(folder: &Path) -> bool {
    folder.join("mina.toml").is_file() || (folder.join("Cargo.toml").is_file() && folder.join("versions").is_dir())
}

fn projects_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| is_project(path))
        .collect();
    found.sort();
    found
}
