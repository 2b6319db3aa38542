//! SQL cut into lexemes, for what must be read without being understood.
//!
//! Every text has lexemes: what is not closed runs to its end.

use crate::engine::Engine;

/// What a lexeme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An unquoted identifier or keyword.
    Word,
    /// An identifier in double quotes, backticks or brackets.
    Quoted,
    /// A string.
    Text,
    /// A string between `$$`.
    Dollar,
    /// A number.
    Number,
    /// White space or a comment.
    Space,
    /// One character of anything else.
    Mark,
}

/// One lexeme with its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    pub(crate) start: usize,
}

impl<'a> Lexeme<'a> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark && self.text.starts_with(mark)
    }

    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub(crate) fn is_one_of(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    pub(crate) fn is_identifier(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }

    /// An identifier's name, quotes taken off; as written where it has none.
    pub(crate) fn name(&self) -> String {
        match self.kind {
            Kind::Quoted => unquoted(self.text),
            _ => self.text.to_owned(),
        }
    }

    /// An identifier's name as an engine reads it: without quotes PostgreSQL takes it in lower case.
    pub(crate) fn name_on(&self, engine: Engine) -> String {
        match self.kind {
            Kind::Word if engine == Engine::Pg => self.text.to_lowercase(),
            _ => self.name(),
        }
    }

    /// Whether it is an identifier for the object of that name.
    pub(crate) fn names(&self, name: &str, engine: Engine) -> bool {
        match self.kind {
            Kind::Word => self.text.eq_ignore_ascii_case(name),
            Kind::Quoted if engine == Engine::Pg => unquoted(self.text) == name,
            Kind::Quoted => unquoted(self.text).eq_ignore_ascii_case(name),
            _ => false,
        }
    }

    /// What stands between the marks of a dollar-quoted string, with where it starts.
    pub(crate) fn dollar_body(&self) -> Option<(&'a str, usize)> {
        let tag = self.text.get(1..)?.find('$')? + 2;
        let body = self.text.get(tag..)?;
        let body = body.strip_suffix(&self.text[..tag]).unwrap_or(body);
        (self.kind == Kind::Dollar).then_some((body, self.start + tag))
    }
}

/// What stands between the quotes of an identifier or a string.
pub(super) fn unquoted(text: &str) -> String {
    let Some(open) = text.chars().next() else { return String::new() };
    let close = if open == '[' { ']' } else { open };
    let inner = &text[open.len_utf8()..];
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    match open {
        '[' => inner.to_owned(),
        _ => inner.replace(&format!("{close}{close}"), &close.to_string()),
    }
}

/// Cuts a text into lexemes; put together again they are the text.
pub(crate) fn lex(sql: &str, engine: Engine) -> Lexer<'_> {
    Lexer { sql, engine, at: 0 }
}

/// The lexemes that mean something.
pub(crate) fn significant(sql: &str, engine: Engine) -> Vec<Lexeme<'_>> {
    lex(sql, engine).filter(|lexeme| lexeme.kind != Kind::Space).collect()
}

pub(crate) struct Lexer<'a> {
    sql: &'a str,
    engine: Engine,
    at: usize,
}

impl<'a> Iterator for Lexer<'a> {
    type Item = Lexeme<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.sql[self.at..];
        let first = rest.chars().next()?;
        let (kind, length) = self.measure(rest, first);
        let start = self.at;
        self.at += length;
        Some(Lexeme {
            kind,
            text: &rest[..length],
            start,
        })
    }
}

impl Lexer<'_> {
    fn measure(&self, rest: &str, first: char) -> (Kind, usize) {
        let engine = self.engine;
        match first {
            _ if is_space(first) => (Kind::Space, prefix(rest, is_space)),
            '-' if rest.starts_with("--") && self.dashes_comment(rest) => (Kind::Space, line(rest)),
            '#' if engine == Engine::Mysql => (Kind::Space, line(rest)),
            '/' if rest.starts_with("/*") => (Kind::Space, self.comment(rest)),
            '*' if engine == Engine::Mysql && rest.starts_with("*/") => (Kind::Space, 2),
            '\'' => (Kind::Text, quoted(rest, '\'', engine == Engine::Mysql)),
            '"' if engine == Engine::Mysql => (Kind::Text, quoted(rest, '"', true)),
            '"' | '`' => (Kind::Quoted, quoted(rest, first, false)),
            '[' if engine == Engine::Sqlite => (Kind::Quoted, rest.find(']').map_or(rest.len(), |end| end + 1)),
            '$' if engine == Engine::Pg => dollar(rest).map_or((Kind::Mark, 1), |length| (Kind::Dollar, length)),
            'e' | 'E' if engine == Engine::Pg && rest[1..].starts_with('\'') => (Kind::Text, 1 + quoted(&rest[1..], '\'', true)),
            'x' | 'X' if rest[1..].starts_with('\'') => (Kind::Text, 1 + quoted(&rest[1..], '\'', false)),
            _ if first.is_ascii_digit() => (Kind::Number, number(rest)),
            '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) && !self.after_identifier() => (Kind::Number, number(rest)),
            _ if starts_word(first) => (
                Kind::Word,
                prefix(rest, |next| starts_word(next) || next.is_ascii_digit() || next == '$'),
            ),
            _ => (Kind::Mark, first.len_utf8()),
        }
    }

    fn after_identifier(&self) -> bool {
        let before = self.sql[..self.at].chars().next_back();
        before.is_some_and(|before| starts_word(before) || before.is_ascii_digit() || matches!(before, '"' | '`' | ']'))
    }

    fn dashes_comment(&self, rest: &str) -> bool {
        self.engine != Engine::Mysql || rest[2..].chars().next().is_none_or(is_space)
    }

    fn comment(&self, rest: &str) -> usize {
        if self.engine == Engine::Mysql && (rest.starts_with("/*!") || rest.starts_with("/*M!")) {
            let open = rest.find('!').map_or(2, |mark| mark + 1);
            return open + prefix(&rest[open..], |next| next.is_ascii_digit());
        }
        let bytes = rest.as_bytes();
        let (mut at, mut depth) = (2, 1);
        while at < bytes.len() {
            match &bytes[at..] {
                [b'*', b'/', ..] => {
                    depth -= 1;
                    at += 2;
                    if depth == 0 {
                        return at;
                    }
                }
                [b'/', b'*', ..] if self.engine == Engine::Pg => {
                    depth += 1;
                    at += 2;
                }
                _ => at += 1,
            }
        }
        rest.len()
    }
}

