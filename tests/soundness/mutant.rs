//! Downgrades with a mistake in them.

use crate::ground::Ground;
use crate::history::{Draft, Grown, Said, collected, derived, errors, id, migration, revision, text};
use crate::random::Random;
use crate::world::{BY_ITS_OWN_DATA, Ran, World, difference};
use mina_core::check::{Replayed, statements};
use mina_core::operation::Operation;
use mina_core::schema::{Action, Constraint, Type};
use mina_runtime::runner::Direction;

/// A downgrade with a mistake is refused, or leads back all the same.
pub fn mutants(ground: &Ground, grown: &Grown, drafts: &[Draft], random: &mut Random, said: &mut Said) -> Result<(), String> {
    let mut below = Grown::new(ground.config());
    for (at, draft) in drafts.iter().enumerate() {
        for _ in 0..2 {
            let Some(down) = mutated(random, &derived(grown.replayed(at))) else {
                continue;
            };
            let written = text(at, &draft.up, Some(&down));
            let (replayed, diagnostics) = below.next(&written);
            said.mutants += 1;
            if !errors(&diagnostics).is_empty() {
                continue;
            }
            said.mutants_accepted += 1;
            match leads_back(ground, &below, at, &written, &replayed) {
                Err(error) if error != BY_ITS_OWN_DATA => return Err(format!("a mutated downgrade is accepted, but {error}\n{written}")),
                _ => {}
            }
        }
        below.push(grown.texts[at].clone());
    }
    Ok(())
}

fn leads_back(ground: &Ground, below: &Grown, at: usize, written: &str, replayed: &Replayed) -> Result<(), String> {
    let mut all = below.migrations().migrations.to_vec();
    all.push(migration(&revision(at, written), replayed));
    let mut ran = Ran::default();
    let says = |words: &str| below.says(words) || written.contains(words);
    let mut world = World::new(ground, collected(all), says, &mut ran);
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

/// A downgrade that is wrong somewhere, as statements.
fn mutated(random: &mut Random, operations: &[Operation]) -> Option<Vec<String>> {
    let mut operations = operations.to_vec();
    if operations.is_empty() {
        return None;
    }
    let at = random.below(operations.len());
    match random.below(4) {
        // What a person's own DDL needs to have happened before it is not known.
        0 if operations.len() > 1 && !operations.iter().any(|operation| matches!(operation, Operation::Execute { .. })) => {
            let other = random.below(operations.len());
            operations.swap(at, other);
        }
        1 | 2 => operations[at] = altered(&operations[at])?,
        _ => drop(operations.remove(at)),
    }
    Some(statements(&operations))
}

/// Another type, nullability, default, name or option in one operation that makes something.
fn altered(operation: &Operation) -> Option<Operation> {
    let mut altered = operation.clone();
    match &mut altered {
        Operation::AddColumn { column, .. } => match &mut column.ty {
            Type::Varchar(Some(length)) => *length += 1,
            Type::Integer => column.ty = Type::BigInt,
            _ if column.default.is_some() => column.nullable = !column.nullable,
            _ => column.default = None,
        },
        Operation::AlterColumn { after, .. } => after.nullable = !after.nullable,
        Operation::CreateTable(table) => table.columns.last_mut()?.ty = Type::Binary,
        Operation::RenameColumn { to, .. } => to.push('x'),
        Operation::RenameTable { to, .. } => *to = to.beside("elsewhere"),
        Operation::CreateIndex { index, .. } => match index.elements.first_mut() {
            Some(element) if !index.unique => element.descending = !element.descending,
            _ => index.unique = !index.unique,
        },
        Operation::CreateConstraint {
            constraint: Constraint::Unique(unique),
            ..
        } => unique.name.text.push('x'),
        Operation::CreateConstraint {
            constraint: Constraint::ForeignKey(key),
            ..
        } => {
            key.on_delete = if key.on_delete == Action::Cascade {
                Action::NoAction
            } else {
                Action::Cascade
            }
        }
        Operation::CreateView(view) => view.body.push_str(" LIMIT 1"),
        Operation::DropTable(_) | Operation::DropColumn { .. } => return None,
        _ => return None,
    }
    Some(altered)
}
