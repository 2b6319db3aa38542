use crate::support::Folder;

#[test]
fn a_revision_moves_with_everything_that_builds_on_it() {
    let folder = Folder::new("[naming]\nindex = { pattern = \"i_{table}_{columns}\", since = \"03\" }\n");
    folder.migration("01", "revises = base;");
    folder.migration("02", "revises = \"01\";");
    folder.migration("03", "revises = \"01\"; // mine\n    label = \"billing\";");
    folder.migration("04", "revises = \"03\";");
    folder.migration("05", "revises = base;\n    depends_on = [\"04\"];\n    label = \"reports\";");
    let ran = folder.mina(["rebase", "billing", "--onto", "02", "--offline", "--rev-id", "3a"]);
    let out = ran.ok();
    assert!(out.starts_with("03 -> 3a\n04 -> 3b\n05 -> 3c\n"), "{out}");
    let files = folder.files();
    assert!(!files.contains_key("versions/03_x.rs"));
    let moved = &files["versions/3a_x.rs"];
    assert!(
        moved.contains("revision = \"3a\";\n    revises = \"02\"; // mine\n    label = \"billing\";\n    alias = \"03\";\n"),
        "{moved}"
    );
    assert!(moved.contains("create_table t03"), "{moved}");
    assert!(files["versions/3b_x.rs"].contains("revises = \"3a\";\n    alias = \"04\";"));
    assert!(files["versions/3c_x.rs"].contains("depends_on = [\"3b\"];"));
    assert_eq!(
        files["mina.toml"],
        "[naming]\nindex = { pattern = \"i_{table}_{columns}\", since = \"3a\" }\n"
    );
    assert_eq!(folder.mina(["heads"]).ok().lines().count(), 2);
    // The old ids still mean them.
    assert!(folder.mina(["show", "04"]).ok().contains("3b"));
}

#[test]
fn a_new_id_is_the_time() {
    let folder = Folder::forked();
    folder.mina(["rebase", "02", "--onto", "03", "--offline"]).ok();
    let files = folder.files();
    let name = files.keys().find(|name| name.starts_with("versions/20")).unwrap();
    assert!(
        name.ends_with("_x.rs") && name.len() == "versions/20251008120000_x.rs".len(),
        "{name}"
    );
    assert!(files[name].contains("revises = \"03\";\n    alias = \"02\";"));
    assert_eq!(files.len(), 4);
}

#[test]
fn what_the_checker_refuses_at_its_new_place_stays() {
    let folder = Folder::linear();
    folder.migration_of("02", "revises = \"01\";", "add_column t01.a: Nullable<Text>;", "drop_column t01.a;");
    folder.migration_of("03", "revises = \"02\";", "drop_column t01.a;", "add_column t01.a: Nullable<Text>;");
    folder.refuses(
        ["rebase", "03", "--onto", "01", "--offline"],
        5,
        &["refuses `03` at its new place", "M202", "`--force`"],
    );
    let ran = folder.mina(["rebase", "03", "--onto", "01", "--offline", "--force"]);
    assert!(ran.err.contains("M202"), "{}", ran.err);
    ran.ok();
}

#[test]
fn an_alias_gives_way_to_the_id_that_was() {
    let folder = Folder::forked();
    folder.migration("03", "revises = \"01\";\n    alias = \"6f9f\";");
    let ran = folder.mina(["rebase", "03", "--onto", "02", "--offline", "--rev-id", "04"]);
    assert!(ran.err.contains("the alias `6f9f` of `04` gave way to `03`"), "{}", ran.err);
    ran.ok();
    assert!(folder.read("versions/04_x.rs").contains("alias = \"03\";"));
}

#[test]
fn a_place_that_cannot_be_is_refused() {
    let folder = Folder::forked();
    folder.migration("04", "revises = [\"02\", \"03\"];");
    folder.migration("05", "revises = \"04\";");
    for (words, parts) in [
        (vec!["04", "--onto", "01"], vec!["`04` joins `02` and `03`", "mina merge"]),
        (vec!["02", "--onto", "01"], vec!["`02` revises `01` already"]),
        (vec!["01", "--onto", "base"], vec!["`01` revises base already"]),
        (vec!["02", "--onto", "02"], vec!["cannot revise itself"]),
        (vec!["02", "--onto", "05"], vec!["`05` builds on `02`"]),
        (vec!["06", "--onto", "05"], vec!["no revision, label or alias `06`"]),
        (vec!["05", "--onto", "heads-9"], vec!["is ambiguous"]),
        (vec!["05", "--onto", "03", "--rev-id", "01"], vec!["`01` exists already"]),
        (vec!["05", "--onto", "03", "--rev-id", "00"], vec!["`00` does not sort after `03`"]),
        (vec!["05", "--onto", "03", "--rev-id", "X"], vec!["has a `X` in it"]),
    ] {
        let before = folder.files();
        let words: Vec<&str> = ["rebase", "--offline"].into_iter().chain(words).collect();
        folder.mina_words(&words).refused(2, &parts);
        assert_eq!(folder.files(), before, "{words:?}");
    }
}

#[test]
fn where_no_database_can_be_asked_it_is_to_be_said_that_it_is_applied_nowhere() {
    let folder = Folder::forked();
    folder.refuses(
        ["rebase", "03", "--onto", "02"],
        5,
        &["nobody knows whether `03` is applied", "`--offline`"],
    );
}
