use crate::config::Config;
use crate::history::{History, Revision};

const CONFIG: &str = "[database]\nengines = [\"sqlite >= 3.40\", \"postgres >= 14\", \"mariadb >= 10.6\"]";

fn history(blocks: &[(&str, &str, &str)]) -> History {
    let revisions = blocks.iter().flat_map(|(head, upgrade, downgrade)| {
        let downgrade = match downgrade.starts_with('=') {
            true => format!("downgrade {downgrade};"),
            false => format!("downgrade {{ {downgrade} }}"),
        };
        let text = format!("mina::migration! {{\n//! Do it\n{head}\nupgrade {{ {upgrade} }}\n{downgrade}\n}}");
        Revision::all_in(&text, "").unwrap()
    });
    History::new(Config::parse(CONFIG).unwrap(), revisions.collect())
}

fn squash(history: &History, from: &str, to: &str) -> String {
    let (_, graph) = history.graphs().next().unwrap();
    let find = |id| graph.find(id).unwrap();
    match history.squash(None, find(from), find(to)) {
        Ok(squash) => squash.text,
        Err(refusal) => format!("{refusal}\n{}", refusal.help.join("\n")),
    }
}

const USERS: (&str, &str, &str) = (
    "revision = \"1\"; revises = base;",
    "create_table users { #[primary_key] id: Integer, email: Varchar<120>, age: Nullable<Varchar<10>> }",
    "drop_table users;",
);

#[test]
fn what_the_range_makes_is_made_as_it_is_at_the_end() {
    let history = history(&[
        USERS,
        (
            "revision = \"2\"; revises = \"1\"; alias = \"old\";",
            "add_column users.bio: Nullable<Text>;",
            "drop_column users.bio;",
        ),
        (
            "revision = \"3\"; revises = \"2\"; label = \"shop\";",
            "batch_alter users { drop_column age; create_index ix_users_email (email); }",
            "batch_alter users { drop_index ix_users_email; add_column age: Nullable<Varchar<10>>; }",
        ),
        (
            "revision = \"4\"; revises = \"3\";",
            "add_column users.last: Nullable<Date>;",
            "drop_column users.last;",
        ),
    ]);
    insta::assert_snapshot!(squash(&history, "1", "3"), @r#"
    mina::migration! {
        //! Squash 1 to 3
        //!
        //! 1 Do it
        //! 2 Do it
        //! 3 Do it

        revision = "3";
        revises = base;
        label = "shop";
        squashes = ["1", "2"];

        upgrade {
            create_table users {
                #[primary_key]
                id: Integer,
                email: Varchar<120>,
                bio: Nullable<Text>,
                index ix_users_email (email),
            }
        }

        downgrade {
            drop_table users;
        }
    }
    "#);
}

#[test]
fn rows_are_written_into_the_schema_that_they_were_written_for() {
    let history = history(&[
        USERS,
        (
            "revision = \"2\"; revises = \"1\";",
            "bulk_insert users [ { id: 1, email: \"a@b.c\", age: \"7\" } ];",
            "bulk_delete users by (id) [1];",
        ),
        (
            "revision = \"3\"; revises = \"2\";",
            "alter_column users.email { rename = address }",
            "alter_column users.address { rename = email }",
        ),
    ]);
    insta::assert_snapshot!(squash(&history, "1", "3"), @r#"
    mina::migration! {
        //! Squash 1 to 3
        //!
        //! 1 Do it
        //! 2 Do it
        //! 3 Do it

        revision = "3";
        revises = base;
        squashes = ["1", "2"];

        upgrade {
            create_table users {
                #[primary_key]
                id: Integer,
                email: Varchar<120>,
                age: Nullable<Varchar<10>>,
            }
            bulk_insert users [{ id: 1, email: "a@b.c", age: "7" }];
            alter_column users.email { rename = address }
        }

        downgrade {
            drop_table users;
        }
    }
    "#);
}

#[test]
fn what_was_there_before_is_changed_step_by_step() {
    let history = history(&[
        USERS,
        (
            "revision = \"2\"; revises = \"1\";",
            "alter_column users.email { rename = address }",
            "alter_column users.address { rename = email }",
        ),
        (
            "revision = \"3\"; revises = \"2\"; squashes = [\"2a\"];",
            "create_table tags { #[primary_key] id: Integer }",
            "= auto",
        ),
    ]);
    insta::assert_snapshot!(squash(&history, "2", "3"), @r#"
    mina::migration! {
        //! Squash 2 to 3
        //!
        //! 2 Do it
        //! 3 Do it

        revision = "3";
        revises = "1";
        squashes = ["2", "2a"];

        upgrade {
            alter_column users.email { rename = address }
            create_table tags {
                #[primary_key]
                id: Integer,
            }
        }

        downgrade {
            drop_table tags;
            alter_column users.address { rename = email }
        }
    }
    "#);
}

#[test]
fn a_range_that_something_leaves_in_the_middle_is_refused() {
    let table = |name: &str| format!("create_table {name} {{ #[primary_key] id: Integer }}");
    let back = |name: &str| format!("drop_table {name};");
    let (a, b, c) = (table("a"), table("b"), table("c"));
    let (da, db, dc) = (back("a"), back("b"), back("c"));
    let branched = history(&[
        ("revision = \"1\"; revises = base;", &a, &da),
        ("revision = \"2\"; revises = \"1\";", &b, &db),
        ("revision = \"3\"; revises = \"1\"; label = \"shop\";", &c, &dc),
    ]);
    insta::assert_snapshot!(squash(&branched, "1", "2"), @r#"
    `3` builds on `1`, in the middle of the range
    end the range at `1`, or begin one after it; or bring `3` to its end: `mina rebase 3 --onto 2`
    "#);
    insta::assert_snapshot!(squash(&branched, "2", "3"), @r#"
    `3` does not build on `2`
    the older end stands first: `FIRST..LAST`
    "#);
    let merged = history(&[
        ("revision = \"1\"; revises = base;", &a, &da),
        ("revision = \"2\"; revises = \"1\";", &b, &db),
        ("revision = \"3\"; revises = \"1\";", &c, &dc),
        ("revision = \"4\"; revises = [\"2\", \"3\"];", "", ""),
    ]);
    insta::assert_snapshot!(squash(&merged, "2", "4"), @r#"
    `4` joins `3`, which is not of the range
    begin the range after `4`, or before the two branches part
    "#);
    assert!(squash(&merged, "1", "4").contains("squashes = [\"1\", \"2\", \"3\"];"));
    let dependent = history(&[
        ("revision = \"1\"; revises = base;", &a, &da),
        ("revision = \"2\"; revises = \"1\";", &b, "= irreversible(\"it is gone\")"),
        ("revision = \"3\"; revises = \"2\"; transaction = false;", &c, &dc),
    ]);
    assert!(squash(&dependent, "1", "2").contains("downgrade = irreversible(\"2: it is gone\");"));
    insta::assert_snapshot!(squash(&dependent, "1", "3"), @r#"
    `3` says `transaction = false`, which would hold for all that is squashed with it
    squash what comes before it and what comes after it, each by itself
    "#);
}
