use super::ObjectName;
use serde::Serialize;

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

impl Type {
    /// The enum that its values are of, or those of its arrays.
    pub fn enumeration(&self) -> Option<&ObjectName> {
        match self {
            Self::Enum(of) => Some(of),
            Self::Array(inner) => inner.enumeration(),
            _ => None,
        }
    }

    /// Whether its values are those of an enum, or arrays of them.
    pub fn is_of_enum(&self, name: &ObjectName) -> bool {
        self.enumeration() == Some(name)
    }
}
