//! Indexes, those that MariaDB needs for its foreign keys among them.

use super::Operation;
use super::dependents::keys_to_unique;
use super::lookup::{list, path, texts};
use super::replay::{Replay, Resolution};
use super::row::Role;
use super::support::is_long;
use crate::diagnostic::Code;
use crate::engine::{Engine, Product};
use crate::schema::naming::NameKind;
use crate::schema::{ForeignKey, Index, IndexElement, IndexKey, Name, ObjectName, OccupantKind, Table};
use crate::syntax::Span;
use crate::syntax::ast::{ConstraintKind, Ident, IndexDef, IndexKeyDef, StatementKind, TableRef};

/// The columns that an index's keys name, in order, each once: what its derived name is made of.
pub(crate) fn key_columns(index: &Index) -> Vec<String> {
    let keys = Index {
        filter: None,
        include: Vec::new(),
        ..index.clone()
    };
    keys.columns()
}

impl<'a> Replay<'a> {
    /// The index that a definition makes, its name claimed.
    pub(super) fn index_of(&mut self, table: &Table, definition: &IndexDef) -> Resolution<Index> {
        self.check_index_options(definition)?;
        let mut elements: Vec<IndexElement> = Vec::with_capacity(definition.elements.len());
        for element in &definition.elements {
            let key = match &element.key {
                IndexKeyDef::Column(name) => IndexKey::Column(self.column(table, name)?.name.clone()),
                IndexKeyDef::Expression(sql) => IndexKey::Expression(self.expression(table, sql, Role::Index)?),
            };
            let twice = elements.iter().any(|other| other.key == key);
            if let (true, IndexKeyDef::Column(name)) = (twice, &element.key) {
                let message = format!("`{}` stands twice in the index", name.text);
                return self.error(Code::M217, name.span, message, ["name each column once".to_owned()]);
            }
            elements.push(IndexElement {
                key,
                descending: element.descending,
                nulls_first: element.nulls_first,
                collation: element.collate.as_ref().map(|collation| collation.text.clone()),
                class: element.class.as_ref().map(|class| class.text.clone()),
            });
        }
        let filter = definition
            .filter
            .as_ref()
            .map(|filter| self.condition(table, filter, Role::Index))
            .transpose()?;
        self.columns(table, &definition.include, "`include` of the index")?;
        let mut index = Index {
            name: Name {
                text: String::new(),
                derived: true,
            },
            elements,
            unique: definition.unique,
            nulls_not_distinct: definition.nulls_not_distinct,
            filter,
            method: definition.method.as_ref().map(|method| method.text.clone()),
            include: texts(&definition.include),
            serves_key: false,
            origin: self.origin(definition.span),
        };
        index.name = self.name_of(definition.name.as_ref(), NameKind::Index, &table.name, &key_columns(&index), None);
        let span = definition.name.as_ref().map_or(definition.span, |name| name.span);
        self.claim(OccupantKind::Index, &table.name.beside(&index.name.text), Some(&table.name), span)?;
        Ok(index)
    }

    /// The index that `#[index]` on a column makes.
    pub(super) fn plain_index(&mut self, table: &Table, name: Option<&Ident>, column: &Ident, span: Span) -> Resolution<Index> {
        let name = self.name_of(name, NameKind::Index, &table.name, std::slice::from_ref(&column.text), None);
        self.claim(OccupantKind::Index, &table.name.beside(&name.text), Some(&table.name), span)?;
        Ok(plain(name, std::slice::from_ref(&column.text), self.origin(span)))
    }

    /// The index that a new foreign key needs on MariaDB, unless one declared anywhere in the body serves it.
    pub(super) fn index_for_key(&self, table: &Table, key: &ForeignKey) -> Option<Index> {
        let needed = self.engine() == Engine::Mysql && serving(table, &key.columns).next().is_none();
        if !needed || self.declares_index(&table.name, &key.columns) {
            return None;
        }
        let mut index = plain(key.name.clone(), &key.columns, key.origin.clone());
        index.serves_key = true;
        Some(index)
    }

    /// The same for all keys of a table.
    pub(super) fn indexes_for_keys(&self, name: &ObjectName) -> Vec<Index> {
        let mut made = Vec::new();
        if self.engine() != Engine::Mysql {
            return made;
        }
        let Some(table) = self.schema.table(name) else { return made };
        let mut table = Table::clone(table);
        for key in table.foreign_keys.clone() {
            if let Some(index) = self.index_for_key(&table, &key) {
                table.indexes.push(index.clone());
                made.push(index);
            }
        }
        made
    }

