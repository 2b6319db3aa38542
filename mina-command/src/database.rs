//! What needs a database, and so is done by the binary of a crate of migrations.

use clap::{Args, Subcommand};

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
        #[command(flatten)]
        agree: Agree,
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
