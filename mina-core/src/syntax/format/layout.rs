//! Where lines break.

use super::element::{Element, Elements, Form, divide, form, is_close, last, split};
use super::text;
use super::unit::{Comment, Kind, Unit};
use crate::syntax::parse::HEADER;
use crate::syntax::token::Bracket;
use std::collections::BTreeSet;

/// Lines are no longer than this where a list can be broken.
const WIDTH: usize = 120;

/// How far each bracket indents.
const STEP: usize = 4;

pub(super) struct Layout<'u, 's> {
    pub(super) units: &'u [Unit<'s>],
    /// What every line begins with.
    pub(super) base: &'u str,
    pub(super) eol: &'static str,
    /// Whether a token is a string of SQL, of which a change of indentation is no change.
    pub(super) is_sql: &'u dyn Fn(usize) -> bool,
    pub(super) out: String,
}

/// One line, or what would be one if it were not broken.
#[derive(Clone, Copy)]
struct Line<'l> {
    start: usize,
    end: usize,
    /// The first unit that is no attribute.
    main: usize,
    indent: usize,
    /// The groups whose elements stand on lines of their own.
    broken: &'l BTreeSet<usize>,
    /// Leave out what is in those.
    hollow: bool,
}

impl<'u, 's> Layout<'u, 's> {
    /// The elements of `start..close`, each on a line of its own.
    pub(super) fn elements(&mut self, form: Form, start: usize, close: usize, indent: usize) {
        let mut elements = split(self.units, form, start, close);
        if form == Form::Head {
            self.head(&mut elements.items);
        }
        self.broken(&elements, form, indent);
    }

