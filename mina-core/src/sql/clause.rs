//! A statement read from the left, word by word.

use super::lexer::{Lexeme, significant};
use super::text::object_name;
use crate::engine::Engine;
use crate::schema::ObjectName;

/// What is left of a statement, or of a clause of it.
///
/// ```
/// use mina_core::engine::Engine;
/// use mina_core::sql::clause::Words;
///
/// let mut words = Words::of("ALTER TABLE users ADD a INT, DROP b", Engine::Mysql);
/// assert!(words.skip("alter table"));
/// assert_eq!(words.object().unwrap().to_string(), "users");
/// let mut last = words.clauses().pop().unwrap();
/// assert!(last.skip_any(&["add", "drop"]));
/// assert_eq!(last.name().as_deref(), Some("b"));
/// ```
#[derive(Clone, Debug)]
pub struct Words<'a> {
    lexemes: Vec<Lexeme<'a>>,
    engine: Engine,
    at: usize,
}

impl<'a> Words<'a> {
    /// All of a statement.
    pub fn of(sql: &'a str, engine: Engine) -> Self {
        Self {
            lexemes: significant(sql, engine),
            engine,
            at: 0,
        }
    }

    fn rest(&self) -> &[Lexeme<'a>] {
        self.lexemes.get(self.at..).unwrap_or_default()
    }

    /// Goes on behind a keyword, or several in a row, if they come next.
    pub fn skip(&mut self, words: &str) -> bool {
        let mut count = 0;
        let here = words.split(' ').all(|word| {
            count += 1;
            self.rest().get(count - 1).is_some_and(|lexeme| lexeme.is_word(word))
        });
        if here {
            self.at += count;
        }
        here
    }

    /// The same of the first of some that comes next.
    pub fn skip_any(&mut self, all: &[&str]) -> bool {
        all.iter().any(|words| self.skip(words))
    }

    /// Whether a keyword is somewhere in what is left.
    pub fn has(&self, words: &str) -> bool {
        self.clone().find(words)
    }

    /// Goes on behind the next place where some keywords stand; stays where there is none.
    pub fn find(&mut self, words: &str) -> bool {
        let start = self.at;
        while self.at < self.lexemes.len() {
            if self.skip(words) {
                return true;
            }
            self.at += 1;
        }
        self.at = start;
        false
    }

    /// Goes on behind a mark, if it comes next.
    pub fn mark(&mut self, mark: char) -> bool {
        let here = self.rest().first().is_some_and(|lexeme| lexeme.is_mark(mark));
        self.at += usize::from(here);
        here
    }

    /// The name of an object.
    pub fn object(&mut self) -> Option<ObjectName> {
        let name = object_name(self.rest(), self.engine)?;
        self.at += if name.schema.is_some() { 3 } else { 1 };
        Some(name)
    }

    /// The names of objects, with commas between.
    pub fn objects(&mut self) -> Vec<ObjectName> {
        let mut names = Vec::new();
        while let Some(name) = self.object() {
            names.push(name);
            if !self.mark(',') {
                break;
            }
        }
        names
    }

    /// A name without a dot.
    pub fn name(&mut self) -> Option<String> {
        let next = self.rest().first().filter(|lexeme| lexeme.is_identifier())?;
        let name = next.name_on(self.engine);
        self.at += 1;
        Some(name)
    }

    /// The parts that commas outside of parentheses part.
    pub fn clauses(&self) -> Vec<Self> {
        let mut depth = 0_i32;
        let parts = self.rest().split(|lexeme| {
            depth += i32::from(lexeme.is_mark('(')) - i32::from(lexeme.is_mark(')'));
            depth == 0 && lexeme.is_mark(',')
        });
        let parts = parts.map(|part| Self {
            lexemes: part.to_vec(),
            engine: self.engine,
            at: 0,
        });
        parts.collect()
    }

    /// The names between the parentheses that come next.
    pub fn listed(&self) -> Vec<String> {
        let mut words = self.clone();
        let mut names = Vec::new();
        if words.mark('(') {
            while let Some(name) = words.name() {
                names.push(name);
                if !words.mark(',') {
                    break;
                }
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_clause_by_clause() {
        let mut words = Words::of("ALTER TABLE a.\"B\" ADD CHECK (x IN (1, 2)), DROP y", Engine::Pg);
        assert!(words.skip("alter table") && !words.skip("only"));
        assert_eq!(words.object().unwrap().to_string(), "a.B");
        let clauses = words.clauses();
        assert_eq!(clauses.len(), 2);
        let mut last = clauses[1].clone();
        assert!(last.skip_any(&["add", "drop"]));
        assert_eq!(last.name().as_deref(), Some("y"));
        assert!(last.name().is_none() && last.object().is_none());
    }

    #[test]
    fn what_is_looked_for_and_not_there_moves_nothing() {
        let mut words = Words::of("UNIQUE (\"a\", b) REFERENCES t", Engine::Pg);
        assert!(!words.find("using index"));
        assert!(words.skip("unique"));
        assert_eq!(words.listed(), ["a", "b"]);
        assert!(words.has("references") && words.find("references"));
        assert_eq!(words.objects(), [ObjectName::new("t")]);
    }
}
