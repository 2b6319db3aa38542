//! What has to be out of the way while a schema changes, and is made again afterwards.

use super::piece::Piece;
use crate::engine::Engine;
use crate::operation::{can_refer, is_of_a_kind, is_served, key_columns};
use crate::schema::{Column, ConstraintRef, Expression, ForeignKey, ObjectName, Schema, Table, Type};
use crate::sql::text::{calls, mentions_column, mentions_table};
use std::collections::BTreeSet;

/// What changes in a schema for good.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Columns whose type changes: table, before, after.
    pub(super) retyped: Vec<(ObjectName, Column, Column)>,
    /// Columns whose collation changes.
    pub(super) collated: Vec<(ObjectName, String)>,
    /// Enums of which values go or get another name.
    pub(super) enums: Vec<Lost>,
    /// Columns that get another name, by the old one.
    pub(super) columns: Vec<(ObjectName, String)>,
    /// Tables that get another name, by the old one.
    pub(super) tables: Vec<ObjectName>,
}

/// Values that an enum has no longer.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) name: ObjectName,
    pub(super) values: Vec<String>,
    /// Whether they go, so that PostgreSQL makes the type anew; else they get another name.
    pub(super) anew: bool,
}

/// Adds to what is taken out all that could not stay without it.
pub(super) fn close(schema: &Schema, changes: &Changes, engine: Engine, taken: &mut BTreeSet<Piece>) {
    let closure = Closure { schema, changes, engine };
    loop {
        let before = taken.len();
        closure.columns(taken);
        closure.keys(taken);
        closure.enums(taken);
        closure.bodies(taken);
        if taken.len() == before {
            return;
        }
    }
}

struct Closure<'a> {
    schema: &'a Schema,
    changes: &'a Changes,
    engine: Engine,
}

