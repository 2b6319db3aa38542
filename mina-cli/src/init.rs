//! `init` and `list-templates`: a new crate of migrations.

use crate::adopt::{self, Live, Taken};
use crate::failure::Failure;
use crate::files::Changes;
use crate::fresh::{from_here, warn};
use crate::name;
use crate::scaffold::{KINDS, Place, of_folder, own};
use crate::session::Session;
use crate::surroundings::{Surroundings, with_alias};
use crate::template::MIGRATION;
use mina_command::source::Init;
use mina_command::{Output, Style};
use mina_core::config::{Config, Templates};
use mina_core::engine::{Product, Target};
use mina_core::history::Graph;
use mina_core::secret::Secret;
use mina_core::syntax::draft::Draft;
use mina_source::normal;
use minijinja::{Value, context};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// The name of the alias for the crate's binary.
const ALIAS: &str = "mina";

impl Session {
    pub fn init(&self, wanted: Init) -> Result<Output, Failure> {
        let folder = match (&wanted.folder, &self.options.directory) {
            (Some(one), Some(other)) if one != other => {
                let message = format!("two folders are named, {} and {}", one.display(), other.display());
                return Err(Failure::usage(message).or("name one: `mina init DIRECTORY`"));
            }
            (Some(folder), _) | (None, Some(folder)) => folder.clone(),
            (None, None) => PathBuf::from("migrations"),
        };
        let folder = normal(&std::path::absolute(&folder).map_err(Failure::io(&folder))?);
        check_empty(&folder, wanted.from_diesel.as_deref())?;
        let kind = KINDS
            .iter()
            .find(|kind| wanted.template.as_deref().unwrap_or("generic") == kind.name);
        let own_folder = match (kind, &wanted.template) {
            (None, Some(name)) => Some(template_folder(name)?),
            _ => None,
        };
        let around = Surroundings::of(&folder)?;
        let root = around.workspace.as_ref().map_or(&folder, |workspace| &workspace.root).clone();
        let repository = around.repository.clone().unwrap_or_else(|| root.clone());
        let databases = match (&wanted.multidb, kind) {
            (Some(names), _) if !names.is_empty() => names.clone(),
            (Some(_), _) => vec!["analytics".to_owned()],
            (None, Some(kind)) if kind.is_multidb => vec!["analytics".to_owned()],
            _ => Vec::new(),
        };
        check_names(&databases)?;
        let mut engines = wanted.engines.clone();
        let mut live = wanted.from_db.as_ref().map(|url| Live::open(url.text(), &folder)).transpose()?;
        if let Some(live) = &mut live
            && engines.is_empty()
        {
            engines = live.engines();
        }
        let given = live.as_ref().map(|live| live.url.clone());
        let url = given.as_deref().or(self.options.database_url.as_ref().map(|url| url.text()));
        let package = package(
            wanted.package.as_ref().and_then(Option::as_deref),
            &folder,
            around.application.as_deref(),
        )?;
        let config = config(&engines, url)?;
        let taken = match (&wanted.from_diesel, &mut live) {
            (Some(directory), _) => Some(self.diesel(directory, &engines, url, &config)?),
            (None, Some(live)) => Some(live.baseline(&config)?),
            (None, None) => None,
        };
        let targets = config.database.engines;
        let alias_file = root.join(".cargo").join("config.toml");
        let values = values(&Facts {
            package: &package,
            targets: &targets,
            engines: &engines,
            url,
            databases: &databases,
            mina: mina(wanted.mina_path.as_deref(), &folder)?,
            standalone: around.workspace.is_none(),
            manifest: relative(&repository, &folder.join("Cargo.toml")),
            alias_file: relative(&folder, &alias_file),
            released: taken.as_ref().and_then(|taken| taken.released.as_deref()),
        });

        let mut changes = Changes::default();
        let mut warnings = Vec::new();
        let made = own_folder.map_or_else(|| own(&values), |folder| of_folder(&folder, &values))?;
        let brings_migrations = made.iter().any(|(_, path, _)| path.starts_with("versions"));
        for (place, path, text) in made {
            let path = if place == Place::Crate {
                folder.join(path)
            } else {
                repository.join(path)
            };
            if place == Place::Repository && path.exists() {
                warnings.push(format!("{} is there already and stays as it is", from_here(&path)));
                continue;
            }
            changes.create(path, text);
        }
        match taken {
            Some(taken) => {
                warnings.extend(taken.notes);
                for (file, text) in taken.files {
                    changes.create(folder.join("versions").join(file), text);
                }
            }
            None if !brings_migrations => {
                let (path, text) = first(&folder);
                changes.create(path, text);
            }
            None => {}
        }
        match with_alias(&alias_file, ALIAS, &format!("run --quiet --package {package} --"))? {
            Some(text) if alias_file.exists() => changes.replace(alias_file, text),
            Some(text) => changes.create(alias_file, text),
            None => warnings.push(format!(
                "{} has an alias `{ALIAS}` already, which stays as it is",
                from_here(&alias_file)
            )),
        }
        if let Some((path, text)) = around.workspace.as_ref().and_then(|workspace| workspace.with_member(&folder)) {
            changes.replace(path, text);
        }

        let files: Vec<String> = changes.paths().map(from_here).collect();
        changes.apply()?;
        warn(&warnings, &self.options);
        let style = Style::stdout();
        let shown = from_here(&folder);
        let mut text: String = files.iter().map(|file| format!("{file}\n")).collect();
        if let Some(url) = &given {
            text += &adopt::stamp(&folder, &Secret::from(url.as_str()), &self.options)?;
        }
        if !self.options.quiet {
            let directory = if shown == "migrations" {
                String::new()
            } else {
                format!(" --directory {shown}")
            };
            text += &style.dim(&format!("next: mina revision \"Create users\"{directory}"));
            text.push('\n');
        }
        Ok(Output {
            text,
            json: json!({ "directory": shown, "package": package, "files": files, "warnings": warnings }),
            code: 0,
            ..Output::default()
        })
    }