    fn declares_index(&self, table: &ObjectName, columns: &[String]) -> bool {
        let there = self.schema.table(table).cloned();
        let is_hash = |names: &[&str]| {
            let column = |name: &&str| there.as_ref().and_then(|table| table.column(name));
            names.iter().filter_map(column).any(|column| is_long(&column.ty))
        };
        let serves = |names: Vec<&str>| starts_with(&names, columns);
        let serves_as_unique = |names: Vec<&str>| !is_hash(&names) && serves(names);
        let idents = |names: &'a [Ident]| names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>();
        let statements = self.body.statements.iter().flat_map(|statement| match &statement.kind {
            StatementKind::BatchAlter { statements, .. } => statements.as_slice(),
            _ => std::slice::from_ref(statement),
        });
        statements
            .filter(|statement| statement.on.is_empty() || statement.on.iter().any(|on| on.engine == Engine::Mysql))
            .any(|statement| match &statement.kind {
                StatementKind::CreateIndex { table: on, index } if on.object() == *table && index.filter.is_none() => {
                    let keys = index.elements.iter().map_while(|element| match &element.key {
                        IndexKeyDef::Column(name) => Some(name.text.as_str()),
                        IndexKeyDef::Expression(_) => None,
                    });
                    match index.unique {
                        true => serves_as_unique(keys.collect()),
                        false => serves(keys.collect()),
                    }
                }
                StatementKind::CreateConstraint { table: on, constraint } if on.object() == *table => match &constraint.kind {
                    ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
                        serves_as_unique(idents(columns))
                    }
                    _ => false,
                },
                _ => false,
            })
    }

    /// Refuses to drop the last index that serves a foreign key on MariaDB.
    pub(super) fn still_served(&mut self, table: &Table, name: &str, span: Span) -> Resolution {
        if self.engine() != Engine::Mysql {
            return Ok(());
        }
        let Some(key) = last_to_serve(table, name).next() else {
            return Ok(());
        };
        let message = format!(
            "`{name}` is the last index that serves the foreign key `{}` of `{}`, and {} needs one",
            key.name, table.name, self.cx.target
        );
        let help = [
            format!("the key is from {}", key.origin),
            format!(
                "write `drop_constraint {} on {};` before it, or create another index on {} first",
                key.name,
                table.name,
                list(&key.columns)
            ),
        ];
        self.error(Code::M214, span, message, help)
    }

    /// Refuses to rename a column of a foreign key where MariaDB would have to copy the table for a hash in it.
    pub(super) fn check_hash(&mut self, table: &Table, column: &str, name: &Ident) -> Resolution {
        if self.cx.target.product != Product::Mariadb {
            return Ok(());
        }
        let Some(hash) = hashes(table).next() else { return Ok(()) };
        let own = table.foreign_keys.iter().filter(|key| key.columns.iter().any(|own| own == column));
        let own = own.map(|key| (&table.name, key));
        let referring = self.schema.referring(&table.name).map(|(other, key)| (&other.name, key));
        let referring = referring.filter(|(_, key)| key.referred.iter().any(|referred| referred == column));
        let Some((owner, key)) = own.chain(referring).next() else {
            return Ok(());
        };
        let message = format!(
            "`{}` is in the foreign key `{}` and cannot be renamed on {} beside `{hash}`, which is unique over a long text",
            path(&table.name, column),
            key.name,
            self.cx.target
        );
        let help = [format!(
            "write `drop_constraint {} on {owner};` before it, and create the key again after it",
            key.name
        )];
        self.error(Code::M502, name.span, message, help)
    }

    pub(super) fn create_index(&mut self, reference: &TableRef, definition: &IndexDef) -> Resolution {
        let table = self.table(reference)?;
        let index = self.index_of(&table, definition)?;
        let word = definition.name.as_ref().map_or(definition.span, |name| name.span);
        let operation = Operation::CreateIndex {
            table: table.name.clone(),
            index,
            concurrently: definition.concurrently && self.engine() == Engine::Pg,
        };
        self.emit(operation, word);
        self.check_limits(&table.name, word)
    }

    pub(super) fn drop_index(&mut self, reference: &TableRef, name: &Ident, concurrently: bool) -> Resolution {
        let table = self.table(reference)?;
        let index = self.index(&table, name)?;
        self.still_served(&table, &name.text, name.span)?;
        if let (true, Some(columns)) = (index.unique, index.plain_columns()) {
            let columns: Vec<String> = columns.into_iter().map(str::to_owned).collect();
            let dependents = keys_to_unique(&self.schema, self.engine(), &table, &name.text, &columns);
            self.refuse_for(Code::M208, name.span, &format!("the unique index `{}`", name.text), dependents, "")?;
        }
        let operation = Operation::DropIndex {
            table: table.name.clone(),
            index: index.clone(),
            concurrently: concurrently && self.engine() == Engine::Pg,
        };
        self.emit(operation, name.span);
        self.goes(path(&table.name, &name.text), "it is dropped here".into(), name.span);
        Ok(())
    }

    pub(super) fn rename_index(&mut self, reference: &TableRef, from: &Ident, to: &Ident) -> Resolution {
        let table = self.table(reference)?;
        let index = self.index(&table, from)?;
        if from.text == to.text {
            self.no_change(to.span, format!("`{}` is called so already", from.text));
            return Ok(());
        }
        if index.serves_key {
            let message = format!("the index `{}` goes by the name of the foreign key that it serves", from.text);
            let help = format!("write `rename_constraint {} => {} on {};`", from.text, to.text, table.name);
            return self.error(Code::M208, from.span, message, [help]);
        }
        self.claim(OccupantKind::Index, &table.name.beside(&to.text), Some(&table.name), to.span)?;
        let operation = Operation::RenameIndex {
            table: table.name.clone(),
            from: from.text.clone(),
            to: to.text.clone(),
        };
        self.emit(operation, from.span);
        let gone = format!("it is renamed to `{}` here", to.text);
        self.goes(path(&table.name, &from.text), gone, to.span);
        Ok(())
    }
}

