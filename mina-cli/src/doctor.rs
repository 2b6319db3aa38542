//! `doctor`: whether everything is in place.

use crate::build::{self, Manifest};
use crate::dependencies::Dependencies;
use crate::failure::Failure;
use crate::project::Project;
use crate::session::Session;
use mina_command::{Output, Style, count};
use mina_core::diagnostic::Diagnostic;
use mina_source::Sources;
use serde_json::{Value, json};
use std::process::{Command, Stdio};

/// How one thing is.
enum Health {
    Good(String),
    Bad(String, Vec<String>),
    Skipped(String),
}

use Health::{Bad, Good, Skipped};

/// Everything that was looked at, in order.
#[derive(Default)]
struct Examination(Vec<(&'static str, Health)>);

impl Session {
    pub fn doctor(&self) -> Result<Output, Failure> {
        let mut found = Examination::default();
        match self.project() {
            Ok(project) => self.examine(&project, &mut found),
            Err(failure) => found.push("crate", bad(&failure)),
        }
        Ok(found.output(Style::stdout()))
    }

    fn examine(&self, project: &Project, found: &mut Examination) {
        found.push("crate", Good(project.root.display().to_string()));
        found.push("mina.toml", settings(project));
        let manifest = Manifest::read(&project.root);
        found.push(
            "version",
            match manifest.as_ref().map(Manifest::fits) {
                Ok(Ok(())) => Good(format!("mina {}", env!("CARGO_PKG_VERSION"))),
                Ok(Err(failure)) => bad(&failure),
                Err(failure) => bad(failure),
            },
        );
        found.push("build.rs", build_script(project));
        let dependencies = Dependencies::of(&project.root);
        match &dependencies {
            Ok(dependencies) => found.dependencies(dependencies),
            Err(message) => found.push("dependencies", Bad(message.clone(), Vec::new())),
        }
        found.push("toolchain", toolchain(project, dependencies.as_ref().ok()));
        let sources = project.sources();
        found.push("sources", read(project, &sources));
        found.push("history", checked(&sources));
        found.push("heads", heads(&sources));
        let urls = self.urls(project, manifest.as_ref().ok(), dependencies.as_ref().ok());
        let reachable = urls.iter().all(|health| matches!(health, Good(_)));
        urls.into_iter().for_each(|health| found.push("url", health));
        match reachable && found.is_good() {
            true => self
                .databases(project, &sources)
                .into_iter()
                .for_each(|health| found.push("database", health)),
            false => found.push("database", Skipped("what is wrong above comes first".to_owned())),
        }
    }

    /// The urls of all databases, and whether the crate has their drivers.
    fn urls(&self, project: &Project, manifest: Option<&Manifest>, dependencies: Option<&Dependencies>) -> Vec<Health> {
        let Ok(config) = project.config() else { return Vec::new() };
        let default = (None, &config.database);
        let named = config.databases.iter().map(|(name, database)| (Some(name.as_str()), database));
        let given = self.options.database_url.as_ref().map(|url| url.text().to_owned());
        let given = given.or_else(|| std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()));
        let url = |bind: Option<&str>, url: Option<&str>| match (bind, &given, url) {
            (None, Some(given), _) => Ok((given.clone(), "the environment or the command line".to_owned())),
            (_, _, Some(url)) => match url.strip_prefix("env:") {
                None => Ok((url.to_owned(), "mina.toml".to_owned())),
                Some(variable) => match std::env::var(variable).ok().filter(|value| !value.is_empty()) {
                    Some(value) => Ok((value, format!("the environment, {variable}"))),
                    None => Err(format!("the variable {variable}, which mina.toml names, is not set")),
                },
            },
            _ => Err("there is no url".to_owned()),
        };
        let health = std::iter::once(default).chain(named).map(|(bind, database)| {
            let name = bind.unwrap_or("default");
            let (url, from) = match url(bind, database.url.as_deref()) {
                Ok(found) => found,
                Err(message) => {
                    let section = bind.map_or_else(|| "[database]".to_owned(), |name| format!("[databases.{name}]"));
                    let help = format!("set it, or write `url = \"sqlite://app.db\"` under `{section}` in mina.toml");
                    return Bad(format!("{name}: {message}"), vec![help]);
                }
            };
            let feature = build::feature(&url).unwrap_or("sqlite");
            let linked = dependencies.is_none_or(|dependencies| dependencies.links(feature));
            match linked || manifest.is_some_and(|manifest| manifest.has_feature(feature)) {
                true => Good(format!("{name}: {feature}, from {from}")),
                false => Bad(
                    format!("{name}: the crate has no driver for {feature}"),
                    vec![format!(
                        "write `{feature} = [\"mina/{feature}\", \"diesel/{feature}\"]` under `[features]` in its Cargo.toml"
                    )],
                ),
            }
        });
        health.collect()
    }

    /// Each database, as the crate's own binary finds it.
    fn databases(&self, project: &Project, sources: &Sources) -> Vec<Health> {
        let program = match build::program(project, &self.options, Stdio::null()) {
            Ok(program) => program,
            Err(Failure::DoesNotCompile) => {
                return vec![Skipped("the crate does not compile: `cargo check` says why".to_owned())];
            }
            Err(failure) => return vec![bad(&failure)],
        };
        let binds = sources.history.graphs().map(|(bind, _)| bind.unwrap_or("default"));
        let status = binds.map(|bind| {
            let mut command = Command::new(&program);
            command
                .args(["status", "--format", "json", "--bind", bind])
                .current_dir(&project.root);
            if let Some(url) = self.options.database_url.as_ref().filter(|_| bind == "default") {
                command.env("DATABASE_URL", url.text());
            }
            if let Some(config) = &self.options.config {
                command
                    .arg("--config")
                    .arg(std::path::absolute(config).unwrap_or_else(|_| config.clone()));
            }
            match command.stdin(Stdio::null()).stderr(Stdio::null()).output() {
                Ok(output) => status(bind, &serde_json::from_slice(&output.stdout).unwrap_or_default()),
                Err(error) => Bad(format!("{bind}: {} could not be started: {error}", program.display()), Vec::new()),
            }
        });
        status.collect()
    }
}

impl Examination {
    fn push(&mut self, name: &'static str, health: Health) {
        self.0.push((name, health));
    }

    fn is_good(&self) -> bool {
        !self.0.iter().any(|(_, health)| matches!(health, Bad(..)))
    }

    fn dependencies(&mut self, dependencies: &Dependencies) {
        for name in ["mina", "diesel"] {
            let versions = dependencies.versions(name);
            self.push(
                name,
                match &versions[..] {
                    [one] => Good(format!("{one}, once")),
                    [] => Bad(
                        format!("the crate does not depend on {name}"),
                        vec![format!("`cargo add {name}` in its folder")],
                    ),
                    several => Bad(
                        format!("{} are in one tree", several.join(" and ")),
                        vec![format!(
                            "types of one are none of the other; `cargo tree -i {name}` shows who asks for which"
                        )],
                    ),
                },
            );
        }
        let wide = ["64-column-tables", "128-column-tables"];
        let health = match wide.into_iter().find(|feature| dependencies.has("diesel", feature)) {
            Some(feature) => Good(format!("diesel has {feature}")),
            None => Bad(
                "diesel takes tables of 32 columns at most".to_owned(),
                vec!["write `diesel = { version = \"2.3\", features = [\"64-column-tables\"] }` in the crate's Cargo.toml".to_owned()],
            ),
        };
        self.push("columns", health);
    }

    fn output(&self, style: Style) -> Output {
        let mut text = String::new();
        for (name, health) in &self.0 {
            let (mark, said, help) = match health {
                Good(said) => (style.good("✓"), said, &[][..]),
                Bad(said, help) => (style.error("✗"), said, &help[..]),
                Skipped(said) => (style.dim("–"), said, &[][..]),
            };
            text += &format!("{mark} {name:<13}{}\n", said.replace('\n', "\n               "));
            for help in help {
                text += &format!("    {} {}\n", style.dim("help:"), help.replace('\n', "\n          "));
            }
        }
        let wrong = self.0.iter().filter(|(_, health)| matches!(health, Bad(..))).count();
        text += &match wrong {
            0 => style.good("everything is in place"),
            wrong => style.error(&format!("{} of {} wrong", wrong, count(self.0.len(), "check"))),
        };
        let checks = self.0.iter().map(|(name, health)| match health {
            Good(said) => json!({ "name": name, "state": "good", "detail": said, "help": [] }),
            Bad(said, help) => json!({ "name": name, "state": "bad", "detail": said, "help": help }),
            Skipped(said) => json!({ "name": name, "state": "skipped", "detail": said, "help": [] }),
        });
        Output {
            json: json!({ "checks": checks.collect::<Vec<_>>() }),
            text,
            code: u8::from(wrong > 0),
            ..Output::default()
        }
    }
}

fn bad(failure: &Failure) -> Health {
    let complaint = failure.complaint();
    Bad(complaint.message, complaint.help)
}

fn settings(project: &Project) -> Health {
    match (&project.layout.config, &project.layout.file) {
        (Err(message), _) => Bad(message.clone(), Vec::new()),
        (Ok(_), None) => Good("there is none, so the defaults hold: SQLite, migrations in versions/".to_owned()),
        (Ok(config), Some(_)) => Good(format!("{} declared", count(1 + config.databases.len(), "database"))),
    }
}

/// The macros read files that cargo knows nothing of unless the build script names them.
fn build_script(project: &Project) -> Health {
    let text = std::fs::read_to_string(project.root.join("build.rs")).unwrap_or_default();
    let locations = project
        .layout
        .locations
        .iter()
        .map(|location| mina_source::shown(Some(&project.root), location));
    let file = project.layout.file.iter().map(|_| "mina.toml".to_owned());
    let missing: Vec<String> = locations.chain(file).filter(|name| !text.contains(name.as_str())).collect();
    if missing.is_empty() {
        return Good("the crate is built again when a migration changes".to_owned());
    }
    let lines = missing
        .iter()
        .map(|name| format!("    println!(\"cargo::rerun-if-changed={name}\");\n"));
    Bad(
        format!("a change in {} does not have the crate built again", missing.join(" and ")),
        vec![format!("write into build.rs:\nfn main() {{\n{}}}", lines.collect::<String>())],
    )
}

fn toolchain(project: &Project, dependencies: Option<&Dependencies>) -> Health {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").current_dir(&project.root).output();
    let said = output
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let Some(version) = said.split_whitespace().nth(1) else {
        return Bad(
            "rustc could not be started".to_owned(),
            vec!["https://rustup.rs installs it".to_owned()],
        );
    };
    let needed = dependencies.and_then(|dependencies| dependencies.rust_version("mina"));
    let needed = needed.unwrap_or_else(|| env!("CARGO_PKG_RUST_VERSION").to_owned());
    match numbers(version) >= numbers(&needed) {
        true => Good(format!("rustc {version}, {needed} is needed")),
        false => Bad(
            format!("rustc {version}, and {needed} is needed"),
            vec!["`rustup update`".to_owned()],
        ),
    }
}

fn numbers(version: &str) -> Vec<u32> {
    version.split(['.', '-']).map_while(|part| part.parse().ok()).collect()
}

fn read(project: &Project, sources: &Sources) -> Health {
    let refusals = mina_source::refusals(Some(&project.root), &project.layout, &sources.files, &sources.faults);
    match refusals.is_empty() {
        true => Good(format!(
            "{} in {}",
            count(sources.history.revisions.len(), "revision"),
            count(sources.files.len(), "file")
        )),
        false => {
            let said: Vec<String> = refusals.iter().map(ToString::to_string).collect();
            Bad(said.join("\n"), Vec::new())
        }
    }
}

fn checked(sources: &Sources) -> Health {
    let history = &sources.history;
    if !sources.faults.is_empty() {
        return Skipped("it is not whole".to_owned());
    }
    let all = (0..history.revisions.len()).flat_map(|index| history.diagnostics(index));
    let (errors, warnings): (Vec<_>, Vec<_>) = all.partition(Diagnostic::is_error);
    match errors.is_empty() {
        true => Good(format!("no errors, {}", count(warnings.len(), "warning"))),
        false => Bad(count(errors.len(), "error"), vec!["`mina check` shows them".to_owned()]),
    }
}

fn heads(sources: &Sources) -> Health {
    let graphs = sources.history.graphs().filter(|(_, graph)| !graph.is_empty());
    let mut told = Vec::new();
    for (bind, graph) in graphs {
        let name = bind.unwrap_or("default");
        let unlabelled = graph.unlabelled_heads();
        if unlabelled.len() > 1 {
            let ids: Vec<&str> = unlabelled.iter().map(|&head| graph.id(head)).collect();
            return Bad(
                format!("{name}: {} are heads: nothing says which comes last", ids.join(" and ")),
                vec!["`mina merge` joins them, `mina rebase` puts one on top of the other".to_owned()],
            );
        }
        let heads: Vec<&str> = graph.heads().map(|head| graph.id(head)).collect();
        told.push(format!("{name}: {}", heads.join(", ")));
    }
    match told.is_empty() {
        true => Skipped("there are no revisions yet".to_owned()),
        false => Good(told.join("; ")),
    }
}

fn status(bind: &str, status: &Value) -> Health {
    let texts = |value: &Value| -> Vec<String> {
        let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let error = &status["error"];
    let Some(database) = status["databases"].get(0) else {
        let message = error["message"].as_str().unwrap_or("the crate's program said nothing of it");
        return Bad(format!("{bind}: {message}"), texts(&error["help"]));
    };
    let location = database["database"].as_str().unwrap_or_default();
    if database["exists"] == false {
        return Good(format!("{bind}: {location}, which `mina upgrade` will make"));
    }
    if let Some(message) = error["message"].as_str() {
        return Bad(format!("{bind}: {message}"), texts(&error["help"]));
    }
    let current = texts(&database["current"]);
    let at = if current.is_empty() {
        "base".to_owned()
    } else {
        current.join(", ")
    };
    let pending = texts(&database["pending"]).len();
    Good(format!("{bind}: {location} at {at}, {pending} pending"))
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(numbers("1.100.0-nightly") > numbers("1.88"));
        assert!(numbers("1.88.0") >= numbers("1.88"));
        assert!(numbers("1.9.1") < numbers("1.88"));
    }
}
