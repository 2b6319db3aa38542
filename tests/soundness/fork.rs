//! Histories of two branches and what joins them, in the orders in which branches arrive.

use crate::ground::Ground;
use crate::history::{Draft, Grown, Limb, id};
use crate::keeps::kept;
use crate::random::Random;
use crate::world::{Ran, World, difference};
use mina_runtime::runner::Direction;
use std::collections::{BTreeMap, BTreeSet};

/// A trunk, two branches, the revision that joins them and perhaps one more.
pub fn shape(random: &mut Random) -> Vec<Limb> {
    let mut limbs = vec![Limb::Trunk; random.within(1, 2)];
    limbs.extend(vec![Limb::Left; random.within(1, 2)]);
    let needs = random.percent(15);
    limbs.extend(vec![Limb::Right { needs }; random.within(1, 2)]);
    limbs.push(Limb::Merge);
    limbs.extend(vec![Limb::Trunk; random.below(2)]);
    limbs
}

fn is_right(limb: Limb) -> bool {
    matches!(limb, Limb::Right { .. })
}

fn last(drafts: &[Draft], is: impl Fn(Limb) -> bool) -> Option<usize> {
    drafts.iter().rposition(|draft| is(draft.limb))
}

/// What a revision revises.
pub fn parents(drafts: &[Draft], at: usize) -> Vec<usize> {
    let before = &drafts[..at];
    let is_trunk = |draft: &Draft| matches!(draft.limb, Limb::Trunk | Limb::Merge) && draft.bind == drafts[at].bind;
    let trunk = || before.iter().rposition(is_trunk);
    let (left, right) = (last(before, |limb| limb == Limb::Left), last(before, is_right));
    match drafts[at].limb {
        Limb::Trunk => trunk().into_iter().collect(),
        Limb::Left => left.or_else(trunk).into_iter().collect(),
        Limb::Right { .. } => right.or_else(trunk).into_iter().collect(),
        Limb::Merge if left.or(right).is_none() => trunk().into_iter().collect(),
        Limb::Merge => left.into_iter().chain(right).collect(),
    }
}

fn is_first(drafts: &[Draft], at: usize) -> bool {
    !drafts[..at].iter().any(|draft| draft.limb == drafts[at].limb)
}

/// What it depends on besides.
pub fn needed(drafts: &[Draft], at: usize) -> Option<usize> {
    let needs = drafts[at].limb == Limb::Right { needs: true } && is_first(drafts, at);
    drafts.iter().position(|draft| draft.limb == Limb::Left).filter(|_| needs)
}

pub fn label(drafts: &[Draft], at: usize) -> Option<&'static str> {
    match drafts[at].limb {
        Limb::Left if is_first(drafts, at) => Some("left"),
        Limb::Right { .. } if is_first(drafts, at) => Some("right"),
        _ => None,
    }
}

/// The revisions that are applied.
type Applied = BTreeSet<usize>;

/// What a database with these revisions looks like, whatever the order in which they came.
struct Walk<'w, 'r> {
    drafts: &'w [Draft],
    grown: &'w Grown,
    world: World<'r>,
    known: &'w mut BTreeMap<Applied, Vec<String>>,
    applied: Applied,
}

/// Goes up in every order of the branches, and then wherever a person may go.
pub fn run(ground: &Ground, drafts: &[Draft], grown: &Grown, random: &mut Random, ran: &mut Ran) -> Result<(), String> {
    let mut known = BTreeMap::new();
    let mut serial = 0;
    ran.histories += 1;
    for order in orders(drafts) {
        let world = World::new(ground, grown.migrations().runner(), |words| grown.says(words), ran);
        let mut walk = Walk {
            drafts,
            grown,
            world,
            known: &mut known,
            applied: Applied::new(),
        };
        let empty = walk.world.text();
        for at in order {
            if walk.applied.contains(&at) {
                continue;
            }
            walk.world.ran.revisions += 1;
            walk.world.fill_what_is_there(random, &mut serial);
            walk.up_and_down(at)?;
        }
        for _ in 0..4 {
            walk.world.fill_what_is_there(random, &mut serial);
            walk.somewhere(random)?;
        }
        if !walk.applied.is_empty() {
            walk.down("base", Applied::new())?;
        }
        let left = walk.world.text();
        if left != empty {
            return Err(format!("the way down to base leaves something behind: {left}"));
        }
    }
    Ok(())
}

