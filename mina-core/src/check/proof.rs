//! Whether what is known of the rows proves that a constraint holds for them.

use super::facts::{Cell, Facts, Row, Rows, column, literal};
use super::rows::Demand;
use crate::schema::{Check, Column, Constraint, Expression, ForeignKey, Index, IndexKey, ObjectName, Schema, Value};
use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator};

/// Whether a demand is met by every row there can be.
pub(super) fn proved(demand: &Demand, facts: &Facts, schema: &Schema) -> bool {
    let rows = facts.of(demand.table());
    if rows.are_none() {
        return true;
    }
    let in_force = InForce::new(demand.table(), schema, &rows);
    match demand {
        Demand::NotNull { column, .. } => not_null(&column.name, &rows, &in_force),
        Demand::Unique {
            columns,
            nulls_not_distinct,
            ..
        } => unique(columns, *nulls_not_distinct, &rows, &in_force),
        Demand::Index { index, .. } => unique_index(index, &rows, &in_force),
        Demand::PrimaryKey { columns, .. } => {
            columns.iter().all(|column| not_null(column, &rows, &in_force)) && unique(columns, true, &rows, &in_force)
        }
        Demand::Check { check, .. } => holds(check, &rows, &in_force),
        Demand::ForeignKey { key, .. } => refers(key, &rows, &in_force, facts, schema),
        Demand::Exclusion { exclusion, .. } => in_force.constraints.iter().any(|constraint| match constraint {
            Constraint::Exclusion(other) => {
                other.elements == exclusion.elements && (other.filter.is_none() || other.filter == exclusion.filter)
            }
            _ => false,
        }),
        Demand::EnumValue { column, value, .. } => {
            let other = |cell: Cell| cell.is_null() || cell.value().is_some_and(|held| *held != Value::String(value.clone()));
            let told = match &rows.all {
                Some(rows) => rows.iter().all(|row| row.get(column).cloned().is_some_and(other)),
                None => other(rows.column(column)),
            };
            told || rows.sweeps.iter().any(|sweep| {
                let caught = catches_value(sweep.filter.tree(), column, value);
                let since = sweep.set.as_ref().is_none_or(|set| {
                    let assigned = set.iter().find(|(name, _)| name == column).and_then(|(_, value)| literal(value));
                    assigned.is_some_and(|assigned| assigned != Value::String(value.clone()))
                });
                caught && since
            })
        }
        Demand::Type { before, .. } => rows.column(&before.name).is_null(),
    }
}

/// The constraints that hold for the rows: those in force, and those that were with nothing written since.
struct InForce {
    constraints: Vec<Constraint>,
    indexes: Vec<Index>,
    not_null: Vec<String>,
}

impl InForce {
    fn new(table: &ObjectName, schema: &Schema, rows: &Rows) -> Self {
        let table = schema.table(table);
        let now = table
            .into_iter()
            .flat_map(|table| table.constraints())
            .map(|constraint| constraint.to_owned());
        let valid = |constraint: &Constraint| match constraint {
            Constraint::ForeignKey(key) => !key.not_valid,
            Constraint::Check(check) => !check.not_valid,
            _ => true,
        };
        let indexes = table.into_iter().flat_map(|table| &table.indexes).filter(|index| index.unique);
        let columns = table.into_iter().flat_map(|table| &table.columns);
        Self {
            constraints: now.chain(rows.held.iter().cloned()).filter(valid).collect(),
            indexes: indexes.chain(&rows.held_indexes).cloned().collect(),
            not_null: columns
                .filter(|column| !column.nullable)
                .map(|column| column.name.clone())
                .collect(),
        }
    }

    /// The sets of columns that no two rows share.
    fn unique_sets(&self) -> impl Iterator<Item = (Vec<&str>, bool)> {
        fn plain(columns: &[String]) -> Vec<&str> {
            columns.iter().map(String::as_str).collect()
        }
        let constraints = self.constraints.iter().filter_map(|constraint| match constraint {
            Constraint::PrimaryKey(key) => Some((plain(&key.columns), true)),
            Constraint::Unique(unique) => Some((plain(&unique.columns), unique.nulls_not_distinct)),
            _ => None,
        });
        let indexes = self.indexes.iter().filter(|index| index.filter.is_none());
        constraints.chain(indexes.filter_map(|index| Some((index.plain_columns()?, index.nulls_not_distinct))))
    }
}

fn not_null(column: &str, rows: &Rows, in_force: &InForce) -> bool {
    let implied = in_force.constraints.iter().any(|constraint| match constraint {
        Constraint::PrimaryKey(key) => key.columns.iter().any(|name| name == column),
        Constraint::Check(check) => says_not_null(check.expression.tree(), column),
        _ => false,
    });
    implied || in_force.not_null.iter().any(|name| name == column) || rows.column(column).is_not_null()
}

/// Whether an expression that holds says of a column that it is not NULL, in these words.
pub(super) fn says_not_null(tree: &Expr, column: &str) -> bool {
    conjuncts(tree).iter().any(|term| is_not_null(term, column))
}

