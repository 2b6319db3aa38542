//! What each operation makes of a schema.

use super::Operation;
use crate::schema::{Column, Default, Enum, Index, ObjectName, Origin, Schema, Table, Type, Value};

impl Operation {
    /// Changes the schema; what it names and the schema does not have is passed over.
    pub fn apply(&self, schema: &mut Schema) {
        match self {
            Self::CreateNamespace(name) => schema.put_namespace(name.clone(), Origin::default()),
            Self::DropNamespace(name) => {
                schema.remove_namespace(name);
            }
            Self::CreateTable(table) => schema.put_table(table.clone()),
            Self::DropTable(table) => {
                schema.remove_table(&table.name);
            }
            Self::RenameTable { from, to, renamed } => {
                schema.rename_table(from, to);
                schema.edit(to, |table| {
                    for (from, to) in renamed {
                        rename_constraint(table, from, to);
                        rename_index(table, from, to, |_| true);
                    }
                });
            }
            Self::AddColumn {
                table,
                column,
                constraints,
                indexes,
            } => {
                schema.add_column(table, column.clone());
                constraints
                    .iter()
                    .for_each(|constraint| schema.add_constraint(table, constraint.clone()));
                indexes.iter().for_each(|index| schema.add_index(table, index.clone()));
            }
            Self::DropColumn {
                table,
                column,
                constraints,
                indexes,
                ..
            } => schema.edit(table, |table| {
                table.columns.retain(|other| other.name != column.name);
                for constraint in constraints {
                    table.remove_constraint(&constraint.name().text);
                }
                for index in indexes {
                    table.remove_index(&index.name.text);
                }
            }),
            Self::RenameColumn { table, from, to } => schema.rename_column(table, from, to),
            Self::AlterColumn { table, after, .. } => schema.edit_column(table, &after.name, |column| *column = after.clone()),
            Self::CreateConstraint { table, constraint } => schema.add_constraint(table, constraint.clone()),
            Self::DropConstraint { table, constraint } => schema.edit(table, |table| {
                table.remove_constraint(&constraint.name().text);
            }),
            Self::RenameConstraint { table, from, to } => schema.edit(table, |table| rename_constraint(table, from, to)),
            Self::CreateIndex { table, index, .. } => schema.add_index(table, index.clone()),
            Self::DropIndex { table, index, .. } => schema.edit(table, |table| {
                table.remove_index(&index.name.text);
            }),
            Self::RenameIndex { table, from, to } => schema.edit(table, |table| rename_index(table, from, to, |_| true)),
            Self::CommentOnTable { table, after, .. } => schema.edit(table, |table| table.comment.clone_from(after)),
            Self::CreateEnum(object) => schema.put_enum(object.clone()),
            Self::AlterEnum { after, renamed, .. } => alter_enum(schema, after, renamed.as_ref()),
            Self::DropEnum(object) => {
                schema.remove_enum(&object.name);
            }
            Self::CreateSequence(sequence) => schema.put_sequence(sequence.clone()),
            Self::DropSequence(sequence) => {
                schema.remove_sequence(&sequence.name);
            }
            Self::CreateView(view) => schema.put_view(view.clone()),
            Self::DropView(view) => {
                schema.remove_view(&view.name);
            }
            Self::CreateTrigger(trigger) => schema.put_trigger(trigger.clone()),
            Self::DropTrigger(trigger) => {
                schema.remove_trigger(&trigger.table, &trigger.name);
            }
            Self::CreateFunction(function) => schema.put_function(function.clone()),
            Self::DropFunction(function) => {
                schema.remove_function(&function.name, &function.arguments);
            }
            Self::CreateExtension(name) => schema.put_extension(name.clone(), Origin::default()),
            Self::DropExtension(name) => {
                schema.remove_extension(name);
            }
            Self::Execute { effect, .. } | Self::Run { effect, .. } => effect.iter().for_each(|operation| operation.apply(schema)),
            Self::Update { .. } | Self::Delete { .. } | Self::BulkInsert { .. } | Self::BulkDelete { .. } | Self::Backfill { .. } => {}
        }
    }
}

/// The index that serves a key goes by the key's name.
fn rename_constraint(table: &mut Table, from: &str, to: &str) {
    if let Some(name) = table.constraint_name_mut(from) {
        to.clone_into(&mut name.text);
    }
    rename_index(table, from, to, |index| index.serves_key);
}

fn rename_index(table: &mut Table, from: &str, to: &str, which: impl Fn(&Index) -> bool) {
    let named = table.indexes.iter_mut().filter(|index| index.name.text == from && which(index));
    named.for_each(|index| to.clone_into(&mut index.name.text));
}

fn alter_enum(schema: &mut Schema, after: &Enum, renamed: Option<&(String, String)>) {
    schema.put_enum(after.clone());
    let Some((from, to)) = renamed else { return };
    let old = Some(Default::Value(Value::String(from.clone())));
    let uses = |column: &Column| column.ty == Type::Enum(after.name.clone()) && column.default == old;
    let tables: Vec<ObjectName> = schema
        .tables()
        .values()
        .filter(|table| table.columns.iter().any(uses))
        .map(|table| table.name.clone())
        .collect();
    for name in tables {
        schema.edit(&name, |table| {
            for column in table.columns.iter_mut().filter(|column| uses(column)) {
                column.default = Some(Default::Value(Value::String(to.clone())));
            }
        });
    }
}
