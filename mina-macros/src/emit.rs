use crate::block::Source;
use crate::{editor, run};
use mina_core::check::{Checked, Replayed};
use mina_core::history::{Revision, checksum};
use mina_core::record::{Record, Rendered};
use mina_core::sql;
use mina_core::syntax::ast::{Downgrade, Ident};
use proc_macro2::TokenStream;
use std::fmt::Write;

/// A migration as data, with `up` and `down`; what was refused has no SQL, so that what uses it still compiles.
///
/// It is written as text and lexed by the compiler in one go: token by token it would cross over to the compiler a hundred times.
pub fn migration(source: &Source, revision: &Revision, checked: Option<&Checked>) -> TokenStream {
    let block = &revision.block;
    let runs = run::Runs::new(source, block, checked);
    let replayed = || {
        let engines = checked.map_or(&[][..], |checked| &checked.engines).iter();
        engines.filter(|replayed| sql::renders(replayed.up.target.engine()))
    };
    let record = Record {
        id: block.revision.as_ref().map_or("", |id| &id.text),
        message: block.message(),
        description: block.doc.split_once('\n').map_or("", |(_, rest)| rest.trim()),
        parents: texts(&block.revises),
        depends_on: texts(&block.depends_on),
        label: block.label.as_ref().map(|label| &*label.text),
        alias: block.alias.as_ref().map(|alias| &*alias.text),
        bind: block.bind.as_ref().map(|bind| &*bind.text),
        file: &revision.file,
        irreversible: match &block.downgrade {
            Downgrade::Irreversible { why, .. } => Some(why),
            _ => None,
        },
        engines: replayed().map(|replayed| rendered(revision, replayed)).collect(),
    };
    let mut listed = String::new();
    for engine in replayed().map(|replayed| replayed.up.target.engine()).filter(|_| !runs.is_empty()) {
        let _ = write!(listed, "(::mina::support::Engine::{engine}, {}),", runs.list(engine));
    }
    let text = format!(
        "#[allow(dead_code, missing_docs)]
        pub const MIGRATION: ::mina::Migration = ::mina::Migration {{ record: ::mina::Encoded({:?}), runs: &[{listed}] }};
        #[allow(dead_code, missing_docs)]
        pub fn up(conn: &mut impl ::mina::AsConnection) -> ::mina::support::Ran {{ MIGRATION.up(conn) }}
        #[allow(dead_code, missing_docs)]
        pub fn down(conn: &mut impl ::mina::AsConnection) -> ::mina::support::Ran {{ MIGRATION.down(conn) }}",
        record.encode(),
    );
    let mut tokens = runs.functions();
    tokens.extend(editor::words(source, block));
    tokens.extend(text.parse::<proc_macro::TokenStream>().map(TokenStream::from));
    tokens
}

fn rendered(revision: &Revision, replayed: &Replayed) -> Rendered {
    let units = |trace| {
        let units = sql::render(trace, &revision.tokens, revision.block.transaction);
        serde_json::to_string(&units).unwrap_or_default()
    };
    Rendered {
        engine: replayed.up.target.engine(),
        checksum: checksum(replayed),
        up: units(&replayed.up),
        down: replayed.down.as_ref().map_or_else(|| "[]".to_owned(), units),
    }
}

pub fn option(text: Option<&str>) -> String {
    text.map_or_else(
        || "::core::option::Option::None".to_owned(),
        |text| format!("::core::option::Option::Some({text:?})"),
    )
}

fn texts(idents: &[Ident]) -> Vec<&str> {
    idents.iter().map(|ident| ident.text.as_str()).collect()
}
