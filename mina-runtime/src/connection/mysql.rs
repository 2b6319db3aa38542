use super::lease::{Holder, Lease, Leases, Terms};
use super::ledger::{Columns, JOURNAL, JournalColumns, LOCK, Ledger, Row};
use super::parcel::{Parcel, Sent};
use super::{BoxError, Connection, Fault, HistoryRow, JournalEntry, JournalRow, Limits, Session, Trouble, first_word};
use crate::migration::RunStep;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager, TransactionManagerStatus};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DatabaseError};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryResult, sql_query};
use mina_core::engine::Engine;
use mina_core::normal::Normal;
use mina_core::sql::mysql::SQL_MODE;

const LEDGER: Ledger = Ledger::Mysql;

fn number(conn: &mut MysqlConnection, query: &str) -> QueryResult<i64> {
    sql::<BigInt>(query).get_result(conn)
}

fn text(conn: &mut MysqlConnection, query: &str) -> QueryResult<String> {
    sql::<Text>(query).get_result(conn)
}

fn is_mariadb(conn: &mut MysqlConnection) -> QueryResult<bool> {
    Ok(text(conn, "SELECT VERSION()")?.contains("MariaDB"))
}

fn has_table(conn: &mut MysqlConnection, name: &str) -> QueryResult<bool> {
    let found = number(
        conn,
        &format!(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = {}",
            LEDGER.literal(name)
        ),
    )?;
    Ok(found > 0)
}

fn refuse_to_write(conn: &mut MysqlConnection) -> QueryResult<()> {
    match number(conn, "SELECT CAST(@@global.read_only AS SIGNED)")? {
        0 => Ok(()),
        _ => Err(DatabaseError::DatabaseError(
            DatabaseErrorKind::ReadOnlyTransaction,
            Box::new("the server is read-only (read_only), such as a replica".to_owned()),
        )),
    }
}

/// The variables that a run sets, with what it sets them to.
fn variables(limits: &Limits, mariadb: bool) -> Vec<(&'static str, String)> {
    let seconds = limits.lock_timeout.div_ceil(1000).max(1);
    let mut variables = vec![
        ("sql_mode", LEDGER.literal(SQL_MODE)),
        ("lock_wait_timeout", seconds.to_string()),
        ("innodb_lock_wait_timeout", seconds.to_string()),
        ("foreign_key_checks", "1".to_owned()),
        ("unique_checks", "1".to_owned()),
        ("autocommit", "1".to_owned()),
        ("lc_messages", "'en_US'".to_owned()),
    ];
    let statement = limits.statement_timeout.unwrap_or(0);
    variables.push(match mariadb {
        true => ("max_statement_time", format!("{}.{:03}", statement / 1000, statement % 1000)),
        false => ("max_execution_time", statement.to_string()),
    });
    variables
}

impl Connection for MysqlConnection {
    fn engine(&self) -> Engine {
        Engine::Mysql
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
        if write {
            if self.in_transaction() {
                return Err(DatabaseError::AlreadyInTransaction);
            }
            refuse_to_write(self)?;
        }
        let variables = variables(limits, is_mariadb(self)?);
        let mut restore = Vec::new();
        for (name, _) in &variables {
            let before = text(self, &format!("SELECT CAST(@@session.{name} AS CHAR)"))?;
            let is_number = before.parse::<f64>().is_ok();
            let before = if is_number { before } else { LEDGER.literal(&before) };
            restore.push(format!("SESSION {name} = {before}"));
        }
        let set: Vec<String> = variables.iter().map(|(name, value)| format!("SESSION {name} = {value}")).collect();
        self.batch_execute(&format!("SET {}", set.join(", ")))?;
        let mut restore = vec![format!("SET {}", restore.join(", "))];
        if let Some(role) = &limits.role {
            let before: Option<String> = sql::<Nullable<Text>>("SELECT CURRENT_ROLE()").get_result(self)?;
            self.batch_execute(&format!("SET ROLE {}", LEDGER.quote(role)))?;
            restore.push(
                before
                    .filter(|role| role != "NONE")
                    .map_or_else(|| "SET ROLE NONE".to_owned(), |role| format!("SET ROLE {}", LEDGER.quote(&role))),
            );
        }
        Ok(Session {
            begin: "START TRANSACTION".to_owned(),
            restore,
            ..Session::default()
        })
    }