pub(super) fn is_not_null(tree: &Expr, name: &str) -> bool {
    match tree {
        Expr::IsNotNull(inner) => column(inner).is_some_and(|column| column == name),
        _ => false,
    }
}

fn unique(columns: &[String], nulls_not_distinct: bool, rows: &Rows, in_force: &InForce) -> bool {
    if let Some(all) = &rows.all
        && distinct(all, columns, nulls_not_distinct)
    {
        return true;
    }
    if !nulls_not_distinct && columns.iter().any(|column| rows.column(column).is_null()) {
        return true;
    }
    in_force.unique_sets().any(|(set, strict)| {
        let no_nulls = || set.iter().all(|column| not_null(column, rows, in_force));
        set.iter().all(|column| columns.iter().any(|other| other == column)) && (strict || !nulls_not_distinct || no_nulls())
    })
}

fn distinct(rows: &[Row], columns: &[String], nulls_not_distinct: bool) -> bool {
    let mut seen: Vec<Vec<&Value>> = Vec::new();
    for row in rows {
        let cells: Vec<&Cell> = columns.iter().filter_map(|column| row.get(column)).collect();
        if cells.len() < columns.len() {
            return false;
        }
        if !nulls_not_distinct && cells.iter().any(|cell| cell.is_null()) {
            continue;
        }
        let Some(values) = cells.iter().map(|cell| cell.value()).collect::<Option<Vec<_>>>() else {
            return rows.len() == 1;
        };
        if seen.contains(&values) {
            return false;
        }
        seen.push(values);
    }
    true
}

fn unique_index(index: &Index, rows: &Rows, in_force: &InForce) -> bool {
    let columns = index.elements.iter().filter_map(|element| match &element.key {
        IndexKey::Column(name) => Some(name.clone()),
        IndexKey::Expression(_) => None,
    });
    let columns: Vec<String> = columns.collect();
    let all_columns = columns.len() == index.elements.len();
    let by_columns = !columns.is_empty()
        && match all_columns {
            true => unique(&columns, index.nulls_not_distinct, rows, in_force),
            // Expressions beside them can only tell more rows apart.
            false => in_force.unique_sets().any(|(set, strict)| {
                (strict || !index.nulls_not_distinct) && set.iter().all(|column| columns.iter().any(|other| other == column))
            }),
        };
    by_columns
        || in_force.indexes.iter().any(|other| {
            let keys = |index: &Index| index.elements.iter().map(|element| element.key.clone()).collect::<Vec<_>>();
            let same = keys(other).iter().all(|key| keys(index).contains(key));
            let filters = other.filter.is_none() || other.filter == index.filter;
            same && filters && (other.nulls_not_distinct || !index.nulls_not_distinct)
        })
}

fn holds(check: &Check, rows: &Rows, in_force: &InForce) -> bool {
    let passes = |cells: &dyn Fn(&str) -> Cell| {
        let value = |name: &str| cells(name).value().cloned();
        matches!(check.expression.holds(&value), Ok(Some(true) | None))
    };
    if let Some(all) = &rows.all
        && all
            .iter()
            .all(|row| passes(&|name| row.get(name).cloned().unwrap_or(Cell::Unknown)))
    {
        return true;
    }
    if passes(&|name| rows.column(name)) {
        return true;
    }
    let tree = check.expression.tree();
    let held: Vec<&Expr> = in_force
        .constraints
        .iter()
        .filter_map(|constraint| match constraint {
            Constraint::Check(other) => Some(conjuncts(other.expression.tree())),
            _ => None,
        })
        .flatten()
        .collect();
    let implied = |term: &Expr| {
        let known = |name: &str| not_null(name, rows, in_force);
        held.contains(&term) || matches!(term, Expr::IsNotNull(inner) if column(inner).is_some_and(|name| known(&name)))
    };
    conjuncts(tree).into_iter().all(implied)
        || rows.sweeps.iter().any(|sweep| {
            let since = sweep.set.as_ref().is_none_or(|set| passes(&|name| assigned(set, name)));
            since && disjuncts(sweep.filter.tree()).into_iter().any(|term| negates(term, tree))
        })
}

/// Whether rows that are there meet a check with what a new column begins with.
pub(super) fn begins_within(new: &Column, check: &Check) -> bool {
    let begin = Cell::of_default(new);
    let value = |name: &str| begin.value().filter(|_| name == new.name).cloned();
    matches!(check.expression.holds(&value), Ok(Some(true) | None))
}

fn assigned(set: &[(String, Expression)], name: &str) -> Cell {
    let value = set.iter().find(|(column, _)| column == name).and_then(|(_, value)| literal(value));
    value.map_or(Cell::Unknown, Cell::Value)
}

fn bare(tree: &Expr) -> &Expr {
    match tree {
        Expr::Nested(inner) => bare(inner),
        tree => tree,
    }
}

fn terms(tree: &Expr, by: &BinaryOperator) -> Vec<Expr> {
    match bare(tree) {
        Expr::BinaryOp { left, op, right } if op == by => {
            let mut all = terms(left, by);
            all.extend(terms(right, by));
            all
        }
        tree => vec![tree.clone()],
    }
}

