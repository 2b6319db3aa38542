//! What stands between two brackets, an element at a time, each with the comments about it.

use super::unit::{Comment, Kind, Unit};
use crate::syntax::token::Bracket;

/// What a group holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The whole block: header keys, `upgrade`, `downgrade`.
    Head,
    Statements,
    /// What stands in `schema! { … }`.
    Models,
    /// The columns of a table.
    Columns,
    /// Options, names, values or rows, between commas.
    List,
    /// The arguments of `sql`, `json` or `irreversible`, and whatever is not laid out.
    Plain,
}

#[derive(Debug)]
pub(super) struct Element<'s> {
    /// The comments before it.
    pub(super) leading: Vec<Comment<'s>>,
    /// A blank line stands before it and its comments.
    pub(super) blank: bool,
    /// Its units, the mark at its end left out.
    pub(super) start: usize,
    pub(super) end: usize,
    /// The comments between it and the mark at its end.
    pub(super) inner: Vec<Comment<'s>>,
    /// A mark ends it.
    pub(super) marked: bool,
    /// The comments after it on its line, and those that stood before its mark.
    pub(super) trailing: Vec<Comment<'s>>,
}

#[derive(Debug, Default)]
pub(super) struct Elements<'s> {
    /// The comments after the opening bracket on its line.
    pub(super) after_open: Vec<Comment<'s>>,
    pub(super) items: Vec<Element<'s>>,
    /// The comments after the last element.
    pub(super) rest: Vec<Comment<'s>>,
}

impl Elements<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.after_open.is_empty() && self.rest.is_empty()
    }
}

/// The elements of `start..close`.
pub(super) fn split<'s>(units: &[Unit<'s>], form: Form, start: usize, close: usize) -> Elements<'s> {
    let mut elements = Elements::default();
    // What stands on lines of its own before the mark of an element is about the next one.
    let mut before = Vec::new();
    let mut at = start;
    while at < close {
        let unit = &units[at];
        let leading = elements.take(&unit.comments, unit.newline, std::mem::take(&mut before));
        let (end, mark) = boundary(units, form, at, close);
        let comments = mark.map_or(&[][..], |mark| &units[mark].comments);
        let (inner, after) = comments.split_at(comments.iter().position(Comment::breaks).unwrap_or(comments.len()));
        let (trailing, rest) = divide(after, true);
        before.extend_from_slice(rest);
        elements.items.push(Element {
            blank: leading.first().map_or(unit.blank, |comment| comment.blank),
            leading,
            start: at,
            end,
            inner: inner.to_vec(),
            marked: mark.is_some(),
            trailing: trailing.to_vec(),
        });
        at = mark.map_or(end, |mark| mark + 1);
    }
    elements.rest = elements.take(&units[close].comments, true, before);
    elements
}

impl<'s> Elements<'s> {
    /// Gives what stands on the line of the last element to it; the comments that are about the next.
    fn take(&mut self, comments: &[Comment<'s>], newline: bool, mut before: Vec<Comment<'s>>) -> Vec<Comment<'s>> {
        let line = match self.items.last_mut() {
            Some(last) => &mut last.trailing,
            None => &mut self.after_open,
        };
        let ended = !before.is_empty() || line.last().is_some_and(Comment::ends_line);
        let (trailing, leading) = if ended { (&[][..], comments) } else { divide(comments, newline) };
        line.extend_from_slice(trailing);
        before.extend_from_slice(leading);
        before
    }
}

/// The comments that are about what stands before them on their line, and the others.
pub(super) fn divide<'c, 's>(comments: &'c [Comment<'s>], newline: bool) -> (&'c [Comment<'s>], &'c [Comment<'s>]) {
    let other = if newline { comments.len() } else { 0 };
    comments.split_at(comments.iter().position(|comment| comment.newline).unwrap_or(other))
}

