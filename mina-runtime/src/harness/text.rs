//! Migrations on a connection that takes statements and gives no answers.

use crate::connection::Trouble;
use crate::migration::Migration;
use crate::runner::{Direction, Error, ErrorKind, HISTORY_TABLE, StepError};
use diesel::connection::SimpleConnection;
use mina_core::engine::Engine;
use mina_core::sql::sqlite::{TableChange, string};
use mina_core::sql::unit::{Action, Step};

/// What is sent to the connection.
enum Statement {
    Plain(String),
    Guard(Guard),
}

/// A query that has to give zero, and what is so where it does not.
struct Guard {
    query: String,
    why: String,
}

/// Runs a migration in Diesel's transaction, if it is made of statements alone.
pub(super) fn run<C>(conn: &mut C, migration: &Migration, engine: Engine, direction: Direction) -> Result<(), Error>
where
    C: SimpleConnection + ?Sized,
{
    let units = migration.units(engine, direction)?;
    let steps: Vec<&Step> = units.iter().flat_map(|unit| &unit.steps).collect();
    let out_of_reach = match migration.fits_transaction(engine) {
        true if engine == Engine::Mysql && migration.record.head().squashes().next().is_some() => {
            Some("was squashed from others, whose rows are to be looked for".to_owned())
        }
        true => steps.iter().find_map(|step| needs_answers(&step.action, engine)),
        false => Some("needs transactions of its own".to_owned()),
    };
    if let Some(why) = out_of_reach {
        let revision = migration.record.id().to_owned();
        return Err(ErrorKind::OutOfReach { revision, why }.into());
    }
    let failed = |line, (statement, message, trouble)| {
        Error::from(ErrorKind::Step(Box::new(StepError {
            revision: migration.record.id().to_owned(),
            direction,
            file: migration.record.file().to_owned(),
            line,
            statement,
            message,
            done: 0,
            units: units.len(),
            taken_back: Vec::new(),
            trouble,
        })))
    };
    if let Some(statement) = squashed(migration, direction) {
        statement.run(conn, engine).map_err(|failure| failed(0, failure))?;
    }
    let mut keys_are_on = engine != Engine::Sqlite;
    for step in steps {
        if step.action.writes_rows() && !keys_are_on {
            Statement::Guard(keys_on())
                .run(conn, engine)
                .map_err(|failure| failed(step.line, failure))?;
            keys_are_on = true;
        }
        for statement in statements(&step.action) {
            statement.run(conn, engine).map_err(|failure| failed(step.line, failure))?;
        }
    }
    Ok(())
}

fn needs_answers(action: &Action, engine: Engine) -> Option<String> {
    match action {
        Action::Count { what, .. } if engine == Engine::Mysql => Some(format!("counts {what}")),
        Action::Sql(_) | Action::Count { .. } => None,
        Action::Batch(change) if change.edits.iter().all(|edit| !edit.kind.may_rebuild()) => None,
        Action::Batch(change) => Some(format!("changes `{}` by what it finds of it", change.table)),
        Action::Run(_) => Some("runs Rust".to_owned()),
        Action::Backfill(backfill) => Some(format!("backfills {}", backfill.table)),
        Action::Verify(_) | Action::Expect { .. } => Some("looks at what its statements made".to_owned()),
    }
}

fn statements(action: &Action) -> Vec<Statement> {
    match action {
        Action::Sql(sql) => vec![Statement::Plain(sql.clone())],
        Action::Count { sql, what, .. } => vec![Statement::Guard(Guard {
            query: sql.clone(),
            why: format!("there are {what}"),
        })],
        Action::Batch(change) => natively(change),
        Action::Run(_) | Action::Backfill(_) | Action::Verify(_) | Action::Expect { .. } => Vec::new(),
    }
}

fn natively(change: &TableChange) -> Vec<Statement> {
    let edits = change.edits.iter().flat_map(|edit| {
        let guards = edit.kind.dropped_column().map(|column| unnamed(&change.table, column));
        let guards = guards.into_iter().flatten().map(Statement::Guard);
        guards.chain(edit.kind.sql(&change.table).map(Statement::Plain))
    });
    edits.collect()
}

/// What is to be seen to of the rows of revisions that were made into one.
fn squashed(migration: &Migration, direction: Direction) -> Option<Statement> {
    let ids: Vec<String> = migration.record.head().squashes().map(string).collect();
    let rows = format!("FROM {HISTORY_TABLE} WHERE version IN ({})", ids.join(", "));
    let id = migration.record.id();
    match direction {
        _ if ids.is_empty() => None,
        Direction::Up => Some(Statement::Guard(Guard {
            query: format!("SELECT count(*) {rows}"),
            why: format!(
                "the database stands in the middle of what was squashed into `{id}`: run the last release from before the squash, and \
                 upgrade to `{id}` there"
            ),
        })),
        Direction::Down => Some(Statement::Plain(format!("DELETE {rows}"))),
    }
}

fn keys_on() -> Guard {
    Guard {
        query: "SELECT foreign_keys = 0 FROM pragma_foreign_keys".to_owned(),
        why: "foreign keys are off on this connection, and rows are changed: run `PRAGMA foreign_keys = ON` first".to_owned(),
    }
}

/// What names a column and would not keep SQLite from dropping it.
fn unnamed(table: &str, column: &str) -> [Guard; 2] {
    let (name, of) = (string(column), string(table));
    [
        Guard {
            query: format!(
                "SELECT count(*) FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f \
                 WHERE s.type = 'table' AND f.\"table\" = {of} COLLATE NOCASE AND f.\"to\" = {name} COLLATE NOCASE"
            ),
            why: format!("a foreign key refers to `{table}.{column}`"),
        },
        Guard {
            query: format!("SELECT count(*) FROM main.sqlite_schema WHERE type = 'trigger' AND instr(lower(sql), lower({name})) > 0"),
            why: format!("a trigger names `{column}`"),
        },
    ]
}

impl Statement {
    /// The statement and message to show of a failure, and its kind.
    fn run(&self, conn: &mut (impl SimpleConnection + ?Sized), engine: Engine) -> Result<(), (String, String, Trouble)> {
        match self {
            Self::Plain(sql) => conn
                .batch_execute(sql)
                .map_err(|error| (sql.clone(), error.to_string(), Trouble::Other)),
            Self::Guard(Guard { query, why }) => conn.batch_execute(&guarded(query, engine)).map_err(|error| {
                let message = error.to_string();
                match message.contains(GUARD) {
                    true => (String::new(), why.clone(), Trouble::Rows),
                    false => (query.clone(), message, Trouble::Other),
                }
            }),
        }
    }
}

const GUARD: &str = "mina_guard";

/// Fails, naming the guard, unless a query gives zero.
fn guarded(query: &str, engine: Engine) -> String {
    match engine {
        Engine::Pg => format!(
            "DO ${GUARD}$ BEGIN IF (SELECT q.n FROM ({query}\n) AS q(n)) <> 0 THEN RAISE EXCEPTION '{GUARD}'; END IF; END ${GUARD}$"
        ),
        Engine::Sqlite | Engine::Mysql => format!(
            "CREATE TEMP TABLE {GUARD} (n INTEGER, CONSTRAINT {GUARD} CHECK (n = 0));\n\
             INSERT INTO temp.{GUARD} SELECT * FROM ({query}\n);\n\
             DROP TABLE temp.{GUARD};"
        ),
    }
}
