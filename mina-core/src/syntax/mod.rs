//! From tokens to a [`Block`] and back: `parse ∘ print` is the identity.

pub mod ast;
mod lexer;
pub mod parse;
pub mod print;
pub mod source;
pub mod token;

pub use ast::Block;
pub use parse::parse_str;
pub use token::{Location, Span, Tokens};
#[cfg(test)]
mod tests;
