//! Rows that may be there, and what proves that they hold.

use super::{BASE, Case, MARIADB, PG};
use crate::config::Config;
use crate::engine::Target;

const QUIET: &str = "#![allow(lossy_downgrade)]";

/// What is said of an upgrade whose downgrade is somebody else's concern.
fn errors_on(targets: &[Target], up: &str) -> Vec<String> {
    let case = Case::new(
        targets,
        &Config::default(),
        BASE,
        QUIET,
        up,
        "downgrade = irreversible(\"a test\");",
    );
    case.errors()
}

#[track_caller]
fn proved(up: &str) {
    for targets in [&[Target::SQLITE][..], &[PG], &[MARIADB], &[Target::SQLITE, PG, MARIADB]] {
        assert_eq!(errors_on(targets, up), [] as [&str; 0], "{up}");
    }
}

#[track_caller]
fn unproved(up: &str, expected: &str) {
    for targets in [&[Target::SQLITE][..], &[PG], &[MARIADB], &[Target::SQLITE, PG, MARIADB]] {
        assert_eq!(errors_on(targets, up), [expected], "{up}");
    }
}

#[test]
fn not_null_needs_a_fill() {
    unproved("alter_column users.number { nullable = false }", "M211 up number");
    unproved(
        r#"update users { set = "number = 0", where = "number < 0" } alter_column users.number { nullable = false }"#,
        "M211 up number",
    );
    unproved(
        r#"update users { set = "number = age", where = "number IS NULL" } alter_column users.number { nullable = false }"#,
        "M211 up number",
    );
    unproved(
        r#"alter_column users.number { nullable = false } update users { set = "number = 0", where = "number IS NULL" }"#,
        "M211 up number",
    );
}

