//! Changes of a block's header in the text of its file; all else stays, byte for byte.

use super::parse::HEADER;
use super::place::{Places, comment_length};
use super::print::{base_or_ids, ids_in_brackets, literal_string};
use super::source::SourceBlock;
use super::token::{Bracket, Token, Tokens};
use std::ops::Range;

/// The header of one block of a file, and what is to change in it.
///
/// ```
/// # use mina_core::syntax::{edit::Header, source::scan};
/// let source = "migration! {\n    revision = \"2\"; // mine\n    revises = base;\n    upgrade {}\n}\n";
/// let blocks = scan(source).unwrap();
/// let edited = Header::of(source, &blocks[0]).set_revises(&["1"]).set_label(Some("billing")).apply();
/// assert_eq!(edited, "migration! {\n    revision = \"2\"; // mine\n    revises = \"1\";\n    label = \"billing\";\n    upgrade {}\n}\n");
/// ```
pub struct Header<'s> {
    source: &'s str,
    tokens: &'s Tokens,
    /// The bytes of each token.
    ranges: Vec<Range<usize>>,
    /// The byte of the closing brace.
    close: usize,
    wanted: Vec<(&'static str, Value)>,
    edits: Vec<(Range<usize>, String)>,
}

enum Value {
    /// Ids, of which none is `base`.
    Parents(Vec<String>),
    /// Ids, of which none is no item.
    Ids(Vec<String>),
    Text(Option<String>),
}

impl Value {
    /// As it stands after `=`; none where the item goes.
    fn text(&self) -> Option<String> {
        match self {
            Self::Parents(ids) => Some(base_or_ids(ids)),
            Self::Ids(ids) => (!ids.is_empty()).then(|| ids_in_brackets(ids)),
            Self::Text(text) => text.as_deref().map(literal_string),
        }
    }

    fn ids(&self) -> &[String] {
        match self {
            Self::Parents(ids) | Self::Ids(ids) => ids,
            Self::Text(_) => &[],
        }
    }
}

/// `key = value;`, by its tokens.
struct Item {
    rank: usize,
    start: usize,
    value: Range<usize>,
    /// Its `;`.
    end: usize,
}

fn owned<T: AsRef<str>>(ids: &[T]) -> Vec<String> {
    ids.iter().map(|id| id.as_ref().to_owned()).collect()
}

impl<'s> Header<'s> {
    /// The header of a block that was found in this source.
    pub fn of(source: &'s str, block: &'s SourceBlock) -> Self {
        let places = Places::new(source);
        let tokens = &block.tokens;
        Self {
            source,
            tokens,
            ranges: (0..tokens.tokens.len()).map(|index| places.token(tokens, index)).collect(),
            close: places.offset(block.close),
            wanted: Vec::new(),
            edits: Vec::new(),
        }
    }

    /// Gives the block another id.
    #[must_use]
    pub fn set_revision(self, id: &str) -> Self {
        self.set("revision", Value::Text(Some(id.to_owned())))
    }

    /// Has the block build on these revisions; on `base` where there is none.
    #[must_use]
    pub fn set_revises<T: AsRef<str>>(self, ids: &[T]) -> Self {
        self.set("revises", Value::Parents(owned(ids)))
    }

    /// Has the block depend on these revisions.
    #[must_use]
    pub fn set_depends_on<T: AsRef<str>>(self, ids: &[T]) -> Self {
        self.set("depends_on", Value::Ids(owned(ids)))
    }

    /// Gives the block a label, or takes it away.
    #[must_use]
    pub fn set_label(self, label: Option<&str>) -> Self {
        self.set("label", Value::Text(label.map(str::to_owned)))
    }

    /// Gives the block an alias, or takes it away.
    #[must_use]
    pub fn set_alias(self, alias: Option<&str>) -> Self {
        self.set("alias", Value::Text(alias.map(str::to_owned)))
    }

    fn set(mut self, key: &'static str, value: Value) -> Self {
        self.wanted.retain(|(known, _)| *known != key);
        self.wanted.push((key, value));
        self
    }

