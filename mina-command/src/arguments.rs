//! The options that every command takes.

use crate::source::{Revision, Source};
use crate::{Colour, Command, spelling};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, ValueEnum};
use mina_core::secret::Secret;
use std::ffi::OsString;
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed: a statement, the disk, the connection
  2  usage: an option, a target or a setting is wrong
  3  pending: revisions are not applied (status, current --check-heads)
  4  drift: the database is not what the history says
  5  refused: going on would lose or confuse something
  6  locked: another process holds the database's lock
  7  partly applied: a migration of several units is done in part

Settings:
  --database-url, else the environment variable DATABASE_URL, else `url` in mina.toml, which is compiled in.
  sqlite://app.db, sqlite:///abs/app.db, file:app.db?mode=ro, :memory: and plain paths; relative ones start at
  the folder of mina.toml while it exists, else at the working folder.
  postgres://me@host:5432/app?sslmode=verify-full with all that libpq knows, ~/.pgpass included.
  mysql://me@host:3306/app?ssl_mode=required&ssl_ca=ca.pem; ~/.my.cnf gives what is left out.

Targets:
  head, heads, base, current, a revision or its unique beginning, a label, an alias; +2 and -1 count from what is
  applied; label@head, label@+1 and 20251008+1 count along a branch or from a revision.";

/// Schema migrations for Diesel, checked by the compiler
///
/// `mina` works on source files by itself, even on ones that do not compile, and builds the crate of migrations for what needs a
/// database. The crate's own binary has its migrations in it: it needs neither their sources nor cargo.
#[derive(Debug, Parser)]
#[command(version, after_long_help = EXIT_CODES, arg_required_else_help = true, subcommand_required = true)]
pub struct Arguments {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub options: Options,
    #[command(subcommand)]
    #[allow(missing_docs)]
    pub command: Command,
}

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The database: sqlite://app.db, postgres://me@host/app, mysql://me@host/app
    ///
    /// A command line can be read by everybody on the machine: a password belongs into DATABASE_URL, ~/.pgpass, ~/.my.cnf or a file
    /// that the url names, `?password=file:/run/secrets/db`.
    ///
    /// It goes before DATABASE_URL and mina.toml, and is the url of the database that `--bind` names, else of the
    /// default one; the others are then left alone.
    #[arg(long, global = true, value_name = "URL")]
    pub database_url: Option<Secret>,
    /// The folder of the crate of migrations, left out: found from here upwards
    #[arg(long, short, global = true, value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Another mina.toml than the crate's own, for its databases and settings
    #[arg(long, short, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One of the databases of mina.toml, such as `analytics`; `default` is the one without a name
    #[arg(long, global = true, value_name = "NAME", alias = "name", short_alias = 'n')]
    pub bind: Option<String>,
    /// For people or for programs
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// A word for the hooks of the crate's `main.rs`, which read it; may be given several times
    #[arg(long = "x-arg", short, global = true, value_name = "KEY=VALUE")]
    pub x_arg: Vec<String>,
    /// Print results and errors alone
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Refuse a database that is ahead of this program instead of leaving it alone
    #[arg(long, global = true)]
    pub strict: bool,
    /// What Alembic's users write to be told everything; here errors always come with their causes
    #[arg(long, global = true, hide = true)]
    pub raiseerr: bool,
    /// Whether to use colours; `auto` does on a terminal
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", alias = "colour")]
    pub color: Colour,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For code scanning, as `lint` and `check` print it.
    Sarif,
    /// For the log of GitHub's workflows, as `lint` and `check` print it.
    Github,
}

impl Arguments {
    /// Reads the command line.
    ///
    /// # Errors
    ///
    /// The exit code, after what was wrong with it was printed, or the help that was asked for.
    pub fn read() -> Result<Self, u8> {
        let arguments = Self::of(std::env::args_os());
        let arguments = arguments.map_err(|error| {
            // A closed pipe is no failure of `--help`.
            let _ = error.print();
            u8::try_from(error.exit_code()).unwrap_or(2)
        })?;
        arguments.options.color.choose();
        Ok(arguments)
    }

    /// What some words ask for, the program's name before them.
    fn of(words: impl Iterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(spelling::usual(words)).and_then(Self::checked)
    }

