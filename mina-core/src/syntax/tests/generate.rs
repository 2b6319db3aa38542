//! Random blocks, with hostile names and strings.

mod table;

use crate::diagnostic::Lint;
use crate::engine::Engine;
use crate::schema::{Action, Deferral, ObjectName, Type, Value};
use crate::syntax::Span;
use crate::syntax::ast::*;
use crate::syntax::lexer::lex;
use crate::syntax::print::tokens_as_text;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use table::{changes, column, columns, constraint, index, options, table_def};

const WORDS: &[&str] = &[
    "on",
    "using",
    "table",
    "index",
    "check",
    "unique",
    "primary_key",
    "foreign_key",
    "exclusion",
    "as",
    "by",
    "references",
    "type",
    "fn",
    "self",
    "true",
    "null",
    "none",
    "now",
    "desc",
    "where",
    "effect",
    "undo",
    "base",
    "upgrade",
    "downgrade",
    "drop_column",
    "update",
    "delete",
    "run",
    "Pg",
    "_",
    "__",
    "2fa",
    "my col",
    "a.b",
    "a\"b",
    "a`b",
    "`a`",
    "\\",
    "ключ",
    "a\nb",
    "'",
    "//",
    "/*",
    "r#type",
    "\u{202e}x",
    "{",
    "b\"",
];

fn span() -> Span {
    Span::default()
}

pub fn name() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-z][a-z0-9_]{0,6}",
        2 => select(WORDS).prop_map(str::to_owned),
        1 => any::<String>().prop_filter("empty", |name| !name.is_empty()),
    ]
    .boxed()
}

pub fn ident() -> BoxedStrategy<Ident> {
    name().prop_map(|text| Ident { text, span: span() }).boxed()
}

fn of_text(text: impl Strategy<Value = String> + 'static) -> BoxedStrategy<Ident> {
    text.prop_map(|text| Ident { text, span: span() }).boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof![
        2 => "[a-z ']{0,12}",
        1 => any::<String>(),
        1 => vec(select(&["a", " ", "\n", "\t", "\"", "\"#", "\\", "\r\n", "\r", "`x`", "--", "{", "}", "é", "\0"][..]), 0..12).prop_map(|parts| parts.concat()),
    ]
    .boxed()
}

fn filled_text() -> BoxedStrategy<String> {
    text().prop_filter("blank", |text| !text.trim().is_empty()).boxed()
}

fn sql() -> BoxedStrategy<SqlString> {
    filled_text().prop_map(|text| SqlString { text, span: span() }).boxed()
}

fn table() -> BoxedStrategy<TableRef> {
    (of(ident()), ident())
        .prop_map(|(schema, name)| TableRef {
            schema,
            name,
            implied: false,
        })
        .boxed()
}

fn engines(least: usize) -> BoxedStrategy<Vec<EngineRef>> {
    subsequence(Engine::ALL, least..=3)
        .prop_map(|engines| engines.into_iter().map(|engine| EngineRef { engine, span: span() }).collect())
        .boxed()
}

fn few_engines() -> BoxedStrategy<Vec<EngineRef>> {
    prop_oneof![3 => Just(Vec::new()), 1 => engines(0)].boxed()
}

fn lints() -> BoxedStrategy<Vec<LintRef>> {
    prop_oneof![
        3 => Just(Vec::new()),
        1 => subsequence(Lint::ALL, 0..3).prop_flat_map(|lints| {
            let lint = |lint| of(text()).prop_map(move |reason| LintRef { lint, reason, span: span() });
            lints.into_iter().map(lint).collect::<Vec<_>>()
        }),
    ]
    .boxed()
}

fn sql_text() -> BoxedStrategy<SqlText> {
    let each = engines(1).prop_flat_map(|engines| {
        let texts = vec(sql(), engines.len());
        texts.prop_map(move |texts| SqlText::PerEngine(engines.iter().cloned().zip(texts).collect(), span()))
    });
    prop_oneof![3 => sql().prop_map(SqlText::Same), 1 => each].boxed()
}