    /// The text of the whole file with the changes.
    pub fn apply(mut self) -> String {
        let items = self.items();
        let rank = |key: &str| HEADER.iter().position(|known| *known == key).unwrap_or(HEADER.len());
        let mut wanted: Vec<(usize, Value)> = self.wanted.drain(..).map(|(key, value)| (rank(key), value)).collect();
        wanted.sort_by_key(|(rank, _)| *rank);
        let goes = |item: &Item| wanted.iter().any(|(rank, value)| *rank == item.rank && value.text().is_none());
        for (rank, value) in &wanted {
            match (items.iter().find(|item| item.rank == *rank), value.text()) {
                (Some(item), Some(text)) => self.change(item, value, text),
                (Some(item), None) => self.remove(item),
                (None, Some(text)) => self.insert(*rank, &items, &goes, &text),
                (None, None) => {}
            }
        }
        self.edits.sort_by_key(|(range, _)| range.start);
        let mut text = String::with_capacity(self.source.len() + 64);
        let mut copied = 0;
        for (range, new) in &self.edits {
            text.push_str(&self.source[copied..range.start.max(copied)]);
            text.push_str(new);
            copied = copied.max(range.end);
        }
        text.push_str(&self.source[copied..]);
        text
    }

    fn items(&self) -> Vec<Item> {
        let tokens = &self.tokens.tokens;
        let mut items: Vec<Item> = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let assigned = matches!(tokens.get(at + 1), Some(Token::Punct('=', _)));
            match token.word() {
                Some("upgrade" | "downgrade") => break,
                Some(word) if assigned && HEADER.contains(&word) => {
                    let rank = HEADER.iter().position(|key| *key == word).unwrap_or_default();
                    let end = (at + 2..tokens.len()).find(|index| matches!(tokens[*index], Token::Punct(';', _)));
                    let Some(end) = end else { break };
                    if items.iter().all(|item| item.rank != rank) && end > at + 2 {
                        items.push(Item {
                            rank,
                            start: at,
                            value: at + 2..end,
                            end,
                        });
                    }
                    at = end + 1;
                }
                _ => at = self.after(at),
            }
        }
        items
    }

    fn after(&self, at: usize) -> usize {
        match self.tokens.tokens[at] {
            Token::Open(_, close) => close as usize + 1,
            _ => at + 1,
        }
    }

    fn bytes(&self, tokens: &Range<usize>) -> Range<usize> {
        self.ranges[tokens.start].start..self.ranges[tokens.end - 1].end
    }

    /// Whether a comment stands between these tokens.
    fn commented(&self, tokens: &Range<usize>) -> bool {
        let gaps = self.ranges[tokens.clone()].windows(2);
        // The tokens of a doc comment are all at one place.
        gaps.into_iter()
            .filter_map(|pair| self.source.get(pair[0].end..pair[1].start))
            .any(|gap| gap.contains('/'))
    }

    fn edit(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.edits.push((range, text.into()));
    }

    fn change(&mut self, item: &Item, value: &Value, text: String) {
        let range = self.bytes(&item.value);
        let plain = !self.commented(&item.value) && !self.source[range.clone()].contains('\n');
        let list = matches!(self.tokens.tokens[item.value.start], Token::Open(Bracket::Square, _));
        if list && !plain && !value.ids().is_empty() {
            return self.change_list(item, value.ids());
        }
        self.replace(item.value.clone(), text);
    }

    /// Another text for these tokens; the comments between them stay.
    fn replace(&mut self, tokens: Range<usize>, text: String) {
        if !self.commented(&tokens) {
            return self.edit(self.bytes(&tokens), text);
        }
        self.edit(self.ranges[tokens.start].clone(), text);
        for index in tokens.start + 1..tokens.end {
            self.edit(self.ranges[index].clone(), "");
        }
    }

    /// Other elements of a list that has comments or several lines.
    fn change_list(&mut self, item: &Item, ids: &[String]) {
        let tokens = self.tokens;
        let inside = item.value.start + 1..item.value.end - 1;
        let elements: Vec<usize> = inside.filter(|index| !matches!(tokens.tokens[*index], Token::Punct(..))).collect();
        let Some(&last) = elements.last() else {
            return self.replace(item.value.clone(), ids_in_brackets(ids));
        };
        for (element, id) in elements.iter().zip(ids) {
            self.edit(self.ranges[*element].clone(), literal_string(id));
        }
        for surplus in elements.iter().skip(ids.len()) {
            let with_comma = surplus - 1..surplus + 1;
            let start = self.ranges[surplus - 2].end;
            let between = self.source.get(start..self.ranges[*surplus].start);
            if between.is_none_or(|between| between.contains('/')) {
                self.replace(with_comma, String::new());
            } else {
                self.edit(start..self.ranges[*surplus].end, "");
            }
        }
        let added: Vec<String> = ids.iter().skip(elements.len()).map(|id| literal_string(id)).collect();
        if added.is_empty() {
            return;
        }
        let comma = matches!(tokens.tokens[last + 1], Token::Punct(',', _)).then_some(last + 1);
        let end = self.line_end(self.ranges[comma.unwrap_or(last)].end);
        match end {
            Some(end) => {
                if comma.is_none() {
                    self.edit(self.ranges[last].end..self.ranges[last].end, ",");
                }
                let indent = self.indent(self.ranges[last].start).to_owned();
                let lines: String = added.iter().map(|id| format!("{}{indent}{id},", self.eol())).collect();
                self.edit(end..end, lines);
            }
            None => {
                let at = self.ranges[last].end;
                self.edit(at..at, format!(", {}", added.join(", ")));
            }
        }
    }

    fn remove(&mut self, item: &Item) {
        let tokens = item.start..item.end + 1;
        let range = self.bytes(&tokens);
        let line = self.source[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
        let rest = &self.source[range.end..];
        let alone = self.source[line..range.start].trim().is_empty() && rest.lines().next().is_some_and(|rest| rest.trim().is_empty());
        if self.commented(&tokens) || !alone {
            return self.replace(tokens, String::new());
        }
        let end = rest.find('\n').map_or(self.source.len(), |newline| range.end + newline + 1);
        self.edit(line..end, "");
    }

    fn insert(&mut self, rank: usize, items: &[Item], goes: &impl Fn(&Item) -> bool, text: &str) {
        let line = format!("{} = {text};", HEADER[rank]);
        let before = items
            .iter()
            .filter(|item| item.rank < rank && !goes(item))
            .max_by_key(|item| item.rank);
        if let Some(item) = before {
            let end = self.ranges[item.end].end;
            return match self.line_end(end) {
                Some(at) => {
                    let indent = self.indent(self.ranges[item.start].start);
                    self.edit(at..at, format!("{}{indent}{line}", self.eol()));
                }
                None => self.edit(end..end, format!(" {line}")),
            };
        }
        let bodies = (0..self.tokens.tokens.len()).find(|index| matches!(self.tokens.tokens[*index].word(), Some("upgrade" | "downgrade")));
        let first = items.iter().map(|item| item.start).min().or(bodies);
        let at = first.map_or(self.close, |first| self.ranges[first].start);
        let indent = self.indent(at);
        let begins = self.source[..at].ends_with(indent) && self.source[..at - indent.len()].ends_with('\n');
        let after = if begins {
            format!("{}{indent}", self.eol())
        } else {
            " ".to_owned()
        };
        self.edit(at..at, format!("{line}{after}"));
    }

    /// The end of the line of a byte, comments that begin in it included, where no token follows in it.
    fn line_end(&self, mut at: usize) -> Option<usize> {
        loop {
            let rest = &self.source[at..];
            let text = rest.trim_start_matches([' ', '\t']);
            if text.starts_with("//") || text.starts_with("/*") {
                at += rest.len() - text.len() + comment_length(text);
            } else {
                return (text.is_empty() || text.starts_with(['\n', '\r'])).then_some(at);
            }
        }
    }

    /// The white space that the line of a byte begins with.
    fn indent(&self, at: usize) -> &'s str {
        let line = self.source[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.source[line..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    fn eol(&self) -> &'static str {
        if self.source.contains("\r\n") { "\r\n" } else { "\n" }
    }
}
