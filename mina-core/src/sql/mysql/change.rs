//! What one operation changes about a table that stays, as clauses of ALTER TABLE.

use super::alter::{Clause, Part, drop_check};
use super::plan::{self, Cost, Plan};
use super::{Mysql, column, keyed, quote, string, table, types};
use crate::engine::{Product, Target};
use crate::history::Resolved;
use crate::operation::{Operation, Using};
use crate::schema::{Column, Constraint, Default, ForeignKey, Index, ObjectName, Schema, Table, Value};
use crate::sql::Dialect;
use std::sync::Arc;

/// The clauses of an operation; none where it is no single change of one table.
pub(super) fn clauses(resolved: &Resolved, target: Target) -> Option<(&ObjectName, Vec<Clause>)> {
    let (before, after) = (&resolved.before, &resolved.after);
    Some(match &resolved.operation {
        Operation::AddColumn {
            table,
            column,
            constraints,
            indexes,
        } => {
            let mut clauses = vec![add_column(column, after, target)];
            clauses.extend(indexes.iter().map(|index| add_index(index, after.table(table).map(AsRef::as_ref))));
            clauses.extend(
                constraints
                    .iter()
                    .filter_map(|constraint| add_constraint(constraint, after.table(table))),
            );
            (table, clauses)
        }
        Operation::DropColumn {
            table,
            column,
            constraints,
            indexes,
            ..
        } => {
            let mut clauses: Vec<Clause> = constraints.iter().filter_map(drop_constraint).collect();
            clauses.extend(indexes.iter().map(|index| drop_index(&index.name.text)));
            clauses.push(Clause::new(
                format!("DROP COLUMN {}", quote(&column.name)),
                if column.generated.is_some() {
                    Plan::COPY
                } else {
                    Plan::NEARLY_INSTANT
                },
                Part::Column(column.name.clone()),
            ));
            (table, clauses)
        }
        Operation::RenameColumn { table, from, to } => (table, rename_column(table, from, to, resolved, target)),
        Operation::AlterColumn {
            table,
            before: old,
            after: new,
            using: Using::Implicit | Using::Cast,
        } if !keyed::is_tied(table, old, new, before) => (table, alter_indexed(resolved, (table, old, new), target)),
        Operation::CreateConstraint { table, constraint } => (table, add_constraint(constraint, before.table(table)).into_iter().collect()),
        Operation::DropConstraint { table, constraint } => (table, drop_constraint(constraint).into_iter().collect()),
        Operation::RenameConstraint { table, from, to } => {
            let there = before.table(table)?;
            (table, rename_constraint(there, from, to, target))
        }
        Operation::CreateIndex { table, index, .. } => (table, vec![add_index(index, after.table(table).map(AsRef::as_ref))]),
        Operation::DropIndex { table, index, .. } => (table, vec![drop_index(&index.name.text)]),
        Operation::RenameIndex { table, from, to } => (table, rename_index(before.table(table)?, from, to, target)),
        Operation::CommentOnTable { table, after, .. } => {
            let sql = format!("COMMENT = {}", string(after.as_deref().unwrap_or_default()));
            (table, vec![Clause::new(sql, Plan::new(Cost::Instant, Cost::Copy), Part::Comment)])
        }
        _ => return None,
    })
}

fn add_column(column: &Column, schema: &Schema, target: Target) -> Clause {
    let mut clause = Clause::new(
        format!("ADD COLUMN {}", column::definition(column, schema, target)),
        plan::add_column(column),
        Part::Column(column.name.clone()),
    );
    if let Some(generated) = &column.generated {
        clause = clause.uses(generated.expression.columns());
        clause.generates = true;
    }
    clause
}

/// An index says how much of a long text it holds, and a hash of one has no order: it is made again where a column becomes one, or is
/// one no longer.
fn alter_indexed(resolved: &Resolved, (name, old, new): (&ObjectName, &Column, &Column), target: Target) -> Vec<Clause> {
    let altered = alter_column(name, (old, new), &resolved.after, target);
    let (Some(before), Some(after)) = (resolved.before.table(name), resolved.after.table(name)) else {
        return vec![altered];
    };
    let is_ordered = |index: &Index| index.unique && index.elements.iter().any(|element| element.descending);
    let again = |index: &&Index| (table::says_length(index) || is_ordered(index)) && index.columns().contains(&old.name);
    let again = before.indexes.iter().filter(again);
    let again: Vec<&Index> = again.filter(|_| types::is_large(&old.ty) != types::is_large(&new.ty)).collect();
    let mut clauses: Vec<Clause> = again.iter().map(|index| drop_index(&index.name.text)).collect();
    clauses.push(altered);
    clauses.extend(again.iter().map(|index| add_index(index, Some(after))));
    clauses
}

