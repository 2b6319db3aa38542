//! Statements about constraints and indexes.

use crate::statement::{On, Writer};
use crate::value::{in_sql, is_number, is_text, key, name, path, sql_value, string};
use mina::Engine;
use mina_core::schema::Column;

impl Writer<'_> {
    /// What a check may say of a column. SQLite takes anything, the servers what is of its type.
    fn condition(&mut self, column: &Column, other: &Column) -> String {
        let (first, second) = (in_sql(&column.name), in_sql(&other.name));
        let apart = match self.engine {
            Engine::Sqlite => format!("{first} IS NOT {second}"),
            Engine::Pg if column.ty == other.ty => format!("{first} IS DISTINCT FROM {second}"),
            Engine::Mysql if column.ty == other.ty => format!("NOT ({first} <=> {second})"),
            _ => format!("{second} IS NULL"),
        };
        let (text, number) = match self.engine {
            Engine::Sqlite => (true, true),
            _ => (is_text(&column.ty), is_number(&column.ty)),
        };
        match self.random.below(5) {
            0 if text => format!("length({first}) < 80"),
            1 if text => format!("{first} IS NULL OR {first} <> 'never'"),
            2 if text => format!("coalesce({first}, '') NOT IN ('x''y', 'z')"),
            3 | 4 if number => format!("{first} >= 0 AND {apart}"),
            1 | 2 if number => format!("{first} BETWEEN 0 AND 30000 OR {first} IS NULL"),
            0 => format!("{first} IS NOT NULL OR {second} IS NOT NULL"),
            _ => self.over(column),
        }
    }

    /// What holds for some values of a column.
    fn over(&mut self, column: &Column) -> String {
        let first = in_sql(&column.name);
        match (&column.ty, self.engine) {
            (_, Engine::Sqlite) => format!("{first} > 3"),
            (ty, _) if is_number(ty) => format!("{first} > 3"),
            (ty, _) if is_text(ty) => format!("{first} LIKE 'a%' OR {first} > '3'"),
            (mina_core::schema::Type::Json, Engine::Pg) => format!("{first} IS NOT NULL"),
            (ty, engine) => format!("{first} <> {}", sql_value(ty, 7, self.schema, engine)),
        }
    }

    pub fn create_constraint(&mut self, on: &On<'_>) -> Option<String> {
        let column = self.column(on.table)?;
        let other = self.column(on.table)?;
        match self.random.below(6) {
            0 | 1 => {
                let constraint = self.object_name("uq");
                let columns = match column.name == other.name {
                    true => name(&column.name),
                    false => format!("{}, {}", name(&column.name), name(&other.name)),
                };
                Some(format!("create_unique {}{} ({columns});", name(&constraint), on.on()))
            }
            2 => {
                let constraint = self.object_name("ck");
                let expression = self.condition(column, other);
                Some(format!("create_check {}{} {};", name(&constraint), on.on(), string(&expression)))
            }
            3 => self.create_foreign_key(on),
            _ => {
                let constraint = self.object_name("pk");
                Some(format!(
                    "create_primary_key {}{} ({});",
                    name(&constraint),
                    on.on(),
                    name(&column.name)
                ))
            }
        }
    }

    pub fn create_foreign_key(&mut self, on: &On<'_>) -> Option<String> {
        let (target, referred) = self.referable()?;
        let alike: Vec<&Column> = on.table.columns.iter().filter(|column| column.ty == referred.ty).collect();
        let column = self.random.of(&alike)?;
        let constraint = self.object_name("fk");
        let options = self.actions();
        let options = match options.strip_prefix(", ") {
            Some(options) => format!(" {{ {options} }}"),
            None => ";".to_owned(),
        };
        Some(format!(
            "create_foreign_key {}{} ({}) references {} ({}){options}",
            name(&constraint),
            on.on(),
            name(&column.name),
            path(target),
            name(&referred.name)
        ))
    }

    /// No two rows alike, said another way.
    pub fn create_exclusion(&mut self, on: &On<'_>) -> Option<String> {
        if self.engine != Engine::Pg {
            return None;
        }
        let column = self.column(on.table)?;
        let exclusion = self.object_name("ex");
        let (method, filter) = match self.random.below(3) {
            0 => (
                "btree",
                format!(" {{ where = {} }}", string(&format!("{} IS NOT NULL", in_sql(&column.name)))),
            ),
            1 => ("btree", ";".to_owned()),
            _ => ("hash", ";".to_owned()),
        };
        Some(format!(
            "create_exclusion {}{} using {method} ({} with \"=\"){filter}",
            name(&exclusion),
            on.on(),
            key(&column.name)
        ))
    }

    fn constraint(&mut self, on: &On<'_>) -> Option<String> {
        let names: Vec<String> = on.table.constraints().map(|constraint| constraint.name().text.clone()).collect();
        self.random.of(&names).cloned()
    }

    pub fn drop_constraint(&mut self, on: &On<'_>) -> Option<String> {
        let constraint = self.constraint(on)?;
        Some(format!("drop_constraint {}{};", name(&constraint), on.on()))
    }

    pub fn rename_constraint(&mut self, on: &On<'_>) -> Option<String> {
        let constraint = self.constraint(on)?;
        let to = self.object_name("cn");
        Some(format!("rename_constraint {} => {}{};", name(&constraint), name(&to), on.on()))
    }

    pub fn create_index(&mut self, on: &On<'_>) -> Option<String> {
        let index = self.object_name("ix");
        let column = self.column(on.table)?;
        let other = self.column(on.table)?;
        let keys = match self.random.below(4) {
            0 => format!("{} desc", key(&column.name)),
            1 if self.engine == Engine::Sqlite || is_text(&column.ty) => string(&format!("lower({})", in_sql(&column.name))),
            2 if column.name != other.name => format!("{}, {} desc", key(&column.name), key(&other.name)),
            _ => key(&column.name),
        };
        let options = match self.random.below(5) {
            0 => " { unique = true }".to_owned(),
            1 => format!(" {{ where = {} }}", string(&format!("{} IS NOT NULL", in_sql(&other.name)))),
            2 if self.random.percent(30) => format!(" {{ unique = true, where = {} }}", string(&self.over(other))),
            _ => ";".to_owned(),
        };
        Some(format!("create_index {}{} ({keys}){options}", name(&index), on.on()))
    }

    fn index(&mut self, on: &On<'_>) -> Option<String> {
        self.random.of(&on.table.indexes).map(|index| index.name.text.clone())
    }

    pub fn drop_index(&mut self, on: &On<'_>) -> Option<String> {
        let index = self.index(on)?;
        Some(format!("drop_index {}{};", name(&index), on.on()))
    }

    pub fn rename_index(&mut self, on: &On<'_>) -> Option<String> {
        let index = self.index(on)?;
        let to = self.object_name("ix");
        Some(format!("rename_index {} => {}{};", name(&index), name(&to), on.on()))
    }
}
