//! What makes an empty database what a whole history makes it.

use mina_core::config::Config;
use mina_core::history::{History, Revision};
use mina_core::sql::Creation;
use mina_core::sql::unit::Action;
use mina_core::syntax::{parse, source};

/// A history of upgrades, each on the one before.
fn history(upgrades: &[&str]) -> History {
    history_of(Config::default(), upgrades)
}

/// A history for one engine.
fn on(engine: &str) -> Config {
    Config::parse(&format!("[database]\nurl = \"env:X\"\nengines = [\"{engine}\"]")).unwrap()
}

fn history_of(config: Config, upgrades: &[&str]) -> History {
    let blocks = upgrades.iter().enumerate().map(|(at, upgrade)| {
        let revises = if at == 0 { "base".to_owned() } else { format!("\"{at}\"") };
        let id = at + 1;
        format!("\"{id}\"; revises = {revises}; upgrade {{\n{upgrade}\n}}")
    });
    of_blocks(config, &blocks.collect::<Vec<_>>())
}

/// A history of blocks, written from the id on.
fn of_blocks(config: Config, blocks: &[String]) -> History {
    let revisions = blocks.iter().map(|block| {
        let text = format!("migration! {{ revision = {block} downgrade = irreversible(\"a test\"); }}");
        let block = source::scan(&text).unwrap().remove(0);
        let parsed = parse::parse(&block.tokens);
        Revision {
            block: parsed.block,
            tokens: block.tokens,
            location: block.location,
            syntax: parsed.diagnostics,
            ..Revision::default()
        }
    });
    let history = History::new(config, revisions.collect());
    for index in 0..history.revisions.len() {
        let mut diagnostics = history.diagnostics(index);
        diagnostics.retain(|diagnostic| diagnostic.is_error());
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
    }
    history
}

/// A line a statement, after the revision that it is from; or why there are none.
fn created(history: &History) -> String {
    let target = history.targets(None)[0];
    let parts = match history.creation(None, target).unwrap() {
        Creation::Parts(parts) => parts,
        Creation::Refused(refusal) => return format!("{}:{} {}", refusal.revision, refusal.line, refusal.why),
    };
    let mut lines = Vec::new();
    for part in parts {
        for step in part.steps {
            let text = match step.action {
                Action::Sql(sql) => sql.split_whitespace().collect::<Vec<_>>().join(" "),
                Action::Batch(change) => format!("alter {}", change.table),
                Action::Verify(_) => "as the effect says".to_owned(),
                other => format!("{other:?}"),
            };
            lines.push(format!("{}: {text}", part.revision.as_deref().unwrap_or("-")));
        }
    }
    lines.join("\n")
}

const USERS: &str = "create_table users { #[primary_key] id: Integer, name: Text }";

#[test]
fn a_table_without_rows_is_made_as_the_last_revision_leaves_it() {
    let history = history(&[
        USERS,
        "add_column users.age: Nullable<Integer>; create_index ix_age on users (age); create_table old { #[primary_key] id: Integer }",
        "alter_column users.age { rename = years } rename_table users => people; drop_table old;",
        "update people { set = \"years = 1\" } execute \"DELETE FROM people\"; bulk_delete people by (id) [1];",
        "create_view grown as \"SELECT id FROM people WHERE years > 17\";",
    ]);
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE "people" ( "id" INTEGER NOT NULL, "name" TEXT NOT NULL, "years" INTEGER, CONSTRAINT "pk_people" PRIMARY KEY ("id") )
    -: CREATE INDEX "ix_age" ON "people" ("years")
    -: CREATE VIEW "grown" AS SELECT id FROM people WHERE years > 17
    "#);
}

