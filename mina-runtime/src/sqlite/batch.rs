//! One pass over a table, the cheapest correct way.

use super::definition::{ClauseKind, Item};
use super::live::Live;
use super::probe::Doubtful;
use super::{BatchError, edit, native, probe, query, rebuild, rename};
use diesel::SqliteConnection;
use mina_core::sql::sqlite::lexer::tokens;
use mina_core::sql::sqlite::model::Rule;
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

/// Makes one pass over a table: native statements where the linked library has them, else one rebuild, completed from
/// the live table. All of it happens or nothing.
///
/// A rebuild of a table that keys refer to needs foreign keys off, which is set outside its transaction.
///
/// # Errors
///
/// What stands in the way, by name, or SQLite's own words.
pub fn apply(conn: &mut SqliteConnection, change: &TableChange) -> Result<Done, Failure> {
    let version = query::words(conn, "SELECT sqlite_version() AS value");
    let version = version.map_err(|error| at(change, error))?;
    let mut parts = version
        .iter()
        .flatten()
        .flat_map(|version| version.split('.'))
        .map(|part| part.parse().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    let version = part() * 1_000_000 + part() * 1_000 + part();
    apply_as(conn, change, version)
}

/// The same, with the statements of an older SQLite alone, such as `3_040_001`.
///
/// # Errors
///
/// Those of [`apply`].
pub fn apply_as(conn: &mut SqliteConnection, change: &TableChange, version: u32) -> Result<Done, Failure> {
    let legacy =
        query::number(conn, "SELECT legacy_alter_table AS value FROM pragma_legacy_alter_table").map_err(|error| at(change, error))?;
    let begin = "SAVEPOINT mina_batch; PRAGMA legacy_alter_table = OFF";
    query::execute(conn, begin).map_err(|error| at(change, error))?;
    let done = watched(conn, change, version);
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
fn watched(conn: &mut SqliteConnection, change: &TableChange, version: u32) -> Result<Done, Failure> {
    let dropped: Vec<&str> = change.edits.iter().filter_map(|edit| edit.kind.dropped_column()).collect();
    let doubtful = Doubtful::find(conn, &dropped).map_err(|error| at(change, error))?;
    let done = all(conn, change, version)?;
    doubtful.still_stand(conn, &change.table).map_err(|error| at(change, error))?;
    Ok(done)
}

fn at(change: &TableChange, error: BatchError) -> Failure {
    let line = change.edits.first().map_or(0, |edit| edit.line);
    Failure { line, error }
}

fn all(conn: &mut SqliteConnection, change: &TableChange, version: u32) -> Result<Done, Failure> {
    let table = &change.table;
    let live = start(conn, table).map_err(|error| at(change, error))?;
    let renamed = rename::renamed(&live, &change.edits);
    let mut planned = live.clone();
    let mut statements = Some(Vec::new());
    for edit in &change.edits {
        let step = native::statements(&planned, &edit.kind, version);
        edit::apply(&mut planned, &edit.kind).map_err(|error| Failure { line: edit.line, error })?;
        if let EditKind::RenameColumn { from, to } = &edit.kind {
            rename_column(&mut planned, from, to);
        }
        match (&mut statements, step) {
            (Some(all), Some(step)) => all.extend(step.into_iter().map(|sql| (edit.line, sql))),
            _ => statements = None,
        }
    }
    if let Some(statements) = statements
        && let Some(done) = natively(conn, table, statements)?
    {
        return Ok(done);
    }
    let mut done = Done::default();
    if let Some(definition) = renamed
        && rename::store(conn, &live, &definition).map_err(|error| at(change, error))?
    {
        return Ok(done);
    }
    for group in groups(&change.edits) {
        let line = group.first().map_or(0, |edit| edit.line);
        let ran = match group.as_slice() {
            [edit] if matches!(edit.kind, EditKind::RenameColumn { .. }) => {
                let sql = edit.kind.sql(table).unwrap_or_default();
                query::execute(conn, &sql).map(|()| vec![sql])
            }
            edits => {
                done.rebuilt = true;
                rebuild::rebuild(conn, table, edits)
            }
        };
        done.statements.extend(ran.map_err(|error| Failure { line, error })?);
    }
    Ok(done)
}

/// Runs native statements; none, and nothing done, where only a rebuild gives the check its meaning.
fn natively(conn: &mut SqliteConnection, table: &str, statements: Vec<(u32, String)>) -> Result<Option<Done>, Failure> {
    let around = |conn: &mut SqliteConnection, sql| query::execute(conn, sql).map_err(|error| Failure { line: 0, error });
    around(conn, "SAVEPOINT mina_native")?;
    let mut done = Done::default();
    for (line, sql) in statements {
        if let Err(error) = query::execute(conn, &sql) {
            if !is_refused_check(table, &sql, &error) {
                return Err(Failure { line, error });
            }
            around(conn, "ROLLBACK TO mina_native; RELEASE mina_native")?;
            return Ok(None);
        }
        done.statements.push(sql);
    }
    around(conn, "RELEASE mina_native")?;
    Ok(Some(done))
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
    let live = Live::read(conn, table)?.ok_or_else(|| BatchError::NoTable { table: table.to_owned() })?;
    probe::parses(
        conn,
        &live.name,
        live.definition.columns().next().map(|column| column.name.as_str()),
        "before",
    )?;
    Ok(live)
}

/// Edits that one rebuild makes; SQLite makes renames by itself, and what computes with a new column needs it to be there.
fn groups(edits: &[Edit]) -> Vec<Vec<&Edit>> {
    let mut groups: Vec<Vec<&Edit>> = Vec::new();
    for edit in hoisted(edits) {
        let alone = matches!(edit.kind, EditKind::RenameColumn { .. });
        match groups.last_mut() {
            Some(group) if !alone && group.iter().all(|earlier| can_share(&earlier.kind, &edit.kind)) => group.push(edit),
            _ => groups.push(vec![edit]),
        }
    }
    groups
}

fn can_share(earlier: &EditKind, later: &EditKind) -> bool {
    let moved = match earlier {
        EditKind::RenameColumn { .. } => return false,
        EditKind::AddColumn { column, .. } => &column.name,
        EditKind::AlterColumn { after, using: Some(_), .. } => &after.name,
        _ => return true,
    };
    match later {
        EditKind::AlterColumn { after, using, .. } => {
            let used = using
                .as_deref()
                .is_some_and(|using| mina_core::sql::sqlite::lexer::mentions(using, moved));
            !used && after.name != *moved
        }
        _ => true,
    }
}

/// Renames go first where no edit before them knows either name.
fn hoisted(edits: &[Edit]) -> Vec<&Edit> {
    let mut order: Vec<&Edit> = Vec::new();
    for edit in edits {
        let mut at = order.len();
        if let EditKind::RenameColumn { from, to } = &edit.kind {
            // As it stands in a field, and quoted in SQL.
            let written = [from, to].map(|name| [said(name), said(quote(name).trim_matches('"'))]);
            let knows = |edit: &Edit| {
                let text = said(&edit.kind);
                written.iter().flatten().any(|name| text.contains(name))
            };
            while at > 0 && !knows(order[at - 1]) {
                at -= 1;
            }
        }
        order.insert(at, edit);
    }
    order
}

fn said(what: impl std::fmt::Debug) -> String {
    format!("{what:?}").trim_matches('"').to_ascii_lowercase()
}

/// What SQLite does to a table when a column is renamed, for the changes after it.
fn rename_column(live: &mut Live, from: &str, to: &str) {
    let named = |names: &mut Vec<String>| {
        for name in names.iter_mut().filter(|name| name.eq_ignore_ascii_case(from)) {
            to.clone_into(name);
        }
    };
    let table = live.name.clone();
    for item in &mut live.definition.items {
        let clauses = match item {
            Item::Column(column) => {
                if column.name.eq_ignore_ascii_case(from) {
                    to.clone_into(&mut column.name);
                    column.quoted = quote(to);
                }
                &mut column.clauses
            }
            Item::Constraints(constraints) => &mut constraints.clauses,
        };
        for clause in clauses {
            match &mut clause.kind {
                ClauseKind::Constraint(Rule::PrimaryKey { columns, .. } | Rule::Unique { columns }) => named(columns),
                ClauseKind::Constraint(Rule::ForeignKey {
                    columns,
                    table: referred_table,
                    referred,
                    ..
                }) => {
                    named(columns);
                    if referred_table.eq_ignore_ascii_case(&table) {
                        named(referred);
                    }
                }
                ClauseKind::Constraint(Rule::Check { expression }) => *expression = renamed(expression, from, to),
                ClauseKind::Generated(generated) => generated.expression = renamed(&generated.expression, from, to),
                ClauseKind::NotNull | ClauseKind::Null | ClauseKind::Default(_) | ClauseKind::Collate(_) => {}
            }
        }
    }
    for index in &mut live.indexes {
        let keys = index.sql.find('(').unwrap_or(index.sql.len());
        let (head, keys) = index.sql.split_at(keys);
        index.sql = format!("{head}{}", renamed(keys, from, to));
    }
    for key in live
        .inbound
        .iter_mut()
        .filter(|key| key.to.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(from)))
    {
        key.to = Some(to.to_owned());
    }
}

fn renamed(text: &str, from: &str, to: &str) -> String {
    let mut all = String::with_capacity(text.len());
    let mut end = 0;
    for token in tokens(text).iter().filter(|token| token.names(from)) {
        all += &text[end..token.range.start];
        all += &quote(to);
        end = token.range.end;
    }
    all + &text[end..]
}
