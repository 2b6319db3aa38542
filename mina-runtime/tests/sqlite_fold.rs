//! What the history says is what the database has: statements of the language, run on SQLite and read back.
#![cfg(feature = "sqlite")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use mina_core::config::Config;
use mina_core::engine::Target;
use mina_core::history::Trace;
use mina_core::normal::differences;
use mina_core::operation::{Context, replay};
use mina_core::schema::Schema;
use mina_core::sql::sqlite::Sqlite;
use mina_core::sql::unit::{Action, UnitKind};
use mina_core::sql::{Dialect, render};
use mina_core::syntax::Tokens;
use mina_core::syntax::parse::parse;
use mina_core::syntax::token::flatten_located;
use mina_runtime::sqlite::{Means, apply_as, dump, introspect, verify};

/// Everything, what an older SQLite has, and nothing but rebuilds.
const MEANS: [Means; 3] = [
    Means {
        version: 3_053_000,
        schema_edits: true,
    },
    Means {
        version: 3_040_000,
        schema_edits: true,
    },
    Means {
        version: 3_040_000,
        schema_edits: false,
    },
];

/// Runs a body on the database, and has it compared with the fold.
fn run(conn: &mut SqliteConnection, start: Schema, body: &str, means: Means) -> Schema {
    let (trace, tokens) = trace(start, body);
    execute(conn, &trace, &tokens, means);
    assert_eq!(difference(conn, &trace.end), "", "after {body}");
    trace.end
}

fn trace(start: Schema, body: &str) -> (Trace, Tokens) {
    let tokens = flatten_located(format!("revision = \"1\"; revises = base; upgrade {{ {body} }}").parse().unwrap());
    let parsed = parse(&tokens);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    let config = Config::default();
    let cx = Context {
        target: Target::SQLITE,
        targets: &[Target::SQLITE],
        config: &config,
        block: &parsed.block,
        tokens: &tokens,
        file: "",
        downgrade: false,
    };
    let trace = replay(start, &parsed.block.upgrade, &cx);
    assert!(trace.diagnostics.is_empty(), "{:#?}", trace.diagnostics);
    (trace, tokens)
}

/// How the database differs from what the history says.
fn difference(conn: &mut SqliteConnection, schema: &Schema) -> String {
    let live = introspect(conn).unwrap();
    let all = differences(&Sqlite.normal(schema), &live, &Sqlite);
    all.iter().map(|difference| format!("{difference}\n")).collect()
}

fn execute(conn: &mut SqliteConnection, trace: &Trace, tokens: &Tokens, means: Means) {
    for unit in render(trace, tokens, None) {
        let keys = if unit.kind == UnitKind::ForeignKeysOff { "OFF" } else { "ON" };
        conn.batch_execute(&format!("PRAGMA foreign_keys = {keys}; BEGIN IMMEDIATE"))
            .unwrap();
        for step in unit.steps {
            match step.action {
                Action::Sql(sql) => conn.batch_execute(&sql).unwrap(),
                Action::Batch(change) => drop(apply_as(conn, &change, means).unwrap_or_else(|error| panic!("{error}: {change:#?}"))),
                Action::Verify(expected) => verify(conn, &expected).unwrap(),
                Action::Count { .. } => {}
                other => panic!("{other:?}"),
            }
        }
        conn.batch_execute("COMMIT").unwrap();
    }
}

