//! The application's history on SQLite: up, down and up again, with rows in the tables.

mod queries;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};
use mina_migrations::MIGRATIONS;

const INITIAL: &str = "6f9f2dd343f5";

#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

fn database() -> SqliteConnection {
    SqliteConnection::establish(":memory:").unwrap()
}

/// The rows of a query with one text column.
fn rows(conn: &mut SqliteConnection, query: &str) -> Vec<String> {
    let rows = diesel::sql_query(query).load::<Row>(conn).unwrap();
    rows.into_iter().map(|row| row.row).collect()
}

fn tables(conn: &mut SqliteConnection) -> Vec<String> {
    rows(
        conn,
        "SELECT name AS row FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
}

#[test]
fn every_revision_leads_back_to_where_it_began() {
    let stairs = mina::testing::stairway(MIGRATIONS);
    assert_eq!(stairs.irreversible, ["20251106090000"]);
    assert_eq!(stairs.steps.len() + stairs.irreversible.len(), MIGRATIONS.migrations.len());
    assert!(stairs.emptied.is_empty(), "rows stood in the way of {:?}", stairs.emptied);
}

#[test]
fn the_program_knows_what_the_database_is_at_every_revision() {
    for bind in MIGRATIONS.binds() {
        let (runner, mut conn) = (MIGRATIONS.runner().bind(bind.as_deref()), database());
        for entry in runner.history(&mut conn).unwrap() {
            runner.upgrade(&mut conn, &entry.revision).unwrap();
            assert_eq!(runner.drift(&mut conn).unwrap(), [], "at {}", entry.revision);
        }
    }
    let mut conn = database();
    MIGRATIONS.upgrade(&mut conn, "20251008120000").unwrap();
    conn.batch_execute("DROP TABLE __diesel_schema_migrations; DROP TABLE __mina_journal;")
        .unwrap();
    assert_eq!(MIGRATIONS.stamp(&mut conn, INITIAL).unwrap_err().exit_code(), 4);
    assert_eq!(MIGRATIONS.stamp(&mut conn, "20251008120000").unwrap().entered[0], "20251001090000");
}

#[test]
fn the_application_reads_and_writes_through_its_models() {
    let mut conn = database();
    MIGRATIONS.upgrade(&mut conn, "head").unwrap();
    queries::sqlite(&mut conn);
    let mut conn = database();
    MIGRATIONS.runner().bind(Some("analytics")).upgrade(&mut conn, "head").unwrap();
    queries::sqlite_analytics(&mut conn);
}

/// So that `check` finds nothing to say, on each engine.
#[test]
fn the_models_are_what_the_history_makes() {
    use mina_core::diff::{Renames, compare};
    use mina_source::{Layout, ModelFiles, Sources};
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let layout = Layout::of(root);
    let sources = Sources::read(Some(root), &layout, &layout.locations);
    let config = &sources.history.config;
    for bind in [None, Some("analytics")] {
        let read = ModelFiles::read(&layout, bind);
        assert_eq!(read.faults, []);
        let targets = &config.bind(bind).unwrap().engines;
        let (schemas, diagnostics) = read.models.resolve_all(config, bind, targets);
        assert_eq!(diagnostics, []);
        for (target, models) in schemas {
            let head = sources.history.head(bind, target).unwrap();
            let facets = read.models.facets(bind);
            assert!(facets.is_everything());
            let wanted = facets.complete(&models, &head, &Renames::default(), target.engine());
            assert!(!wanted.tables().is_empty());
            assert_eq!(compare(&wanted, &head), [], "{bind:?} on {target}");
        }
    }
}

#[test]
fn numbers_lose_their_spaces() {
    let mut db = mina::testing::at(MIGRATIONS, "20251021100000");
    diesel::sql_query("INSERT INTO users (email, name, new_field, phone_number) VALUES ('a@b.c', 'A', '', '+49 30 123')")
        .execute(&mut *db)
        .unwrap();
    db.upgrade("20251022090000");
    assert_eq!(rows(&mut db, "SELECT phone_number AS row FROM users"), ["+4930123"]);
}

#[test]
fn what_is_made_at_once_is_what_every_revision_in_turn_makes() {
    let (mut slow, mut fast) = (database(), database());
    MIGRATIONS.upgrade(&mut slow, "head").unwrap();
    let report = MIGRATIONS.create(&mut fast).unwrap();
    assert_eq!(report.current, MIGRATIONS.current(&mut slow).unwrap());
    let look = |conn: &mut SqliteConnection| mina::sqlite::outline(conn).unwrap();
    assert_eq!(look(&mut fast), look(&mut slow));
    assert_eq!(
        rows(&mut fast, "SELECT code AS row FROM task_priorities ORDER BY weight"),
        ["low", "normal", "high"]
    );
    for query in [
        "SELECT s.name || ' ' || c.cid || ' ' || c.name AS row FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c ORDER BY 1",
        "SELECT version AS row FROM __diesel_schema_migrations ORDER BY 1",
        "SELECT revision || ' ' || checksum || ' ' || downgrade AS row FROM __mina_journal WHERE downgrade IS NOT NULL ORDER BY 1",
    ] {
        assert_eq!(rows(&mut fast, query), rows(&mut slow, query));
    }
    assert!(MIGRATIONS.upgrade(&mut fast, "head").unwrap().is_empty());
    MIGRATIONS.downgrade(&mut fast, "base").unwrap();
    assert!(tables(&mut fast).is_empty());
}

#[test]
fn up_to_the_head_down_to_the_base_and_up_again() {
    let mut conn = database();
    for _ in 0..2 {
        MIGRATIONS.upgrade(&mut conn, "head").unwrap();
        assert_eq!(
            tables(&mut conn),
            ["task_priorities", "tasks", "user_preferences", "users", "workspaces"]
        );
        MIGRATIONS.downgrade(&mut conn, "base").unwrap();
        assert!(tables(&mut conn).is_empty());
    }
}

#[test]
fn rows_of_the_first_schema_come_through_every_upgrade_and_back() {
    let mut conn = database();
    MIGRATIONS.upgrade(&mut conn, INITIAL).unwrap();
    conn.batch_execute(
        "INSERT INTO workspaces (id, name) VALUES (1, 'Home');
         INSERT INTO users (id, email, name, age, workspace_id, created_at) VALUES
             (1, 'ada@example.org', 'Ada', '36', 1, '2025-10-01 09:00:00'),
             (2, 'grace@example.org', 'Grace', NULL, NULL, '2025-10-01 10:00:00');
         UPDATE workspaces SET owner_id = 1;",
    )
    .unwrap();
    let users = "SELECT id || email || name || ifnull(age, '-') || ifnull(workspace_id, '-') || created_at AS row FROM users ORDER BY id";
    let workspaces = "SELECT id || name || owner_id AS row FROM workspaces";
    let before = (rows(&mut conn, users), rows(&mut conn, workspaces));

    MIGRATIONS.upgrade(&mut conn, "head").unwrap();
    let filled = "SELECT name || ' ' || typeof(age) || ' ' || timezone || ' ' || email_verified || ' ' || status || ' ' || new_field AS row
                  FROM users ORDER BY id";
    assert_eq!(
        rows(&mut conn, filled),
        ["Ada integer UTC 0 active Ada", "Grace null UTC 0 active Grace"]
    );
    assert_eq!(rows(&mut conn, "SELECT name AS row FROM active_users"), ["Ada", "Grace"]);
    assert_eq!(rows(&mut conn, "SELECT plan AS row FROM workspaces"), ["free"]);

    MIGRATIONS.downgrade(&mut conn, INITIAL).unwrap();
    assert_eq!((rows(&mut conn, users), rows(&mut conn, workspaces)), before);
}

#[test]
fn what_hangs_on_a_user_survives_the_rebuilds_of_users() {
    let mut conn = database();
    MIGRATIONS.upgrade(&mut conn, "20251007090000").unwrap();
    conn.batch_execute(
        "PRAGMA foreign_keys = ON;
         INSERT INTO users (id, email, name, age) VALUES (1, 'ada@example.org', 'Ada', '36');
         INSERT INTO tasks (id, title, user_id) VALUES (7, 'Write', 1);
         INSERT INTO user_preferences (user_id, theme) VALUES (1, 'dark');",
    )
    .unwrap();
    MIGRATIONS.upgrade(&mut conn, "head").unwrap();
    MIGRATIONS.downgrade(&mut conn, "20251007090000").unwrap();
    assert_eq!(rows(&mut conn, "SELECT title || user_id AS row FROM tasks"), ["Write1"]);
    assert_eq!(rows(&mut conn, "SELECT theme AS row FROM user_preferences"), ["dark"]);
}

#[test]
fn data_steps_do_what_they_say() {
    let mut conn = database();
    MIGRATIONS.upgrade(&mut conn, "20251021100000").unwrap();
    let priorities = "SELECT code || weight AS row FROM task_priorities ORDER BY weight";
    assert_eq!(rows(&mut conn, priorities), ["low10", "normal20", "high30"]);
    conn.batch_execute(
        "INSERT INTO users (id, email, name, new_field, phone_number) VALUES
             (1, 'ada@example.org', 'Ada', 'Ada', '030 12 34'), (2, 'grace@example.org', 'Grace', 'Grace', NULL);",
    )
    .unwrap();
    MIGRATIONS.upgrade(&mut conn, "20251022090000").unwrap();
    let numbers = "SELECT ifnull(phone_number, '-') AS row FROM users ORDER BY id";
    assert_eq!(rows(&mut conn, numbers), ["0301234", "-"]);
}

#[test]
fn a_changed_task_is_touched() {
    let mut conn = database();
    mina::testing::fresh(&mut conn, MIGRATIONS).unwrap();
    conn.batch_execute("INSERT INTO tasks (id, title) VALUES (1, 'Write'), (2, 'Read'); UPDATE tasks SET done = 1 WHERE id = 1;")
        .unwrap();
    let touched = "SELECT CAST(id AS TEXT) AS row FROM tasks WHERE updated_at IS NOT NULL";
    assert_eq!(rows(&mut conn, touched), ["1"]);
}

#[test]
fn analytics_is_a_database_of_its_own() {
    let mut conn = database();
    let analytics = MIGRATIONS.bind("analytics");
    analytics.upgrade(&mut conn, "20251105100000").unwrap();
    assert_eq!(tables(&mut conn), ["events"]);
    analytics.downgrade(&mut conn, "base").unwrap();
    assert!(tables(&mut conn).is_empty());
}

#[test]
fn what_was_deleted_on_purpose_is_not_made_up_again() {
    let mut conn = database();
    let analytics = MIGRATIONS.bind("analytics");
    analytics.upgrade(&mut conn, "head").unwrap();
    let refusal = analytics.downgrade(&mut conn, "-1").unwrap_err().to_string();
    assert!(refusal.contains("the addresses were deleted on purpose"), "{refusal}");
    assert_eq!(tables(&mut conn), ["events"]);
}

#[test]
fn one_migration_runs_alone() {
    let mut conn = database();
    MIGRATIONS.upgrade(&mut conn, "20251003090000").unwrap();
    mina_migrations::m20251006090000::up(&mut conn).unwrap();
    assert_eq!(tables(&mut conn), ["tasks", "user_preferences", "users", "workspaces"]);
    mina_migrations::m20251006090000::down(&mut conn).unwrap();
    assert_eq!(tables(&mut conn), ["tasks", "users", "workspaces"]);
}

#[test]
fn a_run_step_sees_the_schema_of_its_own_revision() {
    #[derive(QueryableByName)]
    struct Kept {
        #[diesel(sql_type = Integer)]
        users: i32,
        #[diesel(sql_type = Nullable<Text>)]
        number: Option<String>,
    }
    let mut conn = database();
    MIGRATIONS.upgrade(&mut conn, "20251021100000").unwrap();
    conn.batch_execute("INSERT INTO users (id, email, name, new_field, phone_number) VALUES (1, 'a', 'a', 'a', ' 1 2 ')")
        .unwrap();
    MIGRATIONS.upgrade(&mut conn, "head").unwrap();
    let query = "SELECT count(*) AS users, max(phone_number) AS number FROM users";
    let kept = diesel::sql_query(query).get_result::<Kept>(&mut conn).unwrap();
    assert_eq!((kept.users, kept.number.as_deref()), (1, Some("12")));
}
