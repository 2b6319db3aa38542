//! From tokens to a [`Block`] and back: `parse ∘ print` is the identity.

pub mod ast;
pub mod draft;
pub mod edit;
pub mod format;
pub(crate) mod lexer;
pub mod parse;
mod place;
pub mod print;
pub mod source;
pub mod token;

pub use ast::Block;
pub use parse::parse_str;
pub use token::{Location, Span, Tokens};
#[cfg(test)]
mod tests;
