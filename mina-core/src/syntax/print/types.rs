use super::literal;
use crate::schema::Type;
use crate::syntax::ast::TypeRef;
use std::fmt;

/// As it stands in a migration, such as `Varchar<20>`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Numeric(None) => f.write_str("Numeric"),
            Self::Numeric(Some((precision, scale))) => write!(f, "Numeric<{precision}, {scale}>"),
            Self::Varchar(None) => f.write_str("Varchar"),
            Self::Varchar(Some(length)) => write!(f, "Varchar<{length}>"),
            Self::Char(length) => write!(f, "Char<{length}>"),
            Self::Array(inner) => write!(f, "Array<{inner}>"),
            Self::Unsigned(inner) => write!(f, "Unsigned<{inner}>"),
            Self::Enum(name) => {
                f.write_str("Enum<")?;
                if let Some(schema) = &name.schema {
                    write!(f, "{}.", literal::name(schema))?;
                }
                write!(f, "{}>", literal::name(&name.name))
            }
            Self::Custom(sql) => write!(f, "Custom<{}>", literal::string(sql)),
            plain => write!(f, "{plain:?}"),
        }
    }
}

impl Type {
    /// The type of a column as it stands in a migration: in `Nullable<…>` where it takes NULL.
    pub fn in_column(&self, nullable: bool) -> String {
        if nullable { format!("Nullable<{self}>") } else { self.to_string() }
    }
}

/// As it was written.
impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.ty.in_column(self.nullable))
    }
}
