//! What one pass over a table does, and how it is found from the table before and after.

use super::lexer::mentions;
use super::model::{Column, Constraint, Index, Rule, Table};
use super::raise::{StoredTrigger, StoredView};
use serde::{Deserialize, Serialize};

/// One pass over a table: as native statements where the linked library has them, else as one rebuild, which the runner
/// completes from the live table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableChange {
    /// The table's name.
    pub table: String,
    /// What changes, in order.
    pub edits: Vec<Edit>,
}

/// One change, and the line it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The line of the migration's file; 0 where unknown.
    pub line: u32,
    /// What changes.
    #[serde(flatten)]
    pub kind: EditKind,
}

/// What changes about a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum EditKind {
    /// With the constraints about it alone that can stand behind it.
    AddColumn {
        column: Column,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        constraints: Vec<Constraint>,
    },
    /// With the constraints that go along with it.
    DropColumn {
        name: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        constraints: Vec<Constraint>,
    },
    RenameColumn {
        from: String,
        to: String,
    },
    /// Anything but the name; `using` computes the new value from the old row.
    AlterColumn {
        before: Column,
        after: Column,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        using: Option<String>,
    },
    AddConstraint(Constraint),
    DropConstraint(Constraint),
    CreateIndex(Index),
    DropIndex(Index),
}

impl EditKind {
    /// Whether every SQLite from 3.35 on does it in one statement, whatever else is on the table.
    pub fn is_plain(&self) -> bool {
        match self {
            Self::AddColumn { column, constraints } => column.is_addable() && keys_allow(column, constraints),
            Self::RenameColumn { .. } | Self::CreateIndex(_) | Self::DropIndex(_) => true,
            Self::DropColumn { .. } | Self::AlterColumn { .. } | Self::AddConstraint(_) | Self::DropConstraint(_) => false,
        }
    }

    /// The column that it drops, if it drops one.
    pub fn dropped_column(&self) -> Option<&str> {
        match self {
            Self::DropColumn { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether the runner may have to rebuild the table for it, on a table that the history knows in full.
    pub fn may_rebuild(&self) -> bool {
        match self {
            Self::DropColumn { constraints, .. } => !constraints.is_empty(),
            edit => !edit.is_plain(),
        }
    }

    /// The statement of SQL, where there is one on every SQLite from 3.35 on.
    pub fn sql(&self, table: &str) -> Option<String> {
        let table = super::quote(table);
        match self {
            Self::AddColumn { column, constraints } => Some(format!("ALTER TABLE {table} ADD COLUMN {}", column.definition(constraints))),
            Self::DropColumn { name, .. } => Some(format!("ALTER TABLE {table} DROP COLUMN {}", super::quote(name))),
            Self::RenameColumn { from, to } => Some(format!(
                "ALTER TABLE {table} RENAME COLUMN {} TO {}",
                super::quote(from),
                super::quote(to)
            )),
            Self::CreateIndex(index) => Some(index.sql.clone()),
            Self::DropIndex(index) => Some(format!("DROP INDEX {}", super::quote(&index.name))),
            Self::AlterColumn { .. } | Self::AddConstraint(_) | Self::DropConstraint(_) => None,
        }
    }
}

/// With keys on, a column that refers to another table must begin as NULL.
fn keys_allow(column: &Column, constraints: &[Constraint]) -> bool {
    let refers = constraints
        .iter()
        .any(|constraint| matches!(constraint.rule, Rule::ForeignKey { .. }));
    !refers || column.default.is_none()
}

impl Constraint {
    /// Whether it names a column of its own table.
    pub fn is_about(&self, column: &str) -> bool {
        match &self.rule {
            Rule::PrimaryKey { columns, .. } | Rule::ForeignKey { columns, .. } | Rule::Unique { columns } => {
                columns.iter().any(|name| name == column)
            }
            Rule::Check { expression } => mentions(expression, column),
        }
    }
}

/// The changes that lead from one state of a table to the next, renamed columns aside.
///
/// `using` computes the new values of the one column whose type changes.
pub fn difference(before: &Table, after: &Table, using: Option<&str>) -> Vec<EditKind> {
    let added: Vec<&Column> = after
        .columns
        .iter()
        .filter(|column| before.column(&column.name).is_none())
        .collect();
    let dropped: Vec<&Column> = before
        .columns
        .iter()
        .filter(|column| after.column(&column.name).is_none())
        .collect();
    let (with_dropped, dropped_constraints): (Vec<_>, Vec<_>) = before
        .constraints
        .iter()
        .filter(|constraint| !after.constraints.contains(constraint))
        .partition(|constraint| dropped.iter().any(|column| constraint.is_about(&column.name)));
    let (with_added, added_constraints): (Vec<_>, Vec<_>) = after
        .constraints
        .iter()
        .filter(|constraint| !before.constraints.contains(constraint))
        .partition(|constraint| constraint.fits_column() && added.iter().filter(|column| constraint.is_about(&column.name)).count() == 1);

    let mut edits = Vec::new();
    let gone = before.indexes.iter().filter(|index| !after.indexes.contains(index));
    edits.extend(gone.map(|index| EditKind::DropIndex(index.clone())));
    edits.extend(
        dropped_constraints
            .into_iter()
            .map(|constraint| EditKind::DropConstraint(constraint.clone())),
    );
    let mut with_dropped: Vec<Constraint> = with_dropped.into_iter().cloned().collect();
    for column in dropped {
        edits.push(EditKind::DropColumn {
            name: column.name.clone(),
            constraints: with_dropped
                .extract_if(.., |constraint| constraint.is_about(&column.name))
                .collect(),
        });
    }
    for column in added {
        let constraints = with_added.iter().filter(|constraint| constraint.is_about(&column.name));
        edits.push(EditKind::AddColumn {
            column: column.clone(),
            constraints: constraints.map(|constraint| Constraint::clone(constraint)).collect(),
        });
    }
    for column in &after.columns {
        if let Some(old) = before.column(&column.name).filter(|old| *old != column) {
            let converts = old.ty != column.ty || old.generated != column.generated;
            edits.push(EditKind::AlterColumn {
                before: old.clone(),
                after: column.clone(),
                using: using.filter(|_| converts).map(str::to_owned),
            });
        }
    }
    edits.extend(
        added_constraints
            .into_iter()
            .map(|constraint| EditKind::AddConstraint(constraint.clone())),
    );
    let new = after.indexes.iter().filter(|index| !before.indexes.contains(index));
    edits.extend(new.map(|index| EditKind::CreateIndex(index.clone())));
    edits
}

/// What an `effect` promises of the live database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// A table is as it is here, as far as the effect is about it.
    Table {
        /// The table after the effect.
        table: Table,
        /// The columns, constraints and indexes that the effect is about; none where it makes the whole table.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<Vec<String>>,
        /// The columns, constraints and indexes that are gone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<String>,
    },
    /// A view is there, with this body.
    View(StoredView),
    /// A trigger is there, with this body.
    Trigger(StoredTrigger),
    /// An object is gone.
    Gone {
        /// `table`, `view` or `trigger`.
        kind: String,
        /// Its name.
        name: String,
    },
}
