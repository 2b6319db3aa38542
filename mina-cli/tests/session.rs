//! A whole session at a terminal, in a fresh folder outside the workspace: a crate is made, migrated, branched, joined and moved.
//!
//! With the features `postgres` and `mysql`, on the servers that `scripts/databases` starts as well.

#[path = "session/guide.rs"]
mod guide;
mod support;
#[path = "session/workshop.rs"]
mod workshop;

use support::{Folder, Ran};
use workshop::{fresh, share_the_build, workspace};

/// One session on one database.
struct Session {
    folder: Folder,
    name: String,
    /// Where it is not the one of mina.toml.
    url: Option<String>,
}

impl Session {
    /// In the crate that `mina init` writes into a folder when it is called with these words.
    fn begin(folder: Folder, name: &str, url: Option<String>, words: &[&str]) -> Self {
        let session = Self {
            folder,
            name: name.to_owned(),
            url,
        };
        let workspace = workspace();
        let (package, path) = (format!("--package=session-{name}"), format!("--mina-path={}", workspace.display()));
        session.ok(&[&["init", &package, &path], words].concat());
        share_the_build(&session.folder.path().join("migrations"));
        session
    }

    fn run(&self, words: &[&str]) -> Ran {
        let mut command = self.folder.command();
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
        let output = command.args(words).output().unwrap();
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What a command prints that does what it is told.
    fn ok(&self, words: &[&str]) -> String {
        self.run(words).ok()
    }

    /// What the crate's binary prints, called by itself.
    fn own(&self, words: &[&str]) -> String {
        let name = format!("session-{}", self.name);
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("mina").with_file_name(name));
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
        let output = command.args(words).current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{words:?}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, words: &[&str], code: i32, parts: &[&str]) {
        let ran = self.run(words);
        assert_eq!(ran.code, code, "{words:?}\n{}{}", ran.out, ran.err);
        for part in parts {
            assert!(ran.err.contains(part), "{words:?}: no {part:?} in\n{}", ran.err);
        }
    }

    /// Has `mina` write a migration, and writes its statements as a person would; its id.
    fn migration(&self, words: &[&str], upgrade: &str, downgrade: &str) -> String {
        let out = self.ok(words);
        let name = out.trim();
        let text = self.folder.read(name);
        let hints: Vec<&str> = text.lines().filter(|line| line.trim_start().starts_with("// ")).collect();
        assert_eq!(hints.len(), 2, "{text}");
        self.folder
            .write(name, &text.replace(hints[0], upgrade).replace(hints[1], downgrade));
        id(name)
    }

    fn current(&self) -> Vec<String> {
        self.ok(&["current"])
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .map(str::to_owned)
            .collect()
    }

    /// What cargo says of the crate's own test.
    fn test(&self) {
        test(std::process::Command::new(env!("CARGO")).current_dir(self.folder.path()));
    }
}

/// Runs the test of the crate of migrations in a folder.
fn test(cargo: &mut std::process::Command) {
    let output = cargo
        .args(["test", "--quiet", "--manifest-path", "migrations/Cargo.toml"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stdout));
}

/// The id that a file's name begins with.
fn id(name: &str) -> String {
    name.rsplit('/').next().unwrap().split('_').next().unwrap().to_owned()
}

