//! Two schemas, and how they differ.

mod changes;
mod order;
mod piece;
mod plan;
mod renames;
mod tables;
mod taken;

pub use plan::{Names, Plan, Wish, plan};
pub use renames::Renames;

use crate::schema::{
    Column, Constraint, Enum, Function, Index, Map, Name, NameMap, ObjectName, Schema, Sequence, Table, Taint, Trigger, View,
};
use crate::sql::text::is_same;
use std::cmp::Ordering;
use std::sync::Arc;

/// One difference between the schema that should be (`want`) and the one that is (`have`). Column order aside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, clippy::large_enum_variant)]
pub enum Difference {
    /// In `have` alone.
    LeftOver(Object),
    /// In `want` alone.
    Missing(Object),
    /// In both under one name, not alike: (want, have).
    Changed(Object, Object),
    /// A table's comment: (want, have).
    Comment {
        table: ObjectName,
        want: Option<String>,
        have: Option<String>,
    },
    /// A table's options differ.
    Options { table: ObjectName },
}

/// Anything a schema holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, clippy::large_enum_variant)]
pub enum Object {
    Table(Table),
    Column(ObjectName, Column),
    Constraint(ObjectName, Constraint),
    Index(ObjectName, Index),
    Enum(Enum),
    Sequence(Sequence),
    View(View),
    Trigger(Trigger),
    Function(Function),
    Extension(ObjectName),
    Namespace(ObjectName),
}

impl Object {
    /// The name of a constraint or index.
    pub(crate) fn part_name(&self) -> Option<&Name> {
        match self {
            Self::Constraint(_, constraint) => Some(constraint.name()),
            Self::Index(_, index) => Some(&index.name),
            _ => None,
        }
    }

    /// A constraint or index without its name.
    pub(crate) fn unnamed(&self) -> Self {
        let none = Name {
            text: String::new(),
            derived: false,
        };
        let mut object = self.clone();
        match &mut object {
            Self::Constraint(_, constraint) => *constraint.name_mut() = none,
            Self::Index(_, index) => index.name = none,
            _ => {}
        }
        object
    }
}

/// Every difference, tables first, in the order of their names; what is tainted in either is left out.
///
/// Tables that the two share (`Arc::ptr_eq`) cost nothing.
pub fn compare(want: &Schema, have: &Schema) -> Vec<Difference> {
    let mut comparison = Comparison {
        taints: [&want.taint, &have.taint],
        differences: Vec::new(),
    };
    if want.taint.all || have.taint.all {
        return comparison.differences;
    }
    comparison.objects(want.changed_tables(have), Object::Table, |comparison, want, have| {
        comparison.table(want, have);
    });
    comparison.simple(want.enums(), have.enums(), Object::Enum, Enum::eq);
    comparison.simple(want.sequences(), have.sequences(), Object::Sequence, Sequence::eq);
    comparison.simple(want.views(), have.views(), Object::View, |want, have| {
        is_same(&want.body, &have.body)
    });
    comparison.simple(want.triggers(), have.triggers(), Object::Trigger, |want, have| {
        want.table == have.table && is_same(&want.body, &have.body)
    });
    comparison.simple(want.functions(), have.functions(), Object::Function, |want, have| {
        is_same(&want.arguments, &have.arguments) && is_same(&want.body, &have.body)
    });
    comparison.names(want.extensions(), have.extensions(), Object::Extension);
    comparison.names(want.namespaces(), have.namespaces(), Object::Namespace);
    comparison.differences
}

struct Comparison<'a> {
    taints: [&'a Taint; 2],
    differences: Vec<Difference>,
}

