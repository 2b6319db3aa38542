use super::ObjectName;
use serde::Serialize;
use std::fmt;

/// Diesel's SQL types, parameterised as Rust writes it. `Nullable` is the column's, not the type's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[allow(missing_docs)]
pub enum Type {
    Bool,
    TinyInt,
    SmallInt,
    Integer,
    BigInt,
    Float,
    Double,
    /// Precision and scale; both none where bare.
    Numeric(Option<(u32, u32)>),
    /// At most so many characters; unbounded where none.
    Varchar(Option<u32>),
    Char(u32),
    Text,
    Binary,
    Date,
    Time,
    Timestamp,
    Timestamptz,
    Interval,
    Uuid,
    Json,
    Jsonb,
    Inet,
    Cidr,
    MacAddr,
    Array(Box<Type>),
    Enum(ObjectName),
    Unsigned(Box<Type>),
    /// `Custom<"sql">`
    Custom(String),
    /// What did not parse as a type (and was reported): fits everything.
    Unknown,
}

/// As the language writes it: `Varchar<20>`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numeric(None) => f.write_str("Numeric"),
            Self::Numeric(Some((precision, scale))) => write!(f, "Numeric<{precision}, {scale}>"),
            Self::Varchar(None) => f.write_str("Varchar"),
            Self::Varchar(Some(most)) => write!(f, "Varchar<{most}>"),
            Self::Char(length) => write!(f, "Char<{length}>"),
            Self::Array(inner) => write!(f, "Array<{inner}>"),
            Self::Unsigned(inner) => write!(f, "Unsigned<{inner}>"),
            Self::Enum(name) => write!(f, "Enum<{name}>"),
            Self::Custom(sql) => write!(f, "Custom<{sql:?}>"),
            plain => fmt::Debug::fmt(plain, f),
        }
    }
}