const WORLD: &str = r#"
    create_enum mood ("sad", "it's ok");
    create_table users {
        #[primary_key] id: BigInt,
        /// How others call them.
        #[unique] #[collate = "NOCASE"] name: Varchar<40>,
        age: Nullable<Text>,
        mood: Enum<mood> = "sad",
        seen: Timestamp = now(),
        key: Uuid = uuid(),
        data: Json = json("{}"),
        price: Numeric<10, 2> = 1.50,
        active: Bool = true,
        #[generated("length(name)", stored = true)] size: Nullable<Integer>,
        check ck_users_price "price >= 0",
        index ix_users_lower (age desc, "lower(name)") { where = "age IS NOT NULL" },
    }
    create_table posts {
        #[primary_key] id: Integer,
        #[references(users.id, on_delete = cascade)] #[index] user_id: BigInt,
        title: Text,
    } { autoincrement = true }
    create_table tags { a: Integer, b: Char<2>, primary_key pk_own (a, b), } { strict = true, without_rowid = true }
    create_view authors as "SELECT id FROM users";
    create_trigger touch on posts "AFTER UPDATE OF title BEGIN UPDATE users SET active = 0 WHERE id = new.user_id; END";
    bulk_insert users (id, name, age, seen, key) [ (1, "Ada", "36", "2026-01-01 00:00:00", "6f9f2dd3-43f5-4b6e-8a2f-0123456789ab"), (2, "Bob", "7", "2026-01-02 00:00:00", "7f9f2dd3-43f5-4b6e-8a2f-0123456789ab") ];
    bulk_insert posts (id, user_id, title) [ (1, 1, "a"), (5, 2, "b") ];
"#;

