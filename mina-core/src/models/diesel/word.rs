/// A name as Diesel's own `print-schema` would write it: what is no identifier is bent into one, a keyword gets a `_`.
pub fn identifier(name: &str) -> String {
    let mut word: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    if word.starts_with(|c: char| c.is_numeric()) || word.is_empty() {
        word.insert(0, '_');
    }
    if KEYWORDS.contains(&word.as_str()) {
        word.push('_');
    }
    word
}

/// The reserved words of Rust 2024, `_`, and the names that `table!` itself gives to what it makes.
const KEYWORDS: &[&str] = &[
    "_",
    "Self",
    "abstract",
    "all_columns",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "columns",
    "const",
    "continue",
    "crate",
    "do",
    "dsl",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "sql_type",
    "star",
    "static",
    "struct",
    "super",
    "table",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words_of_rust() {
        let words = ["users", "type", "2fa", "first name", "columns"].map(identifier);
        assert_eq!(words, ["users", "type_", "_2fa", "first_name", "columns_"]);
    }
}