fn from_init_to_history(name: &str, url: Option<String>) {
    let engines = if cfg!(any(feature = "postgres", feature = "mysql")) {
        "sqlite,postgres,mariadb"
    } else {
        "sqlite"
    };
    let session = Session::begin(fresh(), name, url, &["--engines", engines]);
    let first = id(&session.ok(&["heads"]).replace("base -> ", ""));
    let first = first.split_whitespace().next().unwrap().to_owned();

    // What was made compiles, and passes its own test, with two revisions of substance in it.
    let users = session.migration(
        &["revision", "Create users"],
        "create_table users {\n    #[primary_key] id: Integer,\n    name: Varchar<80>,\n}",
        "drop_table users;",
    );
    let phone = session.migration(
        &["revision", "-m", "Add phone number to users"],
        "batch_alter users {\n    add_column phone_number: Nullable<Varchar<20>>;\n}",
        "batch_alter users {\n    drop_column phone_number;\n}",
    );
    session.test();

    // Up, down, and up again.
    let out = session.ok(&["upgrade"]);
    assert!(
        out.contains("Add phone number to users") && out.contains("3 revisions applied"),
        "{out}"
    );
    assert_eq!(session.current(), [phone.as_str()]);
    session.refused(&["upgrade", &users], 2, &["is already applied"]);
    session.ok(&["downgrade", "--yes"]);
    assert_eq!(session.current(), [users.as_str()]);
    assert_eq!(session.run(&["status"]).code, 3);
    session.ok(&["upgrade", "+1"]);

    // A colleague's branch: two heads, which do not compile, and the ways out.
    let bio = session.migration(
        &["revision", "Add bio to users", "--head", &users, "--splice"],
        "add_column users.bio: Nullable<Text>;",
        "drop_column users.bio;",
    );
    assert_eq!(session.ok(&["heads"]).lines().count(), 2);
    assert!(session.ok(&["branches"]).contains(&format!("{users} (branchpoint)")));
    session.refused(&["upgrade"], 5, &["M105", "are heads", "does not compile, so nothing was run"]);
    session.refused(&["revision", "Add age to users"], 2, &["`mina merge`"]);
    session.refused(&["rebase", &phone, "--onto", &bio], 5, &["is applied in the database"]);
    let site = session.migration(
        &["revision", "Add site to users", "--head", &users, "--splice"],
        "add_column users.site: Nullable<Text>;",
        "drop_column users.site;",
    );
    session.ok(&["rebase", &site, "--onto", &phone]);
    let script = session.ok(&["upgrade", "--sql", &format!("{users}:{bio}")]);
    assert!(script.contains("ADD COLUMN") && script.contains("bio"), "{script}");
    let merge = id(session.ok(&["merge", "-m", "Merge bio and phone number"]).trim());
    session.ok(&["upgrade"]);
    assert_eq!(session.current(), [merge.as_str()]);
    // What `mina` writes from the sources is what the crate's binary writes.
    assert_eq!(session.ok(&["sql"]), session.own(&["sql"]));
    assert_eq!(
        session.ok(&["downgrade", "--sql", "head:base"]),
        session.own(&["downgrade", "--sql", "head:base"])
    );

    // Applied revisions stay where they are; others move.
    session.refused(
        &["rebase", &bio, "--onto", &phone],
        5,
        &["are applied in the database", "mina downgrade"],
    );
    let age = session.migration(
        &["revision", "Add age to users"],
        "add_column users.age: Nullable<Integer>;",
        "drop_column users.age;",
    );
    let reports = session.migration(
        &[
            "revision",
            "Create reports",
            "--head",
            &merge,
            "--splice",
            "--branch-label",
            "reports",
        ],
        "create_table reports {\n    #[primary_key] id: Integer,\n}",
        "drop_table reports;",
    );
    session.ok(&["upgrade", "reports@head"]);
    let moved = session.ok(&["rebase", &age, "--onto", "reports"]);
    let (old, new) = moved.lines().next().unwrap().split_once(" -> ").unwrap();
    assert_eq!(old, age);
    session.ok(&["upgrade", "head"]);
    assert_eq!(session.current(), [new.to_owned()]);

    // What is recorded can be said to be otherwise, without running anything.
    session.ok(&["stamp", &reports, "--force"]);
    assert_eq!(session.current(), [reports.as_str()]);
    session.ok(&["stamp", "head"]);

    let history = session.ok(&["history", "-i"]);
    for revision in [&first, &users, &phone, &bio, &merge, &reports, new] {
        assert!(history.contains(revision), "{revision} in\n{history}");
    }
    assert!(history.contains("current"), "{history}");
    session.ok(&["downgrade", "base", "--yes"]);
    assert!(session.ok(&["current"]).contains("nothing is applied"));
}

#[test]
fn a_session_on_sqlite() {
    from_init_to_history("sqlite", None);
}

