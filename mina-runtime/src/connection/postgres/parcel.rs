//! Units that go to PostgreSQL whole, one or many in a message, and the statements that are prepared for them.

use super::LEDGER;
use crate::connection::ledger::{Ledger, insert_into_journal};
use crate::connection::parcel::{Parcel, Sent, Together};
use crate::connection::{Connection, Session, Trouble};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error as DatabaseError;

/// What PostgreSQL is made to take for a number where a message has lasted long enough.
const LATE: &str = "the message has lasted long enough";
/// After how many milliseconds of a message no more of its transactions is begun.
const LONG: u32 = 500;

/// When a transaction of a message began, in seconds: for the server all of a message is of the same moment.
const BEGAN: &str = "mina.began";

pub(super) fn send(conn: &mut PgConnection, parcel: &Parcel<'_>, session: &Session) -> Option<Sent> {
    if parcel.alone {
        return None;
    }
    let mut sql = String::new();
    match is_prepared(conn, parcel, session) {
        true => write_transaction(&mut sql, parcel, session, Prepared::Hold),
        false => sql = LEDGER.parcel(parcel, &session.begin),
    }
    let Err(error) = conn.batch_execute(&sql) else {
        return Some(Sent::Done);
    };
    after(conn, &error, session);
    Some(if LEDGER.is_lost(&error) {
        Sent::Lost
    } else {
        Sent::Failed(None, error)
    })
}

/// The server runs what is in a message up to its first error, and what was committed by then stays.
pub(super) fn send_together(conn: &mut PgConnection, parcels: &[Parcel<'_>], session: &Session) -> Option<Together> {
    let first = parcels.first()?;
    if parcels.iter().any(|parcel| parcel.alone) || !is_prepared(conn, first, session) {
        return None;
    }
    let mut sql = String::new();
    for parcel in parcels {
        write_transaction(&mut sql, parcel, session, Prepared::HoldInTime);
        sql.push_str(";\n");
    }
    let Err(error) = conn.batch_execute(&sql) else {
        return Some(Together::Done);
    };
    let late = matches!(&error, DatabaseError::DatabaseError(_, information) if information.message().contains(LATE));
    if late {
        undo(conn, &error);
        return Some(Together::Late);
    }
    after(conn, &error, session);
    Some(if LEDGER.is_lost(&error) {
        Together::Lost
    } else {
        Together::Failed(error)
    })
}

/// Ends a transaction that Diesel knows nothing of, after an error in it.
pub(super) fn undo(conn: &mut PgConnection, error: &DatabaseError) {
    if conn.trouble(error) != Trouble::Gone {
        // The error is what matters.
        let _ = conn.batch_execute("ROLLBACK");
    }
}

fn after(conn: &mut PgConnection, error: &DatabaseError, session: &Session) {
    undo(conn, error);
    // It may be that the statements that were prepared are no more.
    if conn.trouble(error) != Trouble::Locked {
        session.prepared.set(session.prepared.get().map(|_| false));
    }
}

/// Whether the session has the statements that record a unit, which are prepared for the first one.
fn is_prepared(conn: &mut PgConnection, parcel: &Parcel<'_>, session: &Session) -> bool {
    let prepared = session.prepared.get();
    let prepared = prepared.unwrap_or_else(|| {
        let names = Prepared::ALL.map(|statement| statement.name(parcel));
        session.statements.replace(names.into());
        conn.batch_execute(&prepare(parcel, &session.limits)).is_ok()
    });
    session.prepared.set(Some(prepared));
    prepared
}

/// What PostgreSQL would have to think about anew for each unit, longer than about the unit itself.
#[derive(Clone, Copy, Debug)]
enum Prepared {
    /// Holds the lease, and sets the limits of the transaction.
    Hold,
    /// The same where the message has not lasted too long yet.
    HoldInTime,
    /// Journals a unit.
    Journal,
    /// The same, and enters its revision into the history.
    Applied,
    /// The same, and takes it out.
    Reverted,
}

impl Prepared {
    const ALL: [Self; 5] = [Self::Hold, Self::HoldInTime, Self::Journal, Self::Applied, Self::Reverted];

    /// A pooler that nobody knows of may have left those of another run on the session.
    fn name(self, parcel: &Parcel<'_>) -> String {
        let what = match self {
            Self::Hold => "hold",
            Self::HoldInTime => "hold in time",
            Self::Journal => "journal",
            Self::Applied => "applied",
            Self::Reverted => "reverted",
        };
        LEDGER.quote(&format!("mina_{what} {} {}", parcel.token, parcel.table))
    }

    fn sql(self, parcel: &Parcel<'_>, limits: &[String; 3]) -> (&'static str, String) {
        let table = LEDGER.quote(parcel.table);
        match self {
            Self::Hold => ("", hold(parcel, limits, "")),
            Self::HoldInTime => {
                let late = format!(
                    " WHEN clock_timestamp() > statement_timestamp() + INTERVAL '{LONG} milliseconds' \
                     THEN CAST('{LATE}' || count(*) AS INTEGER)"
                );
                ("", hold(parcel, limits, &late))
            }
            Self::Journal => (ENTRY, journal(parcel)),
            Self::Applied => (
                ENTRY,
                format!(
                    "WITH entry AS ({}) INSERT INTO {table} (version, run_on) VALUES ($1, clock_timestamp())",
                    journal(parcel)
                ),
            ),
            Self::Reverted => (
                ENTRY,
                format!("WITH entry AS ({}) DELETE FROM {table} WHERE version = $1", journal(parcel)),
            ),
        }
    }
}

/// What the statements that record a unit are given.
const ENTRY: &str = " (TEXT, TEXT, TEXT, INTEGER, INTEGER, TEXT, TEXT, TEXT)";

fn journal(parcel: &Parcel<'_>) -> String {
    let began =
        format!("coalesce(CAST(nullif(current_setting('{BEGAN}', true), '') AS NUMERIC), extract(epoch FROM statement_timestamp()))");
    let took = format!("CAST((extract(epoch FROM clock_timestamp()) - {began}) * 1000 AS BIGINT)");
    let values = ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "NULL", "$8", &took];
    insert_into_journal(&LEDGER.literal(parcel.table), values, Some("clock_timestamp()"))
}