    fn leave(&mut self, session: Session) -> QueryResult<()> {
        session.restore.iter().try_for_each(|sql| self.batch_execute(sql))
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
            "insert" | "update" | "delete" | "replace" => sql_query(sql).execute(self).map(|rows| rows as u64),
            _ => self.batch_execute(sql).map(|()| 0),
        }
    }

    fn send(&mut self, parcel: &Parcel<'_>, session: &Session) -> Option<Sent> {
        // One that has others within is sent by itself: here its end would have to be found.
        if !parcel.alone || parcel.statements.iter().any(|statement| statement.contains(';')) {
            return None;
        }
        let Err(error) = self.batch_execute(&LEDGER.parcel(parcel, &session.begin)) else {
            return Some(Sent::Done);
        };
        if self.trouble(&error) == Trouble::Gone {
            return Some(Sent::Failed(None, error));
        }
        let reached = self
            .batch_execute("ROLLBACK")
            .and_then(|()| number(self, "SELECT CAST(@mina_at AS SIGNED)"));
        Some(match reached {
            Err(gone) => Sent::Failed(None, gone),
            Ok(_) if LEDGER.is_lost(&error) => Sent::Lost,
            Ok(0) => Sent::Before(error),
            Ok(at) if at <= parcel.statements.len() as i64 => Sent::Failed(usize::try_from(at - 1).ok(), error),
            Ok(_) => Sent::After(error),
        })
    }

    fn record(&mut self, table: &str, entries: &[(JournalEntry<'_>, Option<bool>)]) -> QueryResult<()> {
        let closes = entries.iter().map(|(entry, applied)| LEDGER.close(table, entry, *applied, false));
        self.batch_execute(&closes.collect::<Vec<_>>().join("; "))
    }

    fn close(&mut self, table: &str, entry: &JournalEntry<'_>, applied: Option<bool>, commit: bool) -> QueryResult<()> {
        self.batch_execute(&LEDGER.close(table, entry, applied, commit))?;
        if commit {
            *AnsiTransactionManager::transaction_manager_status_mut(self) = TransactionManagerStatus::default();
        }
        Ok(())
    }

    fn size_queries(&self, table: &str) -> [String; 2] {
        let (schema, name) = match table.split_once('.') {
            Some((schema, name)) => (LEDGER.literal(schema), name),
            None => ("DATABASE()".to_owned(), table),
        };
        let name = LEDGER.literal(name);
        let query = |what| format!("SELECT {what} FROM information_schema.TABLES WHERE TABLE_SCHEMA = {schema} AND TABLE_NAME = {name}");
        [query("TABLE_ROWS"), query("DATA_LENGTH + INDEX_LENGTH")]
    }

    fn number(&mut self, sql: &str) -> QueryResult<i64> {
        let query = sql.trim_end().trim_end_matches(';');
        number(
            self,
            &format!("WITH mina_query(n) AS ({query}\n) SELECT CAST(n AS SIGNED) FROM mina_query"),
        )
    }

    // What commits by itself, before and after: https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/
    fn stands_alone(&self, sql: &str) -> bool {
        matches!(
            first_word(sql).as_str(),
            "create" | "alter" | "drop" | "rename" | "truncate" | "analyze" | "optimize" | "repair" | "grant" | "revoke" | "lock"
        )
    }

    fn version(&mut self) -> QueryResult<i64> {
        Ok(0)
    }

    fn history(&mut self, table: &str) -> QueryResult<Option<Vec<HistoryRow>>> {
        if !has_table(self, table)? {
            return Ok(None);
        }
        let rows: Vec<(String, String)> = sql::<(Text, Text)>(&LEDGER.history(table)).load(self)?;
        Ok(Some(
            rows.into_iter()
                .map(|(version, run_on)| HistoryRow {
                    version,
                    run_on: Some(run_on),
                })
                .collect(),
        ))
    }

    fn introspect(&mut self) -> Result<Normal, Fault> {
        let live = crate::mysql::introspect(self);
        live.map_err(|error| Fault {
            line: None,
            statement: None,
            message: error.to_string(),
            trouble: self.trouble(&error),
        })
    }

    fn journal(&mut self, table: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<()> {
        if has_table(self, JOURNAL)? {
            let rows: Vec<JournalRow> = sql::<JournalColumns>(&LEDGER.journal(table)).load(self)?;
            rows.into_iter().for_each(enter);
        }
        Ok(())
    }

    fn has_journal(&mut self) -> QueryResult<bool> {
        has_table(self, JOURNAL)
    }

    fn journalled_downgrade(&mut self, table: &str, revision: &str) -> QueryResult<Option<String>> {
        match has_table(self, JOURNAL)? {
            true => sql::<Text>(&LEDGER.downgrade(table, revision)).get_result(self).optional(),
            false => Ok(None),
        }
    }

    fn create_tables(&mut self, table: &str) -> QueryResult<()> {
        if !(has_table(self, table)? && has_table(self, JOURNAL)? && has_table(self, LOCK)?) {
            LEDGER
                .create(table)
                .iter()
                .try_for_each(|statement| self.batch_execute(statement))?;
        }
        self.batch_execute(&LEDGER.create_lease(table))
    }

    fn objects(&mut self, table: &str) -> QueryResult<Vec<String>> {
        let query = format!(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
             AND table_name NOT IN ({}, '__mina_journal', '__mina_lock') ORDER BY 1",
            LEDGER.literal(table)
        );
        sql::<Text>(&query).load(self)
    }

    // No trigger can pass over a row here, so the row is taken out again for the harness to write.
    fn record_once(&mut self, table: &str, revision: &str) -> QueryResult<()> {
        self.set_applied(table, revision, false)
    }

    fn leases(&mut self) -> Option<&mut dyn Leases> {
        Some(self)
    }

    fn set_applied(&mut self, table: &str, revision: &str, applied: bool) -> QueryResult<()> {
        self.batch_execute(&LEDGER.set_applied(table, revision, applied))
    }

    fn write_journal(&mut self, table: &str, entry: &JournalEntry<'_>) -> QueryResult<()> {
        self.batch_execute(&LEDGER.write_journal(table, entry))
    }

    fn call(&mut self, step: &RunStep) -> Result<usize, BoxError> {
        match step {
            RunStep::Mysql(function) => function(self),
            #[allow(unreachable_patterns)] // Other engines may not be linked.
            _ => Err("the step was made for another engine".into()),
        }
    }

    fn text(&mut self, query: &str) -> QueryResult<Option<String>> {
        text(self, query).optional()
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
    const KNOWN: &[(&str, Trouble)] = &[
        ("Lock wait timeout exceeded", Trouble::Locked),
        ("Deadlock found", Trouble::Locked),
        ("read-only", Trouble::ReadOnly),
        ("No space left on device", Trouble::Full),
        ("is full", Trouble::Full),
        ("erver has gone away", Trouble::Gone),
        ("Lost connection", Trouble::Gone),
        ("Connection was killed", Trouble::Gone),
        ("Duplicate entry", Trouble::Rows),
        // What a copy of a table that others refer to calls a duplicate.
        ("Cannot delete rows from table which is parent", Trouble::Rows),
        ("foreign key constraint fails", Trouble::Rows),
        ("CONSTRAINT `", Trouble::Rows),
        ("cannot be null", Trouble::Rows),
        ("Data truncated", Trouble::Rows),
        ("Data too long", Trouble::Rows),
        ("Out of range value", Trouble::Rows),
        ("Incorrect ", Trouble::Rows),
        ("Truncated incorrect", Trouble::Rows),
    ];
    match kind {
        DatabaseErrorKind::UniqueViolation
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation => Trouble::Rows,
        DatabaseErrorKind::ReadOnlyTransaction => Trouble::ReadOnly,
        DatabaseErrorKind::SerializationFailure => Trouble::Locked,
        DatabaseErrorKind::ClosedConnection => Trouble::Gone,
        _ => {
            let known = KNOWN.iter().find(|(text, _)| message.contains(text));
            known.map_or(Trouble::Other, |(_, trouble)| *trouble)
        }
    }
}

/// The server that a session is on, by which another node of a cluster is told.
const NODE: &str = "CONCAT(@@hostname, ':', @@port)";

impl Leases for MysqlConnection {
    // The lock is this session's for its lifetime and tells it from one that gets its number later.
    fn me(&mut self) -> QueryResult<Holder> {
        let session = number(self, "SELECT CONNECTION_ID()")?;
        let started = text(
            self,
            &format!("SELECT CONCAT({NODE}, ' mina_', CONNECTION_ID(), '_', LEFT(UUID(), 8))"),
        )?;
        number(self, &format!("SELECT GET_LOCK({}, 0)", LEDGER.literal(own_lock(&started))))?;
        Ok(Holder {
            session,
            started,
            name: String::new(),
        })
    }

    fn look(&mut self, lease: &str, to_take: bool) -> QueryResult<Option<Lease>> {
        let row: Option<Row> = sql::<Columns>(&LEDGER.look(lease, to_take)).get_result(self).optional()?;
        Ok(row.map(Lease::from))
    }

    fn take(&mut self, lease: &str, token: i64, holder: &Holder, terms: &Terms) -> QueryResult<()> {
        let statements = LEDGER.take(lease, token, holder, terms);
        statements.iter().try_for_each(|statement| self.batch_execute(statement))
    }

    fn renew(&mut self, lease: &str, token: i64, length: u64) -> QueryResult<bool> {
        Ok(sql_query(LEDGER.renew(lease, token, length)).execute(self)? > 0)
    }

    fn release(&mut self, lease: &str, token: i64) -> QueryResult<()> {
        self.batch_execute(&LEDGER.release(lease, token))?;
        self.batch_execute("DO RELEASE_ALL_LOCKS()")
    }

    fn begin(&mut self, session: &Session, lease: &str, token: i64) -> QueryResult<bool> {
        Connection::begin(self, session)?;
        let held: QueryResult<Option<String>> = sql::<Text>(&LEDGER.hold(lease, token)).get_result(self).optional();
        if !matches!(held, Ok(Some(_))) {
            self.rollback()?;
        }
        held.map(|held| held.is_some())
    }

    fn lives(&mut self, holder: &Holder) -> QueryResult<Option<bool>> {
        let node = text(self, &format!("SELECT {NODE}"))?;
        if holder.started.split(' ').next() != Some(node.as_str()) {
            return Ok(None);
        }
        let lock = LEDGER.literal(own_lock(&holder.started));
        number(self, &format!("SELECT IFNULL(IS_USED_LOCK({lock}), 0)")).map(|session| Some(session == holder.session))
    }

    fn end(&mut self, holder: &Holder) -> QueryResult<()> {
        self.batch_execute(&format!("KILL {}", holder.session))
    }

    fn lockers(&mut self, _statements: &str) -> QueryResult<Vec<String>> {
        let session = number(self, "SELECT CONNECTION_ID()")?;
        self.blockers(&Holder {
            session,
            ..Holder::default()
        })
    }

    // Which of the open transactions it is, the server tells only with a plugin.
    fn blockers(&mut self, session: &Holder) -> QueryResult<Vec<String>> {
        let query = format!(
            "SELECT CONCAT('session ', p.id, ' of ', p.user, ', ', IFNULL(p.state, p.command), ' for ', \
             TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), ' s: ', LEFT(IFNULL(p.info, 'in an open transaction'), 80)) \
             FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id \
             WHERE p.id <> {} ORDER BY t.trx_started",
            session.session
        );
        sql::<Text>(&query).load(self)
    }
}

fn own_lock(started: &str) -> &str {
    started.split_once(' ').map_or(started, |(_, lock)| lock)
}
