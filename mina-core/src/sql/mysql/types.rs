//! The names of types.

use super::string;
use crate::engine::Engine;
use crate::schema::{Schema, Type};
use crate::sql::lexer::{Kind, Lexeme, significant};

/// The name of a type in a column's definition; an enum is inline, with the values that the schema has.
///
/// - `Timestamp` is `DATETIME(6)`: like Diesel's `NaiveDateTime` it is no moment but what a clock shows, whatever the
///   session's time zone, with microseconds. `TIMESTAMP` ends in 2038 and is converted between time zones. Diesel reads
///   and writes both as its `Timestamp`. `Time` keeps its microseconds likewise.
/// - `Text` and `Binary` are `TEXT` and `BLOB`, as Diesel's `infer_schema` has them: 65,535 bytes, and strict mode refuses more.
/// - `Json` is native on MySQL and on MariaDB a name for `LONGTEXT` with a check.
pub(super) fn name(ty: &Type, schema: &Schema) -> String {
    match ty {
        Type::Bool => "TINYINT(1)".into(),
        Type::TinyInt => "TINYINT".into(),
        Type::SmallInt => "SMALLINT".into(),
        Type::Integer => "INT".into(),
        Type::BigInt => "BIGINT".into(),
        Type::Float => "FLOAT".into(),
        Type::Double => "DOUBLE".into(),
        Type::Numeric(None) => "DECIMAL".into(),
        Type::Numeric(Some((precision, scale))) => format!("DECIMAL({precision}, {scale})"),
        Type::Varchar(None) | Type::Text => "TEXT".into(),
        Type::Varchar(Some(length)) => format!("VARCHAR({length})"),
        Type::Char(length) => format!("CHAR({length})"),
        Type::Binary => "BLOB".into(),
        Type::Date => "DATE".into(),
        Type::Time => "TIME(6)".into(),
        Type::Timestamp => "DATETIME(6)".into(),
        Type::Timestamptz => "TIMESTAMP(6)".into(),
        Type::Uuid => "UUID".into(),
        Type::Json | Type::Jsonb => "JSON".into(),
        Type::Enum(name) => {
            let values = schema.enumeration(name).map(|object| object.values.as_slice()).unwrap_or_default();
            let values: Vec<String> = values.iter().map(|value| string(value)).collect();
            format!("ENUM({})", values.join(", "))
        }
        Type::Unsigned(inner) => format!("{} UNSIGNED", self::name(inner, schema)),
        Type::Custom(sql) => sql.clone(),
        Type::Interval | Type::Inet | Type::Cidr | Type::MacAddr | Type::Array(_) | Type::Unknown => String::new(),
    }
}

/// The digits after the second that a moment in such a column has, in parentheses.
pub(super) fn fraction(ty: Option<&Type>) -> String {
    match ty {
        Some(Type::Custom(sql)) => sql.find('(').map_or(String::new(), |at| sql[at..].trim().to_owned()),
        _ => "(6)".into(),
    }
}

/// Whether the values of a column lie outside its row, so that an index holds only how they begin.
pub(super) fn is_large(ty: &Type) -> bool {
    match ty {
        Type::Text | Type::Binary | Type::Json | Type::Varchar(None) => true,
        Type::Custom(sql) => {
            let sql = sql.trim_start().to_ascii_lowercase();
            [
                "tinytext",
                "text",
                "mediumtext",
                "longtext",
                "tinyblob",
                "blob",
                "mediumblob",
                "longblob",
                "json",
            ]
            .iter()
            .any(|name| sql.starts_with(name))
        }
        _ => false,
    }
}

/// The condition of the rows whose value would not become one of another type as it is.
pub(super) fn bent(column: &str, before: &Type, after: &Type) -> Option<String> {
    let is_text = |ty: &Type| matches!(ty, Type::Text | Type::Varchar(_) | Type::Char(_));
    match (before, after) {
        (_, Type::Varchar(Some(length)) | Type::Char(length)) => Some(format!("CHAR_LENGTH({column}) > {length}")),
        (before, after) if is_text(before) => text_bent(column, after),
        (_, after) => {
            let (least, most) = range(after)?;
            Some(format!("{column} < {least} OR {column} > {most}"))
        }
    }
}

fn text_bent(column: &str, after: &Type) -> Option<String> {
    Some(match after {
        Type::Json => format!("NOT JSON_VALID({column})"),
        Type::Float | Type::Double | Type::Numeric(_) => {
            format!(r"{column} NOT REGEXP '^[[:space:]]*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?[[:space:]]*$'")
        }
        Type::Date => format!("CAST({column} AS DATE) IS NULL AND {column} IS NOT NULL"),
        Type::Timestamp => format!("CAST({column} AS DATETIME(6)) IS NULL AND {column} IS NOT NULL"),
        Type::Time => format!("CAST({column} AS TIME(6)) IS NULL AND {column} IS NOT NULL"),
        after => {
            let (least, most) = range(after)?;
            format!(
                "{column} NOT REGEXP '^[[:space:]]*[-+]?[0-9]+[[:space:]]*$' OR CAST({column} AS DECIMAL(65)) < {least} \
                 OR CAST({column} AS DECIMAL(65)) > {most}"
            )
        }
    })
}

/// The least and the largest whole number of a type.
fn range(ty: &Type) -> Option<(i128, i128)> {
    let bits = |ty: &Type| match ty {
        Type::Bool | Type::TinyInt => Some(8),
        Type::SmallInt => Some(16),
        Type::Integer => Some(32),
        Type::BigInt => Some(64),
        _ => None,
    };
    Some(match ty {
        Type::Unsigned(inner) => (0, (1 << bits(inner)?) - 1),
        _ => (-(1 << (bits(ty)? - 1)), (1 << (bits(ty)? - 1)) - 1),
    })
}

