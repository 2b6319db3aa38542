use super::report::{Direction, Report};
use crate::settings::ConnectError;
use mina_core::config::ConfigError;
use mina_core::engine::Engine;
use mina_core::normal::Difference;
use std::fmt;
use std::time::Duration;

/// Why a run stopped, and what it had done until then.
#[derive(Debug)]
pub struct Error {
    kind: Box<ErrorKind>,
    report: Box<Report>,
}

impl Error {
    pub(crate) fn after(kind: ErrorKind, report: Report) -> Self {
        Self {
            kind: Box::new(kind),
            report: Box::new(report),
        }
    }

    /// The same after something else had been done.
    pub(crate) fn with_before(mut self, before: Report) -> Self {
        let after = std::mem::replace(&mut *self.report, before);
        self.report.migrations.extend(after.migrations);
        self.report.taken_back.extend(after.taken_back);
        self.report.warnings.extend(after.warnings);
        self.report.current = after.current;
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// What was done before, and stays done.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The exit code of the command line: 1 failed, 2 usage, 3 pending, 4 drift, 5 refused, 6 locked, 7 partly applied.
    pub fn exit_code(&self) -> u8 {
        self.kind.exit_code()
    }
}

impl From<ConnectError> for ErrorKind {
    fn from(error: ConnectError) -> Self {
        Self::Connect(Box::new(error))
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::after(kind, Report::default())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        for line in self.kind.help() {
            write!(f, "\n{line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.kind)
    }
}

/// What can be wrong, one sentence each; [`ErrorKind::help`] has the ways out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum ErrorKind {
    #[error("{0}")]
    Config(ConfigError),
    #[error("there is no database `{bind}` in mina.toml")]
    NoBind { bind: String, known: Vec<String> },
    #[error("no url for {}", database(bind))]
    NoUrl { bind: Option<String> },
    #[error("the environment variable `{variable}` is {}", if *empty { "empty" } else { "not set" })]
    Variable { variable: String, empty: bool, from: &'static str },
    #[error("{0}")]
    Connect(Box<ConnectError>),
    #[error("the databases `{first}` and `{second}` are the same one and share the history table `{table}`")]
    Shared { first: String, second: String, table: String },
    #[error("there is no database at {path}")]
    NoDatabase { path: String },
    #[error("cannot open {path}: {reason}")]
    Open { path: String, reason: String },
    #[error("{0}")]
    Target(String),
    #[error("{0}")]
    Usage(String),
    #[error("the checker refuses `{revision}`, so there is no SQL of it")]
    NotChecked { revision: String, file: String },
    #[error("`{command}` works on source files, which this program does not have")]
    NeedsSources { command: &'static str, directory: &'static str },
    #[error("the database is not empty: it has {}", holds(found, *applied))]
    NotEmpty { found: Vec<String>, applied: usize },
    #[error("what `{revision}` does with rows cannot be done at once with all others{}: {why}", at(file, *line))]
    OneByOne {
        revision: String,
        file: String,
        line: u32,
        why: String,
    },
    #[error("this program does not know the schema that its last revision leaves")]
    NoCreation,
    #[error("the connection is inside a transaction")]
    InTransaction,
    #[error("the database cannot be written")]
    ReadOnly,
    #[error("{why}")]
    NoChanges { why: String },
    #[error(
        "`{revision}` has a statement that is in no transaction, at {place}, and a pooler gives this connection a session for one transaction at a time:\n    {what}"
    )]
    Pooled { revision: String, place: String, what: String },
    #[error(
        "another process holds the database's lock, {} ms were waited for it{}",
        waited,
        blocking(blockers)
    )]
    Locked { waited: u64, blockers: Vec<String> },
    #[error("{0}")]
    Held(Held),
    #[error("another runner has taken over: this one gave no sign of life for longer than its lease")]
    Superseded,
    #[error("no migration of this history is for {engine}: mina.toml does not declare it")]
    NotDeclared { engine: Engine },
    #[error("the connection to the server is no more: {message}")]
    Gone { message: String },
    #[error("the history table `{table}` is in the schema `{schema}`, which is not on the search path")]
    OtherSchema { table: String, schema: String },
    #[error("the history table `{table}` holds {}, which this history does not know", names(ids))]
    Unknown {
        ids: Vec<String>,
        table: String,
        latest: Option<String>,
    },
    #[error(
        "the database stands in the middle of what was squashed into `{squash}`: it has applied {}, and not `{squash}`",
        names(ids)
    )]
    InsideSquash {
        squash: String,
        /// Those of its revisions that the database has applied, whole or in part.
        ids: Vec<String>,
        file: String,
    },
    #[error("the history table `{table}` holds {}, which belongs to {}", names(ids), database(bind))]
    OtherBind {
        ids: Vec<String>,
        bind: Option<String>,
        table: String,
    },
    #[error("the database is ahead: it holds {}, later than all that this program knows", names(ids))]
    Ahead { ids: Vec<String> },
    #[error("the database is behind: {} not applied ({})", if pending.len() == 1 { "1 revision is".to_owned() } else { format!("{} revisions are", pending.len()) }, names(pending))]
    Behind { pending: Vec<String> },
    #[error("{} changed since being applied", edited(edits))]
    Edited { edits: Vec<Edit> },
    #[error("`{revision}` cannot be reverted: {why}")]
    Irreversible { revision: String, file: String, why: String },
    #[error("`{revision}` is not known here, and the journal has no downgrade for it")]
    NoDowngrade { revision: String },
    #[error("{}", step(.0))]
    Step(Box<StepError>),
    #[error("`{revision}` is partly {}: {done} of {units} units", if *direction == Direction::Up { "applied" } else { "reverted" })]
    Partly {
        revision: String,
        direction: Direction,
        done: usize,
        units: usize,
        why: Partly,
    },
    #[error("`{revision}` {why}, and the connection that Diesel's harness has only takes statements")]
    OutOfReach { revision: String, why: String },
    #[error("mina.toml keeps the history in `{table}`, Diesel's harness in `{}`", super::HISTORY_TABLE)]
    OtherTable { table: String },
    #[error("another process changed the history meanwhile: {reason}")]
    Raced { reason: String },
    #[error("the disk is full")]
    Full,
    #[error("the database is damaged: {message}")]
    Corrupt { message: String },
    #[error("the file is not a SQLite database")]
    NotADatabase,
    #[error("the disk failed: {message}")]
    Io { message: String },
    #[error("this program does not have the block of `{revision}`, and so not the schema that it leaves")]
    NoBlock { revision: String },
    #[error("the database is not what {} it: {}", made_by(revisions), drift(differences))]
    Drift {
        revisions: Vec<String>,
        differences: Vec<Difference>,
    },
    #[error("`{revision}` runs Rust, at {place}, which no script can hold")]
    NeedsRust { revision: String, place: String },
    #[error("the {} of `{revision}` cannot be written as a script, at {place}: {why}", direction.command())]
    NotWritten {
        revision: String,
        direction: Direction,
        place: String,
        why: String,
    },
    #[error("the hook `{hook}` stopped the {} of `{revision}`: {message}", direction.command())]
    Hook {
        hook: &'static str,
        revision: String,
        direction: Direction,
        message: String,
    },
    #[error("the database holds {}, and nothing of this history", names(found))]
    NotOurs { found: Vec<String> },
    #[error("no command makes a copy of a database of {engine}")]
    NoBackup { engine: Engine },
    #[error("`{command}` made no copy: {reason}")]
    Backup { command: String, reason: String },
    #[error("the units of `{revision}` cannot be read: {message}")]
    Damaged { revision: String, message: String },
    #[error("{losses}, and nobody was asked")]
    Losing { losses: String },
    #[error("{message}")]
    Database { message: String },
}

