//! The command line of a crate of migrations.
