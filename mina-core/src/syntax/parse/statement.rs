use super::attribute::Attribute;
use super::cursor::{Parser, Result};
use super::habit;
use super::keyword::{self, KEYWORDS, Keyword, keyword};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::{Body, Ident, Statement, StatementKind, TableRef};
use crate::syntax::print;
use crate::syntax::token::{Bracket, Span, Token};

/// What stands before a statement and belongs to the column it adds or the table it creates.
#[derive(Default)]
pub(super) struct Before {
    pub(super) doc: Option<String>,
    pub(super) column: Vec<Attribute>,
    /// In models: the name that it had before.
    pub(super) was: Option<Ident>,
}

/// Where a statement stands: in the `batch_alter` of a table, or not.
pub(super) type Batch<'t> = Option<&'t TableRef>;

impl Parser<'_> {
    /// `{ STATEMENTS }`
    pub(super) fn body(&mut self, keyword: Span) -> Result<Body> {
        let statements = self.group(Bracket::Curly, "`{` and statements", |p| {
            if p.heads_only {
                p.at = p.end;
            }
            Ok(p.statements(None))
        })?;
        Ok(Body { statements, span: keyword })
    }

    /// Statements up to the end of the group; what is wrong with one does not hide what is wrong with the next.
    pub(super) fn statements(&mut self, batch: Batch<'_>) -> Vec<Statement> {
        let mut statements = Vec::new();
        while !self.done() {
            self.statement_into(batch, &mut statements);
        }
        statements
    }

    pub(super) fn statement_into(&mut self, batch: Batch<'_>, statements: &mut Vec<Statement>) {
        let start = self.at;
        let spoilt = std::mem::take(&mut self.spoilt);
        let tainted = std::mem::take(&mut self.tainted);
        let begins = if self.was.is_some() { is_model } else { is_keyword };
        let read = if self.was.is_some() { self.model() } else { self.statement(batch) };
        match read {
            Ok(statement) if !self.spoilt => {
                let (span, keyword) = (statement.span, statement.keyword);
                statements.push(statement);
                if !self.tainted.is_empty() {
                    let words = std::mem::take(&mut self.tainted);
                    statements.push(broken(words, span, keyword));
                }
            }
            Ok(statement) => {
                let words = self.words(Span::new(start, self.at));
                statements.push(broken(words, statement.span, statement.keyword));
            }
            Err(diagnostic) => {
                self.report(diagnostic);
                self.skip(start, begins);
                let span = self.span_since(start);
                let words = self.words(Span::new(start, self.at));
                statements.push(broken(words, span, Span::new(start, start + 1)));
            }
        }
        self.spoilt = spoilt;
        self.tainted = tainted;
    }

    /// Goes past the statement that began at `start`: its `;`, the braces that end it, or what `begins` the next one.
    pub(super) fn skip(&mut self, start: usize, begins: fn(&str) -> bool) {
        let failed = self.at;
        self.at = start;
        let mut seen_word = false;
        while let Some(token) = self.peek() {
            match token {
                Token::Punct(';', _) => {
                    self.at += 1;
                    return;
                }
                Token::Open(Bracket::Curly, _) => {
                    self.at = self.after(self.at);
                    if self.is_mark(';') {
                        self.at += 1;
                        return;
                    }
                    if !self.is_open(Bracket::Curly) && self.at >= failed {
                        return;
                    }
                    continue;
                }
                Token::Ident(word) if seen_word && self.at >= failed && begins(word) && !self.follows_mark('.') => return,
                Token::Punct('#', _) if seen_word && self.at > failed && self.is_attribute(false) => return,
                Token::Ident(_) => seen_word = true,
                _ => {}
            }
            self.at = self.after(self.at);
        }
    }

    fn follows_mark(&self, mark: char) -> bool {
        matches!(self.tokens.tokens.get(self.at.wrapping_sub(1)), Some(Token::Punct(found, _)) if *found == mark)
    }

    fn statement(&mut self, batch: Batch<'_>) -> Result<Statement> {
        if self.is_attribute(true) {
            return Err(
                Diagnostic::error(Code::M000, self.span_here(), "an attribute of the whole block stands in its head")
                    .help("write `#![…]` before `upgrade`, or `#[…]` for the next statement"),
            );
        }
        let attributes = self.attributes()?;
        let start = self.at;
        let Some(word) = self.word() else {
            let diagnostic = self.unexpected("a statement");
            return Err(match self.peek() {
                Some(Token::Punct(';', _)) => diagnostic.help("leave the `;` out"),
                _ => diagnostic,
            });
        };
        let keyword_span = self.span_here();
        let Some(keyword) = keyword(word) else {
            return Err(self.unknown_statement(word, batch));
        };
        if let (Some(table), None) = (batch, keyword.batch_form) {
            let message = format!("`{word}` cannot stand in `batch_alter {}`", print::table_name(table));
            return Err(Diagnostic::error(Code::M000, keyword_span, message).help("write it before or after the batch"));
        }
        let (mut on, mut allow, mut before) = (Vec::new(), Vec::new(), Before::default());
        let mut on_given: Option<Span> = None;
        for attribute in attributes {
            match attribute.name.text.as_str() {
                "on" => {
                    if let Some(first) = on_given.replace(attribute.name.span) {
                        let twice = Diagnostic::error(Code::M003, attribute.name.span, "`#[on]` is given twice");
                        self.report(
                            twice
                                .label(first, "first given here")
                                .help("name all the engines in one: `#[on(Pg, Mysql)]`"),
                        );
                    }
                    on = self.on(&attribute)?;
                }
                "allow" => self.allow(&attribute, &mut allow)?,
                "doc" if matches!(word, "create_table" | "add_column") => self.doc(&attribute, &mut before.doc)?,
                name if word == "add_column" && keyword::COLUMN_ATTRIBUTES.contains(&name) => before.column.push(attribute),
                _ => {
                    let known: Vec<&str> = match word {
                        "add_column" => [keyword::STATEMENT_ATTRIBUTES, keyword::COLUMN_ATTRIBUTES].concat(),
                        _ => keyword::STATEMENT_ATTRIBUTES.to_vec(),
                    };
                    let unknown = self.unknown_attribute(&attribute.name, &known, &format!("`{word}`"));
                    self.spoil(unknown);
                }
            }
        }
        self.at += 1;
        self.keyword = keyword.word;
        let kind = self
            .kind(keyword, batch, before)
            .map_err(|diagnostic| with_form(diagnostic, keyword, batch))?;
        Ok(Statement {
            on,
            allow,
            kind,
            span: self.span_since(start),
            keyword: keyword_span,
        })
    }

    fn kind(&mut self, keyword: &Keyword, batch: Batch<'_>, before: Before) -> Result<StatementKind> {
        match keyword.word {
            "create_table" => self.create_table(before),
            "drop_table" => {
                let table = self.table_ref("a table")?;
                self.finish()?;
                Ok(StatementKind::DropTable { table })
            }
            "rename_table" => self.rename_table(),
            "batch_alter" => self.batch_alter(),
            "add_column" => self.add_column(batch, before),
            "alter_column" => self.alter_column(batch),
            "drop_column" => self.drop_column(batch),
            "create_primary_key" | "create_foreign_key" | "create_unique" | "create_check" | "create_exclusion" => {
                self.create_constraint(keyword.word, batch)
            }
            "drop_constraint" => self.drop_constraint(batch),
            "rename_constraint" => self.rename_constraint(batch),
            "create_index" => self.create_index(batch),
            "drop_index" => self.drop_index(batch),
            "rename_index" => self.rename_index(batch),
            "execute" => self.execute(),
            "update" => self.update(),
            "delete" => self.delete(),
            "bulk_insert" => self.bulk_insert(),
            "bulk_delete" => self.bulk_delete(),
            "run" => self.run(),
            "backfill" => self.backfill(),
            _ => self.object(keyword.word, batch),
        }
    }

    fn batch_alter(&mut self) -> Result<StatementKind> {
        let mut table = self.table_ref("a table")?;
        table.implied = true;
        let statements = self.group(Bracket::Curly, "`{` and statements", |p| {
            let statements = p.statements(Some(&table));
            p.altered_once(&statements);
            Ok(statements)
        })?;
        self.eat(';');
        table.implied = false;
        Ok(StatementKind::BatchAlter { table, statements })
    }

    /// The `;` at the end. Where it is missing and the next statement follows, both are understood.
    pub(super) fn finish(&mut self) -> Result<()> {
        if self.eat(';') {
            return Ok(());
        }
        let next_begins = match self.peek() {
            None => true,
            Some(Token::Ident(word)) if self.was.is_some() => keyword::MODELS.iter().any(|model| model.word == word),
            Some(Token::Ident(word)) => keyword(word).is_some() || habit::statement(word).is_some(),
            Some(_) => self.is_attribute(false),
        };
        if !next_begins {
            return Err(self.unexpected("`;`"));
        }
        let missing = self.missing(';', &format!("at the end of `{}`", self.keyword));
        self.report(missing);
        Ok(())
    }

    /// The end of a statement that had braces, or its `;`.
    pub(super) fn finish_after(&mut self, braces: bool) -> Result<()> {
        if braces {
            self.eat(';');
            return Ok(());
        }
        self.finish()
    }

    /// `on TABLE`, or the table of the batch around.
    pub(super) fn on_table(&mut self, batch: Batch<'_>, what: &str) -> Result<TableRef> {
        if let Some(table) = batch {
            if self.is_word("on") {
                let message = format!("`batch_alter {}` names the table already", print::table_name(table));
                return Err(Diagnostic::error(Code::M000, self.span_here(), message).help("leave `on …` out"));
            }
            return Ok(table.clone());
        }
        if !self.eat_word("on") {
            return Err(self.unexpected(&format!("`on` and the table of {what}")));
        }
        self.table_ref("a table")
    }

    fn unknown_statement(&self, word: &str, batch: Batch<'_>) -> Diagnostic {
        let span = self.span_here();
        let diagnostic = Diagnostic::error(Code::M001, span, format!("there is no statement `{word}`"));
        if matches!(word, "op" | "batch_op") && self.is_mark_nth(1, '.') {
            let meant = self.word_nth(2).map(|word| habit::statement(word).unwrap_or(word));
            return match meant.and_then(keyword) {
                Some(keyword) => diagnostic.help(format!("statements stand alone, without `{word}.`: `{}`", keyword.form_in(batch))),
                None => diagnostic.help(format!("statements stand alone, without `{word}.`")),
            };
        }
        if word == "pass" {
            return diagnostic.help("a body without statements is `{}`");
        }
        if word == "rename_column" {
            return diagnostic.help(self.rename_column_as(batch));
        }
        if word == "rename" {
            return diagnostic.help("one of `rename_table`, `rename_constraint`, `rename_index`, `alter_column t.a { rename = b }`");
        }
        let meant = habit::statement(word).or_else(|| {
            let candidates = KEYWORDS.iter().filter(|keyword| batch.is_none() || keyword.batch_form.is_some());
            did_you_mean(word, candidates.map(|keyword| keyword.word))
        });
        if let Some(keyword) = meant.and_then(keyword) {
            return diagnostic.help(format!("did you mean `{}`? {}", keyword.word, self.as_written(keyword, batch)));
        }
        if habit::begins_sql(word) {
            return diagnostic.help("SQL stands in a string: `execute \"…\";`");
        }
        if self.is_mark_nth(1, ':') {
            return diagnostic.help(format!("a column is added with `add_column {word}: …;`"));
        }
        if self.is_mark_nth(1, '=') && (keyword::HEADER.contains(&word) || matches!(word, "upgrade" | "downgrade")) {
            return diagnostic.help(format!("`{word}` stands in the head of the block, before `upgrade`"));
        }
        diagnostic
    }

    fn rename_column_as(&self, batch: Batch<'_>) -> String {
        let words: Vec<&str> = (1..12)
            .map_while(|n| self.peek_nth(n))
            .take_while(|token| !matches!(token, Token::Punct(';', _)))
            .filter_map(|token| match token {
                Token::Ident(word) if !matches!(word.as_str(), "to" | "on") => Some(word.as_str()),
                Token::Literal(text) => Some(text.trim_matches('"')),
                _ => None,
            })
            .collect();
        match (words.as_slice(), batch) {
            ([from, to], Some(_)) => format!("write `alter_column {from} {{ rename = {to} }}`"),
            ([table, from, to] | [table, from, _, to], None) => format!("write `alter_column {table}.{from} {{ rename = {to} }}`"),
            (_, Some(_)) => "write `alter_column OLD { rename = NEW }`".into(),
            (_, None) => "write `alter_column TABLE.OLD { rename = NEW }`".into(),
        }
    }

    /// The form of the statement that was meant, with the name that follows here filled in.
    fn as_written(&self, keyword: &Keyword, batch: Batch<'_>) -> String {
        let form = keyword.form_in(batch);
        if matches!(keyword.word, "drop_constraint" | "drop_index") {
            if let (Some(name), Some(_)) = (self.word_nth(1), batch) {
                return format!("write `{} {name};`", keyword.word);
            }
            if let (Some(name), Some("on"), Some(table)) = (self.word_nth(1), self.word_nth(2), self.word_nth(3)) {
                return format!("write `{} {name} on {table};`", keyword.word);
            }
        }
        format!("its form is `{form}`")
    }
}

impl Keyword {
    pub(super) fn form_in(&self, batch: Batch<'_>) -> &'static str {
        match (batch, self.batch_form) {
            (Some(_), Some(form)) => form,
            _ => self.form,
        }
    }
}

fn is_keyword(word: &str) -> bool {
    keyword(word).is_some()
}

fn is_model(word: &str) -> bool {
    keyword::MODELS.iter().any(|model| model.word == word)
}

pub(super) fn with_form(diagnostic: Diagnostic, keyword: &Keyword, batch: Batch<'_>) -> Diagnostic {
    if diagnostic.help.is_empty() && diagnostic.code() == Some(Code::M000) {
        return diagnostic.help(format!("the form is `{}`", keyword.form_in(batch)));
    }
    diagnostic
}

fn broken(words: Vec<String>, span: Span, keyword: Span) -> Statement {
    Statement {
        on: Vec::new(),
        allow: Vec::new(),
        kind: StatementKind::Broken { words },
        span,
        keyword,
    }
}
