//! What an upgrade and its downgrade keep of the rows.

use crate::world::difference;
use mina_core::check::Replayed;
use mina_core::operation::Operation;
use std::collections::BTreeMap;

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
            Operation::Execute { effect, .. } | Operation::Run { effect, .. } if !effect.is_empty() => {}
            Operation::Execute { .. }
            | Operation::Update { .. }
            | Operation::Delete { .. }
            | Operation::BulkInsert { .. }
            | Operation::BulkDelete { .. }
            | Operation::Run { .. }
            | Operation::Backfill { .. } => return None,
            Operation::RenameTable { from, to, .. } => {
                let first = was.remove(&from.to_string()).unwrap_or_else(|| from.to_string());
                was.insert(to.to_string(), first);
            }
            Operation::DropTable(table) => mark(&was, &table.name.to_string(), Keeps::Nothing),
            Operation::DropColumn { table, .. } => mark(&was, &table.to_string(), Keeps::Number),
            Operation::AlterColumn { table, before, after, .. } if before.ty != after.ty => mark(&was, &table.to_string(), Keeps::Number),
            _ => {}
        }
    }
    Some(keeps)
}

pub fn kept(before: &BTreeMap<String, Vec<String>>, after: &BTreeMap<String, Vec<String>>, replayed: &Replayed) -> Result<(), String> {
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
