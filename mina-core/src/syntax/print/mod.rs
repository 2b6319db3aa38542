//! A [`Block`] to text.

mod data;
mod literal;
mod rust;
mod statement;
mod table;
mod text;
mod types;
mod value;
mod writer;

pub(super) use literal::string as literal_string;
pub use literal::{column_path, name, table_name};
pub(super) use rust::tokens_as_text;

use super::Block;
use super::ast::{Body, Downgrade, EngineRef, Ident, ModelBlock, Statement};
use super::format::{format, laid_out};
use writer::Writer;

/// Statements no longer than this are printed on one line by [`statement`].
const SHORT: usize = 120;

/// Prints what stands between the braces of `migration! { … }`, in the form that `mina fmt` gives it.
pub fn print(block: &Block) -> String {
    let mut w = Writer::new(false);
    w.block(block);
    laid_out(&w.finish(), false)
}

/// Prints one statement as a help line shows it: on one line where it is short, without a trailing line break.
///
/// A table that is [`implied`](super::ast::TableRef::implied) is left out, as inside `batch_alter`.
pub fn statement(statement: &Statement) -> String {
    let mut w = Writer::new(true);
    w.statement(statement);
    let line = w.finish();
    if line.chars().count() <= SHORT && !line.contains('\n') {
        return line;
    }
    let mut w = Writer::new(false);
    w.statement(statement);
    laid_out(&w.finish(), true)
}

/// A file of models: `mina::schema! { … }`. The columns of views and what was called otherwise are left out.
pub fn models(block: &ModelBlock) -> String {
    let mut parts = Vec::new();
    if !block.engines.is_empty() {
        parts.push(format!("<{}>", engines(&block.engines)));
    }
    if let Some(bind) = &block.bind {
        parts.push(format!("bind = {};", name(&bind.text)));
    }
    for statement in &block.statements {
        let mut w = Writer::new(false);
        w.create = "";
        w.statement(statement);
        parts.push(w.finish());
    }
    let text = format!("mina::schema! {{\n{}\n}}\n", parts.join("\n\n"));
    format(&text).map(|formatted| formatted.text).unwrap_or(text)
}

fn engines(engines: &[EngineRef]) -> String {
    let names: Vec<&str> = engines.iter().map(|on| on.engine.name()).collect();
    names.join(", ")
}

impl Writer {
    fn block(&mut self, block: &Block) {
        self.head(block);
        self.item("upgrade ");
        self.body(&block.upgrade);
        self.downgrade(&block.downgrade, |w| {
            if let Downgrade::Body(body) = &block.downgrade {
                w.body(body);
            }
        });
    }

    /// What stands before `upgrade`.
    fn head(&mut self, block: &Block) {
        if !block.engines.is_empty() {
            self.item(&format!("<{}>", engines(&block.engines)));
        }
        if !block.doc.is_empty() {
            self.doc(&block.doc, true);
        }
        for allow in text::allows(&block.allow) {
            self.item(&format!("#![{allow}]"));
        }
        if let Some(revision) = &block.revision {
            self.item(&format!("revision = {};", literal::string(&revision.text)));
        }
        let texts = |ids: &[Ident]| ids.iter().map(|id| id.text.clone()).collect::<Vec<_>>();
        self.item(&format!("revises = {};", base_or_ids(&texts(&block.revises))));
        if !block.depends_on.is_empty() {
            self.item(&format!("depends_on = {};", ids_in_brackets(&texts(&block.depends_on))));
        }
        for (key, value) in [("label", &block.label), ("alias", &block.alias)] {
            if let Some(value) = value {
                self.item(&format!("{key} = {};", literal::string(&value.text)));
            }
        }
        if !block.squashes.is_empty() {
            self.item(&format!("squashes = {};", ids_in_brackets(&texts(&block.squashes))));
        }
        if let Some(bind) = &block.bind {
            self.item(&format!("bind = {};", name(&bind.text)));
        }
        if let Some(transaction) = block.transaction {
            self.item(&format!("transaction = {transaction};"));
        }
    }

    /// `downgrade …`, these statements in its braces where it has some.
    fn downgrade(&mut self, downgrade: &Downgrade, body: impl FnOnce(&mut Self)) {
        match downgrade {
            Downgrade::Missing => {}
            Downgrade::Body(_) => {
                self.item("downgrade ");
                body(self);
            }
            Downgrade::Auto(_) => self.item("downgrade = auto;"),
            Downgrade::Irreversible { why, .. } => self.item(&format!("downgrade = irreversible({});", literal::string(why))),
        }
    }

    fn body(&mut self, body: &Body) {
        self.braces(&body.statements, |w, statement| w.statement(statement));
    }
}

/// What stands between the braces of a block with these texts for statements, its lines not yet indented.
pub(super) fn around(block: &Block, upgrade: &str, downgrade: &str) -> String {
    let braces = |text: &str| match text.trim().is_empty() {
        true => "{}".to_owned(),
        false => format!("{{\n{text}\n}}"),
    };
    let mut w = Writer::new(false);
    w.head(block);
    w.item("upgrade ");
    w.push(&braces(upgrade));
    w.downgrade(&block.downgrade, |w| w.push(&braces(downgrade)));
    w.finish()
}

/// The value of `revises`.
pub(super) fn base_or_ids(ids: &[impl AsRef<str>]) -> String {
    match ids {
        [] => "base".into(),
        [id] => literal_string(id.as_ref()),
        ids => ids_in_brackets(ids),
    }
}

/// `["a", "b"]`
pub(super) fn ids_in_brackets(ids: &[impl AsRef<str>]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| literal_string(id.as_ref())).collect();
    format!("[{}]", ids.join(", "))
}
