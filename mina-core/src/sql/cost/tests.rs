use crate::config::Config;
use crate::engine::{Engine, Target};
use crate::operation::{Context, replay};
use crate::schema::Schema;
use crate::sql::cost::{Cost, alone};
use crate::sql::unit::Action;
use crate::syntax::parse::parse;
use crate::syntax::token::flatten_located;

fn schema(target: Target) -> Schema {
    let tables = "revision = \"1\"; revises = base; upgrade {
        create_table users { #[primary_key] id: Integer, name: Text }
        create_table tasks {
            title: Text,
            user_id: Integer,
            foreign_key fk_tasks_user (user_id) references users (id),
            index ix_tasks (title),
        }
    }";
    let tokens = flatten_located(tables.parse().unwrap());
    let parsed = parse(&tokens);
    let cx = Context {
        target,
        targets: &[target],
        config: &Config::default(),
        block: &parsed.block,
        tokens: &tokens,
        file: "",
        downgrade: false,
    };
    replay(Schema::default(), &parsed.block.upgrade, &cx).end
}

fn said(engine: Engine, sql: &str) -> String {
    let target = Target::recent(engine);
    let Cost { locks, work, unknown, .. } = alone(&Action::Sql(sql.to_owned()), &schema(target), target);
    let locks = locks.iter().map(|lock| match &lock.table {
        Some(table) => format!("{table} {}", lock.mode),
        None => lock.mode.to_string(),
    });
    let work = work.iter().map(|work| format!("{:?} {}", work.kind, work.table));
    let unknown = unknown.map(str::to_owned);
    locks.chain(work).chain(unknown).collect::<Vec<_>>().join(", ")
}

fn all(engine: Engine, statements: &[&str]) -> String {
    let all: Vec<String> = statements.iter().map(|sql| format!("{sql}\n    {}", said(engine, sql))).collect();
    all.join("\n")
}

#[test]
fn each_statement_says_what_it_locks_and_reads_on_postgresql() {
    let statements = [
        "ALTER TABLE users ADD COLUMN bio text",
        "ALTER TABLE ONLY \"users\" ADD COLUMN n integer DEFAULT random()",
        "ALTER TABLE tasks ADD CONSTRAINT fk FOREIGN KEY (a, b) REFERENCES users (c, d), ALTER COLUMN a SET DEFAULT 1",
        "ALTER TABLE tasks ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES users (c) NOT VALID",
        "ALTER TABLE tasks VALIDATE CONSTRAINT fk_tasks_user",
        "ALTER TABLE tasks DROP CONSTRAINT fk_tasks_user",
        "ALTER TABLE tasks DROP COLUMN user_id",
        "ALTER TABLE tasks ADD CHECK (a IN (1, 2)) NOT VALID",
        "ALTER TABLE tasks ADD CHECK (a IN (1, 2)), ALTER COLUMN a TYPE bigint",
        "ALTER TABLE tasks ADD CONSTRAINT uq UNIQUE USING INDEX uq",
        "ALTER TABLE tasks ALTER a SET (n_distinct = 5)",
        "ALTER TABLE tasks SET (fillfactor = 70)",
        "ALTER TABLE tasks DISABLE TRIGGER ALL",
        "ALTER TABLE tasks ATTACH PARTITION x DEFAULT",
        "DROP TABLE IF EXISTS tasks, other",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON ONLY tasks (title)",
        "DROP INDEX ix_tasks",
        "DROP INDEX CONCURRENTLY IF EXISTS ix_others",
        "CREATE TABLE notes (id integer, u integer REFERENCES users (id), n integer REFERENCES notes (id))",
        "LOCK TABLE tasks, users IN SHARE UPDATE EXCLUSIVE MODE",
        "LOCK users",
        "TRUNCATE tasks",
        "COMMENT ON COLUMN users.name IS 'on tasks'",
        "COMMENT ON CONSTRAINT c ON tasks IS NULL",
        "CREATE VIEW v AS SELECT * FROM users",
        "UPDATE tasks SET a = (SELECT max(id) FROM users)",
        "ALTER TYPE mood ADD VALUE 'x'",
        "SET LOCAL lock_timeout = 1",
        "VACUUM FULL users",
        "ALTER TABLE",
        "",
    ];
    insta::assert_snapshot!(all(Engine::Pg, &statements));
}

#[test]
fn each_statement_says_what_it_locks_and_writes_on_mariadb() {
    insta::assert_snapshot!(all(
        Engine::Mysql,
        &[
            "ALTER TABLE `users` ADD COLUMN `a` INT NULL, ALGORITHM=INSTANT, LOCK=NONE",
            "ALTER TABLE `users` ADD KEY `ix` (`name`), ALGORITHM=NOCOPY, LOCK=NONE",
            "ALTER TABLE `users` DROP INDEX `ix`, ALGORITHM=NOCOPY, LOCK=NONE",
            "ALTER TABLE `users` MODIFY `id` BIGINT",
            "DROP TABLE IF EXISTS `users`, `tasks`",
            "RENAME TABLE `users` TO `people`, `tasks` TO `todos`",
            "LOCK TABLES `users` WRITE",
            "UPDATE `users` SET name = 'on tasks'",
            "CREATE TRIGGER `t` BEFORE INSERT ON `users` FOR EACH ROW SET NEW.name = 'x'",
            "OPTIMIZE TABLE users",
        ]
    ));
}

#[test]
fn each_statement_says_what_it_writes_on_sqlite() {
    insta::assert_snapshot!(all(
        Engine::Sqlite,
        &[
            "ALTER TABLE \"users\" ADD COLUMN \"a\" INTEGER",
            "ALTER TABLE \"users\" DROP COLUMN \"a\"",
            "CREATE UNIQUE INDEX IF NOT EXISTS \"ix\" ON \"users\" (\"name\")",
            "DELETE FROM tasks",
            "SELECT count(*) FROM users",
        ]
    ));
}
