use crate::support::Folder;

#[test]
fn a_new_crate_has_everything_it_needs() {
    let folder = Folder::empty();
    let out = folder.mina(["init"]).ok();
    let files = folder.files();
    let names: Vec<&str> = files.keys().map(String::as_str).filter(|name| !name.contains("versions")).collect();
    assert_eq!(
        names,
        [
            "migrations/.cargo/config.toml",
            "migrations/.github/workflows/migrations.yml",
            "migrations/.gitignore",
            "migrations/Cargo.toml",
            "migrations/README.md",
            "migrations/build.rs",
            "migrations/mina.toml",
            "migrations/src/lib.rs",
            "migrations/src/main.rs",
            "migrations/tests/history.rs",
        ]
    );
    for name in files.keys() {
        assert!(out.contains(name), "{name}");
    }
    let cargo = &files["migrations/Cargo.toml"];
    assert!(
        cargo.contains("[workspace]") && cargo.contains("mina = { version = \"0.1\""),
        "{cargo}"
    );
    assert!(files["migrations/.cargo/config.toml"].contains("mina = \"run --quiet --package migrations --\""));
    assert!(folder.mina(["heads"]).ok().contains("Begin the history"));
    assert!(folder.mina(["revision", "Create users"]).ok().starts_with("migrations/versions/"));
    folder.refuses(["init"], 5, &["migrations is not empty: it has .cargo, .github", "another folder"]);
}

#[test]
fn engines_and_databases_are_written_down() {
    let folder = Folder::empty();
    folder
        .mina([
            "init",
            "db",
            "--engines",
            "postgres >= 15,mariadb",
            "--multidb",
            "analytics,audit",
            "--package",
            "shop-db",
        ])
        .ok();
    let (cargo, config) = (folder.read("db/Cargo.toml"), folder.read("db/mina.toml"));
    assert!(
        cargo.contains("name = \"shop-db\"") && cargo.contains("default = [\"postgres\"]"),
        "{cargo}"
    );
    assert!(cargo.contains("mysql = [") && !cargo.contains("sqlite"), "{cargo}");
    assert!(
        config.contains("url = \"env:DATABASE_URL\"") && config.contains("[databases.audit]\nurl = \"env:AUDIT_DATABASE_URL\""),
        "{config}"
    );
    assert!(config.contains("engines = [\"postgres >= 15\", \"mariadb\"]"), "{config}");
    assert!(folder.read("db/tests/history.rs").contains("PgConnection"));
    assert!(folder.read("db/src/main.rs").contains("shop_db::MIGRATIONS"));
    let (_, text) = folder.written(["revision", "Count visits", "--bind", "audit", "-d", "db"]);
    assert!(text.contains("bind = audit;"));

    folder.mina(["init", "multi", "--template", "multidb"]).ok();
    assert!(
        folder
            .read("multi/mina.toml")
            .contains("[databases.analytics]\nurl = \"sqlite://analytics.db\"")
    );
}

#[test]
fn a_url_is_written_down_and_a_password_is_not() {
    let folder = Folder::empty();
    folder.mina(["init", "a", "--database-url", "postgres://me@h/shop"]).ok();
    let config = folder.read("a/mina.toml");
    assert!(
        config.contains("url = \"postgres://me@h/shop\"") && config.contains("engines = [\"postgres >= 14\"]"),
        "{config}"
    );
    folder.mina(["init", "b", "--database-url", "mysql://me:sesame@h/shop"]).ok();
    assert!(folder.read("b/mina.toml").contains("url = \"env:DATABASE_URL\""));
    assert!(!folder.files().values().any(|text| text.contains("sesame")));
}

