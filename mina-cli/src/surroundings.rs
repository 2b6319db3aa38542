//! What a new crate comes to stand in: a workspace of Cargo, a repository.

use crate::failure::Failure;
use std::fs;
use std::path::{Path, PathBuf};
use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

/// What is around a folder.
pub struct Surroundings {
    /// The workspace that it becomes a member of.
    pub workspace: Option<Workspace>,
    /// The name of the package that it is a part of.
    pub application: Option<String>,
    /// The folder that has `.git` in it.
    pub repository: Option<PathBuf>,
}

/// A workspace of Cargo.
pub struct Workspace {
    pub root: PathBuf,
    document: DocumentMut,
}

impl Surroundings {
    /// Looks from a folder upwards, to the root of its repository.
    pub fn of(folder: &Path) -> Result<Self, Failure> {
        let mut found = Self {
            workspace: None,
            application: None,
            repository: None,
        };
        for above in folder.ancestors().skip(1) {
            let path = above.join("Cargo.toml");
            if found.workspace.is_none() && path.is_file() {
                let text = fs::read_to_string(&path).map_err(Failure::io(&path))?;
                let document: DocumentMut = text
                    .parse()
                    .map_err(|error| Failure::Unread(format!("{}: {error}", path.display())))?;
                let name = document.get("package").and_then(|package| package.get("name")?.as_str());
                found.application = found.application.or(name.map(str::to_owned));
                if document.contains_key("workspace") {
                    let workspace = Workspace {
                        root: above.to_path_buf(),
                        document,
                    };
                    if workspace.lists(folder, "exclude") {
                        break;
                    }
                    found.workspace = Some(workspace);
                }
            }
            if above.join(".git").exists() {
                break;
            }
        }
        found.repository = folder.ancestors().find(|above| above.join(".git").exists()).map(Path::to_path_buf);
        Ok(found)
    }
}

impl Workspace {
    fn lists(&self, folder: &Path, key: &str) -> bool {
        let list = self.document.get("workspace").and_then(|workspace| workspace.get(key)?.as_array());
        let names = list.into_iter().flatten().filter_map(Value::as_str);
        let path = self.name_of(folder);
        names.into_iter().any(|name| matches(name.trim_end_matches('/'), &path))
    }

    fn name_of(&self, folder: &Path) -> String {
        let inside = folder.strip_prefix(&self.root).unwrap_or(folder);
        inside.to_string_lossy().replace('\\', "/")
    }

    /// Its Cargo.toml with a folder among the members; none where it is one already.
    pub fn with_member(&self, folder: &Path) -> Option<(PathBuf, String)> {
        if self.lists(folder, "members") {
            return None;
        }
        let mut document = self.document.clone();
        let workspace = document.get_mut("workspace")?.as_table_like_mut()?;
        if !workspace.contains_key("members") {
            workspace.insert("members", value(Array::new()));
        }
        let members = workspace.get_mut("members")?.as_array_mut()?;
        let on_lines = members
            .iter()
            .next()
            .and_then(|first| first.decor().prefix()?.as_str().map(str::to_owned));
        let mut member = Value::from(self.name_of(folder));
        match on_lines.filter(|prefix| prefix.contains('\n')) {
            Some(prefix) => {
                member.decor_mut().set_prefix(prefix);
                members.push_formatted(member);
            }
            None => members.push(member),
        }
        Some((self.root.join("Cargo.toml"), document.to_string()))
    }
}

/// Whether a pattern of members, `crates/*`, takes a path in.
fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(pattern), Some(part)) if pattern == part => {}
            _ => return false,
        }
    }
}

/// A `.cargo/config.toml` with an alias in it; none where there is one of that name.
pub fn with_alias(path: &Path, alias: &str, words: &str) -> Result<Option<String>, Failure> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Failure::io(path)(error)),
    };
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error| Failure::Unread(format!("{}: {error}", path.display())))?;
    let aliases = document.entry("alias").or_insert(Item::Table(Table::new()));
    let Some(aliases) = aliases.as_table_like_mut() else {
        return Ok(None);
    };
    if aliases.contains_key(alias) {
        return Ok(None);
    }
    aliases.insert(alias, value(words));
    Ok(Some(document.to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Surroundings, matches};
    use std::fs;

    #[test]
    fn members_are_matched_part_by_part() {
        assert!(matches("crates/*", "crates/db"));
        assert!(matches("migrations", "migrations"));
        assert!(!matches("crates/*", "crates/db/migrations"));
        assert!(!matches("*", "crates/db"));
    }

    #[test]
    fn a_member_is_added_as_the_others_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let with = |text: &str| {
            fs::write(folder.path().join("Cargo.toml"), text).unwrap();
            let workspace = Surroundings::of(&folder.path().join("db")).unwrap().workspace?;
            workspace.with_member(&folder.path().join("db")).map(|(_, text)| text)
        };
        assert_eq!(with("[package]\nname = \"shop\"\n"), None);
        assert_eq!(with("[workspace]\nmembers = [\"*\"]\n"), None);
        assert_eq!(with("[workspace]\nexclude = [\"db\"]\n"), None);
        assert_eq!(with("[workspace]\n# mine\n").unwrap(), "[workspace]\nmembers = [\"db\"]\n# mine\n");
        assert_eq!(
            with("[workspace]\nmembers = [\n    \"app\",\n] # all\n").unwrap(),
            "[workspace]\nmembers = [\n    \"app\",\n    \"db\",\n] # all\n"
        );
    }
}
