//! One pass over a table, the cheapest correct way.

use super::live::Live;
use super::order::groups;
use super::plan::plan;
use super::probe::Doubtful;
use super::stages::{self, Stage};
use super::{BatchError, probe, query, rebuild, store};
use diesel::SqliteConnection;
use mina_core::sql::sqlite::{Edit, EditKind, TableChange, quote, string};

/// What a change took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The statements that SQLite ran, in order.
    pub statements: Vec<String>,
    /// Whether the table was written anew.
    pub rebuilt: bool,
}

/// A refusal or failure, and the line of the migration's file that it is about; 0 where unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    /// The line.
    pub line: u32,
    /// What happened.
    #[source]
    pub error: BatchError,
}

/// The means that a pass may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Means {
    /// The version of SQLite whose native statements are used, such as `3_053_002`.
    pub version: u32,
    /// Whether the stored text of a table may be edited in place.
    pub schema_edits: bool,
}

impl Means {
    /// All that the library of a connection has.
    ///
    /// # Errors
    ///
    /// SQLite's own.
    pub fn of(conn: &mut SqliteConnection) -> Result<Self, BatchError> {
        let version = query::words(conn, "SELECT sqlite_version() AS value")?;
        let version = version.into_iter().flatten().next().unwrap_or_default();
        let parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        Ok(Self {
            version: parts.chain([0, 0]).take(3).fold(0, |version, part: u32| version * 1_000 + part),
            schema_edits: true,
        })
    }
}

/// Makes one pass over a table, the cheapest correct way: native statements where the linked library has them, an edit of
/// the stored schema where every stored byte keeps its meaning, else one rebuild; each completed from the live table. All
/// of it happens or nothing.
///
/// A rebuild of a table that keys refer to needs foreign keys off, which is set outside its transaction.
///
/// # Errors
///
/// What stands in the way, by name, or SQLite's own words.
pub fn apply(conn: &mut SqliteConnection, change: &TableChange) -> Result<Done, Failure> {
    let means = Means::of(conn).map_err(|error| at(change, error))?;
    apply_as(conn, change, means)
}

/// The same, with some means alone, as far as the library has them: those of an older SQLite, say.
///
/// # Errors
///
/// Those of [`apply`].
pub fn apply_as(conn: &mut SqliteConnection, change: &TableChange, means: Means) -> Result<Done, Failure> {
    let linked = Means::of(conn).map_err(|error| at(change, error))?;
    let means = Means {
        version: means.version.min(linked.version),
        ..means
    };
    let legacy =
        query::number(conn, "SELECT legacy_alter_table AS value FROM pragma_legacy_alter_table").map_err(|error| at(change, error))?;
    let begin = "SAVEPOINT mina_batch; PRAGMA legacy_alter_table = OFF";
    query::execute(conn, begin).map_err(|error| at(change, error))?;
    let done = watched(conn, change, means);
    let end = match &done {
        Ok(_) => "RELEASE mina_batch",
        Err(_) => "ROLLBACK TO mina_batch; RELEASE mina_batch",
    };
    let ended = query::execute(conn, end);
    let restored = match legacy {
        Some(1) => query::execute(conn, "PRAGMA legacy_alter_table = ON"),
        _ => Ok(()),
    };
    let done = done?;
    ended.and(restored).map_err(|error| at(change, error))?;
    Ok(done)
}

/// What names a dropped column has to stand after it.
fn watched(conn: &mut SqliteConnection, change: &TableChange, means: Means) -> Result<Done, Failure> {
    let dropped: Vec<&str> = change.edits.iter().filter_map(|edit| edit.kind.dropped_column()).collect();
    let doubtful = Doubtful::find(conn, &dropped).map_err(|error| at(change, error))?;
    let done = all(conn, change, means)?;
    doubtful.still_stand(conn, &change.table).map_err(|error| at(change, error))?;
    Ok(done)
}

fn at(change: &TableChange, error: BatchError) -> Failure {
    let line = change.edits.first().map_or(0, |edit| edit.line);
    Failure { line, error }
}

