//! Histories of small files: what is said against their graph, and which schema each block begins with.

mod commute;
mod graph;

use mina_core::config::Config;
use mina_core::diff::compare;
use mina_core::engine::{Product, Target};
use mina_core::history::{History, Revision, checksum};
use mina_core::syntax::{parse, source};

fn revisions(file: &str, text: &str) -> Vec<Revision> {
    let blocks = source::scan(text).expect("the file is Rust");
    let parsed = blocks.into_iter().map(|block| {
        let parsed = parse::parse(&block.tokens);
        Revision {
            block: parsed.block,
            tokens: block.tokens,
            file: file.into(),
            location: block.location,
            syntax: parsed.diagnostics,
        }
    });
    parsed.collect()
}

fn history_of(config: Config, files: &[(&str, &str)]) -> History {
    let revisions = files.iter().flat_map(|(file, text)| revisions(file, text));
    History::new(config, revisions.collect())
}

fn history(files: &[(&str, &str)]) -> History {
    history_of(Config::default(), files)
}

/// A migration with this head and these bodies.
fn block(head: &str, upgrade: &str, downgrade: &str) -> String {
    format!("mina::migration! {{\n{head}\nupgrade {{ {upgrade} }}\ndowngrade {{ {downgrade} }}\n}}")
}

fn empty(head: &str) -> String {
    block(head, "", "")
}

/// Everything that is said, under the word it is said about.
fn report(history: &History) -> String {
    let mut lines = Vec::new();
    for (index, revision) in history.revisions.iter().enumerate() {
        for diagnostic in history.diagnostics(index) {
            let at = revision.tokens.location(diagnostic.span).unwrap_or_default();
            let word = &revision.tokens.tokens[diagnostic.span.start as usize];
            lines.push((
                revision.file.clone(),
                at.line,
                format!("{}:{} {word:?}\n{diagnostic}", revision.file, at.line),
            ));
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, _, text)| text).collect::<Vec<_>>().join("\n\n")
}

fn said(files: &[(&str, &str)]) -> String {
    report(&history(files))
}

fn tables(history: &History, file: &str) -> String {
    let index = history
        .revisions
        .iter()
        .position(|revision| revision.file == file)
        .expect("the file is there");
    let before = history.before(index);
    let tables = before[0].1.tables().values().map(|table| {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        format!("{}({})", table.name, columns.join(" "))
    });
    tables.collect::<Vec<_>>().join(" ")
}

#[test]
fn a_history_in_order_is_silent() {
    let first = empty(r#"revision = "1"; revises = base;"#);
    let second = empty(r#"revision = "2"; revises = "1";"#);
    assert_eq!(said(&[("b.rs", &second), ("a.rs", &first)]), "");
}

#[test]
fn two_blocks_of_one_file_are_a_history() {
    let both = empty(r#"revision = "1"; revises = base;"#) + &empty(r#"revision = "2"; revises = "1";"#);
    let history = history(&[("a.rs", &both)]);
    assert_eq!(report(&history), "");
    assert_eq!(history.graph(0).len(), 2);
}

const USERS: &str = "create_table users { #[primary_key] id: Integer, name: Text }";

#[test]
fn a_block_begins_with_what_its_ancestors_leave() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = "1";"#,
        "add_column users.bio: Nullable<Text>;",
        "drop_column users.bio;",
    );
    let third = empty(r#"revision = "3"; revises = "2";"#);
    let history = history(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]);
    assert_eq!(report(&history), "");
    assert_eq!(tables(&history, "1.rs"), "");
    assert_eq!(tables(&history, "2.rs"), "users(id name)");
    assert_eq!(tables(&history, "3.rs"), "users(id name bio)");
}

#[test]
fn a_merge_begins_with_what_both_branches_leave() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = "1";"#,
        "add_column users.bio: Nullable<Text>;",
        "drop_column users.bio;",
    );
    let third = block(
        r#"revision = "3"; revises = "1";"#,
        "add_column users.age: Nullable<Integer>;",
        "drop_column users.age;",
    );
    let fourth = block(
        r#"revision = "4"; revises = "3";"#,
        "add_column users.nick: Nullable<Text>;",
        "drop_column users.nick;",
    );
    let merge = empty(r#"revision = "5"; revises = ["2", "4"];"#);
    let history = history(&[
        ("1.rs", &first),
        ("2.rs", &second),
        ("3.rs", &third),
        ("4.rs", &fourth),
        ("5.rs", &merge),
    ]);
    assert_eq!(report(&history), "");
    assert_eq!(tables(&history, "4.rs"), "users(id name age)");
    assert_eq!(tables(&history, "5.rs"), "users(id name age nick bio)");

    let other_way = merge.replace(r#"["2", "4"]"#, r#"["4", "2"]"#);
    let other_way = history_of(
        Config::default(),
        &[
            ("1.rs", &first),
            ("2.rs", &second),
            ("3.rs", &third),
            ("4.rs", &fourth),
            ("5.rs", &other_way),
        ],
    );
    assert_eq!(compare(&history.before(4)[0].1, &other_way.before(4)[0].1), []);
}

#[test]
fn a_dependency_brings_its_schema() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = base; depends_on = ["1"]; label = "extra";"#,
        "add_column users.bio: Nullable<Text>;",
        "drop_column users.bio;",
    );
    let history = history(&[("1.rs", &first), ("2.rs", &second)]);
    assert_eq!(report(&history), "");
    assert_eq!(tables(&history, "2.rs"), "users(id name)");
}

