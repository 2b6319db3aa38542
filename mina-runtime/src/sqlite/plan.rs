//! A table as it is to be after some edits.

use super::definition::{Item, Place, same_rule};
use super::edit;
use super::live::Live;
use super::resolve::{self, Found};
use super::{Failure, rename};
use mina_core::sql::sqlite::model::Constraint;
use mina_core::sql::sqlite::{Edit, EditKind, quote};

/// Makes the edits to what was read, in order.
///
/// A constraint that goes and comes again under another name stays where it is: its place tells the name of its index.
pub(super) fn plan(live: &mut Live, edits: &[&Edit]) -> Result<(), Failure> {
    let mut done: Vec<&Edit> = Vec::new();
    for (at, edit) in edits.iter().enumerate() {
        let failed = |error| Failure { line: edit.line, error };
        if done.iter().any(|done| std::ptr::eq(*done, *edit)) {
            continue;
        }
        if let EditKind::DropConstraint(old) = &edit.kind
            && let Some((again, new)) = made_again(old, &edits[at..])
            && let Some(Found::Clause(place)) = resolve::constraint(live, old).map_err(failed)?
        {
            rename_constraint(live, place, &new.name);
            done.push(again);
            continue;
        }
        edit::apply(live, &edit.kind).map_err(failed)?;
        if let EditKind::RenameColumn { from, to } = &edit.kind {
            rename::column(live, from, to);
        }
    }
    Ok(())
}

fn made_again<'a>(old: &Constraint, edits: &[&'a Edit]) -> Option<(&'a Edit, &'a Constraint)> {
    let here = edits.iter().take_while(|edit| !matches!(edit.kind, EditKind::RenameColumn { .. }));
    here.into_iter().find_map(|edit| match &edit.kind {
        EditKind::AddConstraint(new) if same_rule(&new.rule, &old.rule) => Some((*edit, new)),
        _ => None,
    })
}

fn rename_constraint(live: &mut Live, place: Place, name: &str) {
    let (text, clauses) = match &mut live.definition.items[place.item] {
        Item::Column(column) => (&mut column.text, &mut column.clauses),
        Item::Constraints(constraints) => (&mut constraints.text, &mut constraints.clauses),
    };
    let clause = &mut clauses[place.clause];
    let new = format!("CONSTRAINT {} {}", quote(name), clause.unnamed());
    *text = text
        .take()
        .filter(|text| text.matches(&clause.text).count() == 1)
        .map(|text| text.replacen(&clause.text, &new, 1));
    clause.text = new;
    clause.name = Some(name.to_owned());
}
