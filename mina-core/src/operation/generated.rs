//! Expressions whose type matters: those that columns are generated from, and conditions.

use super::conversion::is_implicit;
use super::lookup::path;
use super::replay::{Replay, Resolution};
use super::support::virtual_columns;
use crate::diagnostic::Code;
use crate::engine::Engine;
use crate::schema::{Column, Expression, Generated, ObjectName, Table, Type};
use crate::syntax::Span;
use crate::syntax::ast::{ColumnChanges, SqlString, UsingDef};

impl Replay<'_> {
    pub(super) fn generated_of(&mut self, expression: &SqlString, stored: bool) -> Resolution<Option<Generated>> {
        if !stored {
            self.require(virtual_columns, "generated columns that are not stored", expression.span)?;
        }
        let expression = self.parse(expression)?;
        Ok(Some(Generated { expression, stored }))
    }

    /// PostgreSQL makes a column's type of what it is generated from where it does so by itself.
    pub(super) fn yields_type(&mut self, table: &Table, name: &str, expression: &Expression, span: Span) -> Resolution {
        let Some(column) = table.column(name) else { return Ok(()) };
        let Some(yielded) = self.yields_another(table, expression, &column.ty) else {
            return Ok(());
        };
        let message = format!(
            "`{}` is `{}`, but `{expression}` yields `{yielded}`, which {} does not turn into it by itself",
            path(&table.name, name),
            column.ty,
            self.cx.target
        );
        let help = format!("make it `{yielded}`, or write `CAST({expression} AS …)` where there is such a cast");
        self.error(Code::M502, span, message, [help])
    }

    /// No engine takes a query in a check, an index, a generated column or a default, and PostgreSQL none that gives a type its values.
    pub(super) fn no_query(&mut self, expression: &Expression, code: Code, span: Span) -> Resolution {
        if !expression.has_subquery() {
            return Ok(());
        }
        let message = format!("`{expression}` holds a query, which {} does not take here", self.cx.target);
        let help = "say it of the row alone; what other rows have to say takes a foreign key or a trigger";
        self.error(code, span, message, [help.to_owned()])
    }

    /// The type that an expression yields, where PostgreSQL does not make the other of it by itself.
    fn yields_another(&self, table: &Table, expression: &Expression, ty: &Type) -> Option<Type> {
        let yielded = expression.yields(table).filter(|_| self.engine() == Engine::Pg)?;
        let is_known = !matches!(yielded, Type::Custom(_)) && !matches!(ty, Type::Custom(_));
        (is_known && !is_implicit(&yielded, ty, Engine::Pg)).then_some(yielded)
    }

    /// PostgreSQL makes a column's type of its default where it does so by itself.
    pub(super) fn default_yields(&mut self, path: &str, ty: &Type, default: &Expression, span: Span) -> Resolution {
        let Some(yielded) = self.yields_another(&Table::empty(ObjectName::new("")), default, ty) else {
            return Ok(());
        };
        let message = format!(
            "the default `{default}` does not fit `{path}`: it yields `{yielded}`, which {} does not turn into `{ty}` by itself",
            self.cx.target
        );
        let help = format!("write `CAST({default} AS …)` where there is such a cast");
        self.error(Code::M209, span, message, [help])
    }

    /// An expression over the columns of a table that is true or false; PostgreSQL takes nothing else for one.
    pub(super) fn condition(&mut self, table: &Table, sql: &SqlString) -> Resolution<Expression> {
        let expression = self.expression(table, sql)?;
        let known = expression.yields(table).filter(|_| self.engine() == Engine::Pg);
        match known.filter(|ty| !matches!(ty, Type::Bool | Type::Custom(_) | Type::Unknown)) {
            None => Ok(expression),
            Some(ty) => {
                let message = format!("`{expression}` yields `{ty}`, which is no condition on {}", self.cx.target);
                self.error(Code::M502, sql.span, message, ["compare it with a value".to_owned()])
            }
        }
    }

    /// Whether a generated column comes to another type on PostgreSQL, which computes its values anew and casts them by itself alone.
    pub(super) fn generated_becomes(
        &mut self,
        table: &Table,
        (before, after): (&Column, &Column),
        expression: &Expression,
        ty: Span,
        changes: &ColumnChanges,
    ) -> Resolution {
        let path = path(&table.name, &before.name);
        if let Some(UsingDef::Sql(sql)) = &changes.using {
            let message = format!(
                "`{path}` is generated from `{expression}`, and {} takes no `using` for it",
                self.cx.target
            );
            return self.error(Code::M212, sql.span(), message, ["take `using` out".to_owned()]);
        }
        if !is_implicit(&before.ty, &after.ty, Engine::Pg) {
            let message = format!(
                "`{path}` is generated and does not become `{}` from `{}` by itself on {}",
                after.ty, before.ty, self.cx.target
            );
            let help = [
                format!("it is from {}", before.origin),
                format!("write `drop_column {path};`, and `add_column` with the new type after it"),
            ];
            return self.error(Code::M212, ty, message, help);
        }
        let mut retyped = table.clone();
        let column = retyped.columns.iter_mut().find(|column| column.name == before.name);
        column.into_iter().for_each(|column| *column = after.clone());
        self.yields_type(&retyped, &after.name, expression, ty)
    }
}
