//! Mina's three tables on a server, and the two in a file: the statements that make, read and write them.

use super::JournalEntry;
use super::lease::{Holder, Lease, Terms};
use super::parcel::Parcel;
use diesel::result::Error as DatabaseError;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use std::borrow::Cow;

/// Each in the words of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code)] // One server may be linked without the other.
pub(crate) enum Ledger {
    Postgres,
    Mysql,
}

pub(crate) const JOURNAL: &str = "__mina_journal";
pub(crate) const LOCK: &str = "__mina_lock";

/// What sets a row of the journal of SQLite apart from most, which say, none more than once, that a migration of one unit was
/// applied. It is in the words of the index, which is used where a query says the same.
pub(crate) const SPECIAL: &str = "action <> 'up' OR units <> 1 OR state NOT IN ('done', 'created')";

/// What PostgreSQL is made to take for a number where a lease is another's.
const LOST: &str = "the lease was taken over";

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
        let mut literal = String::with_capacity(text.len() + 2);
        self.write_literal(&mut literal, text);
        literal
    }

    /// The same, put behind other text.
    pub(crate) fn write_literal(self, out: &mut String, text: &str) {
        let (before, inside, after) = match (self, text.contains('\\')) {
            (_, false) => ("'", text.replace('\'', "''").into(), "'"),
            (Self::Postgres, true) if !text.contains('$') => ("$$", Cow::from(text), "$$"),
            (Self::Postgres, true) => ("E'", text.replace('\'', "''").replace('\\', "\\\\").into(), "'"),
            (Self::Mysql, true) => {
                let digits: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
                ("CONVERT(X'", digits.into(), "' USING utf8mb4)")
            }
        };
        out.extend([before, &inside, after]);
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
        // A row of PostgreSQL that can be no longer than two kilobytes needs no second table for what is long.
        let (moment, started) = match self {
            Self::Postgres => ("TIMESTAMPTZ", 60),
            Self::Mysql => ("DATETIME(6)", 200),
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
                 checksum {text} NOT NULL, position {long}, downgrade {long}, duration_ms BIGINT NOT NULL, tool {text} NOT NULL, \
                 at {moment} NOT NULL DEFAULT {now}){end}"
            ),
            format!(
                "CREATE TABLE IF NOT EXISTS {LOCK} (name VARCHAR(200) PRIMARY KEY NOT NULL, token BIGINT NOT NULL, session BIGINT NOT NULL, \
                 started VARCHAR({started}) NOT NULL, holder VARCHAR(200) NOT NULL, expires {moment} NULL){end}"
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

    /// The last rows of the journal: the revisions, and how long they took.
    pub(crate) fn times(self, table: &str, count: usize) -> String {
        format!(
            "SELECT revision, duration_ms FROM {JOURNAL} WHERE history_table = {} ORDER BY id DESC LIMIT {count}",
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
        self.append(&self.literal(table), entry, &entry.duration_ms.to_string())
    }

    /// The same for statements whose time the server knows, and as in [`Ledger::parcel`].
    fn write_journal_counted(self, table: &str, entry: &JournalEntry<'_>) -> String {
        self.append(table, entry, self.counted())
    }

    fn counted(self) -> &'static str {
        match self {
            Self::Postgres => "CAST(extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000 AS BIGINT)",
            Self::Mysql => "TIMESTAMPDIFF(MICROSECOND, @mina_began, SYSDATE(6)) DIV 1000",
        }
    }

    fn append(self, table: &str, entry: &JournalEntry<'_>, took: &str) -> String {
        journal_row(table, entry, took, |text| self.literal(text))
    }

    /// The rows that end a unit, and the end of its transaction where that is told.
    pub(crate) fn close(self, table: &str, entry: &JournalEntry<'_>, applied: Option<bool>, commit: bool) -> String {
        let mut statements = vec![self.write_journal(table, entry)];
        statements.extend(applied.map(|applied| self.set_applied(table, entry.revision, applied)));
        statements.extend(commit.then(|| "COMMIT".to_owned()));
        statements.join("; ")
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

    /// Makes a session of PostgreSQL the holder of a lease that nobody holds: its token and holder; no row where somebody does.
    pub(crate) fn seize(lease: &str, started: &str, holder: &str, terms: &Terms) -> String {
        let ledger = Self::Postgres;
        let (name, beat, holder) = (ledger.literal(lease), ledger.literal(&beat(lease)), ledger.literal(holder));
        let expires = ledger.expires(terms);
        format!(
            "WITH free AS (SELECT token FROM {LOCK} WHERE name = {name} AND session = 0 FOR UPDATE SKIP LOCKED), \
             taken AS (UPDATE {LOCK} AS l SET token = free.token + 1, session = pg_backend_pid(), started = {started}, holder = {holder} \
             FROM free WHERE l.name = {name} RETURNING l.token, l.session, l.started, l.holder) \
             UPDATE {LOCK} AS b SET token = taken.token, expires = {expires} FROM taken WHERE b.name = {beat} \
             RETURNING taken.token, taken.session, taken.started::text, taken.holder::text"
        )
    }

    fn expires(self, terms: &Terms) -> String {
        match terms.renewed {
            true => self.end(terms.length),
            false => "NULL".to_owned(),
        }
    }

    /// Makes a session the holder of a lease.
    pub(crate) fn take(self, lease: &str, token: i64, holder: &Holder, terms: &Terms) -> [String; 2] {
        let expires = self.expires(terms);
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

    /// The same for PostgreSQL, which fails where it is another's; see [`Ledger::is_lost`].
    pub(crate) fn renew_or_fail(lease: &str, token: i64, length: u64) -> String {
        format!(
            "WITH renewed AS ({} RETURNING token) \
             SELECT CASE count(*) WHEN 0 THEN CAST('{LOST}' || count(*) AS INTEGER) END FROM renewed",
            Self::Postgres.renew(lease, token, length)
        )
    }

    /// Gives a lease back.
    pub(crate) fn release(self, lease: &str, token: i64) -> String {
        format!(
            "UPDATE {LOCK} SET session = 0, started = '', holder = '' WHERE name = {} AND token = {token}",
            self.literal(lease)
        )
    }

    /// The name of a lease that is still the one of a token; until the transaction ends nobody takes it.
    pub(crate) fn hold(self, lease: &str, token: i64) -> String {
        let lock = match self {
            Self::Postgres => "FOR KEY SHARE",
            Self::Mysql => "LOCK IN SHARE MODE",
        };
        format!(
            "SELECT name FROM {LOCK} WHERE name = {} AND token = {token} {lock}",
            self.literal(lease)
        )
    }

    /// The same among other statements of PostgreSQL, which fails where the lease is another's; see [`Ledger::is_lost`].
    pub(crate) fn hold_or_fail(lease: &str, token: i64) -> String {
        Self::hold_and(lease, token, "", "")
    }

    /// The same with other reasons to fail, and other columns, which are worked out once it is held.
    pub(crate) fn hold_and(lease: &str, token: i64, unless: &str, columns: &str) -> String {
        // What depends on a row is not worked out before the rows are seen.
        format!(
            "SELECT CASE WHEN count(*) = 0 THEN CAST('{LOST}' || count(*) AS INTEGER){unless} END{columns} FROM ({}) AS held",
            Self::Postgres.hold(lease, token)
        )
    }

    /// Whether an error says that a lease is another's.
    pub(crate) fn is_lost(self, error: &DatabaseError) -> bool {
        let said = match self {
            Self::Postgres => LOST,
            Self::Mysql => "Column 'history_table' cannot be null",
        };
        matches!(error, DatabaseError::DatabaseError(_, information) if information.message().contains(said))
    }

    /// All that a unit does and that records it.
    ///
    /// On MariaDB the rows of the journal stand or fall with the lease, and `@mina_at` says how far it came: 0 before the first
    /// statement, 1 before the second, and one more than there are statements once all are done.
    pub(crate) fn parcel(self, parcel: &Parcel<'_>, begin: &str) -> String {
        let Parcel { table, token, entry, .. } = parcel;
        let history = parcel
            .applied
            .map(|applied| self.set_applied(table, entry.revision, applied) + "; ");
        let history = history.unwrap_or_default();
        match self {
            Self::Postgres => format!(
                "{begin}; {};\n{}\n;\n{}; {history}COMMIT",
                Self::hold_or_fail(table, *token),
                parcel.statements.join("\n;\n"),
                self.write_journal_counted(&self.literal(table), entry),
            ),
            Self::Mysql => {
                let held = format!("({})", self.hold(table, *token));
                let started = self.append(&held, &parcel.started(), "0");
                let mut text = format!("SET @mina_at = 0, @mina_began = SYSDATE(6); {started}; SET @mina_at = 1");
                for (at, statement) in parcel.statements.iter().enumerate() {
                    text += &format!(";\n{statement}\n; SET @mina_at = {}", at + 2);
                }
                text + &format!("; {begin}; {}; {history}COMMIT", self.write_journal_counted(&held, entry))
            }
        }
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

/// A row of the journal, in the words of an engine whose strings `literal` writes; the table is in them already.
pub(crate) fn journal_row(table: &str, entry: &JournalEntry<'_>, took: &str, literal: impl Fn(&str) -> String) -> String {
    let position = entry.position.map_or_else(|| "NULL".to_owned(), &literal);
    let downgrade = entry.downgrade.map_or_else(|| "NULL".to_owned(), &literal);
    let [revision, action, state, hash, checksum] = [entry.revision, entry.action, entry.state, entry.hash, entry.checksum].map(&literal);
    let (unit, units) = (entry.unit.to_string(), entry.units.to_string());
    insert_into_journal(
        table,
        [
            &revision, &action, &state, &unit, &units, &hash, &checksum, &position, &downgrade, took,
        ],
        None,
    )
}

/// A row of the journal, of values as they stand in SQL; of the moment at which its transaction began where no other is told.
pub(crate) fn insert_into_journal(table: &str, values: [&str; 10], at: Option<&str>) -> String {
    let (column, at) = at.map_or_else(Default::default, |at| (", at", format!(", {at}")));
    format!(
        "INSERT INTO {JOURNAL} \
         (history_table, revision, action, state, unit, units, hash, checksum, position, downgrade, duration_ms, tool{column}) \
         VALUES ({table}, {}, '{}'{at})",
        values.join(", "),
        concat!("mina ", env!("CARGO_PKG_VERSION")),
    )
}

/// The two tables of SQLite and an index, where they are missing.
pub(crate) fn tables_of_sqlite(table: &str) -> [String; 3] {
    [
        format!(
            "CREATE TABLE IF NOT EXISTS {} (\n    \
                 version VARCHAR(50) PRIMARY KEY NOT NULL,\n    \
                 run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP\n\
             )",
            mina_core::sql::sqlite::quote(table)
        ),
        format!(
            "CREATE TABLE IF NOT EXISTS {JOURNAL} (\n    \
                 id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,\n    \
                 history_table TEXT NOT NULL,\n    \
                 revision TEXT NOT NULL,\n    \
                 action TEXT NOT NULL,\n    \
                 state TEXT NOT NULL,\n    \
                 unit INTEGER NOT NULL,\n    \
                 units INTEGER NOT NULL,\n    \
                 hash TEXT NOT NULL,\n    \
                 checksum TEXT NOT NULL,\n    \
                 position TEXT,\n    \
                 downgrade TEXT,\n    \
                 duration_ms BIGINT NOT NULL,\n    \
                 tool TEXT NOT NULL,\n    \
                 at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP\n\
             )"
        ),
        format!("CREATE INDEX IF NOT EXISTS {JOURNAL}_special ON {JOURNAL} (history_table) WHERE {SPECIAL}"),
    ]
}

/// What [`Ledger::journal`] reads.
pub(crate) type JournalColumns = (Text, Text, Text, Integer, Integer, Text, Text, Nullable<Text>, BigInt);

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
