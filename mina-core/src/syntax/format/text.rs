//! Text of several lines, moved as a whole.

use crate::syntax::lexer::lex;
use crate::syntax::parse::{dedent, string_value};
use crate::syntax::token::Token;
use std::collections::BTreeSet;

pub(super) fn width(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// A line as much further right as `to` is greater than `from`.
fn shifted(line: &str, from: usize, to: usize) -> String {
    if to >= from {
        return format!("{}{line}", " ".repeat(to - from));
    }
    line[width(line).min(from - to)..].to_owned()
}

/// What is left of a line without anything to see: its `\r`, if it has one.
fn emptied(line: &str) -> &str {
    if line.ends_with('\r') { "\r" } else { "" }
}

/// A comment of several lines whose first has moved.
pub(super) fn comment(text: &str, from: usize, to: usize) -> String {
    let moved = text.split('\n').enumerate().map(|(number, line)| match number {
        0 => line.to_owned(),
        _ if line.trim().is_empty() => emptied(line).to_owned(),
        _ => shifted(line, from, to),
    });
    moved.collect::<Vec<_>>().join("\n")
}

/// A string of SQL over several lines, in a line that was indented by `from` and is now by `indent`.
///
/// None where its value would not be the same.
pub(super) fn sql(literal: &str, from: usize, indent: &str) -> Option<String> {
    let (start, end) = (literal.find('"')? + 1, literal.rfind('"')?);
    let (first, rest) = literal.get(start..end)?.split_once('\n')?;
    let lines: Vec<&str> = rest.split('\n').collect();
    let last = lines.len() - 1;
    let filled = lines.iter().filter(|line| !line.trim().is_empty());
    let least = filled.map(|line| width(line)).min()?;
    let opened = first.trim().is_empty();
    let mut text = format!("{}{}\n", &literal[..start], if opened { emptied(first) } else { first });
    for (number, line) in lines.into_iter().enumerate() {
        if number > 0 {
            text.push('\n');
        }
        match line.trim().is_empty() {
            true if number == last => text.push_str(indent),
            true => text.push_str(emptied(line)),
            false if opened => text.push_str(&format!("{indent}    {}", &line[least..])),
            false => text.push_str(&shifted(line, from, indent.chars().count())),
        }
    }
    text.push_str(&literal[end..]);
    let value = |literal: &str| string_value(literal).map(|text| dedent(&text));
    (value(&text) == value(literal)).then_some(text)
}

/// The braces of a `run` step, its lines moved so that the last stands at `indent`.
pub(super) fn rust(text: &str, indent: &str) -> String {
    let inside = within_literals(text);
    let lines: Vec<&str> = text.split('\n').collect();
    let last = lines.len() - 1;
    let moves = |number: usize, line: &str| number > 0 && !inside.contains(&number) && !line.trim().is_empty();
    let body = lines
        .iter()
        .enumerate()
        .find(|(number, line)| *number < last && moves(*number, line));
    let to = indent.chars().count() + 4;
    let from = body.map_or(to, |(_, line)| width(line));
    let moved = lines.iter().enumerate().map(|(number, line)| {
        if number == last && moves(number, line) && line.trim() == "}" {
            format!("{indent}}}")
        } else if moves(number, line) {
            shifted(line, from, to)
        } else if number > 0 && number < last && !inside.contains(&number) {
            emptied(line).to_owned()
        } else {
            (*line).to_owned()
        }
    });
    moved.collect::<Vec<_>>().join("\n")
}

/// The lines that begin inside of a literal.
fn within_literals(text: &str) -> BTreeSet<usize> {
    let Ok(tokens) = lex(text) else { return BTreeSet::new() };
    let literals = tokens.tokens.iter().zip(&tokens.locations);
    let lines = literals.filter_map(|(token, place)| match token {
        Token::Literal(text) => Some(place.line as usize..place.line as usize + text.matches('\n').count()),
        _ => None,
    });
    lines.flatten().collect()
}