/// What a column is besides its name, said with as little as does it.
fn alter_column(table: &ObjectName, (old, new): (&Column, &Column), schema: &Schema, target: Target) -> Clause {
    let only_default = Column {
        default: new.default.clone(),
        ..old.clone()
    };
    let touches = Part::Column(new.name.clone());
    // MySQL takes a value or an expression there, and no moment.
    let sayable = target.product != Product::Mysql || new.default != Some(Default::Value(Value::Now));
    if only_default == *new && sayable {
        let name = quote(&new.name);
        let sql = match &new.default {
            Some(default) => format!("ALTER COLUMN {name} SET DEFAULT {}", Mysql.default(default, &new.ty)),
            // Without one a column that takes NULL would take no row that leaves it out.
            None if new.nullable => format!("ALTER COLUMN {name} SET DEFAULT NULL"),
            None => format!("ALTER COLUMN {name} DROP DEFAULT"),
        };
        return Clause::new(sql, Plan::INSTANT, touches);
    }
    Clause {
        redefines: Some(old.name.clone()),
        ..Clause::new(
            format!("MODIFY COLUMN {}", column::definition(new, schema, target)),
            plan::modify(old, new, schema.table(table).map(AsRef::as_ref)),
            touches,
        )
    }
}

/// A rename keeps everything else where the version has one; before, the whole definition is said again.
fn rename_column(name: &ObjectName, from: &str, to: &str, resolved: &Resolved, target: Target) -> Vec<Clause> {
    let touches = vec![Part::Column(from.to_owned()), Part::Column(to.to_owned())];
    let is_alone = !keyed::keys(name, from, &resolved.before).is_empty();
    if !renames(target) {
        let Some(column) = resolved.after.table(name).and_then(|table| table.column(to)) else {
            return Vec::new();
        };
        let definition = column::definition(column, &resolved.after, target);
        return vec![Clause {
            touches,
            is_alone,
            redefines: Some(from.to_owned()),
            renames: Some(from.to_owned()),
            ..Clause::new(
                format!("CHANGE COLUMN {} {definition}", quote(from)),
                Plan::NEARLY_INSTANT,
                Part::Column(from.to_owned()),
            )
        }];
    }
    let rename = Clause {
        touches,
        is_alone,
        renames: Some(from.to_owned()),
        ..Clause::new(
            format!("RENAME COLUMN {} TO {}", quote(from), quote(to)),
            Plan::NEARLY_INSTANT,
            Part::Column(from.to_owned()),
        )
    };
    let mut clauses = Vec::new();
    // MySQL lets no check name a column that is renamed.
    if target.product == Product::Mysql
        && let (Some(old), Some(new)) = (resolved.before.table(name), resolved.after.table(name))
    {
        let naming = old.checks.iter().filter(|check| check.expression.uses(from));
        let naming: Vec<&str> = naming.map(|check| check.name.text.as_str()).collect();
        clauses.extend(naming.iter().map(|name| drop_check(name)));
        let again = new.checks.iter().filter(|check| naming.contains(&check.name.text.as_str()));
        clauses.extend(again.filter_map(|check| add_constraint(&Constraint::Check(check.clone()), None)));
    }
    clauses.push(rename);
    clauses
}

/// Whether the version renames columns and indexes by name.
fn renames(target: Target) -> bool {
    match target.product {
        Product::Mysql => target.version >= (8, 0),
        _ => target.version >= (10, 6),
    }
}

pub(super) fn add_key(key: &ForeignKey) -> Clause {
    let sql = table::constraint(&Constraint::ForeignKey(key.clone())).unwrap_or_default();
    Clause {
        refers: Some((key.table.clone(), key.referred.clone())),
        ..Clause::new(format!("ADD {sql}"), Plan::COPY, Part::ForeignKey(key.name.text.clone())).uses(key.columns.clone())
    }
}

/// The table tells whether a unique constraint holds long texts, of which MariaDB keeps a hash.
pub(super) fn add_constraint(constraint: &Constraint, there: Option<&Arc<Table>>) -> Option<Clause> {
    let large = |name: &String| {
        there
            .and_then(|table| table.column(name))
            .is_some_and(|column| types::is_large(&column.ty))
    };
    let sql = format!("ADD {}", table::constraint(constraint)?);
    Some(match constraint {
        Constraint::PrimaryKey(key) => Clause::new(sql, Plan::IN_PLACE, Part::PrimaryKey).uses(key.columns.clone()),
        Constraint::ForeignKey(key) => add_key(key),
        Constraint::Unique(unique) => {
            let plan = if unique.columns.iter().any(large) {
                Plan::COPY
            } else {
                Plan::INDEX
            };
            let mut clause = Clause::new(sql, plan, Part::Index(unique.name.text.clone())).uses(unique.columns.clone());
            clause.is_unique = true;
            clause
        }
        Constraint::Check(check) => Clause::new(sql, Plan::COPY, Part::Check(check.name.text.clone())).uses(check.expression.columns()),
        Constraint::Exclusion(_) => return None,
    })
}

