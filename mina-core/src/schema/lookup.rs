//! Looking things up on a table, and changing them by name.

use super::constraint::add_new;
use super::{Column, Constraint, ConstraintRef, Deferral, Expression, ForeignKey, Index, IndexKey, Name, ObjectName, Origin, Table};

/// A revision, and a place in it.
type Age = (String, u32, u32);

fn age(origin: &Origin) -> Age {
    let place = origin.0.as_ref();
    let revision = place.map(|place| place.revision.clone()).unwrap_or_default();
    let location = place.and_then(|place| place.location).unwrap_or_default();
    (revision, location.line, location.column)
}

impl Table {
    /// A table with nothing on it.
    pub fn empty(name: ObjectName) -> Self {
        Self {
            name,
            columns: Vec::new(),
            primary_key: None,
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            exclusions: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            options: Vec::new(),
            origin: Origin::default(),
        }
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column that a name in an expression of SQL means: the one of that name, else the one that differs in case.
    pub fn column_in_sql(&self, name: &str) -> Option<&Column> {
        let folded = || self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        self.column(name).or_else(folded)
    }

    /// A column by name, to change.
    pub fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.iter_mut().find(|column| column.name == name)
    }

    /// Where a column stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The column that the database counts up.
    pub fn identity_column(&self) -> Option<&Column> {
        self.columns.iter().find(|column| column.identity)
    }

