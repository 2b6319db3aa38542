//! What each operation becomes on SQLite.

mod support;

use mina_core::engine::Target;
use mina_core::schema::Schema;
use mina_core::sql::sqlite::{EditKind, Expected};
use mina_core::sql::unit::{Action, Unit};
use support::{HEAD, block};

fn units(setup: &str, body: &str) -> Vec<Unit> {
    support::units(Target::SQLITE, setup, body)
}

fn sql(setup: &str, body: &str) -> String {
    units(setup, body).iter().map(show).collect::<Vec<_>>().join("\n")
}

fn show(unit: &Unit) -> String {
    let steps = unit.steps.iter().map(|step| format!("{}: {}", step.line, action(&step.action)));
    format!("-- {:?}\n{}", unit.kind, steps.collect::<Vec<_>>().join("\n"))
}

fn action(action: &Action) -> String {
    match action {
        Action::Sql(sql) => sql.clone(),
        Action::Batch(change) => {
            let edits = change.edits.iter().map(|step| format!("  {}: {}", step.line, edit(&step.kind)));
            format!("pass over {}\n{}", change.table, edits.collect::<Vec<_>>().join("\n"))
        }
        Action::Count { sql, what, .. } => format!("count {what}: {sql}"),
        Action::Verify(Expected::Table { table, about, without }) => {
            format!("verify {about:?} of {} without {without:?}", table.create())
        }
        other => format!("{other:?}"),
    }
}

fn edit(edit: &EditKind) -> String {
    match edit {
        EditKind::AddColumn { column, constraints } => format!("add {}", column.definition(constraints)),
        EditKind::DropColumn { name, constraints } => {
            let constraints = constraints.iter().map(|constraint| format!(" with {}", constraint.clause()));
            format!("drop {name}{}", constraints.collect::<String>())
        }
        EditKind::AlterColumn { before, after, using } => {
            let using = using.as_ref().map_or(String::new(), |using| format!(" using {using}"));
            format!("alter {} => {}{using}", before.definition(&[]), after.definition(&[]))
        }
        EditKind::RenameColumn { from, to } => format!("rename {from} => {to}"),
        EditKind::AddConstraint(constraint) => format!("add {}", constraint.clause()),
        EditKind::DropConstraint(constraint) => format!("drop {}", constraint.clause()),
        EditKind::CreateIndex(index) => index.sql.clone(),
        EditKind::DropIndex(index) => format!("drop index {}", index.name),
    }
}