/// To every engine a space beyond ASCII is a letter.
fn is_space(next: char) -> bool {
    matches!(next, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

fn starts_word(first: char) -> bool {
    first == '_' || first.is_ascii_alphabetic() || !first.is_ascii()
}

fn prefix(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|next| !belongs(next)).unwrap_or(rest.len())
}

fn line(rest: &str) -> usize {
    rest.find('\n').map_or(rest.len(), |end| end + 1)
}

fn quoted(rest: &str, quote: char, backslash: bool) -> usize {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, next)) = chars.next() {
        if next == '\\' && backslash {
            chars.next();
        } else if next == quote && chars.next_if(|(_, after)| *after == quote).is_none() {
            return at + 1;
        }
    }
    rest.len()
}

fn dollar(rest: &str) -> Option<usize> {
    let tag = rest[1..].find('$')?;
    let name = &rest[1..=tag];
    let valid =
        name.chars().all(|next| starts_word(next) || next.is_ascii_digit()) && !name.starts_with(|first: char| first.is_ascii_digit());
    let open = &rest[..tag + 2];
    valid.then(|| rest[open.len()..].find(open).map_or(rest.len(), |end| end + 2 * open.len()))
}

fn number(rest: &str) -> usize {
    let mut previous = ' ';
    let belongs = |next: char, previous: char| {
        next.is_ascii_alphanumeric() || next == '.' || next == '_' || matches!(next, '+' | '-') && matches!(previous, 'e' | 'E')
    };
    let hex = rest.starts_with("0x") || rest.starts_with("0X");
    for (at, next) in rest.char_indices() {
        if !belongs(next, if hex { ' ' } else { previous }) {
            return at;
        }
        previous = next;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(sql: &str, engine: Engine) -> String {
        let lexemes = significant(sql, engine);
        lexemes
            .iter()
            .map(|lexeme| format!("{:?} {}\n", lexeme.kind, lexeme.text))
            .collect()
    }

    #[test]
    fn strings_quotes_and_comments_are_those_of_the_engine() {
        insta::assert_snapshot!(shown("E'it\\'s' \"a\"\"b\" $f$ ; $f$ /* /* */ */ x --y", Engine::Pg), @r#"
        Text E'it\'s'
        Quoted "a""b"
        Dollar $f$ ; $f$
        Word x
        "#);
        insta::assert_snapshot!(shown("\"it\\\"s\" `a` 1--2 # c\n/*!50000 DROP */", Engine::Mysql), @r#"
        Text "it\"s"
        Quoted `a`
        Number 1
        Mark -
        Mark -
        Number 2
        Word DROP
        "#);
        insta::assert_snapshot!(shown("[a b] 'x''y' X'00ff' 1.5e-3+.5 t.c", Engine::Sqlite), @r"
        Quoted [a b]
        Text 'x''y'
        Text X'00ff'
        Number 1.5e-3
        Mark +
        Number .5
        Word t
        Mark .
        Word c
        ");
    }

    proptest! {
        #[test]
        fn lexemes_put_together_are_the_text(sql in "[a-z\"'`$\\[\\]\\-/*#.; \\\\0-9eéß\n]{0,60}|\\PC{0,60}") {
            for &engine in Engine::ALL {
                let together: String = lex(&sql, engine).map(|lexeme| lexeme.text).collect();
                prop_assert_eq!(&together, &sql);
                for lexeme in lex(&sql, engine) {
                    lexeme.name();
                    lexeme.dollar_body();
                }
            }
        }
    }
}
