//! Migrations that nobody wrote: from one random schema to another, and back.

use crate::ground::Ground;
use crate::history::{Draft, Grown, grow, id};
use crate::random::Random;
use mina_core::autogenerate::{self, Request, Side};
use mina_core::diff::Renames;
use mina_core::engine::Target;
use mina_core::schema::Schema;
use mina_core::syntax::ast::{Block, Ident};
use mina_core::syntax::{Span, print};

/// The text of the migration that makes one schema of another, on top of those that are there.
pub fn written(ground: &Ground, at: usize, have: &Schema, want: &Schema) -> Result<Option<String>, String> {
    let config = ground.config();
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
    let target = config.bind(None).and_then(|database| database.engines.first().copied()).unwrap_or(Target::SQLITE);
    let sides = [Side {
        target,
        have: have.clone(),
        want: want.clone(),
    }];
    let draft = autogenerate::draft(&Request {
        config: &config,
        sides: &sides,
        renames: &Renames::default(),
        head: &head,
    });
    if draft.is_empty() {
        return Ok(None);
    }
    let text = format!("mina::migration! {{\n{}\n}}\n", print::print(&draft.block));
    match draft.left.is_empty() {
        true => Ok(Some(text)),
        false => Err(format!("not all can be said:\n{}\n{text}", draft.left.join("\n"))),
    }
}

pub fn run(ground: &Ground, drafts: &[Draft], seed: u64) -> Result<(), String> {
    let Ok(grown) = grow(drafts, ground.config()) else { return Ok(()) };
    let mut random = Random::new(seed ^ 0xD1FF);
    let (one, other) = (random.below(drafts.len() + 1), random.below(drafts.len() + 1));
    let schemas = [Schema::default(), grown.schema(one), grown.schema(other)];
    let mut anew = Grown::new(ground.config());
    for pair in schemas.windows(2) {
        let at = anew.texts.len();
        let text = written(ground, at, &pair[0], &pair[1]).map_err(|error| format!("{one} to {other}: {error}"))?;
        if let Some(text) = text {
            anew.push(text);
            if let Some(error) = anew.errors().first() {
                return Err(format!("refused: {error}\n{}", anew.texts.join("\n")));
            }
        }
    }
    Ok(())
}
