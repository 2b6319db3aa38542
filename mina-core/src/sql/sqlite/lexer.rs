//! The tokens of what stands in a schema of SQLite, with their places.

use crate::engine::Engine;
use crate::sql::lexer::{Kind as Lexical, significant, unquoted};
use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A bare word: a keyword or a name.
    Word,
    /// A name in `"…"`, `` `…` `` or `[…]`.
    Quoted,
    /// A string in `'…'`.
    String,
    /// A number.
    Number,
    /// Anything else, one character.
    Mark,
}

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it stands in the text.
    pub text: &'a str,
    /// Where it stands, in bytes.
    pub range: Range<usize>,
}

impl Token<'_> {
    /// Whether it is this keyword, given in upper case.
    pub fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// Whether it is this mark.
    pub fn is_mark(&self, mark: &str) -> bool {
        self.kind == Kind::Mark && self.text == mark
    }

    /// The name that it is where a name may stand; SQLite takes a string for one, too.
    pub fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_owned()),
            Kind::Quoted | Kind::String => Some(unquoted(self.text)),
            _ => None,
        }
    }

    /// Whether it can name this column or table, whatever the case.
    pub fn names(&self, name: &str) -> bool {
        match self.kind {
            Kind::Word => self.text.eq_ignore_ascii_case(name),
            Kind::Quoted => unquoted(self.text).eq_ignore_ascii_case(name),
            _ => false,
        }
    }

    /// The same for two texts that differ in quoting and case alone.
    fn folded(&self) -> String {
        match self.kind {
            Kind::Word => self.text.to_ascii_lowercase(),
            Kind::Quoted => unquoted(self.text).to_ascii_lowercase(),
            _ => self.text.to_owned(),
        }
    }
}

/// The tokens of a text; white space and comments are left out.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let lexemes = significant(text, Engine::Sqlite).into_iter();
    lexemes
        .map(|lexeme| Token {
            kind: match lexeme.kind {
                Lexical::Word => Kind::Word,
                Lexical::Quoted => Kind::Quoted,
                Lexical::Text | Lexical::Dollar => Kind::String,
                Lexical::Number => Kind::Number,
                Lexical::Space | Lexical::Mark => Kind::Mark,
            },
            text: lexeme.text,
            range: lexeme.start..lexeme.end(),
        })
        .collect()
}

/// A text that two pieces of SQL share if they differ in white space, comments, case of words and quoting of names alone.
pub fn normalised(text: &str) -> String {
    let folded: Vec<String> = tokens(text).iter().map(Token::folded).collect();
    folded.join(" ")
}

/// The same, and without parentheses around the whole.
pub fn normalised_expression(text: &str) -> String {
    let mut folded: Vec<String> = tokens(text).iter().map(Token::folded).collect();
    while folded.len() >= 2 && folded[0] == "(" && closing(&folded) == Some(folded.len() - 1) {
        folded.remove(0);
        folded.pop();
    }
    folded.join(" ")
}

fn closing(tokens: &[String]) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Whether a text has a token that can name this column or table.
pub fn mentions(text: &str, name: &str) -> bool {
    tokens(text).iter().any(|token| token.names(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_they_name_and_strings_can_stand_for_them() {
        let text = "a \"b\"\"c\" [d e] 'f''g' -- h\n`i`";
        let names: Vec<_> = tokens(text).iter().filter_map(Token::name).collect();
        assert_eq!(names, ["a", "b\"c", "d e", "f'g", "i"]);
        assert!(mentions(text, "D E") && !mentions(text, "h") && !mentions(text, "f'g"));
    }

    #[test]
    fn expressions_are_alike_whatever_their_quoting_case_and_parentheses() {
        assert_eq!(normalised_expression("((\"Age\" >= 0))"), normalised_expression("age>=0"));
        assert_eq!(normalised_expression("(a) + (b)"), "( a ) + ( b )");
        assert_ne!(normalised_expression("a = 'X'"), normalised_expression("a = 'x'"));
    }
}
