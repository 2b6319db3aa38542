use crate::emit;
use crate::place::{self, Home};
use crate::report;
use crate::snapshot::Snapshot;
use mina_source::SourceFile;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

pub fn expand(input: TokenStream) -> TokenStream {
    let here = Span::call_site();
    if let Some(token) = input.into_iter().next() {
        let at = token.span();
        return report::error(
            "`migrations!` takes no arguments\nits folders stand in mina.toml, under `locations`",
            (at, at),
        );
    }
    let Some(root) = place::crate_folder() else {
        return report::error(
            "the folder of this crate is not known: `CARGO_MANIFEST_DIR` is not set",
            (here, here),
        );
    };
    let layout = place::layout(&root);
    let snapshot = Snapshot::of(&Home::Crate(root.clone()));

    let refusals = mina_source::refusals(place::crate_folder().as_deref(), &layout, &snapshot.files, &snapshot.faults);
    let mut tokens: TokenStream = refusals
        .iter()
        .map(|fault| report::error(&fault.to_string(), (here, here)))
        .collect();

    let from = here
        .unwrap()
        .local_file()
        .and_then(|file| std::path::absolute(file).ok())
        .and_then(|file| file.parent().map(Path::to_path_buf));
    let relative = |path: &Path| match &from {
        Some(from) => relative(from, path),
        None => path.to_path_buf(),
    };
    let mut names = Names::default();
    let mut modules: Vec<(String, Ident)> = Vec::new();
    for file in snapshot.files.iter().filter(|file| file.blocks == Some(1)) {
        let (id, message) = title(&snapshot, file);
        let name = names.module(&id);
        let path = relative(&file.path).to_string_lossy().into_owned();
        tokens.extend(quote! {
            #[doc = #message]
            #[path = #path]
            pub mod #name;
        });
        modules.push((id, name));
    }
    modules.sort();

    let modules = modules.iter().map(|(_, name)| name);
    let config = match &layout.file {
        Some(file) => {
            let path = relative(file).to_string_lossy().into_owned();
            quote!(::core::include_str!(#path))
        }
        None => quote!(""),
    };
    tokens.extend(quote! {
        /// The migrations of this crate, sorted by revision.
        pub static MIGRATIONS: ::mina::Migrations = ::mina::Migrations {
            migrations: &[#(#modules::MIGRATION),*],
            creations: ::mina::creations!(),
            config: #config,
            directory: ::core::env!("CARGO_MANIFEST_DIR"),
        };
    });
    tokens
}

/// The way straight to the head of each bind; none where the history is not whole.
///
/// It is a macro of its own that is expanded after the blocks: by then the history is folded, on whatever core.
pub fn creations() -> TokenStream {
    let Some(root) = place::crate_folder() else { return quote!(&[]) };
    let snapshot = Snapshot::of(&Home::Crate(root));
    let history = &snapshot.history;
    let mut text = String::from("&[");
    for (bind, _) in history.graphs().filter(|_| snapshot.faults.is_empty()) {
        for &target in history.targets(bind) {
            let Some(creation) = history.creation(bind, target) else { continue };
            let json = serde_json::to_string(&creation).unwrap_or_default();
            let (bind, engine) = (emit::option(bind), target.engine());
            text += &format!("::mina::Created {{ bind: {bind}, engine: ::mina::support::Engine::{engine}, creation: {json:?} }},");
        }
    }
    text.push(']');
    text.parse::<proc_macro::TokenStream>().map(TokenStream::from).unwrap_or_default()
}

/// A file's id and message; the name of the file where its block has no id.
fn title(snapshot: &Snapshot, file: &SourceFile) -> (String, String) {
    let block = snapshot
        .revisions_of(&file.shown)
        .first()
        .map(|index| &snapshot.history.revisions[*index].block);
    let id = block.and_then(|block| block.revision.as_ref()).map(|id| id.text.clone());
    let stem = || file.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    (
        id.unwrap_or_else(stem),
        block.map_or_else(String::new, |block| block.message().to_owned()),
    )
}

#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// `m` and the id; two with one id, which is an error elsewhere, are numbered.
    fn module(&mut self, id: &str) -> Ident {
        let word: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mut name = format!("m{word}");
        let mut count = 2;
        while !self.0.insert(name.clone()) {
            name = format!("m{word}_{count}");
            count += 1;
        }
        Ident::new(&name, Span::call_site())
    }
}

pub fn relative(from: &Path, to: &Path) -> PathBuf {
    let shared = from
        .components()
        .zip(to.components())
        .take_while(|(one, other)| one == other)
        .count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_one_folder_to_another() {
        let path = relative(Path::new("/app/migrations/src"), Path::new("/app/migrations/versions/1_a.rs"));
        assert_eq!(path, Path::new("../versions/1_a.rs"));
        assert_eq!(relative(Path::new("/app"), Path::new("/app/a.rs")), Path::new("a.rs"));
    }

    #[test]
    fn modules_are_named_by_id_and_never_twice() {
        let mut names = Names::default();
        let made: Vec<String> = ["1a", "1a", "2-b"].iter().map(|id| names.module(id).to_string()).collect();
        assert_eq!(made, ["m1a", "m1a_2", "m2_b"]);
    }
}
