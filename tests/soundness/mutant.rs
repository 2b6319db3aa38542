//! Mutants of accepted histories: refused where they are wrong, or as good as what they were made of.

use crate::branches::beside;
use crate::ground::Ground;
use crate::history::{Draft, Grown, Limb, collected, errors, grow, id, migration, revision};
use crate::mutation::{Base, Kind, Mutant, mutated};
use crate::random::Random;
use crate::sheet::Written;
use crate::tally::Tally;
use crate::world::{BY_ITS_OWN_DATA, Ran, World, difference};
use mina::{Engine, Migrations};
use mina_core::check::Replayed;
use mina_core::diagnostic::Diagnostic;
use mina_runtime::runner::Direction;

/// So many of each revision.
const A_REVISION: usize = 14;

/// Breaks each revision of a history in several ways; what survives is said.
///
/// A history of several branches or databases is left alone.
pub fn mutants(ground: &Ground, drafts: &[Draft], random: &mut Random, tally: &mut Tally, most: usize) -> Result<(), String> {
    if drafts.iter().any(|draft| draft.limb != Limb::Trunk || draft.bind.is_some()) {
        return Ok(());
    }
    let Ok(grown) = grow(drafts, ground.config()) else { return Ok(()) };
    let mut below = Grown::new(ground.config());
    let mut serial = 10_000;
    for (at, draft) in drafts.iter().enumerate() {
        let base = Base::new(&below, draft, ground.engine());
        if let Some(base) = &base {
            for _ in 0..A_REVISION {
                let (kind, _) = Kind::ALL[random.below(Kind::ALL.len())];
                let Some(mutant) = mutated(kind, base, &below, random) else {
                    continue;
                };
                judge(ground, &below, &mutant, random, tally)?;
            }
        }
        below.push(grown.texts[at].clone());
        if let Some(base) = &base {
            for _ in 0..2 {
                let Some(mutant) = beside(base, &below, random, &mut serial) else {
                    continue;
                };
                judge(ground, &below, &mutant, random, tally)?;
            }
        }
        if tally.total().made >= most {
            break;
        }
    }
    Ok(())
}

fn judge(ground: &Ground, below: &Grown, mutant: &Mutant, random: &mut Random, tally: &mut Tally) -> Result<(), String> {
    let written = mutant.sheet.write();
    let (replayed, diagnostics) = below.next(&written.text);
    let errors = errors(&diagnostics);
    if !errors.is_empty() {
        let row = tally.of(mutant.kind);
        row.made += 1;
        row.refused += 1;
        match is_in_place(mutant, &written, &errors, below.texts.len()) {
            true => row.in_place += 1,
            false if std::env::var_os("MINA_SOUNDNESS_REFUSALS").is_some() => {
                println!("\n==== {:?}, to be refused at {:?}:\n{}", mutant.kind, mutant.places, written.text);
                errors.iter().for_each(|error| println!("{error}\n"));
            }
            false => {}
        }
        return Ok(());
    }
    let of = Mutated {
        ground,
        below,
        mutant,
        written: &written,
        replayed: &replayed,
    };
    let proof = crate::caught(|| match mutant.kind {
        Kind::Branches => of.commutes(random),
        _ => of.leads_back(random),
    });
    let row = match &proof {
        Err(error) if error.ends_with(BY_ITS_OWN_DATA) => {
            tally.undecided += 1;
            return Ok(());
        }
        _ => tally.of(mutant.kind),
    };
    row.made += 1;
    match proof {
        Ok(()) => row.equivalent += 1,
        Err(error) => {
            row.survived += 1;
            return Err(format!(
                "{:?} at {:?} is accepted, but {error}\n\n{}\n{}",
                mutant.kind,
                mutant.places,
                below.texts.join("\n"),
                written.text
            ));
        }
    }
    Ok(())
}

/// Whether one of the errors stands, has its second place, or names a line where the mutation is or at what it should have undone.
fn is_in_place(mutant: &Mutant, written: &Written, errors: &[&Diagnostic], at: usize) -> bool {
    let revision = revision(at, &written.text);
    let file = format!("{}:", revision.file);
    let mut lines = Vec::new();
    for error in errors {
        let label = error.label.as_ref().map(|(span, _)| *span);
        let spans = [Some(error.span), label].into_iter().flatten();
        lines.extend(spans.filter_map(|span| Some(revision.tokens.location(span)?.line)));
        for named in error.help.iter().flat_map(|line| line.split(&file).skip(1)) {
            let end = named.find(|c: char| !c.is_ascii_digit()).unwrap_or(named.len());
            lines.extend(named[..end].parse::<u32>());
        }
    }
    let mut parts = lines.into_iter().filter_map(|line| written.part(line));
    parts.any(|part| mutant.places.contains(&part))
}

