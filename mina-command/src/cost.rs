//! What a step costs those who use the database meanwhile, as text.

use mina_core::schema::ObjectName;
use mina_core::sql::cost::{Blocks, Cost, Lock, Mode, WorkKind};

/// What the steps of a migration cost, and what the tables hold.
#[derive(Clone, Copy)]
pub struct Costs<'a> {
    /// One a step of each unit.
    pub units: &'a [Vec<Cost>],
    /// What a table holds, in words.
    pub size: &'a dyn Fn(&ObjectName) -> Option<String>,
}

impl<'a> Costs<'a> {
    pub(crate) fn of(self, unit: usize, step: usize) -> Option<&'a Cost> {
        self.units.get(unit)?.get(step)
    }

    /// The lines about a step, where it is known.
    pub(crate) fn lines(self, unit: usize, step: usize) -> Vec<String> {
        self.of(unit, step).map_or_else(Vec::new, |cost| lines(cost, self.size))
    }
}

fn lines(cost: &Cost, size: &dyn Fn(&ObjectName) -> Option<String>) -> Vec<String> {
    let mut lines = Vec::new();
    // That SQLite has one writer is said once, of the whole plan.
    let modes = cost.locks.iter().map(|lock| lock.mode).filter(|mode| *mode != Mode::Writer);
    let mut modes: Vec<Mode> = modes.collect();
    modes.sort_unstable_by(|one, other| other.cmp(one));
    modes.dedup();
    for mode in modes {
        let tables: Vec<String> = cost.locks.iter().filter(|lock| lock.mode == mode).map(locked).collect();
        lines.push(format!("locks {}: {mode}, {}", tables.join(", "), meanwhile(mode)));
    }
    for work in &cost.work {
        let what = match work.kind {
            WorkKind::Scan => "looks at every row of",
            WorkKind::BuildIndex => "builds an index over",
            WorkKind::WriteRows => "writes rows of",
            WorkKind::Rewrite if cost.algorithm.as_deref() == Some("INPLACE") => "may write anew every row of",
            WorkKind::Rewrite => "writes anew every row of",
        };
        let size = size(&work.table).map_or_else(String::new, |size| format!(" ({size})"));
        lines.push(format!("{what} {}{size}", work.table));
    }
    lines.extend(cost.unknown.map(|why| format!("not known: {why}")));
    lines
}

fn locked(lock: &Lock) -> String {
    lock.table.as_ref().map_or_else(|| "the database".to_owned(), ToString::to_string)
}

fn meanwhile(mode: Mode) -> &'static str {
    match mode.blocks() {
        Blocks::Nothing => "nobody waits",
        Blocks::SchemaChanges => "other changes of the schema wait",
        Blocks::Writes => "who writes waits",
        Blocks::ReadsAndWrites => "who reads or writes waits",
    }
}

/// `2,100,000 rows, 180 MB`.
///
/// ```
/// use mina_command::cost::held;
///
/// assert_eq!(held(Some(2_100_000), Some(180_400_000)), "2,100,000 rows, 180 MB");
/// assert_eq!(held(Some(1), None), "1 row");
/// assert_eq!(held(None, Some(8_192)), "8 kB");
/// ```
pub fn held(rows: Option<u64>, bytes: Option<u64>) -> String {
    let rows = rows.map(|rows| format!("{} {}", in_thousands(rows), if rows == 1 { "row" } else { "rows" }));
    let bytes = bytes.map(|bytes| match bytes {
        0..1_000_000 => format!("{} kB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{} GB", bytes / 1_000_000_000),
    });
    let parts: Vec<String> = rows.into_iter().chain(bytes).collect();
    parts.join(", ")
}

fn in_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
