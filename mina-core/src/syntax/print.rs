//! A [`Block`] to text.

use super::Block;

/// Prints what stands between the braces of `migration! { … }`, in the form that `mina fmt` gives it.
pub fn print(block: &Block) -> String {
    let _ = block;
    String::new()
}
