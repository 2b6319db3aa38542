use super::cursor::{Parser, Result};
use super::keyword::TABLE_FORMS;
use super::statement::Before;
use crate::syntax::ast::{StatementKind, TableDef, TableItem};
use crate::syntax::token::{Bracket, Span, Token};

const TABLE_OPTIONS: &[&str] = &[
    "engine",
    "charset",
    "collate",
    "row_format",
    "auto_increment",
    "strict",
    "without_rowid",
    "autoincrement",
    "unlogged",
    "tablespace",
    "fillfactor",
];

impl Parser<'_> {
    pub(super) fn create_table(&mut self, before: Before) -> Result<StatementKind> {
        let table = self.table_ref("a table")?;
        let items = self.group(Bracket::Curly, "`{` and columns", |p| Ok(p.table_items()))?;
        let mut options = Vec::new();
        self.options_if_any(self.keyword, TABLE_OPTIONS, |p, key| {
            options.push((key.clone(), p.option_value()?));
            Ok(())
        })?;
        self.eat(';');
        if !self.tainted.is_empty() {
            self.tainted.push(table.name.text.clone());
        }
        Ok(StatementKind::CreateTable(TableDef {
            table,
            doc: before.doc,
            items,
            options,
        }))
    }

    /// What stands between the braces of a table. One item that is wrong does not hide the others.
    pub(super) fn table_items(&mut self) -> Vec<TableItem> {
        let mut items = Vec::new();
        while !self.done() {
            let start = self.at;
            match self.salvage(start, Self::table_item) {
                Ok(item) => items.push(item),
                Err(diagnostic) => {
                    self.report(diagnostic);
                    self.at = start;
                    self.skip_item();
                    let words = self.words(Span::new(start, self.at));
                    self.tainted.extend(words);
                }
            }
            self.separator();
        }
        items
    }

    fn table_item(&mut self) -> Result<TableItem> {
        let start = self.at;
        let attributes = self.attributes()?;
        let named = self.is_mark_nth(1, ':');
        let form = self.word().filter(|word| !named && TABLE_FORMS.contains(word));
        if let Some(form) = form {
            if let Some(attribute) = attributes.first() {
                return Err(self.unknown_attribute(&attribute.name, &[], &format!("`{form}`")));
            }
            return self.table_form(form);
        }
        let mut before = Before::default();
        for attribute in attributes {
            self.column_attribute(attribute, &mut before)?;
        }
        let name = self.name("a column or a constraint")?;
        Ok(TableItem::Column(self.column(name, before, start)?))
    }

    fn separator(&mut self) {
        if self.done() || self.eat(',') {
            return;
        }
        let begins = self.is_attribute(false) || self.is_mark_nth(1, ':') || self.word().is_some_and(|word| TABLE_FORMS.contains(&word));
        if begins {
            let last = self.span_last();
            let before = self
                .tokens
                .tokens
                .get(last.start as usize)
                .map(|token| self.describe(token))
                .unwrap_or_default();
            let missing = self.missing(',', &format!("after {before}"));
            self.report(missing);
            return;
        }
        let diagnostic = self.unexpected("`,`");
        if self.eat(';') {
            self.report(diagnostic.help("what stands in a table is separated by `,`"));
            return;
        }
        self.report(diagnostic);
        let start = self.at;
        self.skip_item();
        let words = self.words(Span::new(start, self.at));
        self.tainted.extend(words);
        self.eat(',');
    }

    fn skip_item(&mut self) {
        let mut depth = 0usize;
        let start = self.at;
        while let Some(token) = self.peek() {
            match token {
                Token::Punct('<', _) => depth += 1,
                Token::Punct('>', _) => depth = depth.saturating_sub(1),
                Token::Punct(',', _) if depth == 0 => return,
                Token::Punct(';', _) if self.at > start => return,
                _ => {}
            }
            self.at = self.after(self.at);
        }
    }
}