/// The type that a column is kept as: what [`name`] writes, read back. The server knows no names of enums, takes `Numeric`
/// for `DECIMAL(10,0)`, and other words for the same type are one type.
pub(super) fn kept(ty: &Type, schema: &Schema) -> Type {
    match ty {
        Type::Unknown => Type::Unknown,
        ty => read(&name(ty, schema)),
    }
}

/// The type that words declare, as the server prints them or as anybody writes them.
pub(super) fn read(words: &str) -> Type {
    let lexemes = significant(words, Engine::Mysql);
    let end = lexemes
        .iter()
        .take_while(|lexeme| {
            lexeme.kind == Kind::Word && !lexeme.is_one_of(&["unsigned", "zerofill", "on", "check", "character", "charset"])
        })
        .count();
    let base: Vec<String> = lexemes[..end].iter().map(|word| word.text.to_ascii_lowercase()).collect();
    let (arguments, mut rest) = arguments(&lexemes[end..]);
    let unsigned = rest.first().is_some_and(|word| word.is_word("unsigned"));
    if unsigned {
        rest = &rest[1..];
    }
    let known = rest.is_empty().then(|| named(&base.join(" "), &arguments)).flatten();
    match known {
        Some(ty) if unsigned && is_number(&ty) => Type::Unsigned(Box::new(ty)),
        Some(ty) if !unsigned => ty,
        _ => Type::Custom(spelled(&base.join(" "), &arguments, unsigned, rest)),
    }
}

/// The tokens between parentheses that a list begins with, and what follows.
fn arguments<'l, 's>(lexemes: &'l [Lexeme<'s>]) -> (Vec<&'s str>, &'l [Lexeme<'s>]) {
    if !lexemes.first().is_some_and(|first| first.is_mark('(')) {
        return (Vec::new(), lexemes);
    }
    match lexemes.iter().position(|lexeme| lexeme.is_mark(')')) {
        Some(close) => {
            let inside = lexemes[1..close].iter().filter(|lexeme| !lexeme.is_mark(','));
            (inside.map(|lexeme| lexeme.text).collect(), &lexemes[close + 1..])
        }
        None => (Vec::new(), lexemes),
    }
}

fn is_number(ty: &Type) -> bool {
    matches!(
        ty,
        Type::TinyInt | Type::SmallInt | Type::Integer | Type::BigInt | Type::Float | Type::Double | Type::Numeric(_)
    )
}

fn named(base: &str, arguments: &[&str]) -> Option<Type> {
    let numbers: Option<Vec<u32>> = arguments.iter().map(|text| text.parse().ok()).collect();
    Some(match (base, numbers?.as_slice()) {
        ("tinyint", [1]) | ("bool" | "boolean", []) => Type::Bool,
        // What is in parentheses is how wide a client may show it.
        ("tinyint", _) => Type::TinyInt,
        ("smallint", _) => Type::SmallInt,
        ("int" | "integer", _) => Type::Integer,
        ("bigint", _) => Type::BigInt,
        ("float", []) => Type::Float,
        ("double" | "double precision" | "real", []) => Type::Double,
        ("decimal" | "numeric" | "dec" | "fixed", []) => Type::Numeric(Some((10, 0))),
        ("decimal" | "numeric" | "dec" | "fixed", [precision]) => Type::Numeric(Some((*precision, 0))),
        ("decimal" | "numeric" | "dec" | "fixed", [precision, scale]) => Type::Numeric(Some((*precision, *scale))),
        ("varchar" | "character varying", [length]) => Type::Varchar(Some(*length)),
        ("char" | "character", [length]) => Type::Char(*length),
        ("char" | "character", []) => Type::Char(1),
        ("text", []) => Type::Text,
        ("blob", []) => Type::Binary,
        ("date", []) => Type::Date,
        ("time", [6]) => Type::Time,
        ("datetime", [6]) => Type::Timestamp,
        ("uuid", []) => Type::Uuid,
        ("json", []) => Type::Json,
        _ => return None,
    })
}

/// Another type in one way of writing: in capitals but for values, without the width that a client may show it in.
fn spelled(base: &str, arguments: &[&str], unsigned: bool, rest: &[Lexeme<'_>]) -> String {
    let mut text = base.to_ascii_uppercase();
    let width = ["mediumint", "year", "int", "bigint", "smallint", "tinyint", "integer"].contains(&base);
    if !(arguments.is_empty() || width) {
        text += &format!("({})", arguments.join(", "));
    } else if base == "bit" {
        text += "(1)";
    }
    if unsigned {
        text += " UNSIGNED";
    }
    let mut glued = false;
    let mut end = None;
    for lexeme in rest {
        let closes = lexeme.is_mark('(') || lexeme.is_mark(')') || lexeme.is_mark(',');
        let is_operator = lexeme.kind == Kind::Mark && "<>=!|&:".contains(lexeme.text);
        // `<>` is one operator.
        let continues = is_operator && end == Some(lexeme.start);
        if !(closes || glued || continues) {
            text.push(' ');
        }
        glued = lexeme.is_mark('(');
        end = is_operator.then(|| lexeme.end());
        text += &match lexeme.kind {
            Kind::Word => lexeme.text.to_ascii_uppercase(),
            _ => lexeme.text.to_owned(),
        };
    }
    text
}
