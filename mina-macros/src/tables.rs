//! `tables!`: Diesel's tables from the history; and how tables become tokens.

use crate::folder::relative;
use crate::place::{self, Home};
use crate::report;
use crate::snapshot::Snapshot;
use mina_core::diagnostic::did_you_mean;
use mina_core::engine::{Engine, Target};
use mina_core::models::diesel::{Declarations, declare};
use mina_core::schema::{ObjectName, Schema};
use mina_core::syntax::parse::string_value;
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use std::collections::BTreeMap;
use std::path::Path;

/// What `tables!` is told.
#[derive(Default)]
struct Wanted {
    engine: Option<Engine>,
    at: Option<(String, Span)>,
    bind: Option<(String, Span)>,
}

pub fn expand(input: TokenStream) -> TokenStream {
    let first = input.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span());
    let wanted = match wanted(input) {
        Ok(wanted) => wanted,
        Err((message, at)) => return report::error(&message, (at, at)),
    };
    let file = place::file_of(first).or_else(|| place::file_of(Span::call_site()));
    let Some(home) = file.as_deref().and_then(history_of) else {
        return report::error(
            "the history is not known: `tables!` stands in the crate of the migrations",
            (first, first),
        );
    };
    let snapshot = Snapshot::of(&home);
    let history = &snapshot.history;
    let bind = wanted.bind.as_ref().map(|(bind, _)| bind.as_str());
    let Some(database) = history.config.bind(bind) else {
        let (name, at) = wanted.bind.unwrap_or_else(|| (String::new(), first));
        return report::error(&format!("mina.toml has no database `{name}`"), (at, at));
    };
    let targets: Vec<Target> = database
        .engines
        .iter()
        .copied()
        .filter(|target| wanted.engine.is_none_or(|engine| engine == target.engine()))
        .collect();
    if targets.is_empty() {
        let declared: Vec<String> = database.engines.iter().map(|target| format!("`<{}>`", target.engine())).collect();
        let message = format!("that engine is not one that mina.toml declares\nthere are {}", declared.join(", "));
        return report::error(&message, (first, first));
    }
    let ids: Option<Vec<String>> = match &wanted.at {
        None => None,
        Some((target, at)) => match revisions(&snapshot, bind, target) {
            Ok(ids) => Some(ids),
            Err(message) => return report::error(&message, (*at, *at)),
        },
    };
    let schema = |target: Target| match &ids {
        None => history.head(bind, target),
        Some(ids) => history.schema_of(bind, target, ids.iter().map(String::as_str)),
    };
    let schemas: Vec<(Target, Schema)> = targets
        .iter()
        .map(|target| (*target, schema(*target).unwrap_or_default()))
        .collect();
    let sides: Vec<(Engine, &Schema)> = schemas.iter().map(|(target, schema)| (target.engine(), schema)).collect();
    let (declarations, disagreements) = declare(&sides, &Vec::new());
    let mut expanded = TokenStream::new();
    // Of a history that is not whole its own blocks tell.
    for disagreement in disagreements.iter().filter(|_| snapshot.faults.is_empty()) {
        let engines: Vec<String> = disagreement
            .each
            .iter()
            .map(|(engine, _)| format!("`mina::tables!(<{engine}>)`"))
            .collect();
        let message = format!(
            "to Diesel {disagreement}, and these are tables for both\nsay for which engine they are: {}",
            engines.join(" or ")
        );
        expanded.extend(report::error(&message, (first, first)));
    }
    expanded.extend(tokens(&declarations, |_, _| None));
    expanded
}

/// The history that a file is beside: its crate's, or that of its folder.
pub fn history_of(file: &Path) -> Option<Home> {
    let root = place::crate_folder()?;
    match place::layout(&root).locations.iter().any(|location| location.is_dir()) {
        true => Some(Home::Crate(root)),
        false => place::home_of(file),
    }
}

fn revisions(snapshot: &Snapshot, bind: Option<&str>, target: &str) -> Result<Vec<String>, String> {
    let graph = snapshot.history.graphs().find(|(name, _)| *name == bind).map(|(_, graph)| graph);
    let Some(graph) = graph else { return Ok(Vec::new()) };
    let found = graph.resolve(target, &graph.none()).map_err(|error| error.to_string())?;
    Ok(found.into_iter().map(|revision| graph.id(revision).to_owned()).collect())
}

