use mina_core::check::{Checked, Replayed};
use mina_core::diagnostic::{Code, Diagnostic};
use mina_core::history::{Revision, checksum};
use mina_core::record::{Record, Rendered};
use mina_core::sql;
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
    pub fn new(revision: &Revision, checked: &Checked, mut diagnostics: Vec<Diagnostic>, partial: bool) -> Self {
        if partial {
            diagnostics.retain(|diagnostic| diagnostic.code().is_some_and(|code| code <= Code::M006));
        }
        let refused = partial || diagnostics.iter().any(Diagnostic::is_error);
        Self {
            record: record(revision, if refused { &[] } else { &checked.engines }).encode(),
            diagnostics,
            refused,
        }
    }
}

fn record<'a>(revision: &'a Revision, engines: &[Replayed]) -> Record<'a> {
    let block = &revision.block;
    let rendered = |replayed: &&Replayed| sql::renders(replayed.up.target.engine());
    Record {
        id: block.revision.as_ref().map_or("", |id| &id.text),
        message: block.message(),
        description: block.doc.split_once('\n').map_or("", |(_, rest)| rest.trim()),
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
        engines: engines.iter().filter(rendered).map(|replayed| render(revision, replayed)).collect(),
    }
}

fn render(revision: &Revision, replayed: &Replayed) -> Rendered {
    let units = |trace| {
        let units = sql::render(trace, &revision.tokens, revision.block.transaction);
        serde_json::to_string(&units).unwrap_or_default()
    };
    Rendered {
        engine: replayed.up.target.engine(),
        checksum: checksum(replayed),
        up: units(&replayed.up),
        down: replayed.down.as_ref().map_or_else(|| "[]".to_owned(), units),
    }
}

fn texts(idents: &[Ident]) -> Vec<&str> {
    idents.iter().map(|ident| ident.text.as_str()).collect()
}
