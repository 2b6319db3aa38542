//! How often each operation was met on each engine, on tables with rows and without.

use mina_core::history::{Resolved, Trace};
use mina_core::operation::{Operation, Using};
use mina_core::schema::{Constraint, ObjectName};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// How often: on tables without rows, on tables with rows.
type Times = [usize; 2];

/// What a long run should come to.
const WANTED: usize = 50;

/// What no table with rows can meet.
const WITHOUT_ROWS: [&str; 3] = ["create table", "create enum", "drop enum"];

/// The operations that were run, by what they are called here.
#[derive(Default)]
pub struct Met(BTreeMap<String, Times>);

impl Met {
    /// Counts what was run, where these tables had rows before.
    pub fn count(&mut self, trace: &Trace, filled: impl IntoIterator<Item = String>) {
        let mut filled: BTreeSet<String> = filled.into_iter().collect();
        for resolved in trace.steps.iter().flat_map(|step| &step.operations) {
            let with_rows = has_rows(resolved, &filled);
            for name in names(&resolved.operation) {
                self.0.entry(name).or_default()[usize::from(with_rows)] += 1;
            }
            match &resolved.operation {
                Operation::RenameTable { from, to, .. } if filled.remove(&from.to_string()) => drop(filled.insert(to.to_string())),
                Operation::DropTable(table) => drop(filled.remove(&table.name.to_string())),
                Operation::BulkInsert { table, .. } => drop(filled.insert(table.to_string())),
                _ => {}
            }
        }
    }
}

/// What an operation is called in the table, each facet of a column that it changes apart.
fn names(operation: &Operation) -> Vec<String> {
    let kind = |constraint: &Constraint| match constraint {
        Constraint::PrimaryKey(_) => "primary key",
        Constraint::Unique(_) => "unique constraint",
        Constraint::ForeignKey(_) => "foreign key",
        Constraint::Check(_) => "check",
        Constraint::Exclusion(_) => "exclusion",
    };
    match operation {
        Operation::CreateConstraint { constraint, .. } => vec![format!("create {}", kind(constraint))],
        Operation::DropConstraint { constraint, .. } => vec![format!("drop {}", kind(constraint))],
        Operation::AlterColumn { before, after, using, .. } => {
            let ty = match using {
                Using::Implicit => "type by itself",
                Using::Cast => "type by a cast",
                Using::Expression(_) => "type by an expression",
            };
            let facets = [
                (ty, before.ty != after.ty),
                ("not null", before.nullable && !after.nullable),
                ("null", !before.nullable && after.nullable),
                ("default", before.default != after.default),
                ("comment", before.comment != after.comment),
                ("collation", before.collation != after.collation),
                ("counted up", before.identity != after.identity),
            ];
            let changed = facets.into_iter().filter(|(_, changes)| *changes);
            changed.map(|(facet, _)| format!("alter column: {facet}")).collect()
        }
        other => vec![words(other)],
    }
}

/// `CreateTable` as `create table`.
fn words(operation: &Operation) -> String {
    let debug = format!("{operation:?}");
    let variant = debug.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let mut words = String::new();
    for c in variant.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// Whether a table that it is about has rows; any table where it is about none.
fn has_rows(resolved: &Resolved, filled: &BTreeSet<String>) -> bool {
    let holds = |table: &ObjectName| filled.contains(&table.to_string());
    match &resolved.operation {
        Operation::CreateTable(_) => false,
        Operation::DropTable(table) => holds(&table.name),
        Operation::RenameTable { from, .. } => holds(from),
        Operation::CreateTrigger(trigger) | Operation::DropTrigger(trigger) => holds(&trigger.table),
        Operation::CreateEnum(of) | Operation::DropEnum(of) | Operation::AlterEnum { before: of, .. } => {
            let tables = resolved.before.tables().values();
            let mut having = tables.filter(|table| table.columns.iter().any(|column| column.ty.is_of_enum(&of.name)));
            having.any(|table| holds(&table.name))
        }
        Operation::AddColumn { table, .. }
        | Operation::DropColumn { table, .. }
        | Operation::RenameColumn { table, .. }
        | Operation::AlterColumn { table, .. }
        | Operation::CreateConstraint { table, .. }
        | Operation::DropConstraint { table, .. }
        | Operation::RenameConstraint { table, .. }
        | Operation::CreateIndex { table, .. }
        | Operation::DropIndex { table, .. }
        | Operation::RenameIndex { table, .. }
        | Operation::CommentOnTable { table, .. }
        | Operation::Update { table, .. }
        | Operation::Delete { table, .. }
        | Operation::BulkInsert { table, .. }
        | Operation::BulkDelete { table, .. }
        | Operation::Backfill { table, .. } => holds(table),
        _ => !filled.is_empty(),
    }
}

/// What was met on every engine so far, and how many tests are still at it.
static ALL: Mutex<(Table, usize)> = Mutex::new((Table(BTreeMap::new()), 0));

struct Table(BTreeMap<String, Met>);

/// Begins to count on an engine.
pub fn begin() {
    ALL.lock().unwrap_or_else(PoisonError::into_inner).1 += 1;
}

/// Ends it; the table, where nobody counts any more.
pub fn end(engine: &str, met: Met) -> Option<String> {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    let known = all.0.0.entry(engine.to_owned()).or_default();
    for (name, times) in met.0 {
        let sum = known.0.entry(name).or_default();
        *sum = [sum[0] + times[0], sum[1] + times[1]];
    }
    all.1 -= 1;
    (all.1 == 0).then(|| all.0.to_string())
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: BTreeSet<&String> = self.0.values().flat_map(|met| met.0.keys()).collect();
        let marked = |times: usize| format!("{times}{}", if times < WANTED { "*" } else { " " });
        write!(f, "{:32}", "tables without rows, with rows")?;
        for engine in self.0.keys() {
            write!(f, "{engine:>18}")?;
        }
        for name in names {
            write!(f, "\n{name:32}")?;
            for met in self.0.values() {
                let [empty, filled] = met.0.get(name).copied().unwrap_or_default();
                let filled = match WITHOUT_ROWS.contains(&name.as_str()) {
                    true => "- ".to_owned(),
                    false => marked(filled),
                };
                write!(f, "{:>9}{filled:>9}", marked(empty))?;
            }
        }
        write!(f, "\n* fewer than {WANTED}")
    }
}