/// The end of the element that begins at a unit, and the mark that ends it.
fn boundary(units: &[Unit<'_>], form: Form, at: usize, close: usize) -> (usize, Option<usize>) {
    match form {
        Form::Head if units[at].kind == Kind::Doc => (at + 1, None),
        Form::Head | Form::Models if units[at].is("<") => {
            let end = (at..close).find(|index| units[*index].is(">")).unwrap_or(close - 1);
            (end + 1, None)
        }
        Form::Head if units[at].is("#") => {
            let open = (at..close).find(|index| matches!(units[*index].kind, Kind::Open(..)));
            let end = open.map_or(at, |open| last(units, open));
            (end + 1, None)
        }
        Form::Models if units[at].is("#") && units.get(at + 1).is_some_and(|unit| unit.is("!")) => {
            let open = (at..close).find(|index| matches!(units[*index].kind, Kind::Open(..)));
            (open.map_or(at, |open| last(units, open)) + 1, None)
        }
        Form::Head | Form::Statements | Form::Models => statement(units, at, close),
        Form::Columns | Form::List | Form::Plain => item(units, at, close),
    }
}

/// The last unit of the group that begins at a unit, or the unit.
pub(super) fn last(units: &[Unit<'_>], at: usize) -> usize {
    match units[at].kind {
        Kind::Open(_, close) => close,
        _ => at,
    }
}

fn statement(units: &[Unit<'_>], start: usize, close: usize) -> (usize, Option<usize>) {
    let mut at = start;
    while at < close {
        if units[at].is(";") {
            return (at, Some(at));
        }
        let braces = units[at].is_open(Bracket::Curly) || units[at].kind == Kind::Rust;
        at = last(units, at) + 1;
        if braces && at < close && units[at].is(";") {
            return (at, Some(at));
        }
        if braces && (at >= close || !units[at].is_open(Bracket::Curly)) {
            return (at, None);
        }
    }
    (close, None)
}

fn item(units: &[Unit<'_>], start: usize, close: usize) -> (usize, Option<usize>) {
    let (mut at, mut depth) = (start, 0usize);
    while at < close {
        let unit = &units[at];
        if unit.is(",") && depth == 0 {
            return (at, Some(at));
        }
        depth += usize::from(unit.is("<"));
        depth = depth.saturating_sub(usize::from(unit.is(">")));
        let braces = unit.is_open(Bracket::Curly);
        at = last(units, at) + 1;
        if braces && at < close && !units[at].is(",") {
            return (at, None);
        }
    }
    (close, None)
}

/// What the group that opens at a unit holds, in an element whose first word is at `main`.
pub(super) fn form(units: &[Unit<'_>], main: usize, open: usize) -> Form {
    let before = open.checked_sub(1).map(|before| &units[before]);
    let word = |text: &str| units[main].is_word(text);
    match units[open].kind {
        Kind::Open(Bracket::Curly, _) => {
            let first = !(main..open).any(|index| matches!(units[index].kind, Kind::Close(Bracket::Curly)));
            let body = open == main + 1 && ["upgrade", "downgrade", "effect", "undo"].into_iter().any(word);
            match first {
                true if body || word("batch_alter") && is_named(units, main, open) => Form::Statements,
                true if (word("create_table") || word("table")) && is_named(units, main, open) => Form::Columns,
                true if word("view") && before.is_some_and(|unit| unit.kind == Kind::Literal) => Form::Columns,
                false if word("view") => Form::Columns,
                _ => Form::List,
            }
        }
        Kind::Open(Bracket::Round, _) if before.is_some_and(|unit| is_call(units, unit, open)) => Form::Plain,
        Kind::Open(Bracket::Square, _) if before.is_some_and(|unit| unit.is("#") || unit.is("!")) => Form::Plain,
        _ => Form::List,
    }
}

/// Whether a table's name stands between a keyword and its braces.
fn is_named(units: &[Unit<'_>], main: usize, open: usize) -> bool {
    (main + 1..open).any(|index| matches!(units[index].kind, Kind::Word | Kind::Literal))
}

fn is_call(units: &[Unit<'_>], word: &Unit<'_>, open: usize) -> bool {
    let value = open.checked_sub(2).is_some_and(|before| {
        let before = &units[before];
        matches!(before.kind, Kind::Open(..)) || ["=", ":", ","].into_iter().any(|mark| before.is(mark))
    });
    let called = ["sql", "json", "now", "today", "uuid", "irreversible"];
    value && called.into_iter().any(|name| word.is_word(name))
}

/// Whether the parenthesis that opens at a unit stands close to the word before it.
pub(super) fn is_close(units: &[Unit<'_>], open: usize) -> bool {
    let before = open.checked_sub(1).map(|before| &units[before]);
    before.is_some_and(|unit| is_call(units, unit, open))
}
