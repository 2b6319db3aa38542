//! Names, types and values as the language and as SQL write them.

use mina::Engine;
use mina_core::schema::{ObjectName, Schema, Type};

/// A name as the language takes it.
pub fn name(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && text.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain { text.to_owned() } else { format!("{text:?}") }
}

/// A name in a string of SQL, as the language takes it.
pub fn in_sql(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_lowercase()) && text.len() == 1;
    if plain {
        text.to_owned()
    } else {
        format!("`{}`", text.replace('`', "``"))
    }
}

/// A table as the language takes it, in its namespace.
pub fn path(table: &ObjectName) -> String {
    let space = table.schema.as_ref().map(|schema| format!("{}.", name(schema)));
    space.unwrap_or_default() + &name(&table.name)
}

/// The same in a string of SQL.
pub fn path_in_sql(table: &ObjectName) -> String {
    let space = table.schema.as_ref().map(|schema| format!("{}.", in_sql(schema)));
    space.unwrap_or_default() + &in_sql(&table.name)
}

/// A column among the keys of an index, where a string is an expression.
pub fn key(text: &str) -> String {
    let word = name(text);
    if word.starts_with('"') { string(&in_sql(text)) } else { word }
}

pub fn string(sql: &str) -> String {
    format!("{sql:?}")
}

/// A type as the language writes it.
pub fn language_type(ty: &Type) -> String {
    match ty {
        Type::Enum(object) => format!("Enum<{}>", name(&object.name)),
        ty => ty.to_string(),
    }
}

/// A value of a type in a row of the language, another for another serial where the type has as many.
pub fn literal(ty: &Type, serial: u32, schema: &Schema) -> String {
    match ty {
        Type::Bool => serial.is_multiple_of(2).to_string(),
        Type::Json | Type::Jsonb => "json(\"{}\")".to_owned(),
        Type::Binary => format!("b\"{serial}\""),
        // Its values are the same on all engines.
        _ => {
            let sql = sql_value(ty, serial, schema, Engine::Sqlite);
            match sql.strip_prefix('\'').and_then(|sql| sql.strip_suffix('\'')) {
                Some(text) => format!("{:?}", text.replace("''", "'")),
                None => sql,
            }
        }
    }
}

/// A value of a type in an engine's SQL.
pub fn sql_value(ty: &Type, serial: u32, schema: &Schema, engine: Engine) -> String {
    match ty {
        Type::Bool if engine == Engine::Pg => (serial % 2 == 1).to_string(),
        Type::Bool => (serial % 2).to_string(),
        Type::TinyInt => (serial % 100).to_string(),
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Unsigned(_) => serial.to_string(),
        Type::Float | Type::Double | Type::Numeric(_) => format!("{serial}.5"),
        Type::Varchar(_) | Type::Char(_) | Type::Text => format!("'{serial}'"),
        Type::Binary if engine == Engine::Pg => format!("'\\x{serial:08}'"),
        Type::Binary => format!("x'{serial:08}'"),
        Type::Date => format!("'2025-{:02}-{:02}'", 1 + serial % 12, 1 + serial % 28),
        Type::Time => format!("'{:02}:{:02}:00'", serial % 24, serial % 60),
        Type::Timestamp | Type::Timestamptz => format!("'2025-01-{:02} 10:{:02}:00'", 1 + serial % 28, serial % 60),
        Type::Uuid => format!("'00000000-0000-4000-8000-{serial:012}'"),
        Type::Json | Type::Jsonb => format!("'{{\"n\":{serial}}}'"),
        Type::Interval => format!("'{serial} days'"),
        Type::Inet => format!("'10.0.{}.{}'", serial / 256 % 256, serial % 256),
        Type::Array(_) => format!("'{{{serial}}}'"),
        Type::Enum(object) => {
            let values = schema.enumeration(object).map_or(&[][..], |object| &object.values);
            let value = values.get(serial as usize % values.len().max(1)).map_or("", String::as_str);
            format!("'{}'", value.replace('\'', "''"))
        }
        _ => format!("'{serial}'"),
    }
}

pub fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Varchar(_) | Type::Char(_) | Type::Text)
}

pub fn is_number(ty: &Type) -> bool {
    use Type::{BigInt, Double, Float, Integer, Numeric, SmallInt, TinyInt, Unsigned};
    matches!(
        ty,
        TinyInt | SmallInt | Integer | BigInt | Float | Double | Numeric(_) | Unsigned(_)
    )
}