/// Why a migration that is done in part cannot simply be carried on with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs)]
pub enum Partly {
    /// It is, and was not asked for.
    OtherWay,
    /// The part that was run has been edited since.
    Edited,
    /// A step outside a transaction was begun, and it is not known whether it came to its end.
    Unfinished { unit: usize },
    /// The same, and the database is neither as before it nor as after it.
    Neither { unit: usize, differences: String },
    /// What is done cannot be taken back: how that is done for a unit is not known.
    NoWayBack { unit: usize, statement: String, why: String },
    /// The status commands report it.
    Found,
}

/// Who has been changing a database for longer than was waited.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Held {
    pub holder: String,
    pub session: i64,
    pub waited: Duration,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holder = if self.holder.is_empty() { "another runner" } else { &self.holder };
        write!(
            f,
            "{holder} is changing this database, {:.1} s were waited for it",
            self.waited.as_secs_f64()
        )
    }
}

fn blocking(blockers: &[String]) -> String {
    blockers.iter().map(|blocker| format!("\n    {blocker}")).collect()
}

/// An applied migration that is not what was applied.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Edit {
    /// The revision.
    pub revision: String,
    /// Its file.
    pub file: String,
    /// The checksum when it was applied.
    pub recorded: String,
    /// The checksum now.
    pub checksum: String,
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepError {
    /// The revision.
    pub revision: String,
    /// Which way it was run.
    pub direction: Direction,
    /// Its file.
    pub file: String,
    /// The line in it; 0 where unknown.
    pub line: u32,
    /// The statement, shortened; empty for Rust.
    pub statement: String,
    /// The engine's own words, or the step's.
    pub message: String,
    /// The units that were done before, and stay done.
    pub done: usize,
    /// The units of the migration.
    pub units: usize,
    /// The revisions that shared the transaction and were taken back with it, in the order in which they had been run.
    pub taken_back: Vec<String>,
    /// What kind of failure it is.
    pub trouble: crate::connection::Trouble,
}

