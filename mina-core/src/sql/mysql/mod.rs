//! MariaDB and MySQL: their dialect, and the statements that change their tables.

mod alter;
mod change;
mod column;
mod cost;
mod default;
mod fold;
mod keyed;
mod normal;
mod plan;
mod program;
pub mod raise;
mod rename;
mod retype;
mod step;
mod table;
mod types;
mod view;

pub(super) use plan::is_online;
pub use raise::raise;

use super::cost::Cost;
use super::{Dialect, Draft};
use crate::engine::{Engine, Product, Target};
use crate::history::{Step, Trace};
use crate::schema::{Constraint, Default, ExpressionError, Index, ObjectName, Schema, Table, Type, Value};
use crate::syntax::Span;

/// How MariaDB and MySQL write SQL.
#[derive(Clone, Copy, Debug)]
pub struct Mysql;

/// The `sql_mode` that the SQL of [`Mysql`] is written for: values that do not fit are refused instead of bent, `\` escapes
/// in strings, and `"…"` is a string.
pub const SQL_MODE: &str = "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/// What is written for where nothing more is known: what every MariaDB from 10.6 on takes.
const OLDEST: Target = Target {
    product: Product::Mariadb,
    version: (10, 6),
};

/// An identifier, quoted.
pub fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn quote_all(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote(name)).collect();
    quoted.join(", ")
}

/// A string literal under [`SQL_MODE`]; one that holds a NUL is written as bytes.
pub fn string(text: &str) -> String {
    match text.contains('\0') {
        true => format!("_utf8mb4 {}", bytes(text.as_bytes())),
        false => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
    }
}

fn bytes(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("X'{digits}'")
}

impl Dialect for Mysql {
    fn engine(&self) -> Engine {
        Engine::Mysql
    }

    fn quote(&self, name: &str) -> String {
        quote(name)
    }

    /// An enum's values are the schema's: a column's definition says them.
    fn type_name(&self, ty: &Type) -> String {
        types::name(ty, &Schema::default())
    }

    fn read_type(&self, words: &str) -> Type {
        types::read(words)
    }

    fn read_default(&self, words: &str, ty: &Type) -> Result<Option<Default>, ExpressionError> {
        Ok(default::default(words, ty))
    }

    fn literal(&self, value: &Value, ty: Option<&Type>) -> String {
        match value {
            Value::Null => "NULL".into(),
            Value::Bool(value) => u8::from(*value).to_string(),
            Value::Integer(digits) | Value::Decimal(digits) => digits.clone(),
            Value::String(text) | Value::Json(text) | Value::Word(text) => string(text),
            Value::Bytes(value) => bytes(value),
            Value::Now => format!("CURRENT_TIMESTAMP{}", types::fraction(ty)),
            Value::Today => "CURDATE()".into(),
            Value::Uuid => "UUID()".into(),
            Value::Sql(sql) => sql.clone(),
        }
    }

    fn default(&self, default: &Default, ty: &Type) -> String {
        match default {
            Default::Value(value) => {
                let literal = self.literal(value, Some(ty));
                match value {
                    Value::Today | Value::Uuid | Value::Sql(_) => format!("({literal})"),
                    // MySQL takes a literal for such a column as an expression alone, MariaDB takes either.
                    Value::Null | Value::Now => literal,
                    _ if types::is_large(ty) => format!("({literal})"),
                    _ => literal,
                }
            }
            Default::Sql(expression) => format!("({})", expression.sql()),
        }
    }

    fn same_value(&self) -> &'static str {
        "<=>"
    }

    /// Numbers stand as they are: as a string one would be compared as a float. Digits say a text whatever a backslash means.
    fn literal_of(&self, column: &str, ty: Option<&Type>) -> String {
        match ty {
            Some(Type::Bool | Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_) | Type::Numeric(_)) => {
                format!("CAST({column} AS CHAR)")
            }
            Some(Type::Date | Type::Time | Type::Timestamp | Type::Timestamptz | Type::Uuid) => {
                format!("CONCAT('''', CAST({column} AS CHAR), '''')")
            }
            Some(Type::Binary) => format!("CONCAT('X''', HEX({column}), '''')"),
            _ => format!("CONCAT('_utf8mb4 X''', HEX(CONVERT({column} USING utf8mb4)), '''')"),
        }
    }

    fn json_array(&self, texts: &[String]) -> String {
        format!("CAST(JSON_ARRAY({}) AS CHAR)", texts.join(", "))
    }

    fn compares_rows(&self) -> bool {
        false
    }

    /// In strict mode the server itself refuses what does not fit; the rows are counted to be named before anything is done.
    fn bent(&self, column: &str, before: &Type, after: &Type) -> Option<String> {
        types::bent(column, before, after)
    }

    fn constraint(&self, constraint: &Constraint) -> Option<String> {
        table::constraint(constraint)
    }

    fn create_table(&self, table: &Table, schema: &Schema) -> String {
        table::create(table, schema, OLDEST)
    }

    fn create_index(&self, table: &ObjectName, index: &Index) -> String {
        format!("ALTER TABLE {} ADD {}", self.object(table), table::index(index, None))
    }

    fn made(&self, schema: &Schema, beside: bool, wanted: &dyn Fn(&ObjectName) -> bool) -> Vec<String> {
        step::made(schema, beside, wanted, OLDEST)
    }

    fn normal_table(&self, table: &Table, schema: &Schema) -> Table {
        normal::table(table, schema)
    }

    fn normal_objects(&self, schema: &Schema) -> Schema {
        normal::objects(schema)
    }

    fn is_same(&self, one: &str, other: &str) -> bool {
        super::text::is_same(one, other) || view::is_same(one, other)
    }

    /// A collation that the history says and the table has anyway is not told of the column.
    fn is_same_column(&self, history: &str, database: &str) -> bool {
        let parts = history
            .split_once("#[collate = \"")
            .and_then(|(before, rest)| Some((before, rest.split_once("\"]")?.1)));
        let silent = !database.contains("#[collate = \"");
        parts.is_some_and(|(before, after)| silent && format!("{before}{}", after.trim_start()) == database)
    }

    /// What the history does not say is the server's to choose.
    fn has_options(&self, history: &[(String, Value)], database: &[(String, Value)]) -> bool {
        history.iter().all(|option| database.contains(option))
    }

    fn cost(&self, sql: &str, step: &Step, _target: Target) -> Cost {
        cost::cost(sql, step)
    }

    fn steps(&self, step: &Step, trace: &Trace, line: &dyn Fn(Span) -> u32) -> Vec<Draft> {
        step::steps(step, trace, line)
    }
}
