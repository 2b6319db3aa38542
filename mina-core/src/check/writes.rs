//! What a statement of SQL writes, as far as it can be read.

use crate::engine::Engine;
use crate::schema::{Expression, ObjectName};
use crate::sql::reference::parse;
use sqlparser::ast::{self, AssignmentTarget, FromTable, Statement, TableFactor, TableObject, TableWithJoins};

/// What one statement does to rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Write {
    /// It writes no rows.
    Nothing,
    Update {
        table: ObjectName,
        set: Vec<(String, Expression)>,
        filter: Option<Expression>,
    },
    Delete {
        table: ObjectName,
        filter: Option<Expression>,
    },
    /// Rows of one table, in a way that is not read.
    Rows {
        table: ObjectName,
    },
    /// Anything.
    Unknown,
}

/// What an `execute` writes, a statement each.
pub(super) fn of_sql(sql: &str, engine: Engine) -> Vec<Write> {
    match parse(sql, engine) {
        Some(statements) => statements.iter().map(|statement| of_statement(statement, engine)).collect(),
        None => vec![Write::Unknown],
    }
}

/// What `update t { set = …, where = … }` writes.
pub(super) fn update(table: &ObjectName, set: &str, filter: Option<&str>, engine: Engine) -> Write {
    let Some(set) = assignments(set, engine) else {
        return Write::Rows { table: table.clone() };
    };
    match filter.map(|filter| Expression::parse(filter, engine)) {
        Some(Err(_)) => Write::Rows { table: table.clone() },
        filter => Write::Update {
            table: table.clone(),
            set,
            filter: filter.and_then(Result::ok),
        },
    }
}

/// What `delete t { where = … }` writes; rows less are no rows worse, so an unreadable filter is a filter.
pub(super) fn delete(table: &ObjectName, filter: Option<&str>, engine: Engine) -> Write {
    match filter.map(|filter| Expression::parse(filter, engine)) {
        Some(Err(_)) => Write::Rows { table: table.clone() },
        filter => Write::Delete {
            table: table.clone(),
            filter: filter.and_then(Result::ok),
        },
    }
}

/// The columns that a `set` assigns, with what.
pub(super) fn assignments(set: &str, engine: Engine) -> Option<Vec<(String, Expression)>> {
    let statements = parse(&format!("UPDATE t SET {set}"), engine)?;
    match &statements[..] {
        [Statement::Update(update)] if update.selection.is_none() && update.from.is_none() => assigned(update, engine),
        _ => None,
    }
}

/// The names of the columns that a `set` assigns, as they stand there.
pub(crate) fn assigned_columns(set: &str, engine: Engine) -> Option<Vec<String>> {
    let columns = assignments(set, engine)?;
    Some(columns.into_iter().map(|(column, _)| column).collect())
}

fn of_statement(statement: &Statement, engine: Engine) -> Write {
    match statement {
        Statement::Update(update) => of_update(update, engine).unwrap_or(Write::Unknown),
        Statement::Delete(delete) => of_delete(delete, engine).unwrap_or(Write::Unknown),
        Statement::Insert(insert) => match &insert.table {
            TableObject::TableName(name) => object(name).map_or(Write::Unknown, |table| Write::Rows { table }),
            _ => Write::Unknown,
        },
        Statement::Set(_) | Statement::Pragma { .. } | Statement::Analyze(_) => Write::Nothing,
        Statement::Query(query) if matches!(*query.body, ast::SetExpr::Select(_)) && query.with.is_none() => Write::Nothing,
        _ => Write::Unknown,
    }
}

fn of_update(update: &ast::Update, engine: Engine) -> Option<Write> {
    let table = sole_table(&update.table)?;
    if update.from.is_some() || update.or.is_some() || update.limit.is_some() {
        return Some(Write::Rows { table });
    }
    let filter = match &update.selection {
        None => None,
        Some(filter) => Some(expression(filter, engine)?),
    };
    match assigned(update, engine) {
        Some(set) => Some(Write::Update { table, set, filter }),
        None => Some(Write::Rows { table }),
    }
}

fn assigned(update: &ast::Update, engine: Engine) -> Option<Vec<(String, Expression)>> {
    let each = update.assignments.iter().map(|assignment| {
        let AssignmentTarget::ColumnName(name) = &assignment.target else {
            return None;
        };
        Some((object(name)?.name.to_string(), expression(&assignment.value, engine)?))
    });
    each.collect()
}

fn of_delete(delete: &ast::Delete, engine: Engine) -> Option<Write> {
    let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
    let [from] = &from[..] else { return None };
    let table = sole_table(from)?;
    if delete.using.is_some() || delete.limit.is_some() || !delete.tables.is_empty() {
        return Some(Write::Rows { table });
    }
    let filter = match &delete.selection {
        None => None,
        Some(filter) => Some(expression(filter, engine)?),
    };
    Some(Write::Delete { table, filter })
}

fn sole_table(table: &TableWithJoins) -> Option<ObjectName> {
    match &table.relation {
        TableFactor::Table { name, .. } if table.joins.is_empty() => object(name),
        _ => None,
    }
}

fn object(name: &ast::ObjectName) -> Option<ObjectName> {
    let parts: Option<Vec<&str>> = name
        .0
        .iter()
        .map(|part| part.as_ident().map(|ident| ident.value.as_str()))
        .collect();
    match parts?[..] {
        [name] => Some(ObjectName::new(name)),
        [schema, name] => Some(ObjectName {
            schema: Some(schema.into()),
            name: name.into(),
        }),
        _ => None,
    }
}

pub(super) fn expression(tree: &ast::Expr, engine: Engine) -> Option<Expression> {
    Expression::parse(&tree.to_string(), engine).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str) -> Vec<String> {
        let show = |write: Write| match write {
            Write::Update { table, set, filter } => {
                let set: Vec<String> = set.iter().map(|(column, value)| format!("{column}={value}")).collect();
                format!(
                    "update {table} {} where {}",
                    set.join(","),
                    filter.map_or("-".into(), |filter| filter.to_string())
                )
            }
            Write::Delete { table, filter } => format!("delete {table} where {}", filter.map_or("-".into(), |f| f.to_string())),
            Write::Rows { table } => format!("rows {table}"),
            other => format!("{other:?}"),
        };
        of_sql(sql, Engine::Sqlite).into_iter().map(show).collect()
    }

    #[test]
    fn statements_are_read_one_by_one() {
        assert_eq!(
            shown("UPDATE users SET a = 1, b = 'x' WHERE a IS NULL; DELETE FROM t; INSERT INTO s SELECT 1; PRAGMA user_version = 3"),
            ["update users a=1,b='x' where a IS NULL", "delete t where -", "rows s", "Nothing"]
        );
    }

    #[test]
    fn what_is_not_read_may_write_anything() {
        assert_eq!(shown("nonsense here"), ["Unknown"]);
        assert_eq!(shown("WITH x AS (SELECT 1) SELECT * FROM x"), ["Unknown"]);
    }
}
