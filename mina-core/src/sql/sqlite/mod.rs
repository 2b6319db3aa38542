//! SQLite: its dialect, its tables as it stores them, and the steps that change them.

pub mod change;
mod cost;
mod declared;
mod default;
mod effect;
mod index;
pub mod lexer;
mod lower;
pub mod model;
mod normal;
mod raise;
mod step;

pub use change::{Edit, EditKind, Expected, TableChange};
pub use declared::{affinity, declared};
pub use lower::lower;
pub use raise::{Stored, StoredTrigger, StoredView, raise};
pub(super) use step::rebuilt;
pub use step::{create_trigger, create_view};

pub(in crate::sql) use cost::pass;

use super::cost::Cost;
use super::{Dialect, Draft};
use crate::engine::{Engine, Target};
use crate::history::{Step, Trace};
use crate::schema::{Constraint, Default, ExpressionError, Index, ObjectName, Schema, Table, Type, Value};
use crate::syntax::Span;

/// How SQLite writes SQL.
#[derive(Clone, Copy, Debug)]
pub struct Sqlite;

/// An identifier, quoted.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Identifiers, quoted, with commas between.
pub fn quote_all(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect();
    quoted.join(", ")
}

/// A string literal; SQL text ends at a NUL, so a string that holds one is written as bytes.
pub fn string(text: &str) -> String {
    match text.contains('\0') {
        true => format!("CAST({} AS TEXT)", blob(text.as_bytes())),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

fn blob(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("X'{digits}'")
}

/// A random UUID, version 4.
const UUID: &str = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' \
                    || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

impl Dialect for Sqlite {
    fn engine(&self) -> Engine {
        Engine::Sqlite
    }

    fn quote(&self, name: &str) -> String {
        quote(name)
    }

    /// Names that say the type again when they are read back, and whose affinity keeps every value as it is: text that
    /// looks like a number must not become one.
    fn type_name(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "BOOLEAN".into(),
            Type::TinyInt => "TINYINT".into(),
            Type::SmallInt => "SMALLINT".into(),
            Type::Integer => "INTEGER".into(),
            Type::BigInt => "BIGINT".into(),
            Type::Float => "FLOAT".into(),
            Type::Double => "DOUBLE".into(),
            Type::Numeric(None) => "NUMERIC".into(),
            Type::Numeric(Some((precision, scale))) => format!("NUMERIC({precision}, {scale})"),
            Type::Varchar(None) => "VARCHAR".into(),
            Type::Varchar(Some(length)) => format!("VARCHAR({length})"),
            Type::Char(length) => format!("CHAR({length})"),
            Type::Text | Type::Enum(_) => "TEXT".into(),
            Type::Binary => "BLOB".into(),
            Type::Date => "DATE".into(),
            Type::Time => "TIME".into(),
            Type::Timestamp => "TIMESTAMP".into(),
            Type::Timestamptz => "TIMESTAMPTZ".into(),
            Type::Interval => "INTERVAL_TEXT".into(),
            Type::Uuid => "UUID_TEXT".into(),
            Type::Json => "JSON_TEXT".into(),
            Type::Jsonb => "JSONB_BLOB".into(),
            Type::Inet => "INET_TEXT".into(),
            Type::Cidr => "CIDR_TEXT".into(),
            Type::MacAddr => "MACADDR_TEXT".into(),
            Type::Array(_) => "ARRAY_TEXT".into(),
            Type::Unsigned(inner) => format!("UNSIGNED {}", self.type_name(inner)),
            Type::Custom(sql) => sql.clone(),
            Type::Unknown => String::new(),
        }
    }

    fn read_type(&self, words: &str) -> Type {
        declared::declared(words)
    }

    fn read_default(&self, words: &str, ty: &Type) -> Result<Option<Default>, ExpressionError> {
        default::default(words, ty)
    }

    fn literal(&self, value: &Value, ty: Option<&Type>) -> String {
        match (value, ty) {
            (Value::Null, _) => "NULL".into(),
            (Value::Bool(value), _) => u8::from(*value).to_string(),
            (Value::Integer(digits) | Value::Decimal(digits), _) => digits.clone(),
            (Value::Json(text) | Value::String(text), Some(Type::Jsonb)) => format!("jsonb({})", string(text)),
            (Value::String(text) | Value::Json(text) | Value::Word(text), _) => string(text),
            (Value::Bytes(bytes), _) => blob(bytes),
            (Value::Now, Some(Type::Date)) | (Value::Today, _) => "CURRENT_DATE".into(),
            (Value::Now, Some(Type::Time)) => "CURRENT_TIME".into(),
            (Value::Now, _) => "CURRENT_TIMESTAMP".into(),
            (Value::Uuid, _) => UUID.into(),
            (Value::Sql(sql), _) => sql.clone(),
        }
    }

    fn default(&self, default: &Default, ty: &Type) -> String {
        match default {
            Default::Value(value) => {
                let literal = self.literal(value, Some(ty));
                match value {
                    Value::Uuid | Value::Sql(_) => format!("({literal})"),
                    _ if literal.ends_with(')') => format!("({literal})"),
                    _ => literal,
                }
            }
            Default::Sql(expression) => format!("({})", expression.sql()),
        }
    }

    fn same_value(&self) -> &'static str {
        "IS"
    }

    fn literal_of(&self, column: &str, _: Option<&Type>) -> String {
        format!("quote({column})")
    }

    fn json_array(&self, texts: &[String]) -> String {
        format!("json_array({})", texts.join(", "))
    }

    fn row_list(&self, rows: &str) -> String {
        format!("VALUES {rows}")
    }

    fn bent(&self, column: &str, _: &Type, after: &Type) -> Option<String> {
        match after {
            Type::Bool | Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_) => Some(format!(
                "CAST({column} AS INTEGER) <> {column} AND CAST(CAST({column} AS INTEGER) AS TEXT) <> CAST({column} AS TEXT)"
            )),
            Type::Float | Type::Double | Type::Numeric(_) => Some(format!(
                "typeof({column}) = 'text' AND CAST({column} + 0 AS TEXT) <> {column} AND {column} + 0 <> CAST({column} AS REAL)"
            )),
            _ => None,
        }
    }

    fn constraint(&self, constraint: &Constraint) -> Option<String> {
        lower::lower_constraint(constraint).map(|constraint| constraint.clause())
    }

    fn create_table(&self, table: &Table, schema: &Schema) -> String {
        lower(table, schema).create()
    }

    fn create_index(&self, table: &ObjectName, index: &Index) -> String {
        lower::create_index(table, index)
    }

    fn made(&self, schema: &Schema, _beside: bool, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<String> {
        step::made(schema, wanted)
    }

    fn normal_table(&self, table: &Table, schema: &Schema) -> Table {
        normal::table(table, schema)
    }

    fn normal_objects(&self, schema: &Schema) -> Schema {
        normal::objects(schema)
    }

    fn is_same(&self, one: &str, other: &str) -> bool {
        lexer::normalised(one) == lexer::normalised(other)
    }

    fn cost(&self, sql: &str, _step: &Step, _target: Target) -> Cost {
        cost::cost(sql)
    }

    fn steps(&self, step: &Step, trace: &Trace, line: &dyn Fn(Span) -> u32) -> Vec<Draft> {
        step::steps(step, trace, line)
    }
}
