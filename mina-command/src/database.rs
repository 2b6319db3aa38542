//! What needs a database, and so is done by the binary of a crate of migrations.

use clap::{Args, Subcommand};
use mina_core::engine::Engine;

/// What needs a database.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)]
pub enum Database {
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
  upgrade --dry-run        run, and take everything back
  upgrade --backup         after a copy of the database was made
  upgrade --sql            print the SQL instead, from the base; `upgrade 20251001:head --sql` from a revision
  upgrade --bind analytics")]
    Upgrade {
        /// Where to: see `--help` of the program; with `--sql` also FROM:TO
        #[arg(default_value = "head")]
        target: String,
        #[command(flatten)]
        sql: Instead,
        /// Run everything and take it back, and say what could not be tried
        ///
        /// What an engine does in no transaction cannot be taken back, and is not tried: on MariaDB that is every change of the
        /// schema.
        #[arg(long, conflicts_with_all = ["sql", "backup"])]
        dry_run: bool,
        /// Make a copy of the database first
        ///
        /// Of a file of SQLite beside it; on a server by `backup = "pg_dump …"` under `[run]` in mina.toml, which finds the url in
        /// DATABASE_URL.
        #[arg(long, conflicts_with = "sql")]
        backup: bool,
        #[command(flatten)]
        tag: Tag,
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
        #[command(flatten)]
        sql: Instead,
        #[command(flatten)]
        tag: Tag,
        #[command(flatten)]
        agree: Agree,
    },
    /// Revert the last migration and apply it again
    ///
    /// For one that is being written. Where rows are lost on the way down, it asks first.
    Redo {
        #[command(flatten)]
        agree: Agree,
    },
    /// Print the SQL that `upgrade` would run, for a database that is not at hand
    ///
    /// With the history table, its rows and the transactions; the same as `upgrade --sql`. It looks at no database. The script stops
    /// where the database is not at the revision that it starts from.
    #[command(after_long_help = "\
Examples:
  sql                      from the base to the head
  sql 20251001:head        from a revision
  sql --engine postgres    for another engine than that of the url
  sql head > up.sql && sqlite3 -bail app.db < up.sql")]
    Sql {
        /// Where to, or FROM:TO; of several branches FROM names each, `a,b:head`
        #[arg(default_value = "head")]
        target: String,
        #[command(flatten)]
        script: Script,
    },
    /// Record revisions as applied without running them
    ///
    /// For a database that came to be what they make it in another way. It is compared with that first: where it differs, the
    /// differences are shown, nothing is recorded, and the exit code is 4.
    #[command(after_long_help = "\
Examples:
  stamp                    the head
  stamp 6f9f2dd343f5       a revision, by its id, the beginning of it, or the id it had in another tool
  stamp billing@head shop@head
  stamp --purge 20251008   where the database holds a revision that is not known here")]
    Stamp {
        /// Which one, of each branch one
        #[arg(default_value = "heads", allow_negative_numbers = true, value_name = "TARGETS")]
        targets: Vec<String>,
        /// Forget everything that is recorded first, known or not
        #[arg(long, conflicts_with = "sql")]
        purge: bool,
        /// Also where the database is not what the revisions make it
        #[arg(long, conflicts_with = "sql")]
        force: bool,
        #[command(flatten)]
        sql: Instead,
        #[command(flatten)]
        tag: Tag,
    },
    /// Make Mina's own tables, and nothing else
    #[command(alias = "ensure_version")]
    EnsureVersion {
        #[command(flatten)]
        sql: Instead,
    },
    /// Make the database anew and apply all migrations, for development
    ///
    /// Everything in it is lost, also where a downgrade would be irreversible.
    Reset {
        #[command(flatten)]
        agree: Agree,
        /// Also where what the database holds is not of this history, and where others are connected to it
        #[arg(long)]
        force: bool,
    },
    /// Make or drop the database itself, for development
    #[command(subcommand, name = "database")]
    Itself(Itself),
    /// Show which revision the database is at
    Current {
        /// With message, file and time
        #[arg(long, short)]
        verbose: bool,
        /// Exit with 3 unless the database is at the heads; `-c` where no file of settings follows
        #[arg(long)]
        check_heads: bool,
    },
    /// Show what is applied, what is not, and what is wrong
    ///
    /// Exits with 3 while revisions are not applied, with 5 where something has to be cleared up, with 7 where a migration is
    /// applied in part. Only reads.
    Status,
    /// Show what `upgrade` or `downgrade` would run, statement by statement
    ///
    /// Each with the lock that it takes, whether it looks at or writes every row, and what the tables hold; the lints of each
    /// migration. A target above what is applied is upgraded to, one below is downgraded to. Only reads.
    Plan {
        /// Where to
        #[arg(default_value = "head", allow_negative_numbers = true)]
        target: String,
    },
    /// Accept what was edited after it was applied, or settle a step whose end nobody saw
    ///
    /// Shows both checksums, and records the new one: for a database that is known to be as the file now says.
    Repair {
        #[command(flatten)]
        agree: Agree,
        /// The step outside a transaction that was begun is done
        #[arg(long, conflicts_with = "redo")]
        done: bool,
        /// The step outside a transaction that was begun is to be run again
        #[arg(long)]
        redo: bool,
    },
}

