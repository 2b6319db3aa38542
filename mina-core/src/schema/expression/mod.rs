//! Expressions of SQL over one table's columns.

mod alone;
mod canonical;
mod datum;
mod dialect;
mod evaluate;
mod fill;
mod settings;
mod walk;
mod yields;

pub(crate) use alone::of_rows;
pub(crate) use dialect::of as grammar;
pub(crate) use walk::children;

use super::{Table, Type, Value};
use crate::engine::Engine;
use crate::sql::lexer::{Kind, Lexeme, lex, significant};
use crate::sql::text::quote_backticks;
use sqlparser::ast::{Expr, Ident};
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Token, Tokenizer};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// An expression of SQL over one table's columns, kept as a tree so that renames reach into it.
///
/// Two expressions are equal when their trees are: white space, case of keywords and unquoted names, and parentheses
/// that change nothing aside. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Expression(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: String,
    tree: Expr,
    engine: Engine,
    canonical: String,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.canonical() == other.canonical()
    }
}

impl Eq for Expression {}

impl Hash for Expression {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sql())
    }
}

impl serde::Serialize for Expression {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.canonical())
    }
}

/// Why a string is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExpressionError(pub String);

/// A tree is walked by recursion, and a long chain of operators is a deep tree.
const MOST_LEVELS: usize = 250;
const MOST_TOKENS: usize = 10_000;

impl Expression {
    /// Parses an expression in an engine's dialect; identifiers in backticks are quoted as the engine quotes.
    ///
    /// # Errors
    ///
    /// The parser's words, where the text is no single expression, or one that nests too deep.
    pub fn parse(text: &str, engine: Engine) -> Result<Self, ExpressionError> {
        let text = quote_backticks(without_ends(text, engine), engine).into_owned();
        let words = |error: &dyn fmt::Display| {
            let words = error.to_string();
            let words = words.trim_start_matches("sql parser error: ");
            ExpressionError(words.to_owned())
        };
        let dialect = dialect::of(engine);
        let tokens = Tokenizer::new(dialect, &text)
            .tokenize_with_location()
            .map_err(|error| words(&error))?;
        if tokens.len() > MOST_TOKENS {
            return Err(ExpressionError(format!("an expression has at most {MOST_TOKENS} tokens")));
        }
        let mut parser = Parser::new(dialect).with_tokens_with_locations(tokens);
        let mut tree = parser.parse_expr().map_err(|error| words(&error))?;
        let rest = parser.peek_token();
        if rest.token != Token::EOF {
            return Err(ExpressionError(format!(
                "expected the end of the expression, found `{}`",
                rest.token
            )));
        }
        if walk::is_deeper(&tree, MOST_LEVELS) {
            return Err(ExpressionError(format!(
                "an expression has at most {MOST_LEVELS} operators in a row"
            )));
        }
        let canonical = canonical::text(&mut tree, engine);
        Ok(Self(Arc::new(Inner {
            text,
            tree,
            engine,
            canonical,
        })))
    }

    /// The SQL, as the engine takes it.
    pub fn sql(&self) -> &str {
        &self.0.text
    }

    /// The tree.
    pub fn tree(&self) -> &Expr {
        &self.0.tree
    }

    /// The engine whose dialect it is in.
    pub fn engine(&self) -> Engine {
        self.0.engine
    }

    fn canonical(&self) -> &str {
        &self.0.canonical
    }

    /// The columns it names, each once, in order of appearance; an unquoted one in lower case on PostgreSQL, else as
    /// written. [`Table::column_in_sql`] finds the column that is meant.
    pub fn columns(&self) -> Vec<String> {
        let mut columns = Vec::new();
        walk::columns(self.tree(), &mut |ident| {
            let name = match ident.quote_style {
                None if self.engine() == Engine::Pg => ident.value.to_lowercase(),
                _ => ident.value.clone(),
            };
            if !columns.contains(&name) {
                columns.push(name);
            }
        });
        columns
    }

    /// Whether it names a column.
    pub fn uses(&self, column: &str) -> bool {
        let mut found = false;
        walk::columns(self.tree(), &mut |ident| found |= walk::is_named(ident, column, self.engine()));
        found
    }

