use mina_core::config::Config;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// A mina.toml and the folders it names.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What it says, or the sentence that says why it cannot be used.
    pub config: Result<Config, String>,
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// The version locations, in the folder of the file.
    pub locations: Vec<PathBuf>,
}

impl Layout {
    /// Reads the mina.toml of a folder; the defaults where there is none.
    pub fn of(root: &Path) -> Self {
        let file = root.join("mina.toml");
        let (config, exists) = match fs::read_to_string(&file) {
            Ok(text) => (Config::parse(&text).map_err(|error| error.to_string()), true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (Ok(Config::default()), false),
            Err(error) => (Err(format!("mina.toml cannot be read: {error}")), true),
        };
        let default = Config::default();
        let locations = &config.as_ref().unwrap_or(&default).locations;
        Self {
            locations: locations.iter().map(|location| normal(&root.join(location))).collect(),
            file: exists.then_some(file),
            config,
        }
    }
}

/// A file as messages name it: relative to its crate's folder, or else its bare name.
pub fn shown(root: Option<&Path>, file: &Path) -> String {
    let inside = root.and_then(|root| file.strip_prefix(root).ok().map(Path::to_path_buf));
    let shown = inside.or_else(|| file.file_name().map(PathBuf::from)).unwrap_or_default();
    shown.to_string_lossy().replace('\\', "/")
}

/// A path without `.` and `..`, by its text alone.
pub fn normal(path: &Path) -> PathBuf {
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
