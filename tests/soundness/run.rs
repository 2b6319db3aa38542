//! Histories run on SQLite, with rows, up and down.

use crate::history::{self, Draft, Grown, Said, collected, derived, grow, id, migration, mutated, revision, text};
use crate::random::Random;
use crate::rows::{clear, fill, words};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use mina_core::check::Replayed;
use mina_core::normal::differences;
use mina_core::operation::Operation;
use mina_core::schema::Schema;
use mina_core::sql::Dialect;
use mina_core::sql::sqlite::Sqlite;
use mina_runtime::Migrations;
use mina_runtime::connection::Trouble;
use mina_runtime::runner::{Direction, ErrorKind};
use mina_runtime::sqlite::{Outline, dump, introspect, outline};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What was run.
#[derive(Default)]
pub struct Ran {
    histories: usize,
    revisions: usize,
    steps: usize,
    rows: usize,
    refused_by_rows: usize,
    refused_by_data: usize,
    refused_uncounted: usize,
    ended_by_data: usize,
    same_text: usize,
    reverts: usize,
    created: usize,
    one_by_one: usize,
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} run, {} revisions, {} steps, {} rows put in; {} steps stopped by counted rows, {} by their own data, which ended {} walks, {} by rows that were allowed and not counted; {} of {} reverts to the very text; {} made at once, {} only one by one",
            self.histories,
            self.revisions,
            self.steps,
            self.rows,
            self.refused_by_rows,
            self.refused_by_data,
            self.ended_by_data,
            self.refused_uncounted,
            self.same_text,
            self.reverts,
            self.created,
            self.one_by_one
        )
    }
}

struct World<'r> {
    conn: SqliteConnection,
    migrations: Migrations,
    /// Whether the history puts rows into its tables itself.
    writes_rows: bool,
    /// Whether it allows rows to stop it. Not counted before, but stopped by SQLite, are values that the statement itself makes: of a
    /// column that it adds, or two that a cast makes one.
    allows: bool,
    ran: &'r mut Ran,
}

/// A history whose rows and updates break its own keys and checks: no promise is made about those.
const BY_ITS_OWN_DATA: &str = "stopped by its own data";

fn open() -> SqliteConnection {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    conn
}

impl World<'_> {
    fn look(&mut self) -> Outline {
        outline(&mut self.conn).unwrap()
    }

    fn text(&mut self) -> String {
        dump(&mut self.conn, false).unwrap()
    }

    /// Goes to a revision. Rows that it names may stop it, before anything has changed; without them it arrives.
    fn go(&mut self, direction: Direction, target: &str) -> Result<bool, String> {
        let before = self.look();
        let facts = before.facts.clone();
        self.ran.steps += 1;
        let Err((message, partly)) = self.try_to_go(direction, target) else {
            self.healthy()?;
            return Ok(true);
        };
        if !partly && self.look() != before {
            return Err(format!(
                "a step that was refused left something behind: {}",
                difference(&facts, &self.look().facts)
            ));
        }
        drop(message);
        clear(&mut self.conn);
        if let Err((message, _)) = self.try_to_go(direction, target) {
            return match self.writes_rows {
                true => Err(BY_ITS_OWN_DATA.to_owned()),
                false => Err(format!("refused even without rows: {message}")),
            };
        }
        self.healthy()?;
        Ok(false)
    }

    fn try_to_go(&mut self, direction: Direction, target: &str) -> Result<(), (String, bool)> {
        let result = match direction {
            Direction::Up => self.migrations.upgrade(&mut self.conn, target),
            Direction::Down => self.migrations.downgrade(&mut self.conn, target),
        };
        let Err(error) = result else { return Ok(()) };
        let said = error.to_string();
        let ErrorKind::Step(step) = error.kind() else {
            panic!("the runner fails: {said}");
        };
        assert!(step.trouble == Trouble::Rows, "a statement fails: {said}\n{}", step.statement);
        let word = step.statement.split_whitespace().next().unwrap_or_default().to_uppercase();
        let counted = step.message.starts_with(|c: char| c.is_ascii_digit()) || step.message.starts_with("rows break foreign keys: ");
        if counted {
            self.ran.refused_by_rows += 1;
        } else if step.message.contains("constraint failed") && self.allows {
            self.ran.refused_uncounted += 1;
        } else if ["INSERT", "UPDATE", "DELETE"].contains(&word.as_str()) {
            self.ran.refused_by_data += 1;
        } else {
            panic!("a statement fails on rows that were not counted: {said}\n{}", step.statement);
        }
        Err((said, step.done > 0 || !error.report().migrations.is_empty()))
    }

    fn healthy(&mut self) -> Result<(), String> {
        let violations = words(&mut self.conn, "SELECT \"table\" AS word FROM pragma_foreign_key_check");
        let integrity = words(&mut self.conn, "SELECT integrity_check AS word FROM pragma_integrity_check");
        let keys = words(&mut self.conn, "SELECT CAST(foreign_keys AS TEXT) AS word FROM pragma_foreign_keys");
        if !violations.is_empty() || integrity != ["ok"] || keys != ["1"] {
            return Err(format!(
                "keys broken in {violations:?}, integrity {integrity:?}, foreign_keys {keys:?}"
            ));
        }
        Ok(())
    }

    fn is_as_folded(&mut self, schema: &Schema) -> Result<(), String> {
        let live = introspect(&mut self.conn).map_err(|error| format!("cannot be read back: {error}"))?;
        let differences = differences(&Sqlite.normal(schema), &live, &Sqlite);
        match differences.is_empty() {
            true => Ok(()),
            false => {
                let said: String = differences.iter().map(|difference| format!("{difference}\n")).collect();
                Err(format!("the database is not as the history says: {said}{}", self.text()))
            }
        }
    }
}