fn scalar() -> BoxedStrategy<Type> {
    use Type::*;
    let integers = select(&[TinyInt, SmallInt, Integer, BigInt][..]).prop_map(|ty| Unsigned(Box::new(ty)));
    let plain = select(
        &[
            Bool,
            TinyInt,
            SmallInt,
            Integer,
            BigInt,
            Float,
            Double,
            Text,
            Binary,
            Date,
            Time,
            Timestamp,
            Timestamptz,
            Interval,
            Uuid,
            Json,
            Jsonb,
            Inet,
            Cidr,
            MacAddr,
            Numeric(None),
            Varchar(None),
        ][..],
    );
    prop_oneof![
        5 => plain,
        1 => (1..70u32, 0..70u32).prop_map(|(p, s)| Numeric(Some((p, s.min(p))))),
        1 => (1..=u32::MAX).prop_map(|n| Varchar(Some(n))),
        1 => (1..=u32::MAX).prop_map(Char),
        1 => integers,
        1 => (of(name()), name()).prop_map(|(schema, name)| Enum(ObjectName { schema: schema.map(Into::into), name: name.into() })),
        1 => filled_text().prop_map(Custom),
    ]
    .boxed()
}

fn type_ref() -> BoxedStrategy<TypeRef> {
    let ty = scalar().prop_recursive(2, 4, 1, |inner| inner.prop_map(|ty| Type::Array(Box::new(ty))));
    (ty, any::<bool>())
        .prop_map(|(ty, nullable)| TypeRef {
            ty,
            nullable,
            span: span(),
        })
        .boxed()
}

fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        "-?[0-9]{1,20}".prop_map(Value::Integer),
        "-?[0-9]{1,8}(\\.[0-9]{1,8}|\\.[0-9]{1,3}[eE][+-]?[0-9]{1,2}|[eE][0-9]{1,2})".prop_map(Value::Decimal),
        text().prop_map(Value::String),
        vec(any::<u8>(), 0..8).prop_map(Value::Bytes),
        text().prop_map(Value::Json),
        Just(Value::Now),
        Just(Value::Today),
        Just(Value::Uuid),
        filled_text().prop_map(Value::Sql),
    ]
    .boxed()
}

fn value_or_null() -> BoxedStrategy<Value> {
    prop_oneof![8 => value(), 1 => Just(Value::Null)].boxed()
}

fn action() -> BoxedStrategy<Action> {
    use Action::*;
    select(&[NoAction, Restrict, Cascade, SetNull, SetDefault][..]).boxed()
}

fn deferral() -> BoxedStrategy<Deferral> {
    select(&[Deferral::No, Deferral::Deferrable, Deferral::InitiallyDeferred][..]).boxed()
}

fn enum_change() -> BoxedStrategy<EnumChange> {
    let word = || of_text(text());
    let place = (select(&[EnumPlace::Before, EnumPlace::After][..]), word());
    prop_oneof![
        (word(), of(place)).prop_map(|(value, place)| EnumChange::Add { value, place }),
        (word(), word()).prop_map(|(value, to)| EnumChange::Rename { value, to }),
        word().prop_map(|value| EnumChange::Remove { value }),
    ]
    .boxed()
}

/// Tokens as text, from what Rust can look like.
fn rust() -> BoxedStrategy<String> {
    let pieces = &[
        "use schema::users::dsl::*;",
        "let x: Vec<Option<i32>> = a.b::<T>()?;",
        "for r#type in &xs { f(*r#type)?; }",
        "if !a && b != -1 { c(); } else { d[0] = 'x'; }",
        "match a { Some(n) if n >= 1 => {} _ => return Err(\"é\".into()), }",
        "let f = |a, b| -> &'static str { \"a\nb\" };",
        "diesel::sql_query(r#\"UPDATE \"a\"\"#).execute(conn)?;",
        "#[allow(unused)] let y = 1..=2;",
        "/// doc\nstruct S<'a, T: ?Sized>(&'a T);",
        "users.filter(id.eq_any([1, 2])).set((a.eq(1), b.eq(2)))",
        "Ok(())",
    ];
    vec(select(&pieces[..]), 0..4)
        .prop_map(|pieces| canonical(&pieces.join("\n")))
        .boxed()
}

