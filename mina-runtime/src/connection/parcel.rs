//! A unit that goes to a server whole, with the rows that record it.

use super::JournalEntry;
use diesel::result::Error as DatabaseError;

/// Statements that change no rows, and what is recorded of them.
#[derive(Debug)]
pub struct Parcel<'a> {
    /// In order, each without what would end it.
    pub(crate) statements: Vec<&'a str>,
    /// Whether they are in no transaction.
    pub(crate) alone: bool,
    /// The history table, which its lease is named after.
    pub(crate) table: &'a str,
    pub(crate) token: i64,
    /// What the journal says once they are done; how long they took, the server finds out.
    pub(crate) entry: JournalEntry<'a>,
    /// Whether the revision is in the history table then; none where that does not change.
    pub(crate) applied: Option<bool>,
}

/// What came of it.
#[derive(Debug)]
pub enum Sent {
    /// Everything is done and recorded.
    Done,
    /// The lease is another's by now. Of statements in a transaction nothing is left.
    Lost,
    /// Something failed before the first of them.
    Before(DatabaseError),
    /// One of them failed; in a transaction nothing is left, and which it was is not known.
    Failed(Option<usize>, DatabaseError),
    /// They are done, and it could not be recorded.
    After(DatabaseError),
}

/// What came of parcels that went to a server in one message, each a transaction of its own. Those before the one that was not
/// brought to its end are done and recorded, and of that one and those after it nothing is left.
#[derive(Debug)]
#[cfg_attr(not(feature = "postgres"), allow(dead_code))]
pub enum Together {
    /// Everything is done and recorded.
    Done,
    /// The lease is another's by now.
    Lost,
    /// It took so long that the rest was not begun.
    Late,
    /// A statement failed, or the session ended.
    Failed(DatabaseError),
}

impl<'a> Parcel<'a> {
    /// What the journal says before a statement that is in no transaction.
    #[allow(dead_code)] // Asked for where statements are sent to MariaDB.
    pub(crate) fn started(&self) -> JournalEntry<'a> {
        JournalEntry {
            state: "started",
            duration_ms: 0,
            downgrade: None,
            ..self.entry
        }
    }
}