#[test]
fn a_member_of_a_workspace_with_two_databases() {
    let folder = fresh();
    folder.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = []\n");
    let session = Session::begin(folder, "member", None, &["--multidb", "analytics"]);
    assert!(session.folder.read("Cargo.toml").contains("members = [\"migrations\"]"));
    let table = |name: &str| format!("create_table {name} {{\n    #[primary_key] id: Integer,\n}}");
    let users = session.migration(&["revision", "Create users"], &table("users"), "drop_table users;");
    let words = ["revision", "Create visits", "--bind", "analytics"];
    let visits = session.migration(&words, &table("visits"), "drop_table visits;");
    session.test();
    let out = session.ok(&["upgrade"]);
    assert!(out.contains("Create users") && out.contains("Create visits"), "{out}");
    assert!(session.ok(&["current", "--bind", "analytics"]).contains(&visits));
    session.ok(&["downgrade", "--bind", "analytics", "--yes"]);
    let out = session.ok(&["current"]);
    assert!(out.contains(&users) && !out.contains(&visits), "{out}");
}

/// A database of its own, by the server's own client.
#[cfg(any(feature = "postgres", feature = "mysql"))]
fn database(variable: &str, name: &str, create: impl Fn(&str, &str)) -> String {
    let url = std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run the tests with `scripts/databases run cargo test …`"));
    let name = format!("mina_{name}_{}", std::process::id());
    create(&url, &format!("CREATE DATABASE {name}"));
    let (start, _) = url.rsplit_once('/').unwrap();
    format!("{start}/{name}")
}

#[cfg(any(feature = "postgres", feature = "mysql"))]
fn client(command: &mut std::process::Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(feature = "postgres")]
fn postgres(name: &str) -> String {
    let psql = std::env::var("MINA_TEST_POSTGRES_BIN").map_or_else(|_| "psql".to_owned(), |folder| format!("{folder}/psql"));
    database("MINA_TEST_POSTGRES_URL", name, |url, sql| {
        client(std::process::Command::new(&psql).args(["--quiet", "--command", sql, url]));
    })
}

#[cfg(feature = "mysql")]
fn mariadb(name: &str) -> String {
    database("MINA_TEST_MARIADB_URL", name, |url, sql| {
        let (account, rest) = url.split_once("://").unwrap().1.split_once('@').unwrap();
        let (user, password) = account.split_once(':').unwrap();
        let (host, port) = rest.split('/').next().unwrap().split_once(':').unwrap();
        let mut command = std::process::Command::new("mariadb");
        command.args(["--host", host, "--port", port, "--user", user, "--protocol=tcp", "--execute", sql]);
        client(command.env("MYSQL_PWD", password));
    })
}

#[cfg(feature = "postgres")]
#[test]
fn a_session_on_postgres() {
    from_init_to_history("postgres", Some(postgres("session")));
}

#[cfg(feature = "mysql")]
#[test]
fn a_session_on_mariadb() {
    from_init_to_history("mariadb", Some(mariadb("session")));
}

#[cfg(all(feature = "postgres", feature = "mysql"))]
#[test]
fn a_crate_for_servers_alone() {
    let mut session = Session::begin(fresh(), "servers", Some(postgres("servers")), &["--engines", "postgres,mariadb"]);
    let create = "create_table users {\n    #[primary_key] id: Integer,\n    name: Varchar<80>,\n}";
    let users = session.migration(&["revision", "Create users"], create, "drop_table users;");
    let mut cargo = std::process::Command::new(env!("CARGO"));
    test(
        cargo
            .env("TEST_DATABASE_URL", postgres("stairs"))
            .current_dir(session.folder.path()),
    );
    for url in [session.url.clone().unwrap(), mariadb("servers")] {
        session.url = Some(url);
        session.ok(&["upgrade"]);
        assert_eq!(session.current(), [users.as_str()]);
        session.ok(&["downgrade", "base", "--yes"]);
        assert!(session.ok(&["current"]).contains("nothing is applied"));
    }
}
