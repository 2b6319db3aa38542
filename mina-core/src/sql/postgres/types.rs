//! The names of types, and how values go from one to another.

use super::{Postgres, quote};
use crate::operation::Using;
use crate::schema::{Column, Type};
use crate::sql::Dialect;

pub(super) fn name(ty: &Type) -> String {
    match ty {
        Type::Bool => "BOOLEAN".into(),
        Type::TinyInt | Type::SmallInt => "SMALLINT".into(),
        Type::Integer => "INTEGER".into(),
        Type::BigInt => "BIGINT".into(),
        Type::Float => "REAL".into(),
        Type::Double => "DOUBLE PRECISION".into(),
        Type::Numeric(None) => "NUMERIC".into(),
        Type::Numeric(Some((precision, scale))) => format!("NUMERIC({precision}, {scale})"),
        Type::Varchar(None) => "VARCHAR".into(),
        Type::Varchar(Some(length)) => format!("VARCHAR({length})"),
        Type::Char(length) => format!("CHAR({length})"),
        Type::Text => "TEXT".into(),
        Type::Binary => "BYTEA".into(),
        Type::Date => "DATE".into(),
        Type::Time => "TIME".into(),
        Type::Timestamp => "TIMESTAMP".into(),
        Type::Timestamptz => "TIMESTAMPTZ".into(),
        Type::Interval => "INTERVAL".into(),
        Type::Uuid => "UUID".into(),
        Type::Json => "JSON".into(),
        Type::Jsonb => "JSONB".into(),
        Type::Inet => "INET".into(),
        Type::Cidr => "CIDR".into(),
        Type::MacAddr => "MACADDR".into(),
        Type::Array(inner) => format!("{}[]", name(inner)),
        Type::Enum(name) => Postgres.object(name),
        Type::Unsigned(inner) => match **inner {
            Type::TinyInt => name(&Type::SmallInt),
            Type::SmallInt => name(&Type::Integer),
            Type::Integer => name(&Type::BigInt),
            _ => "NUMERIC(20, 0)".into(),
        },
        Type::Custom(sql) => sql.clone(),
        Type::Unknown => String::new(),
    }
}

pub(super) fn is_number(ty: &Type) -> bool {
    matches!(
        ty,
        Type::SmallInt | Type::Integer | Type::BigInt | Type::Float | Type::Double | Type::Numeric(_)
    )
}

/// The type of that name, in any of PostgreSQL's spellings; [`Type::Custom`] for what the language has no word for.
/// <https://www.postgresql.org/docs/current/datatype.html#DATATYPE-TABLE>
pub(super) fn read(text: &str) -> Type {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = spaced.strip_prefix("pg_catalog.").unwrap_or(&spaced);
    if let Some(inner) = bare.strip_suffix("[]") {
        return match read(inner) {
            // Dimensions are not part of the type.
            Type::Array(inner) => Type::Array(inner),
            inner => Type::Array(Box::new(inner)),
        };
    }
    let lower = if bare.contains('"') { bare.to_owned() } else { bare.to_lowercase() };
    let (head, numbers, tail) = parts(&lower);
    let word = [head, tail].join(" ").trim().to_owned();
    match (word.as_str(), numbers.as_deref().unwrap_or_default()) {
        ("boolean" | "bool", []) => Type::Bool,
        ("smallint" | "int2", []) => Type::SmallInt,
        ("integer" | "int" | "int4", []) => Type::Integer,
        ("bigint" | "int8", []) => Type::BigInt,
        ("real" | "float4", []) => Type::Float,
        ("double precision" | "float8" | "float", []) => Type::Double,
        ("numeric" | "decimal", []) => Type::Numeric(None),
        ("numeric" | "decimal", [precision]) => Type::Numeric(Some((*precision, 0))),
        ("numeric" | "decimal", [precision, scale]) => Type::Numeric(Some((*precision, *scale))),
        ("character varying" | "varchar", []) => Type::Varchar(None),
        ("character varying" | "varchar", [length]) => Type::Varchar(Some(*length)),
        ("character" | "char", []) => Type::Char(1),
        ("character" | "char" | "bpchar", [length]) => Type::Char(*length),
        ("text", []) => Type::Text,
        ("bytea", []) => Type::Binary,
        ("date", []) => Type::Date,
        ("time" | "time without time zone", []) => Type::Time,
        ("timestamp" | "timestamp without time zone", []) => Type::Timestamp,
        ("timestamptz" | "timestamp with time zone", []) => Type::Timestamptz,
        ("time" | "time without time zone", [digits]) => Type::Custom(format!("time({digits})")),
        ("timestamp" | "timestamp without time zone", [digits]) => Type::Custom(format!("timestamp({digits})")),
        ("timestamptz" | "timestamp with time zone", [digits]) => Type::Custom(format!("timestamptz({digits})")),
        ("interval", []) => Type::Interval,
        ("uuid", []) => Type::Uuid,
        ("json", []) => Type::Json,
        ("jsonb", []) => Type::Jsonb,
        ("inet", []) => Type::Inet,
        ("cidr", []) => Type::Cidr,
        ("macaddr", []) => Type::MacAddr,
        _ => Type::Custom(lower.strip_prefix("public.").unwrap_or(&lower).replace(", ", ",")),
    }
}

