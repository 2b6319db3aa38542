//! What changes a table beside its readers and writers.

use super::*;

#[test]
fn what_is_built_beside_writers_is_in_no_transaction() {
    insta::assert_snapshot!(sql(USERS, r#"
        create_index ix_age on users (age desc nulls_last) { concurrently = true, include = (name) }
        drop_index ix_users_mood on users { concurrently = true }
        backfill users { set = "age = '1'", where = "age IS NULL", batch = 10 }
        comment_on users "people";"#), @r#"
        -- Alone
        4: CREATE INDEX CONCURRENTLY "ix_age" ON "users" ("age" DESC NULLS LAST) INCLUDE ("name")
        -- Alone
        5: DROP INDEX CONCURRENTLY "ix_users_mood"
        -- Alone
        6: Backfill(Backfill { table: "\"users\"", set: "age = '1'", filter: Some("age IS NULL"), batch: 10, key: ["\"id\""], cursor: "CAST(json_build_array(quote_literal(CAST(\"id\" AS text))) AS text)", row_values: true, time: None, wait_while: None })
        -- Transaction
        7: COMMENT ON TABLE "users" IS 'people'
        "#);
}

#[test]
fn what_is_made_while_its_table_is_in_use_is_committed_step_by_step() {
    let body = r#"
        comment_on users "people";
        create_foreign_key fk_posts_editor on posts (editor_id) references users (id) { on_delete = cascade, online = true }
        create_check ck_age on users "length(age) > 0" { online = true }
        batch_alter users {
            add_column nick: Nullable<Text>;
            create_unique uq_nick (nick) { deferrable = true, online = true }
            alter_column age { nullable = false, comment = "years", online = true }
        }
        comment_on users "persons";"#;
    let setup = format!("{USERS} add_column posts.editor_id: Nullable<Integer>;");
    let old = Target {
        version: (14, 0),
        ..TARGET
    };
    let shown = |target| support::units(target, &setup, body).iter().map(show).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(shown(old), @r#"
    -- Transaction
    4: COMMENT ON TABLE "users" IS 'people'
    -- Own
    5: ALTER TABLE "posts" ADD CONSTRAINT "fk_posts_editor" FOREIGN KEY ("editor_id") REFERENCES "users" ("id") ON DELETE CASCADE NOT VALID
    -- Own
    5: ALTER TABLE "posts" VALIDATE CONSTRAINT "fk_posts_editor"
    -- Own
    6: ALTER TABLE "users" ADD CONSTRAINT "ck_age" CHECK (length(age) > 0) NOT VALID
    -- Own
    6: ALTER TABLE "users" VALIDATE CONSTRAINT "ck_age"
    -- Transaction
    8: ALTER TABLE "users" ADD COLUMN "nick" TEXT
    -- Alone
    9: CREATE UNIQUE INDEX CONCURRENTLY "uq_nick" ON "users" ("nick")
    -- Own
    9: ALTER TABLE "users" ADD CONSTRAINT "uq_nick" UNIQUE USING INDEX "uq_nick" DEFERRABLE
    -- Transaction
    10: COMMENT ON COLUMN "users"."age" IS 'years'
    -- Own
    10: ALTER TABLE "users" ADD CONSTRAINT "ck_users_age_not_null" CHECK ("age" IS NOT NULL) NOT VALID
    -- Own
    10: ALTER TABLE "users" VALIDATE CONSTRAINT "ck_users_age_not_null"
    -- Own
    10: ALTER TABLE "users" ALTER COLUMN "age" SET NOT NULL
    10: ALTER TABLE "users" DROP CONSTRAINT "ck_users_age_not_null"
    -- Transaction
    12: COMMENT ON TABLE "users" IS 'persons'
    "#);
    let rest = shown(old);
    let (before, own) = (rest.lines().take_while(|line| !line.contains("IS NOT NULL")), shown(TARGET));
    assert!(before.zip(own.lines()).all(|(old, new)| old == new), "{own}");
    let own: Vec<&str> = own.lines().filter(|line| line.contains("not_null")).collect();
    insta::assert_snapshot!(own.join("\n"), @r#"
    10: ALTER TABLE "users" ADD CONSTRAINT "users_age_not_null" NOT NULL "age" NOT VALID
    10: ALTER TABLE "users" VALIDATE CONSTRAINT "users_age_not_null"
    "#);
}

#[test]
fn a_column_of_another_type_is_filled_beside_the_old_one_and_takes_its_place() {
    let setup = r#"
        create_table scores {
            #[primary_key] id: Integer,
            mina_points: Nullable<Text>,
            points: Integer = 7,
            name: Varchar<40>,
            seen: Nullable<Text>,
            check ck_points "points > 0",
            check ck_both "points <> id",
            unique uq_points (points, name) { deferrable = true },
            index ix_points (points desc) { where = "points > 1" },
        }"#;
    let shown = |body: &str| {
        let text = sql(setup, body);
        // What the history does not know of the column is counted before and after: the same each time.
        let lines = text
            .lines()
            .map(|line| line.split_once(": SELECT (SELECT").map_or(line, |(count, _)| count));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(shown(r#"alter_column scores.points { type = BigInt, comment = "How many", online = true }"#), @r#"
    -- Own
    3: count things on `scores.points` are not the history's and would go with the old column: indexes, statistics, privileges, children; drop them, or take `online = true` out
    3: ALTER TABLE "scores" ADD COLUMN "mina_2_points" BIGINT
    3: CREATE FUNCTION "mina_scores_points"() RETURNS trigger LANGUAGE plpgsql AS $mina$
    BEGIN
        NEW."mina_2_points" := NEW."points";
        RETURN NEW;
    END
    $mina$
    3: CREATE TRIGGER "~mina_points" BEFORE INSERT OR UPDATE ON "scores" FOR EACH ROW EXECUTE FUNCTION "mina_scores_points"()
    3: ALTER TABLE "scores" ENABLE ALWAYS TRIGGER "~mina_points"
    -- Alone
    3: Backfill(Backfill { table: "\"scores\"", set: "\"mina_2_points\" = \"points\"", filter: Some("\"mina_2_points\" IS NULL AND \"points\" IS NOT NULL"), batch: 10000, key: ["\"id\""], cursor: "CAST(json_build_array(quote_literal(CAST(\"id\" AS text))) AS text)", row_values: true, time: Some(100), wait_while: None })
    -- Own
    3: ANALYZE "scores" ("mina_2_points")
    -- Alone
    3: CREATE INDEX CONCURRENTLY "mina_ix_points" ON "scores" ("mina_2_points" DESC) WHERE mina_2_points > 1
    -- Alone
    3: CREATE UNIQUE INDEX CONCURRENTLY "mina_uq_points" ON "scores" ("mina_2_points", "name")
    -- Own
    3: ALTER TABLE "scores" ADD CONSTRAINT "mina_ck_points" CHECK (mina_2_points > 0) NOT VALID
    -- Own
    3: ALTER TABLE "scores" VALIDATE CONSTRAINT "mina_ck_points"
    -- Own
    3: ALTER TABLE "scores" ADD CONSTRAINT "mina_ck_both" CHECK (mina_2_points <> id) NOT VALID
    -- Own
    3: ALTER TABLE "scores" VALIDATE CONSTRAINT "mina_ck_both"
    -- Own
    3: ALTER TABLE "scores" ADD CONSTRAINT "ck_scores_points_not_null" CHECK ("mina_2_points" IS NOT NULL) NOT VALID
    -- Own
    3: ALTER TABLE "scores" VALIDATE CONSTRAINT "ck_scores_points_not_null"
    -- Own
    3: count things on `scores.points` are not the history's and would go with the old column: indexes, statistics, privileges, children; drop them, or take `online = true` out
    3: DROP TRIGGER "~mina_points" ON "scores"
    3: DROP FUNCTION "mina_scores_points"()
    3: DROP INDEX "ix_points"
    3: ALTER TABLE "scores" DROP CONSTRAINT "uq_points", DROP CONSTRAINT "ck_points", DROP CONSTRAINT "ck_both", DROP COLUMN "points"
    3: ALTER TABLE "scores" RENAME COLUMN "mina_2_points" TO "points"
    3: ALTER TABLE "scores" ALTER COLUMN "points" SET DEFAULT 7, ALTER COLUMN "points" SET NOT NULL
    3: ALTER TABLE "scores" DROP CONSTRAINT "ck_scores_points_not_null"
    3: ALTER TABLE "scores" RENAME CONSTRAINT "mina_ck_points" TO "ck_points"
    3: ALTER TABLE "scores" RENAME CONSTRAINT "mina_ck_both" TO "ck_both"
    3: ALTER INDEX "mina_ix_points" RENAME TO "ix_points"
    3: ALTER TABLE "scores" ADD CONSTRAINT "uq_points" UNIQUE USING INDEX "mina_uq_points" DEFERRABLE
    3: COMMENT ON COLUMN "scores"."points" IS 'How many'
    "#);
    insta::assert_snapshot!(shown("alter_column scores.seen { type = Timestamptz, using = cast, online = true }"), @r#"
    -- Own
    3: count things on `scores.seen` are not the history's and would go with the old column: indexes, statistics, privileges, children; drop them, or take `online = true` out
    3: ALTER TABLE "scores" ADD COLUMN "mina_seen" TIMESTAMPTZ
    3: CREATE FUNCTION "mina_scores_seen"() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT SET timezone FROM CURRENT SET datestyle FROM CURRENT SET intervalstyle FROM CURRENT SET extra_float_digits FROM CURRENT SET bytea_output FROM CURRENT AS $mina$
    BEGIN
        NEW."mina_seen" := NEW."seen"::TIMESTAMPTZ;
        RETURN NEW;
    END
    $mina$
    3: CREATE TRIGGER "~mina_seen" BEFORE INSERT OR UPDATE ON "scores" FOR EACH ROW EXECUTE FUNCTION "mina_scores_seen"()
    3: ALTER TABLE "scores" ENABLE ALWAYS TRIGGER "~mina_seen"
    -- Alone
    3: Backfill(Backfill { table: "\"scores\"", set: "\"mina_seen\" = \"seen\"::TIMESTAMPTZ", filter: Some("\"mina_seen\" IS NULL AND \"seen\" IS NOT NULL"), batch: 10000, key: ["\"id\""], cursor: "CAST(json_build_array(quote_literal(CAST(\"id\" AS text))) AS text)", row_values: true, time: Some(100), wait_while: None })
    -- Own
    3: ANALYZE "scores" ("mina_seen")
    -- Own
    3: count things on `scores.seen` are not the history's and would go with the old column: indexes, statistics, privileges, children; drop them, or take `online = true` out
    3: DROP TRIGGER "~mina_seen" ON "scores"
    3: DROP FUNCTION "mina_scores_seen"()
    3: ALTER TABLE "scores" DROP COLUMN "seen"
    3: ALTER TABLE "scores" RENAME COLUMN "mina_seen" TO "seen"
    "#);
    let expression = sql(
        setup,
        r#"alter_column scores.name { type = Integer, using = "length(name) + scores.id", online = true }"#,
    );
    let lines: Vec<&str> = expression.lines().filter(|line| line.contains("length")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
        NEW."mina_name" := (SELECT length(name) + scores.id FROM (SELECT NEW.*) AS "scores");
    3: Backfill(Backfill { table: "\"scores\"", set: "\"mina_name\" = length(name) + scores.id", filter: Some("\"mina_name\" IS NULL"), batch: 10000, key: ["\"id\""], cursor: "CAST(json_build_array(quote_literal(CAST(\"id\" AS text))) AS text)", row_values: true, time: Some(100), wait_while: None })
    "#);
    // What PostgreSQL does by a word in the catalogue is the plain statement.
    insta::assert_snapshot!(sql(setup, "alter_column scores.name { type = Text, online = true }"), @r#"
    -- Transaction
    3: ALTER TABLE "scores" ALTER COLUMN "name" TYPE TEXT
    "#);
}