    /// Whether what it means depends on the type of a column: it names it, and asks for more than whether it is NULL.
    pub fn depends_on_type(&self, column: &str) -> bool {
        if !self.uses(column) || matches!(self.tree(), Expr::Identifier(_) | Expr::CompoundIdentifier(_)) {
            return false;
        }
        let lexemes = significant(self.sql(), self.engine());
        let asks_for_null = |at: usize| {
            let rest = &lexemes[at + 1..];
            let is = |index: usize, word: &str| rest.get(index).is_some_and(|lexeme| lexeme.is_word(word));
            is(0, "is") && (is(1, "null") || is(1, "not") && is(2, "null"))
        };
        let mut named = (0..lexemes.len()).filter(|at| lexemes[*at].names(column, self.engine()));
        !named.all(asks_for_null)
    }

    /// The first column it names that a table does not have.
    pub fn missing_column(&self, table: &Table) -> Option<String> {
        self.columns().into_iter().find(|name| table.column_in_sql(name).is_none())
    }

    /// Whether there is a query in it.
    pub fn has_subquery(&self) -> bool {
        walk::any(self.tree(), &|expr| {
            matches!(expr, Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. })
        })
    }

    /// The function in it that is of several rows: an aggregate or over a window.
    pub(crate) fn of_rows(&self) -> Option<String> {
        of_rows(self.tree(), self.engine())
    }

    /// The function in it that gives something else at another time, to another session or by chance.
    pub(crate) fn fickle(&self) -> Option<String> {
        alone::fickle(self.tree(), self.engine())
    }

    /// The function of dates in it that asks what time it is.
    pub(crate) fn asks_the_clock(&self) -> Option<String> {
        alone::asks_the_clock(self.tree())
    }

    /// Whether it calls a function whose name, in lower case, is one of those wanted.
    pub(crate) fn calls(&self, wanted: &dyn Fn(&str) -> bool) -> bool {
        walk::any(self.tree(), &|expr| {
            let Expr::Function(function) = expr else { return false };
            let name = function.name.0.last().and_then(|part| part.as_ident());
            name.is_some_and(|name| wanted(&name.value.to_lowercase()))
        })
    }

    /// The same expression after a column was renamed.
    #[must_use]
    pub fn rename_column(&self, from: &str, to: &str) -> Self {
        let mut places = Vec::new();
        walk::columns(self.tree(), &mut |ident| {
            if walk::is_named(ident, from, self.engine()) {
                places.push(ident.span.start);
            }
        });
        self.replace(&places, to)
    }

    /// The same expression after its table was renamed: only columns written `table.column` change.
    #[must_use]
    pub fn rename_table(&self, from: &str, to: &str) -> Self {
        let mut places = Vec::new();
        walk::qualifiers(self.tree(), &mut |ident| {
            if walk::is_named(ident, from, self.engine()) {
                places.push(ident.span.start);
            }
        });
        self.replace(&places, to)
    }

    fn replace(&self, places: &[Location], name: &str) -> Self {
        if places.is_empty() {
            return self.clone();
        }
        let starts: Vec<usize> = places.iter().filter_map(|place| offset(self.sql(), *place)).collect();
        let mut text = String::with_capacity(self.sql().len());
        for lexeme in lex(self.sql(), self.engine()) {
            if starts.contains(&lexeme.start) && lexeme.is_identifier() {
                text.push_str(&renamed(&lexeme, name, self.engine()));
            } else {
                text.push_str(lexeme.text);
            }
        }
        Self::parse(&text, self.engine()).unwrap_or_else(|_| self.clone())
    }

    /// The same expression with each part of its tree changed, those inside another before it, and written in one way.
    #[must_use]
    pub(crate) fn folded(&self, fold: &dyn Fn(&mut Expr)) -> Self {
        fn descend(expr: &mut Expr, fold: &dyn Fn(&mut Expr)) {
            walk::children_mut(expr).into_iter().for_each(|child| descend(child, fold));
            fold(expr);
        }
        let dialect = dialect::of(self.engine());
        let parsed = Parser::new(dialect)
            .try_with_sql(self.sql())
            .and_then(|mut parser| parser.parse_expr());
        let Ok(mut tree) = parsed else { return self.clone() };
        descend(&mut tree, fold);
        let canonical = canonical::text(&mut tree, self.engine());
        Self(Arc::new(Inner {
            text: canonical.clone(),
            tree,
            engine: self.engine(),
            canonical,
        }))
    }

    /// Whether it can be NULL in no row, given which columns cannot: literals, `now()`, `uuid()`, NOT NULL columns,
    /// coalesce or CASE … ELSE of such, `+ - * ||` of such.
    pub fn never_null(&self, not_null: &dyn Fn(&str) -> bool) -> bool {
        fill::never_null(self.tree(), self.engine(), not_null)
    }

    /// The type of what it yields on the columns of a table; none where its words do not tell.
    pub(crate) fn yields(&self, table: &Table) -> Option<Type> {
        yields::yields(self.tree(), &|ident| self.type_of(ident, table))
    }

    /// The part of it that is another thing under other settings of a session, on PostgreSQL.
    pub(crate) fn by_settings(&self, table: &Table) -> Option<String> {
        let found = settings::by_settings(self.tree(), &|ident| self.type_of(ident, table));
        found.filter(|_| self.engine() == Engine::Pg)
    }

    fn type_of(&self, ident: &Ident, table: &Table) -> Option<Type> {
        let mut columns = table.columns.iter();
        let column = columns.find(|column| walk::is_named(ident, &column.name, self.engine()))?;
        Some(column.ty.clone())
    }

    /// What a check yields where columns hold values: true, false, or unknown (none).
    ///
    /// `value` gives a column's value, [`Value::Null`] for NULL; none where nothing is known of it.
    ///
    /// # Errors
    ///
    /// It cannot be told: a column's value matters and is not known, or the expression is beyond what is evaluated here.
    #[allow(clippy::result_unit_err)]
    pub fn holds(&self, value: &dyn Fn(&str) -> Option<Value>) -> Result<Option<bool>, ()> {
        evaluate::holds(self.tree(), self.engine(), value)
    }
}

