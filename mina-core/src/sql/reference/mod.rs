//! What statements of SQL name, held against a schema.
//!
//! What is said to be wrong is wrong for sure: a text that sqlparser cannot read, a table function, a view, a name that SQL
//! made without saying so end every doubt in the text's favour.

mod expression;
mod name;
mod query;
mod scope;
mod statement;

pub(crate) use name::words;

use super::text::{ddl_kind, split_statements};
use super::trigger::statements;
use crate::engine::Engine;
use crate::schema::{ObjectName, Schema, Table};
use scope::{Columns, Scope};
use sqlparser::ast::Statement;
use sqlparser::parser::Parser;
use std::collections::HashSet;
use std::sync::Arc;

/// A name that means nothing where it stands, or not what it has to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// There is no such table or view.
    Table(ObjectName),
    /// The table has no such column.
    Column { table: Arc<Table>, name: String },
    /// None of the statement's tables has such a column.
    Anywhere { tables: Vec<Arc<Table>>, name: String },
    /// No table of the statement is called so.
    Qualifier(String),
    /// A value is given to a column that is generated.
    Generated { table: Arc<Table>, name: String },
    /// What rows are chosen by, or a row is given, calls a function of several rows.
    OfRows(String),
}

/// What a text names wrongly, each once; none where no statement of it can be read.
pub(crate) fn faults(sql: &str, engine: Engine, schema: &Schema) -> Option<Vec<Fault>> {
    Reader::new(engine, schema).read(split_statements(sql, engine), None)
}

/// The same of what a trigger runs, as far as its body says it: `NEW` and `OLD` are rows of its table there.
pub(crate) fn faults_of_trigger(body: &str, table: &ObjectName, engine: Engine, schema: &Schema) -> Vec<Fault> {
    let row = schema.table(table).map_or(Columns::Unknown, |table| Columns::Of(table.clone()));
    let mut rows = Scope::default();
    for name in ["new", "old"] {
        rows.add(Some(name.to_owned()), row.clone());
    }
    let statements = statements(body, engine);
    let read = Reader::new(engine, schema).read(statements.iter().map(String::as_str), Some(&rows));
    read.unwrap_or_default()
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
    found: Vec<Fault>,
    levels: usize,
}

impl<'a> Reader<'a> {
    fn new(engine: Engine, schema: &'a Schema) -> Self {
        Self {
            engine,
            schema,
            made: HashSet::new(),
            queries: Vec::new(),
            found: Vec::new(),
            levels: 0,
        }
    }

    fn read<'s>(mut self, texts: impl IntoIterator<Item = &'s str>, outer: Option<&Scope<'_>>) -> Option<Vec<Fault>> {
        let mut read = false;
        for text in texts {
            if ddl_kind(text, self.engine).is_some() {
                name::words(text, self.engine, &mut |word| {
                    self.made.insert(word.to_lowercase());
                });
            } else if let Some(statements) = parse(text, self.engine) {
                read = true;
                statements.iter().for_each(|statement| self.statement(statement, outer));
            }
        }
        read.then_some(self.found)
    }

    fn say(&mut self, missing: Fault) {
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
