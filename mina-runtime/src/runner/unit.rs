use super::progress::Progress;
use super::tenure::Tenure;
use crate::connection::{Connection, Fault, Trouble};
use crate::migration::RunStep;
use diesel::result::Error as DatabaseError;
use mina_core::normal::{Facts, is_same_object};
use mina_core::sql::dialect;
use mina_core::sql::unit::{Action, Backfill, Claim, Step, Unit, UnitKind};

/// What steps did.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) steps: usize,
    pub(crate) rows: u64,
    pub(crate) rebuilt: Vec<String>,
}

impl Done {
    pub(crate) fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.rows += other.rows;
        self.rebuilt.extend(other.rebuilt);
    }
}

/// Why a step failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) line: u32,
    pub(crate) statement: String,
    pub(crate) message: String,
    pub(crate) trouble: Trouble,
}

impl Failure {
    pub(crate) fn commit(steps: &[Step], message: String) -> Self {
        Self {
            line: steps.first().map_or(0, |step| step.line),
            statement: "COMMIT".to_owned(),
            message,
            trouble: Trouble::Rows,
        }
    }
}

/// How a unit is run on this engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner<'a> {
    /// In one transaction with its journal row.
    Transaction { keys: bool },
    /// Batch after batch, each with its journal row.
    Backfill(&'a Backfill, u32),
    /// In none, journalled before and after; `repeats` where it does no harm to run it twice.
    Alone { repeats: bool },
}

pub(crate) fn manner<'a>(conn: &dyn Connection, unit: &'a Unit) -> Manner<'a> {
    let alone = |step: &Step| match &step.action {
        Action::Sql(sql) => conn.stands_alone(sql),
        Action::Run(_) | Action::Backfill(_) => true,
        _ => false,
    };
    match (unit.kind, &unit.steps[..]) {
        (UnitKind::ForeignKeysOff, _) => Manner::Transaction { keys: false },
        (
            UnitKind::Alone,
            [
                Step {
                    line,
                    action: Action::Backfill(backfill),
                },
            ],
        ) => Manner::Backfill(backfill, *line),
        (UnitKind::Alone, steps) if steps.iter().any(alone) => Manner::Alone {
            repeats: unit.change.is_none() && steps.iter().all(|step| matches!(step.action, Action::Sql(_))),
        },
        _ => Manner::Transaction { keys: true },
    }
}

/// How statements go to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Each for itself.
    Single,
    /// Those that change no rows, as many as stand in a row in one go.
    Batched,
}

impl Pace {
    /// Steps that do nothing but SQL can be run again, should one of a batch fail.
    pub(crate) fn of(steps: &[Step]) -> Self {
        match steps
            .iter()
            .all(|step| matches!(step.action, Action::Sql(_) | Action::Count { .. } | Action::Expect { .. }))
        {
            true => Self::Batched,
            false => Self::Single,
        }
    }
}

/// Runs steps in order.
pub(crate) fn run(
    conn: &mut dyn Connection,
    steps: &[Step],
    runs: &[RunStep],
    pace: Pace,
    progress: &mut dyn Progress,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    let mut rest = steps;
    while let Some((step, after)) = rest.split_first() {
        progress.step(&step.action.describe());
        let together = if pace == Pace::Batched { in_a_row(rest) } else { Vec::new() };
        if together.len() > 1
            && let Some(result) = conn.batch(&together)
        {
            if let Err(error) = result {
                let fault = fault(conn, &error);
                return Err(failure(conn, steps, step, fault));
            }
            done.steps += together.len();
            rest = &rest[together.len()..];
            continue;
        }
        let result = action(conn, &step.action, runs, &mut done, progress);
        result.map_err(|fault| failure(conn, steps, step, fault))?;
        done.steps += 1;
        rest = after;
    }
    Ok(done)
}

/// The same outside a transaction.
pub(crate) fn run_alone(
    conn: &mut dyn Connection,
    tenure: &Tenure,
    steps: &[Step],
    runs: &[RunStep],
    progress: &mut dyn Progress,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    for step in steps {
        progress.step(&step.action.describe());
        let result = match &step.action {
            Action::Sql(sql) => match tenure.alone(conn, sql) {
                Ok(rows) => {
                    done.rows += rows;
                    Ok(())
                }
                Err(error) => Err(fault(conn, &error)),
            },
            other => action(conn, other, runs, &mut done, progress),
        };
        result.map_err(|fault| failure(conn, steps, step, fault))?;
        done.steps += 1;
    }
    Ok(done)
}