fn step(error: &StepError) -> String {
    let verb = match error.direction {
        Direction::Up => "upgrade to",
        Direction::Down => "downgrade of",
    };
    let place = place(&error.file, error.line);
    let mut text = format!(
        "{verb} `{}` failed{}",
        error.revision,
        if place.is_empty() { place } else { format!(" at {place}") }
    );
    for line in error.statement.lines() {
        text.push_str("\n    ");
        text.push_str(line);
    }
    text.push_str("\n  ");
    text.push_str(&error.message);
    text
}

pub(crate) fn place(file: &str, line: u32) -> String {
    match (file, line) {
        ("", _) => String::new(),
        (file, 0) => file.to_owned(),
        (file, line) => format!("{file}:{line}"),
    }
}

fn at(file: &str, line: u32) -> String {
    match place(file, line) {
        place if place.is_empty() => place,
        place => format!(", at {place}"),
    }
}

fn holds(found: &[String], applied: usize) -> String {
    match (applied, found) {
        (0, found) => names(found),
        (applied, _) => format!("{} applied", super::count(applied, "revision")),
    }
}

pub(super) fn names(ids: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("`{id}`")).collect();
    match ids.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn edited(edits: &[Edit]) -> String {
    let name = |edit: &Edit| match edit.file.as_str() {
        "" => format!("`{}`", edit.revision),
        file => format!("`{}` ({file})", edit.revision),
    };
    edits.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn made_by(revisions: &[String]) -> String {
    match revisions {
        [] => "the base leaves of".to_owned(),
        [one] => format!("`{one}` makes"),
        several => format!("{} make", names(several)),
    }
}

/// Every difference, after how many there are.
fn drift(differences: &[Difference]) -> String {
    let each = differences
        .iter()
        .map(|difference| format!("\n    {}", difference.to_string().replace('\n', "\n    ")));
    super::count(differences.len(), "difference") + &each.collect::<String>()
}

fn database(bind: &Option<String>) -> String {
    match bind {
        None => "the default database".to_owned(),
        Some(bind) => format!("the database `{bind}`"),
    }
}

impl ErrorKind {
    /// The exit code of the command line.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_)
            | Self::NoBind { .. }
            | Self::NoUrl { .. }
            | Self::Variable { .. }
            | Self::NotDeclared { .. }
            | Self::NoBackup { .. }
            | Self::Target(_)
            | Self::Usage(_)
            | Self::NeedsSources { .. } => 2,
            Self::Connect(error) => error.exit_code(),
            Self::Behind { .. } => 3,
            Self::Drift { .. } => 4,
            Self::Shared { .. }
            | Self::InTransaction
            | Self::ReadOnly
            | Self::NoChanges { .. }
            | Self::Pooled { .. }
            | Self::Unknown { .. }
            | Self::InsideSquash { .. }
            | Self::OtherBind { .. }
            | Self::Ahead { .. }
            | Self::Edited { .. }
            | Self::Irreversible { .. }
            | Self::NoDowngrade { .. }
            | Self::OutOfReach { .. }
            | Self::OtherTable { .. }
            | Self::Losing { .. }
            | Self::NotEmpty { .. }
            | Self::OneByOne { .. }
            | Self::NoCreation
            | Self::NoBlock { .. }
            | Self::NotOurs { .. }
            | Self::NeedsRust { .. }
            | Self::NotChecked { .. }
            | Self::NotWritten { .. } => 5,
            Self::Locked { .. } | Self::Held(_) | Self::Superseded => 6,
            Self::Partly { .. } => 7,
            Self::Step(step) if step.done > 0 => 7,
            _ => 1,
        }
    }
}
