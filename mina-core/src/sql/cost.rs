//! What a step costs those who use the database meanwhile: what it locks, and which tables it reads or writes from end to end.

use super::text::mentions_table;
use super::unit::{Action, Unit};
use super::{Dialect, Draft, cut, dialect, drafts, sqlite};
use crate::engine::{Engine, Target};
use crate::history::{Step, Trace};
use crate::schema::{ObjectName, Schema};
use crate::syntax::{Span, Tokens};
use serde::{Serialize, Serializer};
use std::fmt;

/// What a step costs, as far as it is known before it is run.
///
/// ```
/// use mina_core::sql::cost::{Blocks, Mode};
///
/// assert_eq!(Mode::Share.to_string(), "SHARE");
/// assert_eq!(Mode::Share.blocks(), Blocks::Writes);
/// assert!(Mode::Share < Mode::AccessExclusive);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// What it locks, one a table.
    pub locks: Vec<Lock>,
    /// The tables that it reads or writes from end to end.
    pub work: Vec<Work>,
    /// The `ALGORITHM` that MariaDB and MySQL are held to; none where they choose, and may copy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// What is not known, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<&'static str>,
}

/// A table, and how it is locked until the transaction ends, or the statement where it is in none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lock {
    /// The table; none where it is the whole database.
    pub table: Option<ObjectName>,
    /// How.
    pub mode: Mode,
    /// What others cannot do meanwhile.
    pub blocks: Blocks,
}

/// A way to lock a table, each engine's the weakest first.
///
/// PostgreSQL's are those of its manual, "Explicit Locking"; MariaDB's and MySQL's what an online `ALTER TABLE` lets others do,
/// which at its beginning and end waits for every transaction on the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Mode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
    /// MariaDB and MySQL: rows alone.
    Rows,
    /// MariaDB and MySQL: `LOCK=NONE`.
    BesideWriters,
    /// MariaDB and MySQL: `LOCK=SHARED`.
    BesideReaders,
    /// MariaDB and MySQL: `LOCK=EXCLUSIVE`.
    Alone,
    /// SQLite: its one writer.
    Writer,
}

/// What others cannot do while a lock is held, or waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Blocks {
    Nothing,
    SchemaChanges,
    Writes,
    ReadsAndWrites,
}

/// Something that takes the longer, the larger the table is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Work {
    /// The table.
    pub table: ObjectName,
    /// What is done.
    pub kind: WorkKind,
}

/// What is done with a whole table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// Every row is looked at.
    Scan,
    /// An index is built over every row.
    BuildIndex,
    /// Rows are written, those that a statement asks for.
    WriteRows,
    /// Every row is written anew, and every index built anew.
    Rewrite,
}

impl Mode {
    /// What others cannot do meanwhile.
    pub fn blocks(self) -> Blocks {
        match self {
            Self::AccessShare | Self::RowShare | Self::RowExclusive | Self::Rows | Self::BesideWriters => Blocks::Nothing,
            Self::ShareUpdateExclusive => Blocks::SchemaChanges,
            Self::Share | Self::ShareRowExclusive | Self::Exclusive | Self::BesideReaders | Self::Writer => Blocks::Writes,
            Self::AccessExclusive | Self::Alone => Blocks::ReadsAndWrites,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
            Self::Rows => "rows",
            Self::BesideWriters => "LOCK=NONE",
            Self::BesideReaders => "LOCK=SHARED",
            Self::Alone => "LOCK=EXCLUSIVE",
            Self::Writer => "the only writer",
        })
    }
}

impl Serialize for Mode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Cost {
    /// Locks a table, or the database; of two locks of one table the stronger is what counts.
    pub(crate) fn lock(&mut self, table: Option<&ObjectName>, mode: Mode) {
        let lock = Lock {
            table: table.cloned(),
            mode,
            blocks: mode.blocks(),
        };
        match self.locks.iter_mut().find(|other| other.table == lock.table) {
            Some(other) if other.mode < mode => *other = lock,
            Some(_) => {}
            None => self.locks.push(lock),
        }
    }

    /// Says that every row of a table is written anew, as was found out.
    pub fn rewrites(&mut self, table: &ObjectName) {
        self.work(table, WorkKind::Rewrite);
    }

    /// Does something with a whole table; what is written anew is looked at and indexed in one pass.
    pub(crate) fn work(&mut self, table: &ObjectName, kind: WorkKind) {
        let own = |other: &Work| other.table == *table;
        let covered = self
            .work
            .iter()
            .any(|other| own(other) && (other.kind == kind || other.kind == WorkKind::Rewrite));
        if covered {
            return;
        }
        if kind == WorkKind::Rewrite {
            self.work.retain(|other| !own(other));
        }
        let table = table.clone();
        self.work.push(Work { table, kind });
    }
}

/// What each step of each unit of one direction of a migration costs; the trace has no errors.
pub fn costs(trace: &Trace, tokens: &Tokens, transaction: Option<bool>) -> Vec<Vec<Cost>> {
    let Some(dialect) = dialect(trace.target.engine()) else {
        return Vec::new();
    };
    let (places, drafts): (Vec<usize>, Vec<Draft>) = drafts(trace, tokens, dialect).into_iter().unzip();
    let mut places = places.into_iter();
    let units = cut(drafts, transaction, dialect);
    let of_unit = |unit: Unit| {
        let steps = unit.steps.iter().zip(places.by_ref());
        let costs = steps.filter_map(|(step, place)| Some(of(&step.action, trace.steps.get(place)?, trace.target, dialect)));
        costs.collect()
    };
    units.into_iter().map(of_unit).collect()
}

/// What a step costs of which nothing but the schema is known.
pub fn alone(action: &Action, schema: &Schema, target: Target) -> Cost {
    let step = Step {
        operations: Vec::new(),
        batch: None,
        span: Span::default(),
        statement: 0,
        before: schema.clone(),
        after: schema.clone(),
    };
    dialect(target.engine()).map_or_else(Cost::default, |dialect| of(action, &step, target, dialect))
}

/// What a step costs that stands in a statement of a block.
fn of(action: &Action, step: &Step, target: Target, dialect: &dyn Dialect) -> Cost {
    match action {
        Action::Sql(sql) => dialect.cost(sql, step, target),
        Action::Count { sql, .. } => {
            let mut cost = dialect.cost(sql, step, target);
            named(sql, &step.before, dialect.engine()).for_each(|table| cost.work(table, WorkKind::Scan));
            cost
        }
        Action::Backfill(backfill) => dialect.cost(&format!("UPDATE {} SET {}", backfill.table, backfill.set), step, target),
        Action::Batch(change) => sqlite::pass(change),
        Action::Run(_) => Cost {
            unknown: Some("what Rust does is known once it runs"),
            ..Cost::default()
        },
        Action::Verify(_) | Action::Expect { .. } => Cost::default(),
    }
}

/// The tables of a schema that a text names.
pub(crate) fn named<'s>(sql: &str, schema: &'s Schema, engine: Engine) -> impl Iterator<Item = &'s ObjectName> {
    schema.tables().keys().filter(move |table| mentions_table(sql, engine, table))
}

#[cfg(test)]
mod tests;