fn plain(name: Name, columns: &[String], origin: crate::schema::Origin) -> Index {
    let element = |column: &String| IndexElement {
        key: IndexKey::Column(column.clone()),
        descending: false,
        nulls_first: None,
        collation: None,
        class: None,
    };
    Index {
        name,
        elements: columns.iter().map(element).collect(),
        unique: false,
        nulls_not_distinct: false,
        filter: None,
        method: None,
        include: Vec::new(),
        serves_key: false,
        origin,
    }
}

/// Whether the columns of an index begin with those of a key, in their order.
fn starts_with(index: &[&str], key: &[String]) -> bool {
    index.len() >= key.len() && index.iter().zip(key).all(|(a, b)| *a == b)
}

/// The unique keys over long texts, of which MariaDB keeps a hash: nothing is looked up in it.
fn hashes(table: &Table) -> impl Iterator<Item = &str> {
    let is_long = |name: &str| table.column(name).is_some_and(|column| is_long(&column.ty));
    let uniques = table.uniques.iter();
    let uniques = uniques.filter(move |unique| unique.columns.iter().any(|name| is_long(name)));
    let indexes = table.indexes.iter().filter(move |index| {
        let columns = index.plain_columns().filter(|_| index.unique);
        columns.is_some_and(|columns| columns.into_iter().any(is_long))
    });
    let uniques = uniques.map(|unique| unique.name.text.as_str());
    uniques.chain(indexes.map(|index| index.name.text.as_str()))
}

/// The names of what serves a foreign key on these columns.
fn serving<'t>(table: &'t Table, columns: &'t [String]) -> impl Iterator<Item = &'t str> {
    fn plain(columns: &[String]) -> Vec<&str> {
        columns.iter().map(String::as_str).collect()
    }
    let key = table.primary_key.iter().map(|key| (key.name.text.as_str(), plain(&key.columns)));
    let uniques = table
        .uniques
        .iter()
        .map(|unique| (unique.name.text.as_str(), plain(&unique.columns)));
    let indexes = table.indexes.iter().filter(|index| index.filter.is_none());
    let indexes = indexes.map(|index| {
        let columns = index.elements.iter().map_while(|element| match &element.key {
            IndexKey::Column(name) => Some(name.as_str()),
            IndexKey::Expression(_) => None,
        });
        (index.name.text.as_str(), columns.collect())
    });
    key.chain(uniques)
        .chain(indexes)
        .filter(|(_, set)| starts_with(set, columns))
        .map(|(name, _)| name)
        .filter(|name| !hashes(table).any(|hash| hash == *name))
}

/// Whether a foreign key of a table has what serves it.
pub(crate) fn is_served(table: &Table, columns: &[String]) -> bool {
    serving(table, columns).next().is_some()
}

/// The foreign keys that nothing but this index, unique constraint or primary key serves.
pub(crate) fn last_to_serve<'t>(table: &'t Table, name: &str) -> impl Iterator<Item = &'t ForeignKey> {
    table.foreign_keys.iter().filter(move |key| {
        let mut all = serving(table, &key.columns);
        all.next() == Some(name) && all.next().is_none()
    })
}
