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
    pub(crate) tool: String,
    partial: Option<Partial>,
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
        let mut book = Self {
            exists,
            applied: applied.filter(|(id, _)| id != DIESEL_SETUP).collect(),
            records: HashMap::new(),
            version,
        };
        for row in conn.journal(table)? {
            book.enter(&row);
        }
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
        let partial = self.records.get(revision)?.partial.as_ref()?;
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

    pub(crate) fn enter(&mut self, row: &JournalRow) {
        let record = self.records.entry(row.revision.clone()).or_default();
        let direction = match row.action.as_str() {
            "up" => Direction::Up,
            "down" => Direction::Down,
            _ => {
                record.checksum = Some(row.checksum.clone());
                return;
            }
        };
        let fresh = || Partial {
            units: row.units.unsigned_abs() as usize,
            ..Partial::new(direction)
        };
        let partial = record.partial.get_or_insert_with(fresh);
        if partial.direction != direction {
            *partial = fresh();
        }
        match row.state.as_str() {
            "started" => partial.started = true,
            "redo" => partial.started = false,
            "batch" => partial.position = row.position,
            _ => {
                // A first unit begins the migration anew, whatever was left of an earlier run.
                let unit = row.unit.unsigned_abs() as usize;
                partial.done.truncate(unit);
                if unit == 0 {
                    record.duration_ms = 0;
                }
                record.duration_ms += row.duration_ms;
                partial.done.push(row.hash.clone());
                (partial.started, partial.position, partial.units) = (false, None, row.units.unsigned_abs() as usize);
                if partial.done.len() >= partial.units {
                    record.partial = None;
                    record.tool = row.tool.clone();
                    record.checksum = (direction == Direction::Up).then(|| row.checksum.clone());
                }
            }
        }
    }
}
