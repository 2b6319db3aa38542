//! The leases and the sessions of PostgreSQL.

use super::parcel::undo;
use super::{LEDGER, load, one};
use crate::connection::lease::{Holder, Lease, Leases, POOLED, Terms};
use crate::connection::ledger::{Columns, Ledger, Row};
use crate::connection::{Connection, Session};
use diesel::connection::{AnsiTransactionManager, SimpleConnection};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Text};

/// When this session began, which tells it from an earlier one of its number. The view of sessions would join what is not asked for.
const STARTED: &str = "coalesce((SELECT extract(epoch FROM a.backend_start)::text \
     FROM pg_catalog.pg_stat_get_activity(pg_backend_pid()) a), '')";

/// A row `a` of pg_stat_activity, for people.
const SESSION: &str = "format('session %s of %s%s, %s for %s: %s', a.pid, coalesce(a.usename, '?'), \
     coalesce(' (' || nullif(a.application_name, '') || ')', ''), coalesce(a.state, 'at work'), \
     date_trunc('second', clock_timestamp() - coalesce(a.xact_start, a.backend_start)), \
     left(regexp_replace(coalesce(a.query, ''), '\\s+', ' ', 'g'), 80))";

impl Leases for PgConnection {
    fn me(&mut self) -> QueryResult<Holder> {
        let query = format!("SELECT pg_backend_pid(), {STARTED}");
        let (session, started): (i32, String) = one::<(Integer, Text), _>(self, &query)?;
        Ok(Holder {
            session: session.into(),
            started,
            name: String::new(),
        })
    }

    fn look(&mut self, lease: &str, to_take: bool) -> QueryResult<Option<Lease>> {
        let row: Option<Row> = one::<Columns, _>(self, &LEDGER.look(lease, to_take)).optional()?;
        Ok(row.map(Lease::from))
    }

    fn seize(&mut self, session: &Session, lease: &str, terms: &Terms, name: &dyn Fn(i64) -> String) -> QueryResult<Option<(i64, Holder)>> {
        Connection::begin(self, session)?;
        let seized = self.create_tables(lease).and_then(|()| {
            let query = Ledger::seize(lease, STARTED, &name(session.number), terms);
            let row: Option<(i64, i64, String, String)> = sql::<(BigInt, BigInt, Text, Text)>(&query).get_result(self).optional()?;
            self.commit()?;
            Ok(row)
        });
        if seized.is_err() {
            self.rollback()?;
        }
        let holder = |(token, session, started, name)| (token, Holder { session, started, name });
        Ok(seized?.map(holder))
    }

    fn take(&mut self, lease: &str, token: i64, holder: &Holder, terms: &Terms) -> QueryResult<()> {
        self.batch_execute(&LEDGER.take(lease, token, holder, terms).join("; "))
    }

    fn renew(&mut self, lease: &str, token: i64, length: u64) -> QueryResult<bool> {
        // One message, which the server brings to its end: a program that is stopped now leaves no row locked.
        match self.batch_execute(&Ledger::renew_or_fail(lease, token, length)) {
            Err(error) if LEDGER.is_lost(&error) => Ok(false),
            renewed => renewed.map(|()| true),
        }
    }

    fn release(&mut self, lease: &str, token: i64) -> QueryResult<()> {
        self.batch_execute(&LEDGER.release(lease, token))
    }

    fn farewell(&self, lease: &str, token: i64) -> Option<String> {
        Some(LEDGER.release(lease, token))
    }

    fn begin(&mut self, session: &Session, lease: &str, token: i64) -> QueryResult<bool> {
        let begin = format!("{}; {}", session.begin, Ledger::hold_or_fail(lease, token));
        match AnsiTransactionManager::begin_transaction_sql(self, &begin) {
            Ok(()) => Ok(true),
            Err(error) => {
                undo(self, &error);
                if LEDGER.is_lost(&error) { Ok(false) } else { Err(error) }
            }
        }
    }

    // A transaction sees the sessions as they were when it first looked. Another role's is seen without the moment it began.
    fn lives(&mut self, holder: &Holder) -> QueryResult<Option<bool>> {
        if holder.session == POOLED {
            return Ok(None);
        }
        self.batch_execute("SELECT pg_stat_clear_snapshot()")?;
        let query = format!(
            "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE pid = {} \
             AND (backend_start IS NULL OR extract(epoch FROM backend_start)::text = {})",
            holder.session,
            LEDGER.literal(&holder.started)
        );
        self.number(&query).map(|sessions| Some(sessions > 0))
    }

    fn end(&mut self, holder: &Holder) -> QueryResult<()> {
        one::<Bool, bool>(self, &format!("SELECT pg_terminate_backend({})", holder.session)).map(drop)
    }

    fn blockers(&mut self, session: &Holder) -> QueryResult<Vec<String>> {
        let query = format!(
            "SELECT {SESSION} FROM pg_catalog.pg_stat_activity a WHERE a.pid = ANY (pg_blocking_pids({}))",
            session.session
        );
        load::<Text, _>(self, &query)
    }

    fn lockers(&mut self, statements: &str) -> QueryResult<Vec<String>> {
        let query = format!(
            "SELECT {SESSION} FROM pg_catalog.pg_stat_activity a WHERE a.pid <> pg_backend_pid() AND a.pid IN ( \
             SELECT l.pid FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation \
             WHERE l.granted AND c.relkind IN ('r', 'p', 'v', 'm') AND l.relation >= 16384 AND strpos({}, c.relname) > 0)",
            LEDGER.literal(statements)
        );
        load::<Text, _>(self, &query)
    }
}
