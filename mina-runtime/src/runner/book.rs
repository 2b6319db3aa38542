use super::by_id::ById;
use super::report::Direction;
use crate::connection::{Connection, JournalRow};
use diesel::QueryResult;
use std::collections::BTreeMap;

/// Diesel's own first migration, which it records on PostgreSQL.
const DIESEL_SETUP: &str = "00000000000000";

/// What the database says: its history table and its journal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub(crate) exists: bool,
    /// When each applied revision was applied.
    pub(crate) applied: ById<String>,
    records: ById<Record>,
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
        let mut book = Self {
            exists: rows.is_some(),
            version,
            ..Self::default()
        };
        let rows = rows.unwrap_or_default();
        book.applied = ById::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| row.version != DIESEL_SETUP) {
            book.applied.insert(row.version, row.run_on);
        }
        book.records = ById::with_capacity(book.applied.len());
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
            Direction::Up => !self.applied.contains(revision),
            Direction::Down => self.applied.contains(revision),
        };
        at_stake.then_some(partial)
    }

    /// Every migration that is done in part, by id.
    pub(crate) fn partials(&self) -> BTreeMap<&str, &Partial> {
        let in_part = self.records.iter().filter(|(_, record)| record.partial.is_some());
        in_part.filter_map(|(id, _)| Some((id, self.partial(id)?))).collect()
    }

    pub(crate) fn enter(&mut self, mut row: JournalRow) {
        let record = self.records.get_or_insert(std::mem::take(&mut row.revision));
        let direction = match row.action.as_str() {
            "up" => Direction::Up,
            "down" => Direction::Down,
            _ => {
                record.checksum = Some(row.checksum);
                return;
            }
        };
        let units = row.units.unsigned_abs() as usize;
        match row.state.as_str() {
            "started" => record.part(direction, units).started = true,
            "redo" => record.part(direction, units).started = false,
            "batch" => record.part(direction, units).position = row.position,
            _ => record.unit_done(direction, units, row),
        }
    }
}

impl Record {
    fn part(&mut self, direction: Direction, units: usize) -> &mut Partial {
        let fresh = || {
            Box::new(Partial {
                units,
                ..Partial::new(direction)
            })
        };
        let partial = self.partial.take().filter(|partial| partial.direction == direction);
        self.partial.insert(partial.unwrap_or_else(fresh))
    }

    fn unit_done(&mut self, direction: Direction, units: usize, row: JournalRow) {
        let unit = row.unit.unsigned_abs() as usize;
        // A first unit begins the migration anew, whatever was left of an earlier run.
        if unit == 0 {
            self.duration_ms = 0;
        }
        self.duration_ms += row.duration_ms;
        let partial = self.partial.as_ref().filter(|partial| partial.direction == direction);
        let before = partial.map_or(0, |partial| partial.done.len().min(unit));
        if before + 1 >= units {
            self.partial = None;
            self.checksum = (direction == Direction::Up).then_some(row.checksum);
            return;
        }
        let partial = self.part(direction, units);
        partial.done.truncate(unit);
        partial.done.push(row.hash);
        (partial.started, partial.position, partial.units) = (false, None, units);
    }
}
