//! Rows of revisions that were squashed: what a database that came through them one by one still holds.

use super::apply::{Run, database};
use super::book::Book;
use super::error::{Error, ErrorKind};
use super::members::Members;
use super::repair::blank;
use super::report::Direction;
use super::state::State;
use super::{HISTORY_TABLE, Runner};
use crate::connection::{Connection, JournalEntry};
use crate::migration::Migration;
use diesel::result::Error as DatabaseError;
use serde::Serialize;
use std::collections::BTreeMap;

/// By each squash that has any, the rows of the revisions that it was made of, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Squashed(BTreeMap<&'static str, Vec<String>>);

/// A squash of which a database has applied a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Inside {
    /// The revision that is not applied.
    pub squash: String,
    /// Those that were made into it and are applied.
    pub ids: Vec<String>,
    /// The file of the squash.
    pub file: String,
}

impl Squashed {
    pub(super) fn read(members: &Members, book: &Book) -> Self {
        let partials = book.partials();
        let mut found = BTreeMap::new();
        for member in members.iter() {
            let rows = member
                .head
                .squashes()
                .filter(|id| book.applied.contains(id) || partials.contains_key(id));
            let mut rows: Vec<String> = rows.map(str::to_owned).collect();
            rows.sort();
            if !rows.is_empty() {
                found.insert(member.head.id, rows);
            }
        }
        Self(found)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(squash, ids)| (*squash, &ids[..]))
    }

    /// The rows of the revisions that were made into one.
    pub(super) fn of(&self, squash: &str) -> &[String] {
        self.0.get(squash).map_or(&[], Vec::as_slice)
    }

    pub(super) fn holds(&self, id: &str) -> bool {
        self.0.values().flatten().any(|squashed| squashed == id)
    }

    /// Whether the journal is about the last revision of the range, and not about the squash that has its id: what the squash was
    /// made of has rows only where it was applied one after the other, and the last of them builds on all others.
    pub(super) fn came_one_by_one(&self, squash: &str) -> bool {
        self.0.contains_key(squash)
    }
}

/// Makes the rows of a range the one row of its squash, in the transaction that is open.
pub(super) fn join(conn: &mut dyn Connection, state: &State, squash: &str) -> Result<(), ErrorKind> {
    let Some(member) = state.members.find(squash) else {
        return Ok(());
    };
    let source = super::state::Source::Known(member.migration);
    let downgrade = state.journalled(source)?;
    let mut write = || {
        for id in state.squashed.of(squash) {
            conn.set_applied(&state.table, id, false)?;
            let entry = JournalEntry {
                revision: id,
                state: "removed",
                ..blank("stamp")
            };
            conn.write_journal(&state.table, &entry)?;
        }
        let entry = JournalEntry {
            revision: squash,
            checksum: member.checksum(state.engine),
            downgrade: Some(&downgrade),
            ..blank("record")
        };
        conn.write_journal(&state.table, &entry)
    };
    let written = write();
    written.map_err(|error| database(conn, &error, 0))
}

impl Runner {
    /// Diesel's harness looks at one revision alone: before an upgrade that would do again what a part of it was squashed from
    /// has done, it is stopped here, and with a squash that is reverted the rows of that go, too.
    pub(crate) fn squashed_of_harness(
        &self,
        conn: &mut dyn Connection,
        direction: Direction,
        migration: &'static Migration,
    ) -> Result<(), Error> {
        let head = migration.record.head();
        if head.squashes().next().is_none() {
            return Ok(());
        }
        let failed = |conn: &dyn Connection, error: &DatabaseError| Error::from(database(conn, error, 0));
        let rows = conn
            .history(HISTORY_TABLE)
            .map_err(|error| failed(conn, &error))?
            .unwrap_or_default();
        let there = |id: &&str| rows.iter().any(|row| row.version == *id);
        let ids: Vec<String> = head.squashes().filter(there).map(str::to_owned).collect();
        match direction {
            Direction::Up if ids.is_empty() || rows.iter().any(|row| row.version == head.id) => Ok(()),
            Direction::Up => Err(ErrorKind::InsideSquash {
                squash: head.id.to_owned(),
                ids,
                file: migration.record.file().to_owned(),
            }
            .into()),
            // Elsewhere the run that reverts it does so.
            Direction::Down if !conn.in_transaction() => Ok(()),
            Direction::Down => ids
                .iter()
                .try_for_each(|id| conn.set_applied(HISTORY_TABLE, id, false).map_err(|error| failed(conn, &error))),
        }
    }
}

impl Run<'_> {
    /// A squash is about to be reverted: what it was made of is no more from here on, and a run that is broken off leaves a
    /// database with the one row that a new one has.
    pub(super) fn join_rows(&mut self, squash: &str) -> Result<(), ErrorKind> {
        if self.state.squashed.of(squash).is_empty() || !self.state.book.applied.contains(squash) {
            return Ok(());
        }
        self.close()?;
        self.begin_again()?;
        let joined = self.joined(squash).and_then(|()| self.commit());
        self.or_roll_back(joined)?;
        let table = self.state.table.clone();
        self.state.book = Book::read(self.conn, &table).map_err(|error| self.database(&error))?;
        self.state.squashed = Squashed::read(&self.state.members, &self.state.book);
        self.state.follow();
        Ok(())
    }

    // Somebody else may have reverted it by now.
    fn joined(&mut self, squash: &str) -> Result<(), ErrorKind> {
        let table = self.state.table.clone();
        let book = Book::read(self.conn, &table).map_err(|error| self.database(&error))?;
        match book.applied.contains(squash) {
            true => join(self.conn, &self.state, squash),
            false => Ok(()),
        }
    }
}
