//! MariaDB and MySQL: what a database has.

mod introspect;
mod rows;

pub use introspect::introspect;
