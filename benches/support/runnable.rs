//! A generated history, ready to be run: as `migrations!` writes it, and as `embed_migrations!` does with the same SQL.

use crate::history::Generated;
use diesel_migrations::{EmbeddedMigration, EmbeddedName, TomlMetadataWrapper};
use mina_core::config::Config;
use mina_core::history::{History, Revision, checksum};
use mina_core::record::{Encoded, Record, Rendered};
use mina_core::sql::unit::{Action, Unit};
use mina_core::syntax::{parse, source};
use mina_runtime::{Created, Migration, Migrations};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The same history twice. It is kept for the life of the process, as a program's own is.
pub struct Runnable {
    pub mina: Migrations,
    pub diesel: &'static [EmbeddedMigration],
    /// The statements of each upgrade.
    #[allow(dead_code)] // Not every bench runs them bare.
    pub statements: Vec<&'static str>,
}

impl Runnable {
    /// For the first engine of a mina.toml.
    pub fn new(generated: &[Generated], config: Config) -> Result<Self> {
        let history = history(generated, config)?;
        let mut mina: Vec<Migration> = Vec::new();
        let (mut diesel, mut bare) = (Vec::new(), Vec::new());
        let mut parent: Option<&str> = None;
        for (index, generated) in generated.iter().enumerate() {
            let replayed = &history.checked(index).engines[0];
            let tokens = &history.revisions[index].tokens;
            let up = mina_core::sql::render(&replayed.up, tokens, None);
            let down = replayed.down.as_ref().ok_or("every generated migration has a downgrade")?;
            let down = mina_core::sql::render(down, tokens, None);
            let rendered = Rendered {
                engine: replayed.up.target.engine(),
                checksum: checksum(replayed),
                up: serde_json::to_string(&up)?,
                down: serde_json::to_string(&down)?,
            };
            let record = Record {
                id: &generated.id,
                message: &generated.slug,
                parents: Vec::from_iter(parent),
                file: &format!("versions/{}_{}.rs", generated.id, generated.slug),
                engines: vec![rendered],
                ..Record::default()
            };
            parent = Some(&generated.id);
            mina.push(Migration {
                record: Encoded(record.encode().leak()),
                runs: &[],
                source: generated.text.clone().leak(),
            });
            let up: &'static str = statements(&up)?.leak();
            bare.push(up);
            diesel.push(EmbeddedMigration::new(
                up,
                Some(statements(&down)?.leak()),
                EmbeddedName::new(format!("{}_{}", generated.id, generated.slug).leak()),
                TomlMetadataWrapper::new(true),
            ));
        }
        let created = history.targets(None).iter().map(|&target| {
            let creation = serde_json::to_string(&history.creation(None, target))?;
            Ok(Created {
                bind: None,
                engine: target.engine(),
                creation: creation.leak(),
            })
        });
        Ok(Self {
            mina: Migrations {
                migrations: mina.leak(),
                creations: created.collect::<Result<Vec<_>>>()?.leak(),
                config: "",
                directory: "",
            },
            diesel: diesel.leak(),
            statements: bare,
        })
    }
}

fn history(generated: &[Generated], config: Config) -> Result<History> {
    let mut revisions = Vec::with_capacity(generated.len());
    for migration in generated {
        for block in source::scan(&migration.text)? {
            let parsed = parse::parse(&block.tokens);
            revisions.push(Revision {
                block: parsed.block,
                tokens: block.tokens,
                syntax: parsed.diagnostics,
                ..Revision::default()
            });
        }
    }
    Ok(History::new(config, revisions))
}

/// What a file of SQL would say; an error where a step is more than SQL.
fn statements(units: &[Unit]) -> Result<String> {
    let mut text = String::new();
    for step in units.iter().flat_map(|unit| &unit.steps) {
        match &step.action {
            Action::Sql(sql) => text += &format!("{sql};\n"),
            Action::Batch(change) => {
                for edit in &change.edits {
                    let sql = edit.kind.sql(&change.table).ok_or("a generated change has a statement of SQL")?;
                    text += &format!("{sql};\n");
                }
            }
            Action::Count { .. } | Action::Expect { .. } => {}
            other => return Err(format!("{other:?} is no SQL").into()),
        }
    }
    Ok(text)
}
