//! A [`Block`] to text.

use super::Block;
use super::ast::Statement;

/// Prints what stands between the braces of `migration! { … }`, in the form that `mina fmt` gives it.
pub fn print(block: &Block) -> String {
    let _ = block;
    String::new()
}

/// Prints one statement as a help line shows it: on one line where it is short, without a trailing line break.
///
/// A table that is [`implied`](super::ast::TableRef::implied) is left out, as inside `batch_alter`.
pub fn statement(statement: &Statement) -> String {
    let _ = statement;
    String::new()
}
