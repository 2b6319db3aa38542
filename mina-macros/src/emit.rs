use crate::block::Source;
use crate::run;
use mina_core::check::{Checked, Replayed};
use mina_core::history::{Revision, checksum};
use mina_core::sql;
use mina_core::syntax::ast::{Downgrade, Ident};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// A migration as data, with `up` and `down`; what was refused has no SQL, so that what uses it still compiles.
pub fn migration(source: &Source, revision: &Revision, checked: Option<&Checked>) -> TokenStream {
    let block = &revision.block;
    let runs = run::Runs::new(source, block, checked);
    let rendered = checked.map_or(&[][..], |checked| &checked.engines).iter();
    let engines = rendered
        .filter(|replayed| sql::renders(replayed.up.target.engine()))
        .map(|replayed| engine(revision, replayed, &runs));

    let text = |ident: &Option<Ident>| option(ident.as_ref().map(|ident| ident.text.as_str()));
    let list = |idents: &[Ident]| {
        let texts = idents.iter().map(|ident| &ident.text);
        quote!(&[#(#texts),*])
    };
    let id = block.revision.as_ref().map_or("", |id| &id.text);
    let message = block.message();
    let description = block.doc.split_once('\n').map_or("", |(_, rest)| rest.trim());
    let (parents, depends_on) = (list(&block.revises), list(&block.depends_on));
    let (label, alias, bind) = (text(&block.label), text(&block.alias), text(&block.bind));
    let file = &revision.file;
    let irreversible = option(match &block.downgrade {
        Downgrade::Irreversible { why, .. } => Some(why),
        _ => None,
    });
    let functions = runs.functions();
    quote! {
        #functions
        #[doc = #message]
        #[allow(dead_code)]
        pub static MIGRATION: ::mina::Migration = ::mina::Migration {
            id: #id,
            message: #message,
            description: #description,
            parents: #parents,
            depends_on: #depends_on,
            label: #label,
            alias: #alias,
            bind: #bind,
            file: #file,
            irreversible: #irreversible,
            engines: &[#(#engines),*],
        };

        /// Runs the upgrade alone; nothing is recorded.
        #[allow(dead_code, missing_docs, clippy::missing_errors_doc)]
        pub fn up<C: ::mina::Connection>(conn: &mut C) -> ::core::result::Result<(), ::mina::Error> {
            MIGRATION.up(conn)
        }

        /// Runs the downgrade alone; nothing is recorded.
        #[allow(dead_code, missing_docs, clippy::missing_errors_doc)]
        pub fn down<C: ::mina::Connection>(conn: &mut C) -> ::core::result::Result<(), ::mina::Error> {
            MIGRATION.down(conn)
        }
    }
}

fn option(text: Option<&str>) -> TokenStream {
    match text {
        Some(text) => quote!(::core::option::Option::Some(#text)),
        None => quote!(::core::option::Option::None),
    }
}

fn engine(revision: &Revision, replayed: &Replayed, runs: &run::Runs<'_>) -> TokenStream {
    let engine = replayed.up.target.engine();
    let units = |trace| {
        let units = sql::render(trace, &revision.tokens, revision.block.transaction);
        serde_json::to_string(&units).unwrap_or_default()
    };
    let up = units(&replayed.up);
    let down = replayed.down.as_ref().map_or_else(|| "[]".to_owned(), units);
    let checksum = checksum(replayed);
    let runs = runs.list(engine);
    let engine = format_ident!("{}", engine.name());
    quote! {
        ::mina::Rendered {
            engine: ::mina::support::Engine::#engine,
            checksum: #checksum,
            up: #up,
            down: #down,
            runs: #runs,
        }
    }
}
