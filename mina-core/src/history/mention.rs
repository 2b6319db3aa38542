use crate::engine::Engine;
use crate::sql::lexer::significant;

/// The identifiers in a text of SQL, in lower case, those in the code of a function included.
pub(super) fn words(sql: &str, engine: Engine) -> Vec<String> {
    let mut words = Vec::new();
    for lexeme in significant(sql, engine) {
        if lexeme.is_identifier() {
            words.push(lexeme.name().to_lowercase());
        } else if let Some((body, _)) = lexeme.dollar_body() {
            words.extend(self::words(body, engine));
        }
    }
    words
}

/// The words of Rust, in lower case.
pub(super) fn words_of_rust(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// The words that stand where a statement names the table it writes to.
pub(super) fn written(words: &[String]) -> Vec<&str> {
    const VERBS: &[&str] = &["update", "into", "truncate", "table"];
    const BETWEEN: &[&str] = &["or", "ignore", "replace", "abort", "rollback", "fail", "only", "table", "into"];
    let mut written = Vec::new();
    let mut awaited = false;
    let mut previous = "";
    for word in words.iter().map(String::as_str) {
        if VERBS.contains(&word) || (word == "from" && previous == "delete") {
            awaited = true;
        } else if awaited && !BETWEEN.contains(&word) {
            awaited = false;
            written.push(word);
        }
        previous = word;
    }
    written
}

/// The words that stand where a table does.
pub(super) fn relations(words: &[String]) -> impl Iterator<Item = &str> {
    const BEFORE: &[&str] = &["from", "join", "into", "update", "truncate"];
    const NEVER: &[&str] = &["or", "only", "table", "select", "set"];
    let pairs = words.windows(2).filter(|pair| BEFORE.contains(&pair[0].as_str()));
    pairs.map(|pair| pair[1].as_str()).filter(|word| !NEVER.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{relations, words, written};
    use crate::engine::Engine;

    #[test]
    fn statements_write_to_one_table_and_read_others() {
        for (sql, expected) in [
            ("UPDATE users SET a = (SELECT b FROM workspaces)", "users"),
            ("INSERT OR IGNORE INTO \"users\" SELECT * FROM old_users", "users"),
            (
                "DELETE FROM users WHERE id IN (SELECT user_id FROM bans); UPDATE ONLY tasks SET a = 'into jail'",
                "users tasks",
            ),
            ("SELECT a FROM users -- UPDATE tasks", ""),
        ] {
            assert_eq!(written(&words(sql, Engine::Sqlite)).join(" "), expected, "{sql}");
        }
    }

    #[test]
    fn tables_are_found_where_a_table_can_stand() {
        let words = words("INSERT INTO a SELECT x FROM b JOIN c ON b.id = c.id", Engine::Pg);
        assert_eq!(relations(&words).collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
