use super::literal;
use crate::schema::Value;
use std::fmt;

/// As it stands in a migration.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(digits) | Self::Decimal(digits) => f.write_str(digits),
            Self::String(text) => f.write_str(&literal::string(text)),
            Self::Bytes(bytes) => f.write_str(&literal::bytes(bytes)),
            Self::Json(text) => write!(f, "json({})", literal::string(text)),
            Self::Now => f.write_str("now()"),
            Self::Today => f.write_str("today()"),
            Self::Uuid => f.write_str("uuid()"),
            Self::Sql(text) => write!(f, "sql({})", literal::string(text)),
            Self::Word(word) => f.write_str(word),
        }
    }
}