fn hold(parcel: &Parcel<'_>, limits: &[String; 3], unless: &str) -> String {
    let names = ["lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"];
    let set = |(name, limit): (&str, &String)| format!(", set_config('{name}', {}, true)", LEDGER.literal(limit));
    let mut columns: String = names.into_iter().zip(limits).map(set).collect();
    columns += &format!(", set_config('{BEGAN}', CAST(extract(epoch FROM clock_timestamp()) AS TEXT), true)");
    Ledger::hold_and(parcel.table, parcel.token, unless, &columns)
}

fn prepare(parcel: &Parcel<'_>, limits: &[String; 3]) -> String {
    let prepare = |statement: Prepared| {
        let (types, sql) = statement.sql(parcel, limits);
        format!("PREPARE {}{types} AS {sql}", statement.name(parcel))
    };
    Prepared::ALL.map(prepare).join("; ")
}

/// The same as [`Ledger::parcel`] with what was prepared, put behind other text.
fn write_transaction(text: &mut String, parcel: &Parcel<'_>, session: &Session, hold: Prepared) {
    let entry = &parcel.entry;
    let record = match parcel.applied {
        None => Prepared::Journal,
        Some(true) => Prepared::Applied,
        Some(false) => Prepared::Reverted,
    };
    for part in [&session.brief, "; EXECUTE ", &hold.name(parcel), ";\n"] {
        text.push_str(part);
    }
    for statement in &parcel.statements {
        text.push_str(statement);
        text.push_str("\n;\n");
    }
    text.push_str("EXECUTE ");
    text.push_str(&record.name(parcel));
    for (before, word) in [(" (", entry.revision), (", ", entry.action), (", ", entry.state)] {
        text.push_str(before);
        LEDGER.write_literal(text, word);
    }
    text.push_str(&format!(", {}, {}", entry.unit, entry.units));
    for word in [entry.hash, entry.checksum] {
        text.push_str(", ");
        LEDGER.write_literal(text, word);
    }
    text.push_str(", ");
    match entry.downgrade {
        Some(downgrade) => LEDGER.write_literal(text, downgrade),
        None => text.push_str("NULL"),
    }
    text.push_str("); COMMIT");
}
