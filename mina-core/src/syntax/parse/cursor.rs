use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{ColumnDef, Ident, TableRef};
use crate::syntax::parse::literal;
use crate::syntax::token::{Bracket, Span, Token, Tokens};

pub(super) type Result<T> = std::result::Result<T, Diagnostic>;

/// A place among the tokens, the end of the group it is in, and what was found wrong so far.
pub(super) struct Parser<'a> {
    pub(super) tokens: &'a Tokens,
    pub(super) at: usize,
    pub(super) end: usize,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// The strings of SQL over several lines.
    pub(super) sql: Vec<u32>,
    /// What stands in the bodies is not looked at.
    pub(super) heads_only: bool,
    /// In models: what a column, or a value of an enum, was called before.
    pub(super) was: Option<Vec<(Ident, Ident)>>,
    /// In models: what the table at hand was called before.
    pub(super) table_was: Option<Ident>,
    /// In models: the columns of the view at hand.
    pub(super) view_columns: Vec<ColumnDef>,
    /// Something was reported by which the statement, or the column, cannot be what was meant.
    pub(super) spoilt: bool,
    /// Words of parts of the statement that were left out.
    pub(super) tainted: Vec<String>,
    /// The first word of the statement.
    pub(super) keyword: &'static str,
}

impl<'a> Parser<'a> {
    pub(super) fn new(tokens: &'a Tokens) -> Self {
        Self {
            tokens,
            at: 0,
            end: tokens.tokens.len(),
            diagnostics: Vec::new(),
            sql: Vec::new(),
            heads_only: false,
            was: None,
            table_was: None,
            view_columns: Vec::new(),
            spoilt: false,
            tainted: Vec::new(),
            keyword: "",
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn spoil(&mut self, diagnostic: Diagnostic) {
        self.spoilt = true;
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn done(&self) -> bool {
        self.at >= self.end
    }

    pub(super) fn peek(&self) -> Option<&'a Token> {
        self.peek_nth(0)
    }

    pub(super) fn peek_nth(&self, n: usize) -> Option<&'a Token> {
        let index = self.at + n;
        if index < self.end { self.tokens.tokens.get(index) } else { None }
    }

    pub(super) fn word(&self) -> Option<&'a str> {
        self.word_nth(0)
    }

    pub(super) fn word_nth(&self, n: usize) -> Option<&'a str> {
        match self.peek_nth(n) {
            Some(Token::Ident(word)) => Some(word),
            _ => None,
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.eat_word(word) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{word}`")))
    }

    pub(super) fn is_mark_nth(&self, n: usize, mark: char) -> bool {
        matches!(self.peek_nth(n), Some(Token::Punct(found, _)) if *found == mark)
    }

    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.is_mark_nth(0, mark)
    }

    pub(super) fn eat(&mut self, mark: char) -> bool {
        let found = self.is_mark(mark);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, mark: char) -> Result<()> {
        if self.eat(mark) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{mark}`")))
    }

    pub(super) fn is_arrow(&self) -> bool {
        matches!(self.peek(), Some(Token::Punct('=', true))) && self.is_mark_nth(1, '>')
    }

    pub(super) fn expect_arrow(&mut self) -> Result<()> {
        if self.is_arrow() {
            self.at += 2;
            return Ok(());
        }
        Err(self.unexpected("`=>`"))
    }

    pub(super) fn is_open(&self, bracket: Bracket) -> bool {
        matches!(self.peek(), Some(Token::Open(found, _)) if *found == bracket)
    }

    /// The place just after the token or group at an index.
    pub(super) fn after(&self, index: usize) -> usize {
        match self.tokens.tokens.get(index) {
            Some(Token::Open(_, close)) => *close as usize + 1,
            _ => index + 1,
        }
    }

    /// Runs `f` on the tokens of a range, all of which it has to take, and comes back to where it stood.
    pub(super) fn within<T>(&mut self, range: Span, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let (at, end) = (self.at, self.end);
        (self.at, self.end) = (range.start as usize, range.end as usize);
        let result = f(self).and_then(|value| if self.done() { Ok(value) } else { Err(self.unexpected_rest()) });
        (self.at, self.end) = (at, end);
        result
    }

    /// Runs `f` on what is inside the group that begins here and goes on after it.
    pub(super) fn group<T>(&mut self, bracket: Bracket, expected: &str, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let Some(Token::Open(found, close)) = self.peek() else {
            return Err(self.unexpected(expected));
        };
        if *found != bracket {
            return Err(self.unexpected(expected));
        }
        let inner = Span::new(self.at + 1, *close as usize);
        self.at = *close as usize + 1;
        self.within(inner, f)
    }

    /// Elements with commas between them, up to the end of the group.
    pub(super) fn list<T>(&mut self, mut element: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut elements = Vec::new();
        while !self.done() {
            elements.push(element(self)?);
            if !self.done() && !self.eat(',') {
                return Err(self.unexpected("`,`"));
            }
        }
        Ok(elements)
    }

    pub(super) fn span_here(&self) -> Span {
        Span::new(self.at, self.at + 1)
    }

    pub(super) fn span_since(&self, start: usize) -> Span {
        Span::new(start, self.at.max(start + 1))
    }

