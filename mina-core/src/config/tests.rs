use super::{Config, Scope};
use crate::diagnostic::{Level, Lint};
use crate::schema::ObjectName;
use proptest::prelude::*;

fn parse(text: &str) -> Config {
    Config::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn refusal(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

#[test]
fn silence_is_the_default() {
    assert_eq!(parse(""), Config::default());
    assert_eq!(parse("[database]\n[run]\n[naming]\n[lints]\n[templates]"), Config::default());
}

#[test]
fn everything_can_be_said() {
    let config = parse(
        r#"
        locations = ["versions", "billing/versions"]
        [database]
        url = "env:DATABASE_URL"
        engines = ["sqlite >= 3.40", "postgres >= 14", "MariaDB>=10.6.2"]
        history_table = "__history"
        [databases.analytics]
        url = "postgresql://localhost/a"
        schema = "analytics"
        [lints]
        no_change = "deny"
        released = "20260101000000"
        [templates]
        path = "templates"
        file = "{rev}_{slug}"
        [run]
        lock_timeout = "500ms"
        statement_timeout = "2m"
        transaction = "run"
        role = "migrator"
        backup = "pg_dump --file=before.sql"
        "#,
    );
    assert_eq!(config.locations, ["versions", "billing/versions"]);
    assert_eq!(config.database.url.as_deref(), Some("env:DATABASE_URL"));
    let shown = |engines: &[crate::engine::Target]| engines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    insta::assert_snapshot!(shown(&config.database.engines), @"SQLite 3.40, PostgreSQL 14.0, MariaDB 10.6");
    insta::assert_snapshot!(shown(&config.databases["analytics"].engines), @"PostgreSQL 14.0");
    assert_eq!(config.databases["analytics"].schema.as_deref(), Some("analytics"));
    assert_eq!(config.level(Lint::NoChange), Level::Deny);
    assert_eq!(config.released, ["20260101000000"]);
    assert_eq!((config.run.lock_timeout, config.run.busy_timeout()), (500, 500));
    assert_eq!(config.run.statement_timeout, Some(120_000));
    assert_eq!(config.run.transaction, Scope::Run);
    assert_eq!(config.run.role.as_deref(), Some("migrator"));
    assert_eq!(config.run.backup.as_deref(), Some("pg_dump --file=before.sql"));
    assert_eq!(config.templates.file, "{rev}_{slug}");
}

#[test]
fn an_engine_left_out_is_the_urls() {
    let engine = |url: &str| parse(&format!("[database]\nurl = \"{url}\"")).database.engines[0].to_string();
    assert_eq!(engine("sqlite://mina.db"), "SQLite 3.40");
    assert_eq!(engine("mina.db"), "SQLite 3.40");
    assert_eq!(engine("env:DATABASE_URL"), "SQLite 3.40");
    assert_eq!(engine("postgres://h/d"), "PostgreSQL 14.0");
    assert_eq!(engine("mysql://h/d"), "MySQL 8.0");
    assert_eq!(engine("mariadb://h/d"), "MariaDB 10.6");
}

#[test]
fn a_pattern_that_changes_keeps_the_older_names() {
    let config = parse(
        r#"
        [naming]
        unique = "u_{table}"
        index = { pattern = "idx_{table}", since = "20260101000000", before = "i_{table}" }
        check = ["c1_{table}", { pattern = "c2_{table}", since = "20250601000000" }, { pattern = "c3_{table}", since = "20260101000000" }]
        "#,
    );
    let patterns = |revision: &str| {
        let naming = config.naming_at(revision);
        format!("{} {} {} {}", naming.unique, naming.index, naming.check, naming.primary_key)
    };
    insta::assert_snapshot!(patterns("20250101000000"), @"u_{table} i_{table} c1_{table} pk_{table}");
    insta::assert_snapshot!(patterns("20250601000000"), @"u_{table} i_{table} c2_{table} pk_{table}");
    insta::assert_snapshot!(patterns("20260101000001"), @"u_{table} idx_{table} c3_{table} pk_{table}");
    let config = parse("[naming]\nindex = { pattern = \"x\", since = \"2026\" }");
    assert_eq!(config.naming_at("2025").index, "ix_{table}_{columns}");
}

#[test]
fn a_refusal_names_the_line_and_what_to_write() {
    insta::assert_snapshot!(refusal("[database]\nengine = []"), @"mina.toml:2: there is no key `engine` in `[database]`; did you mean `engines`");
    insta::assert_snapshot!(refusal("\n[data-base]\n"), @"mina.toml:2: there is no key `data-base`; did you mean `database`");
    insta::assert_snapshot!(refusal("[xyz]"), @"mina.toml:1: there is no key `xyz`; there are `locations`, `database`, `databases`, `naming`, `lints`, `templates`, `post_write` and `run`");
    insta::assert_snapshot!(refusal("[database]\nlocations = [\"a\"]"), @"mina.toml:2: there is no key `locations` in `[database]`; it belongs at the top of the file, before the first `[…]`");
    insta::assert_snapshot!(refusal("[databases.a]\nurl = 1"), @"mina.toml:2: `databases.a.url` is a string, not a value of type integer");
    insta::assert_snapshot!(refusal("[database]\nurl = \"\""), @"mina.toml:2: `database.url` is empty");
    insta::assert_snapshot!(refusal("locations = []"), @"mina.toml:1: `locations` is empty");
    insta::assert_snapshot!(refusal("[database]\nengines = [\n\"sqlite\",\n\"postgress\"]"), @"mina.toml:4: there is no engine `postgress`, did you mean `postgres`");
    insta::assert_snapshot!(refusal("[database]\nengines = [\"sqlite >= x\"]"), @r#"mina.toml:2: `x` is no version of `sqlite`; write it as "sqlite >= 3.40""#);
    insta::assert_snapshot!(refusal("[database]\nengines = [\"postgres\", \"postgresql >= 15\"]"), @"mina.toml:2: `database.engines` has `postgresql >= 15` twice; the oldest version is enough");
    insta::assert_snapshot!(refusal("[lints]\nno_chang = \"deny\""), @"mina.toml:2: there is no lint `no_chang`; did you mean `no_change`");
    insta::assert_snapshot!(refusal("[lints]\nno_change = \"error\""), @r#"mina.toml:2: `lints.no_change` is one of "allow", "warn" and "deny""#);
    insta::assert_snapshot!(refusal("[lints]\nreleased = 2026"), @"mina.toml:2: `lints.released` is a list of strings, not a value of type integer");
    insta::assert_snapshot!(refusal("[run]\nlock_timeout = \"5 days\""), @r#"mina.toml:2: `run.lock_timeout` is no time; write it as "500ms", "5s", "2m" or "1h""#);
    insta::assert_snapshot!(refusal("[templates]\nfile = \"{id}\""), @"mina.toml:2: `templates.file` takes `{rev}`, `{slug}`, `{year}`, `{month}`, `{day}`, `{hour}`, `{minute}`, `{second}`, not `{id}`");
    insta::assert_snapshot!(refusal("[templates]\nfile = \"{year}/{rev}\""), @"mina.toml:2: `templates.file` has a folder in it; the folders of migrations are `locations`, at the top of the file");
    insta::assert_snapshot!(refusal("[templates]\nfile = \"{year}\""), @"mina.toml:2: `templates.file` names every file alike; it has `{rev}` or `{slug}` in it");
    insta::assert_snapshot!(refusal("[templates]\nslug_length = 0"), @"mina.toml:2: `templates.slug_length` is a whole number, 1 to 200");
    insta::assert_snapshot!(refusal("[post_write]\ncommand = \"x {path}\""), @"mina.toml:1: `post_write` is one or more `[[post_write]]`, each with a `command`, not a value of type table");
    insta::assert_snapshot!(refusal("[[post_write]]\ncommand = \"rustfmt\""), @"mina.toml:2: `post_write.command` has no `{path}`, the file that was written");
    insta::assert_snapshot!(refusal("[[post_write]]\ncomand = \"x\""), @"mina.toml:2: there is no key `comand` in `[post_write]`; did you mean `command`");
    insta::assert_snapshot!(refusal("[[post_write]]"), @r#"mina.toml:1: `post_write` has no `command`; write `command = "rustfmt {path}"`"#);
    insta::assert_snapshot!(refusal("[run]\ntransaction = \"all\""), @r#"mina.toml:2: `run.transaction` is one of "migration" and "run""#);
    insta::assert_snapshot!(refusal("[naming]\nindex = \"ix_{tabel}\""), @"mina.toml:2: `naming.index` takes `{table}` and `{columns}`, not `{tabel}`");
    insta::assert_snapshot!(refusal("[naming]\nindex = { pattern = \"x\" }"), @r#"mina.toml:2: `naming.index` has no `since`; it is `{ pattern = "…", since = "<revision>" }`"#);
    insta::assert_snapshot!(refusal("[naming]\nindex = [\"a\", \"b\"]"), @r#"mina.toml:2: a later pattern of `naming.index` is `{ pattern = "…", since = "<revision>" }`"#);
    insta::assert_snapshot!(refusal("[naming]\nindex = [\"a\", { pattern = \"x\", since = \"2\" }, { pattern = \"x\", since = \"1\" }]"), @"mina.toml:2: the patterns of `naming.index` stand in the order of their `since`");
    assert!(
        refusal("[database]\nurl = \"a").starts_with("mina.toml:2: "),
        "{}",
        refusal("[database]\nurl = \"a")
    );
}

proptest! {
    #[test]
    fn no_text_is_too_odd(text in "(\\[database\\]\n|\\[naming\\]\n|url|index|=|\\{|\\}|\"|a|\n|\\[|\\]|since|,|é|\\PC){0,30}") {
        let _ = Config::parse(&text);
    }
}

#[test]
fn tables_are_taken_by_their_names() {
    let config =
        parse("[database]\nmodels = \"src/models.rs\"\ninclude = [\"app_*\", \"analytics.*\"]\nexclude = [\"*_old\", \"analytics.tmp?\"]");
    assert_eq!(config.database.models, ["src/models.rs"]);
    let compares = |name: &str| {
        let table = match name.split_once('.') {
            Some((schema, table)) => ObjectName {
                schema: Some(schema.into()),
                name: table.into(),
            },
            None => ObjectName::new(name),
        };
        config.database.compares(&table)
    };
    assert!(compares("app_users") && compares("analytics.events") && compares("analytics.tmp12"));
    assert!(!compares("users") && !compares("app_users_old") && !compares("analytics.tmp1") && !compares("other.events"));
    assert!(compares("other.app_x"), "a name without a point is of any schema");
    assert!(Config::default().database.compares(&ObjectName::new("anything")));
}
