use crate::emit;
use crate::outcome::Outcome;
use crate::place::{self, Home};
use crate::report::{self, Spans};
use crate::snapshot::Snapshot;
use mina_core::check::Checked;
use mina_core::config::Config;
use mina_core::diagnostic::Code;
use mina_core::history::{History, Revision};
use mina_core::syntax::token::Token;
use mina_core::syntax::{Location, Tokens, parse, token};
use proc_macro2::{Span, TokenStream};
use std::path::Path;

/// The tokens between the braces of `migration! { … }`, with the compiler's spans of them.
pub struct Source {
    pub stream: TokenStream,
    pub tokens: Tokens,
    pub spans: Spans,
}

impl Source {
    pub fn new(stream: TokenStream) -> Self {
        let mut spans = Vec::new();
        let tokens = token::flatten(stream.clone(), &mut |span| spans.push(span));
        Self {
            stream,
            tokens,
            spans: Spans(spans),
        }
    }

    pub fn first(&self) -> Span {
        self.spans.0.first().copied().unwrap_or_else(Span::call_site)
    }

    fn location(&self) -> Location {
        let first = self.first().unwrap();
        Location {
            line: first.line() as u32,
            column: first.column() as u32,
        }
    }

    pub fn locate(&mut self) {
        let location = |span: &Span| Location {
            line: span.unwrap().line() as u32,
            column: span.unwrap().column() as u32,
        };
        self.tokens.locations = self.spans.0.iter().map(location).collect();
    }
}

pub fn expand(stream: TokenStream) -> TokenStream {
    let mut source = Source::new(stream);
    let file = place::file_of(source.first());
    let home = file.as_deref().and_then(|file| Some((file, place::home_of(file)?)));
    match home {
        Some((file, home)) => expand_in(&mut source, file, &home),
        None => expand_alone(&mut source),
    }
}

fn expand_in(source: &mut Source, file: &Path, home: &Home) -> TokenStream {
    let snapshot = Snapshot::of(home);
    let shown = place::shown(file);
    let found = find(&snapshot, &shown, source);
    let history = &snapshot.history;

    let mut faults = TokenStream::new();
    // A crate's faults are told where its folder is taken in, by `migrations!`.
    if matches!(home, Home::Folder(_)) && snapshot.speaks_for_all(found.index()) {
        let at = source.first();
        for fault in &snapshot.faults {
            faults.extend(report::error(&fault.to_string(), (at, at)));
        }
    }

    let tokens = match found {
        Found::Same(index) => finish(source, &history.revisions[index], history.checked(index), snapshot.outcome(index)),
        Found::Instead(index) => {
            source.locate();
            let revision = revision(source, shown);
            let (checked, diagnostics) = history.foreign(&revision, index);
            let outcome = Outcome::new(&revision, &checked, &history.config, diagnostics, !snapshot.faults.is_empty());
            finish(source, &revision, &checked, &outcome)
        }
    };
    faults.extend(tokens);
    faults
}

/// A block of which nothing is known but itself: what it says of revisions that are not there is left alone.
fn expand_alone(source: &mut Source) -> TokenStream {
    source.locate();
    let history = History::new(Config::default(), vec![revision(source, String::new())]);
    let elsewhere = [Code::M102, Code::M108, Code::M109];
    let mut diagnostics = history.diagnostics(0);
    diagnostics.retain(|diagnostic| diagnostic.code().is_none_or(|code| !elsewhere.contains(&code)));
    let block = &history.revisions[0].block;
    let rooted = block.revises.is_empty() && block.depends_on.is_empty();
    let (revision, checked) = (&history.revisions[0], history.checked(0));
    let outcome = Outcome::new(revision, checked, &history.config, diagnostics, !rooted);
    finish(source, revision, checked, &outcome)
}

fn revision(source: &Source, file: String) -> Revision {
    let parsed = parse::parse(&source.tokens);
    Revision {
        block: parsed.block,
        syntax: parsed.diagnostics,
        tokens: source.tokens.clone(),
        location: source.location(),
        file,
    }
}

fn finish(source: &Source, revision: &Revision, checked: &Checked, outcome: &Outcome) -> TokenStream {
    let mut tokens = report::report(&outcome.diagnostics, &source.spans);
    tokens.extend(emit::migration(source, revision, checked, outcome));
    tokens
}

enum Found {
    /// The block stands in the snapshot as it is.
    Same(usize),
    /// It does not, or not so; it takes the place of this one.
    Instead(Option<usize>),
}

impl Found {
    fn index(&self) -> Option<usize> {
        match self {
            Self::Same(index) => Some(*index),
            Self::Instead(index) => *index,
        }
    }
}

fn find(snapshot: &Snapshot, shown: &str, source: &Source) -> Found {
    let revisions = &snapshot.history.revisions;
    let beside = snapshot.revisions_of(shown);
    let location = source.location();
    let here = |index: &&usize| revisions[**index].tokens.locations.first() == Some(&location);
    if let Some(&index) = beside.iter().find(here) {
        if same(&revisions[index], &source.tokens) {
            return Found::Same(index);
        }
        return Found::Instead(Some(index));
    }
    // The editor's buffer has lines that the file has not.
    let id = parse::parse(&source.tokens).block.revision;
    let named = |index: &&usize| id.is_some() && revisions[**index].block.revision == id;
    let instead = beside.iter().find(named).or_else(|| beside.first().filter(|_| beside.len() == 1));
    Found::Instead(instead.copied())
}

/// Whether two lexers read the same. Doc comments become literals, which each escapes in its own way.
fn same(theirs: &Revision, ours: &Tokens) -> bool {
    let alike = |(one, other): (&Token, &Token)| match (one, other) {
        (Token::Punct(one, _), Token::Punct(other, _)) => one == other,
        (Token::Literal(one), Token::Literal(other)) if one != other => {
            let value = parse::string_value(one);
            value.is_some() && value == parse::string_value(other)
        }
        (one, other) => one == other,
    };
    let theirs = &theirs.tokens.tokens;
    theirs.len() == ours.tokens.len() && theirs.iter().zip(&ours.tokens).all(alike)
}