    /// The migrations of a directory of Diesel's, in the language.
    fn diesel(&self, directory: &Path, engines: &[String], url: Option<&str>, config: &Config) -> Result<Taken, Failure> {
        if engines.is_empty() && url.is_none() {
            let failure = Failure::usage("which engine the SQL of Diesel's directory is for is not known");
            return Err(
                failure.or("say it: `--engines sqlite`, `postgres`, `mariadb` or `mysql`, or name the database with `--database-url`")
            );
        }
        adopt::diesel(directory, config, url)
    }

    pub fn list_templates(&self) -> Result<Output, Failure> {
        let mut listed: Vec<(String, String)> = KINDS.iter().map(|kind| (kind.name.to_owned(), kind.about.to_owned())).collect();
        if let Ok(project) = self.project()
            && let Some(folder) = &project.config()?.templates.path
        {
            let path = project.root.join(folder).join(MIGRATION);
            let about = match path.is_file() {
                true => "what this project's new migrations are written from",
                false => "what this project's new migrations are to be written from, and is not there",
            };
            listed.push((from_here(&path), about.to_owned()));
        }
        let width = listed.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        Ok(Output {
            text: listed.iter().map(|(name, about)| format!("{name:<width$}  {about}\n")).collect(),
            json: json!({
                "templates": listed.iter().map(|(name, about)| json!({ "name": name, "about": about })).collect::<Vec<_>>(),
            }),
            code: 0,
            ..Output::default()
        })
    }
}

/// Refuses a folder with anything in it that could be somebody's.
fn check_empty(folder: &Path, from: Option<&Path>) -> Result<(), Failure> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::io(folder)(error)),
        Ok(entries) => {
            let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
            let mut names: Vec<String> = names.filter(|name| name != ".git").collect();
            names.sort();
            if names.is_empty() {
                return Ok(());
            }
            let more = names.len().saturating_sub(5);
            names.truncate(5);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let failure = Failure::refused(format!(
                "{} is not empty: it has {}{more} in it",
                folder.display(),
                names.join(", ")
            ));
            Err(failure.or(match from {
                Some(from) => format!("name another folder for the crate: `mina init db --from-diesel {}`", from.display()),
                None => "name another folder: `mina init DIRECTORY`".to_owned(),
            }))
        }
    }
}

fn template_folder(name: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(name);
    if path.is_dir() {
        return Ok(path.to_path_buf());
    }
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    let way_out = match mina_core::diagnostic::did_you_mean(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}, or a folder of your own", names.join(", ")),
    };
    Err(Failure::usage(format!("there is no template `{name}`")).or(way_out))
}

