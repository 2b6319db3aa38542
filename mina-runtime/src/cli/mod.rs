//! The command line of a crate of migrations.

mod change;
mod graph;
mod look;
mod progress;
mod script;
mod stamp;
mod target;
mod whole;

use crate::connection::AnyConnection;
use crate::migration::Migrations;
use crate::runner::{Error, ErrorKind, Runner};
use crate::settings::{Location, Resolved, Settings};
use mina_command::database::{Database, Instead, Itself, Script, Tag};
use mina_command::look::Look;
use mina_command::output::Complaint;
use mina_command::source::Source;
use mina_command::{Arguments, Command, Format, Options, Output, Style, completions, count, explain};
use script::Scripted;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs the command line: a crate's `main` is `mina::cli::main(MIGRATIONS)`.
pub fn main(migrations: Migrations) -> ExitCode {
    run(migrations, |runner| runner)
}

/// The same with something to do before and after each migration.
///
/// ```no_run
/// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
/// # use mina_runtime as mina;
/// fn main() -> std::process::ExitCode {
///     mina::cli::run(MIGRATIONS, |runner| {
///         runner.after_each(|moment| {
///             eprintln!("{} for {:?}", moment.migration().revision, moment.argument("tenant"));
///             Ok(())
///         })
///     })
/// }
/// ```
pub fn run(migrations: Migrations, prepare: impl Fn(Runner) -> Runner) -> ExitCode {
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(code) => return ExitCode::from(code),
    };
    let format = arguments.options.format;
    match session(migrations, arguments, &prepare) {
        Ok(output) => {
            output.print(format);
            ExitCode::from(output.code)
        }
        Err(failure) => {
            failure.complaint().print(format);
            ExitCode::from(failure.error.exit_code())
        }
    }
}

/// Does what was asked for with a history that was not compiled: what changes no database can be answered so.
///
/// # Errors
///
/// Why it is not done.
#[doc(hidden)]
pub fn answer(migrations: Migrations, arguments: Arguments) -> Result<Output, Failure> {
    session(migrations, arguments, &|runner| runner)
}

fn session(migrations: Migrations, arguments: Arguments, prepare: &dyn Fn(Runner) -> Runner) -> Result<Output, Failure> {
    Session::new(migrations, arguments.options, prepare)?.run(arguments.command)
}

/// Why a command stopped.
#[derive(Debug)]
pub struct Failure {
    error: Error,
    bind: Option<String>,
    json: Value,
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            error: error.into(),
            bind: None,
            json: Value::Null,
        }
    }
}

impl Failure {
    /// What is wrong.
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// As it is printed.
    pub fn complaint(&self) -> Complaint<'_> {
        let kind = self.error.kind();
        let ran = self.error.report();
        let mut notes = Vec::new();
        if !ran.taken_back.is_empty() && !matches!(kind, ErrorKind::Step(_)) {
            let taken_back = count(ran.taken_back.len(), "revision");
            notes.push(format!("{taken_back} that had been run were taken back"));
        }
        if !ran.is_empty() {
            let stay = count(ran.migrations.len(), "revision");
            notes.push(format!("{stay} before it stay, the database is at {}", names(&ran.current)));
        }
        Complaint {
            bind: self.bind.as_deref(),
            message: kind.to_string(),
            help: kind.help(),
            notes,
            code: self.error.exit_code(),
            json: self.json.clone(),
        }
    }
}

/// The one target that a script has.
fn one(targets: &[String]) -> Result<String, ErrorKind> {
    match targets {
        [one] => Ok(one.clone()),
        _ => Err(ErrorKind::Usage("a script has one target, or one range `FROM:TO`".to_owned())),
    }
}

fn names(revisions: &[String]) -> String {
    match revisions.is_empty() {
        true => "base".to_owned(),
        false => revisions.join(", "),
    }
}

/// The options, read.
struct Session<'a> {
    migrations: Migrations,
    options: Options,
    settings: Resolved,
    /// Words for the hooks.
    words: Vec<(String, String)>,
    prepare: &'a dyn Fn(Runner) -> Runner,
}

/// One bind, with its database.
struct Bound {
    name: Option<String>,
    runner: Runner,
    location: Location,
}

impl Bound {
    fn title(&self) -> String {
        match &self.name {
            None => self.location.to_string(),
            Some(name) => format!("{name} ({})", self.location),
        }
    }

    fn label(&self) -> &str {
        self.name.as_deref().unwrap_or("default")
    }

    /// A database to look at; an empty one where there is none yet, and whether there is.
    fn look(&self) -> Result<(AnyConnection, bool), ErrorKind> {
        match self.location.open(false) {
            Ok(conn) => Ok((conn, true)),
            Err(ErrorKind::NoDatabase { .. }) => {
                let nowhere = Location::parse(":memory:", std::path::Path::new(""))?;
                Ok((nowhere.open(true)?, false))
            }
            Err(error) => Err(error),
        }
    }

    fn fail(&self, error: impl Into<Error>) -> Failure {
        Failure {
            bind: self.name.clone(),
            ..Failure::from(error)
        }
    }
}

