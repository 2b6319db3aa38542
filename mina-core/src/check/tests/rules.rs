//! `downgrade = auto`, lints, engines, transactions.

use super::{BASE, Case, MARIADB, PG};
use crate::config::Config;
use crate::engine::Target;

fn auto(targets: &[Target], up: &str) -> Case {
    Case::new(targets, &Config::default(), BASE, "", up, "downgrade = auto;")
}

fn irreversible(targets: &[Target], head: &str, up: &str) -> Case {
    Case::new(targets, &Config::default(), BASE, head, up, "downgrade = irreversible(\"a test\");")
}

#[track_caller]
fn says(case: &Case, expected: &[&str]) {
    assert_eq!(case.carets(), expected, "{}", case.said());
}

#[test]
fn a_schema_change_is_inverted() {
    let case = auto(
        &[Target::SQLITE, PG, MARIADB],
        r#"create_table tasks { #[primary_key] id: Integer, #[references(users.id)] user_id: Integer, }
        batch_alter users {
            add_column phone: Nullable<Varchar<20>>;
            alter_column name { rename = full_name }
            alter_column full_name { type = Text }
            create_index ix_phone (phone);
        }
        rename_table settings => options;
        bulk_insert options [ { id: 1, key: "theme", value: "dark" } ];"#,
    );
    says(&case, &["M213 up full_name"]);
    let allowed = auto(&[Target::SQLITE], "alter_column users.name { type = Text }");
    says(&allowed, &[]);
}

#[test]
fn a_data_step_says_how_it_is_undone() {
    let on = &[Target::SQLITE];
    says(
        &auto(on, "execute \"UPDATE users SET points = 1 WHERE points = 0\";"),
        &["M309 up execute"],
    );
    says(
        &auto(
            on,
            "#[allow(lossy_downgrade)] execute \"UPDATE users SET points = 1 WHERE points = 0\" { undo = none }",
        ),
        &[],
    );
    says(
        &auto(
            on,
            "execute \"UPDATE users SET points = points + 1\" { undo = \"UPDATE users SET points = points - 1\" }",
        ),
        &[],
    );
    says(
        &auto(
            on,
            r#"update users { set = "points = 1", undo { update users { set = "points = 0" } } }"#,
        ),
        &[],
    );
    says(&auto(on, "run |conn| { Ok(()) }"), &["M309 up run"]);
    says(
        &auto(on, "bulk_insert settings (key, value) [(\"a\", \"b\")];"),
        &["M309 up settings"],
    );
}

#[test]
fn what_a_step_writes_into_new_columns_and_tables_goes_with_them() {
    let on = &[Target::SQLITE, PG, MARIADB];
    says(
        &auto(
            on,
            r#"add_column users.a: Nullable<Integer>; update users { set = "a = 1" } alter_column users.a { nullable = false }"#,
        ),
        &[],
    );
    says(
        &auto(
            on,
            r#"create_table t { #[primary_key] id: Integer, } bulk_insert t (id) [(1)]; execute "INSERT INTO t (id) SELECT id + 1 FROM users";"#,
        ),
        &[],
    );
}

