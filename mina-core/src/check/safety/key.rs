//! Indexes that are missing or one too many, and keys that end too soon: decided on what the revision leaves.

use super::{Ground, or_allow};
use crate::diagnostic::{Diagnostic, Lint};
use crate::engine::Engine;
use crate::history::Resolved;
use crate::operation::Operation;
use crate::schema::{Constraint, ForeignKey, Index, IndexElement, IndexKey, ObjectName, Table, Type};

pub(super) fn check(ground: &Ground<'_>, resolved: &Resolved) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if let Some((name, made)) = Made::of(&resolved.operation)
        && let Some(table) = ground.up.end.table(name)
    {
        found.extend(made.keys.iter().filter_map(|key| missing(ground, resolved, table, key)));
        found.extend(made.indexes.iter().filter_map(|index| redundant(ground, resolved, table, index)));
    }
    found.extend(dropped(ground, resolved));
    found.extend(short(ground, resolved));
    found
}

/// The keys and indexes that an operation makes.
struct Made<'o> {
    keys: Vec<&'o ForeignKey>,
    indexes: Vec<Shape<'o>>,
}

impl<'o> Made<'o> {
    fn of(operation: &'o Operation) -> Option<(&'o ObjectName, Self)> {
        let keys = |constraints: &'o [Constraint]| constraints.iter().filter_map(foreign_key).collect();
        let made = |constraints: &'o [Constraint], indexes: &'o [Index]| Self {
            keys: keys(constraints),
            indexes: constraints
                .iter()
                .filter_map(Shape::of_constraint)
                .chain(indexes.iter().map(Shape::of))
                .collect(),
        };
        Some(match operation {
            Operation::CreateTable(table) => (
                &table.name,
                Self {
                    keys: table.foreign_keys.iter().collect(),
                    indexes: shapes(table).filter(|shape| !shape.is_primary).collect(),
                },
            ),
            Operation::AddColumn {
                table,
                constraints,
                indexes,
                ..
            } => (table, made(constraints, indexes)),
            Operation::CreateConstraint { table, constraint, .. } => (table, made(std::slice::from_ref(constraint), &[])),
            Operation::CreateIndex { table, index, .. } => (table, made(&[], std::slice::from_ref(index))),
            _ => return None,
        })
    }
}

fn foreign_key(constraint: &Constraint) -> Option<&ForeignKey> {
    match constraint {
        Constraint::ForeignKey(key) => Some(key),
        _ => None,
    }
}

fn missing(ground: &Ground<'_>, resolved: &Resolved, table: &Table, key: &ForeignKey) -> Option<Diagnostic> {
    let there = table
        .foreign_keys
        .iter()
        .find(|other| other.columns == key.columns && other.table == key.table)?;
    if ground.engine() == Engine::Mysql || is_served(table, &there.columns) {
        return None;
    }
    let lint = Lint::MissingKeyIndex;
    let columns = there.columns.join(", ");
    let found = ground.say(lint, resolved, || {
        format!(
            "no index serves `{}` of `{}`: each row of `{}` that goes or gets another key is looked for in all of `{}`",
            there.name, table.name, there.table, table.name
        )
    })?;
    let help = format!(
        "write `create_index on {} ({columns});`, or `index ({columns})` in the table",
        table.name
    );
    Some(found.help(help).help(or_allow(lint, "it stays small")))
}

fn dropped(ground: &Ground<'_>, resolved: &Resolved) -> Option<Diagnostic> {
    let (table, name) = match &resolved.operation {
        Operation::DropIndex { table, index, .. } => (table, &index.name),
        Operation::DropConstraint {
            table,
            constraint: constraint @ (Constraint::Unique(_) | Constraint::PrimaryKey(_)),
        } => (table, constraint.name()),
        _ => return None,
    };
    let before = resolved.before.table(table)?;
    let (here, end) = (resolved.after.table(table)?, ground.up.end.table(table)?);
    let mut keys = end.foreign_keys.iter();
    let key = keys.find(|key| is_served(before, &key.columns) && !is_served(here, &key.columns) && !is_served(end, &key.columns))?;
    if ground.engine() == Engine::Mysql || !ground.is_live(table, &resolved.before) {
        return None;
    }
    let lint = Lint::DroppedKeyIndex;
    let found = ground.say(lint, resolved, || {
        format!(
            "`{name}` is the last index that serves `{}` of `{table}`: each row of `{}` that goes is then looked for in all of it",
            key.name, key.table
        )
    })?;
    let help = format!("create another index on `{}` before it", key.columns.join(", "));
    Some(found.help(help).help(or_allow(lint, "it stays small")))
}

/// Whether rows are found by these columns in an index: in any order, since all of them are given.
fn is_served(table: &Table, columns: &[String]) -> bool {
    shapes(table).any(|shape| {
        let leading = shape.elements.get(..columns.len());
        let named = |element: &IndexElement| matches!(&element.key, IndexKey::Column(name) if columns.contains(name));
        let method = shape
            .method
            .is_none_or(|method| method.eq_ignore_ascii_case("btree") || method.eq_ignore_ascii_case("hash"));
        let whole = shape
            .index
            .is_none_or(|index| index.filter.as_ref().is_none_or(|filter| only_leaves_nulls_out(filter, columns)));
        method && whole && leading.is_some_and(|leading| leading.iter().all(named))
    })
}

fn only_leaves_nulls_out(filter: &crate::schema::Expression, columns: &[String]) -> bool {
    columns.iter().any(|column| crate::check::proof::is_not_null(filter.tree(), column))
}

