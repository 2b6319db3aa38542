use super::cursor::{Parser, Result};
use super::habit;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::schema::{Action, Deferral};
use crate::syntax::ast::{Ident, KeyOptions};
use crate::syntax::token::Bracket;

const ACTIONS: &[&str] = &["cascade", "set_null", "set_default", "restrict", "no_action"];

impl Parser<'_> {
    /// `{ key = value, … }`, if it is there.
    pub(super) fn options_if_any(&mut self, owner: &str, keys: &[&str], each: impl FnMut(&mut Self, &Ident) -> Result<()>) -> Result<bool> {
        if !self.is_open(Bracket::Curly) {
            return Ok(false);
        }
        self.options(owner, keys, each)?;
        Ok(true)
    }

    /// `{ key = value, … }`; `each` takes the value.
    pub(super) fn options(&mut self, owner: &str, keys: &[&str], each: impl FnMut(&mut Self, &Ident) -> Result<()>) -> Result<()> {
        self.group(Bracket::Curly, "`{` and options", |p| p.option_list(owner, keys, each))
    }

    /// `key = value, …` up to the end of the group. One that is wrong does not hide what is wrong with others.
    pub(super) fn option_list(&mut self, owner: &str, keys: &[&str], mut each: impl FnMut(&mut Self, &Ident) -> Result<()>) -> Result<()> {
        let mut given: Vec<Ident> = Vec::new();
        while !self.done() {
            let before = self.at;
            let result = self.option(owner, keys, &mut given, &mut each);
            if let Err(diagnostic) = result {
                self.spoil(diagnostic);
                self.at = before;
                while !self.done() && !self.is_mark(',') {
                    self.at = self.after(self.at);
                }
            }
            let in_braces = matches!(
                self.tokens.tokens.get(self.at.wrapping_sub(1)),
                Some(crate::syntax::token::Token::Close(Bracket::Curly))
            );
            if !self.done() && !self.eat(',') && !in_braces {
                let diagnostic = self.unexpected("`,` or the end of the options");
                self.spoil(diagnostic);
                if self.word().is_none() {
                    self.at = self.after(self.at);
                }
            }
        }
        Ok(())
    }

    fn option(
        &mut self,
        owner: &str,
        keys: &[&str],
        given: &mut Vec<Ident>,
        each: &mut impl FnMut(&mut Self, &Ident) -> Result<()>,
    ) -> Result<()> {
        let Some(word) = self.word() else {
            return Err(self.unexpected("an option"));
        };
        let key = Ident {
            text: word.to_owned(),
            span: self.span_here(),
        };
        if !keys.contains(&word) {
            return Err(no_option(owner, keys, &key));
        }
        if let Some(first) = given.iter().find(|first| first.text == key.text) {
            let message = format!("`{word}` is given twice");
            return Err(Diagnostic::error(Code::M003, key.span, message).label(first.span, "first given here"));
        }
        self.at += 1;
        let takes_braces = matches!(word, "effect" | "undo") && self.is_open(Bracket::Curly);
        if !takes_braces {
            self.expect('=')?;
        }
        given.push(key.clone());
        each(self, &key)
    }

    /// `{ on_delete = cascade, … }` of a foreign key.
    pub(super) fn key_option(&mut self, key: &Ident, options: &mut KeyOptions) -> Result<()> {
        match key.text.as_str() {
            "on_delete" => options.on_delete = self.action()?,
            "on_update" => options.on_update = self.action()?,
            "deferrable" => options.deferral = self.deferral()?,
            _ => options.not_valid = !self.boolean()?,
        }
        Ok(())
    }

    fn action(&mut self) -> Result<Action> {
        let start = self.at;
        let word = self.name("an action such as `cascade`")?;
        let action = match word.text.as_str() {
            "cascade" => Action::Cascade,
            "set_null" => Action::SetNull,
            "set_default" => Action::SetDefault,
            "restrict" => Action::Restrict,
            "no_action" => Action::NoAction,
            _ => return Err(self.no_action(word)),
        };
        if self
            .tokens
            .tokens
            .get(start)
            .is_some_and(|token| matches!(token, crate::syntax::token::Token::Literal(_)))
        {
            return Err(
                Diagnostic::error(Code::M001, word.span, "an action is a word, not a string").help(format!("write `{}`", word.text))
            );
        }
        Ok(action)
    }

    fn no_action(&self, word: Ident) -> Diagnostic {
        let mut written = word.text.clone();
        if let Some(next) = self.word() {
            written = format!("{written} {next}");
        }
        let folded = written.trim().to_ascii_lowercase().replace([' ', '-'], "_");
        let diagnostic = Diagnostic::error(Code::M001, word.span, format!("there is no action `{written}`"));
        if ACTIONS.contains(&folded.as_str()) {
            return diagnostic.help(format!("write `{folded}`"));
        }
        match did_you_mean(&word.text, ACTIONS.iter().copied()) {
            Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
            None => diagnostic.help(format!("one of {}", enumerate(ACTIONS))),
        }
    }

    pub(super) fn deferral(&mut self) -> Result<Deferral> {
        let deferral = match self.word() {
            Some("true") => Deferral::Deferrable,
            Some("false") => Deferral::No,
            Some("initially_deferred") => Deferral::InitiallyDeferred,
            _ => return Err(self.unexpected("`true`, `false` or `initially_deferred`")),
        };
        self.at += 1;
        Ok(deferral)
    }
}

fn no_option(owner: &str, keys: &[&str], key: &Ident) -> Diagnostic {
    let word = key.text.as_str();
    let diagnostic = Diagnostic::error(Code::M005, key.span, format!("`{owner}` has no option `{word}`"));
    let lower = word.to_ascii_lowercase();
    if lower.starts_with("existing_") {
        return diagnostic.help("leave it out: what the column is now is known from the history");
    }
    if matches!(lower.as_str(), "if_exists" | "if_not_exists" | "checkfirst") {
        return diagnostic.help("leave it out: what exists is known from the history");
    }
    if lower == "cascade" {
        return diagnostic.help("leave it out: what depends on it is dropped by statements of its own");
    }
    let meant = habit::option(word)
        .filter(|meant| keys.contains(meant))
        .or_else(|| did_you_mean(word, keys.iter().copied()));
    let diagnostic = match (meant, lower.as_str()) {
        (Some("deferrable"), "initially") => diagnostic.help("write `deferrable = initially_deferred`"),
        (Some("validate"), "not_valid" | "postgresql_not_valid") => diagnostic.help("write `validate = false`"),
        (Some("nullable"), "not_null") => diagnostic.help("write `nullable = false`"),
        (Some(meant), _) => diagnostic.help(format!("did you mean `{meant}`?")),
        (None, _) => diagnostic,
    };
    match keys.len() {
        0 => diagnostic.help(format!("`{owner}` has no options")),
        1..=9 => diagnostic.help(format!("its options are {}", enumerate(keys))),
        _ => diagnostic,
    }
}

/// `` `a`, `b`, `c` ``
pub(super) fn enumerate(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