#[test]
fn in_a_workspace_it_becomes_a_member() {
    let folder = Folder::empty();
    folder.write(
        "Cargo.toml",
        "# The shop\n[workspace]\nmembers = [\"app\"]\n\n[package]\nname = \"shop\"\n",
    );
    folder.write(".cargo/config.toml", "# mine\n[alias]\nb = \"build\"\n");
    folder.write(".git/HEAD", "");
    folder.write("app/src/x", "");
    let output = folder
        .command()
        .args(["init", "../migrations"])
        .current_dir(folder.path().join("app"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let files = folder.files();
    assert_eq!(
        files["Cargo.toml"],
        "# The shop\n[workspace]\nmembers = [\"app\", \"migrations\"]\n\n[package]\nname = \"shop\"\n"
    );
    assert_eq!(
        files[".cargo/config.toml"],
        "# mine\n[alias]\nb = \"build\"\nmina = \"run --quiet --package shop-migrations --\"\n"
    );
    assert!(!files["migrations/Cargo.toml"].contains("[workspace]"));
    assert!(files[".github/workflows/migrations.yml"].contains("--manifest-path migrations/Cargo.toml"));
    assert!(files["migrations/README.md"].contains("`../.cargo/config.toml`"));

    // What is there stays.
    let output = folder.mina(["init", "other"]);
    assert!(
        output.err.contains("has an alias `mina` already") && output.err.contains("migrations.yml is there already"),
        "{}",
        output.err
    );
    assert!(folder.read(".cargo/config.toml").contains("shop-migrations --"));
}

#[test]
fn a_folder_of_ones_own_is_a_template() {
    let folder = Folder::empty();
    folder.write("ours/Cargo.toml.jinja", "[package]\nname = {{ package | quoted }}\n# {{ mina }}\n");
    folder.write("ours/mina.toml", "# ours\n");
    folder.write("ours/deep/er/note.txt", "{{ package }}");
    folder.mina(["init", "db", "--template", "ours"]).ok();
    assert_eq!(folder.read("db/Cargo.toml"), "[package]\nname = \"db\"\n# version = \"0.1\"\n");
    assert_eq!(folder.read("db/deep/er/note.txt"), "{{ package }}");
    assert_eq!(folder.read("db/mina.toml"), "# ours\n");
    folder.write("ours/Cargo.toml.jinja", "{{ pakage }}");
    folder.refuses(
        ["init", "db2", "--template", "ours"],
        2,
        &["Cargo.toml.jinja:1 cannot be filled in"],
    );
    folder.write("theirs/x", "");
    folder.refuses(
        ["init", "db2", "--template", "theirs"],
        2,
        &["theirs is no template of a crate of migrations"],
    );
}

#[test]
fn what_cannot_be_made_is_refused() {
    let folder = Folder::empty();
    folder.write("file", "");
    folder.write("mina/Cargo.toml", "[package]\nname = \"other\"\n");
    folder.refuses(["init", "file"], 1, &["file"]);
    for (words, parts) in [
        (vec!["--template", "generc"], vec!["no template `generc`", "`generic`"]),
        (vec!["--template", "zzz"], vec!["generic, multidb"]),
        (vec!["--engines", "postgress"], vec!["no engine `postgress`", "`postgres`"]),
        (vec!["--engines", "sqlite,sqlite"], vec!["twice"]),
        (vec!["--engines", "sqlite >= x"], vec!["`x` is no version"]),
        (vec!["--multidb", "a-b"], vec!["`a-b` is no name for a database"]),
        (vec!["--multidb", "default"], vec!["`default` is no name"]),
        (vec!["--multidb", "a,a"], vec!["named twice"]),
        (vec!["--package", "1x"], vec!["`1x` is no name for a package"]),
        (vec!["--package", "diesel"], vec!["`diesel` is no name"]),
        (vec!["--mina-path", "mina"], vec!["is not the folder of the package `mina`"]),
        (vec!["--mina-path", "nowhere"], vec!["is not the folder of the package `mina`"]),
    ] {
        let before = folder.files();
        let words: Vec<&str> = ["init"].into_iter().chain(words).collect();
        folder.mina_words(&words).refused(2, &parts);
        assert_eq!(folder.files(), before, "{words:?}");
        assert!(!folder.path().join("migrations").exists());
    }
}

#[test]
fn templates_are_listed_with_a_line_each() {
    let folder = Folder::empty();
    let listed = folder.mina(["list-templates"]).ok();
    assert_eq!(listed.lines().count(), 2);
    assert!(listed.contains("generic  a crate of migrations"), "{listed}");
    let folder = Folder::new("[templates]\npath = \"own\"\n");
    assert!(folder.mina(["list-templates"]).ok().contains("own/migration.rs.jinja"));
}