fn conjuncts(tree: &Expr) -> Vec<&Expr> {
    parts(tree, &BinaryOperator::And)
}

fn disjuncts(tree: &Expr) -> Vec<&Expr> {
    parts(tree, &BinaryOperator::Or)
}

fn parts<'e>(tree: &'e Expr, by: &BinaryOperator) -> Vec<&'e Expr> {
    match bare(tree) {
        Expr::BinaryOp { left, op, right } if op == by => {
            let mut all = parts(left, by);
            all.extend(parts(right, by));
            all
        }
        tree => vec![tree],
    }
}

/// Whether a filter catches every row for which a check is false.
fn negates(filter: &Expr, check: &Expr) -> bool {
    let (filter, check) = (bare(filter), bare(check));
    if let Expr::UnaryOp {
        op: UnaryOperator::Not,
        expr,
    } = filter
    {
        return bare(expr) == check;
    }
    match (filter, check) {
        (Expr::BinaryOp { left, op, right }, Expr::BinaryOp { left: l, op: o, right: r }) => {
            let opposite = match o {
                BinaryOperator::Gt => BinaryOperator::LtEq,
                BinaryOperator::GtEq => BinaryOperator::Lt,
                BinaryOperator::Lt => BinaryOperator::GtEq,
                BinaryOperator::LtEq => BinaryOperator::Gt,
                BinaryOperator::Eq => BinaryOperator::NotEq,
                BinaryOperator::NotEq => BinaryOperator::Eq,
                _ => return false,
            };
            *op == opposite && bare(left) == bare(l) && bare(right) == bare(r)
        }
        (
            Expr::InList { expr, list, negated: true },
            Expr::InList {
                expr: e,
                list: l,
                negated: false,
            },
        ) => bare(expr) == bare(e) && list == l,
        (Expr::IsNull(filter), Expr::IsNotNull(check)) => bare(filter) == bare(check),
        _ => false,
    }
}

fn catches_value(filter: &Expr, name: &str, value: &str) -> bool {
    let is_value = |tree: &Expr| matches!(bare(tree), Expr::Value(found) if found.value.clone().into_string().as_deref() == Some(value));
    terms(filter, &BinaryOperator::Or).iter().any(|term| match term {
        Expr::BinaryOp {
            left,
            op: BinaryOperator::Eq,
            right,
        } => column(left).is_some_and(|column| column == name) && is_value(right),
        Expr::InList {
            expr,
            list,
            negated: false,
        } => column(expr).is_some_and(|column| column == name) && list.iter().any(is_value),
        _ => false,
    })
}

fn refers(key: &ForeignKey, rows: &Rows, in_force: &InForce, facts: &Facts, schema: &Schema) -> bool {
    if key.columns.iter().any(|column| rows.column(column).is_null()) {
        return true;
    }
    let target = facts.of(&key.table);
    let there = |cells: &dyn Fn(&str) -> Cell| {
        let values: Vec<Cell> = key.columns.iter().map(|column| cells(column)).collect();
        values.iter().any(Cell::is_null)
            || target.inserted.iter().any(|row| {
                key.referred
                    .iter()
                    .zip(&values)
                    .all(|(column, value)| value.value().is_some() && row.get(column) == Some(value))
            })
    };
    if let Some(all) = &rows.all
        && all.iter().all(|row| there(&|name| row.get(name).cloned().unwrap_or(Cell::Unknown)))
    {
        return true;
    }
    if there(&|name| rows.column(name)) {
        return true;
    }
    let same = in_force.constraints.iter().any(|constraint| match constraint {
        Constraint::ForeignKey(other) => other.table == key.table && same_pairs(other, key),
        _ => false,
    });
    same || rows.sweeps.iter().any(|sweep| {
        let since = sweep
            .set
            .as_ref()
            .is_none_or(|set| key.columns.iter().any(|column| assigned(set, column).is_null()));
        since
            && disjuncts(sweep.filter.tree())
                .into_iter()
                .any(|term| catches_orphans(term, key, schema))
    })
}

fn same_pairs(a: &ForeignKey, b: &ForeignKey) -> bool {
    let pairs = |key: &ForeignKey| {
        let mut pairs: Vec<(String, String)> = key.columns.iter().cloned().zip(key.referred.iter().cloned()).collect();
        pairs.sort();
        pairs
    };
    pairs(a) == pairs(b)
}

/// `c NOT IN (SELECT r FROM t)`
fn catches_orphans(filter: &Expr, key: &ForeignKey, schema: &Schema) -> bool {
    let ([own], [referred]) = (&key.columns[..], &key.referred[..]) else {
        return false;
    };
    let Expr::InSubquery {
        expr,
        subquery,
        negated: true,
    } = filter
    else {
        return false;
    };
    let never_null = schema
        .table(&key.table)
        .and_then(|table| table.column(referred))
        .is_some_and(|column| !column.nullable);
    let plain: String = subquery.to_string().chars().filter(|c| !matches!(c, '"' | '`')).collect();
    never_null
        && column(expr).is_some_and(|column| column == *own)
        && plain.eq_ignore_ascii_case(&format!("SELECT {referred} FROM {}", key.table))
}