#[test]
fn a_table_with_rows_begins_as_they_find_it_and_changes_after_them() {
    let history = history(&[
        "create_table kinds { #[primary_key] id: Integer, title: Text } create_table things { #[primary_key] id: Integer, #[references(kinds.id)] kind: Integer }",
        "add_column kinds.weight: Integer = 0;",
        "bulk_insert kinds [ { id: 1, title: \"a\", weight: 2 } ];",
        "alter_column kinds.title { rename = label } add_column things.size: Nullable<Integer>;",
        "update kinds { set = \"weight = 3\" } update things { set = \"size = 1\" }",
    ]);
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE "kinds" ( "id" INTEGER NOT NULL, "title" TEXT NOT NULL, "weight" INTEGER NOT NULL DEFAULT 0, CONSTRAINT "pk_kinds" PRIMARY KEY ("id") )
    3: INSERT INTO "kinds" ("id", "title", "weight") VALUES (1, 'a', 2)
    4: ALTER TABLE "kinds" RENAME COLUMN "title" TO "label"
    5: UPDATE "kinds" SET weight = 3
    -: CREATE TABLE "things" ( "id" INTEGER NOT NULL, "kind" INTEGER NOT NULL, "size" INTEGER, CONSTRAINT "pk_things" PRIMARY KEY ("id"), CONSTRAINT "fk_things_kind_kinds" FOREIGN KEY ("kind") REFERENCES "kinds" ("id") )
    "#);
}

#[test]
fn what_rows_depend_on_comes_with_them() {
    let history = history(&[
        "create_table logs { #[primary_key] id: Integer, line: Text } create_table parents { #[primary_key] id: Integer } create_table other { #[primary_key] id: Integer }",
        "create_table users { #[primary_key] id: Integer, name: Text, #[references(parents.id)] parent: Nullable<Integer> }
         create_trigger log_users on users \"AFTER INSERT BEGIN INSERT INTO logs (line) VALUES (NEW.name); END\";
         create_view named as \"SELECT name FROM users\";",
        "bulk_insert users (id, name) [(1, \"a\")];",
        "execute \"UPDATE logs SET line = line || '!'\"; execute \"INSERT INTO logs (line) SELECT name FROM named\";",
    ]);
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE "logs" ( "id" INTEGER NOT NULL, "line" TEXT NOT NULL, CONSTRAINT "pk_logs" PRIMARY KEY ("id") )
    -: CREATE TABLE "parents" ( "id" INTEGER NOT NULL, CONSTRAINT "pk_parents" PRIMARY KEY ("id") )
    -: CREATE TABLE "users" ( "id" INTEGER NOT NULL, "name" TEXT NOT NULL, "parent" INTEGER, CONSTRAINT "pk_users" PRIMARY KEY ("id"), CONSTRAINT "fk_users_parent_parents" FOREIGN KEY ("parent") REFERENCES "parents" ("id") )
    -: CREATE TRIGGER "log_users" AFTER INSERT ON "users" BEGIN INSERT INTO logs (line) VALUES (NEW.name); END
    3: INSERT INTO "users" ("id", "name") VALUES (1, 'a')
    4: UPDATE logs SET line = line || '!'
    -: CREATE VIEW "named" AS SELECT name FROM users
    4: INSERT INTO logs (line) SELECT name FROM named
    -: CREATE TABLE "other" ( "id" INTEGER NOT NULL, CONSTRAINT "pk_other" PRIMARY KEY ("id") )
    "#);
}

