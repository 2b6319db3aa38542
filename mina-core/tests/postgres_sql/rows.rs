//! What reads and writes rows.

use super::*;

#[test]
fn deferred_rows_are_looked_at_before_their_table_changes() {
    insta::assert_snapshot!(sql(USERS, r#"
        bulk_insert posts (id, user_id) [ (1, 1) ];
        bulk_insert users (id, name, age) [ (1, "a", null), (null, "b", "7") ];
        add_column posts.title: Nullable<Text>;
        add_column posts.body: Nullable<Text>;
        delete posts { where = "id = 1" }
        bulk_delete users by (name, age) [("a", "1"), ("b", null)];"#), @r#"
        -- Transaction
        4: INSERT INTO "posts" ("id", "user_id") VALUES
            (1, 1)
        4: SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence('"posts"', 'id')::regclass AS s, max("id") AS m FROM "posts") AS q WHERE m > coalesce(pg_sequence_last_value(s), 0)
        5: INSERT INTO "users" ("id", "name", "age") VALUES
            (1, 'a', NULL)
        5: SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence('"users"', 'id')::regclass AS s, max("id") AS m FROM "users") AS q WHERE m > coalesce(pg_sequence_last_value(s), 0)
        5: INSERT INTO "users" ("id", "name", "age") VALUES
            (DEFAULT, 'b', '7')
        6: SET CONSTRAINTS ALL IMMEDIATE
        6: ALTER TABLE "posts" ADD COLUMN "title" TEXT
        7: ALTER TABLE "posts" ADD COLUMN "body" TEXT
        8: DELETE FROM "posts" WHERE id = 1
        9: DELETE FROM "users" WHERE ("name", "age") IN (('a', '1'))
        9: DELETE FROM "users" WHERE "name" IS NOT DISTINCT FROM 'b' AND "age" IS NOT DISTINCT FROM NULL
        "#);
}

#[test]
fn rows_are_counted_where_they_may_break_it() {
    insta::assert_snapshot!(sql(USERS, r#"
        #[allow(may_fail_on_rows)] batch_alter users {
            alter_column age { type = Integer, using = cast, nullable = false }
            create_check ck_users_name "length(name) > 2";
        }"#), @r#"
        -- Transaction
        5: count rows of `users` have a `age` that is no `Integer`, or rows of `users` have no `age`: SELECT (SELECT count(*) FROM "users" WHERE "age" !~ '^\s*[-+]?[0-9]+\s*$') + (SELECT count(*) FROM "users" WHERE "age" IS NULL)
        6: count rows of `users` break `length(name) > 2`: SELECT count(*) FROM "users" WHERE NOT (length(name) > 2)
        5: ALTER TABLE "users"
            DROP CONSTRAINT "ck_users_mood",
            ALTER COLUMN "age" TYPE INTEGER USING "age"::INTEGER,
            ALTER COLUMN "age" SET NOT NULL,
            ADD CONSTRAINT "ck_users_mood" CHECK (mood <> 'glad' OR age IS NULL),
            ADD CONSTRAINT "ck_users_name" CHECK (length(name) > 2)
        "#);
}

#[test]
fn sql_of_ones_own_is_sent_as_it_is_and_its_effect_expected() {
    insta::assert_snapshot!(sql(USERS, r#"
        execute "DO $$ BEGIN UPDATE users SET age = 'a;b'; END $$; ALTER TABLE `users` ADD COLUMN bio text" { effect { add_column users.bio: Nullable<Text>; } }
        create_function touch(a integer = 1) "RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$";
        create_trigger touched on users "BEFORE INSERT OR UPDATE OF name, age FOR EACH ROW EXECUTE FUNCTION touch()";
        drop_trigger touched on users;
        drop_function touch(a integer = 1);"#), @r#"
        -- Transaction
        4: DO $$ BEGIN UPDATE users SET age = 'a;b'; END $$
        4: ALTER TABLE "users" ADD COLUMN bio text
        4: expect as Effect {
            "column `users.bio`": Some(
                "add_column users.bio: Nullable<Text>;",
            ),
        }
        5: SET CONSTRAINTS ALL IMMEDIATE
        5: CREATE FUNCTION "touch"(a integer = 1) RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$
        6: CREATE TRIGGER "touched" BEFORE INSERT OR UPDATE OF name, age ON "users" FOR EACH ROW EXECUTE FUNCTION touch()
        7: DROP TRIGGER "touched" ON "users"
        8: DROP FUNCTION "touch"(a integer)
        "#);
}
