use serde::Serialize;
use std::fmt;

/// A literal or a known function, as it stands in a default or a row. Numbers stay text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Value {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `-12`, digits and sign only.
    Integer(String),
    /// `1.50`, `-2e3`
    Decimal(String),
    /// `"text"`
    String(String),
    /// `b"\x00\xff"`
    Bytes(Vec<u8>),
    /// `json(r#"…"#)`
    Json(String),
    /// `now()`
    Now,
    /// `today()`
    Today,
    /// `uuid()`
    Uuid,
    /// `sql("…")`
    Sql(String),
    /// A bare word, where an option takes one: `row_format = dynamic`.
    Word(String),
}

/// As the language writes it: `"text"`, `b"\x00"`, `json(r#"{}"#)`.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Integer(text) | Self::Decimal(text) | Self::Word(text) => f.write_str(text),
            Self::String(text) => write!(f, "{text:?}"),
            Self::Bytes(bytes) => write!(f, "b\"{}\"", bytes.escape_ascii()),
            Self::Json(text) => {
                let hashes = "#".repeat(longest_run_after_quote(text) + 1);
                write!(f, "json(r{hashes}\"{text}\"{hashes})")
            }
            Self::Now => f.write_str("now()"),
            Self::Today => f.write_str("today()"),
            Self::Uuid => f.write_str("uuid()"),
            Self::Sql(text) => write!(f, "sql({text:?})"),
        }
    }
}

fn longest_run_after_quote(text: &str) -> usize {
    let runs = text.split('"').skip(1).map(|rest| rest.chars().take_while(|c| *c == '#').count());
    runs.max().unwrap_or(0)
}
