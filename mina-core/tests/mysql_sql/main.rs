//! What each operation becomes on MariaDB and MySQL.

mod rows;
#[path = "../support/mod.rs"]
mod support;

use mina_core::engine::{Product, Target};
use mina_core::sql::unit::{Action, Unit, UnitKind};

const MARIADB: Target = Target {
    product: Product::Mariadb,
    version: (10, 7),
};
const OLD_MARIADB: Target = Target {
    product: Product::Mariadb,
    version: (10, 3),
};
const MYSQL: Target = Target {
    product: Product::Mysql,
    version: (8, 0),
};

/// One paragraph a unit, one that is a transaction marked so.
fn sql_on(target: Target, setup: &str, body: &str) -> String {
    support::units(target, setup, body)
        .iter()
        .map(show)
        .collect::<Vec<_>>()
        .join("\n\n")
}

fn sql(setup: &str, body: &str) -> String {
    sql_on(MARIADB, setup, body)
}

fn show(unit: &Unit) -> String {
    let steps: Vec<String> = unit.steps.iter().map(|step| action(&step.action)).collect();
    match unit.kind {
        UnitKind::Alone => steps.join("\n"),
        kind => format!("-- {kind:?}\n{}", steps.join("\n")),
    }
}

fn action(action: &Action) -> String {
    match action {
        Action::Sql(sql) => sql.clone(),
        Action::Count { sql, what, .. } => format!("count {what}: {sql}"),
        Action::Expect { facts, claim } => {
            let facts = facts
                .iter()
                .map(|(name, is)| format!("  {name} is {}", is.as_deref().unwrap_or("not there")));
            format!("expect {claim:?}\n{}", facts.collect::<Vec<_>>().join("\n"))
        }
        other => format!("{other:?}"),
    }
}