/// An index, or what a constraint has for one.
struct Shape<'t> {
    name: &'t str,
    elements: Vec<IndexElement>,
    unique: bool,
    is_primary: bool,
    method: Option<&'t str>,
    index: Option<&'t Index>,
}

impl<'t> Shape<'t> {
    fn of(index: &'t Index) -> Self {
        Self {
            name: &index.name.text,
            elements: index.elements.clone(),
            unique: index.unique,
            is_primary: false,
            method: index.method.as_deref(),
            index: Some(index),
        }
    }

    fn of_constraint(constraint: &'t Constraint) -> Option<Self> {
        match constraint {
            Constraint::Unique(unique) => Some(Self::plain(&unique.name.text, &unique.columns, false)),
            Constraint::PrimaryKey(key) => Some(Self::plain(&key.name.text, &key.columns, true)),
            _ => None,
        }
    }

    fn plain(name: &'t str, columns: &[String], is_primary: bool) -> Self {
        let element = |name: &String| IndexElement {
            key: IndexKey::Column(name.clone()),
            descending: false,
            nulls_first: None,
            collation: None,
            class: None,
        };
        Self {
            name,
            elements: columns.iter().map(element).collect(),
            unique: true,
            is_primary,
            method: None,
            index: None,
        }
    }

    /// Whether all that this one is good for, another one is good for as well.
    fn is_within(&self, other: &Self) -> bool {
        let is_tree = |shape: &Self| shape.method.is_none_or(|method| method.eq_ignore_ascii_case("btree"));
        let filter = |shape: &Self| shape.index.and_then(|index| index.filter.clone());
        let beside = self.index.is_some_and(|index| !index.include.is_empty());
        let same = self.elements.len() == other.elements.len();
        let unique = !self.unique || other.unique && same;
        is_tree(self) && is_tree(other) && !beside && unique && filter(self) == filter(other) && other.elements.starts_with(&self.elements)
    }
}

fn shapes(table: &Table) -> impl Iterator<Item = Shape<'_>> {
    let key = table.primary_key.iter().map(|key| Shape::plain(&key.name.text, &key.columns, true));
    let uniques = table
        .uniques
        .iter()
        .map(|unique| Shape::plain(&unique.name.text, &unique.columns, false));
    key.chain(uniques).chain(table.indexes.iter().map(Shape::of))
}

fn redundant(ground: &Ground<'_>, resolved: &Resolved, table: &Table, new: &Shape<'_>) -> Option<Diagnostic> {
    let serves_key = |shape: &Shape<'_>| shape.index.is_some_and(|index| index.serves_key);
    if serves_key(new) || !shapes(table).any(|shape| shape.name == new.name) {
        return None;
    }
    let lint = Lint::RedundantIndex;
    let at = shapes(table).position(|shape| shape.name == new.name);
    // Of two that are alike, the later one is one too many.
    let beats = |(place, other): &(usize, Shape<'_>)| {
        new.is_within(other) && other.name != new.name && (!other.is_within(new) || Some(*place) < at)
    };
    if let Some((_, other)) = shapes(table).enumerate().find(beats) {
        let alike = if other.elements == new.elements {
            "is the same as"
        } else {
            "is the beginning of"
        };
        let found = ground.say(lint, resolved, || {
            format!(
                "`{}` {alike} `{}` of `{}`: all it is good for, that one is good for",
                new.name, other.name, table.name
            )
        })?;
        return Some(found.help("leave it out").help(or_allow(lint, "it is much smaller")));
    }
    let before = resolved.before.table(&table.name)?;
    let was_there = |shape: &Shape<'_>| before.index(shape.name).is_some();
    let old = shapes(table).find(|shape| was_there(shape) && !serves_key(shape) && shape.name != new.name && shape.is_within(new))?;
    let found = ground.say(lint, resolved, || {
        format!(
            "`{}` makes `{}` of `{}` one too many: it begins with the same columns",
            new.name, old.name, table.name
        )
    })?;
    let help = format!("write `drop_index {} on {};` after it", old.name, table.name);
    Some(found.help(help).help(or_allow(lint, "the old one is much smaller")))
}

fn short(ground: &Ground<'_>, resolved: &Resolved) -> Option<Diagnostic> {
    if ground.engine() == Engine::Sqlite {
        return None;
    }
    let (table, column) = match &resolved.operation {
        Operation::CreateTable(table) => (&table.name, table.identity_column()?),
        Operation::AddColumn { table, column, .. } if column.identity => (table, column),
        Operation::AlterColumn { table, before, after, .. } if after.identity && !before.identity => (table, after),
        _ => return None,
    };
    let column = ground.up.end.table(table)?.column(&column.name)?;
    let most = most(&column.ty)?;
    let lint = Lint::ShortPrimaryKey;
    let found = ground.say(lint, resolved, || {
        format!(
            "`{table}.{}` is counted up to {most}, and after that no row can be added",
            column.name
        )
    })?;
    Some(
        found
            .help(format!("make it `{}: BigInt`", column.name))
            .help(or_allow(lint, "there will be few rows")),
    )
}

fn most(ty: &Type) -> Option<u64> {
    Some(match ty {
        Type::TinyInt => i8::MAX as u64,
        Type::SmallInt => i16::MAX as u64,
        Type::Integer => i32::MAX as u64,
        Type::Unsigned(inner) => most(inner)? * 2 + 1,
        _ => return None,
    })
}
