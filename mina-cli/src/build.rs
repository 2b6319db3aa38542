//! Builds the crate of migrations and has its binary do what was asked for.

use crate::failure::Failure;
use crate::project::Project;
use mina_command::{Options, Output};
use mina_core::config::Config;
use serde_json::Value;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Builds the crate, so that nothing unchecked reaches a database, and hands the command line over to its binary.
pub fn call(project: &Project, options: &Options) -> Result<Output, Failure> {
    run(&program(project, options, Stdio::inherit())?)
}

/// Builds the crate's binary; what cargo says goes to `words`.
pub fn program(project: &Project, options: &Options, words: Stdio) -> Result<PathBuf, Failure> {
    let manifest = Manifest::read(&project.root)?;
    manifest.fits()?;
    build(project, &manifest, options, words)
}

/// The Cargo.toml of a crate of migrations, and the lock file that its build goes by.
pub struct Manifest {
    path: PathBuf,
    toml: toml::Table,
    lock: Option<toml::Table>,
}

impl Manifest {
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let path = root.join("Cargo.toml");
        let lock = root.ancestors().map(|folder| folder.join("Cargo.lock")).find(|path| path.is_file());
        Ok(Self {
            toml: table(&path)?,
            lock: lock.and_then(|path| table(&path).ok()),
            path,
        })
    }

    /// Refuses a crate that is built with another release of Mina, whose commands may mean something else.
    pub fn fits(&self) -> Result<(), Failure> {
        let packages = self.lock.as_ref().and_then(|lock| lock.get("package")?.as_array());
        let mina = packages.into_iter().flatten().find(|package| text(package, "name") == Some("mina"));
        let own = env!("CARGO_PKG_VERSION");
        match mina.and_then(|mina| text(mina, "version")) {
            Some(theirs) if compatible(theirs) != compatible(own) => Err(Failure::OtherVersion {
                own: own.to_owned(),
                theirs: theirs.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    pub fn has_feature(&self, feature: &str) -> bool {
        self.toml.get("features").and_then(|features| features.get(feature)).is_some()
    }

    fn default_run(&self) -> Option<&str> {
        self.toml.get("package").and_then(|package| text(package, "default-run"))
    }
}

/// What two releases have in common that go together.
fn compatible(version: &str) -> Vec<&str> {
    let parts: Vec<&str> = version.split('.').collect();
    let leading = parts.iter().take_while(|part| **part == "0").count();
    parts.into_iter().take(leading + 1).collect()
}

fn text<'a>(value: &'a toml::Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(toml::Value::as_str)
}

fn table(path: &Path) -> Result<toml::Table, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::Io {
        path: path.to_path_buf(),
        error,
    })?;
    text.parse()
        .map_err(|error| Failure::Unread(format!("{}: {error}", path.display())))
}

/// The features of the crate that link what the urls name: a driver is linked because it is needed, without being asked for.
fn features(manifest: &Manifest, config: &Config, options: &Options) -> BTreeSet<&'static str> {
    let variable = std::env::var("DATABASE_URL").ok();
    let given = options.database_url.as_ref().map(|url| url.text()).or(variable.as_deref());
    let configured = config
        .databases
        .values()
        .chain([&config.database])
        .filter_map(|database| database.url.as_deref());
    let urls = given.into_iter().chain(configured);
    let named = |url: &str| match url.strip_prefix("env:") {
        Some(variable) => std::env::var(variable).ok().and_then(|url| feature(&url)),
        None => feature(url),
    };
    urls.filter_map(named).filter(|feature| manifest.has_feature(feature)).collect()
}

/// The feature that links the driver of a server's url.
pub fn feature(url: &str) -> Option<&'static str> {
    match url.split("://").next() {
        Some("postgres" | "postgresql") => Some("postgres"),
        Some("mysql" | "mariadb") => Some("mysql"),
        _ => None,
    }
}

fn build(project: &Project, manifest: &Manifest, options: &Options, words: Stdio) -> Result<PathBuf, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.arg("build");
    // On a terminal cargo shows how far it is.
    if options.quiet || !std::io::stderr().is_terminal() {
        command.arg("--quiet");
    }
    command.args(["--bins", "--message-format", "json-render-diagnostics", "--manifest-path"]);
    command.arg(&manifest.path);
    // What does not compile has no settings to go by, and the compiler says why.
    let default = Config::default();
    let features = features(manifest, project.config().unwrap_or(&default), options);
    if !features.is_empty() {
        command.arg("--features");
        command.arg(features.into_iter().collect::<Vec<_>>().join(","));
    }
    let built = command.stdin(Stdio::null()).stderr(words).output().map_err(Failure::NoCargo)?;
    if !built.status.success() {
        return Err(Failure::DoesNotCompile);
    }
    let programs = programs(&built.stdout, &manifest.path);
    let chosen = match manifest.default_run() {
        Some(name) => programs.iter().find(|(other, _)| other == name),
        None if programs.len() == 1 => programs.first(),
        None => None,
    };
    match chosen {
        Some((_, path)) => Ok(path.clone()),
        None => Err(Failure::NoProgram {
            found: programs.into_iter().map(|(name, _)| name).collect(),
        }),
    }
}

/// The programs of a crate, by what cargo says it made.
fn programs(messages: &[u8], manifest: &Path) -> Vec<(String, PathBuf)> {
    let messages = messages
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let program = |message: Value| {
        let is_ours = message["manifest_path"]
            .as_str()
            .is_some_and(|path| is_same(Path::new(path), manifest));
        let executable = message["executable"].as_str()?;
        let name = message["target"]["name"].as_str()?;
        is_ours.then(|| (name.to_owned(), PathBuf::from(executable)))
    };
    messages.filter_map(program).collect()
}

fn is_same(one: &Path, other: &Path) -> bool {
    one == other
        || one
            .canonicalize()
            .ok()
            .is_some_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Hands this call over: the program takes the same words, the same streams and the same folder.
fn run(program: &Path) -> Result<Output, Failure> {
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1));
    let failed = |error| Failure::Io {
        path: program.to_path_buf(),
        error,
    };
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        Err(failed(command.exec()))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().map_err(failed)?;
        Ok(Output {
            code: status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1),
            ..Output::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::compatible;

    #[test]
    fn releases_go_together_as_cargo_takes_them() {
        assert_eq!(compatible("0.1.3"), compatible("0.1.0"));
        assert_ne!(compatible("0.2.0"), compatible("0.1.0"));
        assert_eq!(compatible("1.4.0"), compatible("1.0.2"));
        assert_ne!(compatible("2.0.0"), compatible("1.9.0"));
    }
}
