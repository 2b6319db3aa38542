//! Views in one form, whether a history says them or the server prints them: qualified, with every column under a name.

use super::fold;
use crate::engine::Engine;
use crate::schema::Expression;
use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Ident, Join, JoinConstraint, JoinOperator, LimitClause, ObjectNamePart, OrderByKind, Query, Select,
    SelectItem, SetExpr, Statement, TableFactor, TableWithJoins,
};
use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;

/// Whether two queries say the same: the tables that columns are qualified with, and names that columns have anyway, aside.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    matches!((canonical(one), canonical(other)), (Some(one), Some(other)) if one == other)
}

fn canonical(body: &str) -> Option<String> {
    let text = fold::without_charsets(body);
    match Parser::parse_sql(&MySqlDialect {}, &text).ok()?.as_slice() {
        [Statement::Query(query)] => query_text(query),
        _ => None,
    }
}

/// None where there is something in it that is not looked at here: such a query is compared word by word.
fn query_text(query: &Query) -> Option<String> {
    if query.fetch.is_some() || !query.locks.is_empty() || query.for_clause.is_some() {
        return None;
    }
    let mut text = String::new();
    if let Some(with) = &query.with {
        let tables = with.cte_tables.iter().map(|table| {
            let columns: Vec<String> = table.alias.columns.iter().map(|column| column.name.value.to_lowercase()).collect();
            let name = table.alias.name.value.to_lowercase();
            Some(format!("{name} ({}) AS ({})", columns.join(", "), query_text(&table.query)?))
        });
        let tables: Vec<String> = tables.collect::<Option<_>>()?;
        text += &format!("WITH {}{} ", if with.recursive { "RECURSIVE " } else { "" }, tables.join(", "));
    }
    text += &set_text(&query.body)?;
    if let Some(order) = &query.order_by {
        let OrderByKind::Expressions(keys) = &order.kind else { return None };
        let keys = keys.iter().map(|key| {
            let descending = if matches!(key.options.sort, Some(sqlparser::ast::OrderBySort::Desc)) {
                " DESC"
            } else {
                ""
            };
            Some(format!("{}{descending}", expression(&key.expr)?))
        });
        text += &format!(" ORDER BY {}", keys.collect::<Option<Vec<_>>>()?.join(", "));
    }
    match &query.limit_clause {
        None => {}
        Some(LimitClause::LimitOffset {
            limit, offset, limit_by, ..
        }) if limit_by.is_empty() => {
            if let Some(limit) = limit {
                text += &format!(" LIMIT {limit}");
            }
            if let Some(offset) = offset {
                text += &format!(" OFFSET {}", offset.value);
            }
        }
        Some(LimitClause::OffsetCommaLimit { offset, limit }) => text += &format!(" LIMIT {limit} OFFSET {offset}"),
        Some(_) => return None,
    }
    Some(text)
}

fn set_text(set: &SetExpr) -> Option<String> {
    match set {
        SetExpr::Select(select) => select_text(select),
        SetExpr::Query(query) => query_text(query),
        SetExpr::SetOperation {
            op,
            set_quantifier,
            left,
            right,
        } => Some(format!("({} {op} {set_quantifier} {})", set_text(left)?, set_text(right)?)),
        _ => None,
    }
}

fn select_text(select: &Select) -> Option<String> {
    let distinct = match &select.distinct {
        None => "",
        Some(Distinct::Distinct) => "DISTINCT ",
        Some(_) => return None,
    };
    let items: Vec<String> = select.projection.iter().map(item).collect::<Option<_>>()?;
    let mut text = format!("SELECT {distinct}{}", items.join(", "));
    let from: Vec<String> = select.from.iter().map(tables).collect::<Option<_>>()?;
    if !from.is_empty() {
        text += &format!(" FROM {}", from.join(" JOIN "));
    }
    if let Some(filter) = &select.selection {
        text += &format!(" WHERE {}", expression(filter)?);
    }
    match &select.group_by {
        GroupByExpr::Expressions(keys, modifiers) if modifiers.is_empty() => {
            if !keys.is_empty() {
                let keys: Vec<String> = keys.iter().map(expression).collect::<Option<_>>()?;
                text += &format!(" GROUP BY {}", keys.join(", "));
            }
        }
        _ => return None,
    }
    if let Some(having) = &select.having {
        text += &format!(" HAVING {}", expression(having)?);
    }
    Some(text)
}

