//! Diesel's own words for tables: `table!`, `joinable!`, and SQL types.

mod custom;
mod read;
mod types;
mod word;

pub(super) use read::read;
pub use types::name as type_name;
pub(super) use types::{is_same_type, length};
pub use word::identifier;