/// As the ids are, one branch after the other, and in turns.
fn orders(drafts: &[Draft]) -> Vec<Vec<usize>> {
    let of = |is: &dyn Fn(Limb) -> bool| (0..drafts.len()).filter(|at| is(drafts[*at].limb)).collect::<Vec<_>>();
    let (left, right) = (of(&|limb| limb == Limb::Left), of(&is_right));
    let merge = last(drafts, |limb| limb == Limb::Merge).unwrap_or(drafts.len());
    let trunk = of(&|limb| limb == Limb::Trunk);
    let below = trunk.iter().filter(|at| **at < merge);
    let above = trunk.iter().filter(|at| **at > merge);
    let around = |branches: Vec<usize>| {
        let joined = (merge < drafts.len()).then_some(merge);
        below
            .clone()
            .copied()
            .chain(branches)
            .chain(joined)
            .chain(above.clone().copied())
            .collect::<Vec<_>>()
    };
    let longest = left.len().max(right.len());
    let turns = (0..longest)
        .flat_map(|at| right.get(at).into_iter().chain(left.get(at)))
        .copied()
        .collect();
    let mut all = vec![
        around([&left[..], &right].concat()),
        around([&right[..], &left].concat()),
        around(turns),
    ];
    all.dedup();
    all
}

impl Walk<'_, '_> {
    /// A revision with all that it builds on.
    fn with_ancestors(&self, at: usize) -> Applied {
        let mut all = Applied::from([at]);
        for below in parents(self.drafts, at).into_iter().chain(needed(self.drafts, at)) {
            all.extend(self.with_ancestors(below));
        }
        all
    }

    fn without_descendants(&self, at: usize) -> Applied {
        let builds = |above: &usize| !self.with_ancestors(*above).contains(&at);
        self.applied.iter().copied().filter(builds).collect()
    }

    /// Whether no row stopped it.
    fn up(&mut self, at: usize) -> Result<bool, String> {
        let wanted: Applied = self.applied.union(&self.with_ancestors(at)).copied().collect();
        let alone = wanted.len() == self.applied.len() + 1;
        let replayed = self.grown.replayed(at);
        let at_once = self.world.go_by(Direction::Up, &id(at), alone.then_some(&replayed.up))?;
        self.arrived(wanted)?;
        Ok(at_once)
    }

    fn down(&mut self, target: &str, wanted: Applied) -> Result<(), String> {
        self.world.go(Direction::Down, target)?;
        self.arrived(wanted)
    }

    /// Up, down again to where it was, with every row that it keeps, and up.
    fn up_and_down(&mut self, at: usize) -> Result<(), String> {
        let start = self.applied.clone();
        let before = self.world.look();
        let mut keeps = self.up(at)?;
        if self.applied.len() > start.len() + 1 {
            return Ok(());
        }
        let back = match self.drafts[at].limb {
            Limb::Left => "left@-1".to_owned(),
            Limb::Right { .. } => "right@-1".to_owned(),
            _ => parents(self.drafts, at)
                .last()
                .map_or_else(|| "base".to_owned(), |below| id(*below)),
        };
        keeps &= self.world.go_by(Direction::Down, &back, self.grown.replayed(at).down.as_ref())?;
        self.arrived(start)?;
        if keeps {
            let after = self.world.look();
            kept(&before.rows, &after.rows, self.grown.replayed(at))
                .map_err(|error| format!("the downgrade of {} loses rows: {error}", id(at)))?;
        }
        self.world.ran.reverts += 1;
        self.up(at)?;
        Ok(())
    }

    fn somewhere(&mut self, random: &mut Random) -> Result<(), String> {
        let at = random.below(self.drafts.len());
        if !self.applied.contains(&at) {
            self.up(at)?;
            return Ok(());
        }
        match (label(self.drafts, at), random.percent(50)) {
            (Some(label), true) => {
                let wanted = self.without_descendants(at);
                self.down(&format!("{label}@base"), wanted)
            }
            _ => {
                let mut wanted = self.without_descendants(at);
                wanted.extend(self.with_ancestors(at));
                match wanted == self.applied {
                    true => Ok(()),
                    false => self.down(&id(at), wanted),
                }
            }
        }
    }

    /// Holds what is there against what was there the last time that these revisions were applied, and against the history.
    fn arrived(&mut self, wanted: Applied) -> Result<(), String> {
        self.applied = wanted;
        let ids: Vec<String> = self.applied.iter().copied().map(id).collect();
        let versions = self.world.versions();
        if versions != ids {
            return Err(format!("{versions:?} are applied instead of {ids:?}"));
        }
        let tip = self.applied.last().copied().filter(|tip| self.with_ancestors(*tip) == self.applied);
        if let Some(tip) = tip {
            let folded = self.grown.schema(tip + 1);
            self.world.is_as_folded(&folded).map_err(|error| format!("at {ids:?}: {error}"))?;
        }
        let found = self.world.look().facts;
        let known = self.known.entry(self.applied.clone()).or_insert_with(|| found.clone());
        match *known == found {
            true => Ok(()),
            false => Err(format!("{ids:?} give something else this time:{}", difference(known, &found))),
        }
    }
}
