//! What looks at the history, as it is in the sources or as it was compiled in.

use clap::Subcommand;
use clap_complete::Shell;

/// What looks at the history.
#[derive(Debug, Subcommand)]
pub enum Look {
    /// List the revisions, newest first
    #[command(after_long_help = "\
Examples:
  history -i               with a mark at what is applied
  history -r 2025:current  from a revision to what is applied
  history -r -3:           the last three")]
    History {
        /// Those of a range: `from:to`, either may be left out
        #[arg(long = "rev-range", short, value_name = "FROM:TO", allow_hyphen_values = true, alias = "range")]
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
        /// Leave out those that another revision depends on
        #[arg(long)]
        resolve_dependencies: bool,
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
    /// Say what an error's code or a lint means, and what to do
    #[command(after_long_help = "\
Examples:
  explain M302
  explain lossy_downgrade
  explain                  all of them, a line each")]
    Explain {
        /// Such as M302 or lossy_downgrade
        code: Option<String>,
    },
    /// Print what a shell has to read to complete these commands
    Completions {
        /// Which shell
        shell: Shell,
    },
}