fn all(conn: &mut SqliteConnection, change: &TableChange, means: Means) -> Result<Done, Failure> {
    let live = start(conn, &change.table).map_err(|error| at(change, error))?;
    // SQLite reads the whole schema for a column that it renames or drops, which need not be asked for before.
    let is_read = |edit: &Edit| matches!(edit.kind, EditKind::RenameColumn { .. } | EditKind::DropColumn { .. });
    if !change.edits.iter().all(is_read) || stages::native(&live, &change.edits, means.version).is_none() {
        parses(conn, &live).map_err(|error| at(change, error))?;
        return ways(conn, change, means, &live);
    }
    let done = ways(conn, change, means, &live);
    if done.is_err() {
        parses(conn, &live).map_err(|error| at(change, error))?;
    }
    done
}

fn ways(conn: &mut SqliteConnection, change: &TableChange, means: Means, live: &Live) -> Result<Done, Failure> {
    plan(&mut live.clone(), &change.edits.iter().collect::<Vec<_>>())?;
    let ways = [
        stages::native(live, &change.edits, means.version),
        stages::edited(live, &change.edits, means),
    ];
    for stages in ways.into_iter().flatten() {
        if let Some(done) = staged(conn, &change.table, &stages)? {
            return Ok(done);
        }
    }
    let mut done = Done::default();
    for group in groups(&change.edits) {
        let ran = match group.as_slice() {
            [edit] if matches!(edit.kind, EditKind::RenameColumn { .. }) => {
                let sql: Vec<String> = edit.kind.sql(&change.table).into_iter().collect();
                native(conn, &change.table, edit.line, &sql)?.unwrap_or_default()
            }
            edits => {
                done.rebuilt = true;
                rebuild::rebuild(conn, &change.table, edits)?
            }
        };
        done.statements.extend(ran);
    }
    Ok(done)
}

/// Makes a change stage by stage; none, and nothing done, where only a rebuild makes it as it is meant.
fn staged(conn: &mut SqliteConnection, table: &str, stages: &[Stage<'_>]) -> Result<Option<Done>, Failure> {
    let around = |conn: &mut SqliteConnection, sql| query::execute(conn, sql).map_err(|error| Failure { line: 0, error });
    around(conn, "SAVEPOINT mina_stages")?;
    let mut done = Done::default();
    for stage in stages {
        let ran = match stage {
            Stage::Native(line, statements) => native(conn, table, *line, statements)?,
            Stage::Edited(edits) => store::store(conn, table, edits)?,
        };
        let Some(statements) = ran else {
            around(conn, "ROLLBACK TO mina_stages; RELEASE mina_stages")?;
            return Ok(None);
        };
        done.statements.extend(statements);
    }
    around(conn, "RELEASE mina_stages")?;
    Ok(Some(done))
}

fn native(conn: &mut SqliteConnection, table: &str, line: u32, statements: &[String]) -> Result<Option<Vec<String>>, Failure> {
    for sql in statements {
        match query::execute(conn, sql) {
            Ok(()) => {}
            Err(error) if is_refused_check(table, sql, &error) => return Ok(None),
            Err(error) => return Err(Failure { line, error }),
        }
    }
    Ok(Some(statements.to_vec()))
}

// SQLite 3.53 refuses a check that is NULL on a row, which CREATE TABLE and the standard let pass.
fn is_refused_check(table: &str, sql: &str, error: &BatchError) -> bool {
    let adds = sql.starts_with(&format!("ALTER TABLE {} ADD ", quote(table))) && sql.contains(" CHECK ");
    adds && matches!(error, BatchError::Sql { message, .. } if message.contains("constraint failed"))
}

fn start(conn: &mut SqliteConnection, table: &str) -> Result<Live, BatchError> {
    let hidden = format!(
        "SELECT type AS value FROM temp.sqlite_schema WHERE type IN ('table', 'view') AND name = {} COLLATE NOCASE",
        string(table)
    );
    if let Some(kind) = query::words(conn, &hidden)?.into_iter().flatten().next() {
        return Err(BatchError::Hidden {
            table: table.to_owned(),
            kind,
        });
    }
    Live::read(conn, table)?.ok_or_else(|| BatchError::NoTable { table: table.to_owned() })
}

fn parses(conn: &mut SqliteConnection, live: &Live) -> Result<(), BatchError> {
    let column = live.definition.columns().next().map(|column| column.name.as_str());
    probe::parses(conn, &live.name, column, "before")
}