fn canonical(text: &str) -> String {
    let tokens = lex(text).expect("is Rust");
    tokens_as_text(&tokens, Span::new(0, tokens.tokens.len()))
}

fn arguments() -> BoxedStrategy<String> {
    let texts = &[
        "",
        "a integer",
        "text[], timestamp(3)",
        "VARIADIC items anyarray",
        "a numeric(10, 2) = 1.5",
        "OUT \"a b\" int",
    ];
    select(&texts[..]).prop_map(canonical).boxed()
}

fn row(names: Option<usize>) -> BoxedStrategy<Row> {
    let values = |n: usize| vec(value_or_null().prop_map(|value| (value, span())), n);
    match names {
        Some(n) => values(n)
            .prop_map(|values| Row {
                names: Vec::new(),
                values,
                span: span(),
            })
            .boxed(),
        None => vec((ident(), value_or_null()), 0..4)
            .prop_map(|pairs| {
                let mut row = Row {
                    names: Vec::new(),
                    values: Vec::new(),
                    span: span(),
                };
                for (name, value) in pairs {
                    if !row.names.contains(&name) {
                        row.names.push(name);
                        row.values.push((value, span()));
                    }
                }
                row
            })
            .boxed(),
    }
}

fn bulk_insert() -> BoxedStrategy<BulkInsert> {
    let named = (table(), vec(row(None), 0..4)).prop_map(|(table, rows)| BulkInsert {
        table,
        columns: None,
        rows,
    });
    let positional = (table(), columns()).prop_flat_map(|(table, columns)| {
        vec(row(Some(columns.len())), 0..4).prop_map(move |rows| BulkInsert {
            table: table.clone(),
            columns: Some(columns.clone()),
            rows,
        })
    });
    prop_oneof![named, positional].boxed()
}

fn undo(depth: u32) -> BoxedStrategy<Undo> {
    let plain = prop_oneof![2 => Just(Undo::Missing), 1 => Just(Undo::Nothing), 1 => sql_text().prop_map(Undo::Sql)];
    if depth == 0 {
        return plain.boxed();
    }
    prop_oneof![3 => plain, 1 => body(depth - 1).prop_map(Undo::Body)].boxed()
}

fn effect(depth: u32) -> BoxedStrategy<Option<Body>> {
    if depth == 0 {
        return Just(None).boxed();
    }
    of(body(depth - 1)).boxed()
}

/// A statement that can stand in a batch, with the table it is on.
fn table_statement(table: BoxedStrategy<TableRef>) -> BoxedStrategy<StatementKind> {
    let t = || table.clone();
    prop_oneof![
        4 => (t(), column()).prop_map(|(table, column)| StatementKind::AddColumn { table, column }),
        4 => (t(), ident(), changes()).prop_map(|(table, column, changes)| StatementKind::AlterColumn { table, column, changes }),
        1 => (t(), ident()).prop_map(|(table, column)| StatementKind::DropColumn { table, column }),
        4 => (t(), constraint(), any::<bool>()).prop_map(|(table, mut constraint, online)| {
            constraint.online = online && !matches!(constraint.kind, ConstraintKind::Exclusion { .. });
            StatementKind::CreateConstraint { table, constraint }
        }),
        1 => (t(), ident()).prop_map(|(table, name)| StatementKind::DropConstraint { table, name }),
        3 => (t(), index()).prop_map(|(table, index)| StatementKind::CreateIndex { table, index }),
        1 => (t(), ident(), any::<bool>()).prop_map(|(table, name, concurrently)| StatementKind::DropIndex { table, name, concurrently }),
        1 => (t(), ident(), ident()).prop_map(|(table, from, to)| StatementKind::RenameConstraint { table, from, to }),
        1 => (t(), ident(), ident()).prop_map(|(table, from, to)| StatementKind::RenameIndex { table, from, to }),
        2 => (t(), of(ident()), of(text())).prop_map(|(table, column, comment)| StatementKind::CommentOn { table, column, comment }),
    ]
    .boxed()
}

