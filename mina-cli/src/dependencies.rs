//! What the crate of migrations is built from, as cargo resolves it.

use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

/// The tree of a crate's dependencies.
pub struct Dependencies {
    metadata: Value,
    /// The packages that the crate reaches.
    reached: BTreeSet<String>,
}

impl Dependencies {
    /// What `cargo metadata` says of the crate in a folder, or the sentence that says why it says nothing.
    pub fn of(root: &Path) -> Result<Self, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let manifest = root.join("Cargo.toml");
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--manifest-path"])
            .arg(&manifest)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cargo could not be started: {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let line = said
                .lines()
                .find(|line| line.starts_with("error"))
                .unwrap_or("cargo metadata failed");
            return Err(line.to_owned());
        }
        let metadata: Value =
            serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata is not understood: {error}"))?;
        let manifest = manifest.canonicalize().unwrap_or(manifest);
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let ours = packages
            .clone()
            .find(|package| package["manifest_path"].as_str().is_some_and(|path| Path::new(path) == manifest))
            .and_then(|package| package["id"].as_str())
            .ok_or_else(|| format!("{} is in no package", manifest.display()))?;
        let reached = reached(&metadata, ours);
        Ok(Self { reached, metadata })
    }

    fn packages<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        let packages = self.metadata["packages"].as_array().into_iter().flatten();
        packages.filter(move |package| package["name"] == name && package["id"].as_str().is_some_and(|id| self.reached.contains(id)))
    }

    /// The versions of a package in the tree.
    pub fn versions(&self, name: &str) -> Vec<String> {
        self.packages(name)
            .filter_map(|package| package["version"].as_str())
            .map(|version| format!("{name} {version}"))
            .collect()
    }

    /// The release of Rust that a package needs.
    pub fn rust_version(&self, name: &str) -> Option<String> {
        self.packages(name)
            .find_map(|package| package["rust_version"].as_str())
            .map(str::to_owned)
    }

    /// Whether a package is built with a feature.
    pub fn has(&self, name: &str, feature: &str) -> bool {
        let ids: Vec<&Value> = self.packages(name).map(|package| &package["id"]).collect();
        let nodes = self.metadata["resolve"]["nodes"].as_array().into_iter().flatten();
        let mut features = nodes
            .filter(|node| ids.contains(&&node["id"]))
            .filter_map(|node| node["features"].as_array());
        features.any(|features| features.iter().any(|other| other == feature))
    }

    /// Whether Mina is built with the driver of an engine.
    pub fn links(&self, feature: &str) -> bool {
        self.has("mina-runtime", feature) || self.has("mina", feature)
    }
}

fn reached(metadata: &Value, from: &str) -> BTreeSet<String> {
    let nodes = metadata["resolve"]["nodes"].as_array().into_iter().flatten();
    let edges: std::collections::HashMap<&str, &Value> = nodes
        .filter_map(|node| Some((node["id"].as_str()?, &node["dependencies"])))
        .collect();
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        if reached.insert(id.to_owned()) {
            let next = edges.get(id).and_then(|next| next.as_array());
            open.extend(next.into_iter().flatten().filter_map(Value::as_str));
        }
    }
    reached
}
