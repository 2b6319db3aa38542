//! PostgreSQL.

mod lease;
mod parcel;

use super::lease::Leases;
use super::ledger::{JOURNAL, JournalColumns, LOCK, Ledger};
use super::parcel::{Parcel, Sent, Together};
use super::{BoxError, Connection, Fault, HistoryRow, JournalEntry, JournalRow, Limits, Session, Trouble, first_word};
use crate::migration::RunStep;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager, TransactionManagerStatus};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DatabaseError};
use diesel::sql_types::{BigInt, Bool, Integer, Text};
use diesel::{QueryResult, sql_query};
use mina_core::engine::Engine;
use mina_core::normal::Normal;

const LEDGER: Ledger = Ledger::Postgres;
/// A transaction that does nothing for so long has lost its program.
const IDLE: &str = "10min";

/// Whether a transaction was begun in SQL; what the session had set: search path, the three timeouts, the role; whether the server
/// recovers, and whether the session only reads; its number.
type Settings = (Bool, Text, Text, Text, Text, Text, Bool, Bool, Integer);
type Before = (bool, String, String, String, String, String, bool, bool, i32);

/// In one transaction, because a pooler may otherwise prepare a query on one session and run it on another.
fn together<T>(conn: &mut PgConnection, work: impl FnOnce(&mut PgConnection) -> QueryResult<T>) -> QueryResult<T> {
    match conn.in_transaction() {
        true => work(conn),
        false => diesel::Connection::transaction(conn, work),
    }
}

fn one<T, U>(conn: &mut PgConnection, query: &str) -> QueryResult<U>
where
    T: diesel::expression::TypedExpressionType,
    diesel::expression::SqlLiteral<T>: diesel::query_dsl::LoadQuery<'static, PgConnection, U>,
{
    together(conn, |conn| sql::<T>(query).get_result(conn))
}

fn load<T, U>(conn: &mut PgConnection, query: &str) -> QueryResult<Vec<U>>
where
    T: diesel::expression::TypedExpressionType,
    diesel::expression::SqlLiteral<T>: diesel::query_dsl::LoadQuery<'static, PgConnection, U>,
{
    together(conn, |conn| sql::<T>(query).load(conn))
}

fn has_table(conn: &mut PgConnection, name: &str) -> QueryResult<bool> {
    has_tables(conn, &[name])
}

fn has_tables(conn: &mut PgConnection, names: &[&str]) -> QueryResult<bool> {
    let is_there = |name: &&str| format!("to_regclass({}) IS NOT NULL", LEDGER.literal(&LEDGER.quote(name)));
    let all: Vec<String> = names.iter().map(is_there).collect();
    one::<Bool, _>(conn, &format!("SELECT {}", all.join(" AND ")))
}

/// Whether a transaction was begun in SQL, for a query that follows: it is older than a statement before that.
fn is_inside(conn: &mut PgConnection) -> QueryResult<String> {
    let before: String = sql::<Text>("SELECT clock_timestamp()::text").get_result(conn)?;
    Ok(format!("transaction_timestamp() < {}::timestamptz", LEDGER.literal(&before)))
}

fn refuse_to_write(recovers: bool, reads: bool) -> QueryResult<()> {
    let why = match (recovers, reads) {
        (true, _) => "the server is a standby, which takes no changes",
        (_, true) => "the session is read-only (default_transaction_read_only)",
        _ => return Ok(()),
    };
    Err(DatabaseError::DatabaseError(
        DatabaseErrorKind::ReadOnlyTransaction,
        Box::new(why.to_owned()),
    ))
}

impl Connection for PgConnection {
    fn engine(&self) -> Engine {
        Engine::Pg
    }

    fn as_any(&mut self) -> &mut dyn std::any::Any {
        self
    }

    fn in_transaction(&mut self) -> bool {
        match AnsiTransactionManager::transaction_manager_status_mut(self) {
            TransactionManagerStatus::Valid(status) => status.transaction_depth().is_some(),
            TransactionManagerStatus::InError => true,
        }
    }

