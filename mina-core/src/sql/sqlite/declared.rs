//! What SQLite keeps of a column's type: the words it was declared with.

use super::Sqlite;
use super::lexer::{Kind, Token, tokens};
use crate::schema::Type;
use crate::sql::Dialect;

/// The type that stored words declare: the one that Mina writes so, or another tool for it, if its values are stored
/// alike; else [`Type::Custom`] with the words.
pub fn declared(words: &str) -> Type {
    let tokens = tokens(words);
    let unsigned = tokens.first().is_some_and(|token| token.is("UNSIGNED")) && tokens.len() > 1;
    let (inner, ty) = match unsigned {
        true => (&tokens[1..], (|ty| Type::Unsigned(Box::new(ty))) as fn(Type) -> Type),
        false => (&tokens[..], (|ty| ty) as fn(Type) -> Type),
    };
    match named(inner).map(ty) {
        Some(ty) if affinity(&Sqlite.type_name(&ty)) == affinity(words) => ty,
        _ => Type::Custom(spelled(&tokens)),
    }
}

fn named(tokens: &[Token<'_>]) -> Option<Type> {
    let words: Vec<String> = tokens
        .iter()
        .take_while(|token| matches!(token.kind, Kind::Word | Kind::Quoted))
        .filter_map(|token| Some(token.name()?.to_ascii_uppercase()))
        .collect();
    let numbers = numbers(&tokens[words.len()..])?;
    Some(match (words.join(" ").as_str(), numbers.as_slice()) {
        ("BOOLEAN" | "BOOL", []) => Type::Bool,
        ("TINYINT", []) => Type::TinyInt,
        ("SMALLINT" | "INT2", []) => Type::SmallInt,
        ("INTEGER" | "INT" | "INT4", []) => Type::Integer,
        ("BIGINT" | "INT8", []) => Type::BigInt,
        ("FLOAT" | "REAL", []) => Type::Float,
        ("DOUBLE" | "DOUBLE PRECISION", []) => Type::Double,
        ("NUMERIC" | "DECIMAL", []) => Type::Numeric(None),
        ("NUMERIC" | "DECIMAL", [precision]) => Type::Numeric(Some((*precision, 0))),
        ("NUMERIC" | "DECIMAL", [precision, scale]) => Type::Numeric(Some((*precision, *scale))),
        ("VARCHAR" | "CHARACTER VARYING", []) => Type::Varchar(None),
        ("VARCHAR" | "CHARACTER VARYING", [length]) => Type::Varchar(Some(*length)),
        ("CHAR" | "CHARACTER", [length]) => Type::Char(*length),
        ("TEXT" | "CLOB", []) => Type::Text,
        ("BLOB", []) => Type::Binary,
        ("DATE", []) => Type::Date,
        ("TIME", []) => Type::Time,
        ("TIMESTAMP" | "DATETIME", []) => Type::Timestamp,
        ("TIMESTAMPTZ", []) => Type::Timestamptz,
        ("INTERVAL_TEXT", []) => Type::Interval,
        ("UUID_TEXT", []) => Type::Uuid,
        ("JSON_TEXT", []) => Type::Json,
        ("JSONB_BLOB", []) => Type::Jsonb,
        ("INET_TEXT", []) => Type::Inet,
        ("CIDR_TEXT", []) => Type::Cidr,
        ("MACADDR_TEXT", []) => Type::MacAddr,
        _ => return None,
    })
}

/// The numbers of `(10, 2)`; none where there is anything else.
fn numbers(tokens: &[Token<'_>]) -> Option<Vec<u32>> {
    let inside = match tokens {
        [] => return Some(Vec::new()),
        [open, inside @ .., close] if open.is_mark("(") && close.is_mark(")") => inside,
        _ => return None,
    };
    let mut numbers = Vec::new();
    for (at, token) in inside.iter().enumerate() {
        match at % 2 {
            0 => numbers.push(token.text.parse().ok()?),
            _ if token.is_mark(",") => {}
            _ => return None,
        }
    }
    Some(numbers)
}

/// `UNSIGNED BIG INT`, `GEOMETRY(POINT, 4326)`: quotes, case and white space are nobody's.
fn spelled(tokens: &[Token<'_>]) -> String {
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let closes = token.is_mark(")") || token.is_mark(",") || token.is_mark("(");
        let opened = at > 0 && tokens[at - 1].is_mark("(");
        let signed = at > 0 && (tokens[at - 1].is_mark("-") || tokens[at - 1].is_mark("+"));
        if !(at == 0 || closes || opened || signed) {
            text.push(' ');
        }
        text += &token.name().unwrap_or_else(|| token.text.to_owned()).to_ascii_uppercase();
    }
    text
}

/// How SQLite stores the values of a column declared with these words: `INTEGER`, `TEXT`, `BLOB`, `REAL` or `NUMERIC`.
pub fn affinity(words: &str) -> &'static str {
    let words = words.to_ascii_uppercase();
    let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    match () {
        () if has(&["INT"]) => "INTEGER",
        () if has(&["CHAR", "CLOB", "TEXT"]) => "TEXT",
        () if words.is_empty() || has(&["BLOB"]) => "BLOB",
        () if has(&["REAL", "FLOA", "DOUB"]) => "REAL",
        () => "NUMERIC",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mina_writes_is_read_again() {
        let types = [
            Type::Bool,
            Type::TinyInt,
            Type::SmallInt,
            Type::Integer,
            Type::BigInt,
            Type::Float,
            Type::Double,
            Type::Numeric(None),
            Type::Numeric(Some((10, 2))),
            Type::Varchar(None),
            Type::Varchar(Some(40)),
            Type::Char(2),
            Type::Text,
            Type::Binary,
            Type::Date,
            Type::Time,
            Type::Timestamp,
            Type::Timestamptz,
            Type::Interval,
            Type::Uuid,
            Type::Json,
            Type::Jsonb,
            Type::Inet,
            Type::Cidr,
            Type::MacAddr,
            Type::Unsigned(Box::new(Type::BigInt)),
            Type::Custom("GEOMETRY(POINT, 4326)".into()),
        ];
        for ty in types {
            assert_eq!(declared(&Sqlite.type_name(&ty)), ty);
        }
    }

    #[test]
    fn what_others_write_is_the_same_type_if_it_is_stored_alike() {
        let same = [
            ("int", Type::Integer),
            ("\"Double\" precision", Type::Double),
            ("character  varying ( 20 )", Type::Varchar(Some(20))),
            ("[varchar](20)", Type::Varchar(Some(20))),
            ("DATETIME", Type::Timestamp),
            ("decimal(8)", Type::Numeric(Some((8, 0)))),
            ("unsigned int", Type::Unsigned(Box::new(Type::Integer))),
        ];
        for (words, ty) in same {
            assert_eq!(declared(words), ty, "{words}");
        }
        let other = [
            ("json", "JSON"),
            ("Unsigned  Big Int", "UNSIGNED BIG INT"),
            ("text(20)", "TEXT(20)"),
            ("varchar(max)", "VARCHAR(MAX)"),
            ("decimal(-1,+2)", "DECIMAL(-1, +2)"),
            ("float(5", "FLOAT(5"),
            ("", ""),
        ];
        for (words, custom) in other {
            assert_eq!(declared(words), Type::Custom(custom.into()), "{words}");
        }
    }

    #[test]
    fn text_that_looks_like_a_number_stays_text() {
        assert_eq!(
            ["BIGINT", "varchar(3)", "", "JSONB_BLOB", "double", "DATE", "FLOATING POINT"].map(affinity),
            ["INTEGER", "TEXT", "BLOB", "BLOB", "REAL", "NUMERIC", "INTEGER"]
        );
    }
}