impl Comparison<'_> {
    fn is_tainted(&self, word: &str) -> bool {
        self.taints.iter().any(|taint| taint.holds(word))
    }

    fn objects<'a, T: Clone + 'a>(
        &mut self,
        objects: impl Iterator<Item = (&'a ObjectName, Option<&'a Arc<T>>, Option<&'a Arc<T>>)>,
        object: fn(T) -> Object,
        mut both: impl FnMut(&mut Self, &Arc<T>, &Arc<T>),
    ) {
        let own = |shared: &Arc<T>| object(T::clone(shared));
        for (name, want, have) in objects {
            match (want, have) {
                (Some(want), Some(have)) if Arc::ptr_eq(want, have) => {}
                // A trigger's name is its table's and its own.
                _ if name.name.split('.').any(|word| self.is_tainted(word)) => {}
                (Some(want), Some(have)) => both(self, want, have),
                (Some(want), None) => self.differences.push(Difference::Missing(own(want))),
                (None, Some(have)) => self.differences.push(Difference::LeftOver(own(have))),
                (None, None) => {}
            }
        }
    }

    fn simple<T: Clone>(&mut self, want: &Map<T>, have: &Map<T>, object: fn(T) -> Object, same: impl Fn(&T, &T) -> bool) {
        self.objects(side_by_side(want.iter(), have.iter()), object, |comparison, want, have| {
            if !same(want, have) {
                let changed = Difference::Changed(object(T::clone(want)), object(T::clone(have)));
                comparison.differences.push(changed);
            }
        });
    }

    fn names(&mut self, want: &NameMap, have: &NameMap, object: fn(ObjectName) -> Object) {
        for (name, want, have) in side_by_side(want.iter(), have.iter()) {
            let difference = match (want, have) {
                (Some(_), None) => Difference::Missing(object(name.clone())),
                (None, Some(_)) => Difference::LeftOver(object(name.clone())),
                _ => continue,
            };
            if !self.is_tainted(&name.name) {
                self.differences.push(difference);
            }
        }
    }

    fn table(&mut self, want: &Table, have: &Table) {
        let name = &want.name;
        self.parts(
            &want.columns.iter().collect::<Vec<_>>(),
            &have.columns.iter().collect::<Vec<_>>(),
            |column| &column.name,
            PartialEq::eq,
            |column| Object::Column(name.clone(), (*column).clone()),
        );
        self.parts(
            &want.constraints().collect::<Vec<_>>(),
            &have.constraints().collect::<Vec<_>>(),
            |constraint| &constraint.name().text,
            PartialEq::eq,
            |constraint| Object::Constraint(name.clone(), (*constraint).to_owned()),
        );
        self.parts(
            &want.indexes.iter().collect::<Vec<_>>(),
            &have.indexes.iter().collect::<Vec<_>>(),
            |index| &index.name.text,
            |want, have| is_same_index(want, have),
            |index| Object::Index(name.clone(), (*index).clone()),
        );
        if want.comment != have.comment {
            self.differences.push(Difference::Comment {
                table: name.clone(),
                want: want.comment.clone(),
                have: have.comment.clone(),
            });
        }
        if want.options != have.options {
            self.differences.push(Difference::Options { table: name.clone() });
        }
    }

    /// The parts of a table, matched by name: the wanted in their order, then what is left over.
    fn parts<T>(
        &mut self,
        want: &[T],
        have: &[T],
        name: impl Fn(&T) -> &str,
        same: impl Fn(&T, &T) -> bool,
        object: impl Fn(&T) -> Object,
    ) {
        for part in want {
            if self.is_tainted(name(part)) {
                continue;
            }
            match have.iter().find(|other| name(other) == name(part)) {
                None => self.differences.push(Difference::Missing(object(part))),
                Some(other) if !same(other, part) => self.differences.push(Difference::Changed(object(part), object(other))),
                Some(_) => {}
            }
        }
        for part in have {
            if !want.iter().any(|other| name(other) == name(part)) && !self.is_tainted(name(part)) {
                self.differences.push(Difference::LeftOver(object(part)));
            }
        }
    }
}

/// The index of a foreign key is the same to a database whether it was made with the key or written out.
fn is_same_index(want: &Index, have: &Index) -> bool {
    want == have
        || want.serves_key != have.serves_key
            && *want
                == Index {
                    serves_key: want.serves_key,
                    ..have.clone()
                }
}

/// Two sorted sequences as one.
fn side_by_side<'a, V: 'a>(
    want: impl Iterator<Item = (&'a ObjectName, &'a V)>,
    have: impl Iterator<Item = (&'a ObjectName, &'a V)>,
) -> impl Iterator<Item = (&'a ObjectName, Option<&'a V>, Option<&'a V>)> {
    let (mut want, mut have) = (want.peekable(), have.peekable());
    std::iter::from_fn(move || {
        let order = match (want.peek(), have.peek()) {
            (None, None) => return None,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((want, _)), Some((have, _))) => want.cmp(have),
        };
        let want = if order.is_le() { want.next() } else { None };
        let have = if order.is_ge() { have.next() } else { None };
        let name = want.or(have)?.0;
        Some((name, want.map(|(_, want)| want), have.map(|(_, have)| have)))
    })
}

#[cfg(test)]
mod tests;
