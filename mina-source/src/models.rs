use crate::sources::{text, unread};
use crate::{Fault, Layout, normal};
use mina_core::models::Models;
use std::path::{Path, PathBuf};

/// The models of one database, as the files that mina.toml names for it say them.
#[derive(Clone, Debug, Default)]
pub struct ModelFiles {
    /// All of them.
    pub models: Models,
    /// The files, in the order in which mina.toml names them.
    pub files: Vec<PathBuf>,
    names: Vec<String>,
    /// What kept files from being read; with one, the models are not whole.
    pub faults: Vec<Fault>,
}

impl ModelFiles {
    /// Reads the `models` of a database; there are none where mina.toml names no file.
    pub fn read(layout: &Layout, bind: Option<&str>) -> Self {
        let mut read = Self::default();
        let Some(folder) = layout.file.as_deref().and_then(Path::parent) else {
            return read;
        };
        let database = layout.config.as_ref().ok().and_then(|config| config.bind(bind));
        for shown in database.map_or(&[][..], |database| &database.models) {
            let path = normal(&folder.join(shown));
            let added = text(&path, shown).and_then(|text| read.models.add(&text, shown).map_err(|error| unread(shown, error)));
            if let Err(mut fault) = added {
                fault.help.push("mina.toml names it as `models`".to_owned());
                read.faults.push(fault);
            }
            read.files.push(path);
            read.names.push(shown.clone());
        }
        if read.faults.is_empty() && !read.files.is_empty() && read.models.is_empty() {
            read.faults.push(Fault {
                file: database.map_or_else(String::new, |database| database.models.join(", ")),
                message: "there is neither `mina::schema! { … }` nor `diesel::table! { … }` here".to_owned(),
                help: vec!["mina.toml names it as `models`".to_owned()],
                ..Fault::default()
            });
        }
        read
    }

    /// As mina.toml names them.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The file that mina.toml names so.
    pub fn path(&self, shown: &str) -> Option<&Path> {
        let at = self.names.iter().position(|name| name == shown)?;
        self.files.get(at).map(PathBuf::as_path)
    }
}
