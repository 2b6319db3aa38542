//! Another definition in the place of the stored one, no row touched, and the proof that it means what was planned.

use super::live::Live;
use super::meaning::{self, Proofs};
use super::plan::plan;
use super::seen::{self, Seen};
use super::{BatchError, Failure, keys, probe, query};
use diesel::SqliteConnection;
use mina_core::sql::sqlite::{Edit, EditKind, quote, string};

/// Makes edits to the stored text of a table; none, and nothing done, where SQLite does not let that be or does not read
/// it as it is meant.
///
/// # Errors
///
/// The rows break what the edits demand.
pub(super) fn store(conn: &mut SqliteConnection, table: &str, edits: &[&Edit]) -> Result<Option<Vec<String>>, Failure> {
    let at = |error| Failure {
        line: edits.first().map_or(0, |edit| edit.line),
        error,
    };
    let old = Live::read(conn, table).map_err(at)?;
    let old = old.ok_or_else(|| at(BatchError::NoTable { table: table.to_owned() }))?;
    let mut new = old.clone();
    plan(&mut new, edits)?;
    let Some(proofs) = meaning::proofs(&old.definition, &new.definition) else {
        return Ok(None);
    };
    query::execute(conn, "SAVEPOINT mina_schema").map_err(at)?;
    let stored = proven(conn, &old, &new, &proofs, edits);
    let end = match &stored {
        Ok(_) => "RELEASE mina_schema",
        Err(_) => "PRAGMA writable_schema = RESET; ROLLBACK TO mina_schema; RELEASE mina_schema",
    };
    query::execute(conn, end).map_err(at)?;
    match stored {
        Ok(statements) => Ok(Some(statements)),
        Err(Stop::Unsuited) => Ok(None),
        Err(Stop::Rows(failure)) => Err(failure),
    }
}

/// Why the stored text stays as it was.
enum Stop {
    Unsuited,
    Rows(Failure),
}

impl From<BatchError> for Stop {
    fn from(_: BatchError) -> Self {
        Self::Unsuited
    }
}

fn proven(conn: &mut SqliteConnection, old: &Live, new: &Live, proofs: &Proofs<'_>, edits: &[&Edit]) -> Result<Vec<String>, Stop> {
    refuse_rows(conn, &old.name, &demands(proofs), edits)?;
    let statements = replace(conn, old, new)?;
    refuse_orphans(conn, &old.name, proofs, edits)?;
    Ok(statements)
}

/// Puts the new definition in the place of the old one, and looks at the table as SQLite sees it then.
fn replace(conn: &mut SqliteConnection, old: &Live, new: &Live) -> Result<Vec<String>, BatchError> {
    let expected = Seen::read(conn, &old.name)?.expected(&old.definition, &new.definition);
    let version = query::number(conn, "SELECT schema_version AS value FROM pragma_schema_version")?.unwrap_or(0);
    let update = format!(
        "UPDATE main.sqlite_schema SET sql = {} WHERE type = 'table' AND name = {}",
        string(&new.definition.create(&quote(&old.name))),
        string(&old.name)
    );
    // Another number makes other connections read the schema again, RESET this one.
    let statements = [
        "PRAGMA writable_schema = ON".to_owned(),
        update,
        format!("PRAGMA schema_version = {}", version + 1),
        "PRAGMA writable_schema = RESET".to_owned(),
    ];
    for statement in &statements {
        query::execute(conn, statement)?;
    }
    let column = new.definition.columns().next().map(|column| column.name.as_str());
    probe::parses(conn, &old.name, column, "after")?;
    let read = Live::read(conn, &old.name)?;
    let as_meant = read.is_some_and(|read| read.definition.is_alike(&new.definition)) && Seen::read(conn, &old.name)? == expected;
    match as_meant {
        true => Ok(statements.into()),
        false => Err(BatchError::Unreadable {
            table: old.name.clone(),
            near: new.definition.create(&quote(&old.name)),
        }),
    }
}

/// A rule that rows may break.
struct Demand<'a> {
    /// True of a row that breaks it. A check that is unknown lets a row pass.
    broken: String,
    /// What is said of such rows.
    words: String,
    is: Box<dyn Fn(&EditKind) -> bool + 'a>,
}

fn demands<'a>(proofs: &Proofs<'a>) -> Vec<Demand<'a>> {
    let not_null = proofs.not_null.iter().map(|&column| Demand {
        broken: format!("{} IS NULL", quote(column)),
        words: format!("have no `{column}`"),
        is: Box::new(move |kind| match kind {
            EditKind::AlterColumn { before, after, .. } => before.nullable && !after.nullable && after.name.eq_ignore_ascii_case(column),
            _ => false,
        }),
    });
    let checks = proofs.checks.iter().map(|&(name, expression)| Demand {
        broken: format!("NOT ({expression}\n)"),
        words: format!("break `{}`", name.unwrap_or(expression)),
        is: Box::new(move |kind| matches!(kind, EditKind::AddConstraint(added) if Some(added.name.as_str()) == name)),
    });
    not_null.chain(checks).collect()
}

fn line_of(edits: &[&Edit], is: impl Fn(&EditKind) -> bool) -> u32 {
    let of = edits.iter().find(|edit| is(&edit.kind)).or(edits.first());
    of.map_or(0, |edit| edit.line)
}

/// Looks for rows that break a demand, for all demands in one pass over the table.
fn refuse_rows(conn: &mut SqliteConnection, table: &str, demands: &[Demand<'_>], edits: &[&Edit]) -> Result<(), Stop> {
    let any: Vec<&str> = demands.iter().map(|demand| demand.broken.as_str()).collect();
    let from = format!("FROM main.{} WHERE", quote(table));
    if any.is_empty() || query::number(conn, &format!("SELECT 1 AS value {from} {} LIMIT 1", any.join(" OR ")))?.is_none() {
        return Ok(());
    }
    for demand in demands {
        let rows = query::number(conn, &format!("SELECT count(*) AS value {from} {}", demand.broken))?.unwrap_or(0);
        if rows > 0 {
            return Err(Stop::Rows(Failure {
                line: line_of(edits, &demand.is),
                error: BatchError::Unfit(format!("{rows} rows of `{table}` {}", demand.words)),
            }));
        }
    }
    Err(Stop::Unsuited)
}

/// Looks for rows that break the foreign keys that come.
fn refuse_orphans(conn: &mut SqliteConnection, table: &str, proofs: &Proofs<'_>, edits: &[&Edit]) -> Result<(), Stop> {
    if proofs.keys.is_empty() {
        return Ok(());
    }
    let numbers = seen::key_numbers(conn, table, &proofs.keys)?;
    let broken = keys::broken(conn, table, &numbers)?;
    match broken.is_empty() {
        true => Ok(()),
        false => Err(Stop::Rows(Failure {
            line: line_of(
                edits,
                |kind| matches!(kind, EditKind::AddConstraint(added) if proofs.keys.contains(&&added.rule)),
            ),
            error: BatchError::Violations(broken),
        })),
    }
}
