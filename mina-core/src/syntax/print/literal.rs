use crate::syntax::ast::{Ident, IndexKeyDef, SqlString, TableRef};
use crate::syntax::parse::dedent;

/// A name: an identifier where it is one, else a string.
pub fn name(text: &str) -> String {
    let mut bytes = text.bytes();
    let begins = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if begins && text != "_" && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return text.to_owned();
    }
    escaped(text)
}

/// A name that is written as a string where it is a word of the language in that place.
pub(super) fn name_but(text: &str, words: &[&str]) -> String {
    if words.contains(&text) { escaped(text) } else { name(text) }
}

/// `events`, `analytics.events`.
pub fn table_name(table: &TableRef) -> String {
    match &table.schema {
        Some(schema) => format!("{}.{}", name(&schema.text), name(&table.name.text)),
        None => name(&table.name.text),
    }
}

/// `users.bio`, or `bio` where the table is the batch's.
pub fn column_path(table: &TableRef, column: &Ident) -> String {
    if table.implied {
        return name(&column.text);
    }
    format!("{}.{}", table_name(table), name(&column.text))
}

pub(super) fn names(idents: &[Ident]) -> String {
    let names: Vec<String> = idents.iter().map(|ident| name(&ident.text)).collect();
    names.join(", ")
}

pub(super) fn strings(idents: &[Ident]) -> String {
    let strings: Vec<String> = idents.iter().map(|ident| string(&ident.text)).collect();
    strings.join(", ")
}

/// A string in one line, raw where that reads better.
pub(in crate::syntax) fn string(text: &str) -> String {
    if !escapes(text) && text.contains(['"', '\\']) {
        let hashes = "#".repeat(longest_closing(text) + 1);
        return format!("r{hashes}\"{text}\"{hashes}");
    }
    escaped(text)
}

/// The most `#` that follow a quote in a text.
fn longest_closing(text: &str) -> usize {
    let after_quotes = text.split('"').skip(1);
    after_quotes
        .map(|rest| rest.len() - rest.trim_start_matches('#').len())
        .max()
        .unwrap_or(0)
}

/// Whether a text has a character that is not seen, or seen as what it is not.
pub(super) fn escapes(text: &str) -> bool {
    text.chars().any(needs_escape)
}

fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

pub(super) fn escaped(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            c if needs_escape(c) => literal.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

pub(super) fn bytes(bytes: &[u8]) -> String {
    let mut literal = String::from("b\"");
    for byte in bytes {
        match byte {
            b'"' => literal.push_str("\\\""),
            b'\\' => literal.push_str("\\\\"),
            b' '..=b'~' => literal.push(char::from(*byte)),
            byte => literal.push_str(&format!("\\x{byte:02x}")),
        }
    }
    literal.push('"');
    literal
}

/// SQL: over several lines where it has some and reads back the same from there.
pub(super) fn sql(sql: &SqlString, compact: bool) -> String {
    let text = &sql.text;
    if compact || !text.contains('\n') || text.chars().any(|c| c != '\n' && needs_escape(c)) {
        return string(text);
    }
    let mut lines = String::from("\n");
    for line in text.split('\n') {
        if !line.is_empty() {
            lines.push_str("    ");
            lines.push_str(line);
        }
        lines.push('\n');
    }
    if dedent(&lines) != *text {
        return escaped(text);
    }
    if !lines.contains(['"', '\\']) {
        return format!("\"{lines}\"");
    }
    let hashes = "#".repeat(longest_closing(&lines) + 1);
    format!("r{hashes}\"{lines}\"{hashes}")
}

/// A column or an expression of an index; a name that is no identifier is a string with backticks in it.
pub(super) fn index_key(key: &IndexKeyDef, compact: bool) -> String {
    match key {
        IndexKeyDef::Column(column) => {
            let plain = name(&column.text);
            if plain.starts_with('"') {
                return string(&format!("`{}`", column.text.replace('`', "``")));
            }
            plain
        }
        IndexKeyDef::Expression(expression) => sql(expression, compact),
    }
}
