//! Mina's three tables on a server: the statements that make, read and write them.

use super::JournalEntry;
use super::lease::{Holder, Lease, Terms};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};

/// Each in the words of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code)] // One server may be linked without the other.
pub(crate) enum Ledger {
    Postgres,
    Mysql,
}

pub(crate) const JOURNAL: &str = "__mina_journal";
pub(crate) const LOCK: &str = "__mina_lock";

/// What stands beside a lease, so that renewing it meets nobody's lock on the lease.
fn beat(lease: &str) -> String {
    format!("{lease} beat")
}

impl Ledger {
    pub(crate) fn quote(self, name: &str) -> String {
        match self {
            Self::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::Mysql => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// A string, whatever the server takes a backslash for.
    pub(crate) fn literal(self, text: &str) -> String {
        let quoted = text.replace('\'', "''");
        match (self, text.contains('\\')) {
            (_, false) => format!("'{quoted}'"),
            (Self::Postgres, true) => format!("E'{}'", quoted.replace('\\', "\\\\")),
            (Self::Mysql, true) => {
                let digits: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
                format!("CONVERT(X'{digits}' USING utf8mb4)")
            }
        }
    }

    fn optional(self, text: Option<&str>) -> String {
        text.map_or_else(|| "NULL".to_owned(), |text| self.literal(text))
    }

    /// The tables, where they are missing; sessions that make them at the same time may refuse each other.
    pub(crate) fn create(self, table: &str) -> Vec<String> {
        let (number, text, long, now, end) = match self {
            Self::Postgres => ("BIGINT GENERATED ALWAYS AS IDENTITY", "TEXT", "TEXT", "CURRENT_TIMESTAMP", ""),
            Self::Mysql => (
                "BIGINT NOT NULL AUTO_INCREMENT",
                "VARCHAR(255)",
                "LONGTEXT",
                "CURRENT_TIMESTAMP(6)",
                " ENGINE = InnoDB DEFAULT CHARSET = utf8mb4",
            ),
        };
        let moment = match self {
            Self::Postgres => "TIMESTAMPTZ",
            Self::Mysql => "DATETIME(6)",
        };
        vec![
            format!(
                "CREATE TABLE IF NOT EXISTS {} (version VARCHAR(50) PRIMARY KEY NOT NULL, \
                 run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP){end}",
                self.quote(table)
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {JOURNAL} (id {number} PRIMARY KEY, history_table {text} NOT NULL, revision {text} NOT NULL, \
                 action {text} NOT NULL, state {text} NOT NULL, unit INTEGER NOT NULL, units INTEGER NOT NULL, hash {text} NOT NULL, \
                 checksum {text} NOT NULL, position BIGINT, downgrade {long}, duration_ms BIGINT NOT NULL, tool {text} NOT NULL, \
                 at {moment} NOT NULL DEFAULT {now}){end}"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {LOCK} (name VARCHAR(200) PRIMARY KEY NOT NULL, token BIGINT NOT NULL, session BIGINT NOT NULL, \
                 started VARCHAR(200) NOT NULL, holder VARCHAR(200) NOT NULL, expires {moment} NULL){end}"
            ),
        ]
    }

    /// The free lease of a history table, where it is missing.
    pub(crate) fn create_lease(self, lease: &str) -> String {
        let rows = [lease.to_owned(), beat(lease)].map(|name| format!("({}, 0, 0, '', '')", self.literal(&name)));
        let rows = rows.join(", ");
        match self {
            Self::Postgres => {
                format!("INSERT INTO {LOCK} (name, token, session, started, holder) VALUES {rows} ON CONFLICT DO NOTHING")
            }
            Self::Mysql => format!("INSERT IGNORE INTO {LOCK} (name, token, session, started, holder) VALUES {rows}"),
        }
    }

    /// Applied revisions and when.
    pub(crate) fn history(self, table: &str) -> String {
        let text = match self {
            Self::Postgres => "CAST(run_on AS TEXT)",
            Self::Mysql => "CAST(run_on AS CHAR)",
        };
        format!("SELECT version, {text} FROM {}", self.quote(table))
    }

    /// The rows of the journal about a history table, oldest first.
    pub(crate) fn journal(self, table: &str) -> String {
        format!(
            "SELECT revision, action, state, unit, units, hash, checksum, position, duration_ms \
             FROM {JOURNAL} WHERE history_table = {} ORDER BY id",
            self.literal(table)
        )
    }

    /// The downgrade that was journalled last.
    pub(crate) fn downgrade(self, table: &str, revision: &str) -> String {
        format!(
            "SELECT downgrade FROM {JOURNAL} WHERE history_table = {} AND revision = {} AND downgrade IS NOT NULL ORDER BY id DESC LIMIT 1",
            self.literal(table),
            self.literal(revision)
        )
    }

    pub(crate) fn set_applied(self, table: &str, revision: &str, applied: bool) -> String {
        let (table, revision) = (self.quote(table), self.literal(revision));
        match applied {
            true => format!("INSERT INTO {table} (version) VALUES ({revision})"),
            false => format!("DELETE FROM {table} WHERE version = {revision}"),
        }
    }

    pub(crate) fn write_journal(self, table: &str, entry: &JournalEntry<'_>) -> String {
        let position = entry.position.map_or_else(|| "NULL".to_owned(), |position| position.to_string());
        let [table, revision, action, state, hash, checksum] =
            [table, entry.revision, entry.action, entry.state, entry.hash, entry.checksum].map(|text| self.literal(text));
        format!(
            "INSERT INTO {JOURNAL} (history_table, revision, action, state, unit, units, hash, checksum, position, downgrade, duration_ms, tool) \
             VALUES ({table}, {revision}, {action}, {state}, {}, {}, {hash}, {checksum}, {position}, {}, {}, '{}')",
            entry.unit,
            entry.units,
            self.optional(entry.downgrade),
            entry.duration_ms,
            concat!("mina ", env!("CARGO_PKG_VERSION")),
        )
    }

    /// Who holds a lease, and whether its time is over: token, session, started, holder, and 1 where it is over, 0 where it
    /// is not, null where it has no end. To take it, its row is locked; no row where another transaction has it locked.
    pub(crate) fn look(self, lease: &str, to_take: bool) -> String {
        let now = self.now();
        let lock = if to_take { " FOR UPDATE SKIP LOCKED" } else { "" };
        let name = self.literal(lease);
        format!(
            "SELECT token, session, started, holder, \
             (SELECT CASE WHEN b.expires IS NULL THEN NULL WHEN b.expires < {now} THEN 1 ELSE 0 END FROM {LOCK} b WHERE b.name = {}) \
             FROM {LOCK} WHERE name = {name}{lock}",
            self.literal(&beat(lease))
        )
    }

    /// Makes a session the holder of a lease.
    pub(crate) fn take(self, lease: &str, token: i64, holder: &Holder, terms: &Terms) -> [String; 2] {
        let expires = match terms.renewed {
            true => self.end(terms.length),
            false => "NULL".to_owned(),
        };
        [
            format!(
                "UPDATE {LOCK} SET token = {token}, session = {}, started = {}, holder = {} WHERE name = {}",
                holder.session,
                self.literal(&holder.started),
                self.literal(&holder.name),
                self.literal(lease)
            ),
            format!(
                "UPDATE {LOCK} SET token = {token}, expires = {expires} WHERE name = {}",
                self.literal(&beat(lease))
            ),
        ]
    }

    /// Moves the end of a lease; no row where it is another's by now.
    pub(crate) fn renew(self, lease: &str, token: i64, length: u64) -> String {
        format!(
            "UPDATE {LOCK} SET expires = {} WHERE name = {} AND token = {token}",
            self.end(length),
            self.literal(&beat(lease))
        )
    }

    /// Gives a lease back.
    pub(crate) fn release(self, lease: &str, token: i64) -> String {
        format!(
            "UPDATE {LOCK} SET session = 0, started = '', holder = '' WHERE name = {} AND token = {token}",
            self.literal(lease)
        )
    }

    /// Whether a lease is still the one of a token, counted; until the transaction ends nobody takes it.
    pub(crate) fn fence(self, lease: &str, token: i64) -> String {
        let lock = match self {
            Self::Postgres => "FOR KEY SHARE",
            Self::Mysql => "LOCK IN SHARE MODE",
        };
        format!(
            "SELECT token FROM {LOCK} WHERE name = {} AND token = {token} {lock}",
            self.literal(lease)
        )
    }

    fn now(self) -> &'static str {
        match self {
            // The clock, not the beginning of the transaction.
            Self::Postgres => "clock_timestamp()",
            Self::Mysql => "SYSDATE(6)",
        }
    }

    fn end(self, milliseconds: u64) -> String {
        let now = self.now();
        match self {
            Self::Postgres => format!("{now} + INTERVAL '{milliseconds} milliseconds'"),
            Self::Mysql => format!("{now} + INTERVAL {} MICROSECOND", milliseconds.saturating_mul(1000)),
        }
    }
}

/// What [`Ledger::journal`] reads.
pub(crate) type JournalColumns = (Text, Text, Text, Integer, Integer, Text, Text, Nullable<BigInt>, BigInt);

/// What [`Ledger::look`] reads.
pub(crate) type Columns = (BigInt, BigInt, Text, Text, Nullable<Integer>);
pub(crate) type Row = (i64, i64, String, String, Option<i32>);

impl From<Row> for Lease {
    fn from((token, session, started, name, over): Row) -> Self {
        Self {
            token,
            holder: Holder { session, started, name },
            over: over.map(|over| over != 0),
        }
    }
}