/// A type's name in one spelling.
pub(super) fn spelled(text: &str) -> String {
    name(&read(text)).to_lowercase()
}

/// `timestamp`, 3 and `without time zone` of `timestamp(3) without time zone`; no numbers where the parentheses hold others.
fn parts(text: &str) -> (&str, Option<Vec<u32>>, &str) {
    let Some((open, close)) = text.find('(').zip(text.rfind(')')).filter(|(open, close)| open < close) else {
        return (text, Some(Vec::new()), "");
    };
    let numbers = text[open + 1..close].split(',').map(|number| number.trim().parse().ok()).collect();
    (text[..open].trim(), numbers, text[close + 1..].trim())
}

/// What stands after `TYPE` in `ALTER COLUMN`.
pub(super) fn change(before: &Column, after: &Column, using: &Using) -> String {
    let mut sql = name(&after.ty);
    if let Some(collation) = &after.collation {
        sql += &format!(" COLLATE {}", quote(collation));
    }
    match using {
        Using::Implicit => {}
        // Its values are made anew, and cast by themselves.
        Using::Cast if before.generated.is_some() && after.generated.is_some() => {}
        Using::Cast => sql += &format!(" USING {}", cast(&quote(&after.name), &before.ty, &after.ty)),
        Using::Expression(expression) => sql += &format!(" USING {}", expression.sql()),
    }
    sql
}

/// A value of one type as one of another; by way of a third where PostgreSQL has no cast between the two.
pub(super) fn cast(value: &str, before: &Type, after: &Type) -> String {
    let to = name(after);
    match by_way_of(before, after) {
        Some(third) => format!("{value}::{third}::{to}"),
        None => format!("{value}::{to}"),
    }
}

fn by_way_of(before: &Type, after: &Type) -> Option<String> {
    let is_number = |ty: &Type| matches!(ty, Type::SmallInt | Type::BigInt | Type::Float | Type::Double | Type::Numeric(_));
    match (before, after) {
        (Type::Bool, number) | (number, Type::Bool) if is_number(number) => Some(name(&Type::Integer)),
        (Type::Array(_), Type::Array(inner)) if matches!(**inner, Type::Enum(_)) => Some("TEXT[]".into()),
        (Type::Enum(_), Type::Enum(_)) => Some(name(&Type::Text)),
        _ => None,
    }
}

/// Whether what is calculated with a column means something else once the column is of another type: a number that it is compared with
/// is kept in a cast, and a moment as the moment that it was.
pub(super) fn means_another(before: &Type, after: &Type) -> bool {
    calculated(before) != calculated(after)
}

/// The one type that stands for all between which nothing that is calculated changes.
fn calculated(ty: &Type) -> Type {
    match ty {
        Type::TinyInt | Type::SmallInt | Type::Integer => Type::BigInt,
        Type::Unsigned(inner) if **inner != Type::BigInt => Type::BigInt,
        Type::Unsigned(_) | Type::Numeric(_) => Type::Numeric(None),
        Type::Float => Type::Double,
        Type::Varchar(_) => Type::Text,
        Type::Char(_) => Type::Char(1),
        Type::Cidr => Type::Inet,
        Type::Array(inner) => Type::Array(Box::new(calculated(inner))),
        other => other.clone(),
    }
}

/// The condition of the values that do not become one of another type.
pub(super) fn bent(column: &str, before: &Type, after: &Type) -> Option<String> {
    let from_text = matches!(before, Type::Text | Type::Varchar(_) | Type::Char(_));
    match (before, after) {
        (_, Type::Varchar(Some(most)) | Type::Char(most)) => Some(format!("length(rtrim({column}::text)) > {most}")),
        (_, Type::SmallInt | Type::Integer | Type::BigInt) if from_text => Some(format!("{column} !~ '^\\s*[-+]?[0-9]+\\s*$'")),
        (_, Type::Float | Type::Double | Type::Numeric(_)) if from_text => Some(format!(
            "{column} !~ '^\\s*[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?\\s*$'"
        )),
        (_, Type::Uuid) if from_text => Some(format!("{column} !~* '^\\s*[{{]?([0-9a-f]{{4}}-?){{8}}[}}]?\\s*$'")),
        (Type::Integer | Type::BigInt | Type::Float | Type::Double | Type::Numeric(_), Type::SmallInt) => {
            Some(format!("{column} NOT BETWEEN -32768 AND 32767"))
        }
        (Type::BigInt | Type::Float | Type::Double | Type::Numeric(_), Type::Integer) => {
            Some(format!("{column} NOT BETWEEN -2147483648 AND 2147483647"))
        }
        (Type::SmallInt | Type::Integer | Type::BigInt | Type::Numeric(_), Type::Numeric(Some((precision, scale)))) => Some(format!(
            "abs(round({column}::numeric, {scale})) >= 1e{}",
            precision.saturating_sub(*scale)
        )),
        _ => None,
    }
}