#[test]
fn nothing_is_said_about_what_an_unknown_parent_may_have_made() {
    let second = block(
        r#"revision = "2"; revises = "1";"#,
        "add_column users.bio: Nullable<Text>;",
        "drop_column users.bio;",
    );
    let third = block(
        r#"revision = "3"; revises = "2";"#,
        "add_column users.age: Nullable<Integer>;",
        "drop_column users.age;",
    );
    let said = said(&[("2.rs", &second), ("3.rs", &third)]);
    assert_eq!(said.matches("M1").count(), 1, "{said}");
    assert_eq!(said.matches("M2").count(), 0, "{said}");
}

#[test]
fn a_block_that_is_not_in_the_history_is_checked_as_if_it_were() {
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"revision = "2"; revises = "1";"#,
        "add_column users.bio: Nullable<Text>;",
        "drop_column users.bio;",
    );
    let history = history(&[("1.rs", &first), ("2.rs", &second)]);
    let guest = |text: &str| revisions("2.rs", text).remove(0);
    let edited = guest(&second.replace("bio", "about"));
    let (checked, diagnostics) = history.foreign(&edited, Some(1));
    assert_eq!(diagnostics, []);
    let end = &checked.engines[0].up.end;
    assert!(
        end.tables()
            .values()
            .any(|table| table.columns.iter().any(|column| column.name == "about"))
    );

    let other = guest(&second.replace("\"2\"", "\"3\""));
    let said: Vec<String> = history
        .foreign(&other, None)
        .1
        .iter()
        .filter_map(|diagnostic| Some(diagnostic.code()?.to_string()))
        .collect();
    assert_eq!(said, ["M105", "M107"]);
}

#[test]
fn a_block_for_one_engine_leaves_the_others_as_they_are() {
    let mut config = Config::default();
    config.database.engines.push(Target {
        product: Product::Postgres,
        version: (14, 0),
    });
    let first = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let second = block(
        r#"<Pg> revision = "2"; revises = "1";"#,
        "add_column users.bio: Nullable<Text>;",
        "drop_column users.bio;",
    );
    let third = empty(r#"revision = "3"; revises = "2";"#);
    let history = history_of(config, &[("1.rs", &first), ("2.rs", &second), ("3.rs", &third)]);
    assert_eq!(report(&history), "");
    let columns: Vec<String> = history
        .before(2)
        .iter()
        .map(|(target, schema)| {
            format!(
                "{target}: {}",
                schema.tables().values().map(|table| table.columns.len()).sum::<usize>()
            )
        })
        .collect();
    assert_eq!(columns, ["SQLite 3.40: 2", "PostgreSQL 14.0: 3"]);
}

#[test]
fn a_history_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<History>();
}

fn checksum_of(text: &str) -> String {
    let history = history(&[("1.rs", text)]);
    assert_eq!(report(&history), "");
    checksum(&history.checked(0).engines[0])
}

#[test]
fn a_checksum_is_over_what_a_block_does_and_not_over_how_it_is_written() {
    let head = r#"revision = "1"; revises = base;"#;
    let block = block(head, USERS, "drop_table users;");
    let sum = checksum_of(&block);
    insta::assert_snapshot!(sum, @"1:7f2db360df5390a6c4bf0579c56d14b5db0c73fee1649b87f97bd2ab66906a3a");
    for same in [
        block.replace(head, &format!("//! A message\n{head} label = \"first\"; /* why */")),
        block.replace(USERS, &USERS.replace(", ", ",\n    // a comment\n    ")),
        block.replace("#[primary_key]", "#[primary_key(name = pk_users)]"),
    ] {
        assert_eq!(checksum_of(&same), sum, "{same}");
    }
    for other in [
        block.replace("name: Text", "name: Nullable<Text>"),
        block.replace("#[primary_key]", "#[primary_key(name = pk_people)]"),
        block.replace("downgrade { drop_table users; }", "downgrade = irreversible(\"no way back\");"),
    ] {
        assert_ne!(checksum_of(&other), sum, "{other}");
    }
}