    fn enter(&mut self, limits: &Limits, write: bool) -> QueryResult<Session> {
        if let TransactionManagerStatus::InError = AnsiTransactionManager::transaction_manager_status_mut(self) {
            return Err(DatabaseError::BrokenTransactionManager);
        }
        let set = |local: &str, lock: &str, statement: &str, idle: &str| {
            format!(
                "SET{local} lock_timeout = '{lock}'; SET{local} statement_timeout = '{statement}'; \
                 SET{local} idle_in_transaction_session_timeout = '{idle}'"
            )
        };
        let (own_lock, own_statement) = (limits.lock_timeout.to_string(), limits.statement_timeout.unwrap_or(0).to_string());
        let own = set(" LOCAL", &own_lock, &own_statement, IDLE);
        let outside = !self.in_transaction();
        let inside = if outside { is_inside(self)? } else { "false".to_owned() };
        if !write && outside {
            if sql::<Bool>(&format!("SELECT {inside}")).get_result(self)? {
                return Err(DatabaseError::AlreadyInTransaction);
            }
            AnsiTransactionManager::begin_transaction_sql(self, &format!("BEGIN; {own}"))?;
            return Ok(Session {
                one_transaction: true,
                ..Session::default()
            });
        }
        if write && !outside {
            return Err(DatabaseError::AlreadyInTransaction);
        }
        let query = format!(
            "SELECT {inside}, current_setting('search_path'), current_setting('lock_timeout'), current_setting('statement_timeout'), \
             current_setting('idle_in_transaction_session_timeout'), current_setting('role'), \
             pg_is_in_recovery(), current_setting('transaction_read_only')::boolean, pg_backend_pid()"
        );
        let before: Before = sql::<Settings>(&query).get_result(self)?;
        let (inside, path, lock, statement, idle, role, recovers, reads, number) = before;
        if inside {
            return Err(DatabaseError::AlreadyInTransaction);
        }
        if write {
            refuse_to_write(recovers, reads)?;
        }
        let become_role = limits.role.as_ref().map(|name| LEDGER.quote(name));
        // A pooler may give each transaction another session, so it is said again in each.
        let mut begin = format!("BEGIN; SET LOCAL search_path = {path}; ", path = search_path(&path));
        if let Some(name) = &become_role {
            begin += &format!("SET LOCAL ROLE {name}; ");
        }
        let mut session = Session {
            begin: format!("{begin}{own}"),
            brief: begin,
            limits: [&own_lock, &own_statement, IDLE].map(str::to_owned),
            number: number.into(),
            ..Session::default()
        };
        if limits.pooled {
            // What is set on a session is set for whoever gets it next.
            session.prepared.set(Some(false));
            return Ok(session);
        }
        session.restore.push(set("", &lock, &statement, &idle));
        if let Some(name) = &become_role {
            self.batch_execute(&format!("SET ROLE {name}"))?;
            session.restore.push(match role.as_str() {
                "none" => "RESET ROLE".to_owned(),
                before => format!("SET ROLE {}", LEDGER.quote(before)),
            });
        }
        self.batch_execute(&set("", &own_lock, &own_statement, IDLE))?;
        Ok(session)
    }

    fn leave(&mut self, session: Session) -> QueryResult<()> {
        if session.one_transaction {
            // Nothing was written; a query that failed has ended it already.
            let _ = self.commit().or_else(|_| self.rollback());
        }
        let prepared = session.statements.take();
        let prepared: Vec<String> = prepared.iter().map(|statement| format!("DEALLOCATE {statement}")).collect();
        let all: Vec<&str> = prepared.iter().chain(&session.restore).map(String::as_str).collect();
        if all.is_empty() || self.batch_execute(&all.join("; ")).is_ok() {
            return Ok(());
        }
        for statement in &prepared {
            // A migration may have thrown them away, and a server that is gone says so below.
            let _ = self.batch_execute(statement);
        }
        let each: Vec<QueryResult<()>> = session.restore.iter().map(|sql| self.batch_execute(sql)).collect();
        each.into_iter().collect()
    }