    fn checked(self) -> Result<Self, clap::Error> {
        if let Command::Source(Source::Revision(Revision { sql: true, .. }) | Source::Migrate(Revision { sql: true, .. })) = self.command {
            let message = "a new migration runs nothing, so `--sql` has nothing to print: `sql` prints what `upgrade` would run";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, message));
        }
        let reports = matches!(self.command, Command::Source(Source::Lint { .. } | Source::Check { .. }));
        if matches!(self.options.format, Format::Sarif | Format::Github) && !reports {
            let message = "`--format sarif` and `--format github` are for `lint` and `check`; `text` and `json` are for every command";
            return Err(Self::command().error(ErrorKind::InvalidValue, message));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    /// Every command of Alembic and Flask-Migrate with every option that it has, and what is understood by it.
    const THEIRS: &[(&str, &[&str])] = &[
        (
            "-c other.toml -x tenant=a -x b=c -q heads",
            &["other.toml", "tenant=a", "b=c", "quiet: true", "Heads"],
        ),
        (
            "--config other.toml --name analytics --raiseerr current",
            &["other.toml", "analytics", "Current"],
        ),
        ("-n analytics current", &["bind: Some(\"analytics\")"]),
        (
            "upgrade -d db -x tenant=a",
            &["directory: Some(\"db\")", "tenant=a", "target: \"head\""],
        ),
        ("init", &["Init", "folder: None"]),
        ("init db -t generic --package", &["folder: Some(\"db\")", "generic"]),
        ("init db --template multidb --package db-migrations", &["multidb", "db-migrations"]),
        ("init --multidb -d db", &["multidb: Some([])", "directory: Some(\"db\")"]),
        ("list_templates", &["ListTemplates"]),
        ("list-templates", &["ListTemplates"]),
        (
            "revision -m msg --autogenerate --head head --splice --branch-label b --version-path v --rev-id 1 --depends-on a --depends-on b",
            &[
                "Revision(",
                "msg",
                "autogenerate: true",
                "splice: true",
                "version_path: Some(\"v\")",
                "[\"a\", \"b\"]",
            ],
        ),
        ("revision --message msg", &["Revision(", "msg"]),
        ("migrate msg -x a=b", &["Migrate(", "message: Some(\"msg\")", "a=b"]),
        (
            "migrate -m msg --head heads",
            &["Migrate(", "option: Some(\"msg\")", "head: \"heads\""],
        ),
        (
            "merge a b -m msg --branch-label l --rev-id 1 --splice",
            &["Merge(", "[\"a\", \"b\"]", "msg", "label: Some(\"l\")", "splice: true"],
        ),
        ("upgrade head --sql --tag t", &["Upgrade", "sql: true", "tag: Some(\"t\")"]),
        ("upgrade a:b --sql", &["target: \"a:b\""]),
        ("upgrade +2", &["target: \"+2\""]),
        ("downgrade", &["Downgrade", "target: \"-1\""]),
        ("downgrade -2", &["target: \"-2\""]),
        ("downgrade b:a --sql --tag t", &["target: \"b:a\"", "sql: true", "tag: Some(\"t\")"]),
        ("current -v", &["verbose: true", "check_heads: false"]),
        ("current -c", &["check_heads: true", "config: None"]),
        ("current -v -c", &["verbose: true", "check_heads: true"]),
        ("current -vc", &["verbose: true", "check_heads: true"]),
        ("current -cv", &["verbose: true", "check_heads: true"]),
        ("current -c --verbose", &["verbose: true", "check_heads: true"]),
        ("current --check-heads", &["check_heads: true"]),
        ("-c other.toml current -c", &["check_heads: true", "config: Some(\"other.toml\")"]),
        ("current -c other.toml", &["check_heads: false", "config: Some(\"other.toml\")"]),
        (
            "history -r a:b -v -i",
            &["range: Some(\"a:b\")", "verbose: true", "indicate_current: true"],
        ),
        ("history --rev-range -3: --verbose --indicate-current", &["range: Some(\"-3:\")"]),
        (
            "heads -v --resolve-dependencies",
            &["Heads", "verbose: true", "resolve_dependencies: true"],
        ),
        ("branches -v", &["Branches", "verbose: true"]),
        ("show", &["Show"]),
        ("show current", &["revision: \"current\""]),
        ("edit", &["Edit", "revision: \"head\""]),
        ("edit current", &["revision: \"current\""]),
        ("stamp", &["Stamp", "heads"]),
        ("stamp a b --purge", &["[\"a\", \"b\"]", "purge: true"]),
        ("stamp a --sql --tag t", &["sql: true", "tag: Some(\"t\")"]),
        ("check", &["Check"]),
        ("ensure_version --sql", &["EnsureVersion", "sql: true"]),
        ("ensure-version", &["EnsureVersion"]),
    ];

    fn read(line: &str) -> Result<Arguments, String> {
        let words = std::iter::once("mina").chain(line.split(' ')).map(Into::into);
        Arguments::of(words).map_err(|error| error.to_string())
    }

    #[test]
    fn what_users_of_alembic_and_flask_migrate_write_is_understood() {
        for (line, parts) in THEIRS {
            let read = read(line).unwrap_or_else(|error| panic!("{line}: {error}"));
            let read = format!("{read:?}");
            for part in *parts {
                assert!(read.contains(part), "{line}: no {part} in {read}");
            }
        }
    }

    #[test]
    fn sql_of_a_new_migration_is_refused_with_the_command_that_is_meant() {
        for line in ["revision -m msg --sql", "revision --autogenerate --sql", "migrate msg --sql"] {
            let error = read(line).unwrap_err();
            assert!(error.contains("`sql` prints what `upgrade` would run"), "{line}: {error}");
        }
    }
}
