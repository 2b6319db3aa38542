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
fn an_enum_takes_its_columns_along() {
    let first = block(
        r#"revision = "1"; revises = base;"#,
        r#"create_enum mood ("ok", "bad"); create_table users { #[primary_key] id: Integer, mood: Enum<mood>, name: Text }"#,
        "drop_table users; drop_enum mood;",
    );
    let second = block(
        r#"revision = "2"; revises = "1"; label = "a";"#,
        r#"alter_enum mood { rename = "bad", to = "sad" }"#,
        r#"alter_enum mood { rename = "sad", to = "bad" }"#,
    );
    let third = |up: &str, down: &str| block(r#"revision = "3"; revises = "1";"#, up, down);
    let renamed = third("alter_column users.mood { rename = m }", "alter_column users.m { rename = mood }");
    insta::assert_snapshot!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &renamed)]), @r#"
    3.rs:3 Ident("mood")
    M107: revisions `3` and `2` do not commute: this one renames column `users.mood`, the other alters it
    the other is in 2.rs:3; neither builds on the other, so a database may run them in either order
    let this one build on it: `depends_on = ["2"];`
    "#);
    for (up, down) in [
        ("rename_table users => people;", "rename_table people => users;"),
        ("create_index ix on users (mood);", "drop_index ix on users;"),
        (
            r#"bulk_insert users [{ id: 1, mood: "bad", name: "a" }];"#,
            "bulk_delete users by (id) [1];",
        ),
    ] {
        let said = said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third(up, down))]);
        assert!(said.contains("M107"), "{up}: {said}");
    }
    let beside = third("add_column users.bio: Nullable<Text>;", "drop_column users.bio;");
    assert_eq!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &beside)]), "");
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

#[test]
fn what_is_renamed_is_made_anew_as_it_was_and_so_uses_its_columns() {
    let first = block(
        r#"revision = "1"; revises = base;"#,
        "create_table t { a: Integer, c: Integer, unique uq (a), index ix (a), foreign_key fk (c) references t (a) }",
        "drop_table t;",
    );
    let column = block(
        r#"revision = "3"; revises = "1";"#,
        "alter_column t.a { rename = b }",
        "alter_column t.b { rename = a }",
    );
    for (renamed, back) in [
        ("rename_constraint uq => other on t;", "rename_constraint other => uq on t;"),
        ("rename_index ix => other on t;", "rename_index other => ix on t;"),
        ("rename_constraint fk => other on t;", "rename_constraint other => fk on t;"),
    ] {
        let second = block(r#"revision = "2"; revises = "1"; label = "a";"#, renamed, back);
        let said = said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &column)]);
        assert!(
            said.contains("do not commute: this one renames column `t.a`, the other uses it"),
            "{said}"
        );
    }
}

/// What is said of two branches on a first revision, each by its upgrade and its downgrade.
fn beside(made: [&str; 2], one: [&str; 2], other: [&str; 2]) -> String {
    beside_on(Config::default(), made, one, other)
}

