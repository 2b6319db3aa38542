//! Operations that make something, with one thing about it that is not so.

use crate::random::Random;
use mina_core::operation::Operation;
use mina_core::schema::{Action, Column, Constraint, Default, ForeignKey, Index, IndexKey, Table, Type, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    Type,
    Nullability,
    Default,
    Action,
    Name,
    Form,
}

/// None where the operation has no such thing.
pub fn broken(operation: &Operation, aspect: Aspect, random: &mut Random) -> Option<Operation> {
    let mut broken = operation.clone();
    match aspect {
        Aspect::Type => {
            let column = column(&mut broken, random)?;
            column.ty = other_type(&column.ty, random);
        }
        Aspect::Nullability => {
            let column = column(&mut broken, random)?;
            column.nullable = !column.nullable;
        }
        Aspect::Default => {
            let column = column(&mut broken, random)?;
            column.default = match column.default {
                Some(_) if random.percent(60) => None,
                _ => Some(Default::Value(value(&column.ty)?)),
            };
        }
        Aspect::Action => {
            let mut keys = keys(&mut broken);
            let at = random.below(keys.len());
            let key = keys.get_mut(at)?;
            let action = if random.percent(75) {
                &mut key.on_delete
            } else {
                &mut key.on_update
            };
            *action = other_action(*action, random);
        }
        Aspect::Name => rename(&mut broken, random)?,
        Aspect::Form => reform(&mut broken, random)?,
    }
    (broken != *operation).then_some(broken)
}

fn column<'o>(operation: &'o mut Operation, random: &mut Random) -> Option<&'o mut Column> {
    match operation {
        Operation::AddColumn { column, .. } | Operation::AlterColumn { after: column, .. } => Some(column),
        Operation::CreateTable(table) => {
            let at = random.below(table.columns.len());
            table.columns.get_mut(at)
        }
        _ => None,
    }
}

fn other_type(ty: &Type, random: &mut Random) -> Type {
    let all = [
        Type::SmallInt,
        Type::Integer,
        Type::BigInt,
        Type::Double,
        Type::Numeric(Some((10, 2))),
        Type::Numeric(Some((12, 2))),
        Type::Varchar(Some(20)),
        Type::Varchar(Some(21)),
        Type::Text,
        Type::Binary,
        Type::Date,
        Type::Timestamp,
    ];
    let others: Vec<&Type> = all.iter().filter(|other| *other != ty).collect();
    others[random.below(others.len())].clone()
}

fn value(ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Bool => Value::Bool(true),
        Type::SmallInt | Type::Integer | Type::BigInt => Value::Integer("41".into()),
        Type::Float | Type::Double | Type::Numeric(_) => Value::Decimal("4.25".into()),
        Type::Varchar(_) | Type::Char(_) | Type::Text => Value::String("other".into()),
        Type::Date => Value::String("2024-02-29".into()),
        Type::Timestamp => Value::String("2024-02-29 12:00:00".into()),
        _ => return None,
    })
}

fn keys(operation: &mut Operation) -> Vec<&mut ForeignKey> {
    let of = |constraint| match constraint {
        &mut Constraint::ForeignKey(ref mut key) => Some(key),
        _ => None,
    };
    match operation {
        Operation::CreateConstraint { constraint, .. } => of(constraint).into_iter().collect(),
        Operation::AddColumn { constraints, .. } => constraints.iter_mut().filter_map(of).collect(),
        Operation::CreateTable(table) => table.foreign_keys.iter_mut().collect(),
        _ => Vec::new(),
    }
}

fn other_action(action: Action, random: &mut Random) -> Action {
    let all = [Action::NoAction, Action::Restrict, Action::Cascade, Action::SetNull];
    let others: Vec<Action> = all.into_iter().filter(|other| *other != action).collect();
    others[random.below(others.len())]
}

