use crate::support::Folder;

/// The id that a new file begins with.
fn id(name: &str) -> &str {
    name.strip_prefix("versions/").unwrap().split('_').next().unwrap()
}

#[test]
fn a_new_migration_stands_on_the_head_and_is_right_as_it_is() {
    let folder = Folder::linear();
    let (name, text) = folder.written(["revision", "Add phone number to users"]);
    let id = id(&name);
    assert_eq!(name, format!("versions/{id}_add_phone_number_to_users.rs"));
    assert!(id.len() == 14 && id.starts_with("20"), "{id}");
    assert!(text.starts_with(&format!(
        "mina::migration! {{\n    //! Add phone number to users\n\n    revision = \"{id}\";\n    revises = \"03\";\n\n    upgrade {{\n        // "
    )));
    let (next, text) = folder.written(["revision", "-m", "Add bio\n\nFree text."]);
    assert!(next > name);
    assert!(text.contains("    //! Add bio\n    //!\n    //! Free text.\n\n"), "{text}");
    assert!(text.contains(&format!("revises = \"{id}\";")), "{text}");
    assert!(folder.mina(["heads"]).ok().contains(crate::revision::id(&next)));
}

#[test]
fn the_first_migration_makes_its_folder() {
    let folder = Folder::empty();
    folder.write("mina.toml", "");
    let (_, text) = folder.written(["revision", "Create users"]);
    assert!(text.contains("revises = base;"));
}

#[test]
fn an_id_is_later_than_every_revision() {
    let folder = Folder::new("");
    folder.migration("99981231235959", "revises = base;");
    let (name, _) = folder.written(["revision", "Add bio"]);
    assert_eq!(name, "versions/99990101000000_add_bio.rs");
}

#[test]
fn everything_that_can_be_given_is_in_the_file() {
    let folder = Folder::new("locations = [\"versions\", \"billing\"]\n[databases.analytics]\nurl = \"sqlite://a.db\"\n");
    folder.migration("01", "revises = base;");
    folder.migration("02", "revises = \"01\";");
    let (name, text) = folder.written([
        "revision",
        "Bill users",
        "--head",
        "base",
        "--branch-label",
        "billing",
        "--depends-on",
        "01",
        "--depends-on",
        "head",
        "--rev-id",
        "7a",
        "--version-path",
        "billing",
    ]);
    assert_eq!(name, "billing/7a_bill_users.rs");
    assert!(
        text.contains("revision = \"7a\";\n    revises = base;\n    depends_on = [\"01\", \"02\"];\n    label = \"billing\";\n"),
        "{text}"
    );
    // In the folder of its parent, by the label.
    let (name, text) = folder.written(["revision", "Send bills", "--head", "billing@head"]);
    assert!(name.starts_with("billing/"), "{name}");
    assert!(text.contains("revises = \"7a\";"), "{text}");
    let (_, text) = folder.written(["revision", "Count visits", "--bind", "analytics", "--version-path", "versions"]);
    assert!(text.contains("revises = base;\n    bind = analytics;\n"), "{text}");
    // The database of the revision that is named.
    let visits = text.split('"').nth(1).unwrap();
    let (_, text) = folder.written(["revision", "Count clicks", "--head", visits]);
    assert!(text.contains("bind = analytics;"), "{text}");
}

#[test]
fn of_several_heads_one_is_named() {
    let folder = Folder::forked();
    folder.refuses(
        ["revision", "Add bio"],
        2,
        &["`02` and `03` are heads", "`--head 03`", "`mina merge`"],
    );
    folder.migration("03", "revises = \"01\";\n    label = \"billing\";");
    folder.refuses(["revision", "Add bio"], 2, &["`--head billing@head`"]);
    let (_, text) = folder.written(["revision", "Add bio", "--head", "billing@head"]);
    assert!(text.contains("revises = \"03\";"), "{text}");
}

