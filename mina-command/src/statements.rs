//! What a migration runs, as text.

use crate::Style;
use crate::cost::Costs;
use mina_core::sql::cost::{Cost, WorkKind};
use mina_core::sql::sqlite::EditKind;
use mina_core::sql::unit::{Action, Step, Unit, UnitKind};

/// The statements of some units, of which a number is done already, each with what it costs, where that is asked for.
pub fn statements(units: &[Unit], done: usize, file: &str, costs: Option<Costs<'_>>, style: Style) -> String {
    let mut text = String::new();
    let count = units.len();
    if count == 0 {
        text += "  nothing to run on this engine\n";
    }
    for (at, unit) in units.iter().enumerate() {
        if count > 1 || unit.kind != UnitKind::Transaction {
            let done = if at < done { ", done" } else { "" };
            text += &style.dim(&format!("  unit {} of {count}, {}{done}", at + 1, kind(unit.kind)));
            text.push('\n');
        }
        for (number, step) in unit.steps.iter().enumerate() {
            let cost = costs.and_then(|costs| costs.of(at, number));
            text += &step_lines(file, step, cost);
            for line in costs.iter().flat_map(|costs| costs.lines(at, number)) {
                text += &style.dim(&format!("      {line}"));
                text.push('\n');
            }
        }
    }
    text
}

fn kind(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Transaction => "one transaction",
        UnitKind::Own => "one transaction of its own",
        UnitKind::ForeignKeysOff => "one transaction, foreign keys off around it and checked at its end",
        UnitKind::Alone => "in no transaction",
    }
}

fn step_lines(file: &str, step: &Step, cost: Option<&Cost>) -> String {
    let mut text = match (file, step.line) {
        ("", _) => String::new(),
        (file, 0) => format!("  -- {file}\n"),
        (file, line) => format!("  -- {file}:{line}\n"),
    };
    match &step.action {
        Action::Sql(sql) => {
            for line in sql.trim().lines() {
                text += &format!("  {line}\n");
            }
        }
        Action::Batch(change) => {
            let rebuild = change.edits.iter().any(|edit| edit.kind.may_rebuild());
            let known = cost.filter(|cost| cost.unknown.is_none());
            let anew = known.map(|cost| cost.work.iter().any(|work| work.kind == WorkKind::Rewrite));
            let way = match (anew, rebuild) {
                (Some(true), _) => "written anew",
                (Some(false), _) => "in place",
                (None, true) => "a rebuild unless this SQLite does it natively",
                (None, false) => "native",
            };
            text += &format!("  alter {}: {way}\n", change.table);
            for edit in &change.edits {
                let sql = edit.kind.sql(&change.table);
                text += &format!("    {}\n", sql.unwrap_or_else(|| edit_text(&edit.kind)));
            }
        }
        action => text += &format!("  {}\n", action.describe()),
    }
    text
}

/// What an edit of a table does, where no one statement says it.
fn edit_text(edit: &EditKind) -> String {
    match edit {
        EditKind::AlterColumn { before, after, using } => {
            let using = using.as_ref().map_or_else(String::new, |using| format!(" using {using}"));
            format!("{} becomes {}{using}", before.definition(&[]), after.definition(&[]))
        }
        EditKind::AddConstraint(constraint) => format!("add {}", constraint.name),
        EditKind::DropConstraint(constraint) => format!("drop {}", constraint.name),
        EditKind::AddColumn { column, .. } => format!("add column {}", column.name),
        EditKind::DropColumn { name, .. } => format!("drop column {name}"),
        EditKind::RenameColumn { from, to } => format!("rename column {from} to {to}"),
        EditKind::CreateIndex(index) => index.sql.clone(),
        EditKind::DropIndex(index) => format!("drop index {}", index.name),
    }
}
