use crate::block::Source;
use mina_core::check::Checked;
use mina_core::engine::Engine;
use mina_core::history::Trace;
use mina_core::models::diesel::{identifier, type_name};
use mina_core::operation::Operation;
use mina_core::schema::{Column, Schema, Table, Type};
use mina_core::syntax::ast::{self, Block, Body, Downgrade, StatementKind, Undo};
use mina_core::syntax::token::Token;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The Rust of a block's `run` steps: a function a step for each engine that can be linked.
pub struct Runs<'a> {
    source: &'a Source,
    steps: Vec<Step<'a>>,
}

struct Step<'a> {
    argument: &'a ast::Ident,
    body: &'a ast::RunBody,
    /// The schema at that point, on the engines that run it.
    schemas: Vec<(Engine, &'a Schema)>,
}

impl<'a> Runs<'a> {
    /// The steps of a block, upgrade first.
    pub fn new(source: &'a Source, block: &'a Block, checked: Option<&'a Checked>) -> Self {
        let mut steps = Vec::new();
        collect(&block.upgrade, &mut steps);
        if let Downgrade::Body(body) = &block.downgrade {
            collect(body, &mut steps);
        }
        if !steps.is_empty() {
            for replayed in checked.map_or(&[][..], |checked| &checked.engines) {
                for trace in [Some(&replayed.up), replayed.down.as_ref()].into_iter().flatten() {
                    locate(trace, &mut steps);
                }
            }
        }
        Self { source, steps }
    }

    /// The functions.
    pub fn functions(&self) -> TokenStream {
        let steps = self.steps.iter().enumerate();
        steps
            .flat_map(|(index, step)| {
                step.schemas
                    .iter()
                    .filter_map(move |(engine, schema)| self.function(index, *engine, schema))
            })
            .collect()
    }

    /// The engines that have any.
    pub fn engines(&self) -> BTreeSet<Engine> {
        let schemas = self.steps.iter().flat_map(|step| &step.schemas);
        schemas.map(|(engine, _)| *engine).collect()
    }

