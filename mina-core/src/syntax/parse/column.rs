use super::attribute::Attribute;
use super::cursor::{Parser, Result, table_of};
use super::keyword::COLUMN_ATTRIBUTES;
use super::statement::{Batch, Before};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::{
    CheckAttribute, ColumnChanges, ColumnDef, DefaultDef, GeneratedAttribute, Ident, KeyAttribute, KeyOptions, NamedAttribute,
    ReferenceAttribute, Statement, StatementKind, TableRef, UsingDef,
};
use crate::syntax::print;
use crate::syntax::token::{Bracket, Span};

const CHANGES: &[&str] = &[
    "rename",
    "type",
    "using",
    "nullable",
    "default",
    "comment",
    "collate",
    "generated",
    "online",
];

impl Parser<'_> {
    pub(super) fn add_column(&mut self, batch: Batch<'_>, mut before: Before) -> Result<StatementKind> {
        let start = self.at;
        let column = self.salvage(start, |p| {
            for attribute in p.attributes()? {
                p.column_attribute(attribute, &mut before)?;
            }
            let (table, name) = p.column_path(batch)?;
            Ok((table, p.column(name, before, start)?))
        });
        let (table, column) = column?;
        self.finish()?;
        Ok(StatementKind::AddColumn { table, column })
    }

    /// Runs `f`; where it reports something, the words of what it took are in doubt, but not the whole statement.
    pub(super) fn salvage<T>(&mut self, start: usize, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let spoilt = std::mem::take(&mut self.spoilt);
        let result = f(self);
        if self.spoilt {
            let words = self.words(Span::new(start, self.at));
            self.tainted.extend(words);
        }
        self.spoilt = spoilt;
        result
    }

    pub(super) fn column_attribute(&mut self, attribute: Attribute, before: &mut Before) -> Result<()> {
        match attribute.name.text.as_str() {
            "doc" => self.doc(&attribute, &mut before.doc)?,
            "was" if self.was.is_some() => before.was = Some(self.was_called(&attribute, "a column")?),
            name if COLUMN_ATTRIBUTES.contains(&name) => before.column.push(attribute),
            _ => {
                let known = [COLUMN_ATTRIBUTES, if self.was.is_some() { &["was"] } else { &[] }].concat();
                let unknown = self.unknown_attribute(&attribute.name, &known, "a column");
                self.spoil(unknown);
            }
        }
        Ok(())
    }

    /// `: Type = default` after a column's name.
    pub(super) fn column(&mut self, name: Ident, before: Before, start: usize) -> Result<ColumnDef> {
        if !self.eat(':') {
            let diagnostic = self.unexpected(&format!("`:` and a type after the column's name `{}`", name.text));
            return Err(match self.word() {
                Some(word) => diagnostic.help(format!("write `{}: {word}`", print::name(&name.text))),
                None => diagnostic.help(format!("such as `{}: Nullable<Text>`", print::name(&name.text))),
            });
        }
        if let (Some(was), Some(old)) = (&mut self.was, before.was) {
            was.push((name.clone(), old));
        }
        let mut column = ColumnDef {
            ty: self.type_ref()?,
            name,
            default: None,
            doc: before.doc,
            primary_key: None,
            unique: None,
            references: None,
            check: None,
            index: None,
            collate: None,
            generated: None,
            span: Span::default(),
        };
        if self.eat('=') {
            let (value, span) = self.located_value()?;
            column.default = Some(DefaultDef { value, span });
        }
        column.span = self.span_since(start);
        let mut given: Vec<Ident> = Vec::new();
        for attribute in before.column {
            if let Some(first) = given.iter().find(|first| first.text == attribute.name.text) {
                let message = format!("`#[{}]` is given twice", attribute.name.text);
                let twice = Diagnostic::error(Code::M003, attribute.name.span, message).label(first.span, "first given here");
                self.spoil(twice);
                continue;
            }
            given.push(attribute.name.clone());
            column.span.start = column.span.start.min(attribute.name.span.start.saturating_sub(2));
            let result = self.within(attribute.arguments, |p| p.set_attribute(&mut column, &attribute.name));
            if let Err(diagnostic) = result {
                self.spoil(diagnostic);
            }
        }
        Ok(column)
    }

    fn set_attribute(&mut self, column: &mut ColumnDef, word: &Ident) -> Result<()> {
        match word.text.as_str() {
            "primary_key" => {
                let mut key = KeyAttribute {
                    name: None,
                    generated: None,
                    span: word.span,
                };
                self.attribute_options("#[primary_key]", &["name", "generated"], |p, option| {
                    match option.text.as_str() {
                        "name" => key.name = Some(p.name("a name")?),
                        _ => key.generated = Some(p.boolean()?),
                    }
                    Ok(())
                })?;
                column.primary_key = Some(key);
            }
            "unique" => column.unique = Some(self.named_attribute(word)?),
            "index" => column.index = Some(self.named_attribute(word)?),
            "references" => column.references = Some(self.references(word)?),
            "check" => {
                column.check = Some(
                    self.group(Bracket::Round, "`(` and the condition, such as `#[check(\"age > 0\")]`", |p| {
                        let expression = p.sql_string("the condition as a string")?;
                        let mut name = None;
                        p.further_options("#[check]", &["name"], |p, _| {
                            name = Some(p.name("a name")?);
                            Ok(())
                        })?;
                        Ok(CheckAttribute {
                            name,
                            expression,
                            span: word.span,
                        })
                    })?,
                );
            }
            "collate" => {
                self.expect('=')?;
                column.collate = Some(self.name("a collation")?);
            }
            _ => {
                column.generated = Some(
                    self.group(Bracket::Round, "`(` and the expression, such as `#[generated(\"a * 2\")]`", |p| {
                        let expression = p.sql_string("the expression as a string")?;
                        let mut stored = false;
                        p.further_options("#[generated]", &["stored"], |p, _| {
                            stored = p.boolean()?;
                            Ok(())
                        })?;
                        Ok(GeneratedAttribute { expression, stored })
                    })?,
                );
            }
        }
        Ok(())
    }

    fn named_attribute(&mut self, word: &Ident) -> Result<NamedAttribute> {
        let mut name = None;
        self.attribute_options(&format!("#[{}]", word.text), &["name"], |p, _| {
            name = Some(p.name("a name")?);
            Ok(())
        })?;
        Ok(NamedAttribute { name, span: word.span })
    }

    fn references(&mut self, word: &Ident) -> Result<ReferenceAttribute> {
        self.group(Bracket::Round, "`(` and a column, such as `#[references(users.id)]`", |p| {
            let place = p.span_here();
            let mut names = p.path("the column referred to")?;
            let column = names.pop().filter(|_| !names.is_empty());
            let Some(column) = column else {
                let diagnostic = Diagnostic::error(Code::M000, place, "`#[references]` names a table and its column");
                return Err(diagnostic.help("such as `#[references(users.id)]`"));
            };
            let table = table_of(names, "table")?;
            let (mut name, mut options) = (None, KeyOptions::default());
            let keys = &["on_delete", "on_update", "deferrable", "validate", "name"];
            p.further_options("#[references]", keys, |p, key| {
                if key.text == "name" {
                    name = Some(p.name("a name")?);
                    return Ok(());
                }
                p.key_option(key, &mut options)
            })?;
            Ok(ReferenceAttribute {
                name,
                table,
                column,
                options,
                span: word.span,
            })
        })
    }

    /// `(key = value, …)`, if it is there.
    fn attribute_options(&mut self, owner: &str, keys: &[&str], each: impl FnMut(&mut Self, &Ident) -> Result<()>) -> Result<()> {
        if self.done() {
            return Ok(());
        }
        self.group(Bracket::Round, "`(` and options", |p| p.option_list(owner, keys, each))
    }

    /// `, key = value, …` after an attribute's first argument.
    fn further_options(&mut self, owner: &str, keys: &[&str], each: impl FnMut(&mut Self, &Ident) -> Result<()>) -> Result<()> {
        if self.done() {
            return Ok(());
        }
        self.expect(',')?;
        self.option_list(owner, keys, each)
    }

    /// `users.bio`, or `bio` in a batch.
    fn column_path(&mut self, batch: Batch<'_>) -> Result<(TableRef, Ident)> {
        let mut names = self.path("a column")?;
        let span = names[0].span;
        let Some(column) = names.pop() else {
            return Err(self.unexpected("a column"));
        };
        match batch {
            Some(table) if names.is_empty() => Ok((table.clone(), column)),
            Some(table) => {
                let message = format!("`batch_alter {}` names the table already", print::table_name(table));
                Err(Diagnostic::error(Code::M000, span, message).help(format!("write `{}` alone", print::name(&column.text))))
            }
            None if names.is_empty() => {
                let message = format!("the column `{}` is named without its table", column.text);
                let help = format!(
                    "write `TABLE.{}`, or put the statement into `batch_alter TABLE {{ … }}`",
                    print::name(&column.text)
                );
                Err(Diagnostic::error(Code::M000, span, message).help(help))
            }
            None => Ok((table_of(names, "table")?, column)),
        }
    }

    pub(super) fn drop_column(&mut self, batch: Batch<'_>) -> Result<StatementKind> {
        let (table, column) = self.column_path(batch)?;
        self.finish()?;
        Ok(StatementKind::DropColumn { table, column })
    }

    pub(super) fn alter_column(&mut self, batch: Batch<'_>) -> Result<StatementKind> {
        let (table, column) = self.column_path(batch)?;
        if self.is_arrow() {
            let to = self.word_nth(2).unwrap_or("NEW");
            let path = print::column_path(&table, &column);
            let help = format!("write `alter_column {path} {{ rename = {to} }}`");
            return Err(self.unexpected("`{` and changes").help(help));
        }
        let mut changes = ColumnChanges::default();
        let start = self.at;
        self.options("alter_column", CHANGES, |p, key| p.change(key, &mut changes))?;
        changes.span = self.span_since(start);
        let has_need = changes.ty.is_some() || changes.nullable.is_some_and(|(nullable, _)| !nullable);
        if changes.online && !has_need {
            let diagnostic = Diagnostic::error(Code::M005, changes.span, "`online` goes with a `type` or with `nullable = false`");
            self.report(diagnostic.help("give the other changes a statement of their own"));
        }
        if let (Some(ty), None) = (&changes.ty, changes.nullable)
            && ty.nullable
        {
            changes.nullable = Some((true, ty.span));
        }
        self.eat(';');
        Ok(StatementKind::AlterColumn { table, column, changes })
    }

    fn change(&mut self, key: &Ident, changes: &mut ColumnChanges) -> Result<()> {
        let start = self.at;
        match key.text.as_str() {
            "rename" => changes.rename = Some(self.name("the column's new name")?),
            "type" => changes.ty = Some(self.type_ref()?),
            "using" if self.is_word("cast") => {
                changes.using = Some(UsingDef::Cast(self.span_here()));
                self.at += 1;
            }
            "using" => changes.using = Some(UsingDef::Sql(self.sql_text("`cast` or an expression as a string")?)),
            "nullable" => {
                let nullable = self.boolean()?;
                changes.nullable = Some((nullable, key.span.join(self.span_since(start))));
            }
            "default" => {
                if matches!(self.word(), Some("null" | "NULL" | "None" | "Null")) {
                    let message = format!("`{}` is no default", self.word().unwrap_or_default());
                    return Err(Diagnostic::error(Code::M001, self.span_here(), message).help("`default = none` drops the default"));
                }
                let value = if self.eat_word("none") { None } else { Some(self.value()?) };
                changes.default = Some((value, key.span.join(self.span_since(start))));
            }
            "comment" => {
                let comment = if self.eat_word("none") {
                    None
                } else {
                    Some(self.text("a comment as a string, or `none`")?)
                };
                changes.comment = Some((comment, key.span.join(self.span_since(start))));
            }
            "collate" => {
                // A collation may be the application's own, so that any name is taken for one.
                if let Some(word) = self.word().filter(|word| *word != "none" && did_you_mean(word, ["none"]).is_some()) {
                    let error = Diagnostic::error(Code::M001, self.span_here(), format!("`{word}` is no collation"));
                    return Err(error.help(format!(
                        "did you mean `none`? A collation of that name stands in quotes: `\"{word}\"`"
                    )));
                }
                let collate = if self.eat_word("none") {
                    None
                } else {
                    Some(self.name("a collation, or `none`")?.text)
                };
                changes.collate = Some((collate, key.span.join(self.span_since(start))));
            }
            "online" => changes.online = self.boolean()?,
            _ => {
                let generated = if self.eat_word("none") {
                    None
                } else {
                    Some(self.sql_string("an expression as a string, or `none`")?)
                };
                changes.generated = Some((generated, key.span.join(self.span_since(start))));
            }
        }
        Ok(())
    }

    /// Two `alter_column` of one batch that say the same thing of one column contradict each other.
    pub(super) fn altered_once(&mut self, statements: &[Statement]) {
        let mut given: Vec<(&str, &str, Span)> = Vec::new();
        for statement in statements.iter().filter(|statement| statement.on.is_empty()) {
            let StatementKind::AlterColumn { column, changes, .. } = &statement.kind else {
                continue;
            };
            for key in changes.keys() {
                match given.iter().find(|(name, known, _)| *name == column.text && *known == key) {
                    Some((_, _, first)) => {
                        let message = format!("`{key}` of `{}` is given twice in one batch", column.text);
                        let twice = Diagnostic::error(Code::M003, column.span, message).label(*first, "first given here");
                        self.diagnostics.push(twice);
                    }
                    None => given.push((&column.text, key, column.span)),
                }
            }
        }
    }
}

impl ColumnChanges {
    fn keys(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            (self.rename.is_some(), "rename"),
            (self.ty.is_some(), "type"),
            (self.nullable.is_some(), "nullable"),
            (self.default.is_some(), "default"),
            (self.comment.is_some(), "comment"),
            (self.collate.is_some(), "collate"),
            (self.generated.is_some(), "generated"),
        ];
        given.into_iter().filter_map(|(given, key)| given.then_some(key))
    }
}
