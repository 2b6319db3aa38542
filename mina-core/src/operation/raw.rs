//! Raw SQL and Rust, and what they are declared to do.

use super::Operation;
use super::replay::{Replay, Resolution};
use crate::diagnostic::Code;
use crate::sql::text::{Ddl, DdlVerb, ddl_kind, split_statements};
use crate::syntax::Span;
use crate::syntax::ast::{Block, Body, Downgrade, RunBody, SqlText, Statement, StatementKind, Undo};

/// The `run` steps of a block, upgrade first, in the order that [`Operation::Run`] counts them.
pub fn run_steps(block: &Block) -> Vec<&RunBody> {
    let mut steps = Vec::new();
    add_steps(&block.upgrade.statements, &mut steps);
    if let Downgrade::Body(body) = &block.downgrade {
        add_steps(&body.statements, &mut steps);
    }
    steps
}

fn add_steps<'b>(statements: &'b [Statement], steps: &mut Vec<&'b RunBody>) {
    for statement in statements {
        let undo = match &statement.kind {
            StatementKind::Run { body, undo, .. } => {
                steps.push(body);
                undo
            }
            StatementKind::Execute { undo, .. }
            | StatementKind::Update { undo, .. }
            | StatementKind::Delete { undo, .. }
            | StatementKind::Backfill { undo, .. } => undo,
            _ => continue,
        };
        if let Undo::Body(body) = undo {
            add_steps(&body.statements, steps);
        }
    }
}

impl<'a> Replay<'a> {
    pub(super) fn execute(&mut self, sql: &'a SqlText, effect: Option<&'a Body>, undo: &Undo, keyword: Span) -> Resolution {
        let (text, written) = self.sql(sql, "`execute`")?;
        if effect.is_none() {
            self.no_ddl(&text, written.span, "`execute`")?;
        }
        self.sql_names(&text, written.span)?;
        let before = self.now();
        let declares = effect.is_some();
        let effect = self.effect(effect)?;
        self.unseen(&text);
        self.undo_names(undo, declares)?;
        let operation = Operation::Execute {
            sql: text,
            effect,
            undo: undo.clone(),
        };
        self.emit_applied(operation, keyword, before);
        Ok(())
    }

    /// Refuses SQL that changes the schema without saying how.
    pub(super) fn no_ddl(&mut self, sql: &str, span: Span, what: &str) -> Resolution {
        let engine = self.engine();
        let mut changes = split_statements(sql, engine)
            .into_iter()
            .filter_map(|statement| ddl_kind(statement, engine));
        match changes.find(|ddl| !ddl.temporary) {
            Some(ddl) => self.changes_schema(&ddl, span, what),
            None => Ok(()),
        }
    }

    fn changes_schema(&mut self, ddl: &Ddl, span: Span, what: &str) -> Resolution {
        let on = ddl.name.as_ref().map(|name| format!(" `{name}`")).unwrap_or_default();
        if let Some(name) = &ddl.name {
            self.schema.taint.add(&name.name);
        }
        let message = format!("{what} changes the schema: it {} the {}{on}", verb(ddl.verb), ddl.object);
        let declare = match what {
            "`undo`" => "write the operations: `undo { … }`".to_owned(),
            _ => "say what it does to the schema: `execute \"…\" { effect { … } }`, with an empty `effect {}` if nothing".to_owned(),
        };
        let mut help = Vec::new();
        help.extend(instead(ddl).map(|operation| format!("write `{operation}` instead")));
        help.push(if help.is_empty() { declare } else { format!("or {declare}") });
        self.error(Code::M402, span, message, help)
    }

    pub(super) fn run(&mut self, body: &'a RunBody, effect: Option<&'a Body>, undo: &Undo, keyword: Span) -> Resolution {
        let steps = run_steps(self.cx.block);
        let index = steps
            .iter()
            .position(|step| step.span.start == body.span.start && step.text == body.text);
        let before = self.now();
        let declares = effect.is_some();
        let effect = self.effect(effect)?;
        self.schema.unseen.all |= body.text.to_lowercase().contains("create");
        self.undo_names(undo, declares)?;
        let operation = Operation::Run {
            index: index.unwrap_or_default(),
            text: body.text.clone(),
            effect,
            undo: undo.clone(),
        };
        self.emit_applied(operation, keyword, before);
        Ok(())
    }
}

fn verb(verb: DdlVerb) -> &'static str {
    match verb {
        DdlVerb::Create => "creates",
        DdlVerb::Alter => "alters",
        DdlVerb::Drop => "drops",
        DdlVerb::Rename => "renames",
        DdlVerb::Truncate => "empties",
        DdlVerb::Comment => "comments on",
    }
}

/// The operation of the language that does the same.
fn instead(ddl: &Ddl) -> Option<String> {
    let name = ddl.name.as_ref().map_or_else(|| "…".to_owned(), ToString::to_string);
    let object = ddl.object.rsplit(' ').next().unwrap_or_default();
    let plain = !ddl.object.contains("materialized") && !ddl.object.contains("virtual") && !ddl.object.contains("foreign");
    Some(match (ddl.verb, object) {
        _ if !plain => return None,
        (DdlVerb::Create, "table") => format!("create_table {name} {{ … }}"),
        (DdlVerb::Alter, "table") => format!("batch_alter {name} {{ … }}"),
        (DdlVerb::Drop, "table") => format!("drop_table {name};"),
        (DdlVerb::Rename, "table") => format!("rename_table {name} => …;"),
        (DdlVerb::Truncate, _) => format!("delete {name} {{}}"),
        (DdlVerb::Create, "index") => format!("create_index {name} on … (…);"),
        (DdlVerb::Drop, "index") => format!("drop_index {name} on …;"),
        (DdlVerb::Alter, "index") => format!("rename_index {name} => … on …;"),
        (DdlVerb::Create, "type") => format!("create_enum {name} (…);"),
        (DdlVerb::Alter, "type") => format!("alter_enum {name} {{ add = \"…\" }}"),
        (DdlVerb::Drop, "type") => format!("drop_enum {name};"),
        (DdlVerb::Create, "view") => format!("create_view {name} as \"…\";"),
        (DdlVerb::Create, "trigger") => format!("create_trigger {name} on … \"…\";"),
        (DdlVerb::Drop, "trigger") => format!("drop_trigger {name} on …;"),
        (DdlVerb::Create, "function") => format!("create_function {name}(…) \"…\";"),
        (DdlVerb::Drop, "function") => format!("drop_function {name}(…);"),
        (DdlVerb::Create, "sequence") => format!("create_sequence {name} {{ … }}"),
        (DdlVerb::Comment, "table" | "column") => format!("comment_on {name} \"…\";"),
        (DdlVerb::Create | DdlVerb::Drop, "view" | "sequence" | "schema" | "extension") => {
            let verb = if ddl.verb == DdlVerb::Create { "create" } else { "drop" };
            format!("{verb}_{object} {name};")
        }
        _ => return None,
    })
}