impl Database {
    /// Whether SQL is to be printed, for which no database is looked at.
    pub fn is_script(&self) -> bool {
        match self {
            Self::Sql { .. } => true,
            Self::Upgrade { sql, .. } | Self::Downgrade { sql, .. } | Self::Stamp { sql, .. } | Self::EnsureVersion { sql } => sql.sql,
            _ => false,
        }
    }
}

/// What is done with a whole database.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Itself {
    /// Make an empty database, unless it is there
    Create,
    /// Drop the database with all that is in it
    Drop {
        #[command(flatten)]
        #[allow(missing_docs)]
        agree: Agree,
        /// Also where what it holds is not of this history, and where others are connected to it
        #[arg(long)]
        force: bool,
    },
}

/// For which database a script is.
#[derive(Args, Clone, Debug, Default)]
pub struct Script {
    /// sqlite, postgres, mariadb or mysql; left out: the engine of the url, else the first that mina.toml declares
    #[arg(long, value_name = "ENGINE", value_parser = engine)]
    pub engine: Option<Engine>,
    /// The SQLite that it has to run on, such as 3.45; left out: the oldest that mina.toml declares
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub sqlite_version: Option<(u16, u16)>,
    /// Leave out the Rust of `run` steps, which no script can hold
    #[arg(long)]
    pub skip_run: bool,
}

/// SQL instead of a run.
#[derive(Args, Clone, Debug, Default)]
pub struct Instead {
    /// Print the SQL instead of running it; no database is looked at
    #[arg(long, alias = "offline")]
    pub sql: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub script: Script,
}

impl Instead {
    /// What a script is for, if one is wanted.
    ///
    /// # Errors
    ///
    /// What is for a script alone was given without `--sql`.
    pub fn script(&self) -> Result<Option<&Script>, String> {
        let Script {
            engine,
            sqlite_version,
            skip_run,
        } = &self.script;
        match self.sql {
            true => Ok(Some(&self.script)),
            false if engine.is_some() || sqlite_version.is_some() || *skip_run => {
                Err("`--engine`, `--sqlite-version` and `--skip-run` are for a script: add `--sql`".to_owned())
            }
            false => Ok(None),
        }
    }
}

/// A word for the hooks.
#[derive(Args, Clone, Debug, Default)]
pub struct Tag {
    /// A word for the hooks of the crate's `main.rs`, which read it as `tag`
    #[arg(long, value_name = "TAG")]
    pub tag: Option<String>,
}

pub(crate) fn engine(name: &str) -> Result<Engine, String> {
    match name.to_ascii_lowercase().as_str() {
        "sqlite" => Ok(Engine::Sqlite),
        "postgres" | "postgresql" | "pg" => Ok(Engine::Pg),
        "mariadb" | "mysql" => Ok(Engine::Mysql),
        _ => Err("it is one of sqlite, postgres, mariadb, mysql".to_owned()),
    }
}

fn version(text: &str) -> Result<(u16, u16), String> {
    let mut numbers = text.split('.').map(str::parse::<u16>);
    match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major @ 3)), Some(Ok(minor)), None | Some(Ok(_)), None) => Ok((major, minor)),
        _ => Err("write it as 3.45".to_owned()),
    }
}

/// The answer to the question that would be asked.
#[derive(Args, Clone, Copy, Debug)]
pub struct Agree {
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

impl Agree {
    /// Whether the answer is yes, here or by MINA_YES in the environment.
    pub fn is_given(self) -> bool {
        let by_environment = || std::env::var("MINA_YES").is_ok_and(|value| says_yes(&value));
        self.yes || by_environment()
    }
}

fn says_yes(value: &str) -> bool {
    !matches!(value.trim().to_lowercase().as_str(), "" | "0" | "no" | "false")
}

#[cfg(test)]
mod tests {
    use super::says_yes;

    #[test]
    fn an_empty_or_negative_variable_is_no_yes() {
        for value in ["", " ", "0", "no", "False"] {
            assert!(!says_yes(value), "{value:?}");
        }
        for value in ["1", "yes", "true", "YES "] {
            assert!(says_yes(value), "{value:?}");
        }
    }
}