/// A mutant that is accepted.
struct Mutated<'m> {
    ground: &'m Ground,
    below: &'m Grown,
    mutant: &'m Mutant,
    written: &'m Written,
    replayed: &'m Replayed,
}

impl Mutated<'_> {
    fn migrations(&self) -> Migrations {
        let mut all = self.below.migrations().migrations.to_vec();
        all.push(migration(&revision(all.len(), &self.written.text), self.replayed));
        collected(all)
    }

    fn says(&self, words: &str) -> bool {
        self.below.says(words) || self.written.text.contains(words)
    }

    /// Runs up to what the checker says, with rows, and down to what was there before, by introspection and by the engine's dump.
    fn leads_back(&self, random: &mut Random) -> Result<(), String> {
        let mut ran = Ran::default();
        let mut world = World::new(self.ground, self.migrations().runner(), |words| self.says(words), &mut ran);
        let at = self.below.texts.len();
        let start = self.below.schema(at);
        let below = at.checked_sub(1).map_or_else(|| "base".to_owned(), id);
        if at > 0 {
            world.go(Direction::Up, &below)?;
        }
        let mut serial = 0;
        world.fill(&start, random, &mut serial);
        let (before, text) = (world.look().facts, self.dumped(&mut world));
        world.go(Direction::Up, &self.mutant.sheet.id)?;
        world.is_as_folded(&self.replayed.up.end)?;
        world.fill(&self.replayed.up.end, random, &mut serial);
        world.go(Direction::Down, &below)?;
        let after = world.look().facts;
        if before != after {
            return Err(format!("does not lead back:{}", difference(&before, &after)));
        }
        let again = self.dumped(&mut world);
        if text != again {
            return Err(format!("does not lead back, as the engine prints it:{}", difference(&text, &again)));
        }
        world.is_as_folded(&start)
    }

    /// SQLite's text is that of the statements, another engine's what it makes of them.
    fn dumped(&self, world: &mut World<'_>) -> Vec<String> {
        match self.ground.engine() {
            Engine::Sqlite => Vec::new(),
            _ => world.text().lines().map(str::to_owned).collect(),
        }
    }

    /// Runs with the revision that it stands beside in both orders, up and down.
    fn commutes(&self, random: &mut Random) -> Result<(), String> {
        let migrations = self.migrations();
        let at = self.below.texts.len() - 1;
        let (start, mine, other) = (self.below.schema(at), self.mutant.sheet.id.clone(), id(at));
        let below = at.checked_sub(1).map(id);
        let mut seen = Vec::new();
        for [first, second] in [[&other, &mine], [&mine, &other]] {
            let mut ran = Ran::default();
            let mut world = World::new(self.ground, migrations.runner(), |words| self.says(words), &mut ran);
            if let Some(below) = &below {
                world.go(Direction::Up, below)?;
            }
            world.fill(&start, random, &mut 0);
            let bare = world.look().facts;
            world.go(Direction::Up, first)?;
            let one = world.look().facts;
            world.go(Direction::Up, second)?;
            let both = world.look().facts;
            world.go(Direction::Down, &format!("{first}@base"))?;
            let rest = world.look().facts;
            world.go(Direction::Down, &format!("{second}@base"))?;
            let left = world.look().facts;
            if left != bare {
                return Err(format!(
                    "{first}, {second} and back in that order does not lead back:{}",
                    difference(&bare, &left)
                ));
            }
            seen.push([one, both, rest]);
        }
        let [[other_alone, one_way, mine_left], [mine_alone, other_way, other_left]] = &seen[..] else {
            return Ok(());
        };
        for (what, expected, found) in [
            ("the two orders differ", one_way, other_way),
            ("without the other it is not what it is alone", mine_alone, mine_left),
            ("without it the other is not what it is alone", other_alone, other_left),
        ] {
            if expected != found {
                return Err(format!("{what}:{}", difference(expected, found)));
            }
        }
        Ok(())
    }
}
