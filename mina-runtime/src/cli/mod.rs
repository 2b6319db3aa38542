//! The command line of a crate of migrations.

mod args;
mod change;
mod graph;
mod look;
mod progress;
mod style;
mod target;

use crate::connection::AnyConnection;
use crate::migration::Migrations;
use crate::runner::{Error, ErrorKind, Runner};
use crate::settings::{Location, Resolved, Settings};
use args::{Arguments, Command, Format, Options};
use clap::Parser;
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;
use style::Style;

/// Runs the command line: a crate's `main` is `mina::cli::main(MIGRATIONS)`.
pub fn main(migrations: Migrations) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is no failure of `--help`.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let format = arguments.options.format;
    let outcome = Session::new(migrations, arguments.options).and_then(|session| session.run(arguments.command));
    match outcome {
        Ok(output) => {
            output.print(format);
            ExitCode::from(output.code)
        }
        Err(failure) => {
            failure.print(format);
            ExitCode::from(failure.error.exit_code())
        }
    }
}

/// What a command prints at its end.
#[derive(Debug, Default)]
struct Output {
    text: String,
    json: Value,
    code: u8,
}

/// Why a command stopped.
#[derive(Debug)]
struct Failure {
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

impl Output {
    fn print(&self, format: Format) {
        let mut text = match format {
            Format::Text => self.text.clone(),
            Format::Json => format!("{:#}", self.json),
        };
        if text.is_empty() {
            return;
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        // A closed pipe, such as `history | head`, is no failure.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }
}

impl Failure {
    fn print(&self, format: Format) {
        if format == Format::Json {
            let mut value = match &self.json {
                Value::Object(fields) => Value::Object(fields.clone()),
                _ => json!({}),
            };
            value["error"] = json!({
                "message": self.error.kind().to_string(),
                "help": self.error.kind().help(),
                "exit_code": self.error.exit_code(),
                "bind": self.bind,
            });
            let _ = writeln!(std::io::stdout(), "{value:#}");
            return;
        }
        let style = Style::of(&std::io::stderr());
        let bind = self.bind.as_deref().map_or_else(String::new, |bind| format!("{bind}: "));
        eprintln!("{} {bind}{}", style.error("error:"), self.error.kind());
        for help in self.error.kind().help() {
            eprintln!("  {} {}", style.dim("help:"), help.replace('\n', "\n        "));
        }
        let ran = self.error.report();
        let taken_back = crate::runner::count(ran.taken_back.len(), "revision");
        if !ran.taken_back.is_empty() && !matches!(self.error.kind(), ErrorKind::Step(_)) {
            eprintln!("  {} {taken_back} that had been run were taken back", style.dim("note:"));
        }
        if !ran.is_empty() {
            let at = names(&ran.current);
            eprintln!(
                "  {} {} before it stay, the database is at {at}",
                style.dim("note:"),
                crate::runner::count(ran.migrations.len(), "revision")
            );
        }
    }
}

fn names(revisions: &[String]) -> String {
    match revisions.is_empty() {
        true => "base".to_owned(),
        false => revisions.join(", "),
    }
}

/// The options, read.
struct Session {
    migrations: Migrations,
    options: Options,
    settings: Resolved,
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

impl Session {
    fn new(migrations: Migrations, options: Options) -> Result<Self, Failure> {
        let settings = Settings {
            database_url: options.database_url.clone(),
            config: options.config.clone(),
        };
        let settings = settings.resolve(&migrations)?;
        Ok(Self {
            migrations,
            options,
            settings,
        })
    }

    fn run(&self, command: Command) -> Result<Output, Failure> {
        match command {
            Command::Upgrade { target } => self.upgrade(&target),
            Command::Create => self.create(),
            Command::Downgrade { target, yes } => self.downgrade(&target, yes),
            Command::Repair { yes, done, redo } => self.repair(yes, done || redo, done),
            Command::Current { verbose, check_heads } => self.current(verbose, check_heads),
            Command::Status => self.status(),
            Command::Plan { target } => self.plan(&target),
            Command::History {
                range,
                verbose,
                indicate_current,
            } => self.history(range.as_deref(), verbose, indicate_current),
            Command::Heads { verbose } => self.heads(verbose),
            Command::Branches { verbose } => self.branches(verbose),
            Command::Show { revision } => self.show(&revision),
        }
    }

    fn style(&self) -> Style {
        Style::of(&std::io::stdout())
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
        runner.config(self.settings.config.clone())
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

fn agreed(yes: bool) -> bool {
    yes || std::env::var("MINA_YES").is_ok_and(|value| !matches!(value.trim().to_lowercase().as_str(), "" | "0" | "no" | "false"))
}