pub(super) fn drop_constraint(constraint: &Constraint) -> Option<Clause> {
    Some(match constraint {
        Constraint::PrimaryKey(_) => Clause::new("DROP PRIMARY KEY".into(), Plan::COPY, Part::PrimaryKey),
        Constraint::ForeignKey(key) => Clause {
            refers: Some((key.table.clone(), key.referred.clone())),
            ..drop_key(&key.name.text)
        },
        Constraint::Unique(unique) => drop_index(&unique.name.text),
        Constraint::Check(check) => drop_check(&check.name.text),
        Constraint::Exclusion(_) => return None,
    })
}

pub(super) fn drop_key(name: &str) -> Clause {
    let sql = format!("DROP FOREIGN KEY {}", quote(name));
    Clause::new(sql, Plan::NEARLY_INSTANT, Part::ForeignKey(name.to_owned()))
}

pub(super) fn add_index(index: &Index, there: Option<&Table>) -> Clause {
    let plan = match index.method.as_deref().map(str::to_ascii_lowercase).as_deref() {
        Some("fulltext" | "spatial" | "rtree") => Plan::new(Cost::Shared, Cost::Shared),
        _ if index.unique && is_hash(index, there) => Plan::COPY,
        _ => Plan::INDEX,
    };
    let sql = format!("ADD {}", table::index(index, there));
    let mut clause = Clause::new(sql, plan, Part::Index(index.name.text.clone())).uses(index.columns());
    clause.is_unique = index.unique;
    clause
}

/// Whether it is over long texts, of which MariaDB keeps a hash.
pub(super) fn is_hash(index: &Index, there: Option<&Table>) -> bool {
    let is_large = |name: &str| {
        there
            .and_then(|table| table.column(name))
            .is_some_and(|column| types::is_large(&column.ty))
    };
    index.plain_columns().is_some_and(|columns| columns.into_iter().any(is_large))
}

pub(super) fn drop_index(name: &str) -> Clause {
    Clause::new(format!("DROP INDEX {}", quote(name)), Plan::INDEX, Part::Index(name.to_owned()))
}

fn rename_index(there: &Table, from: &str, to: &str, target: Target) -> Vec<Clause> {
    let touches = vec![Part::Index(from.to_owned()), Part::Index(to.to_owned())];
    if renames(target) {
        let sql = format!("RENAME INDEX {} TO {}", quote(from), quote(to));
        return vec![Clause {
            touches,
            ..Clause::new(sql, Plan::NEARLY_INSTANT, Part::Index(from.to_owned()))
        }];
    }
    let unique = there.uniques.iter().find(|unique| unique.name.text == from).cloned();
    let unique = unique.and_then(|mut unique| {
        to.clone_into(&mut unique.name.text);
        add_constraint(&Constraint::Unique(unique), None)
    });
    let index = there.index(from).cloned().map(|mut index| {
        to.clone_into(&mut index.name.text);
        add_index(&index, Some(there))
    });
    let mut clauses = vec![drop_index(from)];
    clauses.extend(unique.or(index));
    clauses
}

/// A primary key has no name here; a foreign key or check is made again under the new one.
pub(super) fn rename_constraint(there: &Table, from: &str, to: &str, target: Target) -> Vec<Clause> {
    let Some(constraint) = there.constraint(from) else {
        return match there.index(from) {
            Some(_) => rename_index(there, from, to, target),
            None => Vec::new(),
        };
    };
    let mut renamed = constraint.to_owned();
    to.clone_into(&mut renamed.name_mut().text);
    match &renamed {
        Constraint::PrimaryKey(_) | Constraint::Exclusion(_) => Vec::new(),
        Constraint::Unique(_) => rename_index(there, from, to, target),
        Constraint::Check(_) => vec![drop_check(from)].into_iter().chain(add_constraint(&renamed, None)).collect(),
        Constraint::ForeignKey(key) => {
            let serving = there.index(from).filter(|index| index.serves_key);
            let mut clauses = serving.map_or_else(Vec::new, |_| rename_index(there, from, to, target));
            clauses.extend([drop_key(from), add_key(key)]);
            clauses
        }
    }
}
