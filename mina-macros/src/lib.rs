//! The macros of Mina: [`migration!`] checks one migration and writes it into the crate, [`migrations!`] takes in a
//! whole folder of them.
//!
//! Everything that is known of the language is in `mina-core`; here tokens of the compiler become its input, and its
//! output becomes tokens again.

mod block;
mod editor;
mod emit;
mod folder;
mod memo;
mod outcome;
mod place;
mod report;
mod run;
mod snapshot;

use proc_macro::TokenStream;

/// One revision of a history: checked against the schema that its ancestors leave, and written into the crate as
/// `pub const MIGRATION`, `pub fn up` and `pub fn down`.
#[proc_macro]
pub fn migration(input: TokenStream) -> TokenStream {
    block::expand(input.into()).into()
}

/// All migrations of the crate's version locations: a module each, and `pub static MIGRATIONS`.
///
/// It stands at the top level of a file, such as `src/lib.rs`, and takes no arguments.
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    folder::expand(input.into()).into()
}

/// What [`migrations!`] leaves for later.
#[doc(hidden)]
#[proc_macro]
pub fn creations(_: TokenStream) -> TokenStream {
    folder::creations().into()
}
