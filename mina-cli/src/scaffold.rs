//! The files of a new crate of migrations, before they are written.

use crate::failure::Failure;
use crate::template::{Template, files};
use minijinja::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A set of files that `init` can make.
pub struct Kind {
    pub name: &'static str,
    pub about: &'static str,
    /// Whether it has other databases where none are named.
    pub is_multidb: bool,
}

/// What `list-templates` lists.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "generic",
        about: "a crate of migrations for one database",
        is_multidb: false,
    },
    Kind {
        name: "multidb",
        about: "the same for several databases, each with a history of its own",
        is_multidb: true,
    },
];

/// The folders of a file: in the crate, or in the root of what it is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Crate,
    Repository,
}

const OWN: &[(Place, &str, &str)] = &[
    (
        Place::Crate,
        "Cargo.toml.jinja",
        include_str!("../templates/generic/Cargo.toml.jinja"),
    ),
    (Place::Crate, "build.rs", include_str!("../templates/generic/build.rs")),
    (
        Place::Crate,
        "mina.toml.jinja",
        include_str!("../templates/generic/mina.toml.jinja"),
    ),
    (Place::Crate, ".gitignore", include_str!("../templates/generic/gitignore")),
    (
        Place::Crate,
        "README.md.jinja",
        include_str!("../templates/generic/README.md.jinja"),
    ),
    (Place::Crate, "src/lib.rs", include_str!("../templates/generic/src/lib.rs")),
    (
        Place::Crate,
        "src/main.rs.jinja",
        include_str!("../templates/generic/src/main.rs.jinja"),
    ),
    (
        Place::Crate,
        "tests/history.rs.jinja",
        include_str!("../templates/generic/tests/history.rs.jinja"),
    ),
    (
        Place::Repository,
        ".github/workflows/migrations.yml.jinja",
        include_str!("../templates/generic/.github/workflows/migrations.yml.jinja"),
    ),
];

/// Mina's own files, filled in.
pub fn own(values: &Value) -> Result<Vec<(Place, PathBuf, String)>, Failure> {
    let one = |(place, name, text): &(Place, &str, &str)| {
        let (path, text) = fill(Path::new(name), text, values)?;
        Ok((*place, path, text))
    };
    OWN.iter().map(one).collect()
}

/// The files of a folder of templates, filled in: what ends in `.jinja` is a template, the rest is taken as it is.
pub fn of_folder(folder: &Path, values: &Value) -> Result<Vec<(Place, PathBuf, String)>, Failure> {
    let mut made = Vec::new();
    for name in files(folder)? {
        let path = folder.join(&name);
        let text = fs::read_to_string(&path).map_err(Failure::io(&path))?;
        let (name, text) = fill(&name, &text, values)?;
        made.push((Place::Crate, name, text));
    }
    let has = |name: &str| made.iter().any(|(_, path, _)| path == Path::new(name));
    match has("Cargo.toml") && has("mina.toml") {
        true => Ok(made),
        false => Err(
            Failure::usage(format!("{} is no template of a crate of migrations", folder.display()))
                .or("it has a Cargo.toml and a mina.toml in it, each with `.jinja` at its end where it has places to fill in"),
        ),
    }
}

fn fill(name: &Path, text: &str, values: &Value) -> Result<(PathBuf, String), Failure> {
    match name.extension() {
        Some(extension) if extension == "jinja" => {
            let template = Template::new(name.display().to_string(), text);
            Ok((name.with_extension(""), template.render(values.clone())?))
        }
        _ => Ok((name.to_path_buf(), text.to_owned())),
    }
}