/// The statements at the beginning that change no rows.
fn in_a_row(steps: &[Step]) -> Vec<&str> {
    let statements = steps.iter().map_while(|step| match &step.action {
        Action::Sql(sql) if !step.action.writes_rows() => Some(sql.as_str()),
        _ => None,
    });
    statements.collect()
}

/// The statements of steps that can go to a server in one go with others; none where one of them may change rows, which are
/// counted, or looks at what is there.
pub(crate) fn sendable(steps: &[Step]) -> Option<Vec<(&Step, &str)>> {
    let mut statements = Vec::with_capacity(steps.len());
    for step in steps {
        match &step.action {
            Action::Sql(sql) if !step.action.writes_rows() => statements.push((step, sql.trim_end().trim_end_matches(';'))),
            Action::Count { late: true, .. } => {}
            _ => return None,
        }
    }
    Some(statements)
}

/// What an error says of a step.
pub(crate) fn refused(conn: &mut dyn Connection, steps: &[Step], step: &Step, error: &DatabaseError) -> Failure {
    let fault = fault(conn, error);
    failure(conn, steps, step, fault)
}

fn failure(conn: &mut dyn Connection, steps: &[Step], step: &Step, fault: Fault) -> Failure {
    let counted = Some(&fault)
        .filter(|fault| fault.trouble == Trouble::Rows)
        .and_then(|_| counted(conn, steps));
    counted.unwrap_or_else(|| Failure {
        line: fault.line.unwrap_or(step.line),
        statement: fault.statement.map_or_else(|| shorten(&step.action), |sql| cut(&sql)),
        message: fault.message,
        trouble: fault.trouble,
    })
}

/// How many rows there are of a kind that a step refused; what is refused has left nothing behind.
fn counted(conn: &mut dyn Connection, steps: &[Step]) -> Option<Failure> {
    steps.iter().find_map(|step| match &step.action {
        Action::Count { sql, what, late: true } => match conn.number(sql) {
            Ok(rows) if rows > 0 => Some(Failure {
                line: step.line,
                statement: String::new(),
                message: format!("{rows} {what}"),
                trouble: Trouble::Rows,
            }),
            _ => None,
        },
        _ => None,
    })
}

fn action(conn: &mut dyn Connection, action: &Action, runs: &[RunStep], done: &mut Done, progress: &mut dyn Progress) -> Result<(), Fault> {
    match action {
        Action::Sql(sql) => done.rows += conn.execute(sql).map_err(|error| fault(conn, &error))?,
        Action::Batch(change) => {
            if conn.change(change)? {
                done.rebuilt.push(change.table.clone());
            }
        }
        Action::Count { late: true, .. } => {}
        Action::Count { sql, what, late: false } => {
            let rows = conn.number(sql).map_err(|error| fault(conn, &error))?;
            if rows > 0 {
                return Err(plain(format!("{rows} {what}"), Trouble::Rows));
            }
        }
        Action::Run(index) => {
            let missing = || plain(format!("the program has no Rust for step {index}"), Trouble::Other);
            let step = runs.get(*index).ok_or_else(missing)?;
            let rows = conn.call(step).map_err(|error| match error.downcast_ref::<DatabaseError>() {
                Some(error) => fault(conn, error),
                None => plain(error.to_string(), Trouble::Other),
            })?;
            done.rows += rows as u64;
        }
        Action::Backfill(backfill) => done.rows += whole(conn, backfill, progress).map_err(|error| fault(conn, &error))?,
        Action::Verify(expected) => conn.verify(expected)?,
        Action::Expect { facts, claim } => expect(conn, facts, *claim)?,
    }
    Ok(())
}

/// Holds the live database against what a step says it should be.
fn expect(conn: &mut dyn Connection, facts: &Facts, claim: Claim) -> Result<(), Fault> {
    let live = conn.facts()?;
    let differing = differing(conn, facts, &live);
    let Some((name, said)) = differing.first() else {
        return Ok(());
    };
    let found = live.get(*name).and_then(Option::as_deref).unwrap_or("not there");
    let said = said.unwrap_or("not there");
    let message = match claim {
        Claim::Effect => format!(
            "the `effect` is not what the statement did to {name}
    declared: {said}
    database: {found}"
        ),
        Claim::Untouched => format!(
            "{name} is not as the history left it, and this step would overwrite that
    history:  {said}
    database: {found}"
        ),
    };
    Err(plain(message, Trouble::Other))
}