impl Closure<'_> {
    /// What is about a column that goes, or that gets another type.
    fn columns(&self, taken: &mut BTreeSet<Piece>) {
        for piece in taken.clone() {
            let Piece::Column(name, column) = &piece else { continue };
            let Some(table) = self.schema.table(name) else { continue };
            taken.extend(
                table
                    .constraints_using(column)
                    .map(|constraint| Piece::constraint(table, constraint)),
            );
            taken.extend(table.indexes_using(column).map(|index| Piece::index(table, index)));
            let generated = table.generated_using(column).map(|generated| generated.name.clone());
            taken.extend(generated.map(|generated| Piece::Column(name.clone(), generated)));
        }
        if self.engine == Engine::Pg {
            self.collated(taken);
        }
        for (name, before, after) in &self.changes.retyped {
            let Some(table) = self.schema.table(name) else { continue };
            if self.engine == Engine::Pg {
                let generated = table.generated_using(&before.name).map(|generated| generated.name.clone());
                taken.extend(generated.map(|generated| Piece::Column(name.clone(), generated)));
            }
            if self.engine == Engine::Pg && !is_of_a_kind(&before.ty, &after.ty) {
                self.expressions(table, &|expression| expression.depends_on_type(&before.name), taken);
            }
            for (owner, key, other) in self.tied(table, &before.name) {
                if !can_refer(&after.ty, &other) {
                    taken.insert(Piece::constraint(owner, ConstraintRef::ForeignKey(key)));
                }
            }
        }
    }

    /// PostgreSQL keeps the collation that an expression had when its index was made, and changes none under a generated column.
    fn collated(&self, taken: &mut BTreeSet<Piece>) {
        for (name, column) in &self.changes.collated {
            let Some(table) = self.schema.table(name) else { continue };
            let generated = table.generated_using(column).map(|generated| generated.name.clone());
            taken.extend(generated.map(|generated| Piece::Column(name.clone(), generated)));
            let uses = |expression: &Expression| expression.uses(column);
            let indexes = table.indexes.iter();
            let indexes = indexes.filter(|index| index.elements.iter().any(|element| element.key.says(&uses)));
            taken.extend(indexes.map(|index| Piece::index(table, index)));
        }
    }

    /// The foreign keys that tie a column to another one, with the type of that.
    fn tied<'s>(&'s self, table: &'s Table, column: &'s str) -> Vec<(&'s Table, &'s ForeignKey, Type)> {
        let mut tied = Vec::new();
        for key in &table.foreign_keys {
            let at = key.columns.iter().position(|own| own == column);
            let other = at.and_then(|at| self.schema.table(&key.table)?.column(key.referred.get(at)?));
            tied.extend(other.map(|other| (table, key, other.ty.clone())));
        }
        for (owner, key) in self.schema.referring(&table.name) {
            let at = key.referred.iter().position(|referred| referred == column);
            let other = at.and_then(|at| owner.column(key.columns.get(at)?));
            tied.extend(other.map(|other| (&**owner, key, other.ty.clone())));
        }
        tied
    }

    /// Foreign keys to what is unique no longer, to tables that go, and, on MariaDB, those that nothing serves any more.
    fn keys(&self, taken: &mut BTreeSet<Piece>) {
        for piece in taken.clone() {
            if let Piece::Table(name) = &piece {
                let keys = self.schema.referring(name).filter(|(owner, _)| owner.name != *name);
                taken.extend(keys.map(|(owner, key)| Piece::constraint(owner, ConstraintRef::ForeignKey(key))));
            }
        }
        let touched: BTreeSet<ObjectName> = taken.iter().filter_map(Piece::table).cloned().collect();
        for table in touched.iter().filter_map(|name| self.schema.table(name)) {
            let left = left(table, taken);
            for (owner, key) in self.schema.referring(&table.name) {
                if left.uniqueness_of(&key.referred).is_none() || self.is_held(table, owner, key, taken) {
                    taken.insert(Piece::constraint(owner, ConstraintRef::ForeignKey(key)));
                }
            }
            if self.engine == Engine::Mysql {
                let unserved = left.foreign_keys.iter().filter(|key| !is_served(&left, &key.columns));
                taken.extend(unserved.map(|key| Piece::constraint(table, ConstraintRef::ForeignKey(key))));
            }
        }
    }

    /// Whether something of a table goes by which PostgreSQL may hold a key to it.
    fn is_held(&self, table: &Table, owner: &Table, key: &ForeignKey, taken: &BTreeSet<Piece>) -> bool {
        let mut gone = taken.iter().filter(|piece| piece.table() == Some(&table.name));
        self.engine == Engine::Pg
            && gone.any(|piece| match piece {
                Piece::Constraint(_, name) | Piece::Index(_, name) => table.may_hold(name, owner, key),
                _ => false,
            })
    }

    /// On PostgreSQL, what names a value of an enum that goes or is renamed, and what has a type that is made anew.
    fn enums(&self, taken: &mut BTreeSet<Piece>) {
        if self.engine != Engine::Pg {
            return;
        }
        for lost in &self.changes.enums {
            for table in self.schema.tables().values() {
                let columns = table.columns.iter().filter(|column| column.ty.is_of_enum(&lost.name));
                for column in columns {
                    self.about_values(table, column, lost, taken);
                }
            }
        }
    }

    fn about_values(&self, table: &Table, column: &Column, lost: &Lost, taken: &mut BTreeSet<Piece>) {
        let literals: Vec<String> = lost.values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
        for literal in &literals {
            self.naming(table, &column.name, literal, taken);
        }
        let says = |sql: &str| lost.anew || literals.iter().any(|literal| sql.contains(literal));
        let generated = table.generated_using(&column.name).filter(|generated| {
            let expression = generated.generated.as_ref().map(|generated| generated.expression.sql());
            expression.is_some_and(says)
        });
        taken.extend(generated.map(|generated| Piece::Column(table.name.clone(), generated.name.clone())));
        self.bodies_about(taken, |sql, on| {
            says(sql) && mentions_column(sql, self.engine, on, &table.name, &column.name)
        });
    }

    fn naming(&self, table: &Table, column: &str, literal: &str, taken: &mut BTreeSet<Piece>) {
        self.expressions(
            table,
            &|expression| expression.sql().contains(literal) && expression.uses(column),
            taken,
        );
    }

    /// The checks, exclusions and indexes of which an expression is of a kind.
    fn expressions(&self, table: &Table, says: &dyn Fn(&Expression) -> bool, taken: &mut BTreeSet<Piece>) {
        let constraints = table.constraints().filter(|constraint| constraint.says(says));
        taken.extend(constraints.map(|constraint| Piece::constraint(table, constraint)));
        let indexes = table.indexes.iter().filter(|index| index.says(says));
        taken.extend(indexes.map(|index| Piece::index(table, index)));
    }

    /// The views, triggers and functions that name something that goes or changes.
    fn bodies(&self, taken: &mut BTreeSet<Piece>) {
        for piece in taken.clone() {
            match &piece {
                Piece::Table(name) | Piece::View(name) => {
                    self.bodies_about(taken, |sql, on| on == Some(name) || mentions_table(sql, self.engine, name));
                }
                Piece::Column(table, column) => {
                    self.bodies_about(taken, |sql, on| mentions_column(sql, self.engine, on, table, column));
                }
                Piece::Function(name, _) => self.bodies_about(taken, |sql, _| calls(sql, &name.name)),
                Piece::Constraint(..) | Piece::Index(..) | Piece::Trigger(..) => {}
            }
        }
        for name in &self.changes.tables {
            self.bodies_about(taken, |sql, on| on == Some(name) || mentions_table(sql, self.engine, name));
        }
        let renamed = self.changes.columns.iter().map(|(table, column)| (table, column.as_str()));
        let retyped = self.changes.retyped.iter().map(|(table, before, _)| (table, before.name.as_str()));
        let collated = self.changes.collated.iter().filter(|_| self.engine == Engine::Pg);
        let collated = collated.map(|(table, column)| (table, column.as_str()));
        for (table, column) in renamed.chain(retyped).chain(collated) {
            self.bodies_about(taken, |sql, on| mentions_column(sql, self.engine, on, table, column));
        }
    }

    fn bodies_about(&self, taken: &mut BTreeSet<Piece>, about: impl Fn(&str, Option<&ObjectName>) -> bool) {
        let views = self.schema.views().values().filter(|view| about(&view.body, None));
        taken.extend(views.map(|view| Piece::View(view.name.clone())));
        let triggers = self.schema.triggers().values();
        let triggers = triggers.filter(|trigger| about(&trigger.body, Some(&trigger.table)));
        taken.extend(triggers.map(|trigger| Piece::Trigger(trigger.table.clone(), trigger.name.clone())));
        let functions = self.schema.functions().values().filter(|function| about(&function.body, None));
        taken.extend(functions.map(|function| Piece::Function(function.name.clone(), function.arguments.clone())));
    }
}

/// A table without what is taken off it; the index of a foreign key stays as long as the key.
fn left(table: &Table, taken: &BTreeSet<Piece>) -> Table {
    let mut left = table.clone();
    for piece in taken.iter().filter(|piece| piece.table() == Some(&table.name)) {
        match piece {
            Piece::Constraint(_, name) => {
                left.remove_constraint(name);
            }
            Piece::Index(_, name) => {
                let own = left.index(name).is_some_and(|index| {
                    let columns = key_columns(index);
                    index.serves_key
                        && table
                            .foreign_keys
                            .iter()
                            .any(|key| key.name.text == *name && key.columns == columns)
                });
                if !own {
                    left.remove_index(name);
                }
            }
            _ => {}
        }
    }
    left
}
