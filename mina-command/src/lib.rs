//! The commands of Mina: one definition for `mina` and for the binary of a crate of migrations, and how both print.
//!
//! [`Command`] says what can be asked for. What only needs source files is done by `mina`, what needs a database by the crate's
//! binary, which `mina` builds and calls.

pub mod arguments;
pub mod chronicle;
pub mod command;
mod completions;
pub mod cost;
pub mod database;
pub mod explain;
pub mod lanes;
pub mod listing;
pub mod look;
pub mod output;
pub mod show;
pub mod source;
mod spelling;
pub mod statements;
mod style;
mod tree;

pub use arguments::{Arguments, Format, Options};
pub use chronicle::Chronicle;
pub use command::Command;
pub use completions::{completions, program};
pub use explain::explain;
pub use listing::{Listed, Standing};
pub use output::{Output, count};
pub use style::{Colour, Style};
