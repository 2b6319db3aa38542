//! The commands of Mina: one definition for `mina` and for the binary of a crate of migrations, and how both print.
//!
//! [`Command`] says what can be asked for. What only needs source files is done by `mina`, what needs a database by the crate's
//! binary, which `mina` builds and calls.

pub mod arguments;
pub mod command;
mod completions;
pub mod database;
mod explain;
pub mod listing;
pub mod look;
pub mod output;
pub mod source;
mod style;

pub use arguments::{Arguments, Format, Options};
pub use command::Command;
pub use completions::{completions, program};
pub use explain::explain;
pub use listing::Listed;
pub use output::{Output, count};
pub use style::{Colour, Style};
