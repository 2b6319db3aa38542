use crate::block::Source;
use crate::{editor, run};
use mina_core::check::{Checked, Replayed};
use mina_core::history::{Revision, checksum};
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
    let irreversible = match &block.downgrade {
        Downgrade::Irreversible { why, .. } => Some(why.as_str()),
        _ => None,
    };
    let mut engines = String::new();
    for replayed in checked.map_or(&[][..], |checked| &checked.engines) {
        if sql::renders(replayed.up.target.engine()) {
            engine(&mut engines, revision, replayed, &runs);
        }
    }
    let text = format!(
        "#[allow(dead_code, missing_docs)]
        pub static MIGRATION: ::mina::Migration = ::mina::Migration {{
            id: {id:?},
            message: {message:?},
            description: {description:?},
            parents: &{parents:?},
            depends_on: &{depends_on:?},
            label: {label},
            alias: {alias},
            bind: {bind},
            file: {file:?},
            irreversible: {irreversible},
            engines: &[{engines}],
        }};
        #[allow(dead_code, missing_docs)]
        pub fn up(conn: &mut impl ::mina::AsConnection) -> ::core::result::Result<(), ::mina::Error> {{
            MIGRATION.up(conn)
        }}
        #[allow(dead_code, missing_docs)]
        pub fn down(conn: &mut impl ::mina::AsConnection) -> ::core::result::Result<(), ::mina::Error> {{
            MIGRATION.down(conn)
        }}",
        id = block.revision.as_ref().map_or("", |id| &id.text),
        message = block.message(),
        description = block.doc.split_once('\n').map_or("", |(_, rest)| rest.trim()),
        parents = texts(&block.revises),
        depends_on = texts(&block.depends_on),
        label = option(block.label.as_ref().map(|label| &*label.text)),
        alias = option(block.alias.as_ref().map(|alias| &*alias.text)),
        bind = option(block.bind.as_ref().map(|bind| &*bind.text)),
        file = revision.file,
        irreversible = option(irreversible),
    );
    let mut tokens = runs.functions();
    tokens.extend(editor::words(source, block));
    tokens.extend(text.parse::<proc_macro::TokenStream>().map(TokenStream::from));
    tokens
}

fn engine(text: &mut String, revision: &Revision, replayed: &Replayed, runs: &run::Runs<'_>) {
    let engine = replayed.up.target.engine();
    let units = |trace| {
        let units = sql::render(trace, &revision.tokens, revision.block.transaction);
        serde_json::to_string(&units).unwrap_or_default()
    };
    let up = units(&replayed.up);
    let down = replayed.down.as_ref().map_or_else(|| "[]".to_owned(), units);
    let (checksum, runs) = (checksum(replayed), runs.list(engine));
    let _ = write!(
        text,
        "::mina::Rendered {{
            engine: ::mina::support::Engine::{engine},
            checksum: {checksum:?},
            up: {up:?},
            down: {down:?},
            runs: {runs},
        }},"
    );
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