#[test]
fn a_branch_begins_where_that_is_asked_for() {
    let folder = Folder::linear();
    folder.refuses(
        ["revision", "Hot fix of users", "--head", "02"],
        2,
        &["`02` is no head: `03` builds on it", "`--splice`"],
    );
    let ran = folder.mina(["revision", "Hot fix of users", "--head", "02", "--splice"]);
    assert!(ran.err.contains("are heads") && ran.err.contains("`mina merge`"), "{}", ran.err);
    ran.ok();
    let ran = folder.mina(["revision", "Reports", "--head", "01", "--splice", "--branch-label", "reports"]);
    ran.ok();
}

#[test]
fn a_message_that_says_nothing_is_pointed_at() {
    let folder = Folder::linear();
    let ran = folder.mina(["revision", "Update things"]);
    assert!(
        ran.err
            .contains("warning: `Update things` says nothing of what the revision does; say what it does"),
        "{}",
        ran.err
    );
    assert!(folder.mina(["revision", "fix", "--quiet"]).err.is_empty());
    assert!(folder.mina(["revision", "Fix the e-mail of users"]).err.is_empty());
}

#[test]
fn migrate_says_that_there_are_no_models() {
    let folder = Folder::linear();
    let ran = folder.mina(["migrate", "Add bio"]);
    assert!(ran.err.contains("there are no models"), "{}", ran.err);
    let json: serde_json::Value = serde_json::from_str(&folder.mina(["migrate", "-m", "Add age", "--format", "json"]).ok()).unwrap();
    assert_eq!(json["bind"], "default");
    assert!(json["warnings"][0].as_str().unwrap().contains("there are no models"));
    assert!(folder.path().join(json["file"].as_str().unwrap()).is_file());
}

#[test]
fn a_history_that_does_not_compile_can_be_built_on_if_it_can_be_read() {
    let folder = Folder::linear();
    folder.migration_of("03", "revises = \"02\";", "drop_tabel users;", "");
    folder.mina(["revision", "Add bio"]).ok();
    folder.write(
        "versions/04.rs",
        "mina::migration! { revision = \"04\"; revises = \"03\"; upgrade {} downgrade {} ",
    );
    folder.refuses(["revision", "Add age"], 1, &["versions/04.rs:1: "]);
    folder.write("versions/04.rs", "mina::migration! { revises = \"03\"; upgrade {} downgrade {} }");
    folder.refuses(["revision", "Add age"], 1, &["versions/04.rs:1: the migration has no revision id"]);
}

#[test]
fn what_cannot_be_is_refused_with_a_way_out() {
    let folder = Folder::new("[databases.analytics]\nurl = \"sqlite://a.db\"\n");
    folder.migration("2025", "revises = base;\n    label = \"core\";\n    alias = \"6f9f\";");
    for (words, parts) in [
        (vec![], vec!["has no message", "mina revision"]),
        (vec!["  "], vec!["has no message"]),
        (vec!["!?"], vec!["has no word in it"]),
        (vec!["a\tb"], vec!["`\\t`"]),
        (vec!["x y", "--rev-id", "2025"], vec!["`2025` exists already", "--rev-id"]),
        (vec!["x y", "--rev-id", "2024"], vec!["`2024` sorts before `2025`", "--rev-id"]),
        (vec!["x y", "--rev-id", "A1"], vec!["has a `A` in it"]),
        (vec!["x y", "--rev-id", "core"], vec!["is the label of revision `2025`"]),
        (vec!["x y", "--rev-id", "6f9f"], vec!["is the alias of revision `2025`"]),
        (vec!["x y", "--rev-id", "head"], vec!["reserved"]),
        (vec!["x y", "--branch-label", "core"], vec!["`core` is taken", "`2025`"]),
        (vec!["x y", "--branch-label", "2025"], vec!["is the id of a revision"]),
        (vec!["x y", "--branch-label", "heads"], vec!["reserved"]),
        (vec!["x y", "--branch-label", "Core"], vec!["has a `C` in it"]),
        (vec!["x y", "--head", "cor"], vec!["did you mean `core`?"]),
        (vec!["x y", "--head", "current"], vec!["counts from what is applied"]),
        (vec!["x y", "--head", "+1"], vec!["counts from what is applied"]),
        (vec!["x y", "--depends-on", "2026"], vec!["there is no revision"]),
        (vec!["x y", "--depends-on", "base"], vec!["means no revision"]),
        (
            vec!["x y", "--version-path", "src"],
            vec!["src is no folder of migrations", "versions"],
        ),
        (vec!["x y", "--bind", "analitics"], vec!["no database `analitics`", "analytics"]),
        (vec!["x y", "--edit"], vec!["neither VISUAL nor EDITOR"]),
    ] {
        let before = folder.files();
        let words: Vec<&str> = ["revision"].into_iter().chain(words).collect();
        folder.mina_words(&words).refused(2, &parts);
        assert_eq!(folder.files(), before, "{words:?}");
    }
}