fn difference(before: &[String], after: &[String]) -> String {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
    let gone = before.difference(&after).map(|line| format!("\n- {line}"));
    let new = after.difference(&before).map(|line| format!("\n+ {line}"));
    gone.chain(new).collect()
}

/// What is made at once is what is made one revision after the other: the schema, columns in order, and the rows.
fn at_once(migrations: Migrations, ran: &mut Ran) -> Result<(), String> {
    let (mut slow, mut fast) = (open(), open());
    if migrations.upgrade(&mut slow, "head").is_err() {
        // Its own data stops it, of which more is said elsewhere.
        return match migrations.create(&mut fast) {
            Ok(_) => Err("made at once, though its own data stops it".to_owned()),
            Err(_) => Ok(()),
        };
    }
    match migrations.create(&mut fast) {
        Ok(_) => ran.created += 1,
        Err(error) if matches!(error.kind(), ErrorKind::OneByOne { .. }) => {
            ran.one_by_one += 1;
            return Ok(());
        }
        Err(error) => return Err(format!("cannot be made at once: {error}")),
    }
    let (expected, found) = (outline(&mut slow).unwrap(), outline(&mut fast).unwrap());
    if expected.facts != found.facts {
        return Err(format!(
            "made at once it is something else:{}",
            difference(&expected.facts, &found.facts)
        ));
    }
    let (expected, found) = (timeless(expected.rows), timeless(found.rows));
    if expected != found {
        return Err(format!(
            "made at once it holds other rows: {expected:#?}
{found:#?}"
        ));
    }
    for query in [COLUMNS, SEQUENCES, APPLIED] {
        let (expected, found) = (words(&mut slow, query), words(&mut fast, query));
        if expected != found {
            return Err(format!("made at once it differs:{}", difference(&expected, &found)));
        }
    }
    Ok(())
}

/// Rows without what `uuid()` and `now()` made.
fn timeless(rows: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let is_made = |text: &str| {
        let marks: String = text.chars().filter(|c| !c.is_ascii_hexdigit()).collect();
        matches!((text.len(), marks.as_str()), (36, "----") | (19, "-- ::") | (10, "--") | (8, "::"))
    };
    let masked = |row: String| {
        let parts = row.split('\'').map(|part| if is_made(part) { "…" } else { part });
        parts.collect::<Vec<_>>().join("'")
    };
    let sorted = |rows: Vec<String>| {
        let mut rows: Vec<String> = rows.into_iter().map(masked).collect();
        rows.sort();
        rows
    };
    rows.into_iter().map(|(table, rows)| (table, sorted(rows))).collect()
}

const COLUMNS: &str = "SELECT s.name || ' ' || c.cid || ' ' || c.name AS word FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c \
                       WHERE s.type IN ('table', 'view') ORDER BY 1";
const SEQUENCES: &str = "SELECT name || ' ' || seq AS word FROM sqlite_sequence WHERE name <> '__mina_journal' ORDER BY 1";
const APPLIED: &str = "SELECT h.version || ' ' || j.checksum || ' ' || j.downgrade AS word FROM __diesel_schema_migrations AS h \
                       JOIN __mina_journal AS j ON j.revision = h.version AND j.downgrade IS NOT NULL ORDER BY 1";

/// Runs a history of drafts that the checker accepts.
pub fn run(drafts: &[Draft], seed: u64, said: &mut Said, ran: &mut Ran) -> Result<(), String> {
    match all(drafts, seed, said, ran) {
        Err(error) if error.ends_with(BY_ITS_OWN_DATA) => ran.ended_by_data += 1,
        result => return result,
    }
    Ok(())
}

fn all(drafts: &[Draft], seed: u64, said: &mut Said, ran: &mut Ran) -> Result<(), String> {
    let grown = match grow(drafts) {
        Ok(grown) => grown,
        Err(error) => return Err(format!("accepted a statement at a time, refused as a whole: {error}")),
    };
    let mut random = Random::new(seed ^ 0x5EED);
    mutants(&grown, drafts, &mut random, said)?;
    let mut world = World {
        conn: open(),
        migrations: grown.migrations(),
        writes_rows: grown.says("bulk_insert"),
        allows: grown.says("may_fail_on_rows"),
        ran,
    };
    world.ran.histories += 1;
    at_once(world.migrations, world.ran)?;
    let mut serial = 0;
    let mut facts = vec![Vec::new()];
    let count = drafts.len();
    for at in 0..count {
        world.ran.revisions += 1;
        let (start, end) = (grown.schema(at), grown.schema(at + 1));
        fill(&mut world.conn, &start, &mut random, &mut serial);
        let mut before = world.look();
        world.ran.rows += before.rows.values().map(Vec::len).sum::<usize>();
        let text = world.text();
        if !world.go(Direction::Up, &id(at))? {
            before.rows.clear();
        }
        world
            .is_as_folded(&end)
            .map_err(|error| format!("after the upgrade to {}: {error}", id(at)))?;
        let above = world.look();
        let below = if at == 0 { "base".to_owned() } else { id(at - 1) };
        if !world.go(Direction::Down, &below)? {
            before.rows.clear();
        }
        let after = world.look();
        if after.facts != before.facts {
            return Err(format!(
                "the downgrade of {} does not lead back:{}",
                id(at),
                difference(&before.facts, &after.facts)
            ));
        }
        kept(&before.rows, &after.rows, grown.replayed(at)).map_err(|error| format!("the downgrade of {} loses rows: {error}", id(at)))?;
        world.ran.reverts += 1;
        world.ran.same_text += usize::from(text == world.text());
        world
            .is_as_folded(&start)
            .map_err(|error| format!("after the downgrade of {}: {error}", id(at)))?;
        world.go(Direction::Up, &id(at))?;
        let again = world.look();
        if again.facts != above.facts {
            return Err(format!(
                "the upgrade to {} gives something else the second time:{}",
                id(at),
                difference(&above.facts, &again.facts)
            ));
        }
        facts.push(above.facts);
    }
    let mut here = count;
    for _ in 0..5 {
        let there = random.below(count + 1);
        fill(&mut world.conn, &grown.schema(here), &mut random, &mut serial);
        let target = if there == 0 { "base".to_owned() } else { id(there - 1) };
        match there.cmp(&here) {
            std::cmp::Ordering::Less => drop(world.go(Direction::Down, &target)?),
            std::cmp::Ordering::Greater => drop(world.go(Direction::Up, &target)?),
            std::cmp::Ordering::Equal => continue,
        }
        let found = world.look().facts;
        if found != facts[there] {
            return Err(format!(
                "a walk from {here} to {there} leads elsewhere:{}",
                difference(&facts[there], &found)
            ));
        }
        here = there;
    }
    if here > 0 {
        world.go(Direction::Down, "base")?;
    }
    match world.text().as_str() {
        "" => Ok(()),
        left => Err(format!("the way down to base leaves something behind: {left}")),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Keeps {
    Nothing,
    Number,
    Values,
}

/// What an upgrade and its downgrade keep of the rows of each table; none where they write rows themselves.
fn keeps(replayed: &Replayed) -> Option<BTreeMap<String, Keeps>> {
    let mut keeps: BTreeMap<String, Keeps> = BTreeMap::new();
    let mut was: BTreeMap<String, String> = BTreeMap::new();
    let mut mark = |was: &BTreeMap<String, String>, table: &str, keep: Keeps| {
        let table = was.get(table).map_or(table, String::as_str);
        let kept = keeps.entry(table.to_owned()).or_insert(keep);
        *kept = keep.min(*kept);
    };
    for resolved in replayed.up.steps.iter().flat_map(|step| &step.operations) {
        match &resolved.operation {
            Operation::Execute { effect, .. } if !effect.is_empty() => {}
            Operation::Execute { .. }
            | Operation::Update { .. }
            | Operation::Delete { .. }
            | Operation::BulkInsert { .. }
            | Operation::BulkDelete { .. }
            | Operation::Run { .. }
            | Operation::Backfill { .. } => return None,
            Operation::RenameTable { from, to, .. } => {
                let first = was.remove(&*from.name).unwrap_or_else(|| from.name.to_string());
                was.insert(to.name.to_string(), first);
            }
            Operation::DropTable(table) => mark(&was, &table.name.name, Keeps::Nothing),
            Operation::DropColumn { table, .. } => mark(&was, &table.name, Keeps::Number),
            Operation::AlterColumn { table, before, after, .. } if before.ty != after.ty => mark(&was, &table.name, Keeps::Number),
            _ => {}
        }
    }
    Some(keeps)
}

fn kept(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>, replayed: &Replayed) -> Result<(), String> {
    let Some(keeps) = keeps(replayed) else { return Ok(()) };
    for (table, rows) in before {
        let found = after.get(table).cloned().unwrap_or_default();
        let same = match keeps.get(table).copied().unwrap_or(Keeps::Values) {
            Keeps::Nothing => true,
            Keeps::Number => rows.len() == found.len(),
            Keeps::Values => *rows == found,
        };
        if !same {
            return Err(format!("table `{table}`{}", difference(rows, &found)));
        }
    }
    Ok(())
}

/// A downgrade with a mistake is refused, or leads back all the same.
fn mutants(grown: &Grown, drafts: &[Draft], random: &mut Random, said: &mut Said) -> Result<(), String> {
    let mut below = Grown::new();
    for (at, draft) in drafts.iter().enumerate() {
        for _ in 0..2 {
            let Some(down) = mutated(random, &derived(grown.replayed(at))) else {
                continue;
            };
            let written = text(at, &draft.up, Some(&down));
            let (replayed, diagnostics) = below.next(&written);
            said.mutants += 1;
            if !history::errors(&diagnostics).is_empty() {
                continue;
            }
            said.mutants_accepted += 1;
            match leads_back(&below, at, &written, &replayed) {
                Err(error) if error != BY_ITS_OWN_DATA => return Err(format!("a mutated downgrade is accepted, but {error}\n{written}")),
                _ => {}
            }
        }
        below.push(grown.texts[at].clone());
    }
    Ok(())
}

fn leads_back(below: &Grown, at: usize, written: &str, replayed: &Replayed) -> Result<(), String> {
    let mut all = below.migrations().migrations.to_vec();
    all.push(migration(&revision(at, written), replayed));
    let mut ran = Ran::default();
    let mut world = World {
        conn: open(),
        migrations: collected(all),
        writes_rows: below.says("bulk_insert") || written.contains("bulk_insert"),
        allows: below.says("may_fail_on_rows") || written.contains("may_fail_on_rows"),
        ran: &mut ran,
    };
    if at > 0 {
        world.go(Direction::Up, &id(at - 1))?;
    }
    let before = world.look();
    world.go(Direction::Up, &id(at))?;
    world.go(Direction::Down, if at == 0 { "base".to_owned() } else { id(at - 1) }.as_str())?;
    let after = world.look();
    match before.facts == after.facts {
        true => Ok(()),
        false => Err(format!("does not lead back:{}", difference(&before.facts, &after.facts))),
    }
}
