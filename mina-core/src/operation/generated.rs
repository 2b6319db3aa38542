//! Expressions that columns are generated from, and what they and defaults yield.

use super::conversion::is_implicit;
use super::lookup::path;
use super::replay::{Replay, Resolution};
use super::row::Role;
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
        let expression = self.parse(expression, Role::Generated { stored })?;
        Ok(Some(Generated { expression, stored }))
    }

    /// A column is generated from others, and on PostgreSQL from none that is generated and by nothing that settings have a say in.
    pub(super) fn generated_from(&mut self, table: &Table, name: &str, expression: &Expression, span: Span) -> Resolution {
        let is_own = |column: &&Column| column.name == name;
        let is_of_others = |column: &&Column| self.engine() == Engine::Pg && column.generated.is_some();
        let names = expression.columns();
        let mut named = names.iter().filter_map(|name| table.column_in_sql(name));
        let Some(other) = named.find(|column| is_own(column) || is_of_others(column)) else {
            return self.is_settled(table, expression, span);
        };
        let whom = if is_own(&other) {
            "itself".to_owned()
        } else {
            format!("`{}`, which is generated", other.name)
        };
        let message = format!(
            "`{}` is generated from {whom}, and {} generates none so",
            path(&table.name, name),
            self.cx.target
        );
        self.error(Code::M502, span, message, ["say it of the columns that rows are given".to_owned()])
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
