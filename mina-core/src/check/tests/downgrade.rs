//! Every class of invalid downgrade that real histories have, in two shapes, beside its corrected twin.

use super::{BASE, Case, MARIADB, PG, on_sqlite, refused};
use crate::config::Config;
use crate::engine::Target;
use crate::operation::Operation;

fn on_postgres(up: &str, down: &str) -> Case {
    Case::new(&[PG], &Config::default(), BASE, "", up, &format!("downgrade {{ {down} }}"))
}

const ALLOW: &str = "#[allow(may_fail_on_rows)]";

#[test]
fn a_column_is_left_behind() {
    refused(
        "batch_alter users { add_column phone_number: Nullable<Varchar<20>>; }",
        "",
        &["M302 up phone_number"],
        "batch_alter users { drop_column phone_number; }",
    );
}

#[test]
fn an_index_is_left_behind_beside_what_is_undone() {
    refused(
        "add_column users.phone: Nullable<Varchar<20>>; create_index ix_users_number on users (number);",
        "drop_column users.phone;",
        &["M302 up ix_users_number"],
        "drop_index ix_users_number on users; drop_column users.phone;",
    );
}

#[test]
fn a_table_is_left_behind() {
    refused(
        "create_table tasks { #[primary_key] id: Integer, #[references(users.id)] user_id: Integer, }
         create_table notes { #[primary_key] id: Integer, }",
        "drop_table notes;",
        &["M302 up tasks"],
        "drop_table notes; drop_table tasks;",
    );
}

#[test]
fn a_key_is_left_behind() {
    refused(
        &format!("{ALLOW} create_foreign_key fk_users_number on users (number) references workspaces (id);"),
        "",
        &["M302 up fk_users_number"],
        "drop_constraint fk_users_number on users;",
    );
}

#[test]
fn a_check_is_left_behind() {
    refused(
        &format!("batch_alter users {{ {ALLOW} create_check ck_users_age \"number > 0\"; add_column a: Nullable<Integer>; }}"),
        "batch_alter users { drop_column a; }",
        &["M302 up ck_users_age"],
        "batch_alter users { drop_constraint ck_users_age; drop_column a; }",
    );
}

#[test]
fn a_rename_is_left() {
    refused(
        "alter_column users.name { rename = full_name }",
        "",
        &["M302 up name"],
        "alter_column users.full_name { rename = name }",
    );
    refused(
        "rename_table settings => options;",
        "",
        &["M302 up settings"],
        "rename_table options => settings;",
    );
}

#[test]
fn a_renamed_table_is_one_fault_whatever_stands_on_it() {
    let case = on_sqlite("rename_table users => people;", "");
    assert_eq!(case.errors(), ["M302 up users"], "{}", case.said());
}

#[test]
fn a_table_is_dropped_where_rows_were_inserted() {
    refused(
        r#"bulk_insert settings [ { id: 1, key: "theme", value: "dark" } ];"#,
        "drop_table settings;",
        &["M308 down settings"],
        "bulk_delete settings by (id) [1];",
    );
    refused(
        r#"update settings { set = "value = 'dark'", where = "value = 'black'" }"#,
        "drop_table settings;",
        &["M308 down settings"],
        r#"update settings { set = "value = 'black'", where = "value = 'dark'" }"#,
    );
}

#[test]
fn columns_are_never_added_again() {
    refused(
        "batch_alter users { drop_column number; drop_column age; }",
        "batch_alter users { add_column age: Nullable<Text>; }",
        &["M303 up number"],
        "batch_alter users { add_column age: Nullable<Text>; add_column number: Nullable<Integer>; }",
    );
    refused(
        "drop_table settings;",
        "",
        &["M303 up settings"],
        "create_table settings { #[primary_key] id: Integer, key: Varchar<40>, value: Text, }",
    );
}

#[test]
fn a_constraint_is_never_made_again() {
    refused(
        "drop_constraint uq_users_email on users;",
        "",
        &["M303 up uq_users_email"],
        &format!("{ALLOW} create_unique uq_users_email on users (email);"),
    );
    refused(
        "drop_index ix_users_name on users;",
        "",
        &["M303 up ix_users_name"],
        &format!("{ALLOW} create_index ix_users_name on users (name) {{ unique = true }}"),
    );
}

#[test]
fn an_attribute_is_not_restored() {
    refused(
        "alter_column users.name { type = Varchar<200> }",
        "",
        &["M304 up name"],
        &format!("{ALLOW} alter_column users.name {{ type = Varchar<80> }}"),
    );
    refused(
        r#"alter_column users.status { default = none }"#,
        "",
        &["M304 up status"],
        r#"alter_column users.status { default = "active" }"#,
    );
    refused(
        "alter_column users.status { nullable = true }",
        "",
        &["M304 up status"],
        &format!("{ALLOW} alter_column users.status {{ nullable = false }}"),
    );
    refused(r#"comment_on users "People.";"#, "", &["M304 up users"], "comment_on users = none;");
}

#[test]
fn a_copied_line_sets_the_upgrades_value_again() {
    refused(
        "alter_column users.name { type = Varchar<200> }",
        "alter_column users.name { type = Varchar<200> }",
        &["M304 down Varchar < 200 >"],
        &format!("{ALLOW} alter_column users.name {{ type = Varchar<80> }}"),
    );
    refused(
        &format!("{ALLOW} alter_column users.number {{ nullable = false, default = 0 }}"),
        "batch_alter users { alter_column number { nullable = false, default = none } }",
        &["M304 down nullable = false"],
        "batch_alter users { alter_column number { nullable = true, default = none } }",
    );
}

#[test]
fn a_column_is_made_again_differently() {
    refused(
        "drop_column users.email;",
        "add_column users.email: Nullable<Varchar<40>>; create_unique uq_users_email on users (email);",
        &["M305 down email"],
        "add_column users.email: Nullable<Varchar<200>>; create_unique uq_users_email on users (email);",
    );
    refused(
        "drop_column users.number;",
        "add_column users.index: Nullable<Integer>;",
        &["M305 down index"],
        "add_column users.number: Nullable<Integer>;",
    );
}

#[test]
fn a_column_is_made_again_without_what_stood_on_it() {
    refused(
        "drop_column users.email;",
        "add_column users.email: Nullable<Varchar<200>>;",
        &["M305 down email"],
        "#[unique(name = uq_users_email)] add_column users.email: Nullable<Varchar<200>>;",
    );
}

#[test]
fn a_table_is_made_again_differently() {
    refused(
        "drop_table settings;",
        "create_table settings { #[primary_key] id: Integer, key: Varchar<20>, }",
        &["M305 down settings"],
        "create_table settings { #[primary_key] id: Integer, key: Varchar<40>, value: Text, }",
    );
}

#[test]
fn a_constraint_is_made_again_under_another_name_or_on_other_columns() {
    refused(
        "drop_constraint uq_users_email on users;",
        &format!("{ALLOW} create_unique uq_email on users (email);"),
        &["M305 down uq_email"],
        &format!("{ALLOW} create_unique uq_users_email on users (email);"),
    );
    refused(
        "drop_index ix_users_name on users;",
        &format!("{ALLOW} create_index ix_users_name on users (name, age) {{ unique = true }}"),
        &["M305 down ix_users_name"],
        &format!("{ALLOW} create_index ix_users_name on users (name) {{ unique = true }}"),
    );
}

#[test]
fn an_index_or_key_has_other_options() {
    refused(
        "drop_index ix_users_name on users;",
        "create_index ix_users_name on users (name);",
        &["M305 down ix_users_name"],
        &format!("{ALLOW} create_index ix_users_name on users (name) {{ unique = true }}"),
    );
    refused(
        "drop_constraint fk_users_workspace on users;",
        &format!("{ALLOW} create_foreign_key fk_users_workspace on users (workspace_id) references workspaces (id);"),
        &["M305 down fk_users_workspace"],
        &format!(
            "{ALLOW} create_foreign_key fk_users_workspace on users (workspace_id) references workspaces (id) {{ on_delete = cascade }}"
        ),
    );
}

#[test]
fn an_index_loses_its_filter() {
    let base = r#"create_table t { #[primary_key] id: Integer, a: Nullable<Integer>, index ix_a (a) { where = "a > 0" }, }"#;
    let case = |down: &str| {
        let down = format!("downgrade {{ {down} }}");
        Case::new(&[Target::SQLITE, PG], &Config::default(), base, "", "drop_index ix_a on t;", &down)
    };
    let wrong = case("create_index ix_a on t (a);");
    assert_eq!(wrong.errors(), ["M305 down ix_a"], "{}", wrong.said());
    let right = case(r#"create_index ix_a on t (a) { where = "a > 0" }"#);
    assert_eq!(right.errors(), [] as [&str; 0], "{}", right.said());
}

#[test]
fn a_not_null_column_comes_back_without_a_default() {
    refused(
        "drop_column users.status;",
        "add_column users.status: Varchar<20>;",
        &["M307 down status"],
        r#"add_column users.status: Varchar<20> = "active";"#,
    );
    refused(
        "batch_alter settings { drop_column value; }",
        "batch_alter settings { add_column value: Text; }",
        &["M307 down value"],
        r#"add_column settings.value: Nullable<Text>; update settings { set = "value = ''" } alter_column settings.value { nullable = false }"#,
    );
}

#[test]
fn an_enum_type_is_left_behind() {
    let up =
        r#"create_enum task_state ("open", "done"); create_table tasks { #[primary_key] id: Integer, state: Enum<task_state> = "open", }"#;
    refused(
        up,
        "drop_table tasks;",
        &["M311 up task_state"],
        "drop_table tasks; drop_enum task_state;",
    );
    refused(
        r#"create_enum mood ("good", "bad"); add_column users.mood: Nullable<Enum<mood>>;"#,
        "drop_column users.mood;",
        &["M311 up mood"],
        "drop_column users.mood; drop_enum mood;",
    );
}

#[test]
fn parents_go_before_their_children() {
    refused(
        "create_table a { #[primary_key] id: Integer, } create_table b { #[primary_key] id: Integer, #[references(a.id)] a_id: Integer, }",
        "drop_table a; drop_table b;",
        &["M306 down a"],
        "drop_table b; drop_table a;",
    );
}

#[test]
fn a_key_goes_before_its_table() {
    refused(
        "create_table a { #[primary_key] id: Integer, }
         add_column users.a_id: Nullable<Integer>;
         create_foreign_key fk_users_a on users (a_id) references a (id);",
        "drop_table a; drop_constraint fk_users_a on users; drop_column users.a_id;",
        &["M306 down a"],
        "drop_constraint fk_users_a on users; drop_column users.a_id; drop_table a;",
    );
}

#[test]
fn an_index_goes_with_its_column_and_is_dropped_after_it() {
    refused(
        "add_column users.a: Nullable<Integer>; create_index ix_a on users (a);",
        "drop_column users.a; drop_index ix_a on users;",
        &["M306 down ix_a"],
        "drop_index ix_a on users; drop_column users.a;",
    );
}

#[test]
fn a_name_is_wrong() {
    refused(
        "add_column users.phone_number: Nullable<Varchar<20>>;",
        "drop_column users.phone_numbr;",
        &["M202 down phone_numbr"],
        "drop_column users.phone_number;",
    );
    refused(
        &format!("{ALLOW} create_unique uq_users_number on users (number);"),
        "drop_constraint users_number_key on users;",
        &["M203 down users_number_key"],
        "drop_constraint uq_users_number on users;",
    );
}

#[test]
fn a_constraint_is_dropped_by_no_name() {
    refused(
        &format!("batch_alter users {{ {ALLOW} create_foreign_key fk_n (number) references workspaces (id); }}"),
        "batch_alter users { drop_constraint None; }",
        &["M203 down None"],
        "batch_alter users { drop_constraint fk_n; }",
    );
}

#[test]
fn another_tables_column_is_dropped() {
    refused(
        "add_column users.value: Nullable<Text>;",
        "drop_column settings.value;",
        &["M308 down value"],
        "drop_column users.value;",
    );
}

#[test]
fn a_constraint_that_was_there_is_dropped() {
    refused(
        "add_column users.a: Nullable<Integer>;",
        "drop_column users.a; drop_constraint uq_users_email on users;",
        &["M308 down uq_users_email"],
        "drop_column users.a;",
    );
}

#[test]
fn something_is_made_that_was_not_there() {
    refused(
        "add_column users.a: Nullable<Integer>;",
        "drop_column users.a; create_index ix_extra on users (number);",
        &["M308 down ix_extra"],
        "drop_column users.a;",
    );
}

#[test]
fn what_cannot_be_made_is_not_left_behind() {
    let up = "create_table t { #[primary_key] id: Integer, at: Timestamptz }";
    for down in ["downgrade = auto;", "downgrade { drop_table t; }"] {
        let case = Case::new(&[MARIADB], &Config::default(), BASE, "", up, down);
        assert_eq!(case.errors(), ["M501 up Timestamptz"], "{down} {}", case.said());
    }
}

#[test]
fn all_keys_go_before_the_last_index_that_serves_them() {
    let up = "create_table t { #[primary_key] id: Integer, #[unique] code: Integer, #[references(t.id)] of: Nullable<Integer> }
              create_foreign_key fk_code on t (of) references t (code);
              create_index ix_of on t (of);";
    let case = Case::new(&[MARIADB], &Config::default(), BASE, "", up, "downgrade = auto;");
    assert_eq!(case.said(), "");
    let down = case.down_operations();
    let dropped: Vec<&str> = down
        .iter()
        .map(|operation| match operation {
            Operation::DropConstraint { constraint, .. } => constraint.name().text.as_str(),
            Operation::DropIndex { index, .. } => index.name.text.as_str(),
            _ => "t",
        })
        .collect();
    assert_eq!(dropped, ["fk_t_of_t", "fk_code", "ix_of", "t"]);
}

#[test]
fn a_key_that_went_with_its_index_is_not_renamed_after_that() {
    let up = "create_table t { #[primary_key] id: Integer, #[references(t.id)] of: Nullable<Integer> }
              rename_constraint fk_t_of_t => fk_of on t; create_unique uq_of on t (of);";
    let case = Case::new(&[MARIADB], &Config::default(), BASE, "", up, "");
    insta::assert_snapshot!(case.said(), @r#"
    M301: `2` has no downgrade
    write it after the upgrade:
    downgrade {
        drop_constraint fk_of on t;
        drop_constraint uq_of on t;
        drop_table t;
    }
    or `downgrade = irreversible("why");`
    "#);
}

#[test]
fn the_index_of_a_key_beside_another_comes_back_too() {
    let setup = "create_table a { #[primary_key] id: Integer }
                 create_table b { #[primary_key] id: Integer, #[references(a.id)] of: Nullable<Integer> }";
    let up = "create_index ix_b on b (of); drop_column b.of;";
    let head = "#![allow(lossy_downgrade, blocking_index, redundant_index)]";
    let case = Case::new(&[MARIADB], &Config::default(), setup, head, up, "");
    insta::assert_snapshot!(case.said(), @r#"
    M301: `2` has no downgrade
    write it after the upgrade:
    downgrade {
        #[index(name = fk_b_of_a)] #[references(a.id)] add_column b.of: Nullable<Integer>;
        create_index ix_b on b (of);
        drop_index ix_b on b;
    }
    or `downgrade = irreversible("why");`
    "#);
    let down = "downgrade { #[index(name = ix_b)] #[references(a.id)] add_column b.of: Nullable<Integer>; drop_index ix_b on b; }";
    let case = Case::new(&[MARIADB], &Config::default(), setup, head, up, down);
    insta::assert_snapshot!(case.said(), @r#"
    M305: what is made again is without `fk_b_of_a` on `b`
    it was made by 1 (versions/1_base.rs:5)
    write `create_index fk_b_of_a on b (of);` after it

    M214: `ix_b` is the last index that serves the foreign key `fk_b_of_a` of `b`, and MariaDB 10.6 needs one
    the key is from 2 (versions/2_test.rs:6)
    write `drop_constraint fk_b_of_a on b;` before it, or create another index on (of) first
    "#);
}

#[test]
fn a_column_that_may_not_begin_within_its_check_says_so() {
    let setup = r#"create_table t {
        #[primary_key] id: Integer,
        #[check("length(a) < 9", name = ck_a)] a: Integer = 1,
        #[check("b < 9", name = ck_b)] b: Integer = 1,
    }"#;
    let up = "#[allow(lossy_downgrade)] batch_alter t { drop_column a; drop_column b; }";
    let case = Case::new(&[PG], &Config::default(), setup, "", up, "");
    insta::assert_snapshot!(case.said(), @r#"
    M301: `2` has no downgrade
    write it after the upgrade:
    downgrade {
        batch_alter t {
            #[check("b < 9", name = ck_b)]
            add_column b: Integer = 1;
            #[allow(may_fail_on_rows)]
            #[check("length(a) < 9", name = ck_a)]
            add_column a: Integer = 1;
        }
    }
    or `downgrade = irreversible("why");`
    "#);
}

#[test]
fn a_column_that_is_counted_up_comes_back_with_its_key() {
    let setup = "create_table t { #[primary_key] id: Integer, a: Nullable<Integer> }";
    let up = "#[allow(lossy_downgrade)] batch_alter t { drop_constraint pk_t; drop_column id; }";
    let case = Case::new(&[PG], &Config::default(), setup, "", up, "");
    insta::assert_snapshot!(case.said(), @r#"
    M301: `2` has no downgrade
    write it after the upgrade:
    downgrade {
        batch_alter t { #[primary_key] add_column id: Integer; }
    }
    or `downgrade = irreversible("why");`
    "#);
    let down = "downgrade { batch_alter t { #[primary_key] add_column id: Integer; } }";
    let case = Case::new(&[PG], &Config::default(), setup, "", up, down);
    assert_eq!(case.errors(), [] as [&str; 0], "{}", case.said());
}

#[test]
fn a_downgrade_of_data_may_be_empty() {
    let case = on_sqlite(r#"update users { set = "age = '1'", where = "age IS NULL" }"#, "");
    assert_eq!(case.carets(), [] as [&str; 0], "{}", case.said());
}

#[test]
fn what_is_refused_in_the_upgrade_is_not_said_again_of_the_downgrade() {
    let case = on_postgres("add_column users.a: Integer;", "drop_column users.a;");
    assert_eq!(case.errors(), ["M210 up a"], "{}", case.said());
    let case = on_postgres("add_column usrs.a: Nullable<Integer>;", "drop_column users.a;");
    assert_eq!(case.errors(), ["M201 up usrs"], "{}", case.said());
}