#[test]
fn branches_are_gone_along_in_the_order_of_their_ids() {
    let blocks = [
        format!("\"1\"; revises = base; upgrade {{ {USERS} create_table tags {{ #[primary_key] id: Integer }} }}"),
        "\"2\"; revises = \"1\"; label = \"a\"; upgrade { add_column users.a: Nullable<Text>; add_column tags.a: Nullable<Text>; }"
            .to_owned(),
        "\"3\"; revises = \"1\"; label = \"b\"; upgrade { add_column users.b: Nullable<Text>; add_column tags.b: Nullable<Text>; }"
            .to_owned(),
        "\"4\"; revises = \"2\"; upgrade { bulk_insert tags [ { id: 1 } ]; }".to_owned(),
        "\"5\"; revises = \"3\"; upgrade { add_column users.c: Nullable<Text>; add_column tags.c: Nullable<Text>; }".to_owned(),
        "\"6\"; revises = [\"4\", \"5\"]; upgrade {}".to_owned(),
    ];
    insta::assert_snapshot!(created(&of_blocks(Config::default(), &blocks)), @r#"
    -: CREATE TABLE "tags" ( "id" INTEGER NOT NULL, "a" TEXT, "b" TEXT, CONSTRAINT "pk_tags" PRIMARY KEY ("id") )
    4: INSERT INTO "tags" ("id") VALUES (1)
    5: ALTER TABLE "tags" ADD COLUMN "c" TEXT
    -: CREATE TABLE "users" ( "id" INTEGER NOT NULL, "name" TEXT NOT NULL, "a" TEXT, "b" TEXT, "c" TEXT, CONSTRAINT "pk_users" PRIMARY KEY ("id") )
    "#);
}

#[test]
fn a_key_that_is_made_for_it_keeps_a_table_from_being_made_anew() {
    let history = history(&[
        USERS,
        "bulk_insert users [ { id: 1, name: \"a\" } ];
         create_table items { #[primary_key] id: Integer, #[references(users.id)] user_id: Nullable<Integer> }",
        "batch_alter users {
             #[references(items.id)] add_column item_id: Nullable<Integer>;
             add_column at: Nullable<Timestamp> = now();
         }",
    ]);
    insta::assert_snapshot!(created(&history), @"3:2 `users` is made anew while rows refer to it, for which foreign keys have to be off");
}

#[test]
fn a_key_of_another_branch_keeps_a_table_from_being_made_anew() {
    let blocks = [
        format!(
            "\"1\"; revises = base; upgrade {{ {USERS} create_table tags {{ #[references(users.id)] user_id: Nullable<Integer> }}
                  bulk_insert users [ {{ id: 1, name: \"a\" }} ]; }}"
        ),
        "\"2\"; revises = \"1\"; label = \"a\"; upgrade {
         create_table tasks { #[references(users.id)] user_id: Integer } bulk_insert tasks [ { user_id: 1 } ]; }"
            .to_owned(),
        "\"3\"; revises = \"1\"; label = \"b\"; upgrade { alter_column users.name { default = \"b\" } }".to_owned(),
        "\"4\"; revises = [\"2\", \"3\"]; upgrade {}".to_owned(),
    ];
    insta::assert_snapshot!(
        created(&of_blocks(Config::default(), &blocks)),
        @"3:1 `users` is made anew while rows refer to it, for which foreign keys have to be off"
    );
}

#[test]
fn rows_are_counted_where_there_can_be_any() {
    let history = history(&[
        "create_enum mood (\"glad\", \"sad\"); create_table pets { #[primary_key] id: Integer, mood: Nullable<Enum<mood>> }
         create_table users { #[primary_key] id: Integer, mood: Nullable<Enum<mood>> } bulk_insert users [ { id: 1, mood: \"sad\" } ];",
        "#[allow(may_fail_on_rows)] alter_enum mood { remove = \"glad\" }",
    ]);
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE "users" ( "id" INTEGER NOT NULL, "mood" TEXT, CONSTRAINT "pk_users" PRIMARY KEY ("id"), CONSTRAINT "mood" CHECK ("mood" IN ('glad', 'sad')) )
    1: INSERT INTO "users" ("id", "mood") VALUES (1, 'sad')
    2: alter users
    -: CREATE TABLE "pets" ( "id" INTEGER NOT NULL, "mood" TEXT, CONSTRAINT "pk_pets" PRIMARY KEY ("id"), CONSTRAINT "mood" CHECK ("mood" IN ('sad')) )
    "#);
}

#[test]
fn exclusions_that_are_alike_are_made_one_by_one() {
    let config = on("postgres >= 15");
    let history = history_of(
        config,
        &["create_table t { a: Integer, exclusion ex using hash (a with \"=\"), exclusion other using hash (a with \"=\") }"],
    );
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE "t" ( "a" INTEGER NOT NULL, CONSTRAINT "ex" EXCLUDE USING hash ("a" WITH =) )
    -: ALTER TABLE "t" ADD CONSTRAINT "other" EXCLUDE USING hash ("a" WITH =)
    "#);
}

#[test]
fn keys_that_are_away_while_a_column_changes_are_there_before() {
    let config = on("mariadb >= 10.11");
    let history = history_of(
        config,
        &[
            "create_table users { #[primary_key] code: Varchar<20> }
             create_table tasks { #[primary_key] id: Integer, #[references(users.code)] user: Nullable<Varchar<20>> }
             bulk_insert users [ { code: \"a\" } ];",
            "#[allow(may_fail_on_rows)] alter_column users.code { type = Char<8>, using = cast }",
        ],
    );
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE `users` ( `code` VARCHAR(20) NOT NULL, PRIMARY KEY (`code`) )
    1: INSERT INTO `users` (`code`) VALUES ('a')
    -: CREATE TABLE `tasks` ( `id` INT NOT NULL AUTO_INCREMENT, `user` VARCHAR(20) NULL, PRIMARY KEY (`id`), KEY `fk_tasks_user_users` (`user`), CONSTRAINT `fk_tasks_user_users` FOREIGN KEY (`user`) REFERENCES `users` (`code`) )
    2: Count { sql: "SELECT count(*) FROM `users` WHERE CHAR_LENGTH(`code`) > 8", what: "rows of `users` have a `code` that is no `Char<8>`", late: false }
    2: ALTER TABLE `tasks` DROP FOREIGN KEY `fk_tasks_user_users`, ALGORITHM=INSTANT, LOCK=NONE
    2: Expect { facts: {"column `users.code`": Some("add_column users.code: Varchar<20>;")}, claim: Untouched }
    2: ALTER TABLE `users` MODIFY COLUMN `code` CHAR(8) NOT NULL
    2: ALTER TABLE `tasks` ADD CONSTRAINT `fk_tasks_user_users` FOREIGN KEY (`user`) REFERENCES `users` (`code`)
    "#);
}

#[test]
fn what_can_only_be_done_one_revision_after_the_other_is_named() {
    let told = |upgrade: &str| created(&history(&[USERS, upgrade]));
    insta::assert_snapshot!(told("\nexecute \"PRAGMA user_version = 3\";"), @"2:3 it does more than write rows");
    insta::assert_snapshot!(told("execute \"INSERT INTO users (name) SELECT name FROM sqlite_schema\";"), @"2:2 `sqlite_schema` answers for all statements and tables before it");
    insta::assert_snapshot!(told("run |conn| { helper(conn)?; } { effect { add_column users.bio: Nullable<Text>; } }"), @"2:2 its Rust names no table, and so may touch any");
    insta::assert_snapshot!(told("\n\nrun |conn| { helper(conn)?; }"), @"2:4 its Rust names no table, and so may touch any");
    insta::assert_snapshot!(told("execute \"DELETE FROM archive.elsewhere\";"), @"2:2 what it writes to is no table of the history");
    let seeded = |upgrade: &str| told(&format!("bulk_insert users [ {{ id: 1, name: \"a\" }} ];\n{upgrade}"));
    insta::assert_snapshot!(seeded("backfill users { set = \"name = (SELECT max(name) FROM users)\" }"), @"2:3 a batch of this `backfill` may read what the batch before it wrote");
    insta::assert_snapshot!(
        seeded("create_table tasks { #[primary_key] id: Integer, #[references(users.id)] user_id: Integer }
                bulk_insert tasks [ { id: 1, user_id: 1 } ];
                #[allow(may_fail_on_rows)] create_check ck_name on users \"length(name) < 9\";"),
        @"2:5 `users` is made anew while rows refer to it, for which foreign keys have to be off"
    );
}

#[test]
fn a_change_in_words_of_its_own_is_made_where_it_stands() {
    let history = history(&[
        &format!("{USERS} create_table notes {{ #[primary_key] id: Integer }}"),
        "alter_column users.name { rename = title }",
        "execute \"ALTER TABLE users ADD COLUMN bio TEXT\" { effect { add_column users.bio: Nullable<Text>; } }",
        "execute \"CREATE TABLE logs (id INTEGER NOT NULL PRIMARY KEY)\" { effect { create_table logs { #[primary_key] id: Integer } } }
         drop_column users.title; add_column notes.body: Nullable<Text>; rename_table logs => entries;",
    ]);
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE "users" ( "id" INTEGER NOT NULL, "title" TEXT NOT NULL, CONSTRAINT "pk_users" PRIMARY KEY ("id") )
    3: ALTER TABLE users ADD COLUMN bio TEXT
    3: as the effect says
    4: CREATE TABLE logs (id INTEGER NOT NULL PRIMARY KEY)
    4: as the effect says
    4: alter users
    4: ALTER TABLE "logs" RENAME TO "entries"
    4: alter entries
    -: CREATE TABLE "notes" ( "id" INTEGER NOT NULL, "body" TEXT, CONSTRAINT "pk_notes" PRIMARY KEY ("id") )
    "#);
}

#[test]
fn what_stands_beside_the_tables_is_there_before_their_rows() {
    let config = on("postgres >= 15");
    let history = history_of(
        config,
        &[
            "create_enum mood (\"glad\", \"sad\"); create_table users { #[primary_key] id: Integer, mood: Enum<mood> }
             create_table pets { #[primary_key] id: Integer, mood: Nullable<Enum<mood>> }",
            "bulk_insert users [ { id: 1, mood: \"glad\" } ]; alter_enum mood { add = \"calm\" }",
            "create_function touch() \"RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$\";
             create_trigger touch_users on users \"BEFORE UPDATE FOR EACH ROW EXECUTE FUNCTION touch()\";
             comment_on users \"Who signs in\";",
            "create_table cats { #[primary_key] id: Integer, mood: Nullable<Enum<mood>> } bulk_insert cats [ { id: 1, mood: \"calm\" } ];",
        ],
    );
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TYPE "mood" AS ENUM ('glad', 'sad')
    -: CREATE TABLE "users" ( "id" INTEGER GENERATED BY DEFAULT AS IDENTITY NOT NULL, "mood" "mood" NOT NULL, CONSTRAINT "pk_users" PRIMARY KEY ("id") )
    2: INSERT INTO "users" ("id", "mood") VALUES (1, 'glad')
    2: SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence('"users"', 'id')::regclass AS s, max("id") AS m FROM "users") AS q WHERE m > coalesce(pg_sequence_last_value(s), 0)
    -: CREATE TABLE "pets" ( "id" INTEGER GENERATED BY DEFAULT AS IDENTITY NOT NULL, "mood" "mood", CONSTRAINT "pk_pets" PRIMARY KEY ("id") )
    2: ALTER TYPE "mood" RENAME TO "__mina_mood"
    2: CREATE TYPE "mood" AS ENUM ('glad', 'sad', 'calm')
    2: ALTER TABLE "pets" ALTER COLUMN "mood" TYPE "mood" USING "mood"::TEXT::"mood"
    2: ALTER TABLE "users" ALTER COLUMN "mood" TYPE "mood" USING "mood"::TEXT::"mood"
    2: DROP TYPE "__mina_mood"
    3: SET LOCAL check_function_bodies = off
    3: CREATE FUNCTION "touch"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$
    3: CREATE TRIGGER "touch_users" BEFORE UPDATE ON "users" FOR EACH ROW EXECUTE FUNCTION touch()
    3: COMMENT ON TABLE "users" IS 'Who signs in'
    -: CREATE TABLE "cats" ( "id" INTEGER GENERATED BY DEFAULT AS IDENTITY NOT NULL, "mood" "mood", CONSTRAINT "pk_cats" PRIMARY KEY ("id") )
    4: INSERT INTO "cats" ("id", "mood") VALUES (1, 'calm')
    4: SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence('"cats"', 'id')::regclass AS s, max("id") AS m FROM "cats") AS q WHERE m > coalesce(pg_sequence_last_value(s), 0)
    "#);
}

#[test]
fn what_keeps_nobody_waiting_is_made_as_if_nobody_waited() {
    let config = on("postgres >= 15");
    let history = history_of(
        config,
        &[
            "create_table users { #[primary_key] id: Integer, name: Text, age: Nullable<Integer> }
             bulk_insert users [ { id: 1, name: \"Ada\", age: 36 } ];",
            "#[allow(may_fail_on_rows)] create_unique uq_users_name on users (name) { online = true }
             #[allow(may_fail_on_rows)] create_check ck_users_age on users \"age > 0\" { online = true }
             create_index ix_users_age on users (age) { concurrently = true }",
        ],
    );
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE "users" ( "id" INTEGER GENERATED BY DEFAULT AS IDENTITY NOT NULL, "name" TEXT NOT NULL, "age" INTEGER, CONSTRAINT "pk_users" PRIMARY KEY ("id") )
    1: INSERT INTO "users" ("id", "name", "age") VALUES (1, 'Ada', 36)
    1: SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence('"users"', 'id')::regclass AS s, max("id") AS m FROM "users") AS q WHERE m > coalesce(pg_sequence_last_value(s), 0)
    2: Count { sql: "SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM \"users\" WHERE \"name\" IS NOT NULL GROUP BY \"name\" HAVING count(*) > 1) AS shared", what: "rows of `users` share their `name` with another", late: false }
    2: ALTER TABLE "users" ADD CONSTRAINT "uq_users_name" UNIQUE ("name")
    2: Count { sql: "SELECT count(*) FROM \"users\" WHERE NOT (age > 0)", what: "rows of `users` break `age > 0`", late: false }
    2: ALTER TABLE "users" ADD CONSTRAINT "ck_users_age" CHECK (age > 0)
    2: CREATE INDEX "ix_users_age" ON "users" ("age")
    "#);
}

#[test]
fn a_value_that_its_transaction_may_not_use_keeps_a_history_from_being_made_at_once() {
    let history = |view: &str| {
        let config = on("postgres >= 15");
        let made = "create_enum mood (\"sad\"); create_table users { mood: Enum<mood> } bulk_insert users [ { mood: \"sad\" } ];";
        let used = "alter_enum mood { add = \"it's\" } bulk_insert users [ { mood: \"it's\" } ];";
        created(&history_of(config, &[&format!("{made} {view}"), used]))
    };
    let view = "create_view moods as \"SELECT users.mood FROM users\";
                update users { set = \"mood = 'sad'\", where = \"mood IN (SELECT mood FROM moods)\" }";
    insta::assert_snapshot!(history(""), @r#"
    -: CREATE TYPE "mood" AS ENUM ('sad')
    -: CREATE TABLE "users" ( "mood" "mood" NOT NULL )
    1: INSERT INTO "users" ("mood") VALUES ('sad')
    2: ALTER TYPE "mood" RENAME TO "__mina_mood"
    2: CREATE TYPE "mood" AS ENUM ('sad', 'it''s')
    2: ALTER TABLE "users" ALTER COLUMN "mood" TYPE "mood" USING "mood"::TEXT::"mood"
    2: DROP TYPE "__mina_mood"
    2: INSERT INTO "users" ("mood") VALUES ('it''s')
    "#);
    insta::assert_snapshot!(history(view), @"2:2 PostgreSQL lets 'it''s' be used only after the commit that adds it, and it is used further on");
}

#[test]
fn rust_is_run_on_the_tables_that_it_names() {
    let history = history(&[
        "create_table users { #[primary_key] id: Integer, name: Text } create_table tasks { #[primary_key] id: Integer }",
        "run |conn| { use schema::users::dsl::*; diesel::delete(users).execute(conn)?; }",
        "alter_column users.name { rename = full_name }",
    ]);
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE TABLE "users" ( "id" INTEGER NOT NULL, "name" TEXT NOT NULL, CONSTRAINT "pk_users" PRIMARY KEY ("id") )
    2: Run(0)
    3: ALTER TABLE "users" RENAME COLUMN "name" TO "full_name"
    -: CREATE TABLE "tasks" ( "id" INTEGER NOT NULL, CONSTRAINT "pk_tasks" PRIMARY KEY ("id") )
    "#);
}

#[test]
fn tables_of_one_name_in_two_namespaces_are_two() {
    let history = history_of(
        on("postgres >= 15"),
        &[
            "create_schema app; create_table app.users { #[primary_key] id: Integer, name: Text }",
            "execute \"ALTER TABLE app.users ADD COLUMN age INTEGER\" { effect { add_column app.users.age: Nullable<Integer>; } undo = none }
             create_table users { #[primary_key] id: Integer }",
            "bulk_insert app.users (id, name) [(1, \"a\")]; update users { set = \"id = 2\" }
             execute \"DELETE FROM users\"; drop_table users; rename_table app.users => people;",
        ],
    );
    insta::assert_snapshot!(created(&history), @r#"
    -: CREATE SCHEMA "app"
    -: CREATE TABLE "app"."users" ( "id" INTEGER GENERATED BY DEFAULT AS IDENTITY NOT NULL, "name" TEXT NOT NULL, CONSTRAINT "pk_users" PRIMARY KEY ("id") )
    2: ALTER TABLE app.users ADD COLUMN age INTEGER
    2: Expect { facts: {"column `app.users.age`": Some("add_column app.users.age: Nullable<Integer>;")}, claim: Effect }
    3: INSERT INTO "app"."users" ("id", "name") VALUES (1, 'a')
    3: SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence('"app"."users"', 'id')::regclass AS s, max("id") AS m FROM "app"."users") AS q WHERE m > coalesce(pg_sequence_last_value(s), 0)
    -: CREATE TABLE "users" ( "id" INTEGER GENERATED BY DEFAULT AS IDENTITY NOT NULL, CONSTRAINT "pk_users" PRIMARY KEY ("id") )
    3: DELETE FROM users
    3: DROP TABLE "users"
    3: ALTER TABLE "app"."users" RENAME TO "people"
    3: ALTER TABLE "app"."people" RENAME CONSTRAINT "pk_users" TO "pk_people"
    "#);
}
