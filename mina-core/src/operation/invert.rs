//! The way back from each operation.

use super::conversion::casts;
use super::enumeration::in_the_way;
use super::{NoInverse, Operation, Using};
use crate::engine::{Engine, Target};
use crate::schema::Schema;

impl Operation {
    /// Why an engine would refuse a derived operation on a schema, if it would.
    pub(crate) fn refused_by(&self, target: Target, schema: &Schema) -> Option<NoInverse> {
        let engine = target.engine();
        match self {
            Self::AlterColumn {
                table,
                before,
                after,
                using: Using::Cast,
            } if !casts(&before.ty, &after.ty, engine) => Some(NoInverse(format!(
                "{target} casts no `{}` to `{}`; write the downgrade with `alter_column {table}.{} {{ type = {}, using = \"…\" }}`",
                before.ty, after.ty, after.name, after.ty
            ))),
            Self::AlterEnum { before, after, .. } if engine == Engine::Pg => {
                let dependents = in_the_way(before, after, schema);
                let first = dependents.first()?;
                Some(NoInverse(format!(
                    "{} depends on what the enum `{}` gets; write the downgrade with `{}` before it",
                    first.what, before.name, first.without
                )))
            }
            _ => None,
        }
    }

    /// The operations that lead back, in order.
    ///
    /// # Errors
    ///
    /// What would have to be known or said, such as `undo` on an `execute`.
    pub fn invert(&self) -> Result<Vec<Self>, NoInverse> {
        let inverse = match self.clone() {
            Self::CreateNamespace(name) => Self::DropNamespace(name),
            Self::DropNamespace(name) => Self::CreateNamespace(name),
            Self::CreateTable(table) => Self::DropTable(table),
            Self::DropTable(table) => Self::CreateTable(table),
            Self::RenameTable { from, to, renamed } => Self::RenameTable {
                from: to,
                to: from,
                renamed: renamed.into_iter().map(|(from, to)| (to, from)).collect(),
            },
            Self::AddColumn {
                table,
                column,
                constraints,
                indexes,
            } => Self::DropColumn {
                table,
                column,
                position: usize::MAX,
                constraints,
                indexes,
            },
            Self::DropColumn {
                table,
                column,
                constraints,
                indexes,
                ..
            } => Self::AddColumn {
                table,
                column,
                constraints,
                indexes,
            },
            Self::RenameColumn { table, from, to } => Self::RenameColumn { table, from: to, to: from },
            Self::AlterColumn {
                table,
                before,
                after,
                using,
            } => {
                let back = match using {
                    _ if before.ty == after.ty => Using::Implicit,
                    Using::Implicit | Using::Cast => Using::Cast,
                    Using::Expression(_) => {
                        return Err(NoInverse(format!(
                            "how `{table}.{}` becomes {} again is not said; write the downgrade with `alter_column {table}.{} {{ type = {}, using = \"…\" }}`",
                            before.name, before.ty, before.name, before.ty
                        )));
                    }
                };
                Self::AlterColumn {
                    table,
                    before: after,
                    after: before,
                    using: back,
                }
            }
            Self::CreateConstraint { table, constraint } => Self::DropConstraint { table, constraint },
            Self::DropConstraint { table, constraint } => Self::CreateConstraint { table, constraint },
            Self::RenameConstraint { table, from, to } => Self::RenameConstraint { table, from: to, to: from },
            Self::CreateIndex {
                table,
                index,
                concurrently,
            } => Self::DropIndex {
                table,
                index,
                concurrently,
            },
            Self::DropIndex {
                table,
                index,
                concurrently,
            } => Self::CreateIndex {
                table,
                index,
                concurrently,
            },
            Self::RenameIndex { table, from, to } => Self::RenameIndex { table, from: to, to: from },
            Self::CommentOnTable { table, before, after } => Self::CommentOnTable {
                table,
                before: after,
                after: before,
            },
            Self::CreateEnum(object) => Self::DropEnum(object),
            Self::AlterEnum { before, after, renamed } => Self::AlterEnum {
                before: after,
                after: before,
                renamed: renamed.map(|(from, to)| (to, from)),
            },
            Self::DropEnum(object) => Self::CreateEnum(object),
            Self::CreateSequence(sequence) => Self::DropSequence(sequence),
            Self::DropSequence(sequence) => Self::CreateSequence(sequence),
            Self::CreateView(view) => Self::DropView(view),
            Self::DropView(view) => Self::CreateView(view),
            Self::CreateTrigger(trigger) => Self::DropTrigger(trigger),
            Self::DropTrigger(trigger) => Self::CreateTrigger(trigger),
            Self::CreateFunction(function) => Self::DropFunction(function),
            Self::DropFunction(function) => Self::CreateFunction(function),
            Self::CreateExtension(name) => Self::DropExtension(name),
            Self::DropExtension(name) => Self::CreateExtension(name),
            Self::BulkInsert {
                table, columns, rows, key, ..
            } => bulk_delete(table, &columns, &rows, key)?,
            Self::BulkDelete { table, .. } => {
                return Err(NoInverse(format!(
                    "the rows that `bulk_delete {table}` takes out are not known; write the downgrade with a `bulk_insert {table} […];`"
                )));
            }
            Self::Execute { .. } => return Err(undo_missing("execute")),
            Self::Update { table, .. } => return Err(undo_missing(&format!("update {table}"))),
            Self::Delete { table, .. } => return Err(undo_missing(&format!("delete {table}"))),
            Self::Run { .. } => return Err(undo_missing("run")),
            Self::Backfill { table, .. } => return Err(undo_missing(&format!("backfill {table}"))),
        };
        Ok(vec![inverse])
    }
}

fn undo_missing(statement: &str) -> NoInverse {
    NoInverse(format!(
        "`{statement}` does not say how it is undone; add `undo = \"…\"`, `undo {{ … }}` or `undo = none` to its braces"
    ))
}

fn bulk_delete(
    table: crate::schema::ObjectName,
    columns: &[String],
    rows: &[Vec<crate::schema::Value>],
    by: Vec<String>,
) -> Result<Operation, NoInverse> {
    let positions: Option<Vec<usize>> = by.iter().map(|key| columns.iter().position(|column| column == key)).collect();
    match positions {
        Some(positions) if !positions.is_empty() => Ok(Operation::BulkDelete {
            keys: rows
                .iter()
                .map(|row| positions.iter().map(|position| row[*position].clone()).collect())
                .collect(),
            table,
            by,
        }),
        _ => Err(NoInverse(format!(
            "the rows of `bulk_insert {table}` do not carry its primary key; write the downgrade with `delete {table} {{ where = \"…\" }}`"
        ))),
    }
}