fn check_names(databases: &[String]) -> Result<(), Failure> {
    for (at, name) in databases.iter().enumerate() {
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        let is_name = begins && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !is_name || name == "default" {
            let failure = Failure::usage(format!("`{}` is no name for a database", name.escape_debug()));
            return Err(
                failure.or("one is of `a`–`z`, `0`–`9` and `_`, such as `--multidb analytics`; `default` is the one without a name")
            );
        }
        if databases[..at].contains(name) {
            return Err(Failure::usage(format!("the database `{name}` is named twice")));
        }
    }
    Ok(())
}

/// The name of the package: as given, else the folder's, after the application's.
fn package(given: Option<&str>, folder: &Path, application: Option<&str>) -> Result<String, Failure> {
    if let Some(given) = given {
        let begins = given.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let fits = given.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        // As a crate these would hide what every file uses.
        let is_taken = matches!(
            given,
            "mina" | "diesel" | "std" | "core" | "alloc" | "test" | "proc_macro" | "self" | "super" | "crate"
        );
        return match begins && fits && !is_taken {
            true => Ok(given.to_owned()),
            false => Err(Failure::usage(format!("`{}` is no name for a package", given.escape_debug()))
                .or("one is of letters, digits, `-` and `_`, such as `--package shop-migrations`")),
        };
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' })
        .collect();
    let plain = plain.trim_matches('-');
    let name = match plain {
        "" => "migrations".to_owned(),
        plain if plain.starts_with(|c: char| c.is_ascii_digit()) => format!("migrations-{plain}"),
        plain => plain.to_owned(),
    };
    Ok(match application {
        Some(application) if !name.starts_with(application) => format!("{application}-{name}"),
        _ if matches!(name.as_str(), "mina" | "diesel" | "std" | "core" | "alloc" | "test") => format!("{name}-migrations"),
        _ => name,
    })
}

/// What the history is checked for: as given, else what the url says.
fn config(given: &[String], url: Option<&str>) -> Result<Config, Failure> {
    let list: Vec<String> = given.iter().map(|engine| format!("{engine:?}")).collect();
    let engines = if list.is_empty() {
        String::new()
    } else {
        format!("engines = [{}]\n", list.join(", "))
    };
    let text = format!("[database]\nurl = {:?}\n{engines}", url.unwrap_or("sqlite://app.db"));
    Config::parse(&text).map_err(|error| {
        let way_out = "such as `--engines sqlite,postgres`: sqlite, postgres, mariadb, mysql, each with `>= VERSION` where that matters";
        Failure::usage(error.message).or(way_out)
    })
}

/// How the new crate depends on Mina.
fn mina(path: Option<&Path>, folder: &Path) -> Result<String, Failure> {
    let Some(path) = path else {
        let version = env!("CARGO_PKG_VERSION");
        let parts: Vec<&str> = version.split('.').take(2).collect();
        return Ok(format!("version = \"{}\"", parts.join(".")));
    };
    let path = normal(&std::path::absolute(path).map_err(Failure::io(path))?);
    let manifest = fs::read_to_string(path.join("Cargo.toml"))
        .ok()
        .and_then(|text| text.parse::<toml::Table>().ok());
    let name = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("package")?.get("name")?.as_str());
    match name {
        Some("mina") => Ok(format!("path = {:?}", relative(folder, &path))),
        _ => Err(Failure::usage(format!(
            "{} is not the folder of the package `mina`",
            path.display()
        ))),
    }
}

/// A path from a folder to another one, both absolute.
pub fn relative(from: &Path, to: &Path) -> String {
    let shared = from.components().zip(to.components()).take_while(|(from, to)| from == to).count();
    let up = from.components().skip(shared).map(|_| "..".to_owned());
    let down = to
        .components()
        .skip(shared)
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

struct Facts<'a> {
    package: &'a str,
    targets: &'a [Target],
    engines: &'a [String],
    url: Option<&'a str>,
    databases: &'a [String],
    mina: String,
    standalone: bool,
    manifest: String,
    alias_file: String,
    released: Option<&'a str>,
}

