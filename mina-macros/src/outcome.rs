use mina_core::check::{self, Checked, Replayed, Subject};
use mina_core::config::Config;
use mina_core::diagnostic::{Code, Diagnostic};
use mina_core::history::{Revision, checksum};
use mina_core::record::{Record, Rendered};
use mina_core::sql;
use mina_core::sql::unit::{Back, Unit};
use mina_core::syntax::ast::{Downgrade, Ident};

/// What a block comes to: plain data, made on any thread.
pub struct Outcome {
    /// What is said against it.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether it is refused: then it has no SQL.
    pub refused: bool,
    /// The migration as it stands in the binary.
    pub record: String,
}

impl Outcome {
    /// Of a `partial` history nothing is said that needs the whole.
    pub fn new(revision: &Revision, checked: &Checked, config: &Config, mut diagnostics: Vec<Diagnostic>, partial: bool) -> Self {
        if partial {
            diagnostics.retain(|diagnostic| diagnostic.code().is_some_and(|code| code <= Code::M006));
        }
        let refused = partial || diagnostics.iter().any(Diagnostic::is_error);
        Self {
            record: record(revision, if refused { &[] } else { &checked.engines }, config).encode(),
            diagnostics,
            refused,
        }
    }
}

fn record<'a>(revision: &'a Revision, engines: &[Replayed], config: &Config) -> Record<'a> {
    let block = &revision.block;
    let mut record = Record {
        id: block.revision.as_ref().map_or("", |id| &id.text),
        message: block.message(),
        description: block.description(),
        parents: texts(&block.revises),
        depends_on: texts(&block.depends_on),
        label: block.label.as_ref().map(|label| &*label.text),
        alias: block.alias.as_ref().map(|alias| &*alias.text),
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

fn ways_back(revision: &Revision, engines: &[Replayed], replayed: &Replayed, config: &Config) -> Vec<Back> {
    let parents: Vec<_> = engines.iter().map(|other| (other.up.target, other.up.start.clone())).collect();
    let subject = Subject {
        block: &revision.block,
        tokens: &revision.tokens,
        file: &revision.file,
        config,
        parents: &parents,
    };
    check::ways_back(&subject, &replayed.up)
}

fn texts(idents: &[Ident]) -> Vec<&str> {
    idents.iter().map(|ident| ident.text.as_str()).collect()
}
