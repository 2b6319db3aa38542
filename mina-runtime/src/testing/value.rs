//! Values that a column may take.

use mina_core::schema::{Column, Schema, Table, Type, Value};
use mina_core::sql::Dialect;
use mina_core::sql::sqlite::lexer::{Kind, tokens};

/// A value of the column's type that no other row has, then those that the table's checks name.
pub(super) fn candidates(column: &Column, table: &Table, schema: &Schema, counter: u32, dialect: &dyn Dialect) -> Vec<String> {
    let literal = |value: &Value| dialect.literal(value, Some(&column.ty));
    let mut values: Vec<String> = match &column.ty {
        Type::Enum(name) => {
            let values = schema.enumeration(name).map(|object| object.values.clone()).unwrap_or_default();
            values.into_iter().map(|value| literal(&Value::String(value))).collect()
        }
        ty => vec![literal(&value(ty, counter))],
    };
    values.extend(named_in_checks(column, table));
    if column.nullable {
        values.push("NULL".to_owned());
    }
    values
}

// Text that is a number outlives a change of its column's type.
fn value(ty: &Type, counter: u32) -> Value {
    let number = 40 + counter;
    let text = match ty {
        Type::Bool => return Value::Bool(counter % 2 == 1),
        Type::TinyInt => return Value::Integer((number % 100).to_string()),
        Type::SmallInt | Type::Integer | Type::BigInt => return Value::Integer(number.to_string()),
        Type::Numeric(Some((precision, scale))) if precision - scale < 3 => return Value::Integer((counter % 10).to_string()),
        Type::Numeric(_) => return Value::Integer(number.to_string()),
        Type::Float | Type::Double => return Value::Decimal(format!("{counter}.5")),
        Type::Binary => return Value::Bytes(counter.to_be_bytes().to_vec()),
        Type::Json | Type::Jsonb => return Value::Json(format!("{{\"n\":{counter}}}")),
        Type::Unsigned(inner) => return value(inner, counter),
        Type::Custom(words) => return custom(&words.to_ascii_uppercase(), counter),
        Type::Timestamp | Type::Timestamptz => format!("2025-01-{:02} 10:{:02}:00", 1 + counter % 28, counter % 60),
        Type::Date => format!("2025-{:02}-{:02}", 1 + counter % 12, 1 + counter % 28),
        Type::Time => format!("{:02}:{:02}:00", counter % 24, counter % 60),
        Type::Interval => format!("{counter} days"),
        Type::Uuid => format!("00000000-0000-4000-8000-{counter:012x}"),
        Type::Inet => format!("10.0.{}.{}", counter / 256 % 256, counter % 256),
        Type::Cidr => format!("10.{}.{}.0/24", counter / 256 % 256, counter % 256),
        Type::MacAddr => format!("08:00:2b:01:{:02x}:{:02x}", counter / 256 % 256, counter % 256),
        Type::Array(_) => "{}".to_owned(),
        Type::Varchar(_) | Type::Char(_) | Type::Text | Type::Enum(_) | Type::Unknown => number.to_string(),
    };
    Value::String(text)
}

fn custom(words: &str, counter: u32) -> Value {
    let ty = match () {
        () if words.contains("INT") => Type::Integer,
        () if words.contains("BLOB") || words.contains("BINARY") || words.contains("BYTEA") => Type::Binary,
        () if words.contains("REAL") || words.contains("FLOA") || words.contains("DOUB") => Type::Double,
        () if words.contains("NUM") || words.contains("DEC") => Type::Numeric(None),
        () => Type::Text,
    };
    value(&ty, counter)
}

/// The literals in a table's checks on a column, and their neighbours where they are numbers.
fn named_in_checks(column: &Column, table: &Table) -> Vec<String> {
    let checks = table.checks.iter().filter(|check| check.expression.uses(&column.name));
    let mut values = Vec::new();
    for check in checks {
        for token in tokens(check.expression.sql()) {
            match (token.kind, token.text.parse::<i64>()) {
                (Kind::String, _) => values.push(token.text.to_owned()),
                (Kind::Number, Ok(number)) => values.extend([number, number + 1, number - 1].map(|number| number.to_string())),
                (Kind::Number, Err(_)) => values.push(token.text.to_owned()),
                _ => {}
            }
        }
    }
    values.truncate(12);
    values
}
