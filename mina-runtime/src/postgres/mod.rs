//! PostgreSQL, as it is found running.

mod introspect;

pub use introspect::{introspect, introspect_as_written};
