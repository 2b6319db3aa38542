//! `migrate`: the migration that the models ask for.

use crate::failure::Failure;
use crate::ground::{Ground, resolve};
use crate::hook;
use crate::live::Live;
use crate::models::{self, indented};
use crate::rename::{self, Candidate};
use crate::session::Session;
use mina_command::Output;
use mina_command::source::Revision;
use mina_core::autogenerate::{Draft, Side, between};
use serde_json::json;
use std::mem::ManuallyDrop;

impl Session {
    /// Compares models and history, and writes what makes them agree.
    pub fn migrate(&self, mut wanted: Revision) -> Result<Output, Failure> {
        // The process ends after this, which is faster than taking everything apart.
        let mut ground = ManuallyDrop::new(Ground::read(self.project()?)?);
        ground.sources.history.trust();
        hook::check(&ground.project)?;
        let bind = ground.bind(&self.options, &[&wanted.head])?;
        let graph = ground.graph(bind.as_deref());
        let parents = resolve(graph, &wanted.head, "--head ")?;
        let Some(asked) = models::read(&ground, bind.as_deref(), &parents)? else {
            if wanted.from_db || !wanted.rename.is_empty() {
                return Err(
                    Failure::usage("there are no models to compare").or("name their file in mina.toml: `models = \"../src/models.rs\"`")
                );
            }
            let words = "there are no models to compare the history with, so the migration is empty: what it does is yours to write; `models = \"…\"` in mina.toml names the file that has them";
            return self.new_migration(&ground, wanted, None, &[words.to_owned()]);
        };
        let mut asked = ManuallyDrop::new(asked);
        let asked = &mut *asked;
        models::sound(ground.history(), &ground.sources)?;
        let mut is_another = false;
        if wanted.from_db {
            let live = Live::read(&ground, &self.options, bind.as_deref(), None)?;
            live.target(&ground, bind.as_deref())?;
            let instead = live.instead(&asked.sides);
            let made = |side: &Side| {
                asked
                    .sides
                    .iter()
                    .any(|other| other.target == side.target && other.have == side.have)
            };
            is_another = !instead.as_ref().is_some_and(made);
            asked.sides = instead.into_iter().collect();
        }
        let Some(first) = asked.sides.first() else {
            return Err(Failure::failed("no engine is in force, so there is nothing to compare for"));
        };
        rename::said(&std::mem::take(&mut wanted.rename), first, &mut asked.renames)?;
        let asks = rename::can_ask();
        if asks {
            rename::ask(first, &mut asked.renames)?;
        }
        let open = if asks {
            Vec::new()
        } else {
            rename::candidates(first, &asked.renames)
        };
        let config = ground.project.config()?;
        let draft = between(config, &asked.sides, &asked.renames);
        if draft.is_empty() {
            return Ok(nothing());
        }
        if !draft.left.is_empty() {
            return Err(unsaid(&draft));
        }
        let (upgrade, downgrade) = (draft.upgrade(), draft.downgrade());
        let mut notes = draft.review.clone();
        notes.extend(open.iter().map(hint));
        let body = (upgrade.join("\n"), downgrade.join("\n"));
        let written = self.new_migration(&ground, wanted, Some(body), &notes);
        let mut output = written.map_err(|failure| match is_another {
            true => failure.or("the database is not what the history makes: `mina diff head database` prints what it has besides"),
            false => failure,
        })?;
        output.text += &indented(&upgrade, "    ");
        output.json["operations"] = json!(upgrade);
        output.json["review"] = json!(draft.review);
        Ok(output)
    }
}

fn nothing() -> Output {
    Output {
        text: "nothing changed: the models and the history agree\n".to_owned(),
        json: json!({ "file": null, "operations": [], "review": [] }),
        code: 0,
        ..Output::default()
    }
}

/// What a person who meant it would say.
fn hint(candidate: &Candidate) -> String {
    let (what, comes) = match candidate {
        Candidate::Table(old, new) => (format!("the table `{old}` goes"), format!("`{new}` comes")),
        Candidate::Column(table, old, new) => (format!("`{table}.{old}` goes"), format!("`{table}.{new}` comes")),
    };
    format!(
        "{what} and {comes}: if that is a new name, take the file away and say `--rename {}`",
        candidate.option()
    )
}

fn unsaid(draft: &Draft) -> Failure {
    let failure = Failure::refused("the models ask for what no migration can be written for; nothing was written");
    let failure = draft.left.iter().fold(failure, |failure, words| failure.or(words.clone()));
    failure.or(format!(
        "write that part by hand with `mina revision`; this is what was tried:\n{}",
        indented(&draft.upgrade(), "    ").trim_end()
    ))
}