fn beside_on(config: Config, made: [&str; 2], one: [&str; 2], other: [&str; 2]) -> String {
    let of = |head: &str, [up, down]: [&str; 2]| block(head, up, down);
    let first = of(r#"revision = "1"; revises = base;"#, made);
    let second = of(r#"revision = "2"; revises = "1"; label = "a";"#, one);
    let third = of(r#"revision = "3"; revises = "1";"#, other);
    report(&history_of(config, &[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]))
}

#[test]
fn a_trigger_uses_the_columns_of_its_table_that_it_names() {
    let said = beside(
        ["create_table t { a: Integer }", "drop_table t;"],
        ["alter_column t.a { rename = b }", "alter_column t.b { rename = a }"],
        [
            "create_trigger g on t \"BEFORE UPDATE WHEN NEW.a > 1 BEGIN SELECT 1; END\";",
            "drop_trigger g on t;",
        ],
    );
    assert!(said.contains("this one uses column `t.a`, the other renames it"), "{said}");
}

#[test]
fn what_goes_by_its_tables_name_is_made_anew_with_it() {
    let said = beside(
        [
            "create_table t { #[primary_key] id: Integer } create_table u { #[references(t.id)] t_id: Nullable<Integer> }",
            "drop_table u; drop_table t;",
        ],
        ["rename_table u => v;", "rename_table v => u;"],
        ["rename_table t => s;", "rename_table s => t;"],
    );
    assert!(said.contains("M107"), "{said}");
}

#[test]
fn a_key_does_not_commute_with_a_rebuild_of_its_table_while_keys_are_on() {
    let first = block(
        r#"revision = "1"; revises = base;"#,
        "create_table t { #[primary_key] id: Integer, a: Integer, b: Integer }",
        "drop_table t;",
    );
    let rebuilding = |id: &str, column: &str| {
        let head = format!("revision = \"{id}\"; revises = \"1\"; label = \"{column}\";");
        block(
            &head,
            &format!("alter_column t.{column} {{ default = 1 }}"),
            &format!("alter_column t.{column} {{ default = none }}"),
        )
    };
    let key = block(
        r#"revision = "4"; revises = "1";"#,
        "create_table u { #[references(t.id)] t_id: Integer }",
        "drop_table u;",
    );
    let (second, third) = (rebuilding("2", "a"), rebuilding("3", "b"));
    assert_eq!(said(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]), "");
    let said = said(&[("1.rs", &first), ("2.rs", &second), ("4.rs", &key)]);
    assert!(
        said.contains("this one makes or drops a foreign key to table `t`, the other rebuilds it"),
        "{said}"
    );
}

#[test]
fn a_view_of_what_is_not_there_is_refused() {
    let first = block(
        r#"revision = "1"; revises = base;"#,
        r#"create_view v as "SELECT id FROM nothing";"#,
        "drop_view v;",
    );
    let said = said(&[("1.rs", &first)]);
    assert!(said.contains("M201: there is no table `nothing`"), "{said}");
}

#[test]
fn a_downgrade_is_shown_where_the_upgrade_took_away_what_it_speaks_of() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = "1";"#,
        "rename_table users => people;",
        "drop_column users.name;",
    );
    let history = history(&[("1.rs", &first), ("2.rs", &second)]);
    let labels: Vec<String> = history
        .diagnostics(1)
        .into_iter()
        .filter_map(|diagnostic| diagnostic.label)
        .map(|(_, text)| text)
        .collect();
    assert_eq!(labels, ["the upgrade renames it here"]);
}

#[test]
fn a_batch_goes_along_a_key_that_another_branch_may_not_rename() {
    let said = beside(
        [USERS, "drop_table users;"],
        [r#"backfill users { set = "name = 'x'", where = "name IS NULL", undo = none }"#, ""],
        [
            "alter_column users.id { rename = number }",
            "alter_column users.number { rename = id }",
        ],
    );
    assert!(said.contains("this one renames column `users.id`, the other uses it"), "{said}");
}

#[test]
fn what_keeps_a_table_of_mariadb_from_changing_in_use_commutes_with_no_change_of_it() {
    let mut config = Config::default();
    config.database.engines = vec![Target {
        product: Product::Mariadb,
        version: (10, 11),
    }];
    let with = |unique: &str| {
        beside_on(
            config.clone(),
            [
                "create_table t { #[primary_key] id: Integer, note: Text, a: Integer = 1, b: Integer = 1 }",
                "drop_table t;",
            ],
            ["alter_column t.a { default = 2 }", "alter_column t.a { default = 1 }"],
            [unique, "drop_constraint uq on t;"],
        )
    };
    insta::assert_snapshot!(with("#[allow(may_fail_on_rows)] create_unique uq on t (note);"), @r#"
    3.rs:3 Ident("uq")
    M107: revisions `3` and `2` do not commute: this one decides whether table `t` can be changed while it is in use, the other relies on it
    the other is in 2.rs:3; neither builds on the other, so a database may run them in either order
    let this one build on it: `depends_on = ["2"];`
    "#);
    let plain = with("create_unique uq on t (id, b);");
    assert!(!plain.contains("M107"), "{plain}");
}

#[test]
fn rust_reads_all_columns_of_a_table_that_it_names() {
    let said = beside(
        [USERS, "drop_table users;"],
        ["run |conn| { schema::users::table.load::<User>(conn)?; } { undo = none }", ""],
        [
            "alter_column users.name { rename = full_name }",
            "alter_column users.full_name { rename = name }",
        ],
    );
    assert!(said.contains("this one renames column `users.name`, the other uses it"), "{said}");
}
