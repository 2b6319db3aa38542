use super::report::Direction;
use crate::connection::{Connection, JournalRow};
use diesel::QueryResult;
use std::collections::{BTreeMap, HashMap};

/// Diesel's own first migration, which it records on PostgreSQL.
const DIESEL_SETUP: &str = "00000000000000";

/// What the database says: its history table and its journal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub(crate) exists: bool,
    pub(crate) applied: BTreeMap<String, String>,
    records: HashMap<String, Record>,
    pub(crate) version: i64,
}

/// What the journal says of one revision.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) checksum: Option<String>,
    pub(crate) duration_ms: i64,
    /// There are thousands of records, and hardly one migration that is done in part.
    partial: Option<Box<Partial>>,
}

/// How far a migration has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Partial {
    pub(crate) direction: Direction,
    pub(crate) done: Vec<String>,
    pub(crate) units: usize,
    pub(crate) started: bool,
    pub(crate) position: Option<i64>,
}

impl Partial {
    pub(crate) fn new(direction: Direction) -> Self {
        Self {
            direction,
            done: Vec::new(),
            units: 0,
            started: false,
            position: None,
        }
    }
}

impl Book {
    pub(crate) fn read(conn: &mut dyn Connection, table: &str) -> QueryResult<Self> {
        let version = conn.version()?;
        let rows = conn.history(table)?;
        let exists = rows.is_some();
        let applied = rows.unwrap_or_default().into_iter().map(|row| (row.version, row.run_on));
        let applied: BTreeMap<String, String> = applied.filter(|(id, _)| id != DIESEL_SETUP).collect();
        let mut book = Self {
            exists,
            records: HashMap::with_capacity(applied.len()),
            applied,
            version,
        };
        conn.journal(table, &mut |row| book.enter(row))?;
        Ok(book)
    }

    /// Reads again what another session may have changed; whether there was anything to read.
    pub(crate) fn refresh(&mut self, conn: &mut dyn Connection, table: &str) -> QueryResult<bool> {
        let stale = conn.version()? != self.version || !self.exists;
        if stale {
            *self = Self::read(conn, table)?;
        }
        Ok(stale)
    }

    pub(crate) fn record(&self, revision: &str) -> Option<&Record> {
        self.records.get(revision)
    }

    /// How far a migration has come, if it is done in part.
    pub(crate) fn partial(&self, revision: &str) -> Option<&Partial> {
        let partial = self.records.get(revision)?.partial.as_deref()?;
        let at_stake = match partial.direction {
            Direction::Up => !self.applied.contains_key(revision),
            Direction::Down => self.applied.contains_key(revision),
        };
        at_stake.then_some(partial)
    }

    /// Every migration that is done in part, by id.
    pub(crate) fn partials(&self) -> BTreeMap<&str, &Partial> {
        let ids = self.records.keys().map(String::as_str);
        ids.filter_map(|id| Some((id, self.partial(id)?))).collect()
    }

    pub(crate) fn enter(&mut self, row: JournalRow) {
        let record = self.records.entry(row.revision).or_default();
        let direction = match row.action.as_str() {
            "up" => Direction::Up,
            "down" => Direction::Down,
            _ => {
                record.checksum = Some(row.checksum);
                return;
            }
        };
        let (unit, units) = (row.unit.unsigned_abs() as usize, row.units.unsigned_abs() as usize);
        let fresh = || Partial {
            units,
            ..Partial::new(direction)
        };
        let mut partial = match record.partial.take() {
            Some(partial) if partial.direction == direction => partial,
            _ => Box::new(fresh()),
        };
        match row.state.as_str() {
            "started" => partial.started = true,
            "redo" => partial.started = false,
            "batch" => partial.position = row.position,
            _ => {
                // A first unit begins the migration anew, whatever was left of an earlier run.
                partial.done.truncate(unit);
                if unit == 0 {
                    record.duration_ms = 0;
                }
                record.duration_ms += row.duration_ms;
                partial.done.push(row.hash);
                (partial.started, partial.position, partial.units) = (false, None, units);
                if partial.done.len() >= units {
                    record.checksum = (direction == Direction::Up).then_some(row.checksum);
                    return;
                }
            }
        }
        record.partial = Some(partial);
    }
}
