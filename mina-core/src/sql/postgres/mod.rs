//! PostgreSQL: its dialect, and the steps that change its objects.

mod alter;
mod body;
pub mod catalogue;
mod cost;
mod data;
mod default;
mod enumeration;
mod exchange;
mod fold;
mod interval;
mod made;
mod normal;
mod object;
mod online;
mod pass;
mod raise;
mod step;
mod table;
mod types;

pub(crate) use exchange::TRIGGER;
pub(crate) use online::is_online;
pub use raise::{raise, written};

use super::cost::Cost;
use super::{Dialect, Draft};
use crate::engine::{Engine, Target};
use crate::history::{Resolved, Step, Trace};
use crate::schema::{Constraint, Default, Enum, ExpressionError, Index, ObjectName, Schema, Table, Type, Value};
use crate::syntax::Span;

/// How PostgreSQL writes SQL.
#[derive(Clone, Copy, Debug)]
pub struct Postgres;

/// An identifier, quoted.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Identifiers, quoted, with commas between.
pub fn quote_all(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect();
    quoted.join(", ")
}

/// A string literal that reads the same whatever `standard_conforming_strings` is.
pub fn string(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    match text.contains('\\') {
        true => format!("E'{}'", quoted.replace('\\', "\\\\")),
        false => format!("'{quoted}'"),
    }
}

/// A word where nothing but a name can stand, quoted if it has to be: `gin`, `public.gin_trgm_ops`.
fn word(name: &str) -> String {
    let plain = |part: &str| {
        let starts = part.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
        starts
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let parts = name.split('.').map(|part| if plain(part) { part.to_owned() } else { quote(part) });
    parts.collect::<Vec<_>>().join(".")
}

impl Dialect for Postgres {
    fn engine(&self) -> Engine {
        Engine::Pg
    }

    fn quote(&self, name: &str) -> String {
        quote(name)
    }

    fn type_name(&self, ty: &Type) -> String {
        types::name(ty)
    }

    fn read_type(&self, words: &str) -> Type {
        types::read(words)
    }

    fn read_default(&self, words: &str, ty: &Type) -> Result<Option<Default>, ExpressionError> {
        default::default(words, ty, &[])
    }

    fn literal(&self, value: &Value, _: Option<&Type>) -> String {
        match value {
            Value::Null => "NULL".into(),
            Value::Bool(value) => value.to_string(),
            Value::Integer(digits) | Value::Decimal(digits) => digits.clone(),
            Value::String(text) | Value::Json(text) | Value::Word(text) => string(text),
            Value::Bytes(bytes) => {
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("E'\\\\x{digits}'::bytea")
            }
            Value::Now => "now()".into(),
            Value::Today => "CURRENT_DATE".into(),
            Value::Uuid => "gen_random_uuid()".into(),
            Value::Sql(sql) => sql.clone(),
        }
    }

    fn default(&self, default: &Default, ty: &Type) -> String {
        match default {
            Default::Value(Value::Sql(sql)) => format!("({sql})"),
            Default::Value(value) => self.literal(value, Some(ty)),
            Default::Sql(expression) => format!("({})", expression.sql()),
        }
    }

    fn same_value(&self) -> &'static str {
        "IS NOT DISTINCT FROM"
    }

    fn literal_of(&self, column: &str, _: Option<&Type>) -> String {
        format!("quote_literal(CAST({column} AS text))")
    }

    fn json_array(&self, texts: &[String]) -> String {
        format!("CAST(json_build_array({}) AS text)", texts.join(", "))
    }

    fn bent(&self, column: &str, before: &Type, after: &Type) -> Option<String> {
        types::bent(column, before, after)
    }

    fn constraint(&self, constraint: &Constraint) -> Option<String> {
        Some(table::constraint(constraint))
    }

    fn create_table(&self, table: &Table, _: &Schema) -> String {
        table::create(table)
    }

    fn create_index(&self, table: &ObjectName, index: &Index) -> String {
        table::create_index(table, index, false)
    }

    fn made(&self, schema: &Schema, beside: bool, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<String> {
        made::made(schema, beside, wanted)
    }

    fn normal_table(&self, table: &Table, _: &Schema) -> Table {
        normal::table(table)
    }

    fn normal_objects(&self, schema: &Schema) -> Schema {
        normal::objects(schema)
    }

    fn is_same(&self, one: &str, other: &str) -> bool {
        body::is_same(one, other)
    }

    fn cost(&self, sql: &str, step: &Step, target: Target) -> Cost {
        cost::cost(sql, step, target)
    }

    fn steps(&self, step: &Step, trace: &Trace, line: &dyn Fn(Span) -> u32) -> Vec<Draft> {
        step::steps(step, trace, line)
    }

    fn enum_anew(&self, before: &Enum, after: &Enum, schema: &Schema) -> Option<Vec<String>> {
        enumeration::anew(before, after, schema)
    }

    fn taken_back(&self, resolved: &Resolved, target: Target, done: usize, line: u32) -> Option<Vec<Draft>> {
        online::back(resolved, target, done, line).filter(|_| is_online(resolved))
    }
}
