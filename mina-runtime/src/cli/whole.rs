//! What is done with a database as a whole: tried out, copied, made anew.

use super::{Bound, Failure, Session, names};
use crate::connection::AsConnection;
use crate::runner::{Direction, Error, ErrorKind, Rehearsal, Report};
use crate::settings::Location;
use mina_command::database::Agree;
use mina_command::{Output, count};
use mina_core::schema::{Type, Value as Literal};
use mina_core::sql::{Dialect, sqlite::Sqlite};
use serde_json::json;
use std::path::Path;
use std::process::Command;

impl Session<'_> {
    pub(super) fn rehearse(&self, target: &str) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut databases = Vec::new();
        for bound in self.bound(&self.names_for(target)?)? {
            let (mut conn, _) = bound.look().map_err(|error| bound.fail(error))?;
            let rehearsal = self.with_progress(&bound, |progress| bound.runner.rehearse(conn.as_connection(), target, progress))?;
            output.text += &said(&bound, &rehearsal);
            databases.push(json!({ "bind": bound.label(), "database": bound.location.to_string(), "rehearsal": rehearsal }));
        }
        output.json = json!({ "databases": databases });
        Ok(output)
    }

    pub(super) fn redo(&self, agree: Agree) -> Result<Output, Failure> {
        let names = self.names_for("-1")?;
        let all = self.bound(&names)?;
        if !agree.is_given() {
            self.ask_for_losses(&all, "-1")?;
        }
        let summary = |bound: &Bound, report: &Report| match report.is_empty() {
            true => format!("{}: nothing to do, at base", bound.title()),
            false => format!("{}: done again, now at {}", bound.title(), names_of(report)),
        };
        self.each(&names, summary, |bound| {
            let mut conn = bound.location.open(false).map_err(|error| bound.fail(error))?;
            self.with_progress(bound, |progress| bound.runner.redo(conn.as_connection(), progress))
        })
    }

    pub(super) fn reset(&self, agree: Agree, force: bool) -> Result<Output, Failure> {
        let binds = self.names()?;
        let all = self.bound(&binds)?;
        self.may_drop(&all, agree, force)?;
        let summary = |bound: &Bound, report: &Report| {
            let number = count(report.migrations.len(), "revision");
            format!("{}: made anew with {number}, now at {}", bound.title(), names_of(report))
        };
        self.each(&binds, summary, |bound| {
            let fail = |error: ErrorKind| bound.fail(error);
            bound.location.remove(force).map_err(fail)?;
            bound.location.make().map_err(fail)?;
            let mut conn = bound.location.open(true).map_err(fail)?;
            self.with_progress(bound, |progress| {
                bound.runner.run(conn.as_connection(), Direction::Up, "heads", progress)
            })
        })
    }

    pub(super) fn create_database(&self) -> Result<Output, Failure> {
        self.of_each(&self.bound(&self.names()?)?, "made", |bound| match bound.location.make() {
            Ok(true) => Ok("made".to_owned()),
            Ok(false) => Ok("is there".to_owned()),
            Err(error) => Err(error),
        })
    }

    pub(super) fn drop_database(&self, agree: Agree, force: bool) -> Result<Output, Failure> {
        let all = self.bound(&self.names()?)?;
        self.may_drop(&all, agree, force)?;
        self.of_each(&all, "dropped", |bound| match bound.location.remove(force) {
            Ok(true) => Ok("dropped".to_owned()),
            Ok(false) => Ok("is not there".to_owned()),
            Err(error) => Err(error),
        })
    }

    fn of_each(&self, all: &[Bound], key: &str, work: impl Fn(&Bound) -> Result<String, ErrorKind>) -> Result<Output, Failure> {
        let mut output = Output::default();
        let mut databases = Vec::new();
        for bound in all {
            let word = work(bound).map_err(|error| bound.fail(error))?;
            output.text += &format!("{}: {word}\n", bound.title());
            databases.push(json!({ "bind": bound.label(), "database": bound.location.to_string(), key: word == key }));
        }
        if self.options.quiet {
            output.text.clear();
        }
        output.json = json!({ "databases": databases });
        Ok(output)
    }

    /// Refuses to drop what is not this history's or what nobody said yes to.
    fn may_drop(&self, all: &[Bound], agree: Agree, force: bool) -> Result<(), Failure> {
        let mut there = Vec::new();
        for bound in all {
            let mut conn = match bound.location.open(false) {
                Err(error) if is_missing(&error) => continue,
                opened => opened.map_err(|error| bound.fail(error))?,
            };
            if !force {
                let ours = bound.runner.require_ours(conn.as_connection());
                ours.map_err(|error| bound.fail(error))?;
            }
            there.push(bound.title());
        }
        if there.is_empty() || agree.is_given() {
            return Ok(());
        }
        let losses = format!("this drops {} with all that is in it", there.join(", "));
        match self.ask(&format!("{losses}: go on?")) {
            true => Ok(()),
            false => Err(Error::from(ErrorKind::Losing { losses }).into()),
        }
    }

    /// Makes a copy of a database, where there is one and something is going to be run; where it is.
    pub(super) fn back_up(&self, bound: &Bound, target: &str) -> Result<Option<String>, Failure> {
        let fail = |error: ErrorKind| bound.fail(error);
        let mut conn = match bound.location.open(false) {
            Err(error) if is_missing(&error) => return Ok(None),
            opened => opened.map_err(fail)?,
        };
        let conn = conn.as_connection();
        let plan = bound.runner.plan(conn, Direction::Up, target).map_err(|error| bound.fail(error))?;
        if plan.is_empty() {
            return Ok(None);
        }
        match &bound.location {
            Location::File(file) => {
                let Some(path) = &file.path else { return Ok(None) };
                let failed = |conn: &dyn crate::connection::Connection, error| fail(crate::runner::failure(conn, &error));
                let time = conn.number("SELECT CAST(strftime('%Y%m%d%H%M%S', 'now') AS INTEGER)");
                let time = time.map_err(|error| failed(conn, error))?;
                let copy = format!("{}.{time}.backup", path.display());
                let name = Sqlite.literal(&Literal::String(copy.clone()), Some(&Type::Text));
                conn.execute(&format!("VACUUM INTO {name}")).map_err(|error| failed(conn, error))?;
                Ok(Some(copy))
            }
            Location::Server(server) => {
                let Some(command) = &self.settings.config.run.backup else {
                    return Err(fail(ErrorKind::NoBackup { engine: server.engine() }));
                };
                run(command, server.url(), bound.label(), &self.settings.directory).map_err(fail)?;
                Ok(Some(command.clone()))
            }
        }
    }
}

