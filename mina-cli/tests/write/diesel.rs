use crate::support::Folder;
use mina_runtime::AsConnection;
use mina_runtime::settings::Location;
use std::fs;
use std::path::Path;

/// A directory of Diesel's migrations of a style, as `old`.
fn copied(style: &str) -> Folder {
    let folder = Folder::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/write/diesel").join(style);
    for migration in fs::read_dir(from).unwrap() {
        let migration = migration.unwrap();
        for file in fs::read_dir(migration.path()).unwrap() {
            let file = file.unwrap();
            let (migration, name) = (migration.file_name(), file.file_name());
            let to = format!("old/{}/{}", migration.to_str().unwrap(), name.to_str().unwrap());
            folder.write(&to, &fs::read_to_string(file.path()).unwrap());
        }
    }
    folder
}

/// What is said of them, and every revision that is written.
fn adopted(style: &str, engine: &str) -> String {
    let folder = copied(style);
    let ran = folder.mina(["init", "new", "--from-diesel", "old", "--engines", engine]);
    let mut text = ran.err.clone();
    ran.ok();
    for (name, file) in folder.files() {
        if name.starts_with("new/versions/") {
            text += &format!("\n--- {}\n{file}", &name[4..]);
        }
    }
    // The checker reads what was written as it reads everything.
    let checked = folder.mina(["check", "--directory", "new"]);
    assert_eq!((checked.code, checked.err.contains("error")), (0, false), "{}", checked.err);
    folder.mina(["fmt", "--check", "--directory", "new"]).ok();
    text
}

#[test]
fn a_directory_for_postgres_becomes_a_history() {
    insta::assert_snapshot!(adopted("postgres", "postgres"));
}

#[test]
fn a_directory_for_sqlite_becomes_a_history_with_its_rebuilt_table_as_one_batch() {
    insta::assert_snapshot!(adopted("sqlite", "sqlite"));
}

#[test]
fn a_directory_for_mariadb_becomes_a_history() {
    insta::assert_snapshot!(adopted("mysql", "mariadb"));
}

#[test]
fn what_cannot_be_taken_in_is_refused_by_its_file_and_statement() {
    let folder = Folder::empty();
    folder.write("old/1_a/up.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);");
    let init = ["init", "new", "--from-diesel", "old"];
    folder.refuses(init, 2, &["which engine", "--engines sqlite"]);
    let init = ["init", "new", "--from-diesel", "old", "--engines", "sqlite"];
    folder.refuses(
        ["init", "new", "--from-diesel", "old", "--engines", "sqlite,postgres"],
        2,
        &["one engine", "--engines postgres"],
    );
    folder.refuses(
        ["init", "old", "--from-diesel", "old", "--engines", "sqlite"],
        5,
        &["not empty", "mina init db --from-diesel old"],
    );
    folder.refuses(
        ["init", "new", "--from-diesel", "nowhere", "--engines", "sqlite"],
        1,
        &["nowhere", "No such file"],
    );
    folder.write("old/2_b/up.sql", "CREATE TABLE b AS SELECT nobody FROM a;");
    folder.refuses(
        init,
        5,
        &[
            "old/2_b/up.sql: `CREATE TABLE b AS SELECT nobody FROM a`: a table made from a query",
            "a scratch database says: no such column: nobody",
            "nothing was written",
        ],
    );
    folder.refuses(
        ["init", "new", "--from-diesel", "old", "--engines", "postgres"],
        5,
        &[
            "old/2_b/up.sql",
            "what it does can be tried out beside the database of `--database-url`",
        ],
    );
    folder.write("old/2_b/up.sql", "DROP TABLE c;");
    folder.refuses(
        init,
        5,
        &["old/2_b/up.sql: `DROP TABLE c`: no migration before it creates a table `c`"],
    );
    folder.write("old/2_b/up.sql", "");
    folder.write("old/2_c/up.sql", "");
    folder.refuses(init, 5, &["old/2_b and old/2_c have the same version, `2`"]);
    fs::remove_dir_all(folder.path().join("old/2_c")).unwrap();
    folder.write("old/V3_c/up.sql", "");
    folder.refuses(
        init,
        5,
        &[
            "old/V3_c has the version `V3`, and no revision id has a `V` in it",
            "WHERE version = 'V3'",
        ],
    );
}

#[test]
fn a_crate_is_made_of_a_database_and_the_database_stays_as_it_is() {
    let folder = Folder::empty();
    let file = folder.path().join("app.db");
    let location = Location::parse(file.to_str().unwrap(), folder.path()).unwrap();
    let mut conn = location.open(true).unwrap();
    let mut execute = |sql: &str| conn.as_connection().execute(sql).unwrap();
    execute("CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, anything)");
    execute("INSERT INTO users (email) VALUES ('a')");
    let ran = folder.mina(["init", "db", "--from-db", "app.db"]);
    assert!(ran.err.contains("`users.anything` differs"), "{}", ran.err);
    let out = ran.ok();
    assert!(
        out.contains("_begin_with_what_the_database_has.rs") && out.contains("app.db: "),
        "{out}"
    );
    assert!(folder.read("db/mina.toml").contains("url = \"sqlite://../app.db\""));
    assert_eq!(execute("UPDATE users SET email = 'b' WHERE email = 'a'"), 1);
    let applied = conn.as_connection().history("__diesel_schema_migrations").unwrap().unwrap();
    assert!(folder.mina(["heads", "--directory", "db"]).ok().contains(&applied[0].version));
    folder.refuses(
        ["init", "other", "--from-db", "app.db"],
        5,
        &["app.db has a history already", "1 migration is applied", "--from-diesel"],
    );
    folder.refuses(["init", "other", "--from-db", "nowhere.db"], 1, &["nowhere.db"]);
    let words = ["init", "other", "--from-db", "postgres://me:secret@127.0.0.1:1/x"];
    let said = folder.mina(words).err;
    assert!(!said.contains("secret"), "{said}");
}
