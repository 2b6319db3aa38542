//! What statements of SQL name, held against a schema.
//!
//! What is said to be missing is missing for sure: a text that sqlparser cannot read, a table function, a view, a name that SQL
//! made without saying so end every doubt in the text's favour.

mod expression;
mod name;
mod query;
mod scope;
mod statement;

pub(crate) use name::words;

use super::text::{ddl_kind, split_statements};
use crate::engine::Engine;
use crate::schema::{ObjectName, Schema, Table};
use scope::Columns;
use sqlparser::ast::Statement;
use sqlparser::parser::Parser;
use std::collections::HashSet;
use std::sync::Arc;

/// A name that means nothing where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Missing {
    /// There is no such table or view.
    Table(ObjectName),
    /// The table has no such column.
    Column { table: Arc<Table>, name: String },
    /// None of the statement's tables has such a column.
    Anywhere { tables: Vec<Arc<Table>>, name: String },
    /// No table of the statement is called so.
    Qualifier(String),
}

/// What a text names that is not there, each once; none where no statement of it can be read.
pub(crate) fn missing(sql: &str, engine: Engine, schema: &Schema) -> Option<Vec<Missing>> {
    let mut reader = Reader {
        engine,
        schema,
        made: HashSet::new(),
        queries: Vec::new(),
        found: Vec::new(),
        levels: 0,
    };
    let mut read = false;
    for text in split_statements(sql, engine) {
        if ddl_kind(text, engine).is_some() {
            name::words(text, engine, &mut |word| {
                reader.made.insert(word.to_lowercase());
            });
        } else if let Some(statements) = parse(text, engine) {
            read = true;
            statements.iter().for_each(|statement| {
                reader.statement(statement, None);
            });
        }
    }
    read.then_some(reader.found)
}

/// A tree is walked, and taken down, by recursion.
const MOST_OPERATORS: usize = 2_000;
const MOST_LEVELS: usize = 200;

/// The statements of a text in an engine's dialect; none where the parser does not know them, or they nest too deep.
pub(crate) fn parse(sql: &str, engine: Engine) -> Option<Vec<Statement>> {
    if name::operators(sql, engine) > MOST_OPERATORS {
        return None;
    }
    Parser::parse_sql(crate::schema::grammar(engine), sql).ok()
}

struct Reader<'a> {
    engine: Engine,
    schema: &'a Schema,
    /// What statements before made, temporary tables and the like, in lower case.
    made: HashSet<String>,
    /// The queries of every WITH around, the nearest last.
    queries: Vec<(String, Columns)>,
    found: Vec<Missing>,
    levels: usize,
}

impl Reader<'_> {
    fn say(&mut self, missing: Missing) {
        if !self.found.contains(&missing) {
            self.found.push(missing);
        }
    }

    /// Does something one level deeper, unless that is too deep.
    fn deeper<T: Default>(&mut self, then: impl FnOnce(&mut Self) -> T) -> T {
        if self.levels == MOST_LEVELS {
            return T::default();
        }
        self.levels += 1;
        let done = then(self);
        self.levels -= 1;
        done
    }
}

#[cfg(test)]
mod tests;
