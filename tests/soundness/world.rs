//! A database on which histories go up and down.

use crate::ground::Ground;
use crate::met::Met;
use crate::random::Random;
use crate::rows::fill;
use mina::testing::{Outline, Subject};
use mina::{AnyConnection, Engine};
use mina_core::history::Trace;
use mina_core::normal::differences;
use mina_core::schema::Schema;
use mina_runtime::connection::Trouble;
use mina_runtime::runner::{Direction, ErrorKind, Runner};
use std::collections::BTreeSet;
use std::fmt;

/// What was run.
#[derive(Default)]
pub struct Ran {
    pub histories: usize,
    pub revisions: usize,
    pub steps: usize,
    pub rows: usize,
    pub refused_by_rows: usize,
    pub refused_by_data: usize,
    pub refused_uncounted: usize,
    pub ended_by_data: usize,
    pub same_text: usize,
    pub printed: usize,
    pub reverts: usize,
    pub created: usize,
    pub one_by_one: usize,
    pub met: Met,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} run, {} revisions, {} steps, {} rows put in; {} steps stopped by counted rows, {} by their own data, which ended {} walks, {} by rows that were allowed and not counted; {} reverts, {} of {} that the engine printed to the very text; {} made at once, {} only one by one",
            self.histories,
            self.revisions,
            self.steps,
            self.rows,
            self.refused_by_rows,
            self.refused_by_data,
            self.ended_by_data,
            self.refused_uncounted,
            self.reverts,
            self.same_text,
            self.printed,
            self.created,
            self.one_by_one
        )
    }
}

/// A database that a history is run on.
pub struct World<'r> {
    ground: &'r Ground,
    conn: AnyConnection,
    runner: Runner,
    /// Whether the history puts rows into its tables itself.
    writes_rows: bool,
    /// Whether it allows rows to stop it. Not counted before, but stopped by the engine, are values that the statement itself makes:
    /// of a column that it adds, or two that a cast makes one.
    allows: bool,
    /// What it looks like, where nothing was done since it was looked at: a server takes longer to say so than to migrate.
    seen: Option<Outline>,
    pub ran: &'r mut Ran,
}

/// What SQLite says of a row that it does not take.
const SQLITES: [&str; 2] = ["constraint failed", "cannot store "];

/// A history whose rows and updates break its own keys and checks: no promise is made about those.
pub const BY_ITS_OWN_DATA: &str = "stopped by its own data";

impl<'r> World<'r> {
    /// An empty one.
    pub fn new(ground: &'r Ground, runner: Runner, says: impl Fn(&str) -> bool, ran: &'r mut Ran) -> Self {
        Self {
            ground,
            conn: ground.open(),
            runner,
            writes_rows: says("bulk_insert"),
            allows: says("may_fail_on_rows"),
            seen: None,
            ran,
        }
    }

    pub fn look(&mut self) -> Outline {
        let conn = &mut self.conn;
        self.seen.get_or_insert_with(|| conn.outline().unwrap()).clone()
    }

    pub fn text(&mut self) -> String {
        self.ground.text(&mut self.conn)
    }

    pub fn fill(&mut self, schema: &Schema, random: &mut Random, serial: &mut u32) {
        self.seen = None;
        fill(&mut self.conn, schema, random, serial);
    }

    pub fn fill_what_is_there(&mut self, random: &mut Random, serial: &mut u32) {
        let live = self.conn.normal().unwrap().schema;
        self.fill(&live, random, serial);
    }

    /// The revisions that the database says are applied.
    pub fn versions(&mut self) -> Vec<String> {
        let applied = "SELECT version AS word FROM __diesel_schema_migrations ORDER BY version";
        self.conn.texts(applied).unwrap_or_default()
    }

    /// Goes to a revision. Rows that it names may stop it, before anything has changed; without them it arrives.
    pub fn go(&mut self, direction: Direction, target: &str) -> Result<bool, String> {
        self.go_by(direction, target, None)
    }

    /// The same, with the operations on the way counted.
    pub fn go_by(&mut self, direction: Direction, target: &str, way: Option<&Trace>) -> Result<bool, String> {
        let before = self.look();
        self.ran.steps += 1;
        let Err((_, partly)) = self.try_to_go(direction, target) else {
            let filled = before.rows.into_iter().filter(|(_, rows)| !rows.is_empty());
            self.arrived(way, filled.map(|(table, _)| table))?;
            return Ok(true);
        };
        let found = self.look();
        if !partly && found != before {
            return Err(format!(
                "a step that was refused left something behind: {}",
                difference(&before.facts, &found.facts)
            ));
        }
        self.clear();
        if let Err((message, _)) = self.try_to_go(direction, target) {
            return match self.writes_rows {
                true => Err(BY_ITS_OWN_DATA.to_owned()),
                false => Err(format!("refused even without rows: {message}")),
            };
        }
        self.arrived(way, [])?;
        Ok(false)
    }

    fn arrived(&mut self, way: Option<&Trace>, filled: impl IntoIterator<Item = String>) -> Result<(), String> {
        if let Some(way) = way {
            self.ran.met.count(way, filled);
        }
        self.healthy()
    }

    fn clear(&mut self) {
        self.seen = None;
        let live = self.conn.normal().unwrap().schema;
        self.conn.empty(&live).unwrap();
    }

    /// What refuses, and whether something of it is done and stays.
    fn try_to_go(&mut self, direction: Direction, target: &str) -> Result<(), (String, bool)> {
        self.seen = None;
        let result = match direction {
            Direction::Up => self.runner.upgrade(&mut self.conn, target),
            Direction::Down => self.runner.downgrade(&mut self.conn, target),
        };
        let Err(error) = result else { return Ok(()) };
        let said = error.to_string();
        let ErrorKind::Step(step) = error.kind() else {
            panic!("the runner fails: {said}");
        };
        assert!(step.trouble == Trouble::Rows, "a statement fails: {said}\n{}", step.statement);
        let word = step.statement.split_whitespace().next().unwrap_or_default().to_uppercase();
        let counted = step.message.starts_with(|c: char| c.is_ascii_digit()) || step.message.starts_with("rows break foreign keys: ");
        if counted {
            self.ran.refused_by_rows += 1;
        } else if ["INSERT", "UPDATE", "DELETE"].contains(&word.as_str()) {
            self.ran.refused_by_data += 1;
        } else if self.allows && (self.ground.engine() != Engine::Sqlite || SQLITES.iter().any(|words| step.message.contains(words))) {
            self.ran.refused_uncounted += 1;
        } else {
            panic!("a statement fails on rows that were not counted: {said}\n{}", step.statement);
        }
        Err((said, step.done > 0 || !error.report().migrations.is_empty()))
    }

    fn healthy(&mut self) -> Result<(), String> {
        self.ground.complaints(&mut self.conn).map_or(Ok(()), Err)
    }

    pub fn is_as_folded(&mut self, schema: &Schema) -> Result<(), String> {
        let dialect = self.conn.dialect();
        let live = self.conn.normal().map_err(|error| format!("cannot be read back: {error}"))?;
        let differences = differences(&dialect.normal(schema), &live, dialect);
        match differences.is_empty() {
            true => Ok(()),
            false => {
                let said: String = differences.iter().map(|difference| format!("{difference}\n")).collect();
                Err(format!("the database is not as the history says: {said}{}", self.text()))
            }
        }
    }
}

pub fn difference(before: &[String], after: &[String]) -> String {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
    let gone = before.difference(&after).map(|line| format!("\n- {line}"));
    let new = after.difference(&before).map(|line| format!("\n+ {line}"));
    gone.chain(new).collect()
}
