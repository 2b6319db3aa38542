//! `print-schema`: the tables that the history makes.

use crate::failure::Failure;
use crate::history::needs_database;
use crate::session::Session;
use crate::warnings::warn;
use mina_command::Output;
use mina_command::source::Form;
use mina_core::engine::{Engine, Target};
use mina_core::history::History;
use mina_core::models;
use mina_core::models::diesel::declare;
use mina_core::schema::Schema;
use serde_json::json;

impl Session {
    pub fn print_schema(&self, at: &str, engine: Option<Engine>, form: Form) -> Result<Output, Failure> {
        let project = self.project()?;
        project.config()?;
        let sources = project.sources();
        warn(&sources);
        let history = &sources.history;
        let bind = self.options.bind.as_deref().filter(|bind| *bind != "default");
        let schemas = schemas(history, bind, at, engine)?;
        let sides: Vec<(Engine, &Schema)> = schemas.iter().map(|(target, schema)| (target.engine(), schema)).collect();
        let text = match form {
            Form::Mina => models::print_all(&sides, &history.config, bind),
            Form::Diesel => {
                let (declarations, disagreements) = declare(&sides, &Vec::new());
                if let Some(first) = disagreements.first() {
                    let engines: Vec<String> = first
                        .each
                        .iter()
                        .map(|(engine, _)| format!("`--engine {}`", word(*engine)))
                        .collect();
                    return Err(Failure::Usage(format!("to Diesel {first}: say {}", engines.join(" or "))));
                }
                format!("// Printed by `mina print-schema` from the history.\n\n{declarations}")
            }
        };
        let each: Vec<_> = sides
            .iter()
            .map(|(engine, schema)| {
                let tables: Vec<_> = schema.tables().values().map(AsRef::as_ref).collect();
                let views: Vec<_> = schema.views().values().map(AsRef::as_ref).collect();
                json!({ "engine": word(*engine), "tables": tables, "views": views })
            })
            .collect();
        Ok(Output {
            json: json!({ "bind": bind.unwrap_or("default"), "at": at, "engines": each, "text": text }),
            text,
            code: 0,
            ..Output::default()
        })
    }
}

fn word(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Pg => "postgres",
        Engine::Mysql => "mariadb",
    }
}

/// The schema at a target on the engines that are asked for.
fn schemas(history: &History, bind: Option<&str>, at: &str, engine: Option<Engine>) -> Result<Vec<(Target, Schema)>, Failure> {
    let (Some(database), Some((_, graph))) = (history.config.bind(bind), history.graphs().find(|(name, _)| *name == bind)) else {
        let known = history.graphs().map(|(name, _)| name.unwrap_or("default").to_owned()).collect();
        return Err(Failure::NoBind {
            bind: bind.unwrap_or("default").to_owned(),
            known,
        });
    };
    if needs_database(at) {
        let message = format!("`{at}` counts from what is applied, and `print-schema` asks no database: name a revision");
        return Err(Failure::Usage(message));
    }
    let found = graph
        .resolve(at, &graph.none())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let ids: Vec<&str> = found.iter().map(|revision| graph.id(*revision)).collect();
    let wanted = database
        .engines
        .iter()
        .filter(|target| engine.is_none_or(|engine| engine == target.engine()));
    let schemas: Vec<(Target, Schema)> = wanted
        .filter_map(|target| Some((*target, history.schema_of(bind, *target, ids.iter().copied())?)))
        .collect();
    if let (Some(engine), true) = (engine, schemas.is_empty()) {
        let declared: Vec<&str> = database.engines.iter().map(|target| word(target.engine())).collect();
        let message = format!("mina.toml does not declare {}, but {}", word(engine), declared.join(", "));
        return Err(Failure::Usage(message));
    }
    Ok(schemas)
}
