//! What the runner runs: units of steps. The macro writes them into the binary as JSON, the journal keeps them so.

pub use super::backfill::Backfill;
use super::postgres::TRIGGER;
use crate::normal::{Change, Facts};
use serde::{Deserialize, Serialize};

/// Steps that share one transaction, or one step that can be in none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// How it is run.
    pub kind: UnitKind,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// What it does to the schema, where it stands in no transaction: so that a run after a crash finds out whether it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
}

impl Unit {
    /// Whether the column that it drops is one of two that hold the same: the end of a type that changes online, or the way back.
    pub fn drops_a_twin(&self) -> bool {
        let let_go = format!("DROP TRIGGER \"{TRIGGER}");
        let mut statements = self.steps.iter().filter_map(|step| match &step.action {
            Action::Sql(sql) => Some(sql),
            _ => None,
        });
        statements.any(|sql| sql.starts_with(&let_go))
    }
}

/// The way back from an upgrade that was broken off after a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Back {
    /// Units that lead from the end of it to the beginning of an earlier one, or to its own.
    Units {
        /// That unit, counted from 0.
        to: usize,
        /// In the order in which they are run.
        units: Vec<Unit>,
    },
    /// There is none, and why.
    Unknown(String),
}

/// How a unit is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// In one transaction.
    Transaction,
    /// In a transaction that no other unit shares, whatever shares one: what it has locked is let go at once.
    Own,
    /// In one transaction, foreign keys off around it: a SQLite rebuild of a table that keys touch.
    ForeignKeysOff,
    /// In no transaction.
    Alone,
}

/// One step of a unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The line of the migration's file that it came from; 0 where unknown.
    pub line: u32,
    /// What it does.
    #[serde(flatten)]
    pub action: Action,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// One statement of SQL.
    Sql(String),
    /// One pass over a table of SQLite, completed from the live table.
    Batch(super::sqlite::TableChange),
    /// Counts rows that would break the next step, and refuses if there are any.
    Count {
        /// A query with one number.
        sql: String,
        /// What the rows are, for «… rows of `users` have no `email`».
        what: String,
        /// Whether the step itself refuses such rows: they are counted once it has, to say how many.
        #[serde(default, skip_serializing_if = "is_false")]
        late: bool,
    },
    /// The step's Rust function, by its index among the block's.
    Run(usize),
    /// An UPDATE in batches, each committed.
    Backfill(Backfill),
    /// Compares an object of the live database with what an `effect` declared.
    Verify(super::sqlite::Expected),
    /// Refuses to go on unless objects of the live database are as they are here.
    Expect {
        /// The objects.
        facts: Facts,
        /// Why they should be so.
        claim: Claim,
    },
}

/// Why objects of the live database should be as a step says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// The `effect` of the step before it says so.
    Effect,
    /// The history left them so, and the next step would overwrite whatever else they are.
    Untouched,
}

impl Action {
    /// What it does, in a line.
    pub fn describe(&self) -> String {
        match self {
            Self::Sql(sql) => first_line(sql),
            Self::Batch(change) => format!("alter {}", change.table),
            Self::Count { what, .. } => format!("count {what}"),
            Self::Run(_) => "run Rust".to_owned(),
            Self::Backfill(backfill) => format!("backfill {} in batches of {}", backfill.table, backfill.batch),
            Self::Verify(_) | Self::Expect { .. } => "compare with the live database".to_owned(),
        }
    }

    /// Whether it may change rows, so that it matters whether foreign keys are enforced.
    pub fn writes_rows(&self) -> bool {
        match self {
            Self::Sql(sql) => {
                let words = super::sqlite::lexer::tokens(sql);
                let schema = ["CREATE", "ALTER", "DROP"];
                !words.first().is_some_and(|word| schema.iter().any(|keyword| word.is(keyword)))
            }
            Self::Run(_) | Self::Backfill(_) => true,
            Self::Batch(_) | Self::Count { .. } | Self::Verify(_) | Self::Expect { .. } => false,
        }
    }
}

pub(super) fn is_false(value: &bool) -> bool {
    !value
}

fn first_line(sql: &str) -> String {
    const LONGEST: usize = 100;
    let mut line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST {
        line = line.chars().take(LONGEST - 1).collect();
        line.push('…');
    }
    line
}
