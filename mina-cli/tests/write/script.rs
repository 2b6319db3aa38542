//! Scripts from the sources of a history that does not compile: two heads, and one of them is refused.

use crate::support::Folder;
use std::io::Write as _;
use std::process::{Command, Stdio};

fn forked() -> Folder {
    let folder = Folder::forked();
    folder.write(
        "mina.toml",
        "[database]\nurl = \"sqlite://app.db\"\nengines = [\"sqlite >= 3.35\", \"postgres >= 14\", \"mariadb >= 10.6\"]\n",
    );
    folder.migration_of(
        "03",
        "revises = \"01\";",
        "add_column t01.name: Varchar<20> = \"x\";\n        create_check ck_name on t01 \"name <> ''\";",
        "drop_constraint ck_name on t01;\n        drop_column t01.name;",
    );
    folder.migration_of(
        "04",
        "revises = \"02\";",
        "create_table u { #[primary_key] id: Integer }",
        "drop_table v;",
    );
    folder
}

/// What SQLite's own program says to a script.
fn sqlite(folder: &Folder, script: &str) -> String {
    let mut client = Command::new("sqlite3")
        .args(["-bail", "app.db"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    client.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = client.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{script}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_does_not_compile_elsewhere_does_not_matter_to_a_script() {
    let folder = forked();
    let said = folder.mina(["check"]);
    assert!(
        said.code == 5 && said.out.contains("M105") && said.out.contains("M201"),
        "{}",
        said.out
    );
    let up = folder.mina(["sql", "03"]).ok();
    // A rebuild in full: this SQLite has no other way to a check.
    assert!(up.contains("_mina_new_t01"), "{up}");
    sqlite(&folder, &up);
    let schema = sqlite(&folder, ".schema t01");
    assert!(schema.contains("CONSTRAINT \"ck_name\" CHECK"), "{schema}");
    sqlite(&folder, &folder.mina(["downgrade", "--sql", "03:base"]).ok());
    assert_eq!(sqlite(&folder, ".schema t01"), "");

    let postgres = folder.mina(["upgrade", "01:03", "--sql", "--engine", "postgres"]).ok();
    assert!(postgres.contains("ALTER TABLE \"t01\""), "{postgres}");
    let mariadb = folder.mina(["sql", "03", "--engine", "mariadb"]).ok();
    assert!(mariadb.contains("ALTER TABLE `t01`"), "{mariadb}");
    let rows = folder.mina(["stamp", "--sql", "04"]).ok();
    assert!(rows.contains("VALUES ('04')"), "{rows}");
    let tables = folder.mina(["ensure-version", "--sql"]).ok();
    assert!(tables.contains("__diesel_schema_migrations"), "{tables}");
}

#[test]
fn there_is_no_script_through_what_the_checker_refuses() {
    let folder = forked();
    let parts = &["the checker refuses `04`", "mina check", "versions/04_x.rs"];
    folder.refuses(["sql", "04"], 5, parts);
    folder.refuses(["sql", "04", "--format", "text", "--engine", "postgres"], 5, parts);
    // What builds on it cannot be known either.
    folder.migration("05", "revises = \"04\";");
    folder.refuses(["sql", "04:05"], 5, parts);
    folder.refuses(["sql"], 2, &["`head` means one revision"]);
    folder.write("versions/06_x.rs", "mina::migration! {");
    folder.refuses(["sql", "03"], 1, &["versions/06_x.rs"]);
}

#[test]
fn a_database_is_asked_before_a_rebase_while_the_crate_does_not_compile() {
    let folder = Folder::forked();
    folder.write("mina.toml", "[database]\nurl = \"sqlite://app.db\"\n");
    sqlite(&folder, &folder.mina(["sql", "02"]).ok());
    folder.refuses(
        ["rebase", "02", "--onto", "03"],
        5,
        &["`02` is applied in the database", "mina downgrade 01"],
    );
    let moved = folder.mina(["rebase", "03", "--onto", "02"]).ok();
    assert!(moved.starts_with("03 -> "), "{moved}");
}
