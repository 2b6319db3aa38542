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

pub use literal::{column_path, name, table_name};
pub(super) use rust::tokens_as_text;

use super::Block;
use super::ast::{Body, Downgrade, Ident, Statement};
use super::format::laid_out;
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

impl Writer {
    fn block(&mut self, block: &Block) {
        if !block.engines.is_empty() {
            let engines: Vec<&str> = block.engines.iter().map(|on| on.engine.name()).collect();
            self.item(&format!("<{}>", engines.join(", ")));
        }
        if !block.doc.is_empty() {
            self.doc(&block.doc, true);
        }
        if !block.allow.is_empty() {
            self.item(&format!("#![{}]", text::allow(&block.allow)));
        }
        if let Some(revision) = &block.revision {
            self.item(&format!("revision = {};", literal::string(&revision.text)));
        }
        self.item(&format!("revises = {};", parents(&block.revises)));
        if !block.depends_on.is_empty() {
            self.item(&format!("depends_on = [{}];", literal::strings(&block.depends_on)));
        }
        for (key, value) in [("label", &block.label), ("alias", &block.alias)] {
            if let Some(value) = value {
                self.item(&format!("{key} = {};", literal::string(&value.text)));
            }
        }
        if let Some(bind) = &block.bind {
            self.item(&format!("bind = {};", name(&bind.text)));
        }
        if let Some(transaction) = block.transaction {
            self.item(&format!("transaction = {transaction};"));
        }
        self.item("upgrade ");
        self.body(&block.upgrade);
        match &block.downgrade {
            Downgrade::Missing => {}
            Downgrade::Body(body) => {
                self.item("downgrade ");
                self.body(body);
            }
            Downgrade::Auto(_) => {
                self.item("downgrade = auto;");
            }
            Downgrade::Irreversible { why, .. } => {
                self.item(&format!("downgrade = irreversible({});", literal::string(why)));
            }
        }
    }

    fn body(&mut self, body: &Body) {
        self.braces(&body.statements, |w, statement| w.statement(statement));
    }
}

fn parents(ids: &[Ident]) -> String {
    match ids {
        [] => "base".into(),
        [id] => literal::string(&id.text),
        ids => format!("[{}]", literal::strings(ids)),
    }
}
