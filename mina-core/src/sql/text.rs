//! Texts of SQL, read by their tokens: raw statements and the bodies of views, triggers and functions.
//!
//! Nothing here fails: a text that is no SQL has tokens too.

use super::lexer::{Kind, Lexeme, lex, significant};
use super::names::Names;
use crate::engine::Engine;
use crate::schema::ObjectName;
use std::borrow::Cow;

/// The text with identifiers in backticks quoted as the engine quotes.
pub fn quote_backticks(sql: &str, engine: Engine) -> Cow<'_, str> {
    if engine == Engine::Mysql || !sql.contains('`') {
        return Cow::Borrowed(sql);
    }
    let lexemes: Vec<Lexeme<'_>> = lex(sql, engine).collect();
    let foreign = lexemes.iter().any(is_foreign_language);
    let mut quoted = String::with_capacity(sql.len());
    for lexeme in &lexemes {
        match lexeme.kind {
            Kind::Quoted if lexeme.text.starts_with('`') => quoted.push_str(&quote(&lexeme.name())),
            Kind::Dollar if !foreign => match lexeme.dollar_body() {
                Some((body, start)) => {
                    let open = start - lexeme.start;
                    quoted.push_str(&lexeme.text[..open]);
                    quoted.push_str(&quote_backticks(body, engine));
                    quoted.push_str(&lexeme.text[open + body.len()..]);
                }
                None => quoted.push_str(lexeme.text),
            },
            _ => quoted.push_str(lexeme.text),
        }
    }
    Cow::Owned(quoted)
}

