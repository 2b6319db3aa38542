use crate::block::Source;
use crate::outcome::Outcome;
use crate::{editor, run};
use mina_core::check::Checked;
use mina_core::history::Revision;
use proc_macro2::TokenStream;
use std::fmt::Write;
use std::path::Path;

/// A migration as data, with `up` and `down`; what was refused has no SQL, so that what uses it still compiles.
///
/// It is written as text and lexed by the compiler in one go: token by token it would cross over to the compiler a hundred times.
pub fn migration(source: &Source, revision: &Revision, checked: &Checked, outcome: &Outcome) -> TokenStream {
    // A path is taken from the file that the block stands in, so the file's own name is the file.
    let file = Path::new(&revision.file).file_name();
    let file = file.map_or_else(
        || "\"\"".to_owned(),
        |file| format!("::core::include_str!({:?})", file.to_string_lossy()),
    );
    let checked = (!outcome.refused).then_some(checked);
    let runs = run::Runs::new(source, &revision.block, checked);
    let mut listed = String::new();
    for engine in runs.engines() {
        let _ = write!(listed, "(::mina::support::Engine::{engine}, {}),", runs.list(engine));
    }
    let text = format!(
        "#[allow(dead_code, missing_docs)]
        pub const MIGRATION: ::mina::Migration = ::mina::Migration {{ record: ::mina::Encoded({:?}), runs: &[{listed}], source: {file} }};
        #[inline] #[allow(dead_code, missing_docs)]
        pub fn up(conn: &mut dyn ::mina::AsConnection) -> ::mina::support::Ran {{ ::mina::support::up(MIGRATION, conn) }}
        #[inline] #[allow(dead_code, missing_docs)]
        pub fn down(conn: &mut dyn ::mina::AsConnection) -> ::mina::support::Ran {{ ::mina::support::down(MIGRATION, conn) }}",
        outcome.record,
    );
    let mut tokens = runs.functions();
    tokens.extend(editor::words(source, &revision.block));
    tokens.extend(text.parse::<proc_macro::TokenStream>().map(TokenStream::from));
    tokens
}

/// An optional text, as Rust writes it.
pub fn option(text: Option<&str>) -> String {
    text.map_or_else(
        || "::core::option::Option::None".to_owned(),
        |text| format!("::core::option::Option::Some({text:?})"),
    )
}
