//! Histories run with rows, up and down.

use crate::ground::Ground;
use crate::history::{Draft, Grown, Limb, grow, id};
use crate::keeps::kept;
use crate::once::at_once;
use crate::random::Random;
use crate::world::{BY_ITS_OWN_DATA, Ran, World, difference};
use crate::{bound, fork};
use mina::Engine;
use mina_core::check::Replayed;
use mina_core::schema::Schema;
use mina_runtime::runner::{Direction, Runner};

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
    if drafts.iter().any(|draft| draft.limb != Limb::Trunk) {
        at_once(ground, &migrations.runner(), |words| grown.says(words), ran)?;
        return fork::run(ground, drafts, &grown, &mut random, ran);
    }
    ran.histories += 1;
    for (bind, revisions) in bound::lines(drafts) {
        let runner = migrations.runner().bind(bind);
        at_once(ground, &runner, |words| grown.says(words), ran)?;
        let line = Line {
            grown: &grown,
            revisions: &revisions,
        };
        line.walk(ground, runner, &mut random, ran)?;
    }
    Ok(())
}

/// The revisions of a database, each on the one before.
struct Line<'l> {
    grown: &'l Grown,
    revisions: &'l [usize],
}

impl Line<'_> {
    fn id(&self, at: usize) -> String {
        id(self.revisions[at])
    }

    fn replayed(&self, at: usize) -> &Replayed {
        self.grown.replayed(self.revisions[at])
    }

    /// What is there after so many of them.
    fn schema(&self, count: usize) -> Schema {
        count
            .checked_sub(1)
            .map_or_else(Schema::default, |last| self.grown.schema(self.revisions[last] + 1))
    }

    /// The target at which so many are applied.
    fn target(&self, count: usize) -> String {
        count.checked_sub(1).map_or_else(|| "base".to_owned(), |last| self.id(last))
    }

    /// Each up, down and up again, and then from one to another.
    fn walk(&self, ground: &Ground, runner: Runner, random: &mut Random, ran: &mut Ran) -> Result<(), String> {
        let mut world = World::new(ground, runner, |words| self.grown.says(words), ran);
        let (empty, mut serial) = (world.text(), 0);
        let facts = self.each(ground, &mut world, random, &mut serial)?;
        self.to_and_fro(&facts, &mut world, random, &mut serial)?;
        match world.text() {
            left if left == empty => Ok(()),
            left => Err(format!("the way down to base leaves something behind: {left}")),
        }
    }

    /// What there is at each, none applied first.
    fn each(&self, ground: &Ground, world: &mut World<'_>, random: &mut Random, serial: &mut u32) -> Result<Vec<Vec<String>>, String> {
        let mut facts = vec![Vec::new()];
        let count = self.revisions.len();
        // One is enough: a server's tool takes longer than the revision.
        let printed = random.below(count);
        for at in 0..count {
            world.ran.revisions += 1;
            let (start, end) = (self.schema(at), self.schema(at + 1));
            world.fill(&start, random, serial);
            let mut before = world.look();
            world.ran.rows += before.rows.values().map(Vec::len).sum::<usize>();
            let is_printed = ground.engine() == Engine::Sqlite || at == printed;
            let text = is_printed.then(|| world.text());
            if !world.go_by(Direction::Up, &self.id(at), Some(&self.replayed(at).up))? {
                before.rows.clear();
            }
            world
                .is_as_folded(&end)
                .map_err(|error| format!("after the upgrade to {}: {error}", self.id(at)))?;
            let above = world.look();
            let below = self.target(at);
            if !world.go_by(Direction::Down, &below, self.replayed(at).down.as_ref())? {
                before.rows.clear();
            }
            let after = world.look();
            if after.facts != before.facts {
                return Err(format!(
                    "the downgrade of {} does not lead back:{}",
                    self.id(at),
                    difference(&before.facts, &after.facts)
                ));
            }
            kept(&before.rows, &after.rows, self.replayed(at))
                .map_err(|error| format!("the downgrade of {} loses rows: {error}", self.id(at)))?;
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
                    self.id(at),
                    difference(&lines(&text), &lines(&again))
                ));
            }
            world
                .is_as_folded(&start)
                .map_err(|error| format!("after the downgrade of {}: {error}", self.id(at)))?;
            world.go(Direction::Up, &self.id(at))?;
            let again = world.look();
            if again.facts != above.facts {
                return Err(format!(
                    "the upgrade to {} gives something else the second time:{}",
                    self.id(at),
                    difference(&above.facts, &again.facts)
                ));
            }
            facts.push(above.facts);
        }
        Ok(facts)
    }

    /// From one to another, whichever, and to none at last.
    fn to_and_fro(&self, facts: &[Vec<String>], world: &mut World<'_>, random: &mut Random, serial: &mut u32) -> Result<(), String> {
        let count = self.revisions.len();
        let mut here = count;
        for _ in 0..5 {
            let there = random.below(count + 1);
            world.fill(&self.schema(here), random, serial);
            let target = self.target(there);
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
        Ok(())
    }
}
