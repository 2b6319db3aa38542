//! What the released code still uses and a revision takes away.

use super::{Ground, or_allow};
use crate::diagnostic::{Diagnostic, Lint};
use crate::history::Resolved;
use crate::operation::Operation;
use crate::schema::Schema;

const RENAME: &str = "add the new one beside it, keep both alike, and drop the old one in a later release";
const DROP: &str = "drop it after a release that does without it";

pub(super) fn check(ground: &Ground<'_>, resolved: &Resolved) -> Option<Diagnostic> {
    let released = ground.released?;
    let (_, schema) = released.schemas.iter().find(|(target, _)| *target == ground.up.target)?;
    let (what, how, help) = taken(&resolved.operation, schema)?;
    let lint = Lint::BreaksRelease;
    let found = ground.say(lint, resolved, || {
        format!(
            "{what} is {how}, and the code that runs on the released `{}` may still use it",
            released.name
        )
    })?;
    Some(found.help(help).help(or_allow(lint, "no release uses it any more")))
}

/// What of the released schema an operation takes away, how, and the way to do without.
fn taken(operation: &Operation, released: &Schema) -> Option<(String, String, &'static str)> {
    let dropped = || "dropped".to_owned();
    match operation {
        Operation::DropTable(table) => {
            released.table(&table.name)?;
            Some((format!("`{}`", table.name), dropped(), DROP))
        }
        Operation::RenameTable { from, to, .. } => {
            released.table(from)?;
            Some((format!("`{from}`"), format!("renamed to `{to}`"), RENAME))
        }
        Operation::DropColumn { table, column, .. } => {
            released.table(table)?.column(&column.name)?;
            Some((format!("`{table}.{}`", column.name), dropped(), DROP))
        }
        Operation::RenameColumn { table, from, to } => {
            released.table(table)?.column(from)?;
            Some((format!("`{table}.{from}`"), format!("renamed to `{to}`"), RENAME))
        }
        Operation::DropView(view) => {
            released.view(&view.name)?;
            Some((format!("the view `{}`", view.name), dropped(), DROP))
        }
        Operation::AlterEnum { before, after, renamed } => {
            let known = &released.enumeration(&before.name)?.values;
            if let Some((from, to)) = renamed {
                let known = known.contains(from);
                return known.then(|| (format!("`{from}` of `{}`", before.name), format!("renamed to `{to}`"), RENAME));
            }
            let gone = before
                .values
                .iter()
                .find(|value| known.contains(value) && !after.values.contains(value))?;
            Some((format!("`{gone}` of `{}`", before.name), "removed".to_owned(), DROP))
        }
        Operation::DropEnum(object) => {
            released.enumeration(&object.name)?;
            Some((format!("the enum `{}`", object.name), dropped(), DROP))
        }
        Operation::Execute { effect, .. } | Operation::Run { effect, .. } => effect.iter().find_map(|inner| taken(inner, released)),
        _ => None,
    }
}
