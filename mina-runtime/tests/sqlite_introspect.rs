//! What a database has is read into the schema model, however it was written; what the model lacks is listed.
#![cfg(feature = "sqlite")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use mina_core::normal::{Difference, Normal, differences};
use mina_core::schema::Schema;
use mina_core::sql::sqlite::Sqlite;
use mina_runtime::sqlite::introspect;

fn read(sql: &str) -> Normal {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    conn.batch_execute(sql).unwrap_or_else(|error| panic!("{error} in {sql}"));
    introspect(&mut conn).unwrap()
}

fn lines(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("{difference}\n")).collect()
}

/// All that is in a database, as the difference from nothing.
fn shown(sql: &str) -> String {
    let text = lines(&differences(&Schema::default(), &read(sql), &Sqlite));
    text.replace(" is in the database alone", "")
}

/// How two databases differ.
fn between(one: &str, other: &str) -> String {
    let one = read(one);
    assert!(one.not_modelled.is_empty(), "{:?}", one.not_modelled);
    lines(&differences(&one.schema, &read(other), &Sqlite))
}

#[test]
fn columns_have_types_nullability_defaults_collations_and_what_they_are_generated_from() {
    insta::assert_snapshot!(shown(r#"
        CREATE TABLE users (
            id INTEGER PRIMARY KEY, -- the rowid, which takes no NULL
            name VARCHAR(40) NOT NULL DEFAULT 'it''s' COLLATE nocase,
            "order" [double precision] DEFAULT -1.50,
            price DECIMAL(10,2) NOT NULL DEFAULT (+10),
            data JSON_TEXT NOT NULL DEFAULT '{}',
            bytes BLOB DEFAULT x'00ff',
            seen DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
            day DATE DEFAULT (current_date),
            active BOOLEAN NOT NULL DEFAULT 1,
            word TEXT DEFAULT open,
            empty TEXT DEFAULT NULL,
            made TEXT DEFAULT (lower(hex(randomblob(4)))),
            size INT AS (length(name)) STORED,
            twice INT GENERATED ALWAYS AS (size * 2),
            untyped,
            odd "my type"(3)
        )"#), @r#"
        table `users`
            create_table users {
                #[primary_key]
                id: Integer,
                #[collate = "NOCASE"]
                name: Varchar<40> = "it's",
                order: Nullable<Double> = -1.5,
                price: Numeric<10, 2> = 10,
                data: Json = json("{}"),
                bytes: Nullable<Binary> = b"\x00\xff",
                seen: Timestamp = now(),
                day: Nullable<Date> = today(),
                active: Bool = true,
                word: Nullable<Text> = "open",
                empty: Nullable<Text>,
                made: Nullable<Text> = sql("lower(hex(randomblob(4)))"),
                #[generated("length(name)", stored = true)]
                size: Nullable<Integer>,
                #[generated("size * 2")]
                twice: Nullable<Integer>,
                untyped: Nullable<Custom<"">>,
                odd: Nullable<Custom<"MY TYPE(3)">>,
            }
        "#);
}

#[test]
fn constraints_have_columns_actions_and_names() {
    insta::assert_snapshot!(shown(r#"
        CREATE TABLE users (id INTEGER CONSTRAINT own PRIMARY KEY, email TEXT CONSTRAINT uq_own UNIQUE, age INT CHECK (age > 0));
        CREATE TABLE posts (
            a INT, b INT, c INT REFERENCES Users ON UPDATE SET DEFAULT ON DELETE CASCADE NOT DEFERRABLE,
            d TEXT REFERENCES users(EMAIL) DEFERRABLE INITIALLY DEFERRED, e INT, f INT,
            CONSTRAINT "two words" FOREIGN KEY (e) REFERENCES users (id) ON DELETE SET NULL DEFERRABLE,
            PRIMARY KEY (A, b), UNIQUE (b, a), CHECK (a <> b), CHECK (b <> a), UNIQUE (b, a)
            CONSTRAINT ck_no_comma CHECK (length(d) > 3)
        )"#), @r#"
        table `posts`
            create_table posts {
                a: Nullable<Integer>,
                b: Nullable<Integer>,
                #[references(users.id, on_delete = cascade, on_update = set_default)]
                c: Nullable<Integer>,
                #[references(users.email, deferrable = initially_deferred)]
                #[check("length(d) > 3", name = ck_no_comma)]
                d: Nullable<Text>,
                #[references(users.id, on_delete = set_null, deferrable = true, name = "two words")]
                e: Nullable<Integer>,
                f: Nullable<Integer>,
                primary_key pk_posts (a, b),
                unique uq_posts_b_a (b, a),
                check ck_posts_a_b "a <> b",
                check ck_posts_b_a "b <> a",
            }
        table `users`
            create_table users {
                #[primary_key(name = own)]
                id: Integer,
                #[unique(name = uq_own)]
                email: Nullable<Text>,
                #[check("age > 0")]
                age: Nullable<Integer>,
            }
        "#);
}

#[test]
fn indexes_have_expressions_orders_collations_and_conditions() {
    insta::assert_snapshot!(shown(r#"
        CREATE TABLE t (a TEXT, b TEXT COLLATE NOCASE, c INT, "odd name" INT);
        CREATE INDEX plain ON t (A, "odd name");
        CREATE UNIQUE INDEX IF NOT EXISTS ordered ON t (a DESC, [b] ASC, (c) desc);
        CREATE INDEX collated ON t (a COLLATE nocase, b COLLATE nocase, b COLLATE "BINARY" DESC);
        CREATE INDEX computed ON t (lower(a), a || b COLLATE nocase, (a || b) COLLATE rtrim DESC, c + 1);
        CREATE INDEX partial ON t (a) WHERE c > 0 AND b IS NOT NULL
        "#), @r#"
        table `t`
            create_table t {
                a: Nullable<Text>,
                #[collate = "NOCASE"]
                b: Nullable<Text>,
                c: Nullable<Integer>,
                "odd name": Nullable<Integer>,
                index collated (a collate "NOCASE", b, b collate "BINARY" desc),
                index computed ("lower(a)", "a || b COLLATE nocase", "a || b" collate "RTRIM" desc, "c + 1"),
                index ordered (a desc, b, c desc) { unique = true },
                index partial (a) { where = "c > 0 AND b IS NOT NULL" },
                index plain (a, "`odd name`"),
            }
        "#);
}

#[test]
fn tables_have_options() {
    insta::assert_snapshot!(shown("
        CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE TABLE b (id INTEGER, PRIMARY KEY (id AUTOINCREMENT)) STRICT;
        CREATE TABLE c (id INTEGER PRIMARY KEY, x ANY) without rowid, strict;
        CREATE TABLE d (id INT PRIMARY KEY, x REAL) /* no */ WITHOUT ROWID
        "), @r#"
        table `a`
            create_table a { #[primary_key] id: Integer } { autoincrement = true }
        table `b`
            create_table b { #[primary_key] id: Integer } { autoincrement = true, strict = true }
        table `c`
            create_table c {
                #[primary_key(generated = false)]
                id: Integer,
                x: Nullable<Custom<"ANY">>,
            } { strict = true, without_rowid = true }
        table `d`
            create_table d { #[primary_key(generated = false)] id: Integer, x: Nullable<Float> } { without_rowid = true }
        "#);
}

#[test]
fn views_and_triggers_have_bodies() {
    insta::assert_snapshot!(shown("
        CREATE TABLE t (a INT, b INT);
        CREATE VIEW v AS SELECT a FROM t;
        CREATE TEMP VIEW hidden AS SELECT 1;
        CREATE TRIGGER plain INSERT ON t BEGIN DELETE FROM t; END;
        CREATE TRIGGER each AFTER UPDATE OF a, b ON t FOR EACH ROW WHEN new.a > 1 BEGIN SELECT 1; END;
        CREATE TRIGGER instead INSTEAD OF DELETE ON v BEGIN SELECT 1; END
        "), @r#"
        table `t`
            create_table t { a: Nullable<Integer>, b: Nullable<Integer> }
        view `v`
            create_view v as "SELECT a FROM t";
        trigger `each` on `t`
            create_trigger each on t "AFTER UPDATE OF a, b WHEN new.a > 1 BEGIN SELECT 1; END";
        trigger `plain` on `t`
            create_trigger plain on t "BEFORE INSERT BEGIN DELETE FROM t; END";
        trigger `instead` on `v`
            create_trigger instead on v "INSTEAD OF DELETE BEGIN SELECT 1; END";
        "#);
}

#[test]
fn what_no_history_can_say_is_listed() {
    insta::assert_snapshot!(shown("
        CREATE TABLE parent (a INT, b INT);
        CREATE TABLE t (
            id INTEGER PRIMARY KEY DESC,
            a TEXT CONSTRAINT told NOT NULL ON CONFLICT REPLACE DEFAULT 'x',
            b INT REFERENCES parent (a) MATCH FULL,
            c INT REFERENCES nowhere,
            d TEXT CHECK (d MATCH 'x' OR d -> 'a' ->> 1 IS NOT NULL),
            UNIQUE (a COLLATE NOCASE, b DESC) ON CONFLICT IGNORE
        );
        CREATE VIEW v (x) AS SELECT a FROM t;
        CREATE VIRTUAL TABLE words USING fts5 (body)
        "), @r#"
        table `parent`
            create_table parent { a: Nullable<Integer>, b: Nullable<Integer> }
        table `t`
            create_table t {
                #[primary_key(generated = false)]
                id: Nullable<Integer>,
                a: Text = "x",
                #[references(parent.a)]
                b: Nullable<Integer>,
                c: Nullable<Integer>,
                #[check("d MATCH 'x' OR d -> 'a' ->> 1 IS NOT NULL")]
                d: Nullable<Text>,
                unique uq_t_a_b (a, b),
            }
        no history can say this of table `t`: FOREIGN KEY (c) REFERENCES nowhere
        no history can say this of table `t`: UNIQUE (a COLLATE NOCASE, b DESC) ON CONFLICT IGNORE
        no history can say this of table `t`: column `a` CONSTRAINT told NOT NULL ON CONFLICT REPLACE
        no history can say this of table `t`: column `b` REFERENCES parent (a) MATCH FULL
        no history can say this of table `t`: column `id` PRIMARY KEY DESC
        no history can say this of table `words`: CREATE VIRTUAL TABLE words USING fts5 (body)
        no history can say this of view `v`: CREATE VIEW v (x) AS SELECT a FROM t
        "#);
}

#[test]
fn names_are_what_sqlite_takes_for_names() {
    insta::assert_snapshot!(shown("
        CREATE TABLE [a b] (a$1 INT, \u{a0}INT, 'c''d' INT, \"e\"\"f\" INT, `g``h` INT, größe INT,\u{c}tab\tINT CHECK (\"größe\" > tab));
        CREATE INDEX [i [j] ON [a b] ('c''d', \"größe\")
        "), @r##"
        table `a b`
            create_table "a b" {
                "a$1": Nullable<Integer>,
                " INT": Nullable<Custom<"">>,
                "c'd": Nullable<Integer>,
                "e\"f": Nullable<Integer>,
                "g`h": Nullable<Integer>,
                "größe": Nullable<Integer>,
                tab: Nullable<Integer>,
                check "ck_a b_größe_tab" r#""größe" > tab"#,
                index "i [j" ("`c'd`", "`größe`"),
            }
        "##);
}

#[test]
fn a_thousand_tables_are_read_at_once() {
    let table = |at: u32| {
        let parent = at / 2;
        format!(
            "CREATE TABLE t{at} (id INTEGER PRIMARY KEY, a TEXT UNIQUE, p INT REFERENCES t{parent} (id)); CREATE INDEX i{at} ON t{at} (p);"
        )
    };
    let live = read(&(0..1_000).map(table).collect::<String>());
    assert_eq!(live.schema.tables().size(), 1_000);
    assert!(
        live.schema
            .tables()
            .values()
            .all(|table| table.columns[0].identity && table.foreign_keys[0].referred == ["id"])
    );
}

#[test]
fn tables_of_tools_are_left_out() {
    assert_eq!(
        shown(
            "
        CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY);
        CREATE TABLE __mina_journal (id INTEGER PRIMARY KEY AUTOINCREMENT);
        INSERT INTO __mina_journal VALUES (1);
        CREATE TABLE t (a INT); CREATE INDEX i ON t (a); ANALYZE; DROP TABLE t"
        ),
        ""
    );
}

#[test]
fn one_schema_has_many_spellings() {
    let plain = r#"CREATE TABLE "users" ("id" INTEGER NOT NULL, "name" VARCHAR(20) NOT NULL DEFAULT 'a''b' COLLATE NOCASE, "age" INTEGER DEFAULT -5,
        "total" INTEGER AS ("age" * 2) STORED, "boss" INTEGER,
        CONSTRAINT "pk_users" PRIMARY KEY ("id"), CONSTRAINT "uq_users_name" UNIQUE ("name"), CONSTRAINT "ck_users_age" CHECK ("age" < 200),
        CONSTRAINT "fk_users_boss_users" FOREIGN KEY ("boss") REFERENCES "users" ("id") ON DELETE CASCADE);
        CREATE INDEX "ix" ON "users" ("name" DESC, lower("name")) WHERE "age" > 0;
        CREATE VIEW v AS SELECT id FROM users WHERE name = 'X';
        CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users; END"#;
    let spellings = [
        r#"create table [users] (`id` integer primary key, [name] varchar ( 20 ) collate nocase unique not null default ('a''b'), 'age' INT default (-5) check (age<200),
        total integer generated always as ((age)*2) stored, boss int references users on update no action on delete cascade not deferrable);
        create index if not exists ix on users ([name] desc, LOWER(name)) where (age)>0;
        create view "v" as select ID from "users" where `name`='X';
        create trigger if not exists t after insert on [users] for each row begin delete from Users; end"#,
        "CREATE TABLE users(\n\tid/* key */INTEGER -- (\n\tPRIMARY/**/KEY,name  VARCHAR(20)DEFAULT'a''b'NOT NULL COLLATE'nocase',age int default-5,total int as(age*2)stored,boss INT
        , CHECK(((age<200)))
        FOREIGN KEY(BOSS)REFERENCES USERS(ID)ON DELETE CASCADE MATCH SIMPLE NOT DEFERRABLE INITIALLY DEFERRED
        CONSTRAINT x UNIQUE(NAME));
        CREATE INDEX ix ON users(name COLLATE NOCASE DESC,lower(name)ASC)WHERE age>0;
        CREATE VIEW v AS /* all */ SELECT id FROM users WHERE name='X';
        CREATE TRIGGER t AFTER INSERT ON users BEGIN DELETE FROM users;END",
    ];
    insta::assert_snapshot!(spellings.map(|other| between(plain, other)).join("--\n"), @r"
    --
    unique constraint `uq_users_name` of `users` is called `x` in the database
    ");
}

#[test]
fn every_difference_shows_both_forms() {
    let one =
        "CREATE TABLE t (a TEXT NOT NULL, b INT, c INT, CONSTRAINT ck CHECK (b > 0), CONSTRAINT uq UNIQUE (b)); CREATE INDEX i ON t (a);
        CREATE TABLE gone (a INT); CREATE VIEW v AS SELECT a FROM t WHERE a = 'X'";
    let other = "CREATE TABLE t (A TEXT, b BIGINT DEFAULT 1, d INT, CONSTRAINT ck CHECK (b > 1), CONSTRAINT uq_b UNIQUE (b)) STRICT; CREATE INDEX i ON t (a DESC);
        CREATE TABLE new (a INT); CREATE VIEW v AS SELECT a FROM t WHERE a = 'x'";
    let other = other.replace("BIGINT", "INT");
    insta::assert_snapshot!(between(one, &other), @r#"
    table `gone` is not in the database
        create_table gone { a: Nullable<Integer> }
    table `new` is in the database alone
        create_table new { a: Nullable<Integer> }
    column `t.a` differs
        history:  add_column t.a: Text;
        database: add_column t.A: Nullable<Text>;
    column `t.b` differs
        history:  add_column t.b: Nullable<Integer>;
        database: add_column t.b: Nullable<Integer> = 1;
    column `t.c` is not in the database
        add_column t.c: Nullable<Integer>;
    column `t.d` is in the database alone
        add_column t.d: Nullable<Integer>;
    unique constraint `uq` of `t` is called `uq_b` in the database
    check `ck` of `t` differs
        history:  create_check ck on t "b > 0";
        database: create_check ck on t "b > 1";
    index `i` of `t` differs
        history:  create_index i on t (a);
        database: create_index i on t (A desc);
    options of table `t` differ
        history:  none
        database: { strict = true }
    view `v` differs
        history:  create_view v as "SELECT a FROM t WHERE a = 'X'";
        database: create_view v as "SELECT a FROM t WHERE a = 'x'";
    "#);
}
