//! A whole history at once, beside one revision after the other.

use crate::ground::Ground;
use crate::world::{Ran, difference};
use mina::testing::{Outline, Subject};
use mina::{AnyConnection, Engine};
use mina_runtime::connection::Trouble;
use mina_runtime::runner::{ErrorKind, Runner};
use std::collections::BTreeMap;

/// All that is held against each other.
struct Whole {
    outline: Outline,
    particulars: Vec<Vec<String>>,
}

fn whole(ground: &Ground, conn: &mut AnyConnection) -> Whole {
    Whole {
        outline: conn.outline().unwrap(),
        particulars: ground.particulars().iter().map(|query| conn.texts(query).unwrap()).collect(),
    }
}

/// What is made at once is what is made one revision after the other: the schema, columns in order, and the rows.
///
/// But for the order of columns where a type changes online, which ends with a new column, and for what a cast makes of a random value.
pub fn at_once(ground: &Ground, runner: &Runner, says: impl Fn(&str) -> bool, ran: &mut Ran) -> Result<(), String> {
    let mut conn = ground.open();
    let slow = match runner.upgrade(&mut conn, "head") {
        Ok(_) => Some(whole(ground, &mut conn)),
        Err(error) if is_about_rows(error.kind()) => None,
        Err(error) => return Err(format!("cannot be made one by one: {error}")),
    };
    drop(conn);
    let mut conn = ground.open();
    let created = runner.create(&mut conn);
    let Some(slow) = slow else {
        // Its own data stops it, of which more is said elsewhere.
        return match created {
            Ok(_) => Err("made at once, though its own data stops it".to_owned()),
            Err(_) => Ok(()),
        };
    };
    match created {
        Ok(_) => ran.created += 1,
        Err(error) if matches!(error.kind(), ErrorKind::OneByOne { .. }) => {
            ran.one_by_one += 1;
            return Ok(());
        }
        Err(error) => return Err(format!("cannot be made at once: {error}")),
    }
    let fast = whole(ground, &mut conn);
    if slow.outline.facts != fast.outline.facts {
        return Err(format!(
            "made at once it is something else:{}",
            difference(&slow.outline.facts, &fast.outline.facts)
        ));
    }
    let (expected, found) = (timeless(slow.outline.rows), timeless(fast.outline.rows));
    let is_random = says("uuid()") && says("using = cast");
    if expected != found && !is_random {
        return Err(format!("made at once it holds other rows: {expected:#?}\n{found:#?}"));
    }
    let moved = ground.engine() == Engine::Pg && says("online = true");
    for (expected, found) in slow.particulars.iter().zip(&fast.particulars).skip(usize::from(moved)) {
        if expected != found {
            return Err(format!("made at once it differs:{}", difference(expected, found)));
        }
    }
    Ok(())
}

fn is_about_rows(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Step(step) if step.trouble == Trouble::Rows)
}

/// Rows without what `uuid()` and `now()` made.
fn timeless(rows: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let is_made = |text: &str| {
        // PostgreSQL says a moment with its date's T, its fraction and its zone.
        let text = text.split(['.', '+']).next().unwrap_or_default().replace('T', " ");
        let marks: String = text.chars().filter(|c| !c.is_ascii_hexdigit()).collect();
        matches!((text.len(), marks.as_str()), (36, "----") | (19, "-- ::") | (10, "--") | (8, "::"))
    };
    let masked = |row: String| {
        let parts = row.split(['\'', '"', ' ', '=']);
        // MariaDB's values are said as bytes.
        let parts = parts.map(|part| {
            if is_made(part) || unhexed(part).is_some_and(|text| is_made(&text)) {
                "…"
            } else {
                part
            }
        });
        parts.collect::<Vec<_>>().join("'")
    };
    let sorted = |rows: Vec<String>| {
        let mut rows: Vec<String> = rows.into_iter().map(masked).collect();
        rows.sort();
        rows
    };
    rows.into_iter().map(|(table, rows)| (table, sorted(rows))).collect()
}

fn unhexed(text: &str) -> Option<String> {
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    let bytes = (0..text.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>()?;
    String::from_utf8(bytes).ok()
}
