use crate::settings::Secret;
use clap::{Args, Parser, Subcommand, ValueEnum};
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

/// Applies and reverts the migrations of this crate.
///
/// The migrations are in this program: it needs neither their sources nor cargo.
#[derive(Debug, Parser)]
#[command(version, after_long_help = EXIT_CODES, arg_required_else_help = true, subcommand_required = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) options: Options,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The database: sqlite://app.db, postgres://me@host/app, mysql://me@host/app
    ///
    /// A command line can be read by everybody on the machine: a password belongs into DATABASE_URL, ~/.pgpass, ~/.my.cnf or a file
    /// that the url names, `?password=file:/run/secrets/db`.
    ///
    /// It goes before DATABASE_URL and mina.toml, and is the url of the database that `--bind` names, else of the
    /// default one; the others are then left alone.
    #[arg(long, global = true, value_name = "URL")]
    pub(super) database_url: Option<Secret>,
    /// Another mina.toml than the one that was compiled in
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// One of the databases of mina.toml, such as `analytics`; `default` is the one without a name
    #[arg(long, global = true, value_name = "NAME")]
    pub(super) bind: Option<String>,
    /// For people or for programs
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,
    /// Print results and errors alone
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Refuse a database that is ahead of this program instead of leaving it alone
    #[arg(long, global = true)]
    pub(super) strict: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Apply migrations, up to the head unless told otherwise
    ///
    /// Makes the database file if there is none. Every migration is done as a whole or not at all; one of several units
    /// says so, and is carried on with the next time. Several processes may do this at once: each revision is applied once.
    #[command(after_long_help = "\
Examples:
  upgrade                  everything that is not applied, in every database of mina.toml
  upgrade +1               the next one
  upgrade 20251008         up to that revision, by the beginning of its id
  upgrade billing@head     the branch with that label
  upgrade --bind analytics")]
    Upgrade {
        /// Where to: see `--help` of the program
        #[arg(default_value = "head")]
        target: String,
    },
    /// Make an empty database at once what all migrations would make it
    ///
    /// Makes the database file if there is none, and records every revision as applied. What the migrations write into their
    /// tables is kept; where that can only be done one migration after the other, it is refused, saying which, and `upgrade` does it.
    #[command(after_long_help = "\
Examples:
  create                   every database of mina.toml
  create --database-url sqlite://test.db")]
    Create,
    /// Revert migrations, the last one unless told otherwise
    ///
    /// Where a table or column with rows in it goes, it asks first; without a terminal it needs `--yes` or MINA_YES=1.
    /// Only one database of mina.toml is changed: the default one, the one of the revision that is named, or that of `--bind`.
    #[command(after_long_help = "\
Examples:
  downgrade                the last one
  downgrade -2             the last two
  downgrade 20251001       everything above that revision, which stays
  downgrade base --yes     everything, without a question")]
    Downgrade {
        /// Where to: see `--help` of the program
        #[arg(default_value = "-1", allow_negative_numbers = true)]
        target: String,
        /// Go on though rows will be lost
        #[arg(long, short)]
        yes: bool,
    },
    /// Show which revision the database is at
    Current {
        /// With message, file and time
        #[arg(long, short)]
        verbose: bool,
        /// Exit with 3 unless the database is at the heads
        #[arg(long)]
        check_heads: bool,
    },
    /// Show what is applied, what is not, and what is wrong
    ///
    /// Exits with 3 while revisions are not applied, with 5 where something has to be cleared up, with 7 where a migration is
    /// applied in part. Only reads.
    Status,
    /// List the revisions, newest first
    #[command(after_long_help = "\
Examples:
  history -i               with a mark at what is applied
  history -r 2025:current  from a revision to what is applied
  history -r -3:           the last three")]
    History {
        /// Those of a range: `from:to`, either may be left out
        #[arg(long, short, value_name = "FROM:TO", allow_hyphen_values = true)]
        range: Option<String>,
        /// With file, description and parents
        #[arg(long, short)]
        verbose: bool,
        /// Mark what is applied in the database
        #[arg(long, short)]
        indicate_current: bool,
    },
    /// List the revisions on which none builds
    Heads {
        /// With file, description and parents
        #[arg(long, short)]
        verbose: bool,
    },
    /// List the revisions on which several build
    Branches {
        /// With file, description and parents
        #[arg(long, short)]
        verbose: bool,
    },
    /// Show one revision: where it stands and what it runs
    Show {
        /// Which one
        #[arg(default_value = "heads")]
        revision: String,
    },
    /// Show what `upgrade` or `downgrade` would run, statement by statement
    ///
    /// A target above what is applied is upgraded to, one below is downgraded to. Only reads.
    Plan {
        /// Where to
        #[arg(default_value = "head", allow_negative_numbers = true)]
        target: String,
    },
    /// Accept what was edited after it was applied, or settle a step whose end nobody saw
    ///
    /// Shows both checksums, and records the new one: for a database that is known to be as the file now says.
    Repair {
        /// Do not ask
        #[arg(long, short)]
        yes: bool,
        /// The step outside a transaction that was begun is done
        #[arg(long, conflicts_with = "redo")]
        done: bool,
        /// The step outside a transaction that was begun is to be run again
        #[arg(long)]
        redo: bool,
    },
}