fn values(facts: &Facts<'_>) -> Value {
    let driver = |target: &Target| match target.product {
        Product::Sqlite => "sqlite",
        Product::Postgres => "postgres",
        Product::Mariadb | Product::Mysql => "mysql",
    };
    let mut drivers: Vec<&str> = facts.targets.iter().map(driver).collect();
    drivers.dedup();
    let is_on_sqlite = drivers.contains(&"sqlite");
    let test_driver = if is_on_sqlite {
        "sqlite"
    } else {
        drivers.first().copied().unwrap_or("sqlite")
    };
    let given: Vec<String> = facts.engines.iter().map(|engine| format!("{:?}", engine.trim())).collect();
    let named = facts.targets.iter().map(|target| {
        let name = match target.product {
            Product::Sqlite => "sqlite",
            Product::Postgres => "postgres",
            Product::Mariadb => "mariadb",
            Product::Mysql => "mysql",
        };
        format!("\"{name} >= {}\"", shown_version(target.version))
    });
    let with_versions = given.iter().any(|engine| engine.contains(">="));
    let engines: Vec<String> = if with_versions { given } else { named.collect() };
    let is_secret = facts.url.is_some_and(has_password);
    let url = match facts.url {
        Some(url) if !is_secret => url.to_owned(),
        None if is_on_sqlite => "sqlite://app.db".to_owned(),
        _ => "env:DATABASE_URL".to_owned(),
    };
    let other = |name: &String| {
        let url = match is_on_sqlite {
            true => format!("sqlite://{name}.db"),
            false => format!("env:{}_DATABASE_URL", name.to_uppercase()),
        };
        context! { name => name, url => url }
    };
    context! {
        package => facts.package,
        library => facts.package.replace('-', "_"),
        drivers => drivers,
        default_features => if is_on_sqlite { "\"bundled\"".to_owned() } else { format!("{test_driver:?}") },
        test_driver => test_driver,
        connection => if test_driver == "mysql" { "MysqlConnection" } else { "PgConnection" },
        engines => engines.join(", "),
        url => url,
        url_is_secret => is_secret,
        databases => facts.databases.iter().map(other).collect::<Vec<Value>>(),
        mina => facts.mina.as_str(),
        standalone => facts.standalone,
        manifest => facts.manifest.as_str(),
        alias_file => facts.alias_file.as_str(),
        released => facts.released,
    }
}

fn shown_version((major, minor): (u16, u16)) -> String {
    if minor == 0 {
        major.to_string()
    } else {
        format!("{major}.{minor}")
    }
}

/// Whether a url has a password in it, before its host or among its parameters.
fn has_password(url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else { return false };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let in_account = authority.rsplit_once('@').is_some_and(|(account, _)| account.contains(':'));
    in_account || rest.to_lowercase().contains("password=")
}

/// The first migration: an empty one, on which the others build.
fn first(folder: &Path) -> (PathBuf, String) {
    let id = name::fresh(&Graph::default(), |_| false);
    let text = Draft {
        message: "Begin the history".to_owned(),
        description: "What the database is like before anything is in it; every other migration builds on this one.".to_owned(),
        revision: id.clone(),
        ..Draft::default()
    };
    let name = name::file(&Templates::default(), &id, "Begin the history");
    (folder.join("versions").join(name), text.to_string())
}

#[cfg(test)]
mod tests {
    use super::{has_password, package, relative};
    use std::path::Path;

    #[test]
    fn a_package_is_named_after_its_folder_and_the_application() {
        let named = |folder: &str, application| package(None, Path::new(folder), application).unwrap();
        assert_eq!(named("/shop/migrations", Some("shop")), "shop-migrations");
        assert_eq!(named("/shop/shop-db", Some("shop")), "shop-db");
        assert_eq!(named("/x/My DB", None), "my-db");
        assert_eq!(named("/x/2025", None), "migrations-2025");
        assert_eq!(named("/", None), "migrations");
        for wrong in ["", "1a", "a b", "é", "diesel"] {
            assert!(package(Some(wrong), Path::new("/x"), None).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_seen_wherever_it_stands() {
        for url in [
            "postgres://me:secret@h/d",
            "mysql://me@h/d?password=secret",
            "postgres:///d?PASSWORD=x",
        ] {
            assert!(has_password(url), "{url}");
        }
        for url in ["sqlite://app.db", "postgres://me@h:5432/d", "app.db", "postgres://h:5432/d"] {
            assert!(!has_password(url), "{url}");
        }
    }

    #[test]
    fn a_path_leads_from_one_folder_to_another() {
        assert_eq!(relative(Path::new("/a/b"), Path::new("/a/c/d")), "../c/d");
        assert_eq!(relative(Path::new("/a"), Path::new("/a/b")), "b");
        assert_eq!(relative(Path::new("/a"), Path::new("/a")), ".");
    }
}
