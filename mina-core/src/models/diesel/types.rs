use crate::engine::Engine;
use crate::schema::Type;

/// The name, in `diesel::sql_types`, of what a column holds on an engine; its arguments are left out.
pub fn name(ty: &Type, engine: Engine) -> &'static str {
    match (ty, engine) {
        (Type::Bool, _) => "Bool",
        (Type::TinyInt, Engine::Mysql) => "TinyInt",
        (Type::TinyInt | Type::SmallInt, _) => "SmallInt",
        (Type::Integer, _) => "Integer",
        (Type::BigInt, _) => "BigInt",
        (Type::Unsigned(_), Engine::Mysql) => "Unsigned",
        (Type::Unsigned(_), _) => "BigInt",
        (Type::Array(_), Engine::Pg) => "Array",
        (Type::Float, _) => "Float",
        (Type::Double, _) => "Double",
        (Type::Numeric(_), _) => "Numeric",
        (Type::Binary, _) => "Binary",
        (Type::Date, _) => "Date",
        (Type::Time, _) => "Time",
        (Type::Timestamp, _) => "Timestamp",
        (Type::Timestamptz, Engine::Sqlite) => "TimestamptzSqlite",
        (Type::Timestamptz, Engine::Pg) => "Timestamptz",
        (Type::Timestamptz, Engine::Mysql) => "Timestamp",
        (Type::Json, _) => "Json",
        (Type::Jsonb, Engine::Mysql) => "Json",
        (Type::Jsonb, _) => "Jsonb",
        (Type::Interval, Engine::Pg) => "Interval",
        (Type::Uuid, Engine::Pg) => "Uuid",
        (Type::Inet, Engine::Pg) => "Inet",
        (Type::Cidr, Engine::Pg) => "Cidr",
        (Type::MacAddr, Engine::Pg) => "MacAddr",
        (Type::Custom(sql), Engine::Sqlite) => affinity(sql),
        _ => "Text",
    }
}

/// SQLite's own rules, in their order: https://www.sqlite.org/datatype3.html
fn affinity(sql: &str) -> &'static str {
    let sql = sql.to_uppercase();
    let holds = |parts: &[&str]| parts.iter().any(|part| sql.contains(part));
    if holds(&["INT"]) {
        "BigInt"
    } else if holds(&["CHAR", "CLOB", "TEXT"]) {
        "Text"
    } else if holds(&["BLOB"]) {
        "Binary"
    } else {
        "Double"
    }
}

/// How many characters a column may hold, which is what `#[max_length]` says.
pub fn length(ty: &Type) -> Option<u32> {
    match ty {
        Type::Varchar(length) => *length,
        Type::Char(length) => Some(*length),
        _ => None,
    }
}

/// Whether a `schema.rs` says nothing against a column's type in a database.
pub fn is_same_type(said: &Type, is: &Type, engine: Engine) -> bool {
    match (said, is) {
        (Type::Unknown, _) | (_, Type::Unknown) => true,
        (Type::Array(said), Type::Array(is)) if engine == Engine::Pg => is_same_type(said, is, engine),
        (Type::Unsigned(said), Type::Unsigned(is)) if engine == Engine::Mysql => is_same_type(said, is, engine),
        // What Diesel has no type for has one that somebody wrote, under a name of its own.
        (Type::Custom(_), Type::Custom(_) | Type::Enum(_)) => true,
        (Type::Custom(_), _) if engine == Engine::Pg => false,
        (said, Type::Enum(_) | Type::Custom(_)) if engine == Engine::Pg => said == is,
        _ => name(said, engine) == name(is, engine) && (length(said).is_none() || length(said) == length(is)),
    }
}

