//! Histories run with rows, up and down.

use crate::fork;
use crate::ground::Ground;
use crate::history::{Draft, Limb, grow, id};
use crate::keeps::kept;
use crate::once::at_once;
use crate::random::Random;
use crate::world::{BY_ITS_OWN_DATA, Ran, World, difference};
use mina::Engine;
use mina_runtime::runner::Direction;

/// Runs a history of drafts that the checker accepts.
pub fn run(ground: &Ground, drafts: &[Draft], seed: u64, ran: &mut Ran) -> Result<(), String> {
    match all(ground, drafts, seed, ran) {
        Err(error) if error.ends_with(BY_ITS_OWN_DATA) => ran.ended_by_data += 1,
        result => return result,
    }
    Ok(())
}

fn all(ground: &Ground, drafts: &[Draft], seed: u64, ran: &mut Ran) -> Result<(), String> {
    let grown = match grow(drafts, ground.config()) {
        Ok(grown) => grown,
        Err(error) => return Err(format!("accepted a statement at a time, refused as a whole: {error}")),
    };
    let mut random = Random::new(seed ^ 0x5EED);
    let migrations = grown.migrations();
    at_once(ground, migrations, |words| grown.says(words), ran)?;
    if drafts.iter().any(|draft| draft.limb != Limb::Trunk) {
        return fork::run(ground, drafts, &grown, &mut random, ran);
    }
    let mut world = World::new(ground, migrations, |words| grown.says(words), ran);
    world.ran.histories += 1;
    let empty = world.text();
    let mut serial = 0;
    let mut facts = vec![Vec::new()];
    let count = drafts.len();
    // One is enough: a server's tool takes longer than the revision.
    let printed = random.below(count);
    for at in 0..count {
        world.ran.revisions += 1;
        let (start, end) = (grown.schema(at), grown.schema(at + 1));
        world.fill(&start, &mut random, &mut serial);
        let mut before = world.look();
        world.ran.rows += before.rows.values().map(Vec::len).sum::<usize>();
        let is_printed = ground.engine() == Engine::Sqlite || at == printed;
        let text = is_printed.then(|| world.text());
        if !world.go_by(Direction::Up, &id(at), Some(&grown.replayed(at).up))? {
            before.rows.clear();
        }
        world
            .is_as_folded(&end)
            .map_err(|error| format!("after the upgrade to {}: {error}", id(at)))?;
        let above = world.look();
        let below = if at == 0 { "base".to_owned() } else { id(at - 1) };
        if !world.go_by(Direction::Down, &below, grown.replayed(at).down.as_ref())? {
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
        let again = is_printed.then(|| world.text());
        world.ran.printed += usize::from(is_printed);
        world.ran.same_text += usize::from(is_printed && text == again);
        // SQLite's text is that of the statements, another engine's what it makes of them.
        if ground.engine() != Engine::Sqlite && text != again {
            let lines = |text: &Option<String>| {
                let lines = text.iter().flat_map(|text| text.lines());
                lines.map(str::to_owned).collect::<Vec<_>>()
            };
            return Err(format!(
                "after the downgrade of {} the engine prints something else:{}",
                id(at),
                difference(&lines(&text), &lines(&again))
            ));
        }
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
        world.fill(&grown.schema(here), &mut random, &mut serial);
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
    match world.text() {
        left if left == empty => Ok(()),
        left => Err(format!("the way down to base leaves something behind: {left}")),
    }
}
