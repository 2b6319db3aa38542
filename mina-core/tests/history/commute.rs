//! Which branches commute.

use super::*;

#[test]
fn branches_that_touch_different_columns_commute() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = "1"; label = "a";"#,
        "add_column users.bio: Nullable<Text>; create_index ix_bio on users (bio);",
        "drop_index ix_bio on users; drop_column users.bio;",
    );
    let third = block(
        r#"revision = "3"; revises = "1";"#,
        "add_column users.age: Nullable<Integer>;",
        "drop_column users.age;",
    );
    assert_eq!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]), "");
}

#[test]
fn branches_that_touch_the_same_do_not_commute() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = "1"; label = "a";"#,
        "alter_column users.name { rename = full_name }",
        "alter_column users.full_name { rename = name }",
    );
    let third = block(
        r#"revision = "3"; revises = "1";"#,
        "create_index ix_name on users (name);",
        "drop_index ix_name on users;",
    );
    insta::assert_snapshot!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]), @r#"
    3.rs:3 Ident("ix_name")
    M107: revisions `3` and `2` do not commute: this one uses column `users.name`, the other renames it
    the other is in 2.rs:3; neither builds on the other, so a database may run them in either order
    let this one build on it: `depends_on = ["2"];`
    "#);
    let built_on = third
        .replace("revises = \"1\";", "revises = \"1\"; depends_on = [\"2\"];")
        .replace("(name)", "(full_name)");
    assert_eq!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &built_on)]), "");
}

#[test]
fn two_data_steps_on_one_table_do_not_commute() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = "1"; label = "a";"#,
        r#"execute "UPDATE users SET name = 'x'";"#,
        "",
    );
    let third = block(
        r#"revision = "3"; revises = "1";"#,
        r#"bulk_insert users [ { id: 1, name: "a" } ];"#,
        "bulk_delete users by (id) [1];",
    );
    insta::assert_snapshot!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]), @r#"
    2.rs:3 Ident("execute")
    lossy_downgrade: values of `users.name` are overwritten, and the downgrade cannot bring them back
    keep a copy that the downgrade reads, or write `#[allow(lossy_downgrade)]` before the statement

    3.rs:3 Ident("users")
    M107: revisions `3` and `2` do not commute: this one writes the rows of `users`, and so does the other
    the other is in 2.rs:3; neither builds on the other, so a database may run them in either order
    let this one build on it: `depends_on = ["2"];`
    "#);
}

#[test]
fn a_key_to_a_table_commutes_with_what_changes_its_rows() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = "1"; label = "a";"#,
        "create_table tasks { #[primary_key] id: Integer, #[references(users.id)] user_id: Integer }",
        "drop_table tasks;",
    );
    let third = block(
        r#"revision = "3"; revises = "1";"#,
        r#"bulk_insert users [ { id: 1, name: "a" } ];"#,
        "bulk_delete users by (id) [1];",
    );
    assert_eq!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]), "");
    let dropping = block(
        r#"revision = "3"; revises = "1";"#,
        "#[allow(lossy_downgrade)] drop_table users;",
        USERS,
    );
    assert!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &dropping)]).contains("M107"));
}
