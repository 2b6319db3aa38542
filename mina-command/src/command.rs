//! What can be asked for.

use crate::database::Database;
use crate::look::Look;
use crate::source::Source;
use clap::Subcommand;

/// What can be asked for.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// What needs a database.
    #[command(flatten)]
    Database(Database),
    /// What looks at the history.
    #[command(flatten)]
    Look(Look),
    /// What reads and writes source files.
    #[command(flatten)]
    Source(Source),
}