fn wanted(input: TokenStream) -> Result<Wanted, (String, Span)> {
    let mut wanted = Wanted::default();
    let mut tokens = input.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let at = token.span();
        match &token {
            TokenTree::Punct(mark) if matches!(mark.as_char(), ',' | ';') => {}
            TokenTree::Punct(mark) if mark.as_char() == '<' => {
                let Some(TokenTree::Ident(name)) = tokens.next() else {
                    return Err(("expected an engine: `<Sqlite>`, `<Pg>` or `<Mysql>`".to_owned(), at));
                };
                let Some(engine) = Engine::named(&name.to_string()) else {
                    let names = Engine::ALL.iter().map(|engine| engine.name());
                    let near = did_you_mean(&name.to_string(), names).map(|near| format!("\ndid you mean `{near}`?"));
                    return Err((format!("there is no engine `{name}`{}", near.unwrap_or_default()), name.span()));
                };
                wanted.engine = Some(engine);
                match tokens.next() {
                    Some(TokenTree::Punct(mark)) if mark.as_char() == '>' => {}
                    _ => return Err(("expected `>` after the engine".to_owned(), name.span())),
                }
            }
            TokenTree::Ident(key) if *key == "at" || *key == "bind" => {
                match tokens.next() {
                    Some(TokenTree::Punct(mark)) if mark.as_char() == '=' => {}
                    _ => return Err((format!("expected `{key} = …`"), at)),
                }
                let value = match tokens.next() {
                    Some(TokenTree::Ident(word)) => (word.to_string(), word.span()),
                    Some(TokenTree::Literal(text)) => match string_value(&text.to_string()) {
                        Some(value) => (value, text.span()),
                        None => return Err((format!("`{key}` is a string"), text.span())),
                    },
                    _ => return Err((format!("expected `{key} = \"…\"`"), at)),
                };
                if *key == "at" {
                    wanted.at = Some(value);
                } else {
                    wanted.bind = Some(value);
                }
            }
            other => {
                let forms = "`tables!` takes `<Engine>`, `at = \"revision\"` and `bind = name`";
                return Err((format!("unexpected `{other}`\n{forms}"), at));
            }
        }
    }
    Ok(wanted)
}

/// Declarations as items; `at` tells where the name of a table, or of a column of it, stands.
pub fn tokens(declarations: &Declarations, at: impl Fn(&ObjectName, Option<&str>) -> Option<Span>) -> TokenStream {
    let mut expanded = TokenStream::new();
    if !declarations.sql_types.is_empty() {
        let structs = lexed(&declarations.sql_types);
        expanded.extend(quote! {
            /// The types that are the database's own.
            #[allow(missing_docs)]
            pub mod sql_types { #structs }
        });
    }
    for table in &declarations.tables {
        let mut words: BTreeMap<&str, Span> = BTreeMap::new();
        for (name, word) in &table.columns {
            words.extend(at(&table.name, Some(name)).map(|span| (word.as_str(), span)));
        }
        words.extend(at(&table.name, None).map(|span| (table.word.as_str(), span)));
        let text = placed(lexed(&table.text), &words);
        expanded.extend(quote!(::diesel::table! { #text }));
    }
    let word = |word: &String| Ident::new(word, Span::call_site());
    for (child, parent, column) in &declarations.joinables {
        let (child, parent, column) = (word(child), word(parent), word(column));
        expanded.extend(quote!(::diesel::joinable!(#child -> #parent (#column));));
    }
    for group in &declarations.groups {
        let group = group.iter().map(word);
        expanded.extend(quote!(::diesel::allow_tables_to_appear_in_same_query!(#(#group),*);));
    }
    expanded
}

fn lexed(text: &str) -> TokenStream {
    text.parse::<proc_macro::TokenStream>().map(TokenStream::from).unwrap_or_default()
}

/// The same with every word of these where it stands in the source.
fn placed(stream: TokenStream, words: &BTreeMap<&str, Span>) -> TokenStream {
    let place = |tree| match tree {
        TokenTree::Ident(mut word) => {
            if let Some(span) = words.get(word.to_string().as_str()) {
                word.set_span(*span);
            }
            TokenTree::Ident(word)
        }
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), placed(group.stream(), words));
            inner.set_span(group.span());
            TokenTree::Group(inner)
        }
        other => other,
    };
    stream.into_iter().map(place).collect()
}

/// Has the compiler look at a mina.toml again when it changed.
pub fn reread(settings: Option<&Path>, file: &Path) -> Option<TokenStream> {
    let path = relative(file.parent()?, settings?);
    let path = path.to_string_lossy();
    Some(quote!(
        const _: &[u8] = ::core::include_bytes!(#path);
    ))
}
