//! What SQLite stores as words, read back.

use mina_core::schema::{Action, Deferral, Type};
use mina_core::sql::sqlite::lexer::{Kind, tokens};

/// The type of a declared name; a name that is nobody's is [`Type::Custom`].
pub(super) fn declared(text: &str) -> Type {
    let tokens = tokens(text);
    let words: Vec<String> = tokens
        .iter()
        .take_while(|token| token.kind != Kind::Mark)
        .map(|token| token.text.to_ascii_uppercase())
        .collect();
    let numbers: Vec<u32> = tokens
        .iter()
        .filter(|token| token.kind == Kind::Number)
        .filter_map(|token| token.text.parse().ok())
        .collect();
    match (words.join(" ").as_str(), numbers.as_slice()) {
        ("BOOLEAN" | "BOOL", []) => Type::Bool,
        ("TINYINT", []) => Type::TinyInt,
        ("SMALLINT" | "INT2", []) => Type::SmallInt,
        ("INTEGER" | "INT", []) => Type::Integer,
        ("BIGINT" | "INT8", []) => Type::BigInt,
        ("FLOAT" | "REAL", []) => Type::Float,
        ("DOUBLE" | "DOUBLE PRECISION", []) => Type::Double,
        ("NUMERIC" | "DECIMAL", []) => Type::Numeric(None),
        ("NUMERIC" | "DECIMAL", [precision]) => Type::Numeric(Some((*precision, 0))),
        ("NUMERIC" | "DECIMAL", [precision, scale]) => Type::Numeric(Some((*precision, *scale))),
        ("VARCHAR", []) => Type::Varchar(None),
        ("VARCHAR" | "CHARACTER VARYING", [length]) => Type::Varchar(Some(*length)),
        ("CHAR" | "CHARACTER", [length]) => Type::Char(*length),
        ("TEXT" | "CLOB", []) => Type::Text,
        ("BLOB", []) => Type::Binary,
        ("DATE", []) => Type::Date,
        ("TIME", []) => Type::Time,
        ("TIMESTAMP" | "DATETIME", []) => Type::Timestamp,
        ("TIMESTAMPTZ", []) => Type::Timestamptz,
        ("UUID_TEXT", []) => Type::Uuid,
        ("JSON_TEXT" | "JSON", []) => Type::Json,
        ("JSONB_BLOB" | "JSONB", []) => Type::Jsonb,
        _ => Type::Custom(text.to_owned()),
    }
}

/// The action of a foreign key at an event, from what follows its columns.
pub(super) fn action(actions: &str, event: &str) -> Action {
    let rest = actions.split(&format!("ON {event} ")).nth(1).unwrap_or_default();
    let known = [
        ("RESTRICT", Action::Restrict),
        ("CASCADE", Action::Cascade),
        ("SET NULL", Action::SetNull),
        ("SET DEFAULT", Action::SetDefault),
    ];
    let found = known.into_iter().find(|(word, _)| rest.starts_with(word));
    found.map_or(Action::NoAction, |(_, action)| action)
}

/// When a foreign key is looked at, from what follows its columns.
pub(super) fn deferral(actions: &str) -> Deferral {
    match () {
        () if actions.contains("NOT DEFERRABLE") || !actions.contains("DEFERRABLE") => Deferral::No,
        () if actions.contains("INITIALLY DEFERRED") => Deferral::InitiallyDeferred,
        () => Deferral::Deferrable,
    }
}
