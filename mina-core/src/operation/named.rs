//! What raw SQL names, and what to say where it is not there, or takes no value.

use super::lookup::path;
use super::replay::{Replay, Resolution};
use super::row::BY_QUERY;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::engine::Engine;
use crate::schema::{Expression, ObjectName, Table};
use crate::sql::dialect;
use crate::sql::reference::{Fault, faults, faults_of_trigger};
use crate::sql::text::{ddl_kind, split_statements};
use crate::syntax::Span;
use crate::syntax::ast::{SqlString, Undo};
use std::sync::Arc;

impl Replay<'_> {
    /// The tables and columns that SQL names are there.
    pub(super) fn sql_names(&mut self, sql: &str, span: Span) -> Resolution {
        let found = faults(sql, self.engine(), &self.schema).unwrap_or_default();
        self.say_faults(found, span)
    }

    /// A default is the same for every row: SQLite and PostgreSQL take none that names a column, and MariaDB one that nothing follows when
    /// that column is renamed or dropped.
    pub(super) fn default_names(&mut self, path: &str, default: &Expression, span: Span) -> Resolution {
        let named = match self.engine() {
            // It takes no name for anything else, a text in double quotes among them.
            Engine::Sqlite => default.columns().into_iter().next(),
            engine => {
                let sql = format!("SELECT {} FROM (SELECT 1 AS mina) AS mina", default.sql());
                let found = faults(&sql, engine, &self.schema);
                found.into_iter().flatten().find_map(|fault| match fault {
                    Fault::Anywhere { name, .. } | Fault::Qualifier(name) => Some(name),
                    _ => None,
                })
            }
        };
        let Some(name) = named else { return Ok(()) };
        let message = format!("the default `{default}` of `{path}` names the column `{name}`, but a default is the same for every row");
        let generated = format!("generate the column from it: `#[generated(\"{default}\", stored = true)]`");
        let filled = "or put a text in single quotes, and give rows a value of their own by an `update`";
        self.error(Code::M209, span, message, [generated, filled.to_owned()])
    }

    /// The same for what a trigger runs.
    pub(super) fn trigger_names(&mut self, body: &str, table: &ObjectName, span: Span) -> Resolution {
        let found = faults_of_trigger(body, table, self.engine(), &self.schema);
        self.say_faults(found, span)
    }

    /// The same for a statement's `set` and `where`; what no parser reads is looked at by its first word.
    pub(super) fn row_names(&mut self, table: &Table, set: Option<&SqlString>, filter: Option<&SqlString>) -> Resolution {
        let Some(dialect) = dialect(self.engine()) else { return Ok(()) };
        let object = dialect.object(&table.name);
        let mut result = Ok(());
        if let Some(set) = set {
            let sql = format!("UPDATE {object} SET {}", self.quoted(set));
            result = match faults(&sql, self.engine(), &self.schema) {
                Some(found) => self.say_faults(found, set.span),
                None => self.names_columns(table, set),
            };
        }
        if let Some(filter) = filter {
            let sql = format!("DELETE FROM {object} WHERE {}", self.quoted(filter));
            result = result.and(self.sql_names(&sql, filter.span));
        }
        result
    }

    /// What `undo` says is done to the schema that its statement leaves.
    pub(super) fn undo_names(&mut self, undo: &Undo, effect: bool) -> Resolution {
        let Undo::Sql(text) = undo else { return Ok(()) };
        let Some(text) = text.on(self.engine()) else { return Ok(()) };
        let sql = self.quoted(text);
        if !effect {
            self.no_ddl(&sql, text.span, "`undo`")?;
        }
        self.sql_names(&sql, text.span)
    }

    /// Takes note of what statements may have made that nobody declares.
    pub(super) fn unseen(&mut self, sql: &str) {
        let engine = self.engine();
        for statement in split_statements(sql, engine) {
            let Some(ddl) = ddl_kind(statement, engine) else { continue };
            let unseen = &mut self.schema.unseen;
            crate::sql::reference::words(statement, engine, &mut |word| unseen.add(word));
            unseen.all |= ddl.name.is_none();
        }
    }

    fn say_faults(&mut self, found: Vec<Fault>, span: Span) -> Resolution {
        let mut result = Ok(());
        for fault in found {
            result = result.and(match fault {
                Fault::Table(name) => self.no_table(&name, span),
                Fault::Column { table, name } => self.no_column_in_sql(&table, &name, span),
                Fault::Anywhere { tables, name } => self.nowhere(&tables, &name, span),
                Fault::Qualifier(name) => self.no_qualifier(&name, span),
                Fault::Generated { table, name } => self.takes_no_value(&path(&table.name, &name), span),
                Fault::OfRows(function) => self.of_rows(&function, Code::M502, span, BY_QUERY),
            });
        }
        result
    }

    pub(super) fn takes_no_value(&mut self, path: &str, span: Span) -> Resolution {
        let message = format!("`{path}` is generated and takes no value");
        self.error(Code::M401, span, message, ["leave it out".to_owned()])
    }

    fn no_table(&mut self, name: &ObjectName, span: Span) -> Resolution {
        let bind = self.cx.block.bind.as_ref().map(|bind| bind.text.as_str());
        let ours = self.cx.config.bind(bind).is_none_or(|database| database.compares(name));
        match ours {
            true => self.missing_table(name, span),
            false => Ok(()),
        }
    }

    fn no_column_in_sql(&mut self, table: &Table, name: &str, span: Span) -> Resolution {
        if self.schema.unseen.holds(name) {
            return Ok(());
        }
        let said = self.diagnostics.len();
        let result = self.no_column(table, name, span, Code::M202);
        if self.engine() == Engine::Pg
            && table.columns.iter().any(|column| column.name == name)
            && let Some(diagnostic) = self.diagnostics.get_mut(said)
        {
            diagnostic.help = vec![format!(
                "without quotes PostgreSQL reads it as `{}`: put `{name}` in backticks",
                name.to_lowercase()
            )];
        }
        result
    }

    fn nowhere(&mut self, tables: &[Arc<Table>], name: &str, span: Span) -> Resolution {
        let words: Vec<&str> = tables.iter().map(|table| &*table.name.name).chain([name]).collect();
        if self.tainted(&words) {
            return Err(self.refuse_silently());
        }
        if self.schema.unseen.holds(name) {
            return Ok(());
        }
        let columns = || tables.iter().flat_map(|table| &table.columns);
        let mut error = match tables {
            [] => Diagnostic::error(Code::M202, span, format!("`{name}` is no column: there is no table to have it"))
                .help("a string stands in single quotes"),
            tables => {
                let names: Vec<String> = tables.iter().map(|table| format!("`{}`", table.name)).collect();
                Diagnostic::error(Code::M202, span, format!("none of {} has a column `{name}`", names.join(", ")))
            }
        };
        if let Some(near) = did_you_mean(name, columns().map(|column| column.name.as_str()))
            && let Some(column) = columns().find(|column| column.name == near)
        {
            error = error.help(format!("did you mean `{near}`, from {}?", column.origin));
        }
        Err(self.refuse(error))
    }

    fn no_qualifier(&mut self, name: &str, span: Span) -> Resolution {
        if self.tainted(&[name]) {
            return Err(self.refuse_silently());
        }
        let message = format!("no table of the statement is called `{name}`");
        self.error(
            Code::M201,
            span,
            message,
            ["name it in FROM, or by the alias that it has there".to_owned()],
        )
    }
}