    /// Every constraint: the primary key, foreign keys, unique constraints, checks, exclusions.
    pub fn constraints(&self) -> impl Iterator<Item = ConstraintRef<'_>> {
        let keys = self.primary_key.iter().map(ConstraintRef::PrimaryKey);
        keys.chain(self.foreign_keys.iter().map(ConstraintRef::ForeignKey))
            .chain(self.uniques.iter().map(ConstraintRef::Unique))
            .chain(self.checks.iter().map(ConstraintRef::Check))
            .chain(self.exclusions.iter().map(ConstraintRef::Exclusion))
    }

    /// A constraint of any kind by name.
    pub fn constraint(&self, name: &str) -> Option<ConstraintRef<'_>> {
        self.constraints().find(|constraint| constraint.name().text == name)
    }

    /// An index by name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| index.name.text == name)
    }

    /// The constraints that a column is in.
    pub fn constraints_using<'a>(&'a self, column: &'a str) -> impl Iterator<Item = ConstraintRef<'a>> {
        self.constraints().filter(move |constraint| constraint.uses(column))
    }

    /// The indexes that a column is in, as a key, beside the keys, or in an expression.
    pub fn indexes_using<'a>(&'a self, column: &'a str) -> impl Iterator<Item = &'a Index> {
        self.indexes.iter().filter(move |index| index.uses(column))
    }

    /// The generated columns that are computed from a column.
    pub fn generated_using<'a>(&'a self, column: &'a str) -> impl Iterator<Item = &'a Column> {
        self.columns.iter().filter(move |generated| {
            let generated = generated.generated.as_ref();
            generated.is_some_and(|generated| generated.expression.uses(column))
        })
    }

    /// The sets of columns that a foreign key can refer to: the primary key, a unique constraint, a unique index neither
    /// partial nor on an expression.
    pub fn unique_sets(&self) -> impl Iterator<Item = (&Name, Vec<&str>)> {
        fn plain(columns: &[String]) -> Vec<&str> {
            columns.iter().map(String::as_str).collect()
        }
        let key = self.primary_key.iter().map(|key| (&key.name, plain(&key.columns)));
        let uniques = self.uniques.iter().map(|unique| (&unique.name, plain(&unique.columns)));
        let indexes = self.indexes.iter().filter(|index| index.unique && index.filter.is_none());
        let indexes = indexes.filter_map(|index| Some((&index.name, index.plain_columns()?)));
        key.chain(uniques).chain(indexes)
    }

    /// The name of what makes a set of columns unique, in any order, so that a foreign key can refer to it.
    pub fn uniqueness_of(&self, columns: &[String]) -> Option<&Name> {
        let same = |set: &[&str]| set.len() == columns.len() && columns.iter().all(|column| set.contains(&column.as_str()));
        self.referable_sets().find(|(_, set)| same(set)).map(|(name, _)| name)
    }

    /// The sets of columns that a foreign key can refer to: what is unique at the end of a transaction alone is none.
    pub(crate) fn referable_sets(&self) -> impl Iterator<Item = (&Name, Vec<&str>)> {
        let waits = |name: &Name| {
            self.uniques
                .iter()
                .any(|unique| unique.name == *name && unique.deferral != Deferral::No)
        };
        self.unique_sets().filter(move |(name, _)| !waits(name))
    }

    /// Whether PostgreSQL may hold a foreign key of a table by this of all that makes the columns unique to which it refers: it takes the
    /// oldest, if that is older than the key. A primary key is older than a unique constraint, and that than an index, where a table is
    /// made with all of them.
    pub(crate) fn may_hold(&self, name: &str, owner: &Table, key: &ForeignKey) -> bool {
        let same = |set: &[String]| set.len() == key.referred.len() && set.iter().all(|column| key.referred.contains(column));
        let primary = self.primary_key.iter().filter(|primary| same(&primary.columns));
        let uniques = self
            .uniques
            .iter()
            .filter(|unique| unique.deferral == Deferral::No && same(&unique.columns));
        let indexes = self.indexes.iter().filter(|index| {
            let plain = index.plain_columns().filter(|_| index.unique && index.filter.is_none());
            plain.is_some_and(|set| same(&set.into_iter().map(str::to_owned).collect::<Vec<_>>()))
        });
        let all = primary.map(|primary| (&primary.name.text, 0, age(&primary.origin)));
        let all = all.chain(uniques.map(|unique| (&unique.name.text, 1, age(&unique.origin))));
        let all: Vec<_> = all.chain(indexes.map(|index| (&index.name.text, 2, age(&index.origin)))).collect();
        let Some((_, rank, made)) = all.iter().find(|(other, ..)| *other == name) else {
            return false;
        };
        let is_older = |(_, other, at): &(&String, u8, Age)| at.0 < made.0 || at < made && other <= rank;
        let is_younger = owner.name != self.name && age(&key.origin) < *made;
        !(is_younger || all.iter().any(is_older))
    }

    /// Adds a constraint.
    pub fn add_constraint(&mut self, constraint: Constraint) {
        match constraint {
            Constraint::PrimaryKey(key) => self.primary_key = Some(key),
            Constraint::ForeignKey(key) => self.foreign_keys.push(key),
            Constraint::Unique(unique) => self.uniques.push(unique),
            Constraint::Check(check) => self.checks.push(check),
            Constraint::Exclusion(exclusion) => self.exclusions.push(exclusion),
        }
    }

    /// Takes a constraint of any kind off.
    pub fn remove_constraint(&mut self, name: &str) -> Option<Constraint> {
        fn take<T>(from: &mut Vec<T>, wanted: impl Fn(&T) -> bool) -> Option<T> {
            let position = from.iter().position(wanted)?;
            Some(from.remove(position))
        }
        if self.primary_key.as_ref().is_some_and(|key| key.name.text == name) {
            return self.primary_key.take().map(Constraint::PrimaryKey);
        }
        take(&mut self.foreign_keys, |key| key.name.text == name)
            .map(Constraint::ForeignKey)
            .or_else(|| take(&mut self.uniques, |unique| unique.name.text == name).map(Constraint::Unique))
            .or_else(|| take(&mut self.checks, |check| check.name.text == name).map(Constraint::Check))
            .or_else(|| take(&mut self.exclusions, |exclusion| exclusion.name.text == name).map(Constraint::Exclusion))
    }

    /// Takes an index off.
    pub fn remove_index(&mut self, name: &str) -> Option<Index> {
        let position = self.indexes.iter().position(|index| index.name.text == name)?;
        Some(self.indexes.remove(position))
    }

    /// The name of a constraint of any kind, to change.
    pub fn constraint_name_mut(&mut self, name: &str) -> Option<&mut Name> {
        let key = self.primary_key.iter_mut().map(|key| &mut key.name);
        key.chain(self.foreign_keys.iter_mut().map(|key| &mut key.name))
            .chain(self.uniques.iter_mut().map(|unique| &mut unique.name))
            .chain(self.checks.iter_mut().map(|check| &mut check.name))
            .chain(self.exclusions.iter_mut().map(|exclusion| &mut exclusion.name))
            .find(|constraint| constraint.text == name)
    }

    /// Renames a column, in everything on the table that names it, its keys to itself included.
    pub fn rename_column(&mut self, from: &str, to: &str) {
        let rename = |name: &mut String| {
            if name == from {
                *name = to.to_owned();
            }
        };
        self.columns.iter_mut().for_each(|column| rename(&mut column.name));
        self.primary_key.iter_mut().flat_map(|key| &mut key.columns).for_each(rename);
        self.foreign_keys.iter_mut().flat_map(|key| &mut key.columns).for_each(rename);
        self.uniques.iter_mut().flat_map(|unique| &mut unique.columns).for_each(rename);
        self.indexes.iter_mut().flat_map(|index| &mut index.include).for_each(rename);
        for key in self.index_keys_mut() {
            if let IndexKey::Column(name) = key {
                rename(name);
            }
        }
        for expression in self.expressions_mut() {
            *expression = expression.rename_column(from, to);
        }
    }

    /// Renames a table before its columns, where its expressions name it.
    pub(super) fn rename_qualifiers(&mut self, from: &str, to: &str) {
        for expression in self.expressions_mut() {
            *expression = expression.rename_table(from, to);
        }
    }

    fn index_keys_mut(&mut self) -> impl Iterator<Item = &mut IndexKey> {
        let elements = self.indexes.iter_mut().flat_map(|index| &mut index.elements);
        let excluded = self.exclusions.iter_mut().flat_map(|exclusion| &mut exclusion.elements);
        elements.map(|element| &mut element.key).chain(excluded.map(|(key, _)| key))
    }

    fn expressions_mut(&mut self) -> impl Iterator<Item = &mut Expression> {
        let generated = self.columns.iter_mut().filter_map(|column| column.generated.as_mut());
        let checks = self.checks.iter_mut().map(|check| &mut check.expression);
        let on_indexes = self.indexes.iter_mut().flat_map(|index| {
            let keys = index.elements.iter_mut().filter_map(|element| element.key.expression_mut());
            keys.chain(&mut index.filter)
        });
        let on_exclusions = self.exclusions.iter_mut().flat_map(|exclusion| {
            let keys = exclusion.elements.iter_mut().filter_map(|(key, _)| key.expression_mut());
            keys.chain(&mut exclusion.filter)
        });
        let generated = generated.map(|generated| &mut generated.expression);
        generated.chain(checks).chain(on_indexes).chain(on_exclusions)
    }
}