/// The text with identifiers that the engine quotes in backticks, as every engine's SQL may be written.
///
/// A text that holds a body in another language, or a name with a backtick in it, stays as it is.
pub(crate) fn in_backticks(sql: &str, engine: Engine) -> String {
    if engine == Engine::Mysql || !sql.contains('"') {
        return sql.to_owned();
    }
    let lexemes: Vec<Lexeme<'_>> = lex(sql, engine).collect();
    let unsafe_to_say = |lexeme: &Lexeme<'_>| lexeme.kind == Kind::Dollar || lexeme.kind == Kind::Quoted && lexeme.name().contains('`');
    if lexemes.iter().any(unsafe_to_say) {
        return sql.to_owned();
    }
    let said = lexemes.iter().map(|lexeme| match lexeme.kind {
        Kind::Quoted if lexeme.text.starts_with('"') => format!("`{}`", lexeme.name()),
        _ => lexeme.text.to_owned(),
    });
    said.collect()
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `plpython3u`, `plperl` and the like, in whose bodies a backtick is their own.
fn is_foreign_language(lexeme: &Lexeme<'_>) -> bool {
    lexeme.kind == Kind::Word && lexeme.text.to_ascii_lowercase().starts_with("pl") && {
        let name = lexeme.text.to_ascii_lowercase();
        ["plpython", "plperl", "plv8", "pltcl", "pljava", "plr", "plsh", "plrust"]
            .iter()
            .any(|language| name.starts_with(language))
    }
}

/// The statements of a text, without their semicolons and the space around them.
///
/// A semicolon in a string, in a comment or in the body of a trigger, function, procedure or event ends nothing.
pub fn split_statements(sql: &str, engine: Engine) -> Vec<&str> {
    let mut statements = Vec::new();
    let mut nesting = Nesting::default();
    let mut start = None;
    let mut end = 0;
    for lexeme in lex(sql, engine) {
        if lexeme.kind == Kind::Space {
            continue;
        }
        if lexeme.is_mark(';') && nesting.depth == 0 {
            statements.extend(start.take().map(|start| &sql[start..end]));
            nesting = Nesting::default();
            continue;
        }
        nesting.see(&lexeme, engine);
        start.get_or_insert(lexeme.start);
        end = lexeme.end();
    }
    statements.extend(start.map(|start| &sql[start..end]));
    statements
}

#[derive(Default)]
struct Nesting {
    depth: u32,
    head: Head,
    statement_start: bool,
    after_end: bool,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Head {
    #[default]
    Start,
    Create,
    WithBody,
    Plain,
}

impl Nesting {
    fn see(&mut self, lexeme: &Lexeme<'_>, engine: Engine) {
        self.head = match self.head {
            Head::Start if lexeme.is_word("create") => Head::Create,
            Head::Start => Head::Plain,
            Head::Create if lexeme.is_one_of(&["trigger", "function", "procedure", "event"]) => Head::WithBody,
            Head::Create if lexeme.is_one_of(&["table", "view", "index", "database", "schema", "sequence", "type"]) => Head::Plain,
            head => head,
        };
        if self.head != Head::WithBody {
            return;
        }
        let after_end = std::mem::take(&mut self.after_end);
        let starts = std::mem::replace(
            &mut self.statement_start,
            lexeme.is_mark(';') || lexeme.is_mark(':') || lexeme.is_one_of(&["begin", "then", "else", "do", "loop", "repeat", "row"]),
        );
        let opens_block = engine == Engine::Mysql && starts && lexeme.is_one_of(&["if", "loop", "repeat", "while"]);
        if lexeme.is_word("end") {
            self.depth = self.depth.saturating_sub(1);
            self.after_end = true;
        } else if after_end && lexeme.is_one_of(&["if", "loop", "repeat", "while", "case"]) {
            self.statement_start = false;
        } else if opens_block || lexeme.is_one_of(&["begin", "case"]) {
            self.depth += 1;
        }
    }
}

/// A statement that changes the schema, by its first words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ddl {
    /// What it does.
    pub verb: DdlVerb,
    /// To what kind of object, in lower case: `table`, `unique index`, `materialized view`.
    pub object: String,
    /// The object's schema and name, where it has one.
    pub name: Option<ObjectName>,
    /// Whether the object is the session's own: `CREATE TEMP TABLE`.
    pub temporary: bool,
}

/// What a statement does to the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DdlVerb {
    Create,
    Alter,
    Drop,
    Rename,
    Truncate,
    Comment,
}

/// What a statement does to the schema, by its first words; none where it moves rows or sets up the session.
///
/// The code of a `DO` block is looked into.
pub fn ddl_kind(statement: &str, engine: Engine) -> Option<Ddl> {
    let lexemes = significant(statement, engine);
    if engine == Engine::Pg && lexemes.first()?.is_word("do") {
        let code = lexemes.iter().find_map(Lexeme::dollar_body)?.0;
        return ddl_in_code(&significant(code, engine), engine);
    }
    ddl_at(&lexemes, engine)
}

fn ddl_in_code(lexemes: &[Lexeme<'_>], engine: Engine) -> Option<Ddl> {
    let mut starts = true;
    for (at, lexeme) in lexemes.iter().enumerate() {
        if let Some(ddl) = starts.then(|| ddl_at(&lexemes[at..], engine)).flatten() {
            return Some(ddl);
        }
        starts = lexeme.is_mark(';') || lexeme.is_one_of(&["begin", "then", "else", "loop"]);
    }
    None
}

fn ddl_at(lexemes: &[Lexeme<'_>], engine: Engine) -> Option<Ddl> {
    let (first, rest) = lexemes.split_first()?;
    let verb = match first.text.to_ascii_lowercase().as_str() {
        _ if first.kind != Kind::Word => return None,
        "create" => DdlVerb::Create,
        "alter" => DdlVerb::Alter,
        "drop" => DdlVerb::Drop,
        "rename" => DdlVerb::Rename,
        "truncate" => DdlVerb::Truncate,
        "comment" => DdlVerb::Comment,
        _ => return None,
    };
    if verb == DdlVerb::Comment && !rest.first().is_some_and(|lexeme| lexeme.is_word("on")) {
        return None;
    }
    let mut object = Vec::new();
    let mut temporary = false;
    let mut named = rest.len();
    for (at, lexeme) in rest.iter().enumerate() {
        if lexeme.is_one_of(&["temp", "temporary"]) {
            temporary = true;
        } else if lexeme.is_one_of(MODIFIERS) {
            object.push(lexeme.text.to_ascii_lowercase());
        } else if lexeme.is_one_of(OBJECTS) {
            object.push(lexeme.text.to_ascii_lowercase());
            named = at + 1;
            break;
        } else if verb == DdlVerb::Truncate {
            object.push("table".to_owned());
            named = at;
            break;
        } else if at > 12 {
            break;
        }
    }
    let after = rest.get(named..).unwrap_or_default();
    let skipped = ["concurrently", "if", "not", "exists", "only"];
    let after = &after[after.iter().take_while(|lexeme| lexeme.is_one_of(&skipped)).count()..];
    Some(Ddl {
        verb,
        object: object.join(" "),
        name: object_name(after, engine),
        temporary,
    })
}

const MODIFIERS: &[&str] = &[
    "unique",
    "materialized",
    "virtual",
    "foreign",
    "unlogged",
    "fulltext",
    "spatial",
    "recursive",
];

const OBJECTS: &[&str] = &[
    "table",
    "index",
    "view",
    "trigger",
    "sequence",
    "type",
    "domain",
    "function",
    "procedure",
    "aggregate",
    "schema",
    "database",
    "extension",
    "column",
    "constraint",
    "event",
    "role",
    "user",
    "policy",
    "rule",
    "server",
    "operator",
    "collation",
    "cast",
    "publication",
    "subscription",
    "statistics",
    "package",
    "tablespace",
    "language",
    "conversion",
];

pub(super) fn object_name(lexemes: &[Lexeme<'_>], engine: Engine) -> Option<ObjectName> {
    match lexemes {
        [schema, dot, name, ..] if schema.is_identifier() && dot.is_mark('.') && name.is_identifier() => Some(ObjectName {
            schema: Some(schema.name_on(engine).into()),
            name: name.name_on(engine).into(),
        }),
        [name, ..] if name.is_identifier() => Some(ObjectName::new(&name.name_on(engine))),
        _ => None,
    }
}

/// Whether a text reads or writes a table or view.
pub fn mentions_table(sql: &str, engine: Engine, table: &ObjectName) -> bool {
    names_table(sql, engine, table, false)
}

/// The same; `whole` where another table has the bare name of this one, which stands in a namespace.
pub(crate) fn names_table(sql: &str, engine: Engine, table: &ObjectName, whole: bool) -> bool {
    may_name(sql, &table.name) && Names::of(sql, engine, None).whole(whole).table(table)
}

/// Whether a text may name a column of a table; `on` is the table of the trigger whose body it is.
///
/// A column behind an alias or a name counts for the table that it stands for; a bare one for every table of its
/// statement.
pub fn mentions_column(sql: &str, engine: Engine, on: Option<&ObjectName>, table: &ObjectName, column: &str) -> bool {
    names_column(sql, engine, on, (table, column), false)
}

/// The same; `whole` where another table has the bare name of this one, which stands in a namespace.
pub(crate) fn names_column(sql: &str, engine: Engine, on: Option<&ObjectName>, (table, column): (&ObjectName, &str), whole: bool) -> bool {
    may_name(sql, column) && Names::of(sql, engine, on).whole(whole).column(table, column)
}

/// Whether a query selects `*` or `a.*`, where it matters which columns there are (not `count(*)`, not in `EXISTS`).
pub fn selects_star(sql: &str, engine: Engine) -> bool {
    sql.contains('*') && {
        let lexemes = significant(sql, engine);
        (0..lexemes.len()).any(|at| lexemes[at].is_mark('*') && is_star(&lexemes, at))
    }
}

fn is_star(lexemes: &[Lexeme<'_>], at: usize) -> bool {
    let back = |steps: usize| at.checked_sub(steps).map(|at| &lexemes[at]);
    let in_call = back(1).is_none_or(|before| before.is_mark('('));
    let in_exists = back(1).is_some_and(|it| it.is_word("select"))
        && back(2).is_some_and(|it| it.is_mark('('))
        && back(3).is_some_and(|it| it.is_word("exists"));
    let is_last = lexemes.get(at + 1).is_none_or(|next| {
        next.is_mark(',')
            || next.is_mark(')')
            || next.is_mark(';')
            || next.is_one_of(&[
                "from",
                "into",
                "where",
                "group",
                "having",
                "order",
                "limit",
                "union",
                "except",
                "intersect",
                "window",
                "fetch",
                "offset",
                "for",
            ])
    });
    is_last && !in_call && !in_exists
}

/// Whether a text calls a function, or names it as `EXECUTE FUNCTION f()` does.
pub(crate) fn calls(sql: &str, name: &str) -> bool {
    let mut rest = sql;
    while let Some(at) = find_word(rest, name) {
        let after = rest[at + name.len()..].trim_start_matches(['"', '`', ' ', '\n', '\t']);
        if after.starts_with('(') {
            return true;
        }
        rest = &rest[at + name.len()..];
    }
    false
}

