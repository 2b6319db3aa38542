//! Migrations that nobody wrote: models of one random schema, then of another, and what makes the database follow.

use crate::ground::Ground;
use crate::history::{Draft, Grown, grow, id, target};
use crate::random::Random;
use crate::world::{BY_ITS_OWN_DATA, Ran, World, difference};
use mina_core::autogenerate::{self, Request, Side};
use mina_core::config::Config;
use mina_core::diff::Renames;
use mina_core::models::{Models, print};
use mina_core::schema::Schema;
use mina_core::syntax::ast::{Block, Ident};
use mina_core::syntax::{Span, print as language};
use mina_runtime::runner::Direction;

/// What was asked for, and how much of it has no statement in the language.
#[derive(Default)]
pub struct Asked {
    pub changes: usize,
    pub unsaid: usize,
}

/// Why a change is not written that no operation says: another table's options, a key that is to be counted up no longer.
const UNSAID: &str = "no operation";

/// Models that say a schema, as text, and the schema that this text says.
fn through_models(schema: &Schema, config: &Config) -> Result<Schema, String> {
    let text = print(schema, config, &[], None);
    let models = Models::parse(&text, "models.rs").map_err(|error| format!("models that cannot be read: {error}\n{text}"))?;
    let target = target(config);
    let (mut schemas, diagnostics) = models.resolve_all(config, None, &[target]);
    if let Some(error) = diagnostics.iter().find(|diagnostic| diagnostic.is_error()) {
        return Err(format!("models that are refused: {error}\n{text}"));
    }
    Ok(schemas.remove(0).1)
}

/// The text of the migration that makes one schema of another; none where nothing is to be done.
fn written(config: &Config, at: usize, have: &Schema, want: &Schema) -> Result<Option<String>, String> {
    let ident = |text: String| Ident {
        text,
        span: Span::default(),
    };
    let head = Block {
        doc: format!("Step {at}"),
        revision: Some(ident(id(at))),
        revises: at.checked_sub(1).map(|before| ident(id(before))).into_iter().collect(),
        ..Block::default()
    };
    let sides = [Side {
        target: target(config),
        have: have.clone(),
        want: want.clone(),
    }];
    let draft = autogenerate::draft(&Request {
        config,
        sides: &sides,
        renames: &Renames::default(),
        head: &head,
    });
    if draft.is_empty() {
        return Ok(None);
    }
    let text = format!("mina::migration! {{\n{}\n}}\n", language::print(&draft.block));
    match draft.left.is_empty() {
        true => Ok(Some(text)),
        false => Err(format!("not all can be said: {}\n{text}", draft.left.join("; "))),
    }
}

/// From nothing to one schema of a history, then to another one, through models; run with rows, up, down and up again.
pub fn run(ground: &Ground, drafts: &[Draft], seed: u64, asked: &mut Asked, ran: &mut Ran) -> Result<(), String> {
    match follow(ground, drafts, seed, asked, ran) {
        Err(error) if error.ends_with(BY_ITS_OWN_DATA) => Ok(()),
        result => result,
    }
}

fn follow(ground: &Ground, drafts: &[Draft], seed: u64, asked: &mut Asked, ran: &mut Ran) -> Result<(), String> {
    let config = ground.config();
    let Ok(grown) = grow(drafts, config.clone()) else { return Ok(()) };
    let mut random = Random::new(seed ^ 0xD1FF);
    let mut anew = Grown::new(config.clone());
    let mut wanted = Vec::new();
    for _ in 0..2 {
        let of = random.below(drafts.len() + 1);
        let want = through_models(&grown.schema(of), &config)?;
        let at = anew.texts.len();
        asked.changes += 1;
        match written(&config, at, &anew.schema(at), &want) {
            Ok(Some(text)) => anew.push(text),
            Ok(None) => continue,
            Err(error) if error.lines().next().is_some_and(|line| line.contains(UNSAID)) => {
                asked.unsaid += 1;
                continue;
            }
            Err(error) => return Err(error),
        }
        if let Some(error) = anew.errors().first() {
            return Err(format!("refused: {error}\n{}", anew.texts.join("\n")));
        }
        let end = anew.schema(at + 1);
        if let Some(text) = written(&config, at + 1, &end, &want)? {
            return Err(format!("a second time there is more to do:\n{text}"));
        }
        wanted.push(end);
    }
    crate::caught(|| live(ground, &anew, &wanted, &mut random, ran)).map_err(|error| format!("{error}\n{}", anew.texts.join("\n")))
}

fn live(ground: &Ground, anew: &Grown, wanted: &[Schema], random: &mut Random, ran: &mut Ran) -> Result<(), String> {
    let mut world = World::new(ground, anew.migrations().runner(), |words| anew.says(words), ran);
    let mut serial = 0;
    let mut start = Schema::default();
    for (at, end) in wanted.iter().enumerate() {
        world.fill(&start, random, &mut serial);
        let before = world.look().facts;
        world.go_by(Direction::Up, &id(at), Some(&anew.replayed(at).up))?;
        world.is_as_folded(end)?;
        let below = if at == 0 { "base".to_owned() } else { id(at - 1) };
        world.go_by(Direction::Down, &below, anew.replayed(at).down.as_ref())?;
        let after = world.look().facts;
        if after != before {
            return Err(format!("the way back does not lead back:{}", difference(&before, &after)));
        }
        world.go(Direction::Up, &id(at))?;
        start = end.clone();
    }
    Ok(())
}
