use super::cursor::{Parser, Result};
use super::{habit, literal};
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::Value;
use crate::syntax::ast::{Ident, SqlString};
use crate::syntax::token::{Bracket, Span, Token};

impl Parser<'_> {
    /// A literal or a known function.
    pub(super) fn value(&mut self) -> Result<Value> {
        match self.peek() {
            Some(Token::Literal(_)) => self.literal_value(),
            Some(Token::Punct('-', _)) => self.negative(),
            Some(Token::Ident(word)) => self.word_value(word),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn literal_value(&mut self) -> Result<Value> {
        let Some(Token::Literal(text)) = self.peek() else {
            return Err(self.unexpected("a value"));
        };
        let value = match literal::number(text) {
            Some(literal::Number::Integer(digits)) => Some(Value::Integer(digits)),
            Some(literal::Number::Decimal(digits)) => Some(Value::Decimal(digits)),
            None => match literal::string(text) {
                Some(string) => Some(Value::String(string.text)),
                None => literal::bytes(text).map(Value::Bytes),
            },
        };
        let Some(value) = value else {
            let diagnostic = self.unexpected("a value");
            return Err(if text.starts_with(|c: char| c.is_ascii_digit()) {
                diagnostic.help("a number is written in decimal digits, without a suffix")
            } else {
                diagnostic.help("a text is written as a string: `\"…\"`")
            });
        };
        self.at += 1;
        Ok(value)
    }

    fn negative(&mut self) -> Result<Value> {
        self.at += 1;
        let start = self.at;
        match self.literal_value()? {
            Value::Integer(digits) if !digits.starts_with('-') => Ok(Value::Integer(format!("-{digits}"))),
            Value::Decimal(digits) if !digits.starts_with('-') => Ok(Value::Decimal(format!("-{digits}"))),
            _ => {
                self.at = start;
                Err(self.unexpected("a number after `-`"))
            }
        }
    }

    fn word_value(&mut self, word: &str) -> Result<Value> {
        let called = matches!(self.peek_nth(1), Some(Token::Open(Bracket::Round, _)));
        let value = match (word, called) {
            ("null", false) => Value::Null,
            ("true", false) => Value::Bool(true),
            ("false", false) => Value::Bool(false),
            ("now", true) => return self.no_arguments(Value::Now),
            ("today", true) => return self.no_arguments(Value::Today),
            ("uuid", true) => return self.no_arguments(Value::Uuid),
            ("sql", true) => {
                self.at += 1;
                let sql = self.group(Bracket::Round, "`(`", |p| p.sql_string("SQL as a string"))?;
                return Ok(Value::Sql(sql.text));
            }
            ("json", true) => {
                self.at += 1;
                return Ok(Value::Json(self.group(Bracket::Round, "`(`", |p| p.text("JSON as a string"))?));
            }
            _ => return Err(self.no_value(word)),
        };
        self.at += 1;
        Ok(value)
    }

    fn no_arguments(&mut self, value: Value) -> Result<Value> {
        self.at += 1;
        self.group(Bracket::Round, "`(`", |_| Ok(()))?;
        Ok(value)
    }

    fn no_value(&self, word: &str) -> Diagnostic {
        let diagnostic = Diagnostic::error(Code::M001, self.span_here(), format!("`{word}` is no value"));
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "true" | "false" | "null" => diagnostic.help(format!("write `{lower}`")),
            _ => match habit::value(word) {
                Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
                None => diagnostic.help(format!(
                    "a text is written as a string: `\"{word}\"`; SQL of the database as `sql(\"…\")`; the functions are `now()`, `today()`, `uuid()`"
                )),
            },
        }
    }

    pub(super) fn located_value(&mut self) -> Result<(Value, Span)> {
        let start = self.at;
        let value = self.value()?;
        Ok((value, self.span_since(start)))
    }

    /// A value or a bare word.
    pub(super) fn option_value(&mut self) -> Result<Value> {
        let called = matches!(self.peek_nth(1), Some(Token::Open(Bracket::Round, _)));
        match self.word() {
            Some(word) if !called && !matches!(word, "true" | "false" | "null") => {
                self.at += 1;
                Ok(Value::Word(word.to_owned()))
            }
            _ => self.value(),
        }
    }

    pub(super) fn boolean(&mut self) -> Result<bool> {
        match self.word() {
            Some("true") => {
                self.at += 1;
                Ok(true)
            }
            Some("false") => {
                self.at += 1;
                Ok(false)
            }
            Some("True" | "TRUE" | "yes" | "on") => Err(self.unexpected("`true` or `false`").help("write `true`")),
            Some("False" | "FALSE" | "no" | "off") => Err(self.unexpected("`true` or `false`").help("write `false`")),
            _ => Err(self.unexpected("`true` or `false`")),
        }
    }

    /// A string that is no SQL.
    pub(super) fn text(&mut self, what: &str) -> Result<String> {
        Ok(self.string_ident(what)?.text)
    }

    /// A string with its place.
    pub(super) fn string_ident(&mut self, what: &str) -> Result<Ident> {
        let string = match self.peek() {
            Some(Token::Literal(text)) => literal::string(text),
            _ => None,
        };
        let Some(string) = string else {
            return Err(self.unexpected(what));
        };
        let span = self.span_here();
        self.at += 1;
        Ok(Ident { text: string.text, span })
    }

    pub(super) fn is_string_nth(&self, n: usize) -> bool {
        matches!(self.peek_nth(n), Some(Token::Literal(text)) if literal::string(text).is_some())
    }

    /// A string of SQL; one of several lines is dedented.
    pub(super) fn sql_string(&mut self, what: &str) -> Result<SqlString> {
        let string = match self.peek() {
            Some(Token::Literal(text)) => literal::string(text),
            _ => None,
        };
        let Some(string) = string else {
            return Err(self.unexpected(what));
        };
        let span = self.span_here();
        let text = if string.multiline {
            self.sql.push(span.start);
            literal::dedent(&string.text)
        } else {
            string.text
        };
        if text.trim().is_empty() {
            return Err(Diagnostic::error(Code::M000, span, "the SQL is empty"));
        }
        self.at += 1;
        Ok(SqlString { text, span })
    }
}
