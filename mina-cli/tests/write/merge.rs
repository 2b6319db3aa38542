use crate::support::Folder;

#[test]
fn all_heads_are_joined() {
    let folder = Folder::forked();
    let (name, text) = folder.written(["merge"]);
    assert!(name.ends_with("_merge_02_and_03.rs"), "{name}");
    assert!(
        text.contains("revises = [\"02\", \"03\"];\n\n    upgrade {}\n\n    downgrade {}\n}"),
        "{text}"
    );
    assert!(folder.mina(["heads"]).ok().contains("(mergepoint)"));
    folder.refuses(["merge"], 5, &["there is one head"]);
}

#[test]
fn those_that_are_named_are_joined() {
    let folder = Folder::forked();
    folder.migration("04", "revises = \"01\";");
    let (_, text) = folder.written([
        "merge",
        "04",
        "02",
        "-m",
        "Join the teams",
        "--branch-label",
        "team",
        "--rev-id",
        "05",
    ]);
    assert!(text.contains("//! Join the teams"), "{text}");
    assert!(
        text.contains("revision = \"05\";\n    revises = [\"02\", \"04\"];\n    label = \"team\";"),
        "{text}"
    );
    folder.refuses(["merge", "02", "03"], 2, &["`02` is no head: `05` builds on it", "--splice"]);
    folder.mina(["merge", "02", "03", "--splice"]).ok();
}

#[test]
fn branches_that_clash_are_not_joined() {
    let folder = Folder::new("");
    let add = "add_column users.bio: Nullable<Text>;";
    folder.migration_of(
        "01",
        "revises = base;",
        "create_table users { #[primary_key] id: Integer, name: Text }",
        "drop_table users;",
    );
    folder.migration_of("02", "revises = \"01\";", add, "drop_column users.bio;");
    folder.migration_of(
        "03",
        "revises = \"01\";",
        "rename_table users => people;",
        "rename_table people => users;",
    );
    folder.refuses(
        ["merge"],
        5,
        &[
            "`02` and `03` cannot be joined",
            "versions/03_x.rs:8:",
            "M107",
            "`02` and `03`",
            "mina rebase",
        ],
    );
    folder.migration_of("03", "revises = \"01\";", "drop_table nothing;", "");
    folder.refuses(["merge"], 5, &["M201"]);
}

#[test]
fn what_is_nothing_to_join_is_refused() {
    let folder = Folder::linear();
    folder.refuses(["merge"], 5, &["there is one head, `03`"]);
    folder.refuses(["merge", "02", "03"], 2, &["`03` builds on `02`"]);
    folder.refuses(["merge", "03", "03"], 2, &["`03` is named twice"]);
    folder.refuses(["merge", "04"], 2, &["no revision, label or alias `04`"]);
    folder.refuses(["merge", "+1"], 2, &["counts from what is applied"]);
    Folder::new("").refuses(["merge"], 5, &["the history is empty"]);
    let folder = Folder::forked();
    folder.refuses(["merge", "03"], 5, &["`03` alone", "the heads are `02` and `03`"]);
    folder.refuses(["merge", "--rev-id", "02"], 2, &["`02` exists already"]);
    folder.refuses(["merge", "--rev-id", "00"], 2, &["sorts before"]);
    folder.refuses(["merge", "-m", ""], 2, &["has no message"]);
}
