use super::cursor::{Parser, Result};
use super::keyword::{HEADER, keyword};
use super::{habit, literal};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::syntax::ast::{Block, Body, Downgrade, EngineRef, Ident, Statement, StatementKind};
use crate::syntax::token::{Bracket, Span, Token};

/// What was met in the head of a block so far.
#[derive(Default)]
struct Seen {
    keys: Vec<Ident>,
    upgrade: Option<Span>,
    downgrade: Option<Span>,
    doc: Option<String>,
}

impl Seen {
    /// Where an item was given first.
    fn first(&self, item: &str) -> Option<Span> {
        match item {
            "upgrade" => self.upgrade,
            "downgrade" => self.downgrade,
            key => self.keys.iter().find(|given| given.text == key).map(|given| given.span),
        }
    }
}

impl Parser<'_> {
    pub(super) fn block(&mut self) -> Block {
        let mut block = Block::default();
        let mut seen = Seen::default();
        match self.block_engines() {
            Ok(engines) => block.engines = engines,
            Err(diagnostic) => {
                self.report(diagnostic);
                while !self.done() && !self.is_mark('#') && self.word().is_none_or(|word| !begins_item(word)) {
                    self.at = self.after(self.at);
                }
            }
        }
        while !self.done() {
            let start = self.at;
            if let Err(diagnostic) = self.item(&mut block, &mut seen) {
                self.report(diagnostic);
                self.skip(start, begins_item);
                if self.at == start {
                    self.at += 1;
                }
            }
        }
        block.doc = seen.doc.take().unwrap_or_default();
        self.report_missing(&seen);
        block
    }

    pub(super) fn block_engines(&mut self) -> Result<Vec<EngineRef>> {
        if !self.eat('<') {
            return Ok(Vec::new());
        }
        let mut engines = vec![self.engine()?];
        while self.eat(',') && !self.is_mark('>') {
            engines.push(self.engine()?);
        }
        self.expect('>')?;
        Ok(self.each_once(engines))
    }

    fn item(&mut self, block: &mut Block, seen: &mut Seen) -> Result<()> {
        if self.is_attribute(true) {
            let attribute = self.attribute(true)?;
            return match attribute.name.text.as_str() {
                "doc" => self.doc(&attribute, &mut seen.doc),
                "allow" => self.allow(&attribute, &mut block.allow),
                _ => {
                    let unknown = self.unknown_attribute(&attribute.name, &["allow"], "a block");
                    self.report(unknown);
                    Ok(())
                }
            };
        }
        if self.is_attribute(false) {
            return self.misplaced_attribute(block, seen);
        }
        let Some(word) = self.word() else {
            return Err(self.unexpected("a header key, `upgrade` or `downgrade`"));
        };
        let key = Ident {
            text: word.to_owned(),
            span: self.span_here(),
        };
        match word {
            "upgrade" => self.upgrade(block, seen, key.span),
            "downgrade" => self.downgrade(block, seen, key.span),
            _ if HEADER.contains(&word) => self.header(block, seen, key),
            _ => self.unknown_item(block, seen, key),
        }
    }

    fn misplaced_attribute(&mut self, block: &mut Block, seen: &mut Seen) -> Result<()> {
        let span = self.span_here();
        let attribute = self.attribute(false)?;
        let name = attribute.name.text.as_str();
        let diagnostic = Diagnostic::error(Code::M000, span, "what is said of the whole block begins with `!`");
        if name == "doc" {
            self.report(diagnostic.help("the message is written `//! …`"));
            return self.doc(&attribute, &mut seen.doc);
        }
        self.report(diagnostic.help(format!("write `#![{name}(…)]`")));
        if name == "allow" {
            return self.allow(&attribute, &mut block.allow);
        }
        Ok(())
    }

    fn upgrade(&mut self, block: &mut Block, seen: &mut Seen, key: Span) -> Result<()> {
        let start = self.at;
        self.at += 1;
        let twice = seen.upgrade;
        seen.upgrade.get_or_insert(key);
        if let Some(first) = twice {
            self.report(given_twice("upgrade", key, first));
        }
        let body = self
            .body(key)
            .map_err(|diagnostic| diagnostic.help("the form is `upgrade { STATEMENTS }`"));
        match body {
            Ok(body) if twice.is_none() => block.upgrade = body,
            Ok(_) => {}
            Err(diagnostic) => {
                block.upgrade = self.broken_body(start, key);
                return Err(diagnostic);
            }
        }
        self.eat(';');
        Ok(())
    }

    fn downgrade(&mut self, block: &mut Block, seen: &mut Seen, key: Span) -> Result<()> {
        self.at += 1;
        if let Some(first) = seen.downgrade {
            let braces = self.is_open(Bracket::Curly);
            return match &block.downgrade {
                Downgrade::Irreversible { span, .. } if braces => {
                    let diagnostic = irreversible_with_body(key, *span);
                    self.report(diagnostic);
                    self.body(key).map(|_| ())
                }
                Downgrade::Body(_) if self.is_mark('=') && self.is_mark_nth(0, '=') && self.word_nth(1) == Some("irreversible") => {
                    self.report(irreversible_with_body(first, key));
                    self.at += 1;
                    self.downgrade_form().map(|_| ())
                }
                _ => {
                    self.report(given_twice("downgrade", key, first));
                    if braces {
                        self.body(key).map(|_| ())
                    } else {
                        self.expect('=').and_then(|()| self.downgrade_form()).map(|_| ())
                    }
                }
            };
        }
        seen.downgrade = Some(key);
        // Whatever follows, a downgrade was meant: nothing is said of its absence.
        block.downgrade = Downgrade::Irreversible {
            why: String::new(),
            span: key,
        };
        if self.is_open(Bracket::Curly) {
            block.downgrade = Downgrade::Body(self.body(key)?);
            self.eat(';');
            return Ok(());
        }
        if !self.eat('=') {
            return Err(self.unexpected("`{` or `=`").help(DOWNGRADE_FORMS));
        }
        block.downgrade = self.downgrade_form()?;
        Ok(())
    }

    fn downgrade_form(&mut self) -> Result<Downgrade> {
        let span = self.span_here();
        match self.word() {
            Some("auto") => {
                self.at += 1;
                self.end_of_item("downgrade")?;
                Ok(Downgrade::Auto(span))
            }
            Some("irreversible") => {
                self.at += 1;
                if !self.is_open(Bracket::Round) {
                    let message = "`irreversible` says why";
                    return Err(Diagnostic::error(Code::M000, span, message).help("write `downgrade = irreversible(\"why\");`"));
                }
                let why = self.group(Bracket::Round, "`(`", |p| p.text("the reason as a string"))?;
                if why.trim().is_empty() {
                    let message = "`irreversible` says why";
                    return Err(Diagnostic::error(Code::M000, span, message).help("write `downgrade = irreversible(\"why\");`"));
                }
                if self.is_open(Bracket::Curly) {
                    let braces = self.span_here();
                    self.report(irreversible_with_body(braces, span));
                    self.body(span)?;
                    self.eat(';');
                } else {
                    self.end_of_item("downgrade")?;
                }
                Ok(Downgrade::Irreversible { why, span })
            }
            Some(word) => {
                let diagnostic = Diagnostic::error(Code::M001, span, format!("there is no downgrade `{word}`"));
                Err(match did_you_mean(word, ["auto", "irreversible"]) {
                    Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
                    None => diagnostic.help(DOWNGRADE_FORMS),
                })
            }
            None => Err(self.unexpected("`auto` or `irreversible(\"why\")`").help(DOWNGRADE_FORMS)),
        }
    }

    fn header(&mut self, block: &mut Block, seen: &mut Seen, key: Ident) -> Result<()> {
        let word = key.text.clone();
        if let Some(upgrade) = seen.upgrade.or(seen.downgrade) {
            let diagnostic = Diagnostic::error(Code::M000, key.span, format!("`{word}` stands before `upgrade`"));
            self.report(diagnostic.label(upgrade, "the bodies begin here"));
        }
        let first = seen.keys.iter().find(|first| first.text == word).map(|first| first.span);
        seen.keys.push(key.clone());
        self.at += 1;
        self.expect('=').map_err(|diagnostic| diagnostic.help(header_form(&word)))?;
        let mut ignored = Block::default();
        let target = match first {
            Some(first) => {
                self.report(given_twice(&word, key.span, first));
                &mut ignored
            }
            None => block,
        };
        self.header_value(target, &word)?;
        self.end_of_item(&word)
    }

    fn header_value(&mut self, block: &mut Block, word: &str) -> Result<()> {
        match word {
            "revision" => {
                let id = self.id("revision")?;
                block.revision = self.checked_id(id);
            }
            "revises" => {
                let start = self.at;
                block.revises = self.parents()?;
                block.revises_span = self.span_since(start);
            }
            "depends_on" => block.depends_on = self.ids("depends_on")?,
            "label" => {
                let label = self.name("a label as a string")?;
                block.label = self.checked_label(label);
            }
            "alias" => block.alias = Some(self.id("alias")?),
            "squashes" => block.squashes = self.ids("squashes")?,
            "bind" => block.bind = Some(self.name("a database of mina.toml")?),
            _ => block.transaction = Some(self.boolean()?),
        }
        Ok(())
    }

    /// An id: a string. A bare word or number is reported and taken as meant.
    fn id(&mut self, key: &str) -> Result<Ident> {
        let span = self.span_here();
        let text = match self.peek() {
            Some(Token::Ident(word)) => word.clone(),
            Some(Token::Literal(text)) => match literal::string(text) {
                Some(_) => return self.string_ident("an id as a string"),
                None => text.clone(),
            },
            _ => return Err(self.unexpected("an id as a string").help(header_form(key))),
        };
        self.at += 1;
        let message = format!("expected an id as a string, found `{text}`");
        self.report(Diagnostic::error(Code::M000, span, message).help(format!("write `\"{text}\"`")));
        Ok(Ident { text, span })
    }

    fn ids(&mut self, key: &str) -> Result<Vec<Ident>> {
        if self.is_open(Bracket::Square) {
            let ids = self.group(Bracket::Square, "`[`", |p| p.list(|p| p.id(key)))?;
            return Ok(self.ids_once(ids));
        }
        if self.is_open(Bracket::Round) {
            let diagnostic = self
                .unexpected("`[`")
                .help(format!("several ids are written `{key} = [\"…\", \"…\"];`"));
            return Err(diagnostic);
        }
        Ok(vec![self.id(key)?])
    }

    fn ids_once(&mut self, ids: Vec<Ident>) -> Vec<Ident> {
        let mut once: Vec<Ident> = Vec::new();
        for id in ids {
            match once.iter().find(|first| first.text == id.text) {
                Some(first) => {
                    let diagnostic = given_twice(&id.text, id.span, first.span);
                    self.report(diagnostic);
                }
                None => once.push(id),
            }
        }
        once
    }

    fn parents(&mut self) -> Result<Vec<Ident>> {
        let span = self.span_here();
        if self.eat_word("base") {
            return Ok(Vec::new());
        }
        let none = matches!(self.word(), Some("None" | "none" | "null"));
        let base = matches!(self.peek(), Some(Token::Literal(text)) if matches!(text.as_str(), "\"base\"" | "\"\""));
        if none || base {
            let found = self.peek().map(|token| self.describe(token)).unwrap_or_default();
            self.at += 1;
            let message = format!("a revision that builds on no other revises `base`, not {found}");
            self.report(Diagnostic::error(Code::M000, span, message).help("write `revises = base;`"));
            return Ok(Vec::new());
        }
        let parents = self.ids("revises")?;
        if parents.is_empty() {
            let message = "a revision that builds on no other revises `base`";
            self.report(Diagnostic::error(Code::M000, span, message).help("write `revises = base;`"));
        }
        Ok(parents)
    }

    fn checked_id(&mut self, id: Ident) -> Option<Ident> {
        let problem = if id.text.is_empty() {
            Some("a revision id cannot be empty".to_owned())
        } else if matches!(id.text.as_str(), "head" | "heads" | "base" | "current") {
            Some(format!("`{}` is a reserved word and no revision id", id.text))
        } else if id.text.len() > 50 {
            Some(format!(
                "the revision id `{}` has {} characters, of at most 50",
                id.text,
                id.text.chars().count()
            ))
        } else {
            let wrong = id.text.chars().find(|c| !matches!(c, '0'..='9' | 'a'..='z'));
            wrong.map(|c| {
                format!(
                    "the revision id `{}` has a `{c}`: only `0`–`9` and `a`–`z` can stand in one",
                    id.text.escape_default()
                )
            })
        };
        let Some(problem) = problem else { return Some(id) };
        let diagnostic = Diagnostic::error(Code::M006, id.span, problem);
        let fitting: String = id
            .text
            .to_lowercase()
            .chars()
            .filter(|c| matches!(c, '0'..='9' | 'a'..='z'))
            .take(50)
            .collect();
        let reserved = matches!(fitting.as_str(), "" | "head" | "heads" | "base" | "current");
        self.report(match reserved {
            true => diagnostic.help("an id is a time in UTC: `revision = \"20251008120000\";`"),
            false => diagnostic.help(format!("write `revision = \"{fitting}\";`")),
        });
        None
    }

    fn checked_label(&mut self, label: Ident) -> Option<Ident> {
        let fits = |c: char| matches!(c, '0'..='9' | 'a'..='z' | '_');
        if label.text.chars().all(fits) {
            return Some(label);
        }
        let message = format!("the label `{}` is not of `a`–`z`, `0`–`9` and `_`", label.text.escape_debug());
        let fitting: String = label.text.to_lowercase().chars().map(|c| if fits(c) { c } else { '_' }).collect();
        self.report(Diagnostic::error(Code::M006, label.span, message).help(format!("write `label = \"{fitting}\";`")));
        None
    }

    /// The `;` after an item of the head.
    pub(super) fn end_of_item(&mut self, key: &str) -> Result<()> {
        if self.eat(';') {
            return Ok(());
        }
        let next_begins = self.done() || self.is_mark('#') || self.word().is_some_and(begins_item);
        if !next_begins {
            return Err(self.unexpected("`;`"));
        }
        let missing = self.missing(';', &format!("at the end of `{key}`"));
        self.report(missing);
        Ok(())
    }

    /// Reports a word that is no header key; what it was meant to be is read all the same.
    fn unknown_item(&mut self, block: &mut Block, seen: &mut Seen, key: Ident) -> Result<()> {
        let word = key.text.as_str();
        if keyword(word).is_some() || (habit::statement(word).is_some() && !self.is_mark_nth(1, '=')) {
            let message = format!("`{word}` stands outside of `upgrade` and `downgrade`");
            return Err(Diagnostic::error(Code::M000, key.span, message).help("write `upgrade { … }` around it"));
        }
        let diagnostic = Diagnostic::error(Code::M002, key.span, format!("there is no header key `{word}`"));
        let keys = HEADER.iter().copied().chain(["upgrade", "downgrade"]);
        let Some(meant) = habit::header(word).or_else(|| did_you_mean(word, keys)) else {
            return Err(diagnostic.help(format!("the keys are {}", super::options::enumerate(HEADER))));
        };
        let mut diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
        // Of what is there already, a misspelt second one is one mistake: it is read for the mistakes in it alone.
        let mut aside = (Block::default(), Seen::default());
        let (block, seen) = match seen.first(meant) {
            None => (block, seen),
            Some(first) => {
                diagnostic = diagnostic.label(first, format!("`{meant}` is given here"));
                (&mut aside.0, &mut aside.1)
            }
        };
        let braces = matches!(self.peek_nth(1), Some(Token::Open(Bracket::Curly, _)));
        let assigned = self.is_mark_nth(1, '=');
        match meant {
            "upgrade" if braces => {
                self.report(diagnostic);
                self.upgrade(block, seen, key.span)
            }
            "downgrade" if braces || assigned => {
                self.report(diagnostic);
                self.downgrade(block, seen, key.span)
            }
            "upgrade" | "downgrade" => Err(diagnostic),
            _ if assigned => {
                self.report(diagnostic);
                let text = meant.to_owned();
                self.header(block, seen, Ident { text, span: key.span })
            }
            _ => Err(diagnostic),
        }
    }

    fn report_missing(&mut self, seen: &Seen) {
        let place = seen.upgrade.unwrap_or_else(|| Span::new(0, self.end.min(1)));
        for (key, help) in [
            ("revision", "such as `revision = \"20251008120000\";`, a time in UTC"),
            (
                "revises",
                "write `revises = \"…\";` with the id of the revision before this one, or `revises = base;`",
            ),
        ] {
            if !seen.keys.iter().any(|given| given.text == key) {
                self.report(Diagnostic::error(Code::M002, place, format!("the block has no `{key}`")).help(help));
            }
        }
        if seen.upgrade.is_none() {
            self.report(Diagnostic::error(Code::M002, place, "the block has no `upgrade`").help("write `upgrade { … }`"));
        }
    }

    fn broken_body(&self, start: usize, span: Span) -> Body {
        let words = self.words(Span::new(start + 1, self.end));
        Body {
            statements: vec![Statement {
                on: Vec::new(),
                allow: Vec::new(),
                kind: StatementKind::Broken { words },
                span,
                keyword: span,
            }],
            span,
        }
    }
}

const DOWNGRADE_FORMS: &str = "the forms are `downgrade { STATEMENTS }`, `downgrade = auto;` and `downgrade = irreversible(\"why\");`";

fn begins_item(word: &str) -> bool {
    HEADER.contains(&word) || matches!(word, "upgrade" | "downgrade")
}

fn header_form(key: &str) -> String {
    let value = match key {
        "revises" => "base",
        "depends_on" | "squashes" => "[\"…\"]",
        "transaction" => "false",
        "bind" => "analytics",
        _ => "\"…\"",
    };
    format!("write `{key} = {value};`")
}

pub(super) fn given_twice(word: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(Code::M003, span, format!("`{word}` is given twice")).label(first, "first given here")
}

fn irreversible_with_body(body: Span, word: Span) -> Diagnostic {
    Diagnostic::error(Code::M310, body, "an irreversible downgrade has no statements")
        .label(word, "declared irreversible here")
        .help("leave out the braces, or `= irreversible(…)`")
}