fn object() -> BoxedStrategy<StatementKind> {
    let values = vec(text(), 1..4).prop_map(|texts| {
        let mut values: Vec<Ident> = Vec::new();
        for text in texts {
            let value = Ident { text, span: span() };
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    });
    let sequence = options(&["start", "increment", "min", "max", "cycle"], false);
    prop_oneof![
        ident().prop_map(|name| StatementKind::CreateSchema { name }),
        ident().prop_map(|name| StatementKind::DropSchema { name }),
        table().prop_map(|table| StatementKind::DropTable { table }),
        (table(), ident()).prop_map(|(table, to)| StatementKind::RenameTable { table, to }),
        (table(), values).prop_map(|(name, values)| StatementKind::CreateEnum { name, values }),
        (table(), enum_change()).prop_map(|(name, change)| StatementKind::AlterEnum { name, change }),
        table().prop_map(|name| StatementKind::DropEnum { name }),
        (table(), sequence).prop_map(|(name, options)| StatementKind::CreateSequence {
            name,
            options: SequenceDef { options }
        }),
        table().prop_map(|name| StatementKind::DropSequence { name }),
        (table(), sql_text()).prop_map(|(name, body)| StatementKind::CreateView { name, body }),
        table().prop_map(|name| StatementKind::DropView { name }),
        (table(), ident(), sql_text()).prop_map(|(table, name, body)| StatementKind::CreateTrigger { table, name, body }),
        (table(), ident()).prop_map(|(table, name)| StatementKind::DropTrigger { table, name }),
        (table(), arguments(), sql_text()).prop_map(|(name, arguments, body)| StatementKind::CreateFunction { name, arguments, body }),
        (table(), arguments()).prop_map(|(name, arguments)| StatementKind::DropFunction { name, arguments }),
        ident().prop_map(|name| StatementKind::CreateExtension { name }),
        ident().prop_map(|name| StatementKind::DropExtension { name }),
    ]
    .boxed()
}

fn data(depth: u32) -> BoxedStrategy<StatementKind> {
    let argument = of_text(select(&["conn", "c", "_"][..]).prop_map(str::to_owned));
    let body = rust().prop_map(|text| RunBody { text, span: span() });
    let keys = columns().prop_flat_map(|by| vec(row(Some(by.len())), 0..4).prop_map(move |keys| (by.clone(), keys)));
    prop_oneof![
        (sql_text(), effect(depth), undo(depth)).prop_map(|(sql, effect, undo)| StatementKind::Execute { sql, effect, undo }),
        (table(), sql(), of(sql()), undo(depth)).prop_map(|(table, set, filter, undo)| StatementKind::Update { table, set, filter, undo }),
        (table(), of(sql()), undo(depth)).prop_map(|(table, filter, undo)| StatementKind::Delete { table, filter, undo }),
        bulk_insert().prop_map(StatementKind::BulkInsert),
        (table(), keys).prop_map(|(table, (by, keys))| StatementKind::BulkDelete { table, by, keys }),
        (argument, body, effect(depth), undo(depth)).prop_map(|(argument, body, effect, undo)| StatementKind::Run {
            argument,
            body,
            effect,
            undo
        }),
        (table(), sql(), of(sql()), pace(), undo(depth)).prop_map(|(table, set, filter, pace, undo)| StatementKind::Backfill {
            table,
            set,
            filter,
            pace,
            undo
        }),
    ]
    .boxed()
}

fn pace() -> impl Strategy<Value = Pace> {
    (of(1..=u32::MAX), of(1..=10_000_000_u64), of(sql())).prop_map(|(batch, time, wait_while)| Pace { batch, time, wait_while })
}

fn with_attributes(kind: BoxedStrategy<StatementKind>) -> BoxedStrategy<Statement> {
    (few_engines(), lints(), kind)
        .prop_map(|(on, allow, kind)| Statement {
            on,
            allow,
            kind,
            span: span(),
            keyword: span(),
        })
        .boxed()
}

/// No two of a batch change the same facet of a column.
fn altered_once(statements: Vec<Statement>) -> Vec<Statement> {
    let mut altered: Vec<String> = Vec::new();
    let mut kept = Vec::new();
    for statement in statements {
        if let StatementKind::AlterColumn { column, .. } = &statement.kind {
            if altered.contains(&column.text) {
                continue;
            }
            altered.push(column.text.clone());
        }
        kept.push(statement);
    }
    kept
}

fn batch() -> BoxedStrategy<StatementKind> {
    table()
        .prop_flat_map(|table| {
            let implied = TableRef {
                implied: true,
                ..table.clone()
            };
            let statement = with_attributes(table_statement(Just(implied).boxed()));
            vec(statement, 0..5).prop_map(move |statements| StatementKind::BatchAlter {
                table: table.clone(),
                statements: altered_once(statements),
            })
        })
        .boxed()
}

pub fn statement(depth: u32) -> BoxedStrategy<Statement> {
    let kind = prop_oneof![
        4 => table_statement(table()),
        4 => object(),
        2 => table_def().prop_map(StatementKind::CreateTable),
        3 => data(depth),
        2 => batch(),
    ];
    with_attributes(kind.boxed())
}

fn body(depth: u32) -> BoxedStrategy<Body> {
    vec(statement(depth), 0..4)
        .prop_map(|statements| Body { statements, span: span() })
        .boxed()
}

fn id() -> BoxedStrategy<Ident> {
    let reserved = |id: &String| !matches!(id.as_str(), "head" | "heads" | "base" | "current");
    of_text("[0-9a-z]{1,14}".prop_filter("reserved", reserved))
}

fn ids() -> BoxedStrategy<Vec<Ident>> {
    let texts = proptest::collection::btree_set("[0-9a-z]{1,14}", 0..3);
    let reserved = |ids: &std::collections::BTreeSet<String>| !ids.contains("base");
    let idents = |ids: std::collections::BTreeSet<String>| ids.into_iter().map(|text| Ident { text, span: span() }).collect();
    texts.prop_filter("reserved", reserved).prop_map(idents).boxed()
}

pub fn block() -> BoxedStrategy<Block> {
    let downgrade = prop_oneof![
        4 => body(1).prop_map(Downgrade::Body),
        1 => Just(Downgrade::Missing),
        1 => Just(Downgrade::Auto(span())),
        1 => filled_text().prop_map(|why| Downgrade::Irreversible { why, span: span() }),
    ];
    let head = (few_engines(), text(), lints(), id(), ids(), (ids(), ids()));
    let more = (of(of_text("[0-9a-z_]{1,8}")), of(of_text(text())), of(ident()), of(any::<bool>()));
    (head, more, body(2), downgrade)
        .prop_map(|(head, more, upgrade, downgrade)| Block {
            engines: head.0,
            doc: head.1,
            allow: head.2,
            revision: Some(head.3),
            revises: head.4,
            depends_on: head.5.0,
            squashes: head.5.1,
            label: more.0,
            alias: more.1,
            bind: more.2,
            transaction: more.3,
            upgrade,
            downgrade,
            revises_span: span(),
        })
        .boxed()
}
