//! The form that `mina fmt` gives to blocks: every token and comment kept, in its place.

mod element;
mod layout;
mod text;
mod unit;

use super::lexer::lex;
use super::parse::{parse, parse_models};
use super::place::Places;
use super::source::{MIGRATION, SCHEMA, SourceBlock, SourceError, scan_for};
use crate::diagnostic::Diagnostic;
use element::Form;
use layout::Layout;
use unit::{prefix, units};

/// A file whose blocks are in their form.
#[derive(Clone, Debug)]
pub struct Formatted {
    /// The whole file; outside of its blocks every byte is as it was.
    pub text: String,
    /// The blocks that were left as they are, each with what is wrong with it first.
    pub refused: Vec<(SourceBlock, Diagnostic)>,
}

/// Gives every `migration! { … }` and `schema! { … }` of a file its form; one that does not parse is left as it is.
///
/// # Errors
///
/// The file is no sequence of Rust tokens.
pub fn format(source: &str) -> Result<Formatted, SourceError> {
    let places = Places::new(source);
    let eol = if source.contains("\r\n") { "\r\n" } else { "\n" };
    let mut formatted = Formatted {
        text: String::with_capacity(source.len()),
        refused: Vec::new(),
    };
    let mut copied = 0;
    for block in scan_for(source, &[MIGRATION, SCHEMA])? {
        let (diagnostics, sql, form) = if block.name == SCHEMA {
            let parsed = parse_models(&block.tokens);
            (parsed.diagnostics, parsed.sql, Form::Models)
        } else {
            let parsed = parse(&block.tokens);
            (parsed.diagnostics, parsed.sql, Form::Head)
        };
        if let Some(first) = diagnostics.into_iter().next() {
            formatted.refused.push((block, first));
            continue;
        }
        let (open, close) = (places.offset(block.open), places.offset(block.close));
        let base = prefix(source, places.offset(block.location));
        let units = units(source, &block.tokens, open + 1..close);
        let mut layout = Layout {
            units: &units,
            base,
            eol,
            is_sql: &|token| sql.contains(&(token as u32)),
            out: source[open..=open].to_owned(),
        };
        layout.elements(form, 0, units.len() - 1, 4);
        formatted.text.push_str(&source[copied..open]);
        formatted.text.push_str(&layout.out);
        formatted.text.push_str(&format!("{eol}{base}"));
        copied = close;
    }
    formatted.text.push_str(&source[copied..]);
    Ok(formatted)
}

/// The form of text that the printer wrote: a block's, or statements.
pub(super) fn laid_out(text: &str, statements: bool) -> String {
    let Ok(tokens) = lex(text) else { return text.to_owned() };
    let units = units(text, &tokens, 0..text.len());
    let mut layout = Layout {
        units: &units,
        base: "",
        eol: "\n",
        is_sql: &|_| true,
        out: String::new(),
    };
    layout.elements(if statements { Form::Statements } else { Form::Head }, 0, units.len() - 1, 0);
    layout.out
}
