//! CREATE INDEX, and what an index is on.

use super::column::collation;
use super::names::{Kind, Names};
use super::reader::{Reader, Reading, beyond};
use super::words::{ident, plain, sql_string, table_ref};
use mina_core::engine::Engine;
use mina_core::schema::Table;
use mina_core::syntax::Span;
use mina_core::syntax::ast::{IndexDef, IndexElementDef, IndexKeyDef, Statement, StatementKind};
use sqlparser::ast::{self, OrderBySort};

impl Reader<'_> {
    pub fn create_index(&mut self, made: &ast::CreateIndex) -> Reading<Option<Vec<Statement>>> {
        let table_name = self.table_name(&made.table_name)?;
        let table = self.table(&table_name)?;
        let given = match &made.name {
            Some(name) => Some(self.object_name(name)?.name.to_string()),
            None => None,
        };
        let is_there = given.as_deref().is_some_and(|name| self.index_owner(name).is_some());
        if made.if_not_exists && is_there {
            return Ok(None);
        }
        if self.engine() == Engine::Mysql && made.columns.iter().any(has_length) {
            self.lost.push("an index on the beginning of a column".to_owned());
            return Ok(Some(Vec::new()));
        }
        let mut elements = self.elements(&made.columns)?;
        declare(self, table, &mut elements);
        let mut names = Names::new(self.target, &table_name, self.schema, given.clone());
        let mut index = self.index_def(given, elements, made.unique, &mut names);
        index.nulls_not_distinct = made.nulls_distinct == Some(false);
        index.filter = made.predicate.as_ref().map(|filter| sql_string(filter.to_string()));
        index.include = made.include.iter().map(|column| ident(self.name(column))).collect();
        index.concurrently = made.concurrently;
        index.method = made
            .using
            .as_ref()
            .map(|method| method.to_string().to_lowercase())
            .filter(|method| method != "btree")
            .map(ident);
        for option in &made.with {
            self.lose(format!("WITH ({option})"));
        }
        for option in &made.index_options {
            match option {
                ast::IndexOption::Using(ast::IndexType::BTree) => {}
                other => self.lose(other),
            }
        }
        Ok(Some(vec![plain(StatementKind::CreateIndex {
            table: table_ref(&table_name),
            index,
        })]))
    }

    /// The table that has an index, or a constraint with one, of that name.
    pub fn index_owner(&self, name: &str) -> Option<&Table> {
        let is = |other: &str| match self.engine() {
            Engine::Pg => other == name,
            _ => other.eq_ignore_ascii_case(name),
        };
        let mut tables = self.schema.tables().values();
        let found = tables.find(|table| {
            let indexes = table.indexes.iter().map(|index| &index.name.text);
            indexes
                .chain(table.uniques.iter().map(|unique| &unique.name.text))
                .any(|other| is(other))
        });
        found.map(|table| &**table)
    }

    pub fn index_def(&mut self, given: Option<String>, elements: Vec<IndexElementDef>, unique: bool, names: &mut Names<'_>) -> IndexDef {
        let columns: Vec<String> = elements
            .iter()
            .map(|element| match &element.key {
                IndexKeyDef::Column(name) => name.text.clone(),
                IndexKeyDef::Expression(_) => "expr".to_owned(),
            })
            .collect();
        // Said always: an index stands by itself, and what it is called is how it is dropped.
        let name = given.or_else(|| names.pick(Kind::Index, None, &columns, None));
        IndexDef {
            unique,
            ..index(name, elements)
        }
    }

    pub fn elements(&mut self, columns: &[ast::IndexColumn]) -> Reading<Vec<IndexElementDef>> {
        let mut elements = Vec::new();
        for column in columns {
            let options = &column.column.options;
            let (expr, collate) = match &column.column.expr {
                ast::Expr::Collate { expr, collation: name } => (&**expr, Some(ident(collation(self, name)?))),
                expr => (expr, None),
            };
            let key = match expr {
                ast::Expr::Identifier(name) => IndexKeyDef::Column(ident(self.name(name))),
                ast::Expr::Nested(inner) => IndexKeyDef::Expression(sql_string(inner.to_string())),
                expr if self.engine() == Engine::Mysql && has_length(column) => {
                    return beyond(format!("an index on the beginning of a column, `{expr}`"));
                }
                expr => IndexKeyDef::Expression(sql_string(expr.to_string())),
            };
            let descending = match &options.sort {
                Some(OrderBySort::Desc) => true,
                Some(OrderBySort::Asc) | None => false,
                Some(_) => return beyond("an order by an operator"),
            };
            elements.push(IndexElementDef {
                key,
                descending,
                nulls_first: options.nulls_first.filter(|first| *first != descending),
                collate,
                class: match &column.operator_class {
                    Some(class) => Some(ident(self.object_name(class)?.name.to_string())),
                    None => None,
                },
            });
        }
        Ok(elements)
    }
}

/// Whether it is the beginning of a column, as in `title(20)`.
fn has_length(column: &ast::IndexColumn) -> bool {
    let ast::Expr::Function(call) = &column.column.expr else {
        return false;
    };
    match &call.args {
        ast::FunctionArguments::List(list) => matches!(
            &list.args[..],
            [ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Value(_)))]
        ),
        _ => false,
    }
}

/// Columns as the table declares them.
fn declare(reader: &Reader<'_>, table: &Table, elements: &mut [IndexElementDef]) {
    for element in elements {
        if let IndexKeyDef::Column(name) = &mut element.key
            && reader.engine() != Engine::Pg
            && let Some(column) = table.column_in_sql(&name.text)
        {
            name.text.clone_from(&column.name);
        }
    }
}

pub fn index(name: Option<String>, elements: Vec<IndexElementDef>) -> IndexDef {
    IndexDef {
        name: name.map(ident),
        elements,
        unique: false,
        nulls_not_distinct: false,
        filter: None,
        method: None,
        include: Vec::new(),
        concurrently: false,
        span: Span::default(),
    }
}

pub fn element(column: &str) -> IndexElementDef {
    IndexElementDef {
        key: IndexKeyDef::Column(ident(column)),
        descending: false,
        nulls_first: None,
        collate: None,
        class: None,
    }
}