    pub(super) fn span_last(&self) -> Span {
        Span::new(self.at.saturating_sub(1), self.at)
    }

    /// What was expected, and what stands there instead.
    pub(super) fn unexpected(&self, expected: &str) -> Diagnostic {
        if let Some(token) = self.peek() {
            let found = self.describe(token);
            return Diagnostic::error(Code::M000, self.span_here(), format!("expected {expected}, found {found}"));
        }
        let last = self.at.checked_sub(1).and_then(|last| self.tokens.tokens.get(last));
        let after = last.map(|token| format!(" after {}", self.describe(token))).unwrap_or_default();
        Diagnostic::error(Code::M000, self.span_last(), format!("expected {expected}{after}"))
    }

    fn unexpected_rest(&self) -> Diagnostic {
        let found = self.peek().map(|token| self.describe(token)).unwrap_or_default();
        Diagnostic::error(Code::M000, self.span_here(), format!("unexpected {found}"))
    }

    pub(super) fn describe(&self, token: &Token) -> String {
        match token {
            Token::Ident(word) => format!("`{word}`"),
            Token::Literal(text) if text.chars().count() > 40 || text.contains('\n') => {
                let start: String = text.chars().take_while(|c| *c != '\n').take(30).collect();
                format!("`{start}…`")
            }
            Token::Literal(text) => format!("`{text}`"),
            Token::Punct('=', true) if self.is_arrow() => "`=>`".into(),
            Token::Punct(mark, _) => format!("`{mark}`"),
            Token::Open(bracket, _) => format!("`{}`", bracket.open()),
            Token::Close(bracket) => format!("`{}`", bracket.close()),
        }
    }

    /// What is missing at the end of what was just read; the caret stands there.
    pub(super) fn missing(&self, mark: char, place: &str) -> Diagnostic {
        let found = self
            .peek()
            .map(|token| format!(", found {}", self.describe(token)))
            .unwrap_or_default();
        Diagnostic::error(Code::M000, self.span_last(), format!("expected `{mark}` {place}{found}"))
    }

    /// An identifier or a string.
    pub(super) fn name(&mut self, what: &str) -> Result<Ident> {
        let text = match self.peek() {
            Some(Token::Ident(word)) => word.clone(),
            Some(Token::Literal(text)) => match literal::string(text) {
                Some(string) if string.text.is_empty() => {
                    return Err(Diagnostic::error(Code::M000, self.span_here(), format!("{what} cannot be empty")));
                }
                Some(string) => string.text,
                None => return Err(self.no_name(what, text)),
            },
            _ => return Err(self.unexpected(what)),
        };
        let span = self.span_here();
        self.at += 1;
        Ok(Ident { text, span })
    }

    fn no_name(&self, what: &str, text: &str) -> Diagnostic {
        let diagnostic = self.unexpected(what);
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            return diagnostic.help(format!("a name that is no identifier is written as a string: `\"{text}\"`"));
        }
        diagnostic
    }

    /// Names with points between them.
    pub(super) fn path(&mut self, what: &str) -> Result<Vec<Ident>> {
        let mut names = vec![self.name(what)?];
        while self.eat('.') {
            names.push(self.name("a name after the point")?);
        }
        Ok(names)
    }

    /// `events`, `analytics.events`.
    pub(super) fn table_ref(&mut self, what: &str) -> Result<TableRef> {
        let names = self.path(what)?;
        table_of(names, what)
    }

    pub(super) fn names_in_parentheses(&mut self, what: &str) -> Result<Vec<Ident>> {
        let open = self.span_here();
        let names = self.group(crate::syntax::token::Bracket::Round, &format!("`(` and {what}s"), |p| {
            p.list(|p| p.name(what))
        })?;
        if names.is_empty() {
            return Err(Diagnostic::error(Code::M000, open, format!("expected {what} between `(` and `)`")));
        }
        Ok(names)
    }

    /// The identifiers and strings in a range, for whatever they name is now in doubt.
    pub(super) fn words(&self, range: Span) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut add = |word: &str| {
            if !word.is_empty() && !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        };
        for token in &self.tokens.tokens[range.start as usize..range.end as usize] {
            match token {
                Token::Ident(word) => add(word),
                Token::Literal(text) => {
                    let Some(string) = literal::string(text) else { continue };
                    add(&string.text);
                    string.text.split(|c: char| !c.is_alphanumeric() && c != '_').for_each(&mut add);
                }
                _ => {}
            }
        }
        words
    }
}

pub(super) fn table_of(mut names: Vec<Ident>, what: &str) -> Result<TableRef> {
    if names.len() > 2 {
        let text: Vec<_> = names.iter().map(|name| name.text.as_str()).collect();
        let span = names[0].span.join(names[names.len() - 1].span);
        let message = format!("`{}` has too many parts for {what}", text.join("."));
        return Err(Diagnostic::error(Code::M000, span, message));
    }
    let name = names.pop().unwrap_or_else(|| Ident {
        text: String::new(),
        span: Span::default(),
    });
    Ok(TableRef {
        schema: names.pop(),
        name,
        implied: false,
    })
}
