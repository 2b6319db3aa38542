//! Changes for which every row is written anew, by the rules of each engine.

use super::{Ground, listed, or_allow, volatile};
use crate::diagnostic::{Diagnostic, Lint};
use crate::engine::{Engine, Product, Target};
use crate::history::Resolved;
use crate::operation::{Operation, Using};
use crate::schema::{Column, Default, Enum, ObjectName, Schema, Table, Type, Value};
use crate::sql::{self, postgres::is_online};

pub(super) fn check(ground: &Ground<'_>, resolved: &Resolved) -> Option<Diagnostic> {
    match &resolved.operation {
        Operation::AddColumn { table, column, .. } if ground.is_live(table, &resolved.before) => added(ground, resolved, table, column),
        Operation::AlterColumn { table, after, .. } if ground.is_live(table, &resolved.before) && !is_online(resolved) => {
            let why = retyped(&resolved.operation, &resolved.before, ground.up.target)?;
            let lint = Lint::RewritingType;
            let found = ground.say(lint, resolved, || why.message(ground, table, after))?;
            Some(found.help(why.help(ground)).help(or_allow(lint, "it is small")))
        }
        Operation::AlterEnum { before, after, renamed } => enumeration(ground, resolved, before, after, renamed.is_some()),
        _ => None,
    }
}

/// Whether an operation changes a type so that every row is written anew.
pub(super) fn rewrites(ground: &Ground<'_>, resolved: &Resolved) -> bool {
    let why = retyped(&resolved.operation, &resolved.before, ground.up.target);
    matches!(why, Some(Why::Rows))
}

/// What a change of type costs.
pub(crate) enum Why {
    /// Every row is written anew, or copied.
    Rows,
    /// The indexes are built anew.
    Indexes(String),
    /// A check looks at every row again.
    Check(String),
}

impl Why {
    fn message(&self, ground: &Ground<'_>, table: &ObjectName, column: &Column) -> String {
        let product = ground.product();
        let nobody = match ground.engine() {
            Engine::Mysql => "lets nobody write to it meanwhile",
            _ => "lets nobody read or write it meanwhile",
        };
        match self {
            Self::Rows => format!(
                "{product} writes every row of `{table}` anew for the type of `{}` and {nobody}",
                column.name
            ),
            Self::Indexes(index) => format!(
                "{product} builds `{index}` of `{table}` anew for the type of `{}` and {nobody}",
                column.name
            ),
            Self::Check(check) => format!("{product} looks at every row of `{table}` for `{check}` again and {nobody}"),
        }
    }

