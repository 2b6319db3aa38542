//! ALTER TABLE: clauses that share one statement.

use super::{Mysql, plan, quote};
use crate::engine::Target;
use crate::schema::{ObjectName, Table};
use crate::sql::Dialect;
use plan::Plan;

/// One clause of an ALTER TABLE.
#[derive(Clone, Debug)]
pub(super) struct Clause {
    pub(super) sql: String,
    pub(super) plan: Plan,
    /// What it makes, takes away or makes different.
    pub(super) touches: Vec<Part>,
    /// The columns that it names beside.
    pub(super) uses: Vec<String>,
    /// Whether it adds a generated column: the columns that it uses must be as they were before the statement, and beside
    /// anything else it has the table copied.
    pub(super) generates: bool,
    /// The column whose whole definition it says, by its name before.
    pub(super) redefines: Option<String>,
    /// Whether it adds a unique key, which may become the order of a table without a primary key.
    pub(super) is_unique: bool,
}

/// A part of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Column(String),
    Index(String),
    ForeignKey(String),
    Check(String),
    PrimaryKey,
    Comment,
}

impl Clause {
    pub(super) fn new(sql: String, plan: Plan, touches: Part) -> Self {
        Self {
            sql,
            plan,
            touches: vec![touches],
            uses: Vec::new(),
            generates: false,
            redefines: None,
            is_unique: false,
        }
    }

    pub(super) fn uses(mut self, columns: impl IntoIterator<Item = String>) -> Self {
        self.uses.extend(columns);
        self
    }

    fn touches_column(&self, column: &str) -> bool {
        self.touches.iter().any(|part| matches!(part, Part::Column(name) if name == column))
    }

    /// Whether it can stand behind another one in a statement: the server looks columns up as they were before it, but
    /// takes new names in keys and checks.
    fn follows(&self, other: &Self) -> bool {
        let same = |part: &Part| *part != Part::PrimaryKey && other.touches.contains(part);
        let cut_off = other.uses.iter().any(|column| self.touches_column(column));
        let too_new = self.generates && self.uses.iter().any(|column| other.touches_column(column));
        !(self.touches.iter().any(same) || cut_off || too_new)
    }
}

/// Whether more clauses can share a statement with those that are there.
pub(super) fn fits(there: &[Clause], more: &[Clause]) -> bool {
    more.iter().all(|clause| there.iter().all(|other| clause.follows(other)))
}

/// The statement with these clauses on a table, as it is before them.
pub(super) fn statement(table: &ObjectName, clauses: &[Clause], before: Option<&Table>, target: Target) -> String {
    let plans: Vec<Plan> = clauses.iter().map(|clause| clause.plan).collect();
    let copies = clauses.len() > 1 && clauses.iter().any(|clause| clause.generates);
    let promotes = before.is_some_and(|table| table.primary_key.is_none()) && clauses.iter().any(|clause| clause.is_unique);
    let words = match before.is_none_or(plan::is_online) && !copies && !promotes {
        true => plan::words(&plans, target),
        false => "",
    };
    let sql: Vec<&str> = clauses.iter().map(|clause| clause.sql.as_str()).collect();
    let (first, between) = if sql.len() == 1 { (" ", ", ") } else { ("\n    ", ",\n    ") };
    let words = words.replacen(", ", between, 1);
    format!("ALTER TABLE {}{first}{}{words}", Mysql.object(table), sql.join(between))
}

/// `DROP CONSTRAINT`, for a check.
pub(super) fn drop_check(name: &str) -> Clause {
    Clause::new(
        format!("DROP CONSTRAINT {}", quote(name)),
        Plan::new(plan::Cost::Instant, plan::Cost::Copy),
        Part::Check(name.to_owned()),
    )
}
