use crate::block::Source;
use mina_core::syntax::ast::{Block, Body, Downgrade, Statement, StatementKind};
use mina_core::syntax::token::Token;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

const TYPES: &[&str] = &[
    "Array",
    "BigInt",
    "Binary",
    "Bool",
    "Char",
    "Cidr",
    "Custom",
    "Date",
    "Double",
    "Enum",
    "Float",
    "Inet",
    "Integer",
    "Interval",
    "Json",
    "Jsonb",
    "MacAddr",
    "Nullable",
    "Numeric",
    "SmallInt",
    "Text",
    "Time",
    "Timestamp",
    "Timestamptz",
    "TinyInt",
    "Unsigned",
    "Uuid",
    "Varchar",
];

/// Whether an editor's language server expands the macro, and not the compiler.
pub fn is_asking() -> bool {
    std::env::var_os("RUST_ANALYZER_INTERNALS_DO_NOT_USE").is_some()
}

/// The block's words as paths to what documents them, so that an editor shows it. The compiler is spared them.
pub fn words(source: &Source, block: &Block) -> TokenStream {
    if !is_asking() {
        return TokenStream::new();
    }
    let mut places = Vec::new();
    keywords(&block.upgrade, &mut places);
    if let Downgrade::Body(body) = &block.downgrade {
        keywords(body, &mut places);
    }
    let tokens = &source.tokens.tokens;
    let follows_mark = |place: usize| place > 0 && matches!(tokens[place - 1], Token::Punct(':' | '<' | '=', _));
    places.extend(
        (0..tokens.len())
            .filter(|place| matches!(&tokens[*place], Token::Ident(word) if TYPES.contains(&word.as_str())) && follows_mark(*place)),
    );
    let words = places.iter().filter_map(|place| match tokens.get(*place) {
        Some(Token::Ident(word)) => Some(Ident::new(word, *source.spans.0.get(*place)?)),
        _ => None,
    });
    quote! {
        #[allow(unused_imports)]
        const _: () = {
            #(use ::mina::language::#words as _;)*
        };
    }
}

fn keywords(body: &Body, places: &mut Vec<usize>) {
    for statement in &body.statements {
        keyword(statement, places);
    }
}

fn keyword(statement: &Statement, places: &mut Vec<usize>) {
    if matches!(statement.kind, StatementKind::Broken { .. }) {
        return;
    }
    places.push(statement.keyword.start as usize);
    if let StatementKind::BatchAlter { statements, .. } = &statement.kind {
        statements.iter().for_each(|statement| keyword(statement, places));
    }
}
