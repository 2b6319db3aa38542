//! What reads and writes rows.

use super::*;

#[test]
fn rows_share_a_transaction_and_schema_changes_stand_alone() {
    insta::assert_snapshot!(sql(USERS, r#"
        bulk_insert workspaces [{ id: 1, name: "it's \\ one" }, { id: 2, name: "a\0b" }];
        update users { set = "status = 'x'", where = "status IS NULL" }
        execute "DELETE FROM users WHERE id = 1; ANALYZE TABLE users; INSERT INTO workspaces (name) VALUES ('a;b')";
        bulk_delete workspaces by (id, name) [(1, "a"), (2, "b")];
        execute "ALTER TABLE users ADD COLUMN bio TEXT" { effect { add_column users.bio: Nullable<Text>; } undo = none }
        run |conn| { counts(conn)?; } { undo = none }
        run |conn| { add_years(conn)?; } { effect { add_column users.years: Nullable<Integer>; } undo = none }
        backfill users { set = "status = 'y'", where = "status IS NULL", batch = 100 }
        delete users { where = "id > 3" }
    "#), @r#"
    -- Transaction
    INSERT INTO `workspaces` (`id`, `name`) VALUES
        (1, 'it''s \\ one'),
        (2, _utf8mb4 X'610062')
    UPDATE `users` SET status = 'x' WHERE status IS NULL
    DELETE FROM users WHERE id = 1

    ANALYZE TABLE users

    -- Transaction
    INSERT INTO workspaces (name) VALUES ('a;b')
    DELETE FROM `workspaces` WHERE (`id`, `name`) IN ((1, 'a'), (2, 'b'))

    ALTER TABLE users ADD COLUMN bio TEXT

    -- Transaction
    expect Effect
      column `users.bio` is add_column users.bio: Nullable<Text>;
    Run(0)

    Run(1)

    -- Transaction
    expect Effect
      column `users.years` is add_column users.years: Nullable<Integer>;

    Backfill(Backfill { table: "`users`", set: "status = 'y'", filter: Some("status IS NULL"), batch: 100, key: ["`id`"], cursor: "CAST(JSON_ARRAY(CAST(`id` AS CHAR)) AS CHAR)", row_values: false, time: None, wait_while: None })

    -- Transaction
    DELETE FROM `users` WHERE id > 3
    "#);
}

#[test]
fn bodies_are_sent_as_one_statement() {
    insta::assert_snapshot!(sql(USERS, r#"
        create_view active as "SELECT id, email FROM users WHERE status = 'active'";
        create_trigger touch on users "
            BEFORE UPDATE
            BEGIN
                SET NEW.status = 'touched';
                SET NEW.age = 1;
            END
        ";
        create_function twice(n INT) "RETURNS INT DETERMINISTIC RETURN n * 2";
        create_sequence numbers { start = 1000, increment = 5, cycle = true }
        drop_trigger touch on users;
        drop_view active;
        drop_function twice(n INT);
        drop_sequence numbers;
    "#), @r"
    CREATE VIEW `active` AS SELECT id, email FROM users WHERE status = 'active'

    CREATE TRIGGER `touch` BEFORE UPDATE ON `users` FOR EACH ROW
    BEGIN
        SET NEW.status = 'touched';
        SET NEW.age = 1;
    END

    CREATE FUNCTION `twice`(n INT) RETURNS INT DETERMINISTIC RETURN n * 2

    CREATE SEQUENCE `numbers` CYCLE INCREMENT BY 5 START WITH 1000

    DROP TRIGGER `touch`

    DROP VIEW `active`

    DROP FUNCTION `twice`

    DROP SEQUENCE `numbers`
    ");
}

#[test]
fn rows_are_counted_before_anything_is_done() {
    insta::assert_snapshot!(sql(USERS, r#"
        #[allow(may_fail_on_rows)]
        batch_alter users {
            alter_column status { rename = state }
            alter_column state { nullable = false, type = SmallInt, default = none, using = cast }
            create_unique uq_users_age (workspace_id);
        }
    "#), @r#"
    count rows of `users` have a `status` that is no `SmallInt`, or rows of `users` have no `status`: SELECT (SELECT count(*) FROM `users` WHERE `status` NOT REGEXP '^[[:space:]]*[-+]?[0-9]+[[:space:]]*$' OR CAST(`status` AS DECIMAL(65)) < -32768 OR CAST(`status` AS DECIMAL(65)) > 32767) + (SELECT count(*) FROM `users` WHERE `status` IS NULL)
    count rows of `users` share their `workspace_id` with another: SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM `users` WHERE `workspace_id` IS NOT NULL GROUP BY `workspace_id` HAVING count(*) > 1) AS shared
    ALTER TABLE `users` ENABLE KEYS
    ALTER TABLE `users` RENAME COLUMN `status` TO `state`, ALGORITHM=INSTANT, LOCK=NONE

    expect Untouched
      column `users.state` is add_column users.state: Nullable<Varchar<20>> = "active";
    ALTER TABLE `users`
        MODIFY COLUMN `state` SMALLINT NOT NULL,
        ADD UNIQUE KEY `uq_users_age` (`workspace_id`)
    "#);
}

#[test]
fn a_table_that_would_lose_its_lock_is_filled_without_one() {
    let swept = |key: &str| {
        let setup = format!(
            "create_table t {{ #[primary_key] id: Integer, name: Nullable<Varchar<20>>, up: Nullable<Integer> }}
             create_foreign_key {key} on t (up) references t (id);"
        );
        let body = "backfill t { set = \"name = 'x'\", where = \"name IS NULL\", undo = none } alter_column t.name { nullable = false }";
        sql(&setup, body)
    };
    assert!(
        swept("fk_up").contains("LOCK TABLES `t` WRITE\nUPDATE `t` SET name = 'x'"),
        "{}",
        swept("fk_up")
    );
    assert!(!swept("\"fk up\"").contains("LOCK TABLES"), "{}", swept("\"fk up\""));
}
