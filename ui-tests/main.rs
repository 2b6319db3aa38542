//! What the compiler says of histories that it refuses.
//!
//! A case is a folder with a `case.rs`, other files of its history beside it as `#[path]` modules, and a mina.toml of its own
//! where it needs one. `TRYBUILD=overwrite cargo test --test ui` writes the words anew.

/// One `cargo check` for all cases: trybuild makes a binary of each.
#[test]
fn refused() {
    trybuild::TestCases::new().compile_fail("refused/*/case.rs");
}