#[test]
fn a_fill_proves_not_null() {
    proved(r#"update users { set = "number = 0", where = "number IS NULL" } alter_column users.number { nullable = false }"#);
    proved(r#"update users { set = "number = 0", where = "number IS NULL OR number < 0" } alter_column users.number { nullable = false }"#);
    proved(r#"update users { set = "number = 0" } alter_column users.number { nullable = false }"#);
    proved(r#"update users { set = "number = id + 1", where = "number IS NULL" } alter_column users.number { nullable = false }"#);
    proved(r#"execute "UPDATE users SET number = coalesce(number, 0)"; alter_column users.number { nullable = false }"#);
    proved(r#"delete users { where = "number IS NULL" } alter_column users.number { nullable = false }"#);
    proved(
        r#"backfill users { set = "number = 0", where = "number IS NULL", batch = 100 } alter_column users.number { nullable = false }"#,
    );
    proved(r#"add_column users.a: Nullable<Text>; update users { set = "a = name" } alter_column users.a { nullable = false }"#);
}

#[test]
fn fills_for_some_engines_count_together() {
    let fills = r#"
        #[on(Pg)] update users { set = "number = 1", where = "number IS NULL" }
        #[on(Sqlite, Mysql)] update users { set = "number = 2", where = "number IS NULL" }
        alter_column users.number { nullable = false }"#;
    assert_eq!(errors_on(&[Target::SQLITE, PG, MARIADB], fills), [] as [&str; 0]);
    let one = r#"#[on(Pg)] update users { set = "number = 1", where = "number IS NULL" } alter_column users.number { nullable = false }"#;
    assert_eq!(errors_on(&[PG], one), [] as [&str; 0]);
    assert_eq!(errors_on(&[Target::SQLITE, PG], one), ["M211 up number"]);
}

#[test]
fn what_writes_after_a_fill_ends_it() {
    unproved(
        r#"update users { set = "number = 0" } update users { set = "number = NULL", where = "points = 0" } alter_column users.number { nullable = false }"#,
        "M211 up number",
    );
    unproved(
        r#"update users { set = "number = 0" } execute "INSERT INTO users (id, name) SELECT id, title FROM workspaces"; alter_column users.number { nullable = false }"#,
        "M211 up number",
    );
    proved(r#"update users { set = "number = 0" } update users { set = "name = 'x'" } alter_column users.number { nullable = false }"#);
}

#[test]
fn a_new_column_that_is_null_everywhere_breaks_no_key_unique_or_check() {
    proved("add_column users.a: Nullable<Integer>; create_foreign_key fk_a on users (a) references workspaces (id);");
    proved("#[references(workspaces.id)] add_column users.a: Nullable<Integer>;");
    proved("#[unique] add_column users.a: Nullable<Varchar<10>>;");
    proved(r#"add_column users.a: Nullable<Integer>; create_check ck_a on users "a > 0";"#);
    unproved(
        "add_column users.a: Nullable<Integer>; alter_column users.a { nullable = false }",
        "M211 up a",
    );
    unproved(
        r#"add_column users.a: Nullable<Integer>; update users { set = "a = number" } create_foreign_key fk_a on users (a) references workspaces (id);"#,
        "M213 up fk_a",
    );
}

#[test]
fn a_literal_default_proves_what_holds_for_it() {
    proved(r#"add_column users.a: Integer = 5; create_check ck_a on users "a > 0";"#);
    proved("add_column users.a: Nullable<Integer> = 5; alter_column users.a { nullable = false }");
    unproved(
        r#"add_column users.a: Integer = -5; create_check ck_a on users "a > 0";"#,
        "M213 up ck_a",
    );
    unproved("add_column users.a: Integer = 5; create_unique uq_a on users (a);", "M213 up uq_a");
    proved("add_column users.a: Integer = 5; create_unique uq_a on users (a, id);");
    unproved(
        "add_column users.a: Integer = 5; create_foreign_key fk_a on users (a) references workspaces (id);",
        "M213 up fk_a",
    );
    proved(
        r#"bulk_insert workspaces [ { id: 5, title: "five" } ]; add_column users.a: Integer = 5; create_foreign_key fk_a on users (a) references workspaces (id);"#,
    );
}

#[test]
fn a_constraint_that_was_in_force_proves_what_it_implies() {
    proved("drop_constraint uq_users_email on users; create_unique uq_email on users (email);");
    proved("drop_constraint uq_users_email on users; create_unique uq_email on users (email, number);");
    proved("create_index ix_two on users (name, number) { unique = true }");
    proved(
        "drop_constraint fk_users_workspace on users; create_foreign_key fk_users_workspace on users (workspace_id) references workspaces (id) { on_delete = set_null }",
    );
    proved(r#"drop_constraint ck_users_points on users; create_check ck_points on users "points >= 0";"#);
    proved("alter_column users.status { nullable = true } alter_column users.status { nullable = false }");
    unproved(
        r#"drop_constraint uq_users_email on users; update users { set = "email = 'x'" } create_unique uq_email on users (email);"#,
        "M213 up uq_email",
    );
    proved(
        r#"drop_constraint fk_users_workspace on users; update users { set = "workspace_id = NULL" }
           create_foreign_key fk_users_workspace on users (workspace_id) references workspaces (id);"#,
    );
    unproved(
        r#"drop_constraint fk_users_workspace on users; delete workspaces { where = "id = 1" }
           create_foreign_key fk_users_workspace on users (workspace_id) references workspaces (id);"#,
        "M213 up fk_users_workspace",
    );
}

#[test]
fn renames_carry_what_is_known() {
    proved(
        r#"drop_constraint ck_users_points on users; alter_column users.points { rename = score } create_check ck_score on users "score >= 0";"#,
    );
    proved(
        r#"update users { set = "number = 0" } alter_column users.number { rename = n } rename_table users => people; alter_column people.n { nullable = false }"#,
    );
}

#[test]
fn a_table_of_this_revision_is_known_by_its_rows() {
    let made = "create_table t { #[primary_key] id: Integer, a: Nullable<Integer>, }";
    proved(&format!(
        "{made} create_unique uq_a on t (a); alter_column t.a {{ nullable = false }}"
    ));
    proved(&format!(
        "{made} bulk_insert t (id, a) [(1, 1), (2, 2)]; create_unique uq_a on t (a); alter_column t.a {{ nullable = false }}"
    ));
    unproved(
        &format!("{made} bulk_insert t (id, a) [(1, 1), (2, 1)]; create_unique uq_a on t (a);"),
        "M213 up uq_a",
    );
    unproved(
        &format!("{made} bulk_insert t (id) [(1)]; alter_column t.a {{ nullable = false }}"),
        "M211 up a",
    );
    unproved(
        &format!("{made} execute \"INSERT INTO t (id) SELECT id FROM users\"; alter_column t.a {{ nullable = false }}"),
        "M211 up a",
    );
}

#[test]
fn existing_rows_may_break_a_constraint() {
    unproved("create_unique uq_n on users (number);", "M213 up uq_n");
    unproved(
        "create_foreign_key fk_n on users (number) references workspaces (id);",
        "M213 up fk_n",
    );
    unproved(r#"create_check ck_n on users "number > 0";"#, "M213 up ck_n");
    proved("create_index ix_n on users (number);");
    proved("#[allow(may_fail_on_rows)] create_unique uq_n on users (number);");
    proved("#[allow(may_fail_on_rows)] batch_alter users { create_unique uq_n (number); alter_column number { nullable = false } }");
}

#[test]
fn the_rows_in_question_can_be_changed_or_taken_out_first() {
    proved(r#"delete users { where = "NOT (number > 0)" } create_check ck_n on users "number > 0";"#);
    proved(r#"update users { set = "number = 1", where = "number <= 0" } create_check ck_n on users "number > 0";"#);
    unproved(
        r#"update users { set = "number = -1", where = "number <= 0" } create_check ck_n on users "number > 0";"#,
        "M213 up ck_n",
    );
    let key = "create_foreign_key fk_n on users (number) references workspaces (id);";
    proved(&format!(
        r#"update users {{ set = "number = NULL", where = "number NOT IN (SELECT id FROM workspaces)" }} {key}"#
    ));
    proved(&format!(
        r#"delete users {{ where = "number NOT IN (SELECT id FROM workspaces)" }} {key}"#
    ));
}

#[test]
fn an_enum_loses_a_value_that_no_row_has() {
    let base = r#"create_enum state ("open", "done", "late"); create_table t { #[primary_key] id: Integer, s: Enum<state>, }"#;
    let errors = |up: &str| {
        let down = "downgrade = irreversible(\"a test\");";
        Case::new(&[Target::SQLITE, MARIADB], &Config::default(), base, QUIET, up, down).errors()
    };
    assert_eq!(errors(r#"alter_enum state { remove = "late" }"#), ["M213 up state"]);
    assert_eq!(
        errors(r#"update t { set = "s = 'done'", where = "s = 'late'" } alter_enum state { remove = "late" }"#),
        [] as [&str; 0]
    );
}

#[test]
fn narrowing_and_casting_a_type_need_a_proof_and_widening_none() {
    let narrow = "alter_column users.name { type = Varchar<40> }";
    assert_eq!(errors_on(&[PG], narrow), ["M213 up name"]);
    assert_eq!(errors_on(&[Target::SQLITE], narrow), [] as [&str; 0]);
    unproved("alter_column users.age { type = Integer, using = cast }", "M213 up age");
    proved("alter_column users.number { type = BigInt }");
    proved("alter_column users.name { type = Text }");
}

#[test]
fn a_downgrade_that_tightens_needs_a_proof_too() {
    let case = super::on_sqlite(
        "drop_constraint uq_users_email on users;",
        "create_unique uq_users_email on users (email);",
    );
    assert_eq!(case.errors(), ["M213 down uq_users_email"]);
    let case = super::on_sqlite(
        "alter_column users.status { nullable = true }",
        "alter_column users.status { nullable = false }",
    );
    assert_eq!(case.errors(), ["M211 down status"], "{}", case.said());
    insta::assert_snapshot!(case.said(), @r#"
    M211: `users.status` becomes NOT NULL, and rows that are there may have none
    put before it: `update users { set = "status = '…'", where = "status IS NULL" }`
    or write `#[allow(may_fail_on_rows)]` before the statement: the runner then counts such rows first, and refuses if there are any
    "#);
}

#[test]
fn the_runner_is_told_what_to_count() {
    let case = super::on_sqlite(
        r#"#[allow(may_fail_on_rows)]
        batch_alter users {
            alter_column number { rename = n }
            alter_column n { nullable = false }
            create_unique uq_n (n);
            create_foreign_key fk_n (n) references workspaces (id);
            create_check ck_n "n > 0";
        }"#,
        "",
    );
    let step = &case.checked.engines[0].up.steps[0];
    let queries: Vec<String> = step
        .operations
        .iter()
        .filter_map(|resolved| super::super::rows::count_query(resolved, step, &crate::sql::sqlite::Sqlite))
        .map(|counted| format!("{}\n-- {}", counted.sql, counted.what))
        .collect();
    insta::assert_snapshot!(queries.join("\n"), @r#"
    SELECT count(*) FROM "users" WHERE "number" IS NULL
    -- rows of `users` have no `number`
    SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM "users" WHERE "number" IS NOT NULL GROUP BY "number" HAVING count(*) > 1) AS shared
    -- rows of `users` share their `number` with another
    SELECT count(*) FROM "users" AS c WHERE c."number" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "workspaces" AS p WHERE p."id" = c."number")
    -- rows of `users` have a `number` that `workspaces` lacks
    SELECT count(*) FROM "users" WHERE NOT ("number" > 0)
    -- rows of `users` break `"number" > 0`
    "#);
}