    fn begin(&mut self, session: &Session) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction_sql(self, &session.begin)
    }

    fn commit(&mut self) -> QueryResult<()> {
        AnsiTransactionManager::commit_transaction(self)
    }

    fn rollback(&mut self) -> QueryResult<()> {
        match self.in_transaction() {
            true => AnsiTransactionManager::rollback_transaction(self),
            false => Ok(()),
        }
    }

    fn savepoint(&mut self) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction(self)
    }

    fn release(&mut self, keep: bool) -> QueryResult<()> {
        match keep {
            true => AnsiTransactionManager::commit_transaction(self),
            false => AnsiTransactionManager::rollback_transaction(self),
        }
    }

    fn execute(&mut self, sql: &str) -> QueryResult<u64> {
        match first_word(sql).as_str() {
            "insert" | "update" | "delete" | "merge" | "with" => sql_query(sql).execute(self).map(|rows| rows as u64),
            _ => self.batch_execute(sql).map(|()| 0),
        }
    }

    fn batch(&mut self, statements: &[&str]) -> Option<QueryResult<()>> {
        Some(self.batch_execute(&statements.join(";\n")))
    }

    fn send(&mut self, parcel: &Parcel<'_>, session: &Session) -> Option<Sent> {
        parcel::send(self, parcel, session)
    }

    fn send_together(&mut self, parcels: &[Parcel<'_>], session: &Session) -> Option<Together> {
        parcel::send_together(self, parcels, session)
    }

    fn times(&mut self, table: &str, count: usize) -> QueryResult<Vec<(String, i64)>> {
        sql::<(Text, BigInt)>(&LEDGER.times(table, count)).load(self)
    }

    fn record(&mut self, table: &str, entries: &[(JournalEntry<'_>, Option<bool>)]) -> QueryResult<()> {
        let closes = entries.iter().map(|(entry, applied)| LEDGER.close(table, entry, *applied, false));
        self.batch_execute(&closes.collect::<Vec<_>>().join("; "))
    }

    fn close(&mut self, table: &str, entry: &JournalEntry<'_>, applied: Option<bool>, commit: bool) -> QueryResult<()> {
        // Diesel finds out from the client library that a transaction is over.
        self.batch_execute(&LEDGER.close(table, entry, applied, commit))
    }

    fn alone(&mut self, sql: &str, session: &Session) -> QueryResult<u64> {
        let _ = session;
        if !builds_concurrently(sql) {
            return self.execute(sql);
        }
        drop_broken_index(self, sql)?;
        // A lock timeout would leave an index behind that is not valid: it waits for transactions, not only for locks.
        let before: String = one::<Text, _>(self, "SELECT current_setting('lock_timeout')")?;
        self.batch_execute("SET lock_timeout = 0")?;
        let result = self.batch_execute(sql);
        if result.is_err() {
            let _ = drop_broken_index(self, sql);
        }
        self.batch_execute(&format!("SET lock_timeout = '{before}'"))?;
        result.map(|()| 0)
    }

    fn size_queries(&self, table: &str) -> [String; 2] {
        let parts: Vec<String> = table.splitn(2, '.').map(|part| LEDGER.quote(part)).collect();
        let name = LEDGER.literal(&parts.join("."));
        // Not of a view or a partitioned table, whose rows are those of others.
        let query =
            |what| format!("SELECT {what} FROM pg_catalog.pg_class c WHERE c.oid = to_regclass({name}) AND c.relkind IN ('r', 'm')");
        [query("c.reltuples"), query("pg_total_relation_size(c.oid)")]
    }

    fn number(&mut self, sql: &str) -> QueryResult<i64> {
        one::<BigInt, _>(
            self,
            &format!("SELECT q.n::bigint FROM ({}\n) AS q(n)", sql.trim_end().trim_end_matches(';')),
        )
    }

    fn stands_alone(&self, sql: &str) -> bool {
        let first = first_word(sql);
        matches!(first.as_str(), "vacuum" | "reindex" | "cluster") || is_concurrent(sql) || is_outside(sql)
    }

    fn version(&mut self) -> QueryResult<i64> {
        Ok(0)
    }

    fn history(&mut self, table: &str) -> QueryResult<Option<Vec<HistoryRow>>> {
        let rows: Option<Vec<(String, String)>> = together(self, |conn| match has_table(conn, table)? {
            true => load::<(Text, Text), _>(conn, &LEDGER.history(table)).map(Some),
            false => Ok(None),
        })?;
        let row = |(version, run_on)| HistoryRow {
            version,
            run_on: Some(run_on),
        };
        Ok(rows.map(|rows| rows.into_iter().map(row).collect()))
    }

    fn journal(&mut self, table: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<()> {
        let rows: Vec<JournalRow> = together(self, |conn| match has_table(conn, JOURNAL)? {
            true => load::<JournalColumns, _>(conn, &LEDGER.journal(table)),
            false => Ok(Vec::new()),
        })?;
        rows.into_iter().for_each(enter);
        Ok(())
    }

    fn book(&mut self, table: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<Option<Vec<HistoryRow>>> {
        together(self, |conn| {
            let rows = conn.history(table)?;
            conn.journal(table, enter)?;
            Ok(rows)
        })
    }

    fn has_journal(&mut self) -> QueryResult<bool> {
        has_table(self, JOURNAL)
    }

    fn journalled_downgrade(&mut self, table: &str, revision: &str) -> QueryResult<Option<String>> {
        match has_table(self, JOURNAL)? {
            true => one::<Text, _>(self, &LEDGER.downgrade(table, revision)).optional(),
            false => Ok(None),
        }
    }

    fn create_tables(&mut self, table: &str) -> QueryResult<()> {
        let mut statements = match has_tables(self, &[table, JOURNAL, LOCK])? {
            true => Vec::new(),
            false => LEDGER.create(table),
        };
        statements.push(LEDGER.create_lease(table));
        self.batch_execute(&statements.join("; "))
    }

    fn elsewhere(&mut self, table: &str) -> QueryResult<Option<String>> {
        let query = format!(
            "SELECT (SELECT n.nspname::text FROM pg_catalog.pg_namespace n WHERE n.oid = c.relnamespace) FROM pg_catalog.pg_class c \
             WHERE c.relname = {name} AND c.relkind IN ('r', 'p') AND to_regclass({quoted}) IS NULL ORDER BY 1 LIMIT 1",
            name = LEDGER.literal(table),
            quoted = LEDGER.literal(&LEDGER.quote(table))
        );
        sql::<Text>(&query).get_result(self).optional()
    }

    fn objects(&mut self, table: &str) -> QueryResult<Vec<String>> {
        let query = format!(
            "SELECT c.relname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
             AND c.relname NOT IN ({}, '__mina_journal', '__mina_lock') \
             AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1",
            LEDGER.literal(table)
        );
        load::<Text, _>(self, &query)
    }

    fn set_applied(&mut self, table: &str, revision: &str, applied: bool) -> QueryResult<()> {
        self.batch_execute(&LEDGER.set_applied(table, revision, applied))
    }

    fn write_journal(&mut self, table: &str, entry: &JournalEntry<'_>) -> QueryResult<()> {
        self.batch_execute(&LEDGER.write_journal(table, entry))
    }

    fn record_once(&mut self, table: &str, _revision: &str) -> QueryResult<()> {
        // A rule is the one way to change what an INSERT of somebody else's does; it goes with the transaction or the session.
        let table = LEDGER.quote(table);
        self.batch_execute(&format!(
            "CREATE OR REPLACE RULE mina_record_once AS ON INSERT TO {table} \
             WHERE EXISTS (SELECT 1 FROM {table} WHERE version = NEW.version) DO INSTEAD NOTHING"
        ))
    }

    fn leases(&mut self) -> Option<&mut dyn Leases> {
        Some(self)
    }

    fn introspect(&mut self) -> Result<Normal, Fault> {
        let read = crate::postgres::introspect(self);
        read.map_err(|error| Fault {
            line: None,
            statement: None,
            trouble: self.trouble(&error),
            message: error.to_string(),
        })
    }

    fn call(&mut self, step: &RunStep) -> Result<usize, BoxError> {
        match step {
            RunStep::Pg(function) => function(self),
            #[allow(unreachable_patterns)] // Other engines may not be linked.
            _ => Err("the step was made for another engine".into()),
        }
    }

    fn text(&mut self, sql: &str) -> QueryResult<Option<String>> {
        one::<Text, _>(self, sql).optional()
    }

    fn trouble(&self, error: &DatabaseError) -> Trouble {
        match error {
            DatabaseError::AlreadyInTransaction => Trouble::InTransaction,
            DatabaseError::DatabaseError(kind, information) => kind_trouble(kind, information.message()),
            DatabaseError::RollbackErrorOnCommit { commit_error, .. } => self.trouble(commit_error),
            DatabaseError::BrokenTransactionManager => Trouble::Gone,
            _ => Trouble::Other,
        }
    }
}

fn kind_trouble(kind: &DatabaseErrorKind, message: &str) -> Trouble {
    match kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::RestrictViolation
        | DatabaseErrorKind::ExclusionViolation => Trouble::Rows,
        DatabaseErrorKind::ReadOnlyTransaction => Trouble::ReadOnly,
        DatabaseErrorKind::SerializationFailure => Trouble::Locked,
        DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => Trouble::Gone,
        _ => {
            const KNOWN: &[(&str, Trouble)] = &[
                ("lock timeout", Trouble::Locked),
                ("deadlock detected", Trouble::Locked),
                ("could not obtain lock", Trouble::Locked),
                ("read-only transaction", Trouble::ReadOnly),
                ("No space left on device", Trouble::Full),
                ("terminating connection", Trouble::Gone),
                ("server closed the connection", Trouble::Gone),
                ("no connection to the server", Trouble::Gone),
                ("invalid input syntax", Trouble::Rows),
                ("invalid input value", Trouble::Rows),
                ("value too long", Trouble::Rows),
                ("malformed array literal", Trouble::Rows),
                ("out of range", Trouble::Rows),
                ("numeric field overflow", Trouble::Rows),
                ("contains null values", Trouble::Rows),
            ];
            let known = KNOWN.iter().find(|(text, _)| message.contains(text));
            known.map_or(Trouble::Other, |(_, trouble)| *trouble)
        }
    }
}

/// The path as a SET takes it.
fn search_path(path: &str) -> String {
    match path.trim() {
        "" => "''".to_owned(),
        path => path.to_owned(),
    }
}

fn words(sql: &str) -> impl Iterator<Item = &str> {
    sql.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

fn is_concurrent(sql: &str) -> bool {
    words(sql).take(4).any(|word| word.eq_ignore_ascii_case("concurrently"))
}

fn builds_concurrently(sql: &str) -> bool {
    first_word(sql) == "create" && is_concurrent(sql)
}

/// `CREATE DATABASE`, `DROP DATABASE`, `CREATE TABLESPACE`, `ALTER SYSTEM`, …: in no transaction.
fn is_outside(sql: &str) -> bool {
    let second = words(sql).nth(1).unwrap_or_default().to_ascii_lowercase();
    matches!(first_word(sql).as_str(), "create" | "drop" | "alter") && matches!(second.as_str(), "database" | "tablespace" | "system")
}

/// An index that a build left behind unfinished, under the name that the statement gives; one that is still being built stays.
fn drop_broken_index(conn: &mut PgConnection, statement: &str) -> QueryResult<()> {
    let query = format!(
        "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE NOT i.indisvalid AND strpos({}, '\"' || replace(c.relname, '\"', '\"\"') || '\"') > 0 \
         AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)",
        LEDGER.literal(statement)
    );
    let broken: Vec<String> = load::<Text, _>(conn, &query)?;
    broken
        .iter()
        .try_for_each(|index| conn.batch_execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {index}")))
}
