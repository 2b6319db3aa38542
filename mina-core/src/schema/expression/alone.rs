//! What a row does not tell alone: other rows, the time, chance, who asks.

use super::walk::any;
use crate::engine::Engine;
use sqlparser::ast::{Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value};
use std::cell::RefCell;

/// Functions of several rows on every engine; `max` and `min` of one argument are two more.
const OF_ROWS: &[&str] = &["avg", "count", "sum"];

fn of_rows_on(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &["group_concat", "json_group_array", "json_group_object", "string_agg", "total"],
        Engine::Pg => &[
            "array_agg",
            "bit_and",
            "bit_or",
            "bit_xor",
            "bool_and",
            "bool_or",
            "every",
            "json_agg",
            "json_object_agg",
            "jsonb_agg",
            "jsonb_object_agg",
            "stddev",
            "stddev_pop",
            "stddev_samp",
            "string_agg",
            "var_pop",
            "var_samp",
            "variance",
        ],
        Engine::Mysql => &[
            "bit_and",
            "bit_or",
            "bit_xor",
            "group_concat",
            "json_arrayagg",
            "json_objectagg",
            "std",
            "stddev",
            "stddev_pop",
            "stddev_samp",
            "var_pop",
            "var_samp",
            "variance",
        ],
    }
}

/// Functions that give something else at another time, on every engine.
const FICKLE: &[&str] = &["current_date", "current_time", "current_timestamp"];

/// Those that do on one, or to another session, or by chance.
fn fickle_on(engine: Engine) -> &'static [&'static str] {
    match engine {
        Engine::Sqlite => &["changes", "last_insert_rowid", "random", "randomblob", "total_changes"],
        Engine::Pg => &[
            "clock_timestamp",
            "current_role",
            "current_user",
            "currval",
            "gen_random_uuid",
            "lastval",
            "localtime",
            "localtimestamp",
            "nextval",
            "now",
            "random",
            "session_user",
            "setval",
            "statement_timestamp",
            "timeofday",
            "transaction_timestamp",
            "uuid_generate_v4",
            "uuidv4",
            "uuidv7",
        ],
        Engine::Mysql => &[
            "connection_id",
            "curdate",
            "current_role",
            "current_user",
            "curtime",
            "last_insert_id",
            "localtime",
            "localtimestamp",
            "now",
            "rand",
            "random_bytes",
            "session_user",
            "sys_guid",
            "sysdate",
            "utc_date",
            "utc_time",
            "utc_timestamp",
            "uuid",
            "uuid_short",
        ],
    }
}

/// Those of SQLite that do where they are asked for `'now'`, or for nothing. <https://www.sqlite.org/deterministic.html>
const DATES: &[&str] = &["date", "datetime", "julianday", "strftime", "time", "unixepoch"];

fn name(function: &Function) -> Option<String> {
    match function.name.0.as_slice() {
        [part] => part.as_ident().map(|ident| ident.value.to_lowercase()),
        // One in a namespace is somebody's own.
        _ => None,
    }
}

fn arguments(function: &Function) -> &[FunctionArg] {
    match &function.args {
        FunctionArguments::List(list) => &list.args,
        FunctionArguments::None | FunctionArguments::Subquery(_) => &[],
    }
}

/// The first function that is of a kind.
fn find(expr: &Expr, is_of_kind: impl Fn(&str, &Function) -> bool) -> Option<String> {
    let found = RefCell::new(None);
    any(expr, &|expr| {
        let Expr::Function(function) = expr else { return false };
        let named = name(function).filter(|name| is_of_kind(name, function));
        let is_found = named.is_some();
        found.replace(named);
        is_found
    });
    found.into_inner()
}

/// The function of several rows that is in an expression.
pub(crate) fn of_rows(expr: &Expr, engine: Engine) -> Option<String> {
    find(expr, |name, function| {
        let largest = ["max", "min"].contains(&name) && arguments(function).len() == 1;
        function.over.is_some() || largest || OF_ROWS.contains(&name) || of_rows_on(engine).contains(&name)
    })
}

/// The function in an expression that gives something else another time.
pub(super) fn fickle(expr: &Expr, engine: Engine) -> Option<String> {
    let asks_the_clock = |name: &str, function: &Function| {
        let is_elsewhere = || arguments(function).iter().any(|argument| is_text(argument, &["localtime", "utc"]));
        engine == Engine::Sqlite && DATES.contains(&name) && (is_now(function) || is_elsewhere())
    };
    find(expr, |name, function| {
        FICKLE.contains(&name) || fickle_on(engine).contains(&name) || asks_the_clock(name, function)
    })
}

/// The same of what SQLite refuses in a check as well, once a row is put in.
pub(super) fn asks_the_clock(expr: &Expr) -> Option<String> {
    find(expr, |name, function| DATES.contains(&name) && is_now(function))
}

fn is_now(function: &Function) -> bool {
    // `strftime` is told a form first.
    let all = arguments(function);
    let moment = all
        .get(usize::from(name(function).as_deref() == Some("strftime"))..)
        .unwrap_or_default();
    moment.is_empty() || moment.iter().any(|argument| is_text(argument, &["now"]))
}

/// Whether an argument is a text that is one of these.
fn is_text(argument: &FunctionArg, texts: &[&str]) -> bool {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) => {
            matches!(&value.value, Value::SingleQuotedString(text) if texts.iter().any(|one| text.eq_ignore_ascii_case(one)))
        }
        _ => false,
    }
}