fn rename(operation: &mut Operation, random: &mut Random) -> Option<()> {
    match operation {
        Operation::CreateConstraint { constraint, .. } => {
            let name = constraint.name_mut();
            name.text.push('x');
            name.derived = false;
        }
        Operation::CreateIndex { index, .. } => {
            index.name.text.push('x');
            index.name.derived = false;
        }
        Operation::AddColumn { column, .. } => column.name.push('x'),
        Operation::CreateTable(table) if random.percent(50) => table.name = table.name.beside(&format!("{}x", table.name.name)),
        Operation::CreateTable(table) => {
            let name = match random.below(3) {
                0 => table.indexes.first_mut().map(|index| &mut index.name),
                1 => table.uniques.first_mut().map(|unique| &mut unique.name),
                _ => table.foreign_keys.first_mut().map(|key| &mut key.name),
            }?;
            name.text.push('x');
            name.derived = false;
        }
        Operation::RenameColumn { to, .. } | Operation::RenameConstraint { to, .. } | Operation::RenameIndex { to, .. } => to.push('x'),
        Operation::RenameTable { to, .. } => *to = to.beside(&format!("{}x", to.name)),
        Operation::CreateEnum(object) => object.name = object.name.beside(&format!("{}x", object.name.name)),
        Operation::CreateView(view) => view.name = view.name.beside(&format!("{}x", view.name.name)),
        Operation::CreateTrigger(trigger) => trigger.name.push('x'),
        Operation::CreateFunction(function) => function.name = function.name.beside(&format!("{}x", function.name.name)),
        Operation::AlterEnum {
            renamed: Some((_, to)),
            after,
            ..
        } => {
            let value = after.values.iter_mut().find(|value| *value == to)?;
            value.push('x');
            to.push('x');
        }
        _ => return None,
    }
    Some(())
}

/// Whatever else can be said of it.
fn reform(operation: &mut Operation, random: &mut Random) -> Option<()> {
    match operation {
        Operation::AddColumn {
            column,
            constraints,
            indexes,
            ..
        } => match random.below(3) {
            0 if !constraints.is_empty() => drop(constraints.pop()),
            1 if !indexes.is_empty() => drop(indexes.pop()),
            _ => facet(column, random)?,
        },
        Operation::AlterColumn { after, .. } => facet(after, random)?,
        Operation::CreateTable(table) => of_table(table, random)?,
        Operation::CreateIndex { index, .. } => of_index(index, random)?,
        Operation::CreateConstraint { constraint, .. } => match constraint {
            Constraint::Unique(unique) if unique.columns.len() > 1 => unique.columns.reverse(),
            Constraint::PrimaryKey(key) if key.columns.len() > 1 => key.columns.reverse(),
            Constraint::Check(check) => {
                let text = format!("NOT ({})", check.expression);
                check.expression = mina_core::schema::Expression::parse(&text, check.expression.engine()).ok()?;
            }
            _ => return None,
        },
        Operation::CommentOnTable { after, .. } => other_comment(after),
        Operation::CreateEnum(object) => match random.below(2) {
            0 => object.values.reverse(),
            _ => object.values.push("one more".into()),
        },
        Operation::CreateView(view) => view.body.push_str(" LIMIT 1"),
        Operation::CreateTrigger(trigger) => {
            let (before, after) = (trigger.body.contains("BEFORE"), trigger.body.contains("AFTER"));
            trigger.body = match (before, after) {
                (true, _) => trigger.body.replacen("BEFORE", "AFTER", 1),
                (_, true) => trigger.body.replacen("AFTER", "BEFORE", 1),
                _ => return None,
            };
        }
        _ => return None,
    }
    Some(())
}

fn other_comment(comment: &mut Option<String>) {
    *comment = match comment {
        Some(text) if text.len() > 3 => None,
        _ => Some("of something else".into()),
    };
}

fn facet(column: &mut Column, random: &mut Random) -> Option<()> {
    match (&mut column.generated, random.below(2)) {
        (Some(generated), 0) => generated.stored = !generated.stored,
        (_, 0) if column.collation.is_some() => column.collation = None,
        _ => other_comment(&mut column.comment),
    }
    Some(())
}

fn of_table(table: &mut Table, random: &mut Random) -> Option<()> {
    match random.below(7) {
        0 => drop(table.indexes.pop()?),
        1 => drop(table.uniques.pop()?),
        2 => drop(table.checks.pop()?),
        3 => drop(table.foreign_keys.pop()?),
        4 => drop(table.options.pop()?),
        5 => drop(table.columns.pop()?),
        _ => {
            let at = random.below(table.columns.len());
            facet(table.columns.get_mut(at)?, random)?;
        }
    }
    Some(())
}

fn of_index(index: &mut Index, random: &mut Random) -> Option<()> {
    match random.below(4) {
        0 => index.unique = !index.unique,
        1 if index.elements.len() > 1 => index.elements.reverse(),
        2 if index.filter.is_some() => index.filter = None,
        _ => {
            let first = index.elements.first_mut()?;
            match &first.key {
                IndexKey::Column(_) => first.descending = !first.descending,
                IndexKey::Expression(_) => return None,
            }
        }
    }
    Some(())
}
