use super::ledger::{JOURNAL, SPECIAL, tables_of_sqlite};
use super::{BoxError, Connection, Fault, HistoryRow, JournalEntry, JournalRow, Limits, Session, Trouble, first_word};
use crate::migration::RunStep;
use crate::sqlite::{self, BatchError};
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager, TransactionManagerStatus};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DatabaseError};
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{QueryResult, sql_query};
use mina_core::engine::Engine;
use mina_core::normal::Normal;
use mina_core::sql::sqlite::{Expected, TableChange, string};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Timeout {
    #[diesel(sql_type = BigInt)]
    timeout: i64,
}

#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

#[derive(QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    word: String,
}

#[derive(QueryableByName)]
struct OptionalWord {
    #[diesel(sql_type = Nullable<Text>)]
    word: Option<String>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    word: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What ends a row, and a field of it, where all are handed over in one text: there are thousands, and to take over each column of
/// each takes longer than all else that a look at a database does. Neither can stand in a name.
const ROW: char = '\u{1e}';
const FIELD: char = '\u{1f}';

/// A row of the journal: revision, checksum, milliseconds, and the rest where it is a special one.
fn line() -> String {
    let special = ["unit", "units", "coalesce(position, '')", "action", "state", "hash"];
    let special = special.join(&format!(" || '{FIELD}' || "));
    format!(
        "revision || '{FIELD}' || checksum || '{FIELD}' || duration_ms || CASE WHEN {SPECIAL} THEN '{FIELD}' || {special} ELSE '' END AS line"
    )
}

fn journal_row(line: &str) -> Option<JournalRow> {
    let mut fields = line.split(FIELD);
    let mut next = || fields.next();
    let plain = JournalRow {
        revision: next()?.to_owned(),
        checksum: next()?.to_owned(),
        duration_ms: next()?.parse().ok()?,
        action: "up".to_owned(),
        state: "done".to_owned(),
        unit: 0,
        units: 1,
        hash: String::new(),
        position: None,
    };
    let Some(unit) = next() else { return Some(plain) };
    Some(JournalRow {
        unit: unit.parse().ok()?,
        units: next()?.parse().ok()?,
        position: Some(next()?).filter(|position| !position.is_empty()).map(str::to_owned),
        action: next()?.to_owned(),
        state: next()?.to_owned(),
        hash: next()?.to_owned(),
        ..plain
    })
}

/// Hands over rows of the journal that came as one text; none where there is no journal.
fn enter_all(lines: QueryResult<Option<String>>, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<()> {
    let lines = unless_missing(JOURNAL, lines)?.flatten();
    for line in lines.iter().flat_map(|lines| lines.split(ROW)) {
        let row = journal_row(line);
        enter(row.ok_or_else(|| DatabaseError::DeserializationError(format!("a row of {JOURNAL} is damaged").into()))?);
    }
    Ok(())
}

/// What a query of a table found; none where there was no such table, which another runner may have made by now.
fn unless_missing<T>(table: &str, found: QueryResult<T>) -> QueryResult<Option<T>> {
    match found {
        Err(DatabaseError::DatabaseError(_, information)) if information.message() == format!("no such table: {table}") => Ok(None),
        found => found.map(Some),
    }
}

/// The rows of the history table that came as one text.
fn history_rows(text: Option<&str>) -> Vec<HistoryRow> {
    let lines = text.into_iter().flat_map(|text| text.split(ROW));
    let row = |line: &str| {
        let (version, run_on) = line
            .split_once(FIELD)
            .map_or((line, None), |(version, run_on)| (version, Some(run_on)));
        HistoryRow {
            version: version.to_owned(),
            run_on: run_on.map(str::to_owned),
        }
    };
    lines.map(row).collect()
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn has_table(conn: &mut SqliteConnection, name: &str) -> QueryResult<bool> {
    let found: Number = sql_query("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE")
        .bind::<Text, _>(name)
        .get_result(conn)?;
    Ok(found.n > 0)
}

/// Rows that are written with one statement: SQLite takes 999 values or more.
const AT_ONCE: usize = 80;

fn append(conn: &mut SqliteConnection, table: &str, entries: &[JournalEntry<'_>]) -> QueryResult<()> {
    let sql = format!(
        "INSERT INTO {JOURNAL} (history_table, revision, action, state, unit, units, hash, checksum, position, downgrade, duration_ms, tool) \
         VALUES {}",
        vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"; entries.len()].join(", ")
    );
    let mut query = sql_query(sql).into_boxed();
    for entry in entries {
        query = query
            .bind::<Text, _>(table)
            .bind::<Text, _>(entry.revision)
            .bind::<Text, _>(entry.action)
            .bind::<Text, _>(entry.state)
            .bind::<Integer, _>(entry.unit as i32)
            .bind::<Integer, _>(entry.units as i32)
            .bind::<Text, _>(entry.hash)
            .bind::<Text, _>(entry.checksum)
            .bind::<Nullable<Text>, _>(entry.position)
            .bind::<Nullable<Text>, _>(entry.downgrade)
            .bind::<BigInt, _>(entry.duration_ms)
            .bind::<Text, _>(concat!("mina ", env!("CARGO_PKG_VERSION")));
    }
    query.execute(conn).map(drop)
}

fn change_history(conn: &mut SqliteConnection, table: &str, revisions: &[&str], applied: bool) -> QueryResult<()> {
    if revisions.is_empty() {
        return Ok(());
    }
    let table = quote(table);
    let each = |value: &str| vec![value; revisions.len()].join(", ");
    let mut query = match applied {
        true => sql_query(format!("INSERT INTO {table} (version) VALUES {}", each("(?)"))),
        false => sql_query(format!("DELETE FROM {table} WHERE version IN ({})", each("?"))),
    }
    .into_boxed();
    for revision in revisions {
        query = query.bind::<Text, _>(*revision);
    }
    query.execute(conn).map(drop)
}

fn pragma(conn: &mut SqliteConnection, name: &str, column: &str) -> QueryResult<i64> {
    conn.number(&format!("SELECT {column} FROM pragma_{name}"))
}

fn set_pragma(conn: &mut SqliteConnection, name: &str, value: i64) -> QueryResult<()> {
    conn.batch_execute(&format!("PRAGMA {name} = {value}"))
}

/// Sets what the runner relies on, and says what sets again what was set before.
fn settings(conn: &mut SqliteConnection, write: bool) -> QueryResult<Vec<String>> {
    if !write {
        return Ok(Vec::new());
    }
    let mut restore = Vec::new();
    let keys = enforce_all(conn)?;
    if pragma(conn, "legacy_alter_table", "legacy_alter_table")? != 0 {
        set_pragma(conn, "legacy_alter_table", 0)?;
        restore.push("PRAGMA legacy_alter_table = 1".to_owned());
    }
    restore.push(format!("PRAGMA foreign_keys = {}", i64::from(keys)));
    Ok(restore)
}

/// Turns keys on and says how they were.
fn enforce_all(conn: &mut SqliteConnection) -> QueryResult<bool> {
    if conn.in_transaction() {
        return Err(DatabaseError::AlreadyInTransaction);
    }
    // The pragma does nothing inside a transaction, which tells one that was begun in SQL.
    let before = conn.enforce_keys(false)?;
    conn.enforce_keys(true)?;
    Ok(before)
}

impl Connection for SqliteConnection {
    fn engine(&self) -> Engine {
        Engine::Sqlite
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
        // Everything else reads the schema, and so may have to wait.
        let Timeout { timeout } = sql_query("PRAGMA busy_timeout").get_result(self)?;
        set_pragma(self, "busy_timeout", i64::try_from(limits.lock_timeout).unwrap_or(i64::MAX))?;
        let entered = settings(self, write);
        if entered.is_err() {
            set_pragma(self, "busy_timeout", timeout)?;
        }
        let mut restore = vec![format!("PRAGMA busy_timeout = {timeout}")];
        restore.extend(entered?);
        Ok(Session {
            begin: "BEGIN IMMEDIATE".to_owned(),
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
        let mut patience = None;
        let began = Instant::now();
        loop {
            match self.batch_execute("COMMIT") {
                Ok(()) => {
                    *AnsiTransactionManager::transaction_manager_status_mut(self) = TransactionManagerStatus::default();
                    return Ok(());
                }
                // A reader's lock: the transaction stays open, and COMMIT can be tried again.
                Err(error) if self.trouble(&error) == Trouble::Locked => {
                    let timeout = match patience {
                        Some(timeout) => timeout,
                        None => *patience.insert(pragma(self, "busy_timeout", "timeout")?.unsigned_abs()),
                    };
                    if began.elapsed() >= Duration::from_millis(timeout) {
                        return Err(error);
                    }
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn rollback(&mut self) -> QueryResult<()> {
        if !self.in_transaction() {
            return Ok(());
        }
        let result = AnsiTransactionManager::rollback_transaction(self);
        if self.in_transaction() { result } else { Ok(()) }
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
        let counts = matches!(first_word(sql).as_str(), "insert" | "update" | "delete" | "replace" | "with");
        if !counts {
            self.batch_execute(sql)?;
            return Ok(0);
        }
        let before = self.number("SELECT total_changes()")?;
        self.batch_execute(sql)?;
        if self.number("SELECT total_changes()")? == before {
            return Ok(0);
        }
        self.number("SELECT changes()").map(i64::unsigned_abs)
    }

    fn size_queries(&self, table: &str) -> [String; 2] {
        [
            format!("SELECT count(*) FROM main.{}", quote(table)),
            format!(
                "SELECT sum(pgsize) FROM dbstat WHERE name IN (SELECT name FROM main.sqlite_schema WHERE lower(tbl_name) = lower({}))",
                string(table)
            ),
        ]
    }

    fn number(&mut self, sql: &str) -> QueryResult<i64> {
        let query = format!("SELECT * FROM ({}\n)", sql.trim_end().trim_end_matches(';'));
        let row: Number = sql_query(format!(
            "WITH mina_query(n) AS ({query}) SELECT CAST(n AS INTEGER) AS n FROM mina_query"
        ))
        .get_result(self)?;
        Ok(row.n)
    }

    fn stands_alone(&self, sql: &str) -> bool {
        matches!(first_word(sql).as_str(), "vacuum" | "pragma" | "attach" | "detach")
    }

    fn version(&mut self) -> QueryResult<i64> {
        let DataVersion { data_version } = sql_query("PRAGMA data_version").get_result(self)?;
        Ok(data_version)
    }

    fn history(&mut self, table: &str) -> QueryResult<Option<Vec<HistoryRow>>> {
        let query = format!(
            "SELECT group_concat(version || '{FIELD}' || coalesce(run_on, ''), '{ROW}') FROM {}",
            quote(table)
        );
        let text = sql::<Nullable<Text>>(&query).get_result::<Option<String>>(self);
        Ok(unless_missing(table, text)?.map(|text| history_rows(text.as_deref())))
    }

    fn journal(&mut self, table: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<()> {
        let query = format!(
            "SELECT group_concat(line, '{ROW}') FROM (SELECT {} FROM {JOURNAL} WHERE history_table = ",
            line()
        );
        let lines = sql::<Nullable<Text>>(&query).bind::<Text, _>(table).sql(" ORDER BY id)");
        let lines = lines.get_result(self);
        enter_all(lines, enter)
    }

    fn glance(&mut self, table: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<Option<Vec<HistoryRow>>> {
        let query = format!(
            "SELECT group_concat(version, '{ROW}') FROM (SELECT version FROM {} ORDER BY version)",
            quote(table)
        );
        let text = sql::<Nullable<Text>>(&query).get_result::<Option<String>>(self);
        let rows = unless_missing(table, text)?.map(|text| history_rows(text.as_deref()));
        // Where it is indexed, a few rows are read and not all, each of which has a downgrade in it.
        let query = format!(
            "SELECT group_concat(line, '{ROW}') FROM (SELECT {} FROM {JOURNAL} WHERE ({SPECIAL}) AND history_table = ",
            line()
        );
        let lines = sql::<Nullable<Text>>(&query).bind::<Text, _>(table).sql(" ORDER BY id)");
        let lines = lines.get_result(self);
        enter_all(lines, enter)?;
        Ok(rows)
    }

    fn look_up(&mut self, table: &str, revision: &str, enter: &mut dyn FnMut(JournalRow)) -> QueryResult<Option<Option<String>>> {
        let run_on = sql::<Nullable<Text>>(&format!("SELECT CAST(run_on AS TEXT) FROM {} WHERE version = ", quote(table)))
            .bind::<Text, _>(revision)
            .get_result::<Option<String>>(self)
            .optional();
        let run_on = unless_missing(table, run_on)?.flatten().flatten();
        let query = format!(
            "SELECT group_concat(line, '{ROW}') FROM (SELECT {} FROM {JOURNAL} WHERE id >= coalesce(\
             (SELECT id FROM {JOURNAL} WHERE NOT ({SPECIAL}) AND revision = ",
            line()
        );
        let lines = sql::<Nullable<Text>>(&query)
            .bind::<Text, _>(revision)
            .sql(" AND history_table = ")
            .bind::<Text, _>(table)
            .sql(" ORDER BY id DESC LIMIT 1), 0) AND revision = ")
            .bind::<Text, _>(revision)
            .sql(" AND history_table = ")
            .bind::<Text, _>(table)
            .sql(" ORDER BY id)")
            .get_result(self);
        enter_all(lines, enter)?;
        Ok(Some(run_on))
    }

    fn has_journal(&mut self) -> QueryResult<bool> {
        has_table(self, JOURNAL)
    }

    fn journalled_downgrade(&mut self, table: &str, revision: &str) -> QueryResult<Option<String>> {
        if !has_table(self, JOURNAL)? {
            return Ok(None);
        }
        let sql = format!(
            "SELECT downgrade AS word FROM {JOURNAL} \
             WHERE history_table = ? AND revision = ? AND downgrade IS NOT NULL ORDER BY id DESC LIMIT 1"
        );
        let row: Option<OptionalWord> = sql_query(sql)
            .bind::<Text, _>(table)
            .bind::<Text, _>(revision)
            .get_result(self)
            .optional()?;
        Ok(row.and_then(|row| row.word))
    }

    fn create_tables(&mut self, table: &str) -> QueryResult<()> {
        let tables = tables_of_sqlite(table).join(";\n");
        self.batch_execute(&format!("{tables};\nDELETE FROM {} WHERE 0;", quote(table)))
    }

    fn objects(&mut self, table: &str) -> QueryResult<Vec<String>> {
        let sql = r"SELECT name AS word FROM main.sqlite_schema
            WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND tbl_name NOT LIKE '\_\_mina\_%' ESCAPE '\' AND lower(tbl_name) <> lower(?)
            ORDER BY name";
        let rows: Vec<Word> = sql_query(sql).bind::<Text, _>(table).load(self)?;
        Ok(rows.into_iter().map(|row| row.word).collect())
    }

    fn set_applied(&mut self, table: &str, revision: &str, applied: bool) -> QueryResult<()> {
        change_history(self, table, &[revision], applied)
    }

    fn write_journal(&mut self, table: &str, entry: &JournalEntry<'_>) -> QueryResult<()> {
        append(self, table, &[*entry])
    }

    fn record(&mut self, table: &str, entries: &[(JournalEntry<'_>, Option<bool>)]) -> QueryResult<()> {
        for some in entries.chunks(AT_ONCE) {
            append(self, table, &some.iter().map(|(entry, _)| *entry).collect::<Vec<_>>())?;
            for group in some.chunk_by(|(_, one), (_, other)| one == other) {
                if let Some(applied) = group[0].1 {
                    let revisions: Vec<&str> = group.iter().map(|(entry, _)| entry.revision).collect();
                    change_history(self, table, &revisions, applied)?;
                }
            }
        }
        Ok(())
    }

    fn keys_enforced(&mut self) -> QueryResult<bool> {
        Ok(pragma(self, "foreign_keys", "foreign_keys")? != 0)
    }

    fn record_once(&mut self, table: &str, _revision: &str) -> QueryResult<()> {
        let table = quote(table);
        self.batch_execute(&format!(
            "CREATE TEMP TRIGGER IF NOT EXISTS mina_record_once BEFORE INSERT ON main.{table} \
             WHEN EXISTS (SELECT 1 FROM main.{table} WHERE version = NEW.version) BEGIN SELECT RAISE(IGNORE); END"
        ))
    }

    fn enforce_keys(&mut self, enforce: bool) -> QueryResult<bool> {
        let before = pragma(self, "foreign_keys", "foreign_keys")? != 0;
        set_pragma(self, "foreign_keys", i64::from(enforce))?;
        match (pragma(self, "foreign_keys", "foreign_keys")? != 0) == enforce {
            true => Ok(before),
            false => Err(DatabaseError::AlreadyInTransaction),
        }
    }

    fn broken_keys(&mut self) -> Option<BTreeMap<String, i64>> {
        let sql = "SELECT '`' || \"table\" || '` refer to rows of `' || parent || '`' AS word, count(*) AS n FROM pragma_foreign_key_check GROUP BY 1";
        let rows: Vec<Counted> = sql_query(sql).load(self).ok()?;
        Some(rows.into_iter().map(|row| (row.word, row.n)).collect())
    }

    fn change(&mut self, change: &TableChange) -> Result<bool, Fault> {
        let done = sqlite::apply(self, change).map_err(|failure| Fault {
            line: Some(failure.line).filter(|line| *line > 0),
            ..Fault::from(failure.error)
        })?;
        Ok(done.rebuilt)
    }

    fn verify(&mut self, expected: &Expected) -> Result<(), Fault> {
        sqlite::verify(self, expected).map_err(Fault::from)
    }

    fn introspect(&mut self) -> Result<Normal, Fault> {
        sqlite::introspect(self).map_err(Fault::from)
    }

    fn call(&mut self, step: &RunStep) -> Result<usize, BoxError> {
        match step {
            RunStep::Sqlite(function) => function(self),
            #[allow(unreachable_patterns)] // Other engines may not be linked.
            _ => Err("the step was made for another engine".into()),
        }
    }

    fn text(&mut self, query: &str) -> QueryResult<Option<String>> {
        sql::<Text>(query).get_result(self).optional()
    }

    fn trouble(&self, error: &DatabaseError) -> Trouble {
        match error {
            DatabaseError::AlreadyInTransaction => Trouble::InTransaction,
            DatabaseError::DatabaseError(DatabaseErrorKind::Unknown, information) => message_trouble(information.message()),
            DatabaseError::DatabaseError(
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::NotNullViolation
                | DatabaseErrorKind::CheckViolation,
                _,
            ) => Trouble::Rows,
            DatabaseError::RollbackErrorOnCommit { commit_error, .. } => self.trouble(commit_error),
            _ => Trouble::Other,
        }
    }
}

impl From<BatchError> for Fault {
    fn from(error: BatchError) -> Self {
        match error {
            BatchError::Sql { statement, message } => Self {
                line: None,
                statement: Some(statement),
                trouble: message_trouble(&message),
                message: format!("SQLite: {message}"),
            },
            error => Self {
                line: None,
                statement: None,
                trouble: match &error {
                    BatchError::Violations(_) | BatchError::Unfit(_) => Trouble::Rows,
                    _ => Trouble::Other,
                },
                message: error.to_string(),
            },
        }
    }
}

fn message_trouble(message: &str) -> Trouble {
    const KNOWN: &[(&str, Trouble)] = &[
        ("is locked", Trouble::Locked),
        ("attempt to write a readonly database", Trouble::ReadOnly),
        ("database or disk is full", Trouble::Full),
        ("disk image is malformed", Trouble::Corrupt),
        ("malformed database schema", Trouble::Corrupt),
        ("file is not a database", Trouble::NotADatabase),
        ("unable to open database file", Trouble::CannotOpen),
        ("disk I/O error", Trouble::Io),
        ("within a transaction", Trouble::InTransaction),
        ("constraint failed", Trouble::Rows),
        // What a STRICT table says: <https://www.sqlite.org/stricttables.html>.
        ("cannot store ", Trouble::Rows),
        // A key that sets an INTEGER PRIMARY KEY to NULL.
        ("datatype mismatch", Trouble::Rows),
    ];
    let known = KNOWN.iter().find(|(text, _)| message.contains(text));
    known.map_or(Trouble::Other, |(_, trouble)| *trouble)
}