const USERS: &str = "create_table users { #[primary_key] id: Integer, name: Varchar<40>, age: Nullable<Text>, }";
const KEYED: &str = "create_table users { #[primary_key] id: Integer, name: Varchar<40>, age: Nullable<Text>, }
    create_table posts { #[primary_key] id: BigInt, #[references(users.id, on_delete = cascade)] user_id: Integer, }";

#[test]
fn a_table_has_every_type_by_a_name_that_keeps_its_values() {
    insta::assert_snapshot!(sql("", r#"
        create_enum mood ("sad", "it's ok");
        create_table t {
            #[primary_key] id: BigInt, a: Bool = true, c: SmallInt, d: Integer = -5, e: Float, f: Double, g: Numeric<10, 2> = 1.50,
            h: Varchar<20> = "it's", i: Varchar, j: Char<3>, k: Text, l: Nullable<Binary>, m: Date = today(), n: Time, o: Timestamp = now(),
            p: Timestamptz, r: Json = json("{}"), s: Enum<mood> = "sad", t: Custom<"POINT">, #[collate = "NOCASE"] u: Text,
            v: Text = sql("lower('X')"), #[generated("d * 2", stored = true)] w: Nullable<Integer>, x: Uuid = uuid(),
        }"#), @r#"
        -- Transaction
        5: CREATE TABLE "t" (
            "id" INTEGER NOT NULL,
            "a" BOOLEAN NOT NULL DEFAULT 1,
            "c" SMALLINT NOT NULL,
            "d" INTEGER NOT NULL DEFAULT -5,
            "e" FLOAT NOT NULL,
            "f" DOUBLE NOT NULL,
            "g" NUMERIC(10, 2) NOT NULL DEFAULT 1.50,
            "h" VARCHAR(20) NOT NULL DEFAULT 'it''s',
            "i" VARCHAR NOT NULL,
            "j" CHAR(3) NOT NULL,
            "k" TEXT NOT NULL,
            "l" BLOB,
            "m" DATE NOT NULL DEFAULT CURRENT_DATE,
            "n" TIME NOT NULL,
            "o" TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
            "p" TIMESTAMPTZ NOT NULL,
            "r" JSON_TEXT NOT NULL DEFAULT '{}',
            "s" TEXT NOT NULL DEFAULT 'sad',
            "t" POINT NOT NULL,
            "u" TEXT NOT NULL COLLATE NOCASE,
            "v" TEXT NOT NULL DEFAULT (lower('X')),
            "w" INTEGER GENERATED ALWAYS AS (d * 2) STORED,
            "x" UUID_TEXT NOT NULL DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || substr('89AB', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
            CONSTRAINT "pk_t" PRIMARY KEY ("id"),
            CONSTRAINT "mood" CHECK ("s" IN ('sad', 'it''s ok'))
        )
        "#);
}

#[test]
fn a_table_has_every_constraint_by_its_name() {
    insta::assert_snapshot!(sql(USERS, r#"
        create_table t {
            a: Integer, b: Text,
            primary_key pk_own (a, b),
            foreign_key fk_own (a) references users (id) { on_delete = set_null, on_update = restrict, deferrable = initially_deferred },
            unique uq_own (b),
            check ck_own "length(b) > 0",
            index ix_own (b collate "NOCASE" desc, "lower(b)") { unique = true, where = "b IS NOT NULL" },
        } { strict = true, without_rowid = true }"#), @r#"
        -- Transaction
        4: CREATE TABLE "t" (
            "a" INTEGER NOT NULL,
            "b" TEXT NOT NULL,
            CONSTRAINT "fk_own" FOREIGN KEY ("a") REFERENCES "users" ("id") ON DELETE SET NULL ON UPDATE RESTRICT DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT "uq_own" UNIQUE ("b"),
            CONSTRAINT "ck_own" CHECK (length(b) > 0),
            CONSTRAINT "pk_own" PRIMARY KEY ("a", "b")
        ) WITHOUT ROWID, STRICT
        4: CREATE UNIQUE INDEX "ix_own" ON "t" ("b" COLLATE NOCASE DESC, lower(b)) WHERE b IS NOT NULL
        "#);
}

#[test]
fn a_key_counts_up_only_where_it_is_generated() {
    insta::assert_snapshot!(sql("", "
        create_table a { #[primary_key(generated = false)] id: Integer, }
        create_table b { #[primary_key] id: SmallInt, } { autoincrement = true }
        create_table c { #[primary_key] id: Text, }"), @r#"
        -- Transaction
        4: CREATE TABLE "a" (
            "id" INT NOT NULL,
            CONSTRAINT "pk_a" PRIMARY KEY ("id")
        )
        5: CREATE TABLE "b" (
            "id" INTEGER NOT NULL,
            CONSTRAINT "pk_b" PRIMARY KEY ("id" AUTOINCREMENT)
        )
        6: CREATE TABLE "c" (
            "id" TEXT NOT NULL,
            CONSTRAINT "pk_c" PRIMARY KEY ("id")
        )
        "#);
}

#[test]
fn tables_are_dropped_and_renamed_with_what_is_named_after_them() {
    insta::assert_snapshot!(sql(KEYED, "drop_table posts; create_index ix on users (name); drop_index ix on users; rename_table users => people;"), @r#"
    -- Transaction
    3: count foreign keys that the history does not know refer to `posts`: SELECT count(*) FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name) AS f WHERE s.type = 'table' AND f."table" = 'posts' COLLATE NOCASE AND s.name COLLATE NOCASE NOT IN ('posts')
    3: DROP TABLE "posts"
    3: CREATE INDEX "ix" ON "users" ("name")
    3: DROP INDEX "ix"
    3: ALTER TABLE "users" RENAME TO "people"
    3: pass over people
      3: drop CONSTRAINT "pk_users" PRIMARY KEY ("id")
      3: add CONSTRAINT "pk_people" PRIMARY KEY ("id")
    "#);
    insta::assert_snapshot!(sql("create_table a { x: Integer, index (x), }", "rename_table a => b;"), @r#"
    -- Transaction
    3: ALTER TABLE "a" RENAME TO "b"
    3: DROP INDEX "ix_a_x"
    3: CREATE INDEX "ix_b_x" ON "b" ("x")
    "#);
}

#[test]
fn a_column_that_every_sqlite_adds_is_one_statement_and_another_a_pass() {
    insta::assert_snapshot!(sql(USERS, r#"
        add_column users.bio: Nullable<Text>;
        add_column users.status: Varchar<10> = "new";
        #[references(users.id, on_delete = set_null)] add_column users.boss_id: Nullable<Integer>;
        #[check("score >= 0", name = ck_score)] #[index] add_column users.score: Nullable<Integer>;
        add_column users.seen: Timestamp = now();
        #[unique] add_column users.slug: Nullable<Text>;
        #[generated("score * 2")] add_column users.doubled: Nullable<Integer>;"#), @r#"
        -- ForeignKeysOff
        4: ALTER TABLE "users" ADD COLUMN "bio" TEXT
        5: ALTER TABLE "users" ADD COLUMN "status" VARCHAR(10) NOT NULL DEFAULT 'new'
        6: ALTER TABLE "users" ADD COLUMN "boss_id" INTEGER CONSTRAINT "fk_users_boss_id_users" REFERENCES "users" ("id") ON DELETE SET NULL
        7: ALTER TABLE "users" ADD COLUMN "score" INTEGER CONSTRAINT "ck_score" CHECK (score >= 0)
        7: CREATE INDEX "ix_users_score" ON "users" ("score")
        8: pass over users
          8: add "seen" TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
        9: pass over users
          9: add "slug" TEXT
          9: add CONSTRAINT "uq_users_slug" UNIQUE ("slug")
        10: ALTER TABLE "users" ADD COLUMN "doubled" INTEGER GENERATED ALWAYS AS (score * 2) VIRTUAL
        "#);
}

#[test]
fn a_column_is_dropped_with_what_is_about_it_alone() {
    insta::assert_snapshot!(sql(
        "create_table users { #[primary_key] id: Integer, plain: Text, #[index] keyed: Text, #[unique] only: Text, #[check(\"n > 0\")] n: Integer, }",
        "drop_column users.plain; drop_column users.keyed; drop_column users.only; drop_column users.n;"
    ), @r#"
    -- Transaction
    3: pass over users
      3: drop plain
    3: pass over users
      3: drop index ix_users_keyed
      3: drop keyed
    3: pass over users
      3: drop only with CONSTRAINT "uq_users_only" UNIQUE ("only")
    3: pass over users
      3: drop n with CONSTRAINT "ck_users_n" CHECK (n > 0)
    "#);
}

#[test]
fn columns_are_renamed_in_place_and_altered_in_a_pass_with_keys_off_where_keys_touch_the_table() {
    insta::assert_snapshot!(sql(USERS, r#"
        alter_column users.name { rename = full_name }
        alter_column users.age { type = Integer, using = cast }
        alter_column users.age { default = 18 }"#), @r#"
        -- Transaction
        4: ALTER TABLE "users" RENAME COLUMN "name" TO "full_name"
        5: pass over users
          5: alter "age" TEXT => "age" INTEGER using CAST("age" AS INTEGER)
        6: pass over users
          6: alter "age" INTEGER => "age" INTEGER DEFAULT 18
        "#);
    insta::assert_snapshot!(sql(KEYED, r#"
        batch_alter users {
            alter_column age { type = Integer, using = "length(age)" }
            alter_column name { rename = full_name, default = "?" }
            add_column bio: Nullable<Text>;
            drop_column bio;
            create_index ix_users_full_name (full_name);
        }
        update users { set = "age = 1", where = "age IS NULL" }"#), @r#"
        -- ForeignKeysOff
        5: pass over users
          5: alter "age" TEXT => "age" INTEGER using length(age)
          6: rename name => full_name
          6: alter "full_name" VARCHAR(40) NOT NULL => "full_name" VARCHAR(40) NOT NULL DEFAULT '?'
          7: add "bio" TEXT
          8: drop bio
          9: CREATE INDEX "ix_users_full_name" ON "users" ("full_name")
        -- Transaction
        11: UPDATE "users" SET age = 1 WHERE age IS NULL
        "#);
}

#[test]
fn constraints_and_indexes() {
    insta::assert_snapshot!(sql(KEYED, r#"
        create_unique uq_users_name on users (name);
        create_check ck_users_name on users "name <> ''";
        drop_constraint uq_users_name on users;
        rename_constraint ck_users_name => ck_named on users;
        create_index ix_a on users (name);
        rename_index ix_a => ix_b on users;
        drop_index ix_b on users;
        drop_constraint fk_posts_user_id_users on posts;
        create_foreign_key fk_own on posts (user_id) references users (id);"#), @r#"
        -- ForeignKeysOff
        4: pass over users
          4: add CONSTRAINT "uq_users_name" UNIQUE ("name")
        5: pass over users
          5: add CONSTRAINT "ck_users_name" CHECK (name <> '')
        6: pass over users
          6: drop CONSTRAINT "uq_users_name" UNIQUE ("name")
        7: pass over users
          7: drop CONSTRAINT "ck_users_name" CHECK (name <> '')
          7: add CONSTRAINT "ck_named" CHECK (name <> '')
        8: CREATE INDEX "ix_a" ON "users" ("name")
        9: DROP INDEX "ix_a"
        9: CREATE INDEX "ix_b" ON "users" ("name")
        10: DROP INDEX "ix_b"
        11: pass over posts
          11: drop CONSTRAINT "fk_posts_user_id_users" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
        12: pass over posts
          12: add CONSTRAINT "fk_own" FOREIGN KEY ("user_id") REFERENCES "users" ("id")
        "#);
}

#[test]
fn an_enum_is_a_check_of_its_name() {
    let setup = r#"create_enum mood ("sad", "ok"); create_table t { a: Enum<mood> = "ok", }"#;
    insta::assert_snapshot!(sql(setup, r#"
        alter_enum mood { add = "glad" }
        alter_enum mood { rename = "ok", to = "fine" }
        #[allow(may_fail_on_rows)] alter_enum mood { remove = "sad" }
        rename_table t => u;
        add_column u.b: Nullable<Enum<mood>>;
        drop_column u.a;"#), @r#"
        -- Transaction
        4: pass over t
          4: drop CONSTRAINT "mood" CHECK ("a" IN ('sad', 'ok'))
          4: add CONSTRAINT "mood" CHECK ("a" IN ('sad', 'ok', 'glad'))
        5: pass over t
          5: drop CONSTRAINT "mood" CHECK ("a" IN ('sad', 'ok', 'glad'))
          5: alter "a" TEXT NOT NULL DEFAULT 'ok' => "a" TEXT NOT NULL DEFAULT 'fine' using CASE "a" WHEN 'ok' THEN 'fine' ELSE "a" END
          5: add CONSTRAINT "mood" CHECK ("a" IN ('sad', 'fine', 'glad'))
        6: count rows of `t` have `a` at `sad`: SELECT count(*) FROM "t" WHERE "a" = 'sad'
        6: pass over t
          6: drop CONSTRAINT "mood" CHECK ("a" IN ('sad', 'fine', 'glad'))
          6: add CONSTRAINT "mood" CHECK ("a" IN ('fine', 'glad'))
        7: ALTER TABLE "t" RENAME TO "u"
        8: ALTER TABLE "u" ADD COLUMN "b" TEXT CONSTRAINT "mood" CHECK ("b" IN ('fine', 'glad'))
        9: pass over u
          9: drop a with CONSTRAINT "mood" CHECK ("a" IN ('fine', 'glad'))
        "#);
}

#[test]
fn views_and_triggers() {
    insta::assert_snapshot!(sql(USERS, r#"
        create_view named as "SELECT id FROM users WHERE `name` <> ''";
        create_trigger touch on users "AFTER UPDATE OF name, age BEGIN UPDATE users SET age = 1 WHERE id = new.id; END";
        create_trigger touch2 on users "BEFORE DELETE WHEN old.id > 1 BEGIN SELECT 1; END";
        drop_trigger touch on users;
        drop_view named;
        comment_on users "people";"#), @r#"
        -- Transaction
        4: CREATE VIEW "named" AS SELECT id FROM users WHERE "name" <> ''
        5: CREATE TRIGGER "touch" AFTER UPDATE OF name, age ON "users" BEGIN UPDATE users SET age = 1 WHERE id = new.id; END
        6: CREATE TRIGGER "touch2" BEFORE DELETE ON "users" WHEN old.id > 1 BEGIN SELECT 1; END
        7: DROP TRIGGER "touch"
        8: DROP VIEW "named"
        "#);
}

#[test]
fn data_steps() {
    insta::assert_snapshot!(sql(USERS, r#"
        bulk_insert users [ { id: 1, name: "it's" }, { id: 2, name: "b" } ];
        update users { set = "`name` = 'x'", where = "id = 1" }
        delete users {}
        bulk_delete users by (id) [1, 2];
        execute "UPDATE users SET age = ';'; DELETE FROM users";
        execute "ALTER TABLE users ADD COLUMN hot TEXT; CREATE VIEW v AS SELECT id FROM users" {
            effect { add_column users.hot: Nullable<Text>; create_view v as "SELECT id FROM users"; }
            undo = none
        }
        run |conn| { Ok(()) }
        backfill users { set = "age = '1'", where = "age IS NULL", batch = 500 }
        delete users { where = "id = 3" }"#), @r#"
        -- Transaction
        4: INSERT INTO "users" ("id", "name") VALUES
            (1, 'it''s'),
            (2, 'b')
        5: UPDATE "users" SET "name" = 'x' WHERE id = 1
        6: DELETE FROM "users"
        7: DELETE FROM "users" WHERE "id" IN (1, 2)
        8: UPDATE users SET age = ';'
        8: DELETE FROM users
        9: ALTER TABLE users ADD COLUMN hot TEXT
        9: CREATE VIEW v AS SELECT id FROM users
        9: Verify(View(StoredView { name: "v", sql: "CREATE VIEW \"v\" AS SELECT id FROM users" }))
        9: verify Some(["hot"]) of CREATE TABLE "users" (
            "id" INTEGER NOT NULL,
            "name" VARCHAR(40) NOT NULL,
            "age" TEXT,
            "hot" TEXT,
            CONSTRAINT "pk_users" PRIMARY KEY ("id")
        ) without []
        13: Run(0)
        -- Alone
        14: Backfill(Backfill { table: "\"users\"", set: "age = '1'", filter: Some("age IS NULL"), batch: 500, key: ["\"id\""], cursor: "json_array(quote(\"id\"))", row_values: true, time: None, wait_while: None })
        -- Transaction
        15: DELETE FROM "users" WHERE id = 3
        "#);
}

#[test]
fn rows_are_counted_before_what_they_may_break() {
    insta::assert_snapshot!(sql(KEYED, "#[allow(may_fail_on_rows)] alter_column users.age { nullable = false }"), @r#"
    -- ForeignKeysOff
    3: count rows of `users` have no `age`: SELECT count(*) FROM "users" WHERE "age" IS NULL
    3: pass over users
      3: alter "age" TEXT => "age" TEXT NOT NULL
    "#);
}

#[test]
fn without_a_transaction_every_statement_is_a_unit() {
    let (block, tokens) = block(&format!(
        "{HEAD} transaction = false; upgrade {{ {USERS} execute \"PRAGMA optimize\"; }}"
    ));
    let units = support::units_of(Target::SQLITE, Schema::default(), &block, &tokens);
    insta::assert_snapshot!(units.iter().map(show).collect::<Vec<_>>().join("\n"), @r#"
    -- Alone
    1: CREATE TABLE "users" (
        "id" INTEGER NOT NULL,
        "name" VARCHAR(40) NOT NULL,
        "age" TEXT,
        CONSTRAINT "pk_users" PRIMARY KEY ("id")
    )
    -- Alone
    1: PRAGMA optimize
    "#);
}