impl Index {
    /// The columns it names, as keys, in expressions, in its filter or beside the keys, each once.
    pub fn columns(&self) -> Vec<String> {
        let mut columns = Vec::new();
        for element in &self.elements {
            element.key.add_columns(&mut columns);
        }
        if let Some(filter) = &self.filter {
            add_new(&mut columns, filter.columns());
        }
        add_new(&mut columns, self.include.iter().cloned());
        columns
    }

    /// Its keys, where all of them are columns.
    pub fn plain_columns(&self) -> Option<Vec<&str>> {
        fn column(key: &IndexKey) -> Option<&str> {
            match key {
                IndexKey::Column(name) => Some(name),
                IndexKey::Expression(_) => None,
            }
        }
        self.elements.iter().map(|element| column(&element.key)).collect()
    }

    /// Whether it names a column.
    pub fn uses(&self, column: &str) -> bool {
        let named = |key: &IndexKey| match key {
            IndexKey::Column(name) => name == column,
            IndexKey::Expression(expression) => expression.uses(column),
        };
        self.elements.iter().any(|element| named(&element.key))
            || self.include.iter().any(|name| name == column)
            || self.filter.as_ref().is_some_and(|filter| filter.uses(column))
    }

    /// Whether an expression in it is of a kind: one of its keys or its filter.
    pub(crate) fn says(&self, is_of_kind: &dyn Fn(&Expression) -> bool) -> bool {
        self.filter.as_ref().is_some_and(is_of_kind) || self.elements.iter().any(|element| element.key.says(is_of_kind))
    }
}

impl Table {
    /// The table without the columns, constraints and indexes that are the same in another; its primary key stays.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        fn apart<T: PartialEq + Clone>(ours: &[T], theirs: &[T]) -> Vec<T> {
            ours.iter().filter(|one| !theirs.contains(one)).cloned().collect()
        }
        Self {
            name: self.name.clone(),
            columns: apart(&self.columns, &other.columns),
            primary_key: self.primary_key.clone(),
            foreign_keys: apart(&self.foreign_keys, &other.foreign_keys),
            uniques: apart(&self.uniques, &other.uniques),
            checks: apart(&self.checks, &other.checks),
            exclusions: apart(&self.exclusions, &other.exclusions),
            indexes: apart(&self.indexes, &other.indexes),
            comment: self.comment.clone(),
            options: self.options.clone(),
            origin: self.origin.clone(),
        }
    }
}