#[test]
fn a_column_cannot_come_back_not_null_by_itself() {
    let case = auto(&[Target::SQLITE], "#[allow(lossy_downgrade)] drop_column settings.value;");
    says(&case, &["M307 up value"]);
    insta::assert_snapshot!(case.said(), @r#"
    M307: the derived downgrade would add `settings.value` again, NOT NULL and without a default
    write the downgrade: `add_column settings.value: Nullable<Text>; update settings { set = "value = '…'" } alter_column settings.value { nullable = false }`
    "#);
}

#[test]
fn a_column_of_a_table_that_was_renamed_or_made_here_is_no_easier_to_bring_back() {
    let case = |up: &str| auto(&[Target::SQLITE], up);
    says(
        &case("rename_table settings => options; #[allow(lossy_downgrade)] drop_column options.value;"),
        &["M307 up value"],
    );
    says(
        &case("create_table t { #[primary_key] id: Integer, a: Text, } #[allow(lossy_downgrade)] drop_column t.a;"),
        &["M307 up a"],
    );
}

#[test]
fn rows_put_into_a_table_that_was_renamed_are_taken_out_again() {
    let case = auto(
        &[Target::SQLITE],
        r#"rename_table settings => options; bulk_insert options (id, key, value) [(1, "a", "b")];"#,
    );
    says(&case, &[]);
    assert_eq!(
        super::super::statements(&case.down_operations())[0],
        "bulk_delete options by (id) [1];"
    );
}

#[test]
fn a_name_that_the_convention_would_not_make_again_is_spelt_out() {
    let made = Case::new(
        &[Target::SQLITE],
        &Config::default(),
        r#"create_table t { #[primary_key] id: Integer, #[check("a > 0")] a: Integer, } alter_column t.a { rename = b }"#,
        "#![allow(lossy_downgrade)]",
        "drop_table t;",
        "downgrade = auto;",
    );
    let printed = super::super::statements(&made.down_operations()).join(" ");
    assert!(printed.contains("#[check(\"b > 0\", name = ck_t_a)]"), "{printed}");
}

#[test]
fn what_is_lost_for_good_is_a_warning() {
    let on = &[Target::SQLITE, PG, MARIADB];
    let dropping = |down: &str| Case::new(on, &Config::default(), BASE, "", "drop_column users.age;", down);
    says(
        &dropping("downgrade { add_column users.age: Nullable<Text>; }"),
        &["lossy_downgrade up age"],
    );
    says(
        &dropping(r#"downgrade { add_column users.age: Nullable<Text>; update users { set = "age = name" } }"#),
        &[],
    );
    says(&dropping("downgrade = irreversible(\"gone\");"), &[]);
    says(&auto(on, "add_column users.a: Nullable<Text>;"), &[]);
    says(&auto(on, "#[allow(lossy_downgrade)] drop_column users.age;"), &[]);
    says(
        &Case::new(
            on,
            &Config::default(),
            BASE,
            "",
            r#"update users { set = "age = '1'", where = "age IS NULL" }"#,
            "downgrade {}",
        ),
        &[],
    );
}

#[test]
fn an_engine_that_mina_toml_does_not_declare() {
    let case = irreversible(&[Target::SQLITE], "", "#[on(Pg)] execute \"SELECT 1\";");
    says(&case, &["undeclared_engine up Pg"]);
    let case = irreversible(&[Target::SQLITE], "", "#[allow(undeclared_engine)] #[on(Pg)] execute \"SELECT 1\";");
    says(&case, &[]);
}

#[test]
fn sql_for_each_engine_is_complete() {
    let case = irreversible(
        &[Target::SQLITE, PG],
        "#![allow(undeclared_engine)]",
        "execute { Pg = \"SELECT 1\" }",
    );
    assert_eq!(case.errors().len(), 1, "{}", case.said());
    assert!(case.errors()[0].starts_with("M502"), "{}", case.said());
    let undo = auto(
        &[Target::SQLITE, PG],
        "#[allow(undeclared_engine)] execute \"SELECT 1\" { undo = { Pg = \"SELECT 1\" } }",
    );
    assert!(undo.errors()[0].starts_with("M502"), "{}", undo.said());
}

#[test]
fn one_transaction_is_demanded_and_cannot_be() {
    let one = "transaction = true;";
    let backfill = r#"backfill users { set = "number = 0", where = "number IS NULL", batch = 10 }"#;
    says(&irreversible(&[Target::SQLITE, PG], one, backfill), &["M503 up users"]);
    let index = "create_index ix_n on users (number) { concurrently = true }";
    says(&irreversible(&[PG], one, index), &["M503 up ix_n"]);
    let two = "add_column users.a: Nullable<Integer>; add_column users.b: Nullable<Integer>;";
    says(&irreversible(&[MARIADB], one, two), &["M503 up b"]);
    says(&irreversible(&[Target::SQLITE, PG], one, two), &[]);
    says(&irreversible(&[MARIADB], "", two), &[]);
}

#[test]
fn a_rebuild_of_a_keyed_table_shares_no_transaction_with_rows_on_sqlite() {
    let both = r#"update users { set = "number = 0", where = "number IS NULL" } alter_column users.number { nullable = false }"#;
    says(&irreversible(&[Target::SQLITE], "transaction = true;", both), &["M503 up number"]);
    says(&irreversible(&[PG], "transaction = true;", both), &[]);
    says(&irreversible(&[Target::SQLITE], "", both), &[]);
}

#[test]
fn an_enum_value_is_used_in_the_transaction_that_adds_it() {
    let base = r#"create_enum state ("open", "done"); create_table t { #[primary_key] id: Integer, s: Enum<state>, }"#;
    let up = r#"alter_enum state { add = "late" } update t { set = "s = 'late'", where = "id = 1" }"#;
    let down = "downgrade = irreversible(\"a test\");";
    let head = "transaction = true;";
    assert_eq!(Case::new(&[PG], &Config::default(), base, head, up, down).carets(), ["M503 up t"]);
    assert_eq!(Case::new(&[PG], &Config::default(), base, "", up, down).carets(), [] as [&str; 0]);
}

#[test]
fn an_upgrade_in_the_wrong_order_is_told_so() {
    let case = irreversible(
        &[Target::SQLITE],
        "",
        "create_table b { #[primary_key] id: Integer, #[references(a.id)] a_id: Integer, } create_table a { #[primary_key] id: Integer, }",
    );
    assert_eq!(case.errors().len(), 1, "{}", case.said());
    assert!(case.said().contains("before `create_table b"), "{}", case.said());
}

#[test]
fn on_postgresql_a_type_of_another_kind_waits_for_the_expressions_about_its_column() {
    let up = "#[allow(may_fail_on_rows)] alter_column users.points { type = Text, using = cast, default = none }";
    let case = irreversible(&[PG], "", up);
    says(&case, &["M208 up points"]);
    assert!(
        case.said().contains("write `drop_constraint ck_users_points on users;` before it"),
        "{}",
        case.said()
    );
    says(&irreversible(&[Target::SQLITE, MARIADB], "#![allow(lossy_downgrade)]", up), &[]);
    says(&irreversible(&[PG], "", "alter_column users.points { type = BigInt }"), &[]);
    let around = format!("drop_constraint ck_users_points on users; {up}");
    says(&irreversible(&[PG], "", &around), &[]);
    let only_null = "create_check ck_age on users \"age IS NOT NULL OR number IS NULL\"; \
                     #[allow(may_fail_on_rows)] alter_column users.age { type = Integer, using = cast }";
    says(&irreversible(&[PG], "#![allow(may_fail_on_rows)]", only_null), &[]);
}

#[test]
fn on_mariadb_a_hash_that_is_unique_takes_no_column_that_is_counted_up() {
    let up = "#[allow(may_fail_on_rows)] create_unique uq_settings_value on settings (id, value);";
    says(&irreversible(&[MARIADB], "", up), &["M502 up uq_settings_value"]);
    says(&irreversible(&[Target::SQLITE, PG], "", up), &[]);
}
