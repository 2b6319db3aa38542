//! Which expressions of a default differ from row to row.

use crate::engine::Engine;
use crate::schema::{Expression, Schema};

/// Functions of PostgreSQL that give the same in one statement.
const STEADY: &[&str] = &[
    "abs",
    "age",
    "array_fill",
    "array_append",
    "array_length",
    "array_prepend",
    "ascii",
    "btrim",
    "ceil",
    "ceiling",
    "char_length",
    "chr",
    "concat",
    "concat_ws",
    "current_database",
    "current_date",
    "current_role",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "date",
    "date_part",
    "date_trunc",
    "decode",
    "encode",
    "exp",
    "floor",
    "format",
    "gen_salt",
    "greatest",
    "hashtext",
    "inet_client_addr",
    "initcap",
    "int4range",
    "int8range",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_set",
    "least",
    "left",
    "length",
    "ln",
    "localtime",
    "localtimestamp",
    "log",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "make_time",
    "make_timestamp",
    "make_timestamptz",
    "md5",
    "mod",
    "now",
    "nullif",
    "numrange",
    "octet_length",
    "point",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "session_user",
    "sha256",
    "sha512",
    "sign",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "translate",
    "trim",
    "trunc",
    "tstzrange",
    "tsrange",
    "daterange",
    "upper",
];

/// Functions of MariaDB and MySQL that do not.
const FICKLE: &[&str] = &[
    "uuid",
    "uuid_short",
    "rand",
    "random_bytes",
    "sys_guid",
    "nextval",
    "lastval",
    "sleep",
    "sysdate",
    "uuid_v4",
    "uuid_v7",
];

/// Whether an expression may differ from row to row: what PostgreSQL does not say of its own functions, it takes to do so.
pub(super) fn is_volatile(expression: &Expression, schema: &Schema) -> bool {
    let engine = expression.engine();
    expression.calls(&|name| match engine {
        Engine::Mysql => FICKLE.contains(&name),
        _ => !STEADY.contains(&name) && !is_declared_steady(name, schema),
    })
}

/// The same of a text; one that cannot be read is taken to differ.
pub(super) fn is_volatile_text(text: &str, engine: Engine, schema: &Schema) -> bool {
    Expression::parse(text, engine).map_or(true, |expression| is_volatile(&expression, schema))
}

/// Whether the history has a function that says of itself that it is steady.
fn is_declared_steady(name: &str, schema: &Schema) -> bool {
    let says = |body: &str| {
        let mut words = body.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word.eq_ignore_ascii_case("immutable") || word.eq_ignore_ascii_case("stable"))
    };
    let mut named = schema
        .functions()
        .values()
        .filter(|function| function.name.name.eq_ignore_ascii_case(name));
    named.any(|function| says(&function.body))
}
