//! Histories in the language, compiled as the macro compiles them.
#![allow(dead_code)]

use mina_core::config::Config;
use mina_core::diagnostic::Diagnostic;
use mina_core::history::{History, Revision};
use mina_core::record::Record;
use mina_runtime::migration::RunStep;
use mina_runtime::support::nothing;
use mina_runtime::{Created, Encoded, Engine, Migration, Migrations};

/// Every engine, as in a mina.toml that names no database.
pub const ENGINES: &str = "[database]\nurl = \"app.db\"\nengines = [\"sqlite >= 3.40\", \"postgres >= 15\", \"mariadb >= 10.11\"]\n";

/// What `migrations!()` makes of blocks, each what stands between the braces of its own.
pub fn compiled(config: &'static str, blocks: &[&str]) -> Migrations {
    let file = |block: &&str| format!("mina::migration! {{\n{block}\n}}\n");
    files(config, blocks.iter().map(file).collect())
}

/// The application's own history, whose `run` steps do nothing here.
pub fn application() -> Migrations {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let mut paths: Vec<_> = std::fs::read_dir(folder.join("versions"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).unwrap();
    files(read(&folder.join("mina.toml")).leak(), paths.iter().map(read).collect())
}

/// The same of the texts of files.
pub fn files(config: &'static str, texts: Vec<String>) -> Migrations {
    let texts: Vec<&'static str> = texts.into_iter().map(|text| &*text.leak()).collect();
    let revisions = texts
        .iter()
        .enumerate()
        .flat_map(|(at, text)| Revision::all_in(text, &format!("versions/{at}.rs")).unwrap());
    let history = History::new(Config::parse(config).unwrap(), revisions.collect());
    let mut migrations = Vec::new();
    for (index, revision) in history.revisions.iter().enumerate() {
        let errors: Vec<Diagnostic> = history.diagnostics(index).into_iter().filter(Diagnostic::is_error).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", revision.file);
        let at: usize = revision
            .file
            .trim_start_matches("versions/")
            .trim_end_matches(".rs")
            .parse()
            .unwrap();
        migrations.push(Migration {
            record: Encoded(
                Record::of(revision, &history.checked(index).engines, &history.config)
                    .encode()
                    .leak(),
            ),
            runs: RUNS,
            source: texts[at],
        });
    }
    let mut creations = Vec::new();
    for (bind, _) in history.graphs() {
        for &target in history.targets(bind) {
            let creation = history.creation(bind, target).unwrap();
            creations.push(Created {
                bind: bind.map(|bind| &*bind.to_owned().leak()),
                engine: target.engine(),
                creation: serde_json::to_string(&creation).unwrap().leak(),
            });
        }
    }
    Migrations {
        migrations: migrations.leak(),
        creations: creations.leak(),
        config,
        directory: "",
    }
}

const RUNS: &[(Engine, &[RunStep])] = &[
    (Engine::Sqlite, &[RunStep::Sqlite(nothing)]),
    #[cfg(feature = "postgres")]
    (Engine::Pg, &[RunStep::Pg(nothing)]),
    #[cfg(feature = "mysql")]
    (Engine::Mysql, &[RunStep::Mysql(nothing)]),
];

pub const USERS: &str = r#"
//! Create users
revision = "2025a";
revises = base;
upgrade {
    create_table users { #[primary_key] id: Integer, #[unique] email: Varchar<50>, name: Nullable<Varchar<40>> }
}
downgrade { drop_table users; }
"#;

pub const PHONES: &str = r#"
//! Add phone to users
revision = "2025b";
revises = "2025a";
alias = "6f9f2dd343f5";
upgrade { add_column users.phone: Nullable<Varchar<20>>; }
downgrade { drop_column users.phone; }
"#;

pub const TASKS: &str = r#"
//! Create tasks
revision = "2025c";
revises = "2025b";
upgrade {
    create_table tasks {
        #[primary_key] id: Integer,
        title: Varchar<200>,
        #[references(users.id, on_delete = cascade)] user_id: Nullable<Integer>,
        index ix_tasks_title (title),
    }
}
downgrade { drop_table tasks; }
"#;

/// Rows enough that each change takes a while, and changes of every kind; none of them may be made twice.
pub const HEAVY: [&str; 5] = [
    r#"
//! Create users with rows
revision = "2025a";
revises = base;
upgrade {
    create_table users { #[primary_key] id: Integer, email: Varchar<80>, age: Integer }
    execute {
        Sqlite = "INSERT INTO users WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000) SELECT x, 'e' || x, 1 FROM c",
        Pg = "INSERT INTO users SELECT x, 'e' || x, 1 FROM generate_series(1, 20000) AS s(x)",
        Mysql = "INSERT INTO users SELECT seq, CONCAT('e', seq), 1 FROM seq_1_to_20000",
    } { undo = none }
}
downgrade { drop_table users; }
"#,
    r#"
//! Widen ages
revision = "2025b";
revises = "2025a";
upgrade {
    #[allow(rewriting_type)] alter_column users.age { type = BigInt }
    add_column users.points: Integer = 5;
}
downgrade {
    drop_column users.points;
    #[allow(may_fail_on_rows, rewriting_type)] alter_column users.age { type = Integer, using = cast }
}
"#,
    r#"
//! Index emails
revision = "2025c";
revises = "2025b";
upgrade { create_index ix_users_email on users (email) { concurrently = true } }
downgrade { drop_index ix_users_email on users; }
"#,
    r#"
//! Make everybody a year older
revision = "2025d";
revises = "2025c";
upgrade {
    update users { set = "age = age + 1", undo = "UPDATE users SET age = age - 1" }
    #[allow(may_fail_on_rows, blocking_constraint)] create_check ck_users_age on users "age > 1";
}
downgrade {
    drop_constraint ck_users_age on users;
    update users { set = "age = age - 1" }
}
"#,
    r#"
//! Make everybody a year older, a batch at a time
revision = "2025e";
revises = "2025d";
upgrade { backfill users { set = "age = age + 1", batch = 1000 } }
downgrade { update users { set = "age = age - 1" } }
"#,
];

/// That history, of a runner whose lease is short.
pub fn heavy() -> Migrations {
    compiled(&*format!("{ENGINES}[run]\nlease = \"1s\"\nlock_timeout = \"10s\"\n").leak(), &HEAVY)
}

/// Users, then their phones, then tasks.
pub fn three() -> Migrations {
    compiled(ENGINES, &[USERS, PHONES, TASKS])
}

/// On top of users: nobody may be without a name.
pub const STRICT: &str = r#"
//! Name everybody
revision = "2025b";
revises = "2025a";
upgrade { #[allow(may_fail_on_rows)] alter_column users.name { nullable = false } }
downgrade { alter_column users.name { nullable = true } }
"#;
