use serde::Serialize;

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