/// The facts that do not hold in a live database.
pub(crate) fn differing<'a>(conn: &dyn Connection, facts: &'a Facts, live: &Facts) -> Vec<(&'a str, Option<&'a str>)> {
    let dialect = dialect(conn.engine());
    let holds = |name: &str, said: Option<&str>| match (said, live.get(name).and_then(Option::as_deref)) {
        (None, None) => true,
        (Some(said), Some(found)) => said == found || dialect.is_some_and(|dialect| is_same_object(name, said, found, dialect)),
        _ => false,
    };
    let all = facts.iter().map(|(name, said)| (name.as_str(), said.as_deref()));
    all.filter(|(name, said)| !holds(name, *said)).collect()
}

fn plain(message: String, trouble: Trouble) -> Fault {
    Fault {
        line: None,
        statement: None,
        message,
        trouble,
    }
}

fn fault(conn: &dyn Connection, error: &DatabaseError) -> Fault {
    let (message, trouble) = words(conn, error);
    plain(message, trouble)
}

/// The same while keys are off. A pass over a table looks for rows that violate keys by itself; what a dropped table leaves
/// behind is looked for here.
pub(crate) fn run_without_keys(
    conn: &mut dyn Connection,
    steps: &[Step],
    runs: &[RunStep],
    progress: &mut dyn Progress,
) -> Result<Done, Failure> {
    let drops = |step: &Step| matches!(&step.action, Action::Sql(sql) if sql.starts_with("DROP TABLE"));
    match steps.iter().any(drops) {
        true => run_looking_at_keys(conn, steps, runs, progress),
        false => run(conn, steps, runs, Pace::Single, progress),
    }
}

/// Runs steps, and refuses to leave rows behind that violate keys and did not before.
pub(crate) fn run_looking_at_keys(
    conn: &mut dyn Connection,
    steps: &[Step],
    runs: &[RunStep],
    progress: &mut dyn Progress,
) -> Result<Done, Failure> {
    let before = conn.broken_keys();
    let done = run(conn, steps, runs, Pace::Single, progress)?;
    let (Some(before), Some(after)) = (before, conn.broken_keys()) else {
        return Ok(done);
    };
    let new = after
        .into_iter()
        .find(|(tables, rows)| before.get(tables).is_none_or(|known| known < rows));
    match new {
        None => Ok(done),
        Some((tables, rows)) => Err(Failure {
            line: steps.first().map_or(0, |step| step.line),
            statement: String::new(),
            message: format!("{rows} rows of {tables} that would not be there"),
            trouble: Trouble::Rows,
        }),
    }
}

fn whole(conn: &mut dyn Connection, backfill: &Backfill, progress: &mut dyn Progress) -> diesel::QueryResult<u64> {
    let rows = conn.execute(&backfill.whole())?;
    progress.rows(rows, rows);
    Ok(rows)
}

pub(crate) fn words(conn: &dyn Connection, error: &DatabaseError) -> (String, Trouble) {
    let text = match error {
        DatabaseError::DatabaseError(_, information) => information.message().to_owned(),
        DatabaseError::BrokenTransactionManager => "the session has ended".to_owned(),
        error => error.to_string(),
    };
    (format!("{}: {text}", product(conn)), conn.trouble(error))
}

fn product(conn: &dyn Connection) -> &'static str {
    use mina_core::engine::Engine;
    match conn.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Pg => "PostgreSQL",
        Engine::Mysql => "MariaDB",
    }
}

fn shorten(action: &Action) -> String {
    let text = match action {
        Action::Sql(sql) => sql.trim().to_owned(),
        Action::Count { .. } | Action::Verify(_) | Action::Expect { .. } | Action::Run(_) => String::new(),
        Action::Backfill(backfill) => backfill.whole(),
        Action::Batch(_) => action.describe(),
    };
    cut(&text)
}

fn cut(text: &str) -> String {
    const LINES: usize = 8;
    const WIDTH: usize = 160;
    let mut lines: Vec<String> = text.lines().take(LINES).map(str::to_owned).collect();
    if text.lines().count() > LINES {
        lines.push("…".to_owned());
    }
    for line in &mut lines {
        if line.chars().count() > WIDTH {
            *line = line.chars().take(WIDTH).chain(['…']).collect();
        }
    }
    lines.join("\n")
}
