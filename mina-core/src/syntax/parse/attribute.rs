use super::cursor::{Parser, Result};
use super::options::enumerate;
use super::{habit, keyword};
use crate::diagnostic::{Code, Diagnostic, Lint, did_you_mean};
use crate::engine::Engine;
use crate::syntax::ast::{EngineRef, Ident, LintRef};
use crate::syntax::token::{Bracket, Span, Token};

/// `#[name …]` or `#![name …]`.
#[derive(Clone)]
pub(super) struct Attribute {
    pub(super) name: Ident,
    /// What follows the name inside the brackets.
    pub(super) arguments: Span,
}

impl Parser<'_> {
    /// Whether `#[` or `#![` stands here.
    pub(super) fn is_attribute(&self, inner: bool) -> bool {
        let bracket = 1 + usize::from(inner);
        self.is_mark('#') && (!inner || self.is_mark_nth(1, '!')) && matches!(self.peek_nth(bracket), Some(Token::Open(Bracket::Square, _)))
    }

    pub(super) fn attribute(&mut self, inner: bool) -> Result<Attribute> {
        self.at += 1 + usize::from(inner);
        self.group(Bracket::Square, "`[`", |p| {
            let Some(word) = p.word() else {
                return Err(p.unexpected("an attribute's name"));
            };
            let name = Ident {
                text: word.to_owned(),
                span: p.span_here(),
            };
            let arguments = Span::new(p.at + 1, p.end);
            p.at = p.end;
            Ok(Attribute { name, arguments })
        })
    }

    pub(super) fn attributes(&mut self) -> Result<Vec<Attribute>> {
        let mut attributes = Vec::new();
        while self.is_attribute(false) {
            attributes.push(self.attribute(false)?);
        }
        Ok(attributes)
    }

    /// Adds the lines of a doc comment.
    pub(super) fn doc(&mut self, attribute: &Attribute, doc: &mut Option<String>) -> Result<()> {
        let text = self.within(attribute.arguments, |p| {
            p.expect('=')?;
            p.text("a string")
        })?;
        let text = if text.contains('\n') {
            let block: Vec<&str> = text.lines().map(|line| line.trim().trim_start_matches('*').trim()).collect();
            block.join("\n").trim().to_owned()
        } else {
            text.strip_prefix(' ').unwrap_or(&text).to_owned()
        };
        match doc {
            Some(doc) => {
                doc.push('\n');
                doc.push_str(&text);
            }
            None => *doc = Some(text),
        }
        Ok(())
    }

    /// `(Pg, Sqlite)` of `#[on(Pg, Sqlite)]`.
    pub(super) fn on(&mut self, attribute: &Attribute) -> Result<Vec<EngineRef>> {
        self.within(attribute.arguments, |p| {
            p.group(Bracket::Round, "`(` and engines, such as `#[on(Pg)]`", |p| {
                if p.done() {
                    return Err(p.unexpected("an engine"));
                }
                let engines = p.list(|p| p.engine())?;
                Ok(p.each_once(engines))
            })
        })
    }

    /// An engine's name; an unknown one is reported.
    pub(super) fn engine(&mut self) -> Result<Option<EngineRef>> {
        let Some(word) = self.word() else {
            return Err(self.unexpected("an engine: `Sqlite`, `Pg` or `Mysql`"));
        };
        let span = self.span_here();
        self.at += 1;
        let engine = Engine::named(word);
        if engine.is_none() {
            let names: Vec<&str> = Engine::ALL.iter().map(|engine| engine.name()).collect();
            let diagnostic = Diagnostic::error(Code::M001, span, format!("there is no engine `{word}`"));
            self.spoil(match habit::engine(word).or_else(|| did_you_mean(word, names.iter().copied())) {
                Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
                None => diagnostic.help(format!("the engines are {}", enumerate(&names))),
            });
        }
        Ok(engine.map(|engine| EngineRef { engine, span }))
    }

    /// The known ones, each reported when it comes again.
    pub(super) fn each_once(&mut self, engines: Vec<Option<EngineRef>>) -> Vec<EngineRef> {
        let mut once: Vec<EngineRef> = Vec::new();
        for engine in engines.into_iter().flatten() {
            match once.iter().find(|first| first.engine == engine.engine) {
                Some(first) => {
                    let message = format!("`{}` is given twice", engine.engine);
                    self.report(Diagnostic::error(Code::M003, engine.span, message).label(first.span, "first given here"));
                }
                None => once.push(engine),
            }
        }
        once
    }

    /// `(lossy_downgrade, reason = "…")` of `#[allow(lossy_downgrade, reason = "…")]`.
    pub(super) fn allow(&mut self, attribute: &Attribute, allowed: &mut Vec<LintRef>) -> Result<()> {
        let mut reason = None;
        let lints = self.within(attribute.arguments, |p| {
            p.group(Bracket::Round, "`(` and lints, such as `allow(lossy_downgrade)`", |p| {
                if p.done() {
                    return Err(p.unexpected("a lint"));
                }
                p.list(|p| match p.is_word("reason") && p.is_mark_nth(1, '=') {
                    true => p.reason(&mut reason).map(|()| None),
                    false => p.lint(),
                })
            })
        })?;
        let lints = lints.into_iter().flatten();
        allowed.extend(lints.map(|lint| LintRef {
            reason: reason.clone(),
            ..lint
        }));
        Ok(())
    }

    /// `reason = "…"`, why it is allowed.
    fn reason(&mut self, reason: &mut Option<String>) -> Result<()> {
        let span = self.span_here();
        self.at += 1;
        self.expect('=')?;
        if reason.replace(self.text("a string")?).is_some() {
            self.report(Diagnostic::error(Code::M003, span, "`reason` is given twice"));
        }
        Ok(())
    }

    fn lint(&mut self) -> Result<Option<LintRef>> {
        let Some(word) = self.word() else {
            return Err(self.unexpected("a lint"));
        };
        let span = self.span_here();
        self.at += 1;
        let lint = Lint::named(word);
        if lint.is_none() {
            let names: Vec<&str> = Lint::ALL.iter().map(|lint| lint.name()).collect();
            let diagnostic = Diagnostic::error(Code::M001, span, format!("there is no lint `{word}`"));
            self.report(match did_you_mean(word, names.iter().copied()) {
                Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
                None => diagnostic.help(format!("the lints are {}", enumerate(&names))),
            });
        }
        Ok(lint.map(|lint| LintRef { lint, reason: None, span }))
    }

    /// What to say of an attribute that is none of those that can stand here.
    pub(super) fn unknown_attribute(&self, name: &Ident, known: &[&str], place: &str) -> Diagnostic {
        let word = name.text.as_str();
        if word == "doc" {
            let message = format!("a doc comment cannot stand on {place}");
            return Diagnostic::error(Code::M000, name.span, message)
                .help("`///` is the comment of a table or a column in the database; write `//` for a remark");
        }
        let elsewhere = keyword::COLUMN_ATTRIBUTES.contains(&word) || keyword::STATEMENT_ATTRIBUTES.contains(&word);
        if elsewhere {
            let message = format!("`#[{word}]` cannot stand on {place}");
            let belongs = if keyword::COLUMN_ATTRIBUTES.contains(&word) {
                "it belongs to a column"
            } else {
                "it belongs to a statement"
            };
            return Diagnostic::error(Code::M001, name.span, message).help(belongs);
        }
        if word == "was" {
            let message = format!("`#[was]` cannot stand on {place}");
            let help = match self.was {
                Some(_) => "it belongs to a table, a column or a value of an enum",
                None => "it belongs to the models; a migration says `rename_table` or `alter_column … { rename = … }`",
            };
            return Diagnostic::error(Code::M001, name.span, message).help(help);
        }
        let diagnostic = Diagnostic::error(Code::M001, name.span, format!("there is no attribute `{word}`"));
        if let Some(help) = habit::attribute(word) {
            return diagnostic.help(help);
        }
        match did_you_mean(word, known.iter().copied()) {
            Some(meant) => diagnostic.help(format!("did you mean `#[{meant}]`?")),
            None => diagnostic.help(format!("the attributes of {place} are {}", enumerate(known))),
        }
    }
}
