//! Expressions that say something of one row: checks, generated columns, defaults, the keys and filters of indexes.

use super::replay::{Replay, Resolution};
use crate::diagnostic::Code;
use crate::engine::Engine;
use crate::schema::{Expression, Table, Type};
use crate::syntax::Span;
use crate::syntax::ast::SqlString;

/// Where an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Check,
    Generated { stored: bool },
    Index,
    Default,
}

impl Replay<'_> {
    /// An expression of SQL in the engine's dialect.
    pub(super) fn parse(&mut self, sql: &SqlString, role: Role) -> Resolution<Expression> {
        match Expression::parse(&sql.text, self.engine()) {
            Ok(expression) => {
                self.of_a_row(&expression, role, sql.span)?;
                Ok(expression)
            }
            Err(error) => {
                let message = format!("`{}` is no expression of {}: {error}", sql.text, self.cx.target);
                self.error(Code::M000, sql.span, message, [])
            }
        }
    }

    /// An expression over the columns of a table.
    pub(super) fn expression(&mut self, table: &Table, sql: &SqlString, role: Role) -> Resolution<Expression> {
        let expression = self.parse(sql, role)?;
        self.check_columns(table, &expression, sql.span)?;
        if role == Role::Index {
            self.is_settled(table, &expression, sql.span)?;
        }
        Ok(expression)
    }

    /// PostgreSQL keeps what an index or a generated column comes to, and takes nothing there that settings have a say in.
    pub(super) fn is_settled(&mut self, table: &Table, expression: &Expression, span: Span) -> Resolution {
        let Some(part) = expression.by_settings(table) else { return Ok(()) };
        let message = format!(
            "what `{part}` gives depends on the session's settings, which {} does not take here",
            self.cx.target
        );
        let help = "write `||` for `concat`, `… AT TIME ZONE 'UTC'` before a moment is taken apart, or a function of your own that is declared IMMUTABLE";
        self.error(Code::M502, span, message, [help.to_owned()])
    }

    /// An expression over the columns of a table that is true or false; PostgreSQL takes nothing else for one.
    pub(super) fn condition(&mut self, table: &Table, sql: &SqlString, role: Role) -> Resolution<Expression> {
        let expression = self.expression(table, sql, role)?;
        let known = expression.yields(table).filter(|_| self.engine() == Engine::Pg);
        match known.filter(|ty| !matches!(ty, Type::Bool | Type::Custom(_) | Type::Unknown)) {
            None => Ok(expression),
            Some(ty) => {
                let message = format!("`{expression}` yields `{ty}`, which is no condition on {}", self.cx.target);
                self.error(Code::M502, sql.span, message, ["compare it with a value".to_owned()])
            }
        }
    }

    /// No engine takes what asks for other rows here, nor, where it keeps what it found, what gives something else another time.
    pub(super) fn of_a_row(&mut self, expression: &Expression, role: Role, span: Span) -> Resolution {
        let code = if role == Role::Default { Code::M209 } else { Code::M502 };
        self.no_query(expression, code, span)?;
        if let Some(function) = expression.of_rows() {
            return self.of_rows(&function, code, span, ALONE);
        }
        let fickle = match (role, self.engine()) {
            (Role::Default, _) | (Role::Check, Engine::Pg) | (Role::Generated { stored: false }, Engine::Mysql) => None,
            (Role::Check, Engine::Sqlite) => expression.asks_the_clock(),
            _ => expression.fickle(),
        };
        let Some(function) = fickle else { return Ok(()) };
        let message = format!(
            "`{function}` gives something else another time, which {} does not take here",
            self.cx.target
        );
        let help = "keep what it gives in a column of its own, by a default or a trigger";
        self.error(code, span, message, [help.to_owned()])
    }

    /// An aggregate, or what goes over a window, where one row is looked at.
    pub(super) fn of_rows(&mut self, function: &str, code: Code, span: Span, help: &str) -> Resolution {
        let message = format!("`{function}` is of several rows, which {} does not take here", self.cx.target);
        self.error(code, span, message, [help.to_owned()])
    }

    /// No query stands here.
    pub(super) fn no_query(&mut self, expression: &Expression, code: Code, span: Span) -> Resolution {
        if !expression.has_subquery() {
            return Ok(());
        }
        let message = format!("`{expression}` holds a query, which {} does not take here", self.cx.target);
        self.error(code, span, message, [ALONE.to_owned()])
    }
}

/// What to do where a column's values become others.
pub(super) const BY_UPDATE: &str = "say it of the row alone, and put in by an `update` what other rows have to say";

/// What to do where a value is given once.
pub(super) const BY_QUERY: &str = "say it of the row alone, or take it from a query: `(SELECT … FROM …)`";

const ALONE: &str = "say it of the row alone; what other rows have to say takes a foreign key or a trigger";
