//! `diff`: the operations that lead from one schema to another, of revisions, databases or the models.

use crate::failure::Failure;
use crate::ground::{Ground, resolve};
use crate::live::Live;
use crate::models::{self, indented};
use crate::session::Session;
use mina_command::Output;
use mina_core::autogenerate::{Side, between};
use mina_core::diff::Renames;
use mina_core::engine::Target;
use mina_core::schema::Schema;
use mina_core::secret::Secret;
use serde_json::json;

/// Something that has a schema.
enum Place {
    Revisions(Vec<usize>),
    Database(Box<Live>),
    Models,
}

impl Session {
    pub fn diff(&self, from: &str, to: &str) -> Result<Output, Failure> {
        let ground = Ground::read(self.project()?)?;
        models::sound(ground.history(), &ground.sources)?;
        let named: Vec<&str> = [from, to].into_iter().filter(|text| !is_place(text)).collect();
        let bind = ground.bind(&self.options, &named)?;
        let bind = bind.as_deref();
        let (have, want) = (self.place(&ground, from, bind)?, self.place(&ground, to, bind)?);
        let config = ground.project.config()?;
        let mut targets: Vec<Target> = config.bind(bind).map_or_else(Vec::new, |database| database.engines.clone());
        for live in [&have, &want].into_iter().filter_map(Place::database) {
            let target = live.target(&ground, bind)?;
            targets.retain(|other| *other == target);
        }
        if targets.is_empty() {
            return Err(Failure::usage(
                "the two databases are of different engines, and their schemas have no words in common",
            ));
        }
        let (mut sides, mut renames) = (Vec::new(), Renames::default());
        for &target in &targets {
            let (have, want, said) = schemas(&ground, bind, target, &have, &want)?;
            renames = said;
            sides.push(Side { target, have, want });
        }
        let draft = between(config, &sides, &renames);
        let (operations, back) = (draft.upgrade(), draft.downgrade());
        let mut text = match operations.is_empty() && draft.left.is_empty() {
            true => format!("{} and {} have the same schema\n", have.name(from), want.name(to)),
            false => indented(&operations, ""),
        };
        for words in &draft.left {
            text += &format!("// {words}\n");
        }
        Ok(Output {
            text,
            json: json!({ "operations": operations, "back": back, "unsaid": draft.left }),
            code: 0,
            ..Output::default()
        })
    }

    fn place(&self, ground: &Ground, text: &str, bind: Option<&str>) -> Result<Place, Failure> {
        match text {
            "models" => Ok(Place::Models),
            "database" => Ok(Place::Database(Box::new(Live::read(ground, &self.options, bind, None)?))),
            url if is_place(url) => {
                let url = Secret::from(url);
                Ok(Place::Database(Box::new(Live::read(ground, &self.options, bind, Some(&url))?)))
            }
            target => Ok(Place::Revisions(resolve(ground.graph(bind), target, "")?)),
        }
    }
}

impl Place {
    /// As it was named; a url may hold a password.
    fn name(&self, text: &str) -> String {
        match self {
            Self::Database(live) => live.location.to_string(),
            _ => text.to_owned(),
        }
    }

    fn database(&self) -> Option<&Live> {
        match self {
            Self::Database(live) => Some(live),
            _ => None,
        }
    }
}

fn is_place(text: &str) -> bool {
    text.contains("://") || text == "models" || text == "database"
}

/// Both schemas on one engine, a database's in the words of the other's where they say the same.
fn schemas(ground: &Ground, bind: Option<&str>, target: Target, have: &Place, want: &Place) -> Result<(Schema, Schema, Renames), Failure> {
    let at = |revisions: &[usize]| {
        let graph = ground.graph(bind);
        let below = graph.with_ancestors(revisions.iter().copied());
        let ids: Vec<&str> = below.iter().map(|revision| graph.id(revision)).collect();
        ground.history().schema_of(bind, target, ids).unwrap_or_default()
    };
    let none = Renames::default();
    Ok(match (have, want) {
        (Place::Revisions(have), Place::Revisions(want)) => (at(have), at(want), none),
        (Place::Database(have), Place::Revisions(want)) => (have.in_words_of(&at(want)), at(want), none),
        (Place::Revisions(have), Place::Database(want)) => (at(have), want.in_words_of(&at(have)), none),
        (Place::Database(have), Place::Database(want)) => (have.schema().clone(), want.in_words_of(have.schema()), none),
        (Place::Models, Place::Models) => (Schema::default(), Schema::default(), none),
        (Place::Revisions(have), Place::Models) => models_beside(ground, bind, target, have)?,
        (Place::Models, Place::Revisions(want)) => {
            let (want, have, renames) = models_beside(ground, bind, target, want)?;
            (have, want, renames.reversed())
        }
        (Place::Database(live), Place::Models) => {
            let heads: Vec<usize> = ground.graph(bind).heads().collect();
            let (have, want, renames) = models_beside(ground, bind, target, &heads)?;
            (live.in_words_of(&have), want, renames)
        }
        (Place::Models, Place::Database(live)) => {
            let heads: Vec<usize> = ground.graph(bind).heads().collect();
            let (have, want, renames) = models_beside(ground, bind, target, &heads)?;
            (want, live.in_words_of(&have), renames.reversed())
        }
    })
}

fn models_beside(ground: &Ground, bind: Option<&str>, target: Target, revisions: &[usize]) -> Result<(Schema, Schema, Renames), Failure> {
    let asked = models::read(ground, bind, revisions)?;
    let Some(asked) = asked else {
        let failure = Failure::usage("there are no models to compare");
        return Err(failure.or("name their file in mina.toml: `models = \"../src/models.rs\"`"));
    };
    let side = asked.sides.into_iter().find(|side| side.target == target);
    let side = side.ok_or_else(|| Failure::failed(format!("the models say nothing for {target}")))?;
    Ok((side.have, side.want, asked.renames))
}
