//! A generated history, ready to be run: as `migrations!` writes it, and as `embed_migrations!` does with the same SQL.

use crate::history::Generated;
use crate::plain::{self, Steps, statements, text};
use diesel_migrations::{EmbeddedMigration, EmbeddedName, TomlMetadataWrapper};
use mina_core::config::Config;
use mina_core::history::{History, checksum};
use mina_core::record::{Encoded, Record, Rendered};
use mina_runtime::{Created, Migration, Migrations};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The same history twice. It is kept for the life of the process, as a program's own is.
pub struct Runnable {
    pub mina: Migrations,
    pub diesel: &'static [EmbeddedMigration],
    /// The statements of each migration.
    #[allow(dead_code)] // Not every bench runs them bare.
    pub sql: Vec<Steps<&'static str>>,
}

impl Runnable {
    /// For the first engine of a mina.toml.
    pub fn new(generated: &[Generated], config: Config) -> Result<Self> {
        let history = History::new(config, plain::revisions(generated)?);
        let mut mina: Vec<Migration> = Vec::new();
        let (mut diesel, mut bare) = (Vec::new(), Vec::new());
        let mut parent: Option<&str> = None;
        for (index, generated) in generated.iter().enumerate() {
            let replayed = &history.checked(index).engines[0];
            let units = plain::units(&history, index)?;
            let rendered = Rendered {
                engine: replayed.up.target.engine(),
                checksum: checksum(replayed),
                up: serde_json::to_string(&units.up)?,
                down: serde_json::to_string(&units.down)?,
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
            let sql: Steps<&'static str> = Steps {
                up: text(&statements(&units.up)?).leak(),
                down: text(&statements(&units.down)?).leak(),
            };
            diesel.push(EmbeddedMigration::new(
                sql.up,
                Some(sql.down),
                EmbeddedName::new(format!("{}_{}", generated.id, generated.slug).leak()),
                TomlMetadataWrapper::new(true),
            ));
            bare.push(sql);
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
            sql: bare,
        })
    }
}
