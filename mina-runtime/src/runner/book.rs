use super::by_id::ById;
use super::report::Direction;
use crate::connection::{Connection, HistoryRow, JournalRow};
use diesel::QueryResult;
use std::collections::BTreeMap;
use std::time::Duration;

/// Diesel's own first migration, which it records on PostgreSQL.
const DIESEL_SETUP: &str = "00000000000000";

/// What the database says: its history table and its journal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub(crate) exists: bool,
    /// When each applied revision was applied, as far as that was read.
    pub(crate) applied: ById<Option<String>>,
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
    pub(crate) position: Option<String>,
    /// The upgrade that is being taken back, where it is no downgrade of a whole.
    pub(crate) broken_off: Option<BrokenOff>,
}

/// An upgrade that was not brought to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct BrokenOff {
    /// The units that are done.
    pub(crate) done: Vec<String>,
    /// How many units have done something: the one after those that are done may have, batch by batch.
    pub(crate) reach: usize,
}

impl Partial {
    pub(crate) fn new(direction: Direction) -> Self {
        Self {
            direction,
            done: Vec::new(),
            units: 0,
            started: false,
            position: None,
            broken_off: None,
        }
    }

    /// What is there to be taken back, if it is no downgrade of a whole.
    pub(crate) fn broken_off(&self) -> Option<BrokenOff> {
        match self.direction {
            Direction::Up => Some(BrokenOff {
                done: self.done.clone(),
                reach: self.done.len() + usize::from(self.position.is_some()),
            }),
            Direction::Down => self.broken_off.clone(),
        }
    }
}

impl Book {
    pub(crate) fn read(conn: &mut dyn Connection, table: &str) -> QueryResult<Self> {
        let mut book = Self {
            version: conn.version()?,
            ..Self::default()
        };
        let rows = conn.book(table, &mut |row| book.enter(row))?;
        book.apply(rows);
        Ok(book)
    }

    /// The same without what the journal says of migrations that were simply applied; see [`Book::look_up`].
    pub(crate) fn glance(conn: &mut dyn Connection, table: &str) -> QueryResult<Self> {
        let mut book = Self::default();
        let rows = conn.glance(table, &mut |row| book.enter(row))?;
        book.apply(rows);
        let open: Vec<String> = book
            .records
            .iter()
            .filter(|(_, record)| record.partial.is_some())
            .map(|(id, _)| id.to_owned())
            .collect();
        match open.len() {
            0 => Ok(book),
            1 => {
                book.look_up(conn, table, &open[0])?;
                Ok(book)
            }
            // Each may take as long as the whole.
            _ => Self::read(conn, table),
        }
    }

    /// All that the database says of one revision.
    pub(crate) fn look_up(&mut self, conn: &mut dyn Connection, table: &str, revision: &str) -> QueryResult<()> {
        let mut rows = Vec::new();
        if let Some(run_on) = conn.look_up(table, revision, &mut |row| rows.push(row))? {
            *self.records.get_or_insert(revision.to_owned()) = Record::default();
            rows.into_iter().for_each(|row| self.enter(row));
            if self.applied.contains(revision) {
                self.applied.insert(revision.to_owned(), run_on);
            }
        }
        Ok(())
    }

    fn apply(&mut self, rows: Option<Vec<HistoryRow>>) {
        self.exists = rows.is_some();
        let rows = rows.unwrap_or_default();
        self.applied = ById::with_capacity(rows.len());
        for row in rows.into_iter().filter(|row| row.version != DIESEL_SETUP) {
            self.applied.insert(row.version, row.run_on);
        }
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

    /// How long a migration took, as far as the journal says.
    pub(crate) fn duration(&self, revision: &str) -> Duration {
        let record = self.records.get(revision);
        record.map_or(Duration::ZERO, |record| Duration::from_millis(record.duration_ms.unsigned_abs()))
    }

    /// How far a migration has come, if it is done in part.
    pub(crate) fn partial(&self, revision: &str) -> Option<&Partial> {
        let partial = self.records.get(revision)?.partial.as_deref()?;
        let of_a_whole = partial.direction == Direction::Down && partial.broken_off.is_none();
        (self.applied.contains(revision) == of_a_whole).then_some(partial)
    }

    /// Every migration that is done in part, by id.
    pub(crate) fn partials(&self) -> BTreeMap<&str, &Partial> {
        let in_part = self.records.iter().filter(|(_, record)| record.partial.is_some());
        in_part.filter_map(|(id, _)| Some((id, self.partial(id)?))).collect()
    }

    pub(crate) fn enter(&mut self, mut row: JournalRow) {
        let record = self.records.get_or_insert(std::mem::take(&mut row.revision));
        let course = match row.action.as_str() {
            "up" => Course::Up,
            "down" => Course::Down,
            "back" => Course::Back,
            // Nothing was run: what was is not known, and nothing is done in part.
            "stamp" => {
                *record = Record::default();
                return;
            }
            _ => {
                record.checksum = Some(row.checksum);
                return;
            }
        };
        let units = row.units.unsigned_abs() as usize;
        match row.state.as_str() {
            "started" => record.part(course, units).started = true,
            "redo" => record.part(course, units).started = false,
            "batch" => record.part(course, units).position = row.position,
            _ => record.unit_done(course, units, row),
        }
    }
}

/// What a migration goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Up,
    Down,
    /// An upgrade that was broken off is taken back.
    Back,
}

