use crate::support::Folder;
use std::process::Command;

#[test]
fn a_range_becomes_one_file_with_the_last_id() {
    let folder = Folder::linear();
    let ran = folder.mina(["squash", "01..02", "--offline", "--dry-run"]);
    let text = ran.ok();
    assert!(
        text.contains("revision = \"02\";\n    revises = base;\n    squashes = [\"01\"];"),
        "{text}"
    );
    assert_eq!(folder.files().len(), 4);

    let out = folder.mina(["squash", "01..02", "--offline"]).ok();
    assert!(out.starts_with("2 revisions are one, 02\n  versions/"), "{out}");
    let files = folder.files();
    assert_eq!(files.len(), 3, "{:?}", files.keys());
    assert!(files.values().any(|file| *file == text));
    assert!(files.contains_key("versions/03_x.rs"));
    folder.mina(["check"]).ok();
    let shown = folder.mina(["show", "01"]);
    assert!(shown.err.contains("`01` is part of `02` now"), "{}", shown.err);

    folder.mina(["squash", "02..03", "--offline", "-m", "All of it"]).ok();
    let files = folder.files();
    assert_eq!(files.len(), 2);
    let (name, text) = files.iter().find(|(name, _)| name.starts_with("versions/")).unwrap();
    assert!(name.ends_with("all_of_it.rs"), "{name}");
    assert!(
        text.contains("//! All of it\n") && text.contains("squashes = [\"01\", \"02\"];"),
        "{text}"
    );
    folder.mina(["check"]).ok();
}

#[test]
fn what_cannot_be_one_is_refused_and_stays() {
    let folder = Folder::linear();
    folder.refuses(["squash", "01", "--offline"], 2, &["`01` is no range", "FIRST..LAST"]);
    folder.refuses(
        ["squash", "02..01", "--offline"],
        5,
        &["`01` does not build on `02`", "the older end stands first"],
    );
    folder.refuses(["squash", "02..02", "--offline"], 5, &["one revision already"]);
    folder.refuses(["squash", "01..09", "--offline"], 2, &["there is no revision"]);
    folder.refuses(
        ["squash", "01..02"],
        5,
        &["nobody knows whether a database is in the middle", "--offline"],
    );
    folder.migration("04", "revises = \"02\";\n    label = \"billing\";");
    folder.refuses(
        ["squash", "01..03", "--offline"],
        5,
        &["`04` builds on `02`, in the middle of the range", "end the range at `02`"],
    );
    folder.write(
        "versions/02_x.rs",
        "use std::fmt;\nmina::migration! {\n    //! Run it\n    revision = \"02\";\n    revises = \"01\";\n    upgrade { run |conn| { Ok(()) } }\n    downgrade {}\n}\n",
    );
    folder.refuses(["squash", "01..02", "--offline"], 5, &["`02` runs Rust", "versions/02_x.rs:1"]);
}

#[test]
fn a_database_in_the_middle_of_the_range_keeps_it_apart() {
    let folder = Folder::linear();
    folder.write("mina.toml", "[database]\nurl = \"sqlite://app.db\"\n");
    let at = |ids: &str| {
        let _ = std::fs::remove_file(folder.path().join("app.db"));
        let table = "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)";
        let sql = format!("{table}; INSERT INTO __diesel_schema_migrations (version) VALUES {ids}");
        let mut client = Command::new("sqlite3");
        assert!(
            client
                .args(["-bail", "app.db", &sql])
                .current_dir(folder.path())
                .status()
                .unwrap()
                .success()
        );
    };
    at("('01')");
    folder.mina(["squash", "01..02"]).refused(
        5,
        &["in the middle of the range: it is at `01`, and not at `02`", "mina upgrade 02"],
    );
    at("('01'), ('02'), ('03')");
    folder.mina(["squash", "01..02"]).ok();
    assert_eq!(folder.mina(["heads"]).ok().lines().count(), 1);
}