impl<'a> Session<'a> {
    fn new(migrations: Migrations, options: Options, prepare: &'a dyn Fn(Runner) -> Runner) -> Result<Self, Failure> {
        let settings = Settings {
            database_url: options.database_url.clone(),
            config: options.config.clone().or_else(|| mina_toml(options.directory.as_deref()?)),
        };
        let settings = settings.resolve(&migrations)?;
        let words = options.x_arg.iter().map(|word| match word.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
            _ => Err(ErrorKind::Usage(format!("`-x {word}` is no `key=value`"))),
        });
        Ok(Self {
            words: words.collect::<Result<_, _>>()?,
            migrations,
            options,
            settings,
            prepare,
        })
    }

    fn run(&mut self, command: Command) -> Result<Output, Failure> {
        match command {
            Command::Database(command) => self.database(command),
            Command::Look(command) => self.look(command),
            Command::Source(Source::Check { db: true }) => self.check(),
            Command::Source(command) => Err(ErrorKind::NeedsSources {
                command: command.name(),
                directory: self.migrations.directory,
            }
            .into()),
        }
    }

    fn database(&mut self, command: Database) -> Result<Output, Failure> {
        match command {
            Database::Upgrade {
                target,
                sql,
                dry_run,
                backup,
                tag,
            } => {
                self.tag(tag);
                match self.scripted(&sql)? {
                    Some(script) => self.sql(Scripted::Upgrade, &target, script),
                    None if dry_run => self.rehearse(&target),
                    None => self.upgrade(&target, backup),
                }
            }
            Database::Create => self.create(),
            Database::Downgrade { target, sql, tag, agree } => {
                self.tag(tag);
                match self.scripted(&sql)? {
                    Some(script) => self.sql(Scripted::Downgrade, &target, script),
                    None => self.downgrade(&target, agree),
                }
            }
            Database::Redo { agree } => self.redo(agree),
            Database::Sql { target, script } => self.sql(Scripted::Upgrade, &target, &script),
            Database::Stamp {
                targets,
                purge,
                force,
                sql,
                tag,
            } => {
                self.tag(tag);
                match self.scripted(&sql)? {
                    Some(script) => self.sql(Scripted::Stamp, &one(&targets)?, script),
                    None => self.stamp(&targets, purge, force),
                }
            }
            Database::EnsureVersion { sql } => match self.scripted(&sql)? {
                Some(script) => self.sql(Scripted::Tables, "", script),
                None => self.ensure_version(),
            },
            Database::Reset { agree, force } => self.reset(agree, force),
            Database::Itself(Itself::Create) => self.create_database(),
            Database::Itself(Itself::Drop { agree, force }) => self.drop_database(agree, force),
            Database::Repair { agree, done, redo } => self.repair(agree, done || redo, done),
            Database::Current { verbose, check_heads } => self.current(verbose, check_heads),
            Database::Status => self.status(),
            Database::Plan { target } => self.plan(&target),
        }
    }

    fn look(&self, command: Look) -> Result<Output, Failure> {
        match command {
            Look::History {
                range,
                verbose,
                indicate_current,
            } => self.history(range.as_deref(), verbose, indicate_current),
            Look::Heads {
                verbose,
                resolve_dependencies,
            } => self.heads(verbose, resolve_dependencies),
            Look::Branches { verbose } => self.branches(verbose),
            Look::Show { revision } => self.show(&revision),
            Look::Explain { code } => match explain(code.as_deref()) {
                Ok(text) => Ok(Output { text, ..Output::default() }),
                Err(message) => Err(ErrorKind::Usage(message).into()),
            },
            Look::Completions { shell } => Ok(Output {
                text: completions(shell, &mina_command::program()),
                ..Output::default()
            }),
        }
    }

    fn style(&self) -> Style {
        Style::stdout()
    }

    /// The binds that a command is about, without their databases.
    fn names(&self) -> Result<Vec<Option<String>>, ErrorKind> {
        match self.options.bind.as_deref() {
            Some("default") => Ok(vec![None]),
            Some(name) if self.settings.config.bind(Some(name)).is_some() => Ok(vec![Some(name.to_owned())]),
            Some(name) => Err(ErrorKind::NoBind {
                bind: name.to_owned(),
                known: self.settings.config.databases.keys().cloned().collect(),
            }),
            None if self.options.database_url.is_some() => Ok(vec![None]),
            None => {
                let mut binds = self.migrations.binds();
                if binds.is_empty() {
                    binds.push(None);
                }
                Ok(binds)
            }
        }
    }

    fn runner(&self, name: Option<&str>) -> Runner {
        let runner = self.migrations.runner().bind(name).strict(self.options.strict);
        let runner = runner.config(self.settings.config.clone());
        let given = |runner: Runner, (key, value): &(String, String)| runner.argument(key, value);
        (self.prepare)(self.words.iter().fold(runner, given))
    }

    fn tag(&mut self, tag: Tag) {
        self.words.extend(tag.tag.map(|tag| ("tag".to_owned(), tag)));
    }

    fn scripted<'s>(&self, sql: &'s Instead) -> Result<Option<&'s Script>, ErrorKind> {
        sql.script().map_err(ErrorKind::Usage)
    }

    fn bound(&self, names: &[Option<String>]) -> Result<Vec<Bound>, ErrorKind> {
        if names.len() > 1 {
            self.settings.check_binds(names)?;
        }
        let bound = names.iter().map(|name| {
            let location = self.settings.location(name.as_deref())?;
            let place = location.clone();
            let runner = self.runner(name.as_deref());
            Ok(Bound {
                name: name.clone(),
                runner: runner.with_connector(move || Ok(place.open(false).map_err(Error::from)?)),
                location,
            })
        });
        bound.collect()
    }

    /// Says something beside the result.
    fn note(&self, text: &str) {
        if self.options.format == Format::Text && !self.options.quiet {
            eprintln!("{text}");
        }
    }

    /// Whether one of two answers is asked for on a terminal.
    fn ask(&self, question: &str) -> bool {
        use std::io::IsTerminal;
        if self.options.format == Format::Json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return false;
        }
        eprint!("{question} [y/N] ");
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }
}

/// The mina.toml of a crate's folder, which may have none; a folder that is not there is asked for it all the same.
fn mina_toml(folder: &Path) -> Option<PathBuf> {
    let file = folder.join("mina.toml");
    (file.exists() || !folder.is_dir()).then_some(file)
}
