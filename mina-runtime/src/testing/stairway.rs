use super::Outline;
use super::difference::unified;
use super::rows::Rows;
use super::subject::Subject;
use crate::connection::Trouble;
use crate::migration::Migrations;
use crate::runner::{Direction, Error, ErrorKind, Planned, Runner};
use mina_core::sql::sqlite::EditKind;
use mina_core::sql::unit::Action;

/// What a stairway has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stairs {
    /// The revisions that were applied, reverted and applied again.
    pub steps: Vec<String>,
    /// The irreversible ones, which were only applied.
    pub irreversible: Vec<String>,
    /// The revisions before which the tables had to be emptied, since their rows stood in the way, and how they did.
    pub emptied: Vec<(String, String)>,
}

/// Where a stairway stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stair<'a> {
    /// A revision is about to be applied.
    Below(&'a str),
    /// It has been.
    Above(&'a str),
    /// It has been reverted; after that it is applied again.
    Back(&'a str),
}

/// Applies every revision of every bind, in order and with rows in the tables, on SQLite in memory, reverts it and applies it
/// again: what it reverts to must be what was there before, the order of columns aside. At the end all of it is reverted,
/// where it can be, and nothing is left.
///
/// Rows are made up from the live schema. Their values are compared where the upgrade only adds, their number where it drops
/// or converts, and neither where it has data steps of its own.
///
/// # Panics
///
/// A revision cannot be applied or reverted, or does not lead back; the message shows the difference.
#[cfg(feature = "sqlite")]
pub fn stairway(migrations: Migrations) -> Stairs {
    stairway_with(migrations, |_, _| ())
}

/// The same, with rows of one's own: `rows` is called before each revision is applied.
///
/// # Panics
///
/// As [`stairway`].
#[cfg(feature = "sqlite")]
pub fn stairway_with(migrations: Migrations, mut rows: impl FnMut(&str, &mut diesel::SqliteConnection)) -> Stairs {
    let memory = |_: Option<&str>| diesel::Connection::establish(":memory:").unwrap_or_else(|error| panic!("{error}"));
    stairway_on(migrations, memory, |stair, conn| {
        if let Stair::Below(revision) = stair {
            rows(revision, conn);
        }
    })
}

/// The same on any database: `open` connects to an empty one for each bind, `look` is called on every stair.
///
/// ```
/// # static MIGRATIONS: mina_runtime::Migrations = mina_runtime::Migrations { migrations: &[], creations: &[], config: "", directory: "" };
/// # use mina_runtime as mina;
/// use diesel::Connection;
///
/// let open = |_: Option<&str>| diesel::SqliteConnection::establish(":memory:").unwrap();
/// mina::testing::stairway_on(MIGRATIONS, open, |_, _| ());
/// ```
///
/// # Panics
///
/// A revision cannot be applied or reverted, or does not lead back; the message shows the difference.
pub fn stairway_on<C: Subject>(
    migrations: Migrations,
    mut open: impl FnMut(Option<&str>) -> C,
    mut look: impl FnMut(Stair<'_>, &mut C),
) -> Stairs {
    let mut stairs = Stairs::default();
    for bind in migrations.binds() {
        let runner = migrations.runner().bind(bind.as_deref());
        let mut conn = open(bind.as_deref());
        if let Err(message) = climb(&runner, &mut conn, &mut look, &mut stairs) {
            panic!("{message}");
        }
    }
    stairs
}

fn climb<C: Subject>(runner: &Runner, conn: &mut C, own: &mut dyn FnMut(Stair<'_>, &mut C), stairs: &mut Stairs) -> Result<(), String> {
    let mut rows = Rows::default();
    let mut returns = true;
    for entry in runner.entries() {
        let revision = &entry.revision;
        let place = |word: &str| format!("stairway: {word} `{revision}` ({})", entry.file);
        rows.fill(conn).map_err(|error| format!("{}: {error}", place("rows before")))?;
        own(Stair::Below(revision), conn);
        let mut before = look(conn)?;
        if let Err(error) = runner.step(conn.as_connection(), Direction::Up, revision) {
            if !is_about_rows(&error) {
                return Err(format!("{}\n{error}", place("upgrade to")));
            }
            stairs.emptied.push((revision.clone(), error.kind().to_string()));
            rows.clear(conn).map_err(|error| error.to_string())?;
            before = look(conn)?;
            let again = runner.step(conn.as_connection(), Direction::Up, revision);
            again.map_err(|error| format!("{}, even without rows\n{error}", place("upgrade to")))?;
        }
        own(Stair::Above(revision), conn);
        if entry.irreversible.is_some() {
            stairs.irreversible.push(revision.clone());
            returns = false;
            continue;
        }
        let above = look(conn)?;
        let down = runner.step(conn.as_connection(), Direction::Down, revision);
        down.map_err(|error| format!("{}\n{error}", place("downgrade of")))?;
        own(Stair::Back(revision), conn);
        let after = look(conn)?;
        let sheet = |direction| runner.sheet(revision, direction).map_err(|error| error.to_string());
        let strictness = strictness(&sheet(Direction::Up)?, &sheet(Direction::Down)?);
        let difference = differences(&before, &after, strictness);
        if !difference.is_empty() {
            let heading = place("downgrade of");
            return Err(format!(
                "{heading} does not lead back to what was there before its upgrade\n{difference}"
            ));
        }
        let up = runner.step(conn.as_connection(), Direction::Up, revision);
        up.map_err(|error| format!("{}, after it was reverted\n{error}", place("upgrade to")))?;
        let difference = unified(&above.facts, &look(conn)?.facts);
        if !difference.is_empty() {
            let heading = place("upgrade to");
            return Err(format!("{heading} gives something else after it was reverted\n{difference}"));
        }
        stairs.steps.push(revision.clone());
    }
    match returns {
        true => descend(runner, conn, &mut rows),
        false => Ok(()),
    }
}

/// All the way down, where nothing may be left.
fn descend<C: Subject>(runner: &Runner, conn: &mut C, rows: &mut Rows) -> Result<(), String> {
    let said = |error: Error| format!("stairway: downgrade to the base\n{error}");
    if let Err(error) = runner.downgrade(conn, "base") {
        if !is_about_rows(&error) {
            return Err(said(error));
        }
        rows.clear(conn).map_err(|error| error.to_string())?;
        runner.downgrade(conn, "base").map_err(said)?;
    }
    match look(conn)?.facts {
        left if left.is_empty() => Ok(()),
        left => Err(format!("stairway: downgrade to the base leaves behind\n{}", unified(&[], &left))),
    }
}

fn look(subject: &mut dyn Subject) -> Result<Outline, String> {
    subject.outline().map_err(|error| format!("stairway: {error}"))
}

fn is_about_rows(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Step(step) if step.trouble == Trouble::Rows)
}

/// How much of the rows has to be there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Strictness {
    Schema,
    Numbers,
    Values,
}

fn strictness(up: &Planned, down: &Planned) -> Strictness {
    let actions = |planned: &Planned| -> Vec<Action> {
        let steps = planned.units.iter().flat_map(|unit| &unit.steps);
        steps.map(|step| step.action.clone()).collect()
    };
    let has_data = actions(down).iter().any(|action| strictness_of(action) == Strictness::Schema);
    let up = actions(up).iter().map(strictness_of).min().unwrap_or(Strictness::Values);
    if has_data { Strictness::Schema } else { up }
}

fn strictness_of(action: &Action) -> Strictness {
    match action {
        Action::Sql(sql) => {
            let word = sql.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
            let object = sql.split_whitespace().nth(1).unwrap_or_default().to_ascii_lowercase();
            match (word.as_str(), object.as_str()) {
                ("create" | "comment" | "set" | "lock" | "select", _) => Strictness::Values,
                ("drop", "table") => Strictness::Numbers,
                ("drop" | "alter", _) if !sql.to_ascii_lowercase().contains("drop column") => Strictness::Values,
                ("alter", _) => Strictness::Numbers,
                _ => Strictness::Schema,
            }
        }
        Action::Batch(change) => {
            let destroys = |kind: &EditKind| matches!(kind, EditKind::DropColumn { .. } | EditKind::AlterColumn { .. });
            match change.edits.iter().any(|edit| destroys(&edit.kind)) {
                true => Strictness::Numbers,
                false => Strictness::Values,
            }
        }
        Action::Count { .. } | Action::Verify(_) | Action::Expect { .. } => Strictness::Values,
        Action::Run(_) | Action::Backfill(_) => Strictness::Schema,
    }
}

fn differences(before: &Outline, after: &Outline, strictness: Strictness) -> String {
    let mut text = unified(&before.facts, &after.facts);
    if !text.is_empty() {
        return text;
    }
    for (table, rows) in &before.rows {
        let Some(found) = after.rows.get(table) else { continue };
        match strictness {
            Strictness::Schema => {}
            // A table that was dropped and made again is empty.
            Strictness::Numbers if found.is_empty() => {}
            Strictness::Numbers if rows.len() == found.len() => {}
            Strictness::Numbers => text += &format!("- `{table}` with {} rows\n+ `{table}` with {} rows\n", rows.len(), found.len()),
            Strictness::Values => {
                let difference = unified(rows, found);
                if !difference.is_empty() {
                    text += &format!("rows of `{table}`:\n{difference}");
                }
            }
        }
    }
    text
}
