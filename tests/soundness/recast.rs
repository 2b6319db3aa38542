//! A type by an expression, whose way back a person writes.

use crate::statement::{On, Writer};
use crate::value::{in_sql, language_type, string};
use mina::Engine;
use mina_core::schema::{Column, Table, Type};

/// A statement and what takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recast {
    pub up: String,
    pub down: String,
}

impl Writer<'_> {
    /// Of the first of a few columns that has such a type.
    pub fn recast(&mut self) -> Option<Recast> {
        (0..4).find_map(|_| {
            let table = self.table()?;
            let column = self.column(table)?;
            self.recast_of(table, column)
        })
    }

    fn recast_of(&mut self, table: &Table, column: &Column) -> Option<Recast> {
        let on = On { table, batch: false };
        let name = in_sql(&column.name);
        let cast = |ty: &str| format!("CAST({name} AS {ty})");
        let (text, number) = match self.engine {
            Engine::Mysql => (cast("CHAR"), cast("SIGNED")),
            Engine::Sqlite | Engine::Pg => (cast("TEXT"), cast("INTEGER")),
        };
        let (ty, there, back) = match &column.ty {
            Type::SmallInt | Type::Integer => match self.random.percent(50) {
                true => ("Text", text, number),
                false => (
                    "Bool",
                    format!("{name} > 5"),
                    format!("CASE WHEN {name} THEN 7 WHEN NOT {name} THEN 0 END"),
                ),
            },
            Type::Bool => (
                "SmallInt",
                format!("CASE WHEN {name} THEN 1 WHEN NOT {name} THEN 0 END"),
                format!("{name} = 1"),
            ),
            Type::Varchar(Some(length)) => ("Text", format!("upper({name})"), format!("substr({name}, 1, {length})")),
            Type::Text => ("Integer", format!("length({name})"), text),
            Type::Date => match self.engine {
                Engine::Sqlite => ("Text", format!("coalesce({name}, '2001-02-03')"), name.clone()),
                _ => ("Text", text, cast("DATE")),
            },
            _ => return None,
        };
        let alter = |ty: &str, using: &str| {
            format!(
                "#[allow(may_fail_on_rows)] alter_column {} {{ type = {ty}, using = {} }}",
                on.path(&column.name),
                string(using)
            )
        };
        Some(Recast {
            up: alter(ty, &there),
            down: alter(&language_type(&column.ty), &back),
        })
    }
}
