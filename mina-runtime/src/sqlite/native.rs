//! The statement of SQL that makes a change by itself, where the linked library has one.

use super::definition::ClauseKind;
use super::live::Live;
use super::resolve::{self, Found};
use mina_core::sql::sqlite::EditKind;
use mina_core::sql::sqlite::model::{self, Constraint, Rule};
use mina_core::sql::sqlite::quote;

/// The version of SQLite that has `ALTER COLUMN … SET NOT NULL` and `DROP CONSTRAINT`.
const ALTER_CONSTRAINT: u32 = 3_053_000;

/// The statements that make a change on the table as it is at that point; none where only a rebuild does.
pub(super) fn statements(live: &Live, edit: &EditKind, version: u32) -> Option<Vec<String>> {
    let table = quote(&live.name);
    let plain = || edit.sql(&live.name).map(|sql| vec![sql]);
    match edit {
        EditKind::AddColumn { .. } if edit.is_plain() => plain(),
        EditKind::RenameColumn { .. } => plain(),
        EditKind::DropColumn { name, constraints } => drop_column(live, name, constraints).then(plain).flatten(),
        EditKind::AlterColumn { before, after, using } => {
            let rest = model::Column {
                nullable: after.nullable,
                ..before.clone()
            };
            if version < ALTER_CONSTRAINT || using.is_some() || rest != *after {
                return None;
            }
            let column = live.definition.column(&after.name)?;
            let what = if after.nullable { "DROP NOT NULL" } else { "SET NOT NULL" };
            let done = column.is_nullable() == after.nullable;
            let statement = format!("ALTER TABLE {table} ALTER COLUMN {} {what}", quote(&after.name));
            Some(if done { Vec::new() } else { vec![statement] })
        }
        // `ADD CONSTRAINT … CHECK` refuses rows for which the check is NULL, though every INSERT of such a row is taken.
        EditKind::AddConstraint(_) => None,
        EditKind::DropConstraint(constraint) => drop_constraint(live, constraint, version, &table),
        EditKind::CreateIndex(index) => {
            let there = live.indexes.iter().any(|there| there.name.eq_ignore_ascii_case(&index.name));
            Some(if there { Vec::new() } else { vec![index.sql.clone()] })
        }
        EditKind::DropIndex(index) => {
            let name = resolve::index(live, index).ok()??;
            Some(vec![format!("DROP INDEX {}", quote(&name))])
        }
        EditKind::AddColumn { .. } => None,
    }
}

fn named(live: &Live, name: &str) -> usize {
    let names = live.definition.constraints().filter_map(|(_, clause, _)| clause.name.as_deref());
    names.filter(|other| other.eq_ignore_ascii_case(name)).count()
}

/// Whether SQLite drops the column: not a key, not unique, and nothing among the table's constraints about it.
fn drop_column(live: &Live, name: &str, constraints: &[Constraint]) -> bool {
    let inline = constraints.iter().all(|constraint| match resolve::constraint(live, constraint) {
        Ok(Some(Found::Clause(place))) => place.inline,
        Ok(Some(Found::Index(_))) | Err(_) => false,
        Ok(None) => true,
    });
    let Some(column) = live.definition.column(name) else { return false };
    let key = column
        .clauses
        .iter()
        .any(|clause| matches!(clause.kind, ClauseKind::Constraint(Rule::PrimaryKey { .. } | Rule::Unique { .. })));
    inline && !key && live.definition.columns().count() > 1
}

fn drop_constraint(live: &Live, constraint: &Constraint, version: u32, table: &str) -> Option<Vec<String>> {
    match resolve::constraint(live, constraint).ok()?? {
        Found::Index(index) => Some(vec![format!("DROP INDEX {}", quote(&index))]),
        Found::Clause(place) => {
            let (_, clause, rule) = live.definition.constraints().find(|(found, ..)| *found == place)?;
            let name = clause.name.as_deref()?;
            let native = version >= ALTER_CONSTRAINT && matches!(rule, Rule::Check { .. }) && named(live, name) == 1;
            native.then(|| vec![format!("ALTER TABLE {table} DROP CONSTRAINT {}", quote(name))])
        }
    }
}