#[test]
fn every_operation_leaves_what_the_fold_says_on_new_and_old_libraries() {
    let bodies = [
        "add_column users.bio: Nullable<Text>;",
        "#[references(users.id)] add_column users.boss_id: Nullable<BigInt>;",
        "#[unique] add_column users.slug: Nullable<Varchar<20>>;",
        "#[check(\"score > 0\")] add_column users.score: Integer = 1;",
        "add_column users.made: Text = sql(\"'a' || 'b'\");",
        "drop_constraint ck_users_price on users; drop_column users.price;",
        "drop_trigger touch on posts; drop_column posts.title;",
        "drop_index ix_users_lower on users; alter_column users.age { type = Integer, using = cast }",
        "alter_column users.data { default = none }",
        "alter_column users.active { default = false, nullable = true }",
        "alter_column users.age { rename = years }",
        "alter_column tags.b { type = Text }",
        "drop_constraint uq_users_name on users;",
        "drop_constraint fk_posts_user_id_users on posts;",
        "create_unique uq_own on posts (user_id, title);",
        "rename_constraint ck_users_price => ck_price on users;",
        "rename_index ix_users_lower => ix_own on users;",
        "drop_view authors; drop_trigger touch on posts; rename_table users => people;",
        r#"alter_enum mood { add = "glad", before = "sad" }"#,
        r#"alter_enum mood { rename = "sad", to = "blue" }"#,
        "drop_trigger touch on posts; drop_table posts;",
        "drop_index ix_users_lower on users; batch_alter users {
            alter_column age { rename = years }
            alter_column years { type = Integer, using = \"length(years)\" }
            add_column bio: Nullable<Text>;
            create_check ck_users_years \"years < 200\";
            create_index ix_users_bio (bio);
            drop_constraint uq_users_name;
            alter_column active { default = none }
        }",
    ];
    for body in bodies {
        let rows = MEANS.map(|means| {
            let mut conn = SqliteConnection::establish(":memory:").unwrap();
            let schema = run(&mut conn, Schema::default(), WORLD, means);
            run(&mut conn, schema, body, means);
            let text = dump(&mut conn, true).unwrap();
            text.lines()
                .filter(|line| line.starts_with(' '))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
        assert!(rows.iter().all(|other| *other == rows[0]), "{body}");
    }
}

#[test]
fn a_database_that_somebody_changed_differs_by_what_was_changed() {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    let schema = run(&mut conn, Schema::default(), WORLD, MEANS[0]);
    conn.batch_execute(
        "ALTER TABLE posts ADD COLUMN hot TEXT DEFAULT 'x'; CREATE INDEX ix_hot ON posts (hot DESC); DROP TRIGGER touch;
         CREATE TABLE extra (id INTEGER PRIMARY KEY, p REFERENCES posts (id) ON DELETE SET NULL, CHECK (p > 0))",
    )
    .unwrap();
    insta::assert_snapshot!(difference(&mut conn, &schema), @r#"
    table `extra` is in the database alone
        create_table extra {
            #[primary_key]
            id: Integer,
            #[references(posts.id, on_delete = set_null)]
            #[check("p > 0")]
            p: Nullable<Custom<"">>,
        }
    column `posts.hot` is in the database alone
        add_column posts.hot: Nullable<Text> = "x";
    index `ix_hot` of `posts` is in the database alone
        create_index ix_hot on posts (hot desc);
    trigger `touch` on `posts` is not in the database
        create_trigger touch on posts "AFTER UPDATE OF title BEGIN UPDATE users SET active = 0 WHERE id = new.user_id; END";
    "#);
}

#[test]
fn a_table_that_refers_to_itself_is_renamed_and_dropped_with_its_rows() {
    for action in ["no_action", "restrict", "cascade", "set_null", "set_default"] {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let table = format!(
            "create_table nodes {{
                #[primary_key] id: Integer,
                #[references(nodes.id, on_delete = {action})] parent_id: Nullable<Integer>,
                bytes: Binary = b\"\\x00\\xff\",
                check \"nodes.id > 0\",
            }}
            bulk_insert nodes (id, parent_id) [ (1, null), (2, 1), (3, 3) ];"
        );
        let schema = run(&mut conn, Schema::default(), &table, MEANS[0]);
        let schema = run(&mut conn, schema, "rename_table nodes => places;", MEANS[0]);
        let schema = run(&mut conn, schema, "drop_table places;", MEANS[0]);
        assert!(schema.tables().is_empty());
    }
}

#[test]
fn names_with_quotes_and_two_columns_of_one_enum_are_changed_in_order() {
    for means in MEANS {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let table = r#"
            create_enum mood ("open", "done");
            create_table t { #[primary_key] id: Integer, "q\"q": Timestamp = now(), a: Enum<mood> = "open", }
            add_column t.b: Nullable<Enum<mood>>;
            bulk_insert t (id, "q\"q", a, b) [ (1, "2025-01-01 00:00:00", "open", "done"), (2, "2025-01-01 00:00:00", "done", "open") ];
        "#;
        let schema = run(&mut conn, Schema::default(), table, means);
        let altered = r#"batch_alter t { alter_column "q\"q" { type = Varchar<40>, using = cast, default = none, nullable = true } alter_column "q\"q" { rename = c } }"#;
        let schema = run(&mut conn, schema, altered, means);
        run(&mut conn, schema, r#"alter_enum mood { rename = "open", to = "new" }"#, means);
        let text = dump(&mut conn, true).unwrap();
        assert!(
            text.contains("a='new' b='done' c='2025-01-01 00:00:00' id=1") && text.contains("a='done' b='new'"),
            "{text}"
        );
    }
}

#[test]
fn a_column_of_a_key_without_rowids_is_renamed_where_it_is_unique_with_others() {
    for means in MEANS {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let table = "create_table t { #[primary_key] code: Text, a: Integer, unique (a, code), } { without_rowid = true }
            bulk_insert t (code, a) [ (\"x\", 1) ];";
        let schema = run(&mut conn, Schema::default(), table, means);
        let schema = run(&mut conn, schema, "create_unique uq_code on t (code);", means);
        run(&mut conn, schema, "alter_column t.code { rename = name }", means);
    }
}

/// What the runner says to an effect after its SQL.
fn effect(sql: &str, effect: &str) -> String {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    let schema = run(&mut conn, Schema::default(), WORLD, MEANS[0]);
    conn.batch_execute("ALTER TABLE users ADD COLUMN hot TEXT; CREATE INDEX ix_hot ON users (hot)")
        .unwrap();
    let (trace, tokens) = trace(schema, &format!("execute {sql:?} {{ effect {{ {effect} }} undo = none }}"));
    let units = render(&trace, &tokens, None);
    let steps = units.into_iter().flat_map(|unit| unit.steps);
    let said = steps.filter_map(|step| match step.action {
        Action::Sql(sql) => conn.batch_execute(&sql).err().map(|error| error.to_string()),
        Action::Verify(expected) => verify(&mut conn, &expected).err().map(|error| error.to_string()),
        other => panic!("{other:?}"),
    });
    said.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_effect_that_the_step_has_is_as_good_as_an_operation() {
    let pairs = [
        ("ALTER TABLE users ADD bio TEXT", "add_column users.bio: Nullable<Text>;"),
        (
            "CREATE TABLE t (id integer primary key, n INT UNIQUE)",
            "create_table t { #[primary_key] id: Integer, #[unique] n: Nullable<Integer>, }",
        ),
        (
            "DROP TRIGGER touch; ALTER TABLE posts RENAME TO notes",
            "drop_trigger touch on posts; rename_table posts => notes;",
        ),
        ("ALTER TABLE users RENAME seen TO met", "alter_column users.seen { rename = met }"),
        (
            "DROP INDEX ix_users_lower; CREATE INDEX ix ON users (age)",
            "drop_index ix_users_lower on users; create_index ix on users (age);",
        ),
        (
            "DROP VIEW authors; CREATE VIEW authors AS SELECT name from Users",
            "drop_view authors; create_view authors as \"SELECT name FROM users\";",
        ),
    ];
    for (sql, said) in pairs {
        assert_eq!(effect(sql, said), "", "{sql}");
    }
}

#[test]
fn an_effect_that_the_step_does_not_have_is_refused_and_both_are_shown() {
    let pairs = [
        ("ALTER TABLE users ADD bio INT DEFAULT 1", "add_column users.bio: Nullable<Text>;"),
        ("SELECT 1", "add_column users.bio: Nullable<Text>;"),
        (
            "CREATE TABLE t (id INTEGER PRIMARY KEY, n INT, more INT)",
            "create_table t { #[primary_key] id: Integer, #[unique] n: Nullable<Integer>, }",
        ),
        ("ALTER TABLE users RENAME seen TO saw", "alter_column users.seen { rename = met }"),
        ("CREATE INDEX ix ON users (age DESC)", "create_index ix on users (age);"),
        ("SELECT 1", "drop_index ix_users_lower on users;"),
        ("SELECT 1", "drop_view authors;"),
        (
            "DROP TRIGGER touch; CREATE TRIGGER touch AFTER INSERT ON posts BEGIN SELECT 1; END",
            "drop_trigger touch on posts; create_trigger touch on posts \"AFTER DELETE BEGIN SELECT 1; END\";",
        ),
    ];
    insta::assert_snapshot!(pairs.map(|(sql, said)| effect(sql, said)).join("\n--\n"), @r#"
    the step declares an effect that it does not have: column `users.bio` differs
        history:  add_column users.bio: Nullable<Text>;
        database: add_column users.bio: Nullable<Integer> = 1;
    --
    the step declares an effect that it does not have: column `users.bio` is not in the database
        add_column users.bio: Nullable<Text>;
    --
    the step declares an effect that it does not have: column `t.more` is in the database alone
        add_column t.more: Nullable<Integer>;
    unique constraint `uq_t_n` of `t` is not in the database
        create_unique uq_t_n on t (n);
    --
    the step declares an effect that it does not have: column `users.met` is not in the database
        add_column users.met: Timestamp = now();
    --
    the step declares an effect that it does not have: index `ix` of `users` differs
        history:  create_index ix on users (age);
        database: create_index ix on users (age desc);
    --
    the step declares an effect that it does not have: `ix_users_lower` of `users` is still there
    --
    the step declares an effect that it does not have: view `authors` is still there
    --
    the step declares an effect that it does not have: trigger `touch` on `posts` differs
        history:  create_trigger touch on posts "AFTER DELETE BEGIN SELECT 1; END";
        database: create_trigger touch on posts "AFTER INSERT BEGIN SELECT 1; END";
    "#);
}
