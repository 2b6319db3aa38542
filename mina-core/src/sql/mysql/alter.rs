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
    /// The table and the columns that a foreign key refers to.
    pub(super) refers: Option<(ObjectName, Vec<String>)>,
    /// Whether it adds a generated column: the columns that it uses must be as they were before the statement, and beside
    /// anything else it has the table copied.
    pub(super) generates: bool,
    /// The column whose whole definition it says, by its name before.
    pub(super) redefines: Option<String>,
    /// The column that it gives another name, by the old one.
    pub(super) renames: Option<String>,
    /// Whether it renames a column of a foreign key, beside which the server copies no table.
    pub(super) is_alone: bool,
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
            refers: None,
            generates: false,
            redefines: None,
            renames: None,
            is_alone: false,
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
    /// takes new names in keys and checks. What a foreign key refers to in its own table has to be there, and unique, before;
    /// and it stays as long as the statement in which the key goes.
    fn follows(&self, other: &Self, table: &ObjectName) -> bool {
        let same = |part: &Part| *part != Part::PrimaryKey && other.touches.contains(part);
        let cut_off = other.uses.iter().any(|column| self.touches_column(column));
        let too_new = self.generates && self.uses.iter().any(|column| other.touches_column(column));
        let own = self.refers.iter().filter(|(referred, _)| referred == table);
        let unready = |column: &String| other.is_unique || other.touches.contains(&Part::PrimaryKey) || other.touches_column(column);
        let too_early = own.flat_map(|(_, columns)| columns).any(unready);
        let is_key = |part: &Part| matches!(part, Part::Index(_) | Part::PrimaryKey);
        let held = other.refers.as_ref().is_some_and(|(referred, _)| referred == table) && self.touches.iter().any(is_key);
        !(self.touches.iter().any(same) || cut_off || too_new || too_early || held)
    }
}

/// Whether more clauses can share a statement on a table with those that are there.
pub(super) fn fits(table: &ObjectName, there: &[Clause], more: &[Clause]) -> bool {
    let alone = there.iter().chain(more).any(|clause| clause.is_alone);
    !alone && more.iter().all(|clause| there.iter().all(|other| clause.follows(other, table)))
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