#[test]
fn a_dependency_that_is_there_anyway_is_not_named_again() {
    let folder = Folder::linear();
    let ran = folder.mina(["revision", "Add bio", "--depends-on", "01"]);
    assert!(ran.err.contains("`03` builds on `01` already"), "{}", ran.err);
    let name = ran.ok();
    assert!(!folder.read(name.trim()).contains("depends_on"));
}

#[test]
fn files_are_named_and_written_as_mina_toml_has_it() {
    let folder = Folder::new("[templates]\npath = \"own\"\nfile = \"{rev}-{year}-{slug}\"\nslug_length = 12\n");
    folder.write(
        "own/migration.rs.jinja",
        "// Copyright of {{ message | upper }}\nmina::migration! {\n{{ head }}\n    upgrade {}\n    downgrade {}\n}\n",
    );
    let (name, text) = folder.written(["revision", "Add phone number to users", "--rev-id", "20251008120000"]);
    assert_eq!(name, "versions/20251008120000-2025-add_phone.rs");
    assert!(
        text.starts_with("// Copyright of ADD PHONE NUMBER TO USERS\nmina::migration! {\n    //! Add"),
        "{text}"
    );

    for (template, parts) in [
        ("{{ nothing }}", vec!["migration.rs.jinja:1 cannot be filled in"]),
        ("{% if %}", vec!["cannot be filled in"]),
        ("fn main() {}", vec!["makes 0 migrations"]),
        ("mina::migration! { \" }", vec!["is no Rust"]),
        (
            "mina::migration! { revision = \"1\"; revises = base; upgrade {} downgrade {} }",
            vec!["of another revision"],
        ),
        (
            "mina::migration! { {{ head }} upgrade { drop_tabel x; } downgrade {} }",
            vec!["is refused: ", "drop_tabel"],
        ),
    ] {
        folder.write("own/migration.rs.jinja", template);
        folder.refuses(["revision", "Add bio to users"], 2, &parts);
    }
    folder.write("mina.toml", "[templates]\npath = \"nowhere\"\n");
    folder.refuses(["revision", "Add bio to users"], 2, &["there is no template", "nowhere"]);
}

#[test]
fn what_is_to_be_run_after_that_is_run_with_the_file() {
    let folder = Folder::new("[[post_write]]\ncommand = \"sed -i 's/Add/Really add/' {path}\"\n");
    let (_, text) = folder.written(["revision", "Add bio"]);
    assert!(text.contains("//! Really add bio"), "{text}");
    folder.write("mina.toml", "[[post_write]]\ncommand = \"no-such-program {path}\"\n");
    let ran = folder.mina(["revision", "Add age"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("`no-such-program {path}`") && ran.err.contains("the migration is written"),
        "{}",
        ran.err
    );
    folder.write("mina.toml", "[[post_write]]\ncommand = \"a 'b {path}\"\n");
    folder.refuses(["revision", "Add more to users"], 2, &["a quote that does not end"]);
}
