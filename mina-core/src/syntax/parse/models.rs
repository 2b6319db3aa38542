use super::attribute::Attribute;
use super::cursor::{Parser, Result};
use super::header::given_twice;
use super::keyword::{MODELS, keyword};
use super::options::enumerate;
use super::statement::{Before, with_form};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::{ColumnDef, Ident, LintRef, ModelBlock, Statement, StatementKind, TableItem, TableRef, WasDef};
use crate::syntax::token::{Bracket, Token};

const ATTRIBUTES: &[&str] = &["on", "allow", "was"];

impl Parser<'_> {
    /// What stands between the braces of `schema! { … }`.
    pub(super) fn models(&mut self) -> ModelBlock {
        self.was = Some(Vec::new());
        let mut block = ModelBlock::default();
        let mut allow = Vec::new();
        match self.block_engines() {
            Ok(engines) => block.engines = engines,
            Err(diagnostic) => {
                self.report(diagnostic);
                while !self.done() && !self.is_mark('#') && self.word().is_none_or(|word| MODELS.iter().all(|model| model.word != word)) {
                    self.at = self.after(self.at);
                }
            }
        }
        while !self.done() {
            if self.is_attribute(true) || (self.is_word("bind") && self.is_mark_nth(1, '=')) {
                let start = self.at;
                if let Err(diagnostic) = self.models_head(&mut block, &mut allow) {
                    self.report(diagnostic);
                    self.skip(start, |_| false);
                }
                continue;
            }
            let from = block.statements.len();
            self.statement_into(None, &mut block.statements);
            self.take_notes(&mut block, from);
        }
        block
            .statements
            .iter_mut()
            .for_each(|statement| statement.allow.extend(allow.iter().cloned()));
        block
    }

    fn models_head(&mut self, block: &mut ModelBlock, allow: &mut Vec<LintRef>) -> Result<()> {
        if self.is_attribute(true) {
            let attribute = self.attribute(true)?;
            return match attribute.name.text.as_str() {
                "doc" => self.doc(&attribute, &mut None),
                "allow" => self.allow(&attribute, allow),
                _ => {
                    let unknown = self.unknown_attribute(&attribute.name, &["allow"], "the models");
                    self.report(unknown);
                    Ok(())
                }
            };
        }
        let span = self.span_here();
        self.at += 2;
        let bind = self.name("a database of mina.toml")?;
        match &block.bind {
            Some(first) => self.report(given_twice("bind", span, first.span)),
            None => block.bind = Some(bind),
        }
        self.end_of_item("bind")
    }

    /// What the statement just read says besides of its columns and values.
    fn take_notes(&mut self, block: &mut ModelBlock, from: usize) {
        let was = self.was.replace(Vec::new()).unwrap_or_default();
        let columns = std::mem::take(&mut self.view_columns);
        let table_was = self.table_was.take();
        match block.statements.get(from).map(|statement| &statement.kind) {
            Some(StatementKind::CreateTable(table)) => {
                block.was.extend(table_was.map(|old| WasDef::Table(table.table.clone(), old)));
                let columns = was.into_iter().map(|(new, old)| WasDef::Column(table.table.clone(), new, old));
                block.was.extend(columns);
            }
            Some(StatementKind::CreateEnum { name, .. }) => {
                block
                    .was
                    .extend(was.into_iter().map(|(new, old)| WasDef::Value(name.clone(), new, old)));
            }
            Some(StatementKind::CreateView { name, .. }) if !columns.is_empty() => block.views.push((name.clone(), columns)),
            _ => {}
        }
    }

    /// One table, view, enum or the like with its attributes.
    pub(super) fn model(&mut self) -> Result<Statement> {
        let attributes = self.attributes()?;
        let start = self.at;
        let Some(word) = self.word() else {
            let diagnostic = self.unexpected("a table, or another part of the schema");
            return Err(match self.peek() {
                Some(Token::Punct(';', _)) => diagnostic.help("leave the `;` out"),
                _ => diagnostic,
            });
        };
        let keyword_span = self.span_here();
        let Some(model) = MODELS.iter().find(|model| model.word == word) else {
            return Err(self.unknown_model(word));
        };
        let (mut on, mut allow, mut before) = (Vec::new(), Vec::new(), Before::default());
        for attribute in attributes {
            match attribute.name.text.as_str() {
                "on" => on = self.on(&attribute)?,
                "allow" => self.allow(&attribute, &mut allow)?,
                "doc" if word == "table" => self.doc(&attribute, &mut before.doc)?,
                "was" if word == "table" => self.table_was = Some(self.was_called(&attribute, "a table")?),
                _ => {
                    let unknown = self.unknown_attribute(&attribute.name, ATTRIBUTES, &format!("`{word}`"));
                    self.spoil(unknown);
                }
            }
        }
        self.at += 1;
        self.keyword = model.word;
        let kind = match model.word {
            "table" => self.create_table(before),
            "enum" => self.alone(Self::create_enum),
            "view" => self.view_with_columns(),
            "sequence" => self.create_sequence(),
            "trigger" => self.create_trigger(),
            "function" => self.create_function(),
            "extension" => self.alone(|p| {
                let name = p.name("an extension")?;
                Ok(StatementKind::CreateExtension { name })
            }),
            _ => self.alone(|p| Ok(StatementKind::CreateSchema { name: p.name("a schema")? })),
        };
        Ok(Statement {
            on,
            allow,
            kind: kind.map_err(|diagnostic| with_form(diagnostic, model, None))?,
            span: self.span_since(start),
            keyword: keyword_span,
        })
    }

    fn unknown_model(&self, word: &str) -> Diagnostic {
        let span = self.span_here();
        let diagnostic = Diagnostic::error(Code::M001, span, format!("there is no `{word}` in models"));
        if let Some(made) = word
            .strip_prefix("create_")
            .filter(|made| MODELS.iter().any(|model| model.word == *made))
        {
            return diagnostic.help(format!("models say what there is: write `{made}`"));
        }
        if matches!(word, "index" | "create_index") {
            return diagnostic.help("an index stands in its table: `table t { …, index (a, b), }`");
        }
        if keyword(word).is_some() {
            return diagnostic.help("that is a statement of a migration");
        }
        let words: Vec<&str> = MODELS.iter().map(|model| model.word).collect();
        match did_you_mean(word, words.iter().copied()) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None => diagnostic.help(format!("there are {}", enumerate(&words))),
        }
    }

    /// `view NAME as "…" { id: Integer, … }`
    fn view_with_columns(&mut self) -> Result<StatementKind> {
        let (name, body) = self.view()?;
        let braces = self.ended_in_braces();
        if !self.is_open(Bracket::Curly) {
            self.finish_after(braces)?;
            return Ok(StatementKind::CreateView { name, body });
        }
        let items = self.group(Bracket::Curly, "`{` and columns", |p| Ok(p.table_items()))?;
        self.eat(';');
        for item in items {
            match item {
                TableItem::Column(column) => {
                    if let Some(diagnostic) = more_than_a_type(&name, &column) {
                        self.report(diagnostic);
                    }
                    self.view_columns.push(column);
                }
                TableItem::Constraint(constraint) => self.report(no_constraint(&name, constraint.span)),
                TableItem::Index(index) => self.report(no_constraint(&name, index.span)),
            }
        }
        Ok(StatementKind::CreateView { name, body })
    }

    /// `(old_name)` of `#[was(old_name)]`.
    pub(super) fn was_called(&mut self, attribute: &Attribute, what: &str) -> Result<Ident> {
        self.within(attribute.arguments, |p| {
            p.group(Bracket::Round, "`(` and the old name, such as `#[was(old_name)]`", |p| p.name(what))
        })
    }

    /// `#[was("old")]` before a value of an enum.
    pub(super) fn value_was(&mut self) -> Result<Option<Ident>> {
        if self.was.is_none() || !self.is_attribute(false) {
            return Ok(None);
        }
        let attribute = self.attribute(false)?;
        if attribute.name.text != "was" {
            return Err(self.unknown_attribute(&attribute.name, &["was"], "a value"));
        }
        self.was_called(&attribute, "a value").map(Some)
    }
}

fn no_constraint(view: &TableRef, span: crate::syntax::Span) -> Diagnostic {
    let message = format!("the view `{}` has no constraints and no indexes", view.name.text);
    Diagnostic::error(Code::M000, span, message).help("between its braces stand columns: `id: Integer,`")
}

/// What is said of a view's column that only a table's can have.
fn more_than_a_type(view: &TableRef, column: &ColumnDef) -> Option<Diagnostic> {
    let said = [
        (column.default.is_some(), "a default"),
        (column.unique.is_some(), "`#[unique]`"),
        (column.references.is_some(), "`#[references]`"),
        (column.check.is_some(), "`#[check]`"),
        (column.index.is_some(), "`#[index]`"),
        (column.collate.is_some(), "`#[collate]`"),
        (column.generated.is_some(), "`#[generated]`"),
    ];
    let (_, what) = said.into_iter().find(|(said, _)| *said)?;
    let message = format!(
        "`{}` is a column of the view `{}` and cannot have {what}",
        column.name.text, view.name.text
    );
    Some(Diagnostic::error(Code::M000, column.name.span, message).help("`#[primary_key]` says which columns tell its rows apart"))
}