/// The name that a column has anyway is the column's own, or the words of its expression.
fn item(item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::UnnamedExpr(expr) => expression(expr),
        SelectItem::ExprWithAlias { expr, alias } => {
            let text = expression(expr)?;
            let own = match expr {
                Expr::Identifier(ident) => ident.value.eq_ignore_ascii_case(&alias.value),
                Expr::CompoundIdentifier(parts) => parts.last().is_some_and(|last| last.value.eq_ignore_ascii_case(&alias.value)),
                _ => fold::read(&alias.value).is_some_and(|read| read.sql() == text),
            };
            Some(if own {
                text
            } else {
                format!("{text} AS {}", alias.value.to_lowercase())
            })
        }
        _ => None,
    }
}

/// An expression in one form, the queries in it likewise; none where one of these is not looked at here.
fn expression(expr: &Expr) -> Option<String> {
    let whole = std::cell::Cell::new(true);
    let read = Expression::parse(&expr.to_string(), Engine::Mysql).ok()?;
    let folded = read.folded(&|expr| {
        let written = std::mem::replace(expr, Expr::Identifier(Ident::new("")));
        *expr = match query(&written) {
            Some(Some(text)) => Expr::Identifier(Ident::new(text)),
            Some(None) => {
                whole.set(false);
                written
            }
            None => fold::folded(written),
        };
    });
    whole.get().then(|| folded.sql().to_owned())
}

/// The text of an expression that is a query or about one; none inside where the query is not looked at here.
///
/// The query of an EXISTS gets a limit, which says nothing.
fn query(expr: &Expr) -> Option<Option<String>> {
    let not = |negated: bool| if negated { "NOT " } else { "" };
    Some(match expr {
        Expr::Exists { subquery, negated } => {
            let mut query = Query::clone(subquery);
            query.limit_clause = None;
            query_text(&query).map(|text| format!("{}EXISTS ({text})", not(*negated)))
        }
        Expr::InSubquery { expr, subquery, negated } => {
            let left = fold::read(&expr.to_string());
            let left = left.map_or_else(|| expr.to_string(), |left| left.sql().to_owned());
            query_text(subquery).map(|text| format!("{left} {}IN ({text})", not(*negated)))
        }
        Expr::Subquery(query) => query_text(query).map(|text| format!("({text})")),
        _ => return None,
    })
}

fn tables(table: &TableWithJoins) -> Option<String> {
    let mut text = factor(&table.relation)?;
    for join in &table.joins {
        text += &joined(join)?;
    }
    Some(text)
}

fn joined(join: &Join) -> Option<String> {
    let (word, constraint) = match &join.join_operator {
        JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) | JoinOperator::CrossJoin(constraint) => ("JOIN", constraint),
        JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => ("LEFT JOIN", constraint),
        JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => ("RIGHT JOIN", constraint),
        _ => return None,
    };
    let on = match constraint {
        JoinConstraint::On(expr) => format!(" ON {}", expression(expr)?),
        JoinConstraint::None => String::new(),
        _ => return None,
    };
    Some(format!(" {word} {}{on}", factor(&join.relation)?))
}

fn factor(factor: &TableFactor) -> Option<String> {
    match factor {
        TableFactor::Table { name, args: None, .. } => name
            .0
            .last()
            .and_then(ObjectNamePart::as_ident)
            .map(|ident| ident.value.to_lowercase()),
        TableFactor::Derived { subquery, .. } => Some(format!("({})", query_text(subquery)?)),
        TableFactor::NestedJoin { table_with_joins, .. } => tables(table_with_joins),
        _ => None,
    }
}
