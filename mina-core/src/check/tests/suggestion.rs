//! The downgrade that is suggested where there is none: it can be pasted.

use super::{BASE, Case, MARIADB, PG};
use crate::config::Config;
use crate::engine::Target;

#[test]
fn what_says_how_it_is_undone_is_undone_so() {
    let up = r#"
        execute "ALTER TABLE users ADD COLUMN bio TEXT" {
            effect { add_column users.bio: Nullable<Text>; }
            undo = "ALTER TABLE users DROP COLUMN bio"
        }
        update users { set = "number = 1", undo { update users { set = "number = 0" } } }
        update users { set = "number = 2" }
        delete users { where = "number = 3", undo = none }
    "#;
    let case = Case::new(&[Target::SQLITE], &Config::default(), BASE, "", up, "");
    insta::assert_snapshot!(case.said(), @r#"
    M301: `2` has no downgrade
    write it after the upgrade:
    downgrade {
        // `update users` does not say how it is undone; add `undo = "…"`, `undo { … }` or `undo = none` to its braces
        update users { set = "number = 0" }
        execute "ALTER TABLE users DROP COLUMN bio" { effect { drop_column users.bio; } }
    }
    or `downgrade = irreversible("why");`
    "#);
}

#[test]
fn no_downgrade_at_all() {
    let case = Case::new(
        &[Target::SQLITE, PG],
        &Config::default(),
        BASE,
        "#![allow(blocking_index)]",
        "batch_alter users { add_column a: Nullable<Integer>; create_index ix_a (a); } drop_column settings.value;",
        "",
    );
    assert_eq!(case.errors(), ["M301 up upgrade"], "{}", case.said());
    insta::assert_snapshot!(case.said(), @r#"
    M301: `2` has no downgrade
    write it after the upgrade:
    downgrade {
        add_column settings.value: Nullable<Text>;
        update settings { set = "value = '…'" }
        alter_column settings.value { nullable = false }
        batch_alter users { drop_index ix_a; drop_column a; }
    }
    or `downgrade = irreversible("why");`
    "#);
}

#[test]
fn the_index_of_a_key_goes_with_it() {
    let up = "create_foreign_key fk_users_settings on users (number) references settings (id);";
    let head = "#![allow(may_fail_on_rows, blocking_constraint)]";
    let case = Case::new(&[MARIADB], &Config::default(), BASE, head, up, "");
    insta::assert_snapshot!(case.said(), @r#"
    M301: `2` has no downgrade
    write it after the upgrade:
    downgrade {
        drop_constraint fk_users_settings on users;
    }
    or `downgrade = irreversible("why");`
    "#);
}

#[test]
fn a_key_that_comes_and_goes_takes_its_index_along_both_times() {
    let up = "#[allow(may_fail_on_rows)] create_foreign_key fk on users (number) references settings (id); drop_constraint fk on users;";
    let case = Case::new(&[MARIADB], &Config::default(), BASE, "#![allow(blocking_constraint)]", up, "");
    insta::assert_snapshot!(case.said(), @r#"
    M301: `2` has no downgrade
    write it after the upgrade:
    downgrade {
        #[allow(may_fail_on_rows)] create_foreign_key fk on users (number) references settings (id);
        drop_constraint fk on users;
    }
    or `downgrade = irreversible("why");`
    "#);
}

#[test]
fn a_default_in_sql_is_said_once_in_a_batch() {
    let up = r#"
        create_table t { #[primary_key] id: Integer, code: Nullable<Char<8>> = sql("lower('X')") }
        batch_alter t {
            alter_column code { type = Timestamptz, using = cast }
            add_column bio: Nullable<Text>;
            alter_column code { default = none }
        }
    "#;
    let on = |down: &str| Case::new(&[Target::SQLITE], &Config::default(), BASE, "#![allow(may_fail_on_rows)]", up, down);
    let said = on("").said();
    let lines = said
        .lines()
        .skip_while(|line| *line != "downgrade {")
        .take_while(|line| !line.starts_with("or "));
    let suggested = lines.collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(suggested, @r#"
    downgrade {
        batch_alter t {
            drop_column bio;
            #[allow(may_fail_on_rows)]
            alter_column code { type = Char<8>, using = cast, default = sql("lower('X')") }
        }
        drop_table t;
    }
    "#);
    assert_eq!(on(&suggested).said(), "");
}