/// What Diesel's type of a name is in a database; none for one that is not Diesel's.
pub(super) fn named(name: &str) -> Option<Type> {
    let ty = match name {
        "Bool" | "Boolean" => Type::Bool,
        "TinyInt" | "Tinyint" => Type::TinyInt,
        "SmallInt" | "Smallint" | "Int2" | "SmallSerial" => Type::SmallInt,
        "Integer" | "Int4" | "Serial" => Type::Integer,
        "BigInt" | "Bigint" | "Int8" | "BigSerial" => Type::BigInt,
        "Float" | "Float4" => Type::Float,
        "Double" | "Float8" => Type::Double,
        "Numeric" | "Decimal" => Type::Numeric(None),
        "Text" | "VarChar" | "Varchar" | "Char" | "Bpchar" | "Tinytext" | "Mediumtext" | "Longtext" => Type::Text,
        "Binary" | "Bytea" | "Blob" | "Tinyblob" | "Mediumblob" | "Longblob" | "Varbinary" | "Bit" => Type::Binary,
        "Date" => Type::Date,
        "Time" => Type::Time,
        "Timestamp" | "Datetime" => Type::Timestamp,
        "Timestamptz" | "TimestamptzSqlite" => Type::Timestamptz,
        "Interval" => Type::Interval,
        "Uuid" => Type::Uuid,
        "Json" => Type::Json,
        "Jsonb" => Type::Jsonb,
        "Inet" => Type::Inet,
        "Cidr" => Type::Cidr,
        "MacAddr" | "Macaddr" => Type::MacAddr,
        "MacAddr8" | "Macaddr8" => Type::Custom("macaddr8".into()),
        "Money" => Type::Custom("money".into()),
        "Citext" => Type::Custom("citext".into()),
        "Oid" => Type::Custom("oid".into()),
        "PgLsn" => Type::Custom("pg_lsn".into()),
        "CChar" => Type::Custom("\"char\"".into()),
        "Int4range" | "Int8range" | "Daterange" | "Numrange" | "Tsrange" | "Tstzrange" | "Int4multirange" | "Int8multirange"
        | "Datemultirange" | "Nummultirange" | "Tsmultirange" | "Tstzmultirange" => Type::Custom(name.to_lowercase()),
        _ => return None,
    };
    Some(ty)
}

/// What Diesel calls a type of PostgreSQL that the language has no word for.
pub(super) fn known(sql: &str) -> Option<&'static str> {
    const KNOWN: &[&str] = &[
        "Citext",
        "Money",
        "Oid",
        "Macaddr8",
        "Int4range",
        "Int8range",
        "Daterange",
        "Numrange",
        "Tsrange",
        "Tstzrange",
        "Int4multirange",
        "Int8multirange",
        "Datemultirange",
        "Nummultirange",
        "Tsmultirange",
        "Tstzmultirange",
    ];
    if sql == "pg_lsn" {
        return Some("PgLsn");
    }
    KNOWN.iter().copied().find(|name| name.eq_ignore_ascii_case(sql))
}

/// `Range<Int4>` and the like, by what they are of.
pub(super) fn range_of(inner: &Type) -> Option<&'static str> {
    match inner {
        Type::Integer => Some("int4"),
        Type::BigInt => Some("int8"),
        Type::Date => Some("date"),
        Type::Numeric(_) => Some("num"),
        Type::Timestamp => Some("ts"),
        Type::Timestamptz => Some("tstz"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_type_has_the_affinity_sqlite_gives_it() {
        let found = ["BIGINT UNSIGNED", "nchar(3)", "blob", "money"].map(affinity);
        assert_eq!(found, ["BigInt", "Text", "Binary", "Double"]);
    }

    #[test]
    fn a_schema_says_less_of_a_type_than_a_database_has() {
        let same = |said: Type, is: Type, engine| is_same_type(&said, &is, engine);
        assert!(same(Type::Text, Type::Varchar(Some(80)), Engine::Pg));
        assert!(same(Type::Text, Type::Uuid, Engine::Sqlite));
        assert!(!same(Type::Text, Type::Uuid, Engine::Pg));
        assert!(!same(Type::Varchar(Some(80)), Type::Varchar(Some(90)), Engine::Pg));
        assert!(same(Type::Varchar(Some(2)), Type::Char(2), Engine::Mysql));
        assert!(same(Type::Numeric(None), Type::Numeric(Some((10, 2))), Engine::Sqlite));
        assert!(!same(Type::Integer, Type::BigInt, Engine::Mysql));
        assert!(!same(Type::Custom("citext".into()), Type::Text, Engine::Pg));
        assert!(!same(Type::Unsigned(Box::new(Type::Integer)), Type::Integer, Engine::Mysql));
    }
}
