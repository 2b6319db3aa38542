//! Names that are given, and those that the naming convention makes.

use crate::operation::{Operation, key_columns};
use crate::schema::naming::{NameKind, Naming};
use crate::schema::{Constraint, ConstraintRef, Name, ObjectName};

/// The operation, with every name given that the convention would not make again: that of a column since renamed, say.
pub(super) fn named(operation: &Operation, naming: &Naming) -> Operation {
    let mut operation = operation.clone();
    let name = |kind, table: &ObjectName, columns: &[String], referred: Option<&ObjectName>, name: &mut Name| {
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        name.derived &= naming.name(kind, table, &columns, referred).text == name.text;
    };
    let constraint = |table: &ObjectName, constraint: &mut Constraint| {
        let columns = constraint.as_ref().columns();
        match constraint {
            Constraint::PrimaryKey(key) => name(NameKind::PrimaryKey, table, &columns, None, &mut key.name),
            Constraint::ForeignKey(key) => name(NameKind::ForeignKey, table, &columns, Some(&key.table), &mut key.name),
            Constraint::Unique(unique) => name(NameKind::Unique, table, &columns, None, &mut unique.name),
            Constraint::Check(check) => name(NameKind::Check, table, &columns, None, &mut check.name),
            Constraint::Exclusion(_) => {}
        }
    };
    match &mut operation {
        Operation::CreateTable(table) => {
            let of = table.name.clone();
            let constraints: Vec<Constraint> = table.constraints().map(ConstraintRef::to_owned).collect();
            for mut changed in constraints {
                constraint(&of, &mut changed);
                let given = changed.name().clone();
                table
                    .constraint_name_mut(&given.text)
                    .into_iter()
                    .for_each(|name| *name = given.clone());
            }
            for index in &mut table.indexes {
                name(NameKind::Index, &of, &key_columns(index), None, &mut index.name);
            }
        }
        Operation::AddColumn {
            table,
            constraints,
            indexes,
            ..
        } => {
            constraints.iter_mut().for_each(|changed| constraint(table, changed));
            for index in indexes {
                name(NameKind::Index, table, &key_columns(index), None, &mut index.name);
            }
        }
        Operation::CreateConstraint {
            table,
            constraint: changed,
        } => constraint(table, changed),
        Operation::CreateIndex { table, index, .. } => name(NameKind::Index, table, &key_columns(index), None, &mut index.name),
        _ => {}
    }
    operation
}