    /// Header items in their order, with the blank lines that belong between them.
    fn head(&self, items: &mut [Element<'s>]) {
        let rank = |item: &Element<'_>| self.rank(item.start);
        if !items.is_sorted_by_key(rank) {
            items.sort_by_key(rank);
            items.iter_mut().for_each(|item| item.blank = false);
        }
        for n in 1..items.len() {
            let (before, here) = (rank(&items[n - 1]), rank(&items[n]));
            items[n].blank |= here >= UPGRADE || before < KEYS && here >= KEYS;
        }
    }

    fn rank(&self, start: usize) -> usize {
        let unit = &self.units[start];
        if unit.is("<") {
            return 0;
        }
        if unit.kind == Kind::Doc || self.units.get(start + 3).is_some_and(|unit| unit.is_word("doc")) && unit.is("#") {
            return 1;
        }
        match HEADER.iter().position(|key| unit.is_word(key)) {
            Some(place) => KEYS + place,
            None if unit.is_word("upgrade") => UPGRADE,
            None if unit.is_word("downgrade") => UPGRADE + 1,
            None => 2,
        }
    }

    fn broken(&mut self, elements: &Elements<'s>, form: Form, indent: usize) {
        self.trail(&elements.after_open);
        for (number, element) in elements.items.iter().enumerate() {
            self.newline(number > 0 && element.blank, indent);
            self.lead(&element.leading, indent);
            if let Some(comment) = element.leading.last() {
                let unit = &self.units[element.start];
                self.space_or_newline(unit.newline || comment.ends_line(), unit.blank, indent);
            }
            self.element(element, form, indent);
            self.trail(&element.trailing);
        }
        if let Some(first) = elements.rest.first() {
            self.newline(first.blank && !elements.items.is_empty(), indent);
            self.lead(&elements.rest, indent);
        }
    }

    /// Comments of which the first begins a line.
    fn lead(&mut self, comments: &[Comment<'s>], indent: usize) {
        let mut ended = None;
        for comment in comments {
            if let Some(ended) = ended {
                self.space_or_newline(comment.newline || ended, comment.blank, indent);
            }
            self.comment(comment);
            ended = Some(comment.ends_line());
        }
    }

    /// An element with its mark, attributes and doc comments on lines of their own.
    fn element(&mut self, element: &Element<'s>, form: Form, indent: usize) {
        let mut start = element.start;
        while let Some(end) = self.attribute(start, element.end).filter(|end| *end < element.end) {
            self.line(start, end, end, "", indent);
            let next = &self.units[end];
            let (trailing, leading) = divide(&next.comments, true);
            self.trail(trailing);
            if let Some(first) = leading.first() {
                self.newline(first.blank, indent);
                self.lead(leading, indent);
            }
            self.newline(false, indent);
            start = end;
        }
        let mut tail: String = element.inner.iter().map(|comment| format!(" {}", comment.text)).collect();
        let ends_in_braces = element.end > start && matches!(self.units[element.end - 1].kind, Kind::Close(Bracket::Curly) | Kind::Rust);
        match form {
            Form::Head | Form::Statements | Form::Models if element.marked && !ends_in_braces => tail.push(';'),
            Form::Columns => tail.push(','),
            Form::List if !self.is_body(element) => tail.push(','),
            _ => {}
        }
        self.line(start, element.end, start, &tail, indent);
    }

    /// The end of the attribute or doc comment at a unit.
    fn attribute(&self, start: usize, end: usize) -> Option<usize> {
        if self.units[start].kind == Kind::Doc {
            return Some(start + 1);
        }
        let bracket = start + 1 + usize::from(self.units.get(start + 1)?.is("!"));
        match self.units.get(bracket)?.kind {
            Kind::Open(Bracket::Square, close) if self.units[start].is("#") && close < end => Some(close + 1),
            _ => None,
        }
    }

    /// `effect { … }` and `undo { … }`, after which no comma stands.
    fn is_body(&self, element: &Element<'_>) -> bool {
        element.end > element.start + 1
            && self.units[element.start].kind == Kind::Word
            && self.units[element.start + 1].is_open(Bracket::Curly)
    }

    fn line(&mut self, start: usize, end: usize, main: usize, tail: &str, indent: usize) {
        let main = if main < end { main } else { start };
        let mut broken: BTreeSet<usize> = self.groups(start, end).filter(|open| self.must_break(main, *open)).collect();
        loop {
            let line = |hollow, broken| Line {
                start,
                end,
                main,
                indent,
                broken,
                hollow,
            };
            let mut probe = self.aside(" ".repeat(self.column()));
            let mut opened = probe.write(line(true, &broken));
            probe.out.push_str(tail);
            let lengths: Vec<usize> = probe.out.split('\n').map(|line| line.chars().count()).collect();
            opened.retain(|(open, number)| lengths[*number] > WIDTH && self.can_break(main, *open, indent));
            let Some((open, _)) = opened.last() else {
                self.write(line(false, &broken));
                self.out.push_str(tail);
                return;
            };
            broken.insert(*open);
        }
    }

    fn aside(&self, out: String) -> Layout<'u, 's> {
        Layout {
            units: self.units,
            base: self.base,
            eol: self.eol,
            is_sql: self.is_sql,
            out,
        }
    }

    /// The groups of a line that are in no other, those in the brackets of an attribute among them.
    fn groups(&self, start: usize, end: usize) -> impl Iterator<Item = usize> {
        let mut at = start;
        std::iter::from_fn(move || {
            while at < end {
                let here = at;
                let Kind::Open(bracket, close) = self.units[here].kind else {
                    at += 1;
                    continue;
                };
                if bracket == Bracket::Square && form(self.units, start, here) == Form::Plain {
                    at += 1;
                    continue;
                }
                at = close + 1;
                return Some(here);
            }
            None
        })
    }

    /// Whether what is in a group has to stand on lines of its own.
    fn must_break(&self, main: usize, open: usize) -> bool {
        let close = last(self.units, open);
        let form = form(self.units, main, open);
        let elements = split(self.units, form, open + 1, close);
        let commented = |comments: &[Comment<'_>]| comments.iter().any(Comment::breaks);
        if commented(&elements.after_open) || commented(&elements.rest) {
            return form != Form::Plain;
        }
        match form {
            Form::Plain => return false,
            Form::Statements | Form::Models | Form::Columns | Form::Head => return !elements.items.is_empty(),
            Form::List if elements.items.is_empty() => return false,
            Form::List => {}
        }
        let several = elements.items.len() > 1 || self.units[open].is_open(Bracket::Curly);
        let count = elements.items.len();
        !elements.after_open.is_empty()
            || self.units[open + 1].begins_line()
            || elements.items.iter().enumerate().any(|(number, item)| {
                let followed = !item.trailing.is_empty() && number + 1 < count;
                followed || commented(&item.leading) || commented(&item.trailing) || self.breaks_within(item, several)
            })
    }

    /// Whether an element of a list cannot stand on a line with others.
    fn breaks_within(&self, item: &Element<'_>, several: bool) -> bool {
        let lines = (item.start..item.end).any(|index| {
            let unit = &self.units[index];
            let comments = index > item.start && unit.comments.iter().any(Comment::breaks);
            let text = unit.kind != Kind::Literal || several;
            comments || unit.kind == Kind::Doc || text && unit.text.contains('\n')
        });
        lines || self.groups(item.start, item.end).any(|open| self.must_break(item.start, open))
    }

    /// Whether a line that is too long is better off with a group broken.
    fn can_break(&self, main: usize, open: usize, indent: usize) -> bool {
        if form(self.units, main, open) != Form::List {
            return false;
        }
        let elements = split(self.units, Form::List, open + 1, last(self.units, open));
        match elements.items.as_slice() {
            [] => false,
            [_] if self.units[open].is_open(Bracket::Round) => false,
            [only] => {
                let mut probe = self.aside(String::new());
                probe.write(Line {
                    start: only.start,
                    end: only.end,
                    main: only.start,
                    indent: 0,
                    broken: &BTreeSet::new(),
                    hollow: false,
                });
                let groups = self
                    .groups(only.start, only.end)
                    .any(|inner| self.can_break(only.start, inner, indent + STEP));
                groups || indent + STEP + probe.out.chars().count() < WIDTH
            }
            _ => true,
        }
    }

    /// Writes a line; the groups in it that are not broken, with the number of the line where each opens.
    fn write(&mut self, line: Line<'_>) -> Vec<(usize, usize)> {
        let mut whole = Vec::new();
        let mut at = line.start;
        while at < line.end {
            if at > line.start {
                self.between(at, line.indent + STEP);
            }
            let Kind::Open(_, close) = self.units[at].kind else {
                self.unit(at, line.indent);
                at += 1;
                continue;
            };
            let form = form(self.units, line.main, at);
            if form == Form::Plain {
                self.unit(at, line.indent);
                at += 1;
                continue;
            }
            if line.broken.contains(&at) {
                self.unit(at, line.indent);
                if !line.hollow {
                    self.elements(form, at + 1, close, line.indent + STEP);
                }
                self.newline(false, line.indent);
                self.unit(close, line.indent);
            } else {
                whole.push((at, self.out.matches('\n').count()));
                self.group(line, form, at, close);
            }
            at = close + 1;
        }
        whole
    }

    /// A group on one line.
    fn group(&mut self, line: Line<'_>, form: Form, open: usize, close: usize) {
        let elements = split(self.units, form, open + 1, close);
        self.unit(open, line.indent);
        let curly = self.units[open].is_open(Bracket::Curly) && !elements.is_empty();
        let space = |here: bool| if here { " " } else { "" };
        self.out.push_str(space(curly));
        let mut before = "";
        for comment in &elements.after_open {
            self.out.push_str(before);
            self.out.push_str(comment.text);
            before = " ";
        }
        for element in &elements.items {
            self.out.push_str(before);
            for comment in &element.leading {
                self.out.push_str(comment.text);
                self.out.push(' ');
            }
            self.write(Line {
                start: element.start,
                end: element.end,
                main: element.start,
                ..line
            });
            for comment in element.inner.iter().chain(&element.trailing) {
                self.out.push(' ');
                self.out.push_str(comment.text);
            }
            before = if self.is_body(element) { " " } else { ", " };
        }
        self.out.push_str(space(curly));
        self.unit(close, line.indent);
    }

    /// What stands before a unit in the middle of a line.
    fn between(&mut self, at: usize, indent: usize) {
        let unit = &self.units[at];
        let mut broken = self.units[at - 1].kind == Kind::Doc;
        let mut commented = false;
        for comment in &unit.comments {
            if comment.newline || broken {
                self.newline(false, indent);
            } else if commented || !matches!(self.units[at - 1].kind, Kind::Open(..)) {
                self.out.push(' ');
            }
            self.comment(comment);
            broken = comment.ends_line();
            commented = true;
        }
        if broken || unit.kind == Kind::Doc {
            self.newline(false, indent);
        } else if commented || self.spaced(at) {
            self.out.push(' ');
        }
    }

    /// Whether a space stands between a unit and the one before it.
    fn spaced(&self, at: usize) -> bool {
        let (before, unit) = (&self.units[at - 1], &self.units[at]);
        match (before.kind, unit.kind) {
            (Kind::Open(Bracket::Curly, _), _) | (_, Kind::Close(Bracket::Curly)) => true,
            (Kind::Open(..), _) | (_, Kind::Close(_) | Kind::Arguments) => false,
            (_, Kind::Open(Bracket::Square, _)) if before.is("#") || before.is("!") => false,
            (Kind::Word, Kind::Open(Bracket::Round, _)) => !self.in_attribute(at) && !is_close(self.units, at),
            (Kind::Mark, _) if matches!(&*before.text, "." | "<" | "-" | "#" | "!") => false,
            (Kind::Mark, _) if before.text == "|" => self.units.get(at + 1).is_none_or(|unit| !unit.is("|")),
            (_, Kind::Mark) => match &*unit.text {
                "." | "<" | ">" | "," | ";" | ":" => false,
                "!" => !before.is("#"),
                "|" => !(at >= 2 && self.units[at - 2].is("|")),
                _ => true,
            },
            _ => true,
        }
    }

    /// Whether a parenthesis opens after the word of `#[word(…)]`.
    fn in_attribute(&self, open: usize) -> bool {
        open >= 3 && self.units[open - 2].is_open(Bracket::Square) && (self.units[open - 3].is("#") || self.units[open - 3].is("!"))
    }

    fn unit(&mut self, at: usize, indent: usize) {
        let unit = &self.units[at];
        let moved = match unit.kind {
            Kind::Literal if unit.text.contains('\n') && (self.is_sql)(unit.token) => {
                // A comment may have made a line of its own for it.
                let line = self.out.rsplit('\n').next().unwrap_or_default();
                text::sql(&unit.text, unit.indent, &line[..text::width(line)])
            }
            Kind::Rust => Some(text::rust(&unit.text, &format!("{}{}", self.base, " ".repeat(indent)))),
            _ => None,
        };
        self.out.push_str(moved.as_deref().unwrap_or(&unit.text));
    }

    /// Comments after something on its line.
    fn trail(&mut self, comments: &[Comment<'s>]) {
        for comment in comments {
            self.out.push(' ');
            self.comment(comment);
        }
    }

    fn comment(&mut self, comment: &Comment<'s>) {
        if comment.text.contains('\n') {
            let column = self.column();
            self.out.push_str(&text::comment(comment.text, comment.column, column));
        } else {
            self.out.push_str(comment.text);
        }
    }

    fn space_or_newline(&mut self, newline: bool, blank: bool, indent: usize) {
        if newline {
            self.newline(blank, indent);
        } else {
            self.out.push(' ');
        }
    }

    fn newline(&mut self, blank: bool, indent: usize) {
        if self.out.is_empty() {
            return;
        }
        if blank {
            self.out.push_str(self.eol);
        }
        self.out.push_str(self.eol);
        self.out.push_str(self.base);
        self.out.push_str(&" ".repeat(indent));
    }

    fn column(&self) -> usize {
        self.out.rsplit('\n').next().unwrap_or_default().chars().count()
    }
}

/// The rank of the first header key, after the engines, the message and the attributes.
const KEYS: usize = 3;
const UPGRADE: usize = KEYS + HEADER.len();
