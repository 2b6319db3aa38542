use crate::memo::{Memo, stamp};
use mina_source::{Layout, normal};
use proc_macro2::Span;
use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The history that a block is in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Home {
    /// All version locations of a crate, by its folder.
    Crate(PathBuf),
    /// One folder anywhere else: a test's, a ui case's.
    Folder(PathBuf),
}

impl Home {
    /// The folder whose mina.toml it is.
    pub fn folder(&self) -> &Path {
        match self {
            Self::Crate(folder) | Self::Folder(folder) => folder,
        }
    }
}

/// The file a token stands in, if the compiler says so and it is no doctest's.
pub fn file_of(span: Span) -> Option<PathBuf> {
    let file = normal(&std::path::absolute(span.unwrap().local_file()?).ok()?);
    let bundled = file
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with("doctest_bundle_"));
    let doctest = bundled || env::var_os("UNSTABLE_RUSTDOC_TEST_PATH").is_some();
    (!doctest && file.is_file()).then_some(file)
}

/// The folder of the crate that is being compiled.
pub fn crate_folder() -> Option<PathBuf> {
    env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from)
}

/// The history that a file's blocks are in.
pub fn home_of(file: &Path) -> Option<Home> {
    let folder = file.parent()?;
    if let Some(root) = crate_folder()
        && layout(&root).locations.iter().any(|location| location == folder)
    {
        return Some(Home::Crate(root));
    }
    Some(Home::Folder(folder.to_path_buf()))
}

/// A file as messages name it: relative to its crate, or else its bare name.
pub fn shown(file: &Path) -> String {
    mina_source::shown(crate_folder().as_deref(), file)
}

/// The mina.toml of a folder; the defaults where there is none.
pub fn layout(root: &Path) -> Arc<Layout> {
    static LAYOUTS: Memo<PathBuf, Layout> = Memo::new();
    let file = root.join("mina.toml");
    LAYOUTS.get(&root.to_path_buf(), || vec![stamp(file)], || Layout::of(root))
}