pub(crate) fn find_word(sql: &str, word: &str) -> Option<usize> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    sql.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = sql[..*at].chars().next_back();
        let after = sql[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

/// Whether two texts say the same: white space, comments and the case of unquoted words aside.
pub fn is_same(one: &str, other: &str) -> bool {
    fn pieces(sql: &str) -> Vec<Lexeme<'_>> {
        significant(sql, Engine::Pg)
    }
    let same = |(one, other): (&Lexeme<'_>, &Lexeme<'_>)| {
        one.kind == other.kind && (one.text == other.text || one.kind == Kind::Word && one.text.eq_ignore_ascii_case(other.text))
    };
    // In `#` MariaDB begins a comment, which ends where the line does.
    one == other
        || !one.contains('#') && {
            let (one, other) = (pieces(one), pieces(other));
            one.len() == other.len() && one.iter().zip(&other).all(same)
        }
}

/// Whether a text is worth a closer look: a quote in a name is written twice.
fn may_name(sql: &str, name: &str) -> bool {
    name.contains(['"', '`']) || contains_ignoring_case(sql, name)
}

fn contains_ignoring_case(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    part.is_empty() || part.len() <= text.len() && text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Engine::{Mysql, Pg, Sqlite};
    use proptest::prelude::*;

    fn users() -> ObjectName {
        ObjectName::new("users")
    }

    #[test]
    fn backticks_become_the_quotes_of_the_engine_outside_strings_and_comments() {
        let sql = "SELECT `a\"b`, 'it`s' FROM `user` -- `x`";
        insta::assert_snapshot!(quote_backticks(sql, Pg), @r#"SELECT "a""b", 'it`s' FROM "user" -- `x`"#);
        insta::assert_snapshot!(quote_backticks(sql, Sqlite), @r#"SELECT "a""b", 'it`s' FROM "user" -- `x`"#);
        insta::assert_snapshot!(quote_backticks(sql, Mysql), @r#"SELECT `a"b`, 'it`s' FROM `user` -- `x`"#);
    }

    #[test]
    fn the_code_of_a_function_is_quoted_unless_it_is_another_language() {
        insta::assert_snapshot!(quote_backticks("AS $$ DELETE FROM `user` $$ LANGUAGE plpgsql", Pg), @r#"AS $$ DELETE FROM "user" $$ LANGUAGE plpgsql"#);
        insta::assert_snapshot!(quote_backticks("AS $$ `ls` $$ LANGUAGE plperl", Pg), @"AS $$ `ls` $$ LANGUAGE plperl");
    }

    #[test]
    fn statements_end_at_semicolons_outside_strings_and_bodies() {
        let sql = "INSERT INTO a VALUES (';'); -- ;\n CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN y THEN 1 ELSE 2 END; DELETE FROM b; END; SELECT 1;;";
        insta::assert_debug_snapshot!(split_statements(sql, Sqlite), @r#"
        [
            "INSERT INTO a VALUES (';')",
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = CASE WHEN y THEN 1 ELSE 2 END; DELETE FROM b; END",
            "SELECT 1",
        ]
        "#);
        insta::assert_debug_snapshot!(split_statements("BEGIN; DO $x$ a; b $x$; COMMIT", Pg), @r#"
        [
            "BEGIN",
            "DO $x$ a; b $x$",
            "COMMIT",
        ]
        "#);
        let sql = "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF NEW.x IS NULL THEN SET NEW.x = if(1, 2, 3); END IF; SELECT 2";
        insta::assert_debug_snapshot!(split_statements(sql, Mysql), @r#"
        [
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF NEW.x IS NULL THEN SET NEW.x = if(1, 2, 3); END IF",
            "SELECT 2",
        ]
        "#);
    }

    #[test]
    fn schema_changes_are_told_from_what_moves_rows() {
        let shown = |sql, engine| match ddl_kind(sql, engine) {
            None => "none".to_owned(),
            Some(ddl) => {
                let name = ddl.name.map_or_else(|| "?".to_owned(), |name| name.to_string());
                format!("{:?} {} {name} {}", ddl.verb, ddl.object, ddl.temporary)
            }
        };
        insta::assert_snapshot!(shown("/* c */ alter Table ONLY app.Users add x int", Pg), @"Alter table app.users false");
        insta::assert_snapshot!(shown("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ix ON t (a)", Pg), @"Create unique index ix false");
        insta::assert_snapshot!(shown("CREATE TEMP TABLE x AS SELECT 1", Sqlite), @"Create table x true");
        insta::assert_snapshot!(shown("TRUNCATE users", Pg), @"Truncate table users false");
        insta::assert_snapshot!(shown("CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT 1", Pg), @"Create materialized view v false");
        insta::assert_snapshot!(shown("CREATE DEFINER=`a`@`b` TRIGGER g BEFORE INSERT ON t", Mysql), @"Create trigger g false");
        insta::assert_snapshot!(shown("/*!50000 DROP TABLE t */", Mysql), @"Drop table t false");
        insta::assert_snapshot!(shown("DO $$ BEGIN IF true THEN ALTER TABLE t ADD x int; END IF; END $$", Pg), @"Alter table t false");
        for sql in [
            "UPDATE t SET a = 'drop'",
            "SET x = 1",
            "PRAGMA foreign_keys",
            "WITH a AS (SELECT 1) DELETE FROM t",
            "",
            ";",
            "comment",
        ] {
            assert_eq!(ddl_kind(sql, Sqlite), None, "{sql}");
        }
    }

    #[test]
    fn a_table_is_mentioned_where_a_table_can_stand() {
        for sql in [
            "SELECT 1 FROM users",
            "SELECT 1 FROM a, Users",
            "SELECT 1 FROM a JOIN \"users\" u ON u.id = a.id",
            "SELECT users.id FROM (SELECT 1)",
            "AFTER INSERT BEGIN INSERT INTO users (a) VALUES (1); END",
            "SELECT 1 FROM (a CROSS JOIN b), (users)",
            "SELECT (SELECT max(id) FROM main.users)",
        ] {
            assert!(mentions_table(sql, Sqlite, &users()), "{sql}");
        }
        for sql in [
            "SELECT users FROM a",
            "SELECT 'users' FROM a -- users",
            "SELECT count(*) AS users FROM a, b",
            "SELECT 1 FROM a users_x",
            "",
        ] {
            assert!(!mentions_table(sql, Sqlite, &users()), "{sql}");
        }
        assert!(mentions_table(
            "RETURNS trigger AS $$ BEGIN DELETE FROM users; END $$ LANGUAGE plpgsql",
            Pg,
            &users()
        ));
        assert!(!mentions_table("SELECT 1 FROM \"Users\"", Pg, &users()));
    }

    #[test]
    fn a_column_counts_for_the_table_it_stands_for() {
        let named = |sql| mentions_column(sql, Sqlite, None, &users(), "email");
        assert!(named("SELECT email FROM users"));
        assert!(named("SELECT u.email FROM users AS u JOIN a ON 1"));
        assert!(named("SELECT a.id FROM a, users u WHERE u.\"email\" IS NULL"));
        assert!(!named("SELECT u.id, a.email FROM users u JOIN a ON a.id = u.id"));
        assert!(!named("SELECT email FROM people"));
        assert!(!named("SELECT id AS email FROM users"));
        assert!(!named("SELECT 'email', email(id) FROM users"));
        assert!(!named("INSERT INTO audit (email) SELECT id FROM users"));
        assert!(!named("WITH x AS (SELECT id AS email FROM users) SELECT x.email FROM x"));
    }

    #[test]
    fn new_and_old_are_rows_of_the_triggers_table() {
        let named = |sql| mentions_column(sql, Sqlite, Some(&users()), &users(), "email");
        assert!(named("AFTER UPDATE OF email, name BEGIN SELECT 1; END"));
        assert!(named("AFTER UPDATE WHEN new.email <> old.name BEGIN SELECT 1; END"));
        assert!(named("AFTER UPDATE BEGIN INSERT INTO audit (what) VALUES (OLD.email); END"));
        assert!(!named("AFTER UPDATE BEGIN INSERT INTO audit (email) VALUES (OLD.id); END"));
        assert!(!named("AFTER UPDATE BEGIN UPDATE people SET email = NEW.id; END"));
        let people = ObjectName::new("people");
        assert!(mentions_column(
            "AFTER UPDATE BEGIN UPDATE people SET email = NEW.id; END",
            Sqlite,
            Some(&users()),
            &people,
            "email"
        ));
        assert!(!mentions_column(
            "AFTER UPDATE BEGIN UPDATE people SET x = NEW.email; END",
            Sqlite,
            Some(&users()),
            &people,
            "email"
        ));
    }

    #[test]
    fn a_star_is_found_where_it_stands_for_columns() {
        for sql in [
            "SELECT * FROM t",
            "SELECT a, t.* FROM t",
            "SELECT DISTINCT ON (a) * FROM t",
            "SELECT 1 UNION SELECT *",
            "SELECT x.*, 1 FROM x",
        ] {
            assert!(selects_star(sql, Pg), "{sql}");
        }
        for sql in [
            "SELECT count(*) FROM t",
            "SELECT a * b, 2 * 3 FROM t",
            "SELECT '*' FROM t",
            "SELECT 1 WHERE EXISTS (SELECT * FROM t)",
        ] {
            assert!(!selects_star(sql, Pg), "{sql}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(sql in "(SELECT |FROM |users|\\.|,|\\(|\\)|;|\\*|AS |BEGIN |END |CASE |'|\"|`|\\$\\$|DO |CREATE |TRIGGER |email|u |INTO |/\\*|--|\\[|é|E'|\\\\){0,25}") {
            for &engine in Engine::ALL {
                quote_backticks(&sql, engine);
                for statement in split_statements(&sql, engine) {
                    prop_assert!(sql.contains(statement));
                    ddl_kind(statement, engine);
                }
                mentions_table(&sql, engine, &users());
                mentions_column(&sql, engine, Some(&users()), &users(), "email");
                selects_star(&sql, engine);
            }
        }

        #[test]
        fn quoting_twice_changes_nothing_more(sql in "[a-z`'\"$ -]{0,40}") {
            for &engine in Engine::ALL {
                let once = quote_backticks(&sql, engine).into_owned();
                prop_assert_eq!(quote_backticks(&once, engine).into_owned(), once.clone());
            }
        }
    }
}