/// Runs a command of mina.toml; the url is in its environment, for a command line can be read by everybody.
fn run(command: &str, url: &str, bind: &str, directory: &Path) -> Result<(), ErrorKind> {
    let mut shell = match cfg!(windows) {
        true => Command::new("cmd"),
        false => Command::new("sh"),
    };
    shell.args([if cfg!(windows) { "/C" } else { "-c" }, command]);
    if directory.is_dir() {
        shell.current_dir(directory);
    }
    let failed = |reason: String| ErrorKind::Backup {
        command: command.to_owned(),
        reason,
    };
    // What it prints is no part of what this program prints.
    let output = shell.env("DATABASE_URL", url).env("MINA_BIND", bind).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    match output.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr).trim().replace(url, "[url]");
            Err(failed(format!("{}\n{said}", output.status)))
        }
    }
}

fn is_missing(error: &ErrorKind) -> bool {
    match error {
        ErrorKind::NoDatabase { .. } => true,
        ErrorKind::Connect(error) => error.is_no_database(),
        _ => false,
    }
}

fn names_of(report: &Report) -> String {
    names(&report.current)
}

fn said(bound: &Bound, rehearsal: &Rehearsal) -> String {
    let tried = count(rehearsal.migrations.len(), "revision");
    let mut text = match rehearsal.migrations.is_empty() && rehearsal.not_tried.is_empty() {
        true => format!("{}: nothing to do\n", bound.title()),
        false => format!("{}: {tried} tried and taken back\n", bound.title()),
    };
    for left in &rehearsal.not_tried {
        text += &format!(
            "  not tried: {} at {}\n    {}\n    {}\n",
            left.revision, left.place, left.what, left.why
        );
    }
    text
}
