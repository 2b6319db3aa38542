use crate::{Fault, Layout, SourceFile, shown};
use std::path::{Path, PathBuf};

/// Why the files of a crate are no whole history: what could not be read, and what its folders do not hold as they should.
pub fn refusals(root: Option<&Path>, layout: &Layout, files: &[SourceFile], faults: &[Fault]) -> Vec<Fault> {
    let fault = |file: String, message: String, help: String| Fault {
        file,
        message,
        help: vec![help],
        ..Fault::default()
    };
    let missing: Vec<&PathBuf> = layout.locations.iter().filter(|location| !location.is_dir()).collect();
    let mut refusals: Vec<Fault> = Vec::new();
    for location in &missing {
        refusals.push(fault(
            String::new(),
            format!("there is no folder `{}`", shown(root, location)),
            "make it, or name the folder of the migrations in mina.toml: locations = [\"…\"]".to_owned(),
        ));
    }
    let is_missing = |fault: &&Fault| missing.iter().any(|location| shown(root, location) == fault.file);
    refusals.extend(faults.iter().filter(|fault| !is_missing(fault)).cloned());
    for file in files {
        match file.blocks {
            Some(0) => refusals.push(fault(
                file.shown.clone(),
                "there is no `mina::migration! { … }` in this file".to_owned(),
                "write one, or move the file out of the folder of migrations".to_owned(),
            )),
            Some(count @ 2..) => refusals.push(fault(
                file.shown.clone(),
                format!("there are {count} migrations in this file"),
                "give each a file of its own".to_owned(),
            )),
            _ => {}
        }
    }
    if files.is_empty() && refusals.is_empty() {
        let folder = layout.locations.first().map_or_else(String::new, |location| shown(root, location));
        refusals.push(fault(
            String::new(),
            format!("there are no migrations in `{folder}`"),
            format!("the first one goes to a file such as `{folder}/20251001090000_create_users.rs`, with `revises = base;`"),
        ));
    }
    refusals
}