#[test]
fn a_checksum_outlives_another_engine() {
    let text = block(r#"revision = "1"; revises = base;"#, USERS, "drop_table users;");
    let mut config = Config::default();
    config.database.engines.push(Target {
        product: Product::Postgres,
        version: (14, 0),
    });
    let both = history_of(config, &[("1.rs", &text)]);
    assert_eq!(checksum(&both.checked(0).engines[0]), checksum_of(&text));
}

#[test]
fn a_history_that_is_trusted_leaves_the_same_and_is_refused_where_it_cannot_be_replayed() {
    let create = "create_table t { #[primary_key] id: Integer, #[references(t.id)] up: Nullable<Integer>, index ix (up) }";
    let add = "add_column t.name: Nullable<Text>; batch_alter t { drop_index ix; alter_column up { rename = above } }";
    let first = block(r#"revision = "1"; revises = base;"#, create, "drop_table t;");
    // Where it goes back to is wrong, which the compiler has said.
    let second = block(r#"revision = "2"; revises = "1";"#, add, "drop_column t.name;");
    let files = [("1.rs", first.as_str()), ("2.rs", &second)];
    let (checked, mut trusted) = (history(&files), history(&files));
    assert!(!trusted.can_be_trusted());
    trusted.trust();
    assert!(trusted.can_be_trusted());
    assert!(report(&checked).contains("2.rs"));
    assert_eq!(trusted.head(None, Target::SQLITE), checked.head(None, Target::SQLITE));
    assert!(trusted.head(None, Target::SQLITE).is_some_and(|schema| schema.tables().size() == 1));

    let third = |downgrade: &str| block(r#"revision = "3"; revises = "2";"#, "drop_column t.name;", downgrade);
    let errors = |downgrade: &str| {
        let guest = revisions("3.rs", &third(downgrade)).remove(0);
        let (_, found) = trusted.foreign(&guest, None);
        found.iter().filter(|found| found.is_error()).count()
    };
    assert_eq!((errors("add_column t.name: Nullable<Text>;"), errors("")), (0, 1));

    let wrong = third("").replace("t.name", "t.nothing");
    let mut refused = history(&[("1.rs", &first), ("2.rs", &second), ("3.rs", &wrong)]);
    refused.trust();
    assert!(!refused.can_be_trusted());

    let beside = block(
        r#"revision = "3"; revises = "1"; label = "beside";"#,
        "create_table u { id: Integer }",
        "drop_table u;",
    );
    let files = [("1.rs", first.as_str()), ("2.rs", &second), ("3.rs", &beside)];
    let (checked, mut branched) = (history(&files), history(&files));
    branched.trust();
    assert!(!branched.can_be_trusted());
    assert_eq!(branched.head(None, Target::SQLITE), checked.head(None, Target::SQLITE));
}

/// Four revisions on PostgreSQL, and what is said of them where mina.toml says that this is released.
fn with_released(released: &str) -> String {
    let config = format!("[database]\nengines = [\"postgres >= 14\"]\n[lints]\nreleased = {released}");
    let first = block(
        "revision = \"1\"; revises = base; label = \"first\";",
        "create_table a { #[primary_key] id: Integer, x: Nullable<Integer>, y: Nullable<Integer> }",
        "drop_table a;",
    );
    let second = block(
        "revision = \"2\"; revises = \"1\"; alias = \"v2\";",
        "create_index ix_a_x on a (x);",
        "drop_index ix_a_x on a;",
    );
    let third = block(
        "revision = \"3\"; revises = \"2\";",
        "create_table b { #[primary_key] id: Integer, x: Nullable<Integer> } create_index ix_a_y on a (y);",
        "drop_index ix_a_y on a; drop_table b;",
    );
    let fourth = block(
        "revision = \"4\"; revises = \"3\";",
        "create_index ix_b_x on b (x); alter_column b.x { rename = z } alter_column a.x { rename = z }",
        "alter_column a.z { rename = x } alter_column b.z { rename = x } drop_index ix_b_x on b;",
    );
    let files = [("1.rs", &*first), ("2.rs", &*second), ("3.rs", &*third), ("4.rs", &*fourth)];
    let history = history_of(Config::parse(&config).unwrap(), &files);
    let mut said = Vec::new();
    for (index, revision) in history.revisions.iter().enumerate() {
        let lines = history.diagnostics(index).into_iter();
        said.extend(lines.map(|found| format!("{}: {}", revision.file, found.to_string().lines().next().unwrap_or_default())));
    }
    said.join("\n")
}

#[test]
fn what_is_released_is_let_be_and_what_no_release_has_is_not_in_use() {
    insta::assert_snapshot!(with_released("\"2\""), @r"
    3.rs: blocking_index: PostgreSQL lets nobody write to `a` while `ix_a_y` is built
    4.rs: breaks_release: `a.x` is renamed to `z`, and the code that runs on the released `2` may still use it
    ");
    assert_eq!(
        with_released("\"v2\"").replace("`v2`", "`2`"),
        with_released("\"2\""),
        "by its alias"
    );
    assert_eq!(with_released("\"4\""), "");
    insta::assert_snapshot!(with_released("[\"first\"]"), @r"
    2.rs: blocking_index: PostgreSQL lets nobody write to `a` while `ix_a_x` is built
    3.rs: blocking_index: PostgreSQL lets nobody write to `a` while `ix_a_y` is built
    4.rs: breaks_release: `a.x` is renamed to `z`, and the code that runs on the released `first` may still use it
    ");
    assert_eq!(with_released("\"base\""), "");
    insta::assert_snapshot!(with_released("\"9\""), @"4.rs: M102: `released` in mina.toml names `9`, and there is no such revision");
}