impl Course {
    fn is_that_of(self, partial: &Partial) -> bool {
        match self {
            Self::Up => partial.direction == Direction::Up,
            Self::Down => partial.direction == Direction::Down && partial.broken_off.is_none(),
            Self::Back => partial.direction == Direction::Down && partial.broken_off.is_some(),
        }
    }
}

impl Record {
    fn part(&mut self, course: Course, units: usize) -> &mut Partial {
        let before = self.partial.take();
        let partial = match before {
            Some(partial) if course.is_that_of(&partial) => partial,
            before => Box::new(Partial {
                units,
                broken_off: (course == Course::Back).then(|| before.and_then(|partial| partial.broken_off()).unwrap_or_default()),
                ..Partial::new(if course == Course::Up { Direction::Up } else { Direction::Down })
            }),
        };
        self.partial.insert(partial)
    }

    fn unit_done(&mut self, course: Course, units: usize, row: JournalRow) {
        let unit = row.unit.unsigned_abs() as usize;
        // A first unit begins the migration anew, whatever was left of an earlier run.
        if unit == 0 {
            self.duration_ms = 0;
        }
        self.duration_ms += row.duration_ms;
        let partial = self.partial.as_ref().filter(|partial| course.is_that_of(partial));
        let before = partial.map_or(0, |partial| partial.done.len().min(unit));
        if before + 1 >= units {
            self.partial = None;
            self.checksum = (course == Course::Up).then_some(row.checksum);
            return;
        }
        let partial = self.part(course, units);
        partial.done.truncate(unit);
        partial.done.push(row.hash);
        (partial.started, partial.position, partial.units) = (false, None, units);
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use super::*;
    use crate::connection::JournalEntry;
    use diesel::connection::SimpleConnection;
    use diesel::{Connection as _, SqliteConnection};

    const TABLE: &str = "applied";

    fn entry(revision: &'static str, (action, state, unit, units): (&'static str, &'static str, usize, usize)) -> JournalEntry<'static> {
        JournalEntry {
            revision,
            action,
            state,
            unit,
            units,
            hash: "h",
            checksum: state,
            position: (state == "batch").then_some("[\"7\"]"),
            duration_ms: 5,
            downgrade: Some("[]"),
        }
    }

    #[test]
    fn a_glance_sees_what_a_reading_sees() {
        let rows = [
            ("up", "done", 0, 1),
            ("up", "created", 0, 1),
            ("up", "started", 0, 1),
            ("up", "batch", 0, 1),
            ("up", "done", 0, 2),
            ("up", "done", 1, 2),
            ("down", "done", 0, 1),
            ("down", "done", 0, 2),
            ("back", "done", 0, 2),
            ("stamp", "entered", 0, 0),
            ("record", "done", 0, 0),
        ];
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.create_tables(TABLE).unwrap();
        conn.batch_execute("INSERT INTO applied VALUES ('b', 'then'), ('a', 'now')")
            .unwrap();
        let count = rows.len();
        for at in 0..count.pow(3) {
            if at == count.pow(3) / 2 {
                conn.batch_execute("DROP INDEX __mina_journal_special").unwrap();
            }
            conn.batch_execute("DELETE FROM __mina_journal").unwrap();
            let sequence = [at % count, at / count % count, at / count.pow(2)];
            for (place, row) in sequence.into_iter().enumerate() {
                let other = rows[(row + place) % count];
                conn.write_journal(TABLE, &entry("a", rows[row])).unwrap();
                conn.write_journal(TABLE, &entry(["b", "c", "d"][place], other)).unwrap();
            }
            let whole = Book::read(&mut conn, TABLE).unwrap();
            let mut seen = Book::glance(&mut conn, TABLE).unwrap();
            assert_eq!(seen.partials(), whole.partials(), "{sequence:?}");
            assert_eq!(seen.applied.ids().collect::<Vec<_>>(), ["a", "b"]);
            for revision in ["a", "b", "c"] {
                seen.look_up(&mut conn, TABLE, revision).unwrap();
                let said = |book: &Book| book.record(revision).map(|record| (record.checksum.clone(), record.duration_ms));
                assert_eq!(said(&seen), said(&whole), "{revision} {sequence:?}");
                assert_eq!(seen.applied.get(revision), whole.applied.get(revision));
            }
            assert_eq!(seen.partials(), whole.partials(), "{sequence:?}");
        }
    }
}
