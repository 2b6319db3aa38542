//! Migrations from what stands in their `upgrade` blocks, ready to be run.

use mina_core::config::Config;
use mina_core::engine::Target;
use mina_core::operation::{Context, replay};
use mina_core::record::{Encoded, Record, Rendered};
use mina_core::schema::Schema;
use mina_core::sql::render;
use mina_core::syntax::parse::parse;
use mina_core::syntax::token::flatten_located;
use mina_runtime::{Migration, Migrations};
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The ids, in order.
pub const IDS: [&str; 2] = ["2025", "2026"];

/// A history of one or two revisions. It is kept for the life of the process, as a program's own is.
pub fn history(target: Target, upgrades: &[&str]) -> Result<Migrations> {
    let mut schema = Schema::default();
    let mut migrations: Vec<Migration> = Vec::new();
    for (id, upgrade) in IDS.iter().zip(upgrades) {
        let parent = migrations.last().map(|parent| parent.record.id());
        let revises = parent.map_or_else(|| "base".to_owned(), |parent| format!("\"{parent}\""));
        let rendered = Rendered {
            engine: target.engine(),
            checksum: (*id).to_owned(),
            up: units(
                &mut schema,
                target,
                &format!("revision = \"{id}\"; revises = {revises}; upgrade {{ {upgrade} }}"),
            )?,
            down: "[]".to_owned(),
        };
        let record = Record {
            id,
            parents: parent.into_iter().collect(),
            irreversible: Some("it is measured"),
            engines: vec![rendered],
            ..Record::default()
        };
        migrations.push(Migration {
            record: Encoded(record.encode().leak()),
            source: "",
            runs: &[],
        });
    }
    Ok(Migrations {
        migrations: migrations.leak(),
        creations: &[],
        config: "",
        directory: "",
    })
}

fn units(schema: &mut Schema, target: Target, block: &str) -> Result<String> {
    let tokens = flatten_located(block.parse()?);
    let parsed = parse(&tokens);
    let config = Config::default();
    let cx = Context {
        target,
        targets: &[target],
        config: &config,
        block: &parsed.block,
        tokens: &tokens,
        file: "",
        downgrade: false,
    };
    let trace = replay(schema.clone(), &parsed.block.upgrade, &cx);
    if let Some(problem) = parsed.diagnostics.first().or(trace.diagnostics.first()) {
        return Err(problem.to_string().into());
    }
    let units = serde_json::to_string(&render(&trace, &tokens, None))?;
    *schema = trace.end;
    Ok(units)
}
