//! `assert_in_sync!`: models that the history does not make are an error of the compiler.

use crate::folder::relative;
use crate::place;
use crate::report;
use crate::snapshot::Snapshot;
use crate::tables::{self, history_of};
use mina_core::autogenerate::{asked, between};
use mina_core::diagnostic::Diagnostic;
use mina_source::ModelFiles;
use proc_macro2::{Span, TokenStream};
use quote::quote;

pub fn expand(input: TokenStream) -> TokenStream {
    let first = input.clone().into_iter().next();
    let at = first.as_ref().map_or_else(Span::call_site, |token| token.span());
    if let Some(token) = first {
        return report::error(
            &format!("unexpected `{token}`\n`assert_in_sync!` takes nothing: it looks at every database that has `models` in mina.toml"),
            (at, at),
        );
    }
    let file = place::file_of(at);
    let Some((file, home)) = file.and_then(|file| history_of(&file).map(|home| (file, home))) else {
        return report::error(
            "the history is not known: `assert_in_sync!` stands in the crate of the migrations",
            (at, at),
        );
    };
    let folder = home.folder();
    let layout = place::layout(folder);
    let snapshot = Snapshot::of(&home);
    let config = &snapshot.history.config;
    let mut expanded = tables::reread(layout.file.as_deref(), &file).unwrap_or_default();
    let mut compared = false;
    for bind in std::iter::once(None).chain(config.databases.keys().map(|name| Some(name.as_str()))) {
        let files = ModelFiles::read(&layout, bind);
        compared |= !files.files.is_empty();
        for path in file
            .parent()
            .into_iter()
            .flat_map(|folder| files.files.iter().map(move |path| relative(folder, path)))
        {
            let path = path.to_string_lossy().into_owned();
            expanded.extend(quote!(
                const _: &[u8] = ::core::include_bytes!(#path);
            ));
        }
        // What is wrong with the history is told by its blocks.
        if snapshot.faults.is_empty() {
            expanded.extend(differences(&snapshot, &files, bind).map(|message| report::error(&message, (at, at))));
        }
    }
    if !compared {
        let message = "there are no models to compare the history with\nname their file in mina.toml: `models = \"../src/models.rs\"`";
        expanded.extend(report::error(message, (at, at)));
    }
    expanded
}

/// What is to be said of the models of a database.
fn differences(snapshot: &Snapshot, files: &ModelFiles, bind: Option<&str>) -> Option<String> {
    if files.files.is_empty() {
        return None;
    }
    if let Some(fault) = files.faults.first() {
        return Some(fault.to_string());
    }
    let history = &snapshot.history;
    let graph = history.graphs().find(|(name, _)| *name == bind).map(|(_, graph)| graph);
    let ids = graph
        .into_iter()
        .flat_map(|graph| graph.all().iter().map(|revision| graph.id(revision)).collect::<Vec<_>>());
    let asked = asked(history, &files.models, bind, ids);
    if let Some(error) = asked.diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
        return Some(format!("{}{error}", place_of(files, error)));
    }
    let draft = between(&history.config, &asked.sides, &asked.renames);
    if draft.is_empty() || draft.is_comments() {
        return None;
    }
    let of = bind.map_or_else(String::new, |name| format!(" of `{name}`"));
    let mut message = format!("the models and the history{of} differ; `mina migrate \"…\"` writes this:");
    for line in draft.upgrade().iter().flat_map(|statement| statement.lines()) {
        message += &format!("\n    {line}");
    }
    for words in draft.instead().into_iter().chain(draft.left.iter().map(String::as_str)) {
        message += &format!("\n{words}");
    }
    Some(message)
}

fn place_of(files: &ModelFiles, error: &Diagnostic) -> String {
    match files.models.place(error.span) {
        (file, Some(location)) => format!("{file}:{}:{}: ", location.line, location.column),
        (file, None) => format!("{file}: "),
    }
}
