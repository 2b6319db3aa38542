//! What comes out when one schema is to become another.

use super::{Draft, Request, Side, draft};
use crate::check::tests::{BASE, MARIADB, PG, parent};
use crate::config::Config;
use crate::diff::Renames;
use crate::engine::Target;
use crate::schema::ObjectName;
use crate::syntax::ast::{Block, Ident};
use crate::syntax::{Span, print};
use proptest::prelude::*;

const ALL: [Target; 3] = [Target::SQLITE, PG, MARIADB];

fn between(targets: &[Target], have: &str, want: &str, renames: &Renames) -> Draft {
    let sides: Vec<Side> = targets
        .iter()
        .map(|&target| Side {
            target,
            have: parent(target, have),
            want: parent(target, want),
        })
        .collect();
    let head = Block {
        doc: "A test".to_owned(),
        revision: Some(Ident {
            text: "3".to_owned(),
            span: Span::default(),
        }),
        ..Block::default()
    };
    draft(&Request {
        config: &Config::default(),
        sides: &sides,
        renames,
        head: &head,
    })
}

fn printed(draft: &Draft) -> String {
    let mut text = print::print(&draft.block);
    for (title, lines) in [("review", &draft.review), ("left", &draft.left)] {
        for line in lines {
            text += &format!("\n{title}: {line}");
        }
    }
    text
}

fn from_base(changes: &str) -> String {
    let want = format!("{BASE}\n{changes}");
    printed(&between(&ALL, BASE, &want, &Renames::default()))
}

#[test]
fn nothing_to_do_is_nothing() {
    let draft = between(&ALL, BASE, BASE, &Renames::default());
    assert!(draft.is_empty(), "{}", printed(&draft));
}

#[test]
fn what_changes_on_a_table_is_one_pass_over_it() {
    insta::assert_snapshot!(from_base(
        "batch_alter users {
            add_column bio: Nullable<Text>;
            #[references(settings.id)] add_column setting_id: Nullable<Integer>;
            alter_column name { type = Varchar<200> }
            alter_column number { type = BigInt, comment = \"How many\" }
            drop_constraint ck_users_points;
            create_check ck_users_points \"points > 1\";
            create_index ix_status (status, number desc);
        }
        comment_on users \"People.\";"
    ));
}

#[test]
fn a_new_column_that_may_not_be_null_is_added_filled_and_tightened() {
    insta::assert_snapshot!(from_base(
        "add_column users.level: Nullable<Integer>;
        update users { set = \"level = 0\" }
        batch_alter users { alter_column level { nullable = false } create_unique uq_users_level (level); }"
            .replace("create_unique", "#[allow(may_fail_on_rows)] create_unique")
            .as_str()
    ));
}

#[test]
fn tables_that_refer_to_each_other_come_first_and_their_keys_after() {
    insta::assert_snapshot!(from_base(
        "create_table authors { #[primary_key] id: Integer, best_book_id: Nullable<Integer>, }
        create_table books { #[primary_key] id: Integer, #[references(authors.id)] author_id: Integer, }
        create_foreign_key fk_best on authors (best_book_id) references books (id);
        create_table pages { #[primary_key] id: Integer, #[references(books.id)] book_id: Integer, }"
    ));
}

#[test]
fn what_names_a_column_that_goes_is_made_again_around_it() {
    let have = format!(
        "{BASE} create_view names as \"SELECT users.name, users.age FROM users\"; create_view counts as \"SELECT count(name) AS n FROM names\";"
    );
    let want = format!(
        "{BASE} drop_column users.age; create_view names as \"SELECT users.name FROM users\"; create_view counts as \"SELECT count(name) AS n FROM names\";"
    );
    insta::assert_snapshot!(printed(&between(&ALL, &have, &want, &Renames::default())));
}

#[test]
fn names_are_said_and_not_guessed() {
    let want = BASE
        .replace("title: Varchar<80>", "label: Varchar<80>")
        .replace("settings", "options");
    let renames = Renames {
        tables: vec![(ObjectName::new("settings"), ObjectName::new("options"))],
        columns: vec![(ObjectName::new("workspaces"), "title".into(), "label".into())],
        values: Vec::new(),
    };
    insta::assert_snapshot!(printed(&between(&ALL, BASE, &want, &renames)));
    insta::assert_snapshot!(printed(&between(&ALL, BASE, &want, &Renames::default())));
}

#[test]
fn the_index_of_a_key_gets_its_name_with_it() {
    let renamed = |indexes: &str| {
        let want = BASE
            .replace("fk_users_workspace", "fk_users")
            .replace("index ix_users_name", indexes);
        let draft = between(&[MARIADB], BASE, &want, &Renames::default());
        let statements = draft.block.upgrade.statements.iter().map(print::statement);
        statements.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(renamed("index ix_users_name"), @"batch_alter users { rename_constraint fk_users_workspace => fk_users; }");
    insta::assert_snapshot!(renamed("index ix_w (workspace_id), index ix_users_name"), @r"
    batch_alter users {
        rename_constraint fk_users_workspace => fk_users;
        create_index ix_w (workspace_id);
        drop_index fk_users;
    }
    ");
}

#[test]
fn values_of_an_enum_come_and_go() {
    let have = "create_enum state (\"open\", \"done\", \"gone\"); create_table t { #[primary_key] id: Integer, s: Enum<state> = \"gone\", check ck_s \"s <> 'gone'\", }";
    let want = "create_enum state (\"new\", \"open\", \"late\", \"done\"); create_table t { #[primary_key] id: Integer, s: Enum<state> = \"new\", check ck_s \"s <> 'new'\", }";
    insta::assert_snapshot!(printed(&between(&ALL, have, want, &Renames::default())));
}

/// A schema that some statements make of the base, those that do not fit left out.
fn schema(picks: &[usize]) -> String {
    let mut text = BASE.to_owned();
    for pick in picks {
        let statements = crate::check::tests::STATEMENTS;
        let tried = format!("{text}\n{}", statements[pick % statements.len()]);
        if ALL.iter().all(|&target| crate::check::tests::applies(target, &tried)) {
            text = tried;
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_schema_leads_to_every_other(
        have in proptest::collection::vec(0_usize..1000, 0..12),
        want in proptest::collection::vec(0_usize..1000, 0..12),
    ) {
        let (have, want) = (schema(&have), schema(&want));
        let draft = between(&ALL, &have, &want, &Renames::default());
        prop_assert!(draft.left.is_empty(), "have: {have}\nwant: {want}\n{}", printed(&draft));
    }
}
