//! Diesel's own words for tables: `table!`, `joinable!`, and SQL types.

mod custom;
mod declare;
mod read;
mod structs;
mod types;
mod word;

pub use declare::{Declaration, Declarations, Disagreement, ViewColumns, declare};
pub(super) use read::read;
pub use types::name as type_name;
pub(super) use types::{is_same_type, length};
pub use word::identifier;