/// The text without space and comments around it: a comment at its end would hide what is written after it.
fn without_ends(text: &str, engine: Engine) -> &str {
    let mut meaningful = lex(text, engine).filter(|lexeme| lexeme.kind != Kind::Space);
    let Some(first) = meaningful.next() else { return "" };
    let end = meaningful.last().map_or(first.end(), |last| last.end());
    &text[first.start..end]
}

fn offset(text: &str, place: Location) -> Option<usize> {
    let (mut line, mut column) = (1, 1);
    for (at, next) in text.char_indices() {
        if (line, column) == (place.line, place.column) {
            return Some(at);
        }
        (line, column) = if next == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    None
}

/// The new name, quoted where the old one was or where it has to be.
fn renamed(old: &Lexeme<'_>, name: &str, engine: Engine) -> String {
    let mut chars = name.chars();
    let starts = chars.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_');
    let plain = starts && chars.all(|next| next.is_ascii_lowercase() || next.is_ascii_digit() || next == '_');
    let quoted = old.kind == Kind::Quoted;
    if !quoted && plain && !is_keyword(name) {
        return name.to_owned();
    }
    match engine {
        Engine::Mysql => format!("`{}`", name.replace('`', "``")),
        Engine::Sqlite | Engine::Pg => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

fn is_keyword(name: &str) -> bool {
    let Token::Word(word) = Token::make_keyword(name) else {
        return true;
    };
    word.keyword != Keyword::NoKeyword && !COMMON_NAMES.contains(&name)
}

/// Words of SQL that every engine takes as a column's name, as people use them.
const COMMON_NAMES: &[&str] = &[
    "id",
    "name",
    "status",
    "type",
    "value",
    "version",
    "role",
    "email",
    "state",
    "data",
    "date",
    "time",
    "timestamp",
    "text",
    "level",
    "action",
    "label",
    "location",
    "password",
    "priority",
    "start",
    "count",
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "content",
    "active",
    "enabled",
];

#[cfg(test)]
mod tests {
    use super::*;
    use Engine::{Mysql, Pg, Sqlite};
    use proptest::prelude::*;

    fn parse(text: &str, engine: Engine) -> Expression {
        Expression::parse(text, engine).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn refusal(text: &str) -> String {
        Expression::parse(text, Sqlite).unwrap_err().to_string()
    }

    #[test]
    fn the_whole_text_is_one_expression() {
        insta::assert_snapshot!(refusal("a > 0 b"), @"expected the end of the expression, found `b`");
        insta::assert_snapshot!(refusal("a > 0; DROP TABLE t"), @"expected the end of the expression, found `;`");
        insta::assert_snapshot!(refusal("a >"), @"Expected: an expression, found: EOF");
        insta::assert_snapshot!(refusal("'a"), @"Unterminated string literal at Line: 1, Column: 1");
        insta::assert_snapshot!(refusal(""), @"Expected: an expression, found: EOF");
    }

    #[test]
    fn a_comment_at_the_end_hides_nothing() {
        assert_eq!(parse(" /* a */ a > 0 -- b\n/* c */", Sqlite).sql(), "a > 0");
        assert_eq!(parse("a /* b */ > '--'", Sqlite).sql(), "a /* b */ > '--'");
        insta::assert_snapshot!(refusal("-- a"), @"Expected: an expression, found: EOF");
    }

    #[test]
    fn a_chain_too_long_to_walk_is_refused() {
        let chain = |terms: usize| vec!["a = 1"; terms].join(" OR ");
        insta::assert_snapshot!(refusal(&chain(100_000)), @"an expression has at most 10000 tokens");
        insta::assert_snapshot!(refusal(&chain(300)), @"an expression has at most 250 operators in a row");
        insta::assert_snapshot!(refusal(&["1"; 4_999].join("+")), @"an expression has at most 250 operators in a row");
        let long = parse(&chain(240), Sqlite);
        assert_eq!(long, parse(&chain(240).to_lowercase(), Sqlite));
        assert!(long.uses("a"));
        assert!(!long.never_null(&|_| false));
        assert_eq!(long.holds(&|_| Some(Value::Null)), Ok(None));
        let postfix = format!("a{}", " IS NULL".repeat(240));
        assert_eq!(parse(&postfix, Pg).holds(&|_| Some(Value::Null)), Ok(Some(false)));
        assert!(Expression::parse(&"(".repeat(900), Sqlite).is_err());
    }

    #[test]
    fn equality_is_that_of_the_trees() {
        let same = [
            ("a>0 AND B < 1", "(A > 0) and (b<1)"),
            ("length(title) > 0", "LENGTH( title )>0"),
            ("a AND (b AND c)", "(a AND b) AND c"),
            ("((a))", "a"),
            ("a <> 1", "a != 1"),
        ];
        for (one, other) in same {
            assert_eq!(parse(one, Sqlite), parse(other, Sqlite), "{one}");
        }
        let different = [("(a + b) * c", "a + b * c"), ("a = 'X'", "a = 'x'"), ("a - (b - c)", "a - b - c")];
        for (one, other) in different {
            assert_ne!(parse(one, Sqlite), parse(other, Sqlite), "{one}");
        }
        assert_eq!(parse("\"name\" > 'a'", Pg), parse("NAME > 'a'", Pg));
        assert_ne!(parse("\"Name\" > 'a'", Pg), parse("name > 'a'", Pg));
        assert_eq!(parse("`Name` > 'a'", Mysql), parse("name > 'a'", Mysql));
    }

    #[test]
    fn what_is_sqlites_own_is_understood() {
        let shown = |text| serde_json::to_string(&parse(text, Sqlite)).unwrap();
        insta::assert_snapshot!(shown("a IS 1 OR b IS NOT c"), @r#""((a IS NOT DISTINCT FROM 1) OR (b IS DISTINCT FROM c))""#);
        insta::assert_snapshot!(shown("a ISNULL AND b NOTNULL AND c NOT GLOB 'x*' AND d IS NOT NULL"), @r#""((a IS NULL) AND (b IS NOT NULL) AND (NOT (c GLOB 'x*')) AND (d IS NOT NULL))""#);
        insta::assert_snapshot!(shown("flags & (1 << 2) = 0 AND interval == 1 AND b REGEXP 'x'"), @r#""(((flags & (1 << 2)) = 0) AND (interval = 1) AND (b REGEXP 'x'))""#);
        insta::assert_snapshot!(shown("json_valid(data) AND data ->> '$.a' IN () AND NOT done IS TRUE"), @r#""(json_valid(data) AND ((data ->> '$.a') IN ()) AND (NOT (done IS TRUE)))""#);
    }

    #[test]
    fn columns_are_told_from_functions_types_and_strings() {
        let columns = |text| parse(text, Sqlite).columns().join(" ");
        insta::assert_snapshot!(columns("lower(name) = 'email' AND t.age > CAST(`size` AS integer) OR name IS NULL"), @"name age size");
        insta::assert_snapshot!(columns("CASE WHEN a THEN b ELSE coalesce(c, 1) END BETWEEN d AND e"), @"a b c d e");
        insta::assert_snapshot!(columns("current_timestamp > x COLLATE nocase AND y IN (z, 1) AND true"), @"x y z");
        assert_eq!(parse("Age > 0 AND \"Big\" > 0", Pg).columns(), ["age", "Big"]);
        assert_eq!(
            parse("data->>'a' = 'x' AND tags @> ARRAY[b] AND d::text ~ 'x' AND e[f] = 1", Pg).columns(),
            ["data", "tags", "b", "d", "e", "f"]
        );
    }

    #[test]
    fn a_rename_keeps_what_was_written() {
        let renamed = |text, engine| parse(text, engine).rename_column("name", "title").to_string();
        insta::assert_snapshot!(renamed("length( Name )>0  -- the name\n AND name(x) <> 'name' AND t.\"name\" IS NULL", Sqlite), @r#"
        length( title )>0  -- the name
         AND name(x) <> 'name' AND t."title" IS NULL
        "#);
        insta::assert_snapshot!(renamed("é.\"Name\" = name", Pg), @r#"é."Name" = title"#);
        insta::assert_snapshot!(renamed("other > 0", Pg), @"other > 0");
        insta::assert_snapshot!(parse("a > 0", Mysql).rename_column("a", "order"), @"`order` > 0");
        insta::assert_snapshot!(parse("a > 0", Pg).rename_column("a", "Größe"), @r#""Größe" > 0"#);
        insta::assert_snapshot!(parse("users.id > 0 AND users > 1", Pg).rename_table("users", "people"), @"people.id > 0 AND users > 1");
    }

    fn expressions() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            Just("name".to_owned()),
            Just("\"name\"".to_owned()),
            Just("t.name".to_owned()),
            Just("NAME".to_owned()),
            Just("'name'".to_owned()),
            Just("other".to_owned()),
            Just("12".to_owned()),
            Just("NULL".to_owned()),
        ];
        leaf.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}  + {b}")),
                (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} OR\n{b})")),
                inner.clone().prop_map(|a| format!("name({a})")),
                inner.clone().prop_map(|a| format!("CAST({a} AS text)")),
                inner.clone().prop_map(|a| format!("(NOT {a} /* name */)")),
                (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("CASE WHEN {a} THEN {b} ELSE {c} END")),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_rename_reaches_every_place_and_can_be_taken_back(text in expressions()) {
            for &engine in &[Sqlite, Pg] {
                let before = parse(&text, engine);
                let after = before.rename_column("name", "title");
                prop_assert!(!after.uses("name"));
                prop_assert_eq!(after.uses("title"), before.uses("name"));
                prop_assert_eq!(after.rename_column("title", "name"), before);
            }
        }

        #[test]
        fn no_text_is_too_odd(text in "[a-z0-9'\"`()\\[\\].,*/|<>=! $-]{0,40}|\\PC{0,30}") {
            for &engine in Engine::ALL {
                if let Ok(expression) = Expression::parse(&text, engine) {
                    prop_assert_eq!(expression.rename_column("a", "a").uses("a"), expression.uses("a"));
                    expression.never_null(&|_| true);
                    let _ = expression.holds(&|_| Some(Value::Null));
                    prop_assert_eq!(&expression, &expression.clone());
                }
            }
        }
    }
}
