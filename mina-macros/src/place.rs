use crate::memo::{Memo, stamp};
use mina_core::config::Config;
use proc_macro2::Span;
use std::env;
use std::fs;
use std::io;
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

/// A mina.toml and the folders it names.
pub struct Layout {
    /// What it says, or the sentence that says why it cannot be used.
    pub config: Result<Config, String>,
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// The version locations, absolute.
    pub locations: Vec<PathBuf>,
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
    let inside = crate_folder().and_then(|root| file.strip_prefix(root).ok().map(Path::to_path_buf));
    let shown = inside.or_else(|| file.file_name().map(PathBuf::from)).unwrap_or_default();
    shown.to_string_lossy().replace('\\', "/")
}

/// The mina.toml of a folder; the defaults where there is none.
pub fn layout(root: &Path) -> Arc<Layout> {
    static LAYOUTS: Memo<PathBuf, Layout> = Memo::new();
    let file = root.join("mina.toml");
    LAYOUTS.get(&root.to_path_buf(), || vec![stamp(file.clone())], || read(root, &file))
}

fn read(root: &Path, file: &Path) -> Layout {
    let (config, exists) = match fs::read_to_string(file) {
        Ok(text) => (Config::parse(&text).map_err(|error| error.to_string()), true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => (Ok(Config::default()), false),
        Err(error) => (Err(format!("mina.toml cannot be read: {error}")), true),
    };
    let default = Config::default();
    let locations = &config.as_ref().unwrap_or(&default).locations;
    Layout {
        locations: locations.iter().map(|location| normal(&root.join(location))).collect(),
        file: exists.then(|| file.to_path_buf()),
        config,
    }
}

/// A path without `.` and `..`, by its text alone.
fn normal(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