    fn help(&self, ground: &Ground<'_>) -> &'static str {
        match self {
            Self::Rows if ground.engine() == Engine::Pg => {
                "write `online = true` beside the type: a new column is filled while the table is in use, and takes the place of the old one"
            }
            Self::Rows => "add a column of the new type, write to both, `backfill` the old rows, and let it take the place of the old one",
            Self::Indexes(_) => "drop the index before it, and build it again `{ concurrently = true }` after it",
            Self::Check(_) => "drop the check before it, and create it again with `{ online = true }` after it",
        }
    }
}

/// What it costs that an operation changes a type; nothing where it is another operation.
pub(crate) fn retyped(operation: &Operation, schema: &Schema, target: Target) -> Option<Why> {
    let Operation::AlterColumn {
        table,
        before,
        after,
        using,
    } = operation
    else {
        return None;
    };
    cost(schema.table(table)?, before, after, using, target.product)
}

/// Whether PostgreSQL does more for a change of type than to note it.
pub(crate) fn is_costly(table: &Table, before: &Column, after: &Column, using: &Using) -> bool {
    cost(table, before, after, using, Product::Postgres).is_some()
}

fn cost(table: &Table, before: &Column, after: &Column, using: &Using, product: Product) -> Option<Why> {
    let dialect = sql::dialect(product.engine())?;
    let retyped = dialect.type_name(&before.ty) != dialect.type_name(&after.ty) || !is_plain(using, before);
    let collated = before.collation != after.collation;
    if !(retyped || collated) || before.generated.as_ref().is_some_and(|generated| !generated.stored) {
        return None;
    }
    match product {
        Product::Sqlite => None,
        Product::Postgres if retyped && (!is_plain(using, before) || !relabels(&before.ty, &after.ty)) => Some(Why::Rows),
        Product::Postgres => {
            let index = table.indexes_using(&before.name).map(|index| index.name.text.clone()).next();
            let key = || index.or_else(|| unique_on(table, &before.name));
            let check = || {
                let check = table
                    .checks
                    .iter()
                    .find(|check| !check.not_valid && check.expression.uses(&before.name));
                check.map(|check| check.name.text.clone())
            };
            let anew = collated.then(key).flatten().map(Why::Indexes);
            anew.or_else(|| check().map(Why::Check))
        }
        Product::Mariadb | Product::Mysql if !retyped => None,
        product => (!is_plain(using, before) || !grows(&before.ty, &after.ty, product)).then_some(Why::Rows),
    }
}

fn is_plain(using: &Using, column: &Column) -> bool {
    match using {
        Using::Implicit | Using::Cast => true,
        Using::Expression(expression) => expression.sql().trim_matches(['"', '`']) == column.name,
    }
}

fn unique_on(table: &Table, column: &str) -> Option<String> {
    let key = table.primary_key.iter().map(|key| (&key.name, &key.columns));
    let mut all = key.chain(table.uniques.iter().map(|unique| (&unique.name, &unique.columns)));
    all.find(|(_, columns)| columns.iter().any(|name| name == column))
        .map(|(name, _)| name.text.clone())
}

/// The changes of type for which PostgreSQL leaves the rows as they are.
fn relabels(before: &Type, after: &Type) -> bool {
    match (before, after) {
        (Type::Varchar(_) | Type::Text, Type::Varchar(None) | Type::Text) | (Type::Cidr, Type::Inet) => true,
        (Type::Varchar(Some(was)), Type::Varchar(Some(is))) => is >= was,
        (Type::Numeric(_), Type::Numeric(None)) => true,
        (Type::Numeric(Some((precision, scale))), Type::Numeric(Some((wider, same)))) => wider >= precision && scale == same,
        (Type::Custom(was), Type::Text | Type::Varchar(None)) => was.eq_ignore_ascii_case("citext"),
        (Type::Text | Type::Varchar(None), Type::Custom(is)) => is.eq_ignore_ascii_case("citext"),
        (Type::Unknown, _) | (_, Type::Unknown) => true,
        _ => false,
    }
}

/// The bytes that a character may take: what the two keep a text's length by.
const WIDEST: u32 = 4;

/// The changes of type for which MariaDB and MySQL leave the rows as they are.
fn grows(before: &Type, after: &Type, product: Product) -> bool {
    match (before, after) {
        (Type::Varchar(Some(was)), Type::Varchar(Some(is))) if is >= was => {
            let short = |length: u32| length.saturating_mul(WIDEST) <= 255;
            // MariaDB has room for a second byte of the length where a text has at most 127 bytes.
            let roomy = product == Product::Mariadb && was.saturating_mul(WIDEST) <= 127;
            short(*is) || !short(*was) || roomy
        }
        (Type::Unknown, _) | (_, Type::Unknown) => true,
        _ => false,
    }
}

fn added(ground: &Ground<'_>, resolved: &Resolved, table: &ObjectName, column: &Column) -> Option<Diagnostic> {
    let why = fills_rows(column, &resolved.before, ground.engine())?;
    let lint = Lint::RewritingColumn;
    let nobody = match ground.engine() {
        Engine::Mysql => "lets nobody write to it meanwhile",
        _ => "lets nobody read or write it meanwhile",
    };
    let found = ground.say(lint, resolved, || {
        format!(
            "{} writes every row of `{table}` anew for `{}`, since {why}, and {nobody}",
            ground.product(),
            column.name
        )
    })?;
    let help = match column.generated {
        Some(_) => "make it `stored = false` where the version can, or a plain column that a trigger keeps and `backfill` fills",
        None => "add it `Nullable` and without the default, give it the default by `alter_column`, and `backfill` the rows",
    };
    Some(found.help(help).help(or_allow(lint, "it is small")))
}

/// Why every row is written anew for a new column; none where it is not.
pub(crate) fn fills_rows(column: &Column, schema: &Schema, engine: Engine) -> Option<&'static str> {
    match (&column.generated, &column.default) {
        _ if engine == Engine::Sqlite => None,
        _ if column.identity => Some("it is counted up"),
        (Some(generated), _) => generated.stored.then_some("it is generated and stored"),
        (_, Some(default)) => differs(default, schema, engine).then_some("its default differs from row to row"),
        (_, None) => None,
    }
}

/// Whether a default has to be asked for each row.
fn differs(default: &Default, schema: &Schema, engine: Engine) -> bool {
    match default {
        Default::Value(Value::Uuid) => true,
        Default::Value(Value::Sql(text)) => volatile::is_volatile_text(text, engine, schema),
        Default::Value(_) => false,
        Default::Sql(expression) => volatile::is_volatile(expression, schema),
    }
}

fn enumeration(ground: &Ground<'_>, resolved: &Resolved, before: &Enum, after: &Enum, renamed: bool) -> Option<Diagnostic> {
    let removed = before.values.iter().any(|value| !after.values.contains(value)) && !renamed;
    let appended = after.values.starts_with(&before.values);
    let costs = match ground.engine() {
        Engine::Sqlite => false,
        Engine::Pg => removed,
        Engine::Mysql => !appended,
    };
    if !costs {
        return None;
    }
    let uses = |table: &Table| table.columns.iter().any(|column| column.ty.is_of_enum(&before.name));
    let tables = resolved
        .before
        .tables()
        .values()
        .filter(|table| uses(table))
        .map(|table| &table.name);
    let live: Vec<&ObjectName> = tables.filter(|name| ground.is_live(name, &resolved.before)).collect();
    if live.is_empty() {
        return None;
    }
    let lint = Lint::RewritingEnum;
    let (nobody, help) = match ground.engine() {
        Engine::Mysql => (
            "lets nobody write meanwhile",
            "add new values at the end, and leave those that are no longer used in it",
        ),
        _ => (
            "lets nobody read or write meanwhile",
            "leave the value in it: nothing has to use it",
        ),
    };
    let found = ground.say(lint, resolved, || {
        format!(
            "{} writes every row of {} anew for `{}` and {nobody}",
            ground.product(),
            listed(live),
            before.name
        )
    })?;
    Some(found.help(help).help(or_allow(lint, "it is small")))
}