const USERS: &str = r#"
    create_table workspaces { #[primary_key] id: Integer, name: Varchar<40> }
    create_table users {
        #[primary_key] id: Integer,
        /// As it was typed
        email: Varchar<120>,
        status: Nullable<Varchar<20>> = "active",
        #[references(workspaces.id, on_delete = cascade)] workspace_id: Nullable<Integer>,
        age: Nullable<Text>,
        unique uq_users_email (email),
        check ck_users_status "status <> ''",
        index ix_users_status (status),
    }
"#;

#[test]
fn a_table_is_one_statement() {
    insta::assert_snapshot!(sql("", &format!(r#"
        create_enum task_state ("open", "it's done");
        {USERS}
        /// What there is to do
        create_table tasks {{
            #[primary_key(generated = false)] id: BigInt,
            a: Bool = true, b: TinyInt, c: SmallInt = -3, d: Unsigned<BigInt>, e: Float, f: Double,
            g: Numeric<10, 2> = 1.50, h: Char<2> = "ab", i: Text = "it's \\ here", j: Binary = b"\x00\xff",
            k: Date = today(), l: Time, m: Timestamp = now(), n: Uuid = uuid(), o: Json = json(r"{{}}"),
            p: Enum<task_state> = "open", q: Nullable<Custom<"GEOMETRY">>, r: Varchar<36> = sql("concat('a', 'b')"),
            #[generated("c * 2", stored = true)] s: Integer,
            #[collate = "utf8mb4_bin"] t: Varchar<9>,
            user_id: Nullable<Integer>,
            foreign_key fk_tasks_user (user_id) references users (id) {{ on_delete = set_null, on_update = restrict }},
            index ix_tasks_i (i, c desc),
        }} {{ engine = "InnoDB", charset = "utf8mb4", collate = "utf8mb4_unicode_ci", row_format = dynamic }}
    "#)), @r#"
    CREATE TABLE `workspaces` (
        `id` INT NOT NULL AUTO_INCREMENT,
        `name` VARCHAR(40) NOT NULL,
        PRIMARY KEY (`id`)
    )

    CREATE TABLE `users` (
        `id` INT NOT NULL AUTO_INCREMENT,
        `email` VARCHAR(120) NOT NULL COMMENT 'As it was typed',
        `status` VARCHAR(20) NULL DEFAULT 'active',
        `workspace_id` INT NULL,
        `age` TEXT NULL,
        PRIMARY KEY (`id`),
        UNIQUE KEY `uq_users_email` (`email`),
        KEY `ix_users_status` (`status`),
        KEY `fk_users_workspace_id_workspaces` (`workspace_id`),
        CONSTRAINT `fk_users_workspace_id_workspaces` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces` (`id`) ON DELETE CASCADE,
        CONSTRAINT `ck_users_status` CHECK (status <> '')
    )

    CREATE TABLE `tasks` (
        `id` BIGINT NOT NULL,
        `a` TINYINT(1) NOT NULL DEFAULT 1,
        `b` TINYINT NOT NULL,
        `c` SMALLINT NOT NULL DEFAULT -3,
        `d` BIGINT UNSIGNED NOT NULL,
        `e` FLOAT NOT NULL,
        `f` DOUBLE NOT NULL,
        `g` DECIMAL(10, 2) NOT NULL DEFAULT 1.50,
        `h` CHAR(2) NOT NULL DEFAULT 'ab',
        `i` TEXT NOT NULL DEFAULT ('it''s \\ here'),
        `j` BLOB NOT NULL DEFAULT (X'00FF'),
        `k` DATE NOT NULL DEFAULT (CURDATE()),
        `l` TIME(6) NOT NULL,
        `m` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
        `n` UUID NOT NULL DEFAULT (UUID()),
        `o` JSON NOT NULL DEFAULT ('{}'),
        `p` ENUM('open', 'it''s done') NOT NULL DEFAULT 'open',
        `q` GEOMETRY NULL,
        `r` VARCHAR(36) NOT NULL DEFAULT (concat('a', 'b')),
        `s` INT GENERATED ALWAYS AS (c * 2) STORED,
        `t` VARCHAR(9) COLLATE utf8mb4_bin NOT NULL,
        `user_id` INT NULL,
        PRIMARY KEY (`id`),
        KEY `ix_tasks_i` (`i`(255), `c` DESC),
        KEY `fk_tasks_user` (`user_id`),
        CONSTRAINT `fk_tasks_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE SET NULL ON UPDATE RESTRICT
    ) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci ENGINE=InnoDB ROW_FORMAT=dynamic COMMENT='What there is to do'
    "#);
}

#[test]
fn a_batch_is_one_statement_where_one_can_say_it() {
    insta::assert_snapshot!(sql(USERS, r#"
        batch_alter users {
            add_column phone: Nullable<Varchar<20>>;
            drop_column status;
            rename_constraint uq_users_email => uq_email;
            create_index ix_users_phone (phone);
            #[allow(may_fail_on_rows)] create_check ck_users_email "email <> ''";
        }
        batch_alter users {
            add_column points: Integer = 3;
            alter_column points { default = none }
            rename_index ix_users_phone => ix_phone;
            alter_column email { rename = mail }
            #[allow(may_fail_on_rows)] alter_column mail { type = Varchar<200>, comment = "new" }
        }
    "#), @r"
    count rows of `users` break `email <> ''`: SELECT count(*) FROM `users` WHERE NOT (email <> '')
    ALTER TABLE `users`
        ADD COLUMN `phone` VARCHAR(20) NULL,
        DROP CONSTRAINT `ck_users_status`,
        DROP INDEX `ix_users_status`,
        DROP COLUMN `status`,
        RENAME INDEX `uq_users_email` TO `uq_email`,
        ADD KEY `ix_users_phone` (`phone`),
        ADD CONSTRAINT `ck_users_email` CHECK (email <> '')

    ALTER TABLE `users` ADD COLUMN `points` INT NOT NULL DEFAULT 3, ALGORITHM=INSTANT, LOCK=NONE

    ALTER TABLE `users` ENABLE KEYS
    ALTER TABLE `users`
        ALTER COLUMN `points` DROP DEFAULT,
        RENAME INDEX `ix_users_phone` TO `ix_phone`,
        RENAME COLUMN `email` TO `mail`,
        ALGORITHM=INPLACE, LOCK=NONE

    expect Untouched
      column `users.mail` is /// As it was typed
    add_column users.mail: Varchar<120>;
    ALTER TABLE `users` MODIFY COLUMN `mail` VARCHAR(200) NOT NULL COMMENT 'new'
    ");
}

#[test]
fn a_key_takes_statements_of_its_own() {
    let parts = "create_table parts { #[primary_key] id: Integer, code: Varchar<9>, above: Nullable<Varchar<9>> }";
    insta::assert_snapshot!(sql(parts, r#"
        batch_alter parts {
            #[allow(may_fail_on_rows)] create_unique uq_parts (code);
            #[allow(may_fail_on_rows)] create_foreign_key fk_parts (above) references parts (code);
            alter_column above { rename = up }
        }
    "#), @r"
    count rows of `parts` share their `code` with another: SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM `parts` WHERE `code` IS NOT NULL GROUP BY `code` HAVING count(*) > 1) AS shared
    count rows of `parts` have a `above` that `parts` lacks: SELECT count(*) FROM `parts` AS c WHERE c.`above` IS NOT NULL AND NOT EXISTS (SELECT 1 FROM `parts` AS p WHERE p.`code` = c.`above`)
    ALTER TABLE `parts`
        ADD UNIQUE KEY `uq_parts` (`code`),
        ADD KEY `fk_parts` (`above`),
        ALGORITHM=INPLACE, LOCK=NONE

    ALTER TABLE `parts` ADD CONSTRAINT `fk_parts` FOREIGN KEY (`above`) REFERENCES `parts` (`code`)

    ALTER TABLE `parts` RENAME COLUMN `above` TO `up`, ALGORITHM=INSTANT, LOCK=NONE
    ");
}

#[test]
fn what_is_not_said_anew_cannot_be_lost() {
    insta::assert_snapshot!(sql(USERS, r#"
        alter_column users.status { default = "new" }
        alter_column users.status { default = none }
        alter_column users.email { default = "x" }
        alter_column users.email { default = none }
        alter_column users.email { rename = mail }
        alter_column users.mail { nullable = true }
        comment_on users "Who signs in";
        comment_on users.mail "Where to write";
    "#), @r"
    ALTER TABLE `users` ALTER COLUMN `status` SET DEFAULT 'new', ALGORITHM=INSTANT, LOCK=NONE

    ALTER TABLE `users` ALTER COLUMN `status` SET DEFAULT NULL, ALGORITHM=INSTANT, LOCK=NONE

    ALTER TABLE `users` ALTER COLUMN `email` SET DEFAULT 'x', ALGORITHM=INSTANT, LOCK=NONE

    ALTER TABLE `users` ALTER COLUMN `email` DROP DEFAULT, ALGORITHM=INSTANT, LOCK=NONE

    ALTER TABLE `users` RENAME COLUMN `email` TO `mail`, ALGORITHM=INSTANT, LOCK=NONE

    expect Untouched
      column `users.mail` is /// As it was typed
    add_column users.mail: Varchar<120>;
    ALTER TABLE `users` MODIFY COLUMN `mail` VARCHAR(120) NULL COMMENT 'As it was typed', ALGORITHM=INPLACE, LOCK=NONE

    ALTER TABLE `users` COMMENT = 'Who signs in', ALGORITHM=INSTANT, LOCK=NONE

    expect Untouched
      column `users.mail` is /// As it was typed
    add_column users.mail: Nullable<Varchar<120>>;
    ALTER TABLE `users` MODIFY COLUMN `mail` VARCHAR(120) NULL COMMENT 'Where to write', ALGORITHM=INSTANT, LOCK=NONE
    ");
}

#[test]
fn a_column_that_keys_tie_changes_while_they_are_away() {
    let keyed = r#"
        create_table p { #[primary_key] id: Integer, #[unique(name = uq_p)] code: Varchar<10> }
        create_table c { #[primary_key] id: Integer, code: Varchar<10>, foreign_key fk_c (code) references p (code) }
    "#;
    insta::assert_snapshot!(sql(keyed, r#"
        alter_column p.code { type = Varchar<20> }
        alter_column c.code { comment = "of p" }
    "#), @r"
    ALTER TABLE `c` DROP FOREIGN KEY `fk_c`, ALGORITHM=INSTANT, LOCK=NONE

    expect Untouched
      column `p.code` is add_column p.code: Varchar<10>;
    ALTER TABLE `p` MODIFY COLUMN `code` VARCHAR(20) NOT NULL, ALGORITHM=INSTANT, LOCK=NONE

    ALTER TABLE `c` ADD CONSTRAINT `fk_c` FOREIGN KEY (`code`) REFERENCES `p` (`code`)

    expect Untouched
      column `c.code` is add_column c.code: Varchar<10>;
    ALTER TABLE `c` MODIFY COLUMN `code` VARCHAR(10) NOT NULL COMMENT 'of p', ALGORITHM=INSTANT, LOCK=NONE
    ");
    let own = "create_table t { #[primary_key] id: Integer, #[unique] a: Integer }
               create_foreign_key fk_a on t (a) references t (a) { on_update = cascade }";
    insta::assert_snapshot!(sql(own, "alter_column t.a { nullable = true }"), @r"
    ALTER TABLE `t` DROP FOREIGN KEY `fk_a`, ALGORITHM=INSTANT, LOCK=NONE

    expect Untouched
      column `t.a` is add_column t.a: Integer;
    ALTER TABLE `t` MODIFY COLUMN `a` INT NULL, ALGORITHM=INPLACE, LOCK=NONE

    ALTER TABLE `t` ADD CONSTRAINT `fk_a` FOREIGN KEY (`a`) REFERENCES `t` (`a`) ON UPDATE CASCADE
    ");
}

#[test]
fn an_order_that_a_hash_loses_comes_back_with_its_column() {
    let setup = "create_table t { a: Text, b: Integer, index ix_t (a, b desc) { unique = true } }";
    let back = sql(setup, "alter_column t.a { type = Varchar<20>, using = cast }");
    assert!(back.contains("ADD UNIQUE KEY `ix_t` (`a`, `b` DESC)"), "{back}");
}

#[test]
fn an_expression_fills_a_column_that_takes_the_old_ones_place() {
    insta::assert_snapshot!(sql(USERS, r#"
        #[allow(may_fail_on_rows)]
        alter_column users.status { type = Integer, nullable = false, default = 1, using = "length(status)" }
        #[allow(may_fail_on_rows)]
        alter_column users.age { type = Integer, using = cast }
    "#), @r#"
    count rows of `users` have no `status`: SELECT count(*) FROM `users` WHERE `status` IS NULL
    ALTER TABLE `users` ADD COLUMN `__mina_status` INT NULL AFTER `status`, ALGORITHM=INSTANT, LOCK=NONE

    -- Transaction
    UPDATE `users` SET `__mina_status` = length(status)

    expect Untouched
      column `users.status` is add_column users.status: Nullable<Varchar<20>> = "active";
    ALTER TABLE `users`
        DROP CONSTRAINT `ck_users_status`,
        DROP INDEX `ix_users_status`,
        DROP COLUMN `status`,
        CHANGE COLUMN `__mina_status` `status` INT NOT NULL DEFAULT 1,
        ADD KEY `ix_users_status` (`status`),
        ADD CONSTRAINT `ck_users_status` CHECK (status <> '')

    count rows of `users` have a `age` that is no `Integer`: SELECT count(*) FROM `users` WHERE `age` NOT REGEXP '^[[:space:]]*[-+]?[0-9]+[[:space:]]*$' OR CAST(`age` AS DECIMAL(65)) < -2147483648 OR CAST(`age` AS DECIMAL(65)) > 2147483647
    expect Untouched
      column `users.age` is add_column users.age: Nullable<Text>;
    ALTER TABLE `users` MODIFY COLUMN `age` INT NULL
    "#);
}

#[test]
fn an_enum_is_in_every_column_that_has_it() {
    let tasks = r#"
        create_enum state ("open", "done");
        create_table tasks { #[primary_key] id: Integer, state: Enum<state> = "done", was: Nullable<Enum<state>> }
    "#;
    insta::assert_snapshot!(sql(tasks, r#"
        alter_enum state { add = "late" }
        alter_enum state { rename = "done", to = "closed" }
        #[allow(may_fail_on_rows)] alter_enum state { remove = "late" }
    "#), @r#"
    expect Untouched
      column `tasks.state` is add_column tasks.state: Custom<"ENUM('open', 'done')"> = "done";
      column `tasks.was` is add_column tasks.was: Nullable<Custom<"ENUM('open', 'done')">>;
    ALTER TABLE `tasks`
        MODIFY COLUMN `state` ENUM('open', 'done', 'late') NOT NULL DEFAULT 'done',
        MODIFY COLUMN `was` ENUM('open', 'done', 'late') NULL,
        ALGORITHM=INPLACE, LOCK=NONE

    expect Untouched
      column `tasks.state` is add_column tasks.state: Custom<"ENUM('open', 'done', 'late')"> = "done";
      column `tasks.was` is add_column tasks.was: Nullable<Custom<"ENUM('open', 'done', 'late')">>;
    ALTER TABLE `tasks`
        MODIFY COLUMN `state` ENUM('open', 'done', 'late', 'closed') NOT NULL DEFAULT 'done',
        MODIFY COLUMN `was` ENUM('open', 'done', 'late', 'closed') NULL,
        ALGORITHM=INPLACE, LOCK=NONE

    -- Transaction
    UPDATE `tasks` SET `state` = 'closed' WHERE `state` = 'done'
    UPDATE `tasks` SET `was` = 'closed' WHERE `was` = 'done'

    expect Untouched
      column `tasks.state` is add_column tasks.state: Custom<"ENUM('open', 'done', 'late', 'closed')"> = "done";
      column `tasks.was` is add_column tasks.was: Nullable<Custom<"ENUM('open', 'done', 'late', 'closed')">>;
    ALTER TABLE `tasks`
        MODIFY COLUMN `state` ENUM('open', 'closed', 'late') NOT NULL DEFAULT 'closed',
        MODIFY COLUMN `was` ENUM('open', 'closed', 'late') NULL

    count rows of `tasks` have `state` at `late`, or rows of `tasks` have `was` at `late`: SELECT (SELECT count(*) FROM `tasks` WHERE `state` = 'late') + (SELECT count(*) FROM `tasks` WHERE `was` = 'late')
    expect Untouched
      column `tasks.state` is add_column tasks.state: Custom<"ENUM('open', 'closed', 'late')"> = "closed";
      column `tasks.was` is add_column tasks.was: Nullable<Custom<"ENUM('open', 'closed', 'late')">>;
    ALTER TABLE `tasks`
        MODIFY COLUMN `state` ENUM('open', 'closed') NOT NULL DEFAULT 'closed',
        MODIFY COLUMN `was` ENUM('open', 'closed') NULL
    "#);
}

#[test]
fn keys_and_constraints_go_by_their_own_words() {
    insta::assert_snapshot!(sql(USERS, r#"
        rename_constraint fk_users_workspace_id_workspaces => fk_users_workspace on users;
        rename_constraint ck_users_status => ck_status on users;
        drop_constraint fk_users_workspace on users;
        drop_constraint uq_users_email on users;
        create_table lists { a: Integer, b: Integer }
        create_primary_key pk_lists on lists (a, b);
        drop_constraint pk_lists on lists;
        rename_table users => people;
        drop_index ix_users_status on people;
        drop_table lists;
    "#), @r"
    ALTER TABLE `users`
        RENAME INDEX `fk_users_workspace_id_workspaces` TO `fk_users_workspace`,
        DROP FOREIGN KEY `fk_users_workspace_id_workspaces`,
        ADD CONSTRAINT `fk_users_workspace` FOREIGN KEY (`workspace_id`) REFERENCES `workspaces` (`id`) ON DELETE CASCADE

    ALTER TABLE `users`
        DROP CONSTRAINT `ck_users_status`,
        ADD CONSTRAINT `ck_status` CHECK (status <> '')

    ALTER TABLE `users`
        DROP FOREIGN KEY `fk_users_workspace`,
        DROP INDEX `fk_users_workspace`,
        ALGORITHM=INPLACE, LOCK=NONE

    ALTER TABLE `users` DROP INDEX `uq_users_email`, ALGORITHM=NOCOPY, LOCK=NONE

    CREATE TABLE `lists` (
        `a` INT NOT NULL,
        `b` INT NOT NULL
    )

    ALTER TABLE `lists` ADD PRIMARY KEY (`a`, `b`), ALGORITHM=INPLACE, LOCK=NONE

    ALTER TABLE `lists` DROP PRIMARY KEY

    RENAME TABLE `users` TO `people`

    ALTER TABLE `people` DROP INDEX `ix_users_status`, ALGORITHM=NOCOPY, LOCK=NONE

    DROP TABLE `lists`
    ");
}

#[test]
fn an_older_mariadb_says_a_renamed_column_as_a_whole() {
    insta::assert_snapshot!(sql_on(OLD_MARIADB, USERS, r#"
        alter_column users.status { rename = state }
        rename_index ix_users_status => ix_status on users;
        rename_constraint uq_users_email => uq_email on users;
    "#), @r#"
    expect Untouched
      column `users.status` is add_column users.status: Nullable<Varchar<20>> = "active";
    ALTER TABLE `users` ENABLE KEYS
    ALTER TABLE `users` CHANGE COLUMN `status` `state` VARCHAR(20) NULL DEFAULT 'active'

    ALTER TABLE `users`
        DROP INDEX `ix_users_status`,
        ADD KEY `ix_status` (`state`)

    ALTER TABLE `users`
        DROP INDEX `uq_users_email`,
        ADD UNIQUE KEY `uq_email` (`email`)
    "#);
}

#[test]
fn mysql_has_words_of_its_own() {
    insta::assert_snapshot!(sql_on(MYSQL, USERS, r#"
        add_column users.bio: Nullable<Text>;
        add_column users.seen: Timestamp = now();
        alter_column users.status { rename = state }
        alter_column users.seen { default = none }
        alter_column users.seen { default = now() }
        create_index ix_users_lower on users ("(lower(email))");
        drop_column users.bio;
        create_table notes { #[primary_key] id: Integer, body: Text = "none", data: Json = json("{}"), #[generated("length(body)")] n: Integer }
    "#), @r"
    ALTER TABLE `users` ADD COLUMN `bio` TEXT NULL, ALGORITHM=INSTANT

    ALTER TABLE `users` ADD COLUMN `seen` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), ALGORITHM=INSTANT

    ALTER TABLE `users`
        DROP CONSTRAINT `ck_users_status`,
        ADD CONSTRAINT `ck_users_status` CHECK (state <> ''),
        RENAME COLUMN `status` TO `state`

    ALTER TABLE `users` ALTER COLUMN `seen` DROP DEFAULT, ALGORITHM=INSTANT

    expect Untouched
      column `users.seen` is add_column users.seen: Timestamp;
    ALTER TABLE `users` MODIFY COLUMN `seen` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), ALGORITHM=INPLACE, LOCK=NONE

    ALTER TABLE `users` ADD KEY `ix_users_lower` (((lower(email)))), ALGORITHM=INPLACE, LOCK=NONE

    ALTER TABLE `users` DROP COLUMN `bio`, ALGORITHM=INPLACE, LOCK=NONE

    CREATE TABLE `notes` (
        `id` INT NOT NULL AUTO_INCREMENT,
        `body` TEXT NOT NULL DEFAULT ('none'),
        `data` JSON NOT NULL DEFAULT ('{}'),
        `n` INT GENERATED ALWAYS AS (length(body)) VIRTUAL NOT NULL,
        PRIMARY KEY (`id`)
    )
    ");
}
