//! SQLite: reading live tables, changing them without losing what the history does not know.

mod batch;
mod beyond;
mod definition;
mod dump;
mod edit;
mod error;
mod introspect;
mod keys;
mod live;
mod meaning;
mod native;
mod order;
mod outline;
mod parse;
mod plan;
mod probe;
mod query;
mod rebuild;
mod rename;
mod resolve;
mod seen;
mod stages;
mod store;
mod verify;

pub use crate::testing::Outline;
pub use batch::{Done, Failure, Means, apply, apply_as};
pub use dump::dump;
pub use error::BatchError;
pub use introspect::introspect;
pub use outline::outline;
pub use verify::verify;