    /// The functions for an engine, as a list of its steps.
    pub fn list(&self, engine: Engine) -> TokenStream {
        let names = (0..self.steps.len()).map(|index| {
            let runs = self.steps[index].schemas.iter().any(|(on, _)| *on == engine);
            runs.then(|| name(index, engine))
                .map_or_else(|| quote!(::mina::support::nothing), |name| quote!(#name))
        });
        match engine {
            Engine::Sqlite => quote!(::mina::sqlite_runs![#(#names),*]),
            Engine::Pg => quote!(::mina::pg_runs![#(#names),*]),
            Engine::Mysql => quote!(::mina::mysql_runs![#(#names),*]),
        }
    }

    fn function(&self, index: usize, engine: Engine, schema: &Schema) -> Option<TokenStream> {
        let (wrapper, connection) = match engine {
            Engine::Sqlite => (quote!(::mina::if_sqlite), quote!(::diesel::sqlite::SqliteConnection)),
            Engine::Pg => (quote!(::mina::if_pg), quote!(::diesel::pg::PgConnection)),
            Engine::Mysql => (quote!(::mina::if_mysql), quote!(::diesel::mysql::MysqlConnection)),
        };
        let step = &self.steps[index];
        let name = name(index, engine);
        let argument = self.source.spans.0.get(step.argument.span.start as usize).copied();
        let argument = Ident::new(&step.argument.text, argument.unwrap_or_else(Span::call_site));
        let body = group(self.source.stream.clone(), step.body.span.start as usize)?;
        let tables = self.named(step, schema).map(|table| declare(table, engine));
        let returned = if returns_nothing(step.body) { quote!(()) } else { quote!(usize) };
        Some(quote! {
            #wrapper! {
                fn #name(
                    conn: &mut #connection,
                ) -> ::core::result::Result<usize, ::std::boxed::Box<dyn ::std::error::Error + ::core::marker::Send + ::core::marker::Sync>> {
                    #[allow(unused_variables, clippy::needless_pass_by_ref_mut)]
                    fn body(
                        #argument: &mut #connection,
                    ) -> ::core::result::Result<#returned, ::std::boxed::Box<dyn ::std::error::Error + ::core::marker::Send + ::core::marker::Sync>> {
                        #[allow(unused_imports)]
                        use ::diesel::prelude::*;
                        #[allow(dead_code, unused_imports, missing_docs)]
                        mod schema {
                            #(#tables)*
                        }
                        ::mina::support::outcome(#body)
                    }
                    ::mina::support::rows(body(conn))
                }
            }
        })
    }

    /// The tables whose names are words of the body.
    fn named<'s>(&self, step: &Step<'_>, schema: &'s Schema) -> impl Iterator<Item = &'s Table> {
        let span = step.body.span;
        let tokens = self.source.tokens.tokens.get(span.start as usize..span.end as usize);
        let words: Vec<&str> = tokens
            .unwrap_or_default()
            .iter()
            .filter_map(|token| match token {
                Token::Ident(word) => Some(word.as_str()),
                _ => None,
            })
            .collect();
        let named = schema
            .tables()
            .values()
            .filter(move |table| words.contains(&identifier(&table.name.name).as_str()));
        named.map(|table| &**table).collect::<Vec<_>>().into_iter()
    }
}

/// Whether there is a `return Ok(())` in a body: it cannot give rows as well.
fn returns_nothing(body: &ast::RunBody) -> bool {
    let text: String = body.text.chars().filter(|letter| !letter.is_whitespace()).collect();
    text.contains("returnOk(())")
}

fn name(index: usize, engine: Engine) -> Ident {
    format_ident!("run_{}_{}", index, engine.name().to_lowercase())
}

fn collect<'a>(body: &'a Body, steps: &mut Vec<Step<'a>>) {
    for statement in &body.statements {
        let StatementKind::Run { argument, body, .. } = &statement.kind else {
            continue;
        };
        steps.push(Step {
            argument,
            body,
            schemas: Vec::new(),
        });
    }
    for statement in &body.statements {
        let (StatementKind::Run { undo, .. } | StatementKind::Execute { undo, .. } | StatementKind::Backfill { undo, .. }) =
            &statement.kind
        else {
            continue;
        };
        if let Undo::Body(body) = undo {
            collect(body, steps);
        }
    }
}

fn locate<'a>(trace: &'a Trace, steps: &mut [Step<'a>]) {
    for resolved in trace.steps.iter().flat_map(|step| &step.operations) {
        let Operation::Run { index, .. } = &resolved.operation else {
            continue;
        };
        if let Some(step) = steps.get_mut(*index) {
            step.schemas.push((trace.target.engine(), &resolved.before));
        }
    }
}

/// The group whose opening token has this index among the flattened tokens.
fn group(stream: TokenStream, index: usize) -> Option<Group> {
    fn walk(stream: TokenStream, index: usize, next: &mut usize) -> Option<Group> {
        for tree in stream {
            let TokenTree::Group(group) = tree else {
                *next += 1;
                continue;
            };
            let visible = group.delimiter() != Delimiter::None;
            if visible && *next == index {
                return Some(group);
            }
            *next += usize::from(visible);
            if let Some(found) = walk(group.stream(), index, next) {
                return Some(found);
            }
            *next += usize::from(visible);
        }
        None
    }
    walk(stream, index, &mut 0)
}

/// Diesel's `table!`. A table without a primary key gets all its columns as the key, since Diesel needs one.
fn declare(table: &Table, engine: Engine) -> TokenStream {
    let key: Vec<&str> = match &table.primary_key {
        Some(key) => key.columns.iter().map(String::as_str).collect(),
        None => table.columns.iter().map(|column| column.name.as_str()).collect(),
    };
    let key = key.into_iter().map(word);
    let columns = table.columns.iter().map(|column| declare_column(column, engine));
    let (sql_name, name) = (sql_name(&table.name.name), word(&table.name.name));
    let name = match &table.name.schema {
        Some(schema) => {
            let schema = word(schema);
            quote!(#schema.#name)
        }
        None => quote!(#name),
    };
    quote! {
        ::diesel::table! {
            #sql_name
            #name (#(#key),*) { #(#columns,)* }
        }
    }
}

fn declare_column(column: &Column, engine: Engine) -> TokenStream {
    let (sql_name, name) = (sql_name(&column.name), word(&column.name));
    let ty = diesel_type(&column.ty, engine);
    let ty = if column.nullable { quote!(Nullable<#ty>) } else { quote!(#ty) };
    quote!(#sql_name #name -> #ty)
}

/// Diesel's type for what a column holds on an engine.
fn diesel_type(ty: &Type, engine: Engine) -> TokenStream {
    match (ty, engine) {
        (Type::Array(inner), Engine::Pg) => {
            let inner = diesel_type(inner, engine);
            // An element may be NULL, whatever the column says.
            quote!(Array<Nullable<#inner>>)
        }
        (Type::Unsigned(inner), Engine::Mysql) => {
            let inner = diesel_type(inner, engine);
            quote!(Unsigned<#inner>)
        }
        (ty, engine) => {
            let name = word(type_name(ty, engine));
            quote!(#name)
        }
    }
}

fn sql_name(name: &str) -> TokenStream {
    if identifier(name) == name {
        TokenStream::new()
    } else {
        quote!(#[sql_name = #name])
    }
}

fn word(name: &str) -> Ident {
    Ident::new(&identifier(name), Span::call_site())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_by_its_flattened_index() {
        let stream: TokenStream = "a (b [c]) { d }".parse().unwrap();
        assert_eq!(group(stream.clone(), 3).unwrap().to_string(), "[c]");
        assert_eq!(group(stream.clone(), 7).unwrap().to_string(), "{ d }");
        assert!(group(stream, 2).is_none());
    }
}
