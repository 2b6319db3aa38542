//! A checked migration, rendered as it stands in the binary.

use crate::check::{self, Replayed, Subject};
use crate::config::Config;
use crate::history::{Revision, checksum};
use crate::record::{Record, Rendered};
use crate::sql;
use crate::sql::unit::{Back, Unit};
use crate::syntax::ast::{Downgrade, Ident};

impl<'a> Record<'a> {
    /// What is known of a migration when it has been checked, with its SQL for engines on which it was replayed.
    pub fn of(revision: &'a Revision, engines: &[Replayed], config: &Config) -> Self {
        let block = &revision.block;
        let mut record = Record {
            id: block.revision.as_ref().map_or("", |id| &id.text),
            message: block.message(),
            description: block.description(),
            parents: texts(&block.revises),
            depends_on: texts(&block.depends_on),
            label: block.label.as_ref().map(|label| &*label.text),
            alias: block.alias.as_ref().map(|alias| &*alias.text),
            squashes: texts(&block.squashes),
            bind: block.bind.as_ref().map(|bind| &*bind.text),
            file: &revision.file,
            irreversible: match &block.downgrade {
                Downgrade::Irreversible { why, .. } => Some(why),
                _ => None,
            },
            engines: Vec::new(),
            back: Vec::new(),
        };
        for replayed in engines {
            let engine = replayed.up.target.engine();
            if !sql::renders(engine) {
                continue;
            }
            let units = |trace| sql::render(trace, &revision.tokens, block.transaction);
            let json = |units: &Vec<Unit>| serde_json::to_string(units).unwrap_or_default();
            let up = units(&replayed.up);
            if up.len() > 1 {
                let ways = ways_back(revision, engines, replayed, config);
                record.back.push((engine, serde_json::to_string(&ways).unwrap_or_default()));
            }
            record.engines.push(Rendered {
                engine,
                checksum: checksum(replayed),
                up: json(&up),
                down: json(&replayed.down.as_ref().map_or_else(Vec::new, units)),
            });
        }
        record
    }
}

fn ways_back(revision: &Revision, engines: &[Replayed], replayed: &Replayed, config: &Config) -> Vec<Back> {
    let parents: Vec<_> = engines.iter().map(|other| (other.up.target, other.up.start.clone())).collect();
    let subject = Subject {
        block: &revision.block,
        tokens: &revision.tokens,
        file: &revision.file,
        config,
        parents: &parents,
        released: None,
    };
    check::ways_back(&subject, &replayed.up)
}

fn texts(idents: &[Ident]) -> Vec<&str> {
    idents.iter().map(|ident| ident.text.as_str()).collect()
}
