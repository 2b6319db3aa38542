//! What a change does to those who use the database meanwhile.

use super::{BASE, Case, MARIADB, PG};
use crate::config::Config;
use crate::diagnostic::Lint;
use crate::engine::{Product, Target};

const MYSQL: Target = Target {
    product: Product::Mysql,
    version: (8, 0),
};

/// Every lint at the level of a warning, those that are said on demand among them.
fn loud() -> Config {
    let lints = Lint::ALL.iter().filter(|lint| lint.is_of_safety());
    let lines: Vec<String> = lints.map(|lint| format!("{lint} = \"warn\"")).collect();
    Config::parse(&format!("[lints]\n{}", lines.join("\n"))).unwrap()
}

fn on(target: Target, up: &str) -> Case {
    let head = "#![allow(may_fail_on_rows, lossy_downgrade, no_change)]";
    let case = Case::new(&[target], &loud(), BASE, head, up, "downgrade = irreversible(\"a test\");");
    assert_eq!(case.errors(), [] as [&str; 0], "{up}: {}", case.said());
    case
}

#[track_caller]
fn harms(target: Target, up: &str, expected: &[&str]) {
    let case = on(target, up);
    assert_eq!(case.harms(), expected, "{target}: {up}\n{}", case.said());
}

/// The same statement on PostgreSQL, MariaDB, MySQL and SQLite: the lint that it gives, or nothing.
#[track_caller]
fn table(rows: &[(&str, [&str; 4])]) {
    for (up, expected) in rows {
        for (target, expected) in [PG, MARIADB, MYSQL, Target::SQLITE].into_iter().zip(expected) {
            let case = on(target, up);
            let names: Vec<String> = case
                .harms()
                .iter()
                .map(|harm| harm.split(' ').next().unwrap_or_default().to_owned())
                .collect();
            let expected: Vec<&str> = expected.split_whitespace().collect();
            assert_eq!(names, expected, "{target}: {up}\n{}", case.said());
        }
    }
}

#[test]
fn what_each_engine_locks_while_it_looks_at_rows_or_builds_an_index() {
    let index = "blocking_index";
    let constraint = "blocking_constraint";
    table(&[
        ("create_index ix on users (number);", [index, "", "", ""]),
        ("create_index ix on users (number) { concurrently = true }", ["", "", "", ""]),
        ("drop_index ix_users_name on users;", [index, "", "", ""]),
        ("drop_index ix_users_name on users { concurrently = true }", ["", "", "", ""]),
        ("create_unique uq on users (number);", [index, "", "", ""]),
        ("#[unique] add_column users.code: Nullable<Integer>;", [index, "", "", ""]),
        ("#[index] add_column users.code: Nullable<Integer>;", [index, "", "", ""]),
        ("create_check ck on users \"number > 0\";", [constraint, constraint, constraint, ""]),
        (
            "#[check(\"code > 0\")] add_column users.code: Nullable<Integer>;",
            [constraint, constraint, constraint, ""],
        ),
        ("alter_column users.number { nullable = false }", ["not_null_scan", "", "", ""]),
        (
            "create_foreign_key fk on users (number) references workspaces (id); create_index ix on users (number) { concurrently = true }",
            [constraint, constraint, constraint, ""],
        ),
        (
            "#[references(workspaces.id)] add_column users.other_id: Nullable<Integer>; create_index on users (other_id) { concurrently = true }",
            ["", constraint, constraint, ""],
        ),
        (
            "#[references(workspaces.id)] add_column users.other_id: Integer = 1; create_index on users (other_id) { concurrently = true }",
            [constraint, constraint, constraint, ""],
        ),
        ("comment_on users \"People\";", ["", "", "", ""]),
        ("alter_column users.status { default = \"new\" }", ["", "", "", ""]),
        ("rename_table users => people;", ["", "", "", ""]),
    ]);
    harms(PG, "create_check ck on users \"number > 0\" { validate = false }", &[]);
    harms(
        PG,
        "create_exclusion ex on users using gist (number with \"=\");",
        &["blocking_constraint up ex"],
    );
    harms(
        MARIADB,
        "create_index ix on users (name) { using = fulltext }",
        &["blocking_index up ix"],
    );
}

#[test]
fn a_check_that_holds_spares_the_look_for_null() {
    let up = "create_check ck on users \"number IS NOT NULL\" { validate = false } alter_column users.number { nullable = false }";
    harms(PG, up, &["not_null_scan up number"]);
    let base = format!("{BASE} create_check ck_number on users \"number IS NOT NULL AND points >= 0\";");
    let case = Case::new(
        &[PG],
        &loud(),
        &base,
        "",
        "alter_column users.number { nullable = false }",
        "downgrade { alter_column users.number { nullable = true } }",
    );
    assert_eq!(case.harms(), [] as [&str; 0], "{}", case.said());
}

#[test]
fn what_each_engine_writes_anew() {
    let ty = "rewriting_type";
    let column = "rewriting_column";
    table(&[
        ("alter_column users.name { type = Varchar<200> }", ["", "", "", ""]),
        ("alter_column settings.key { type = Varchar<63> }", ["", "", "", ""]),
        ("alter_column settings.key { type = Varchar<64> }", ["", ty, ty, ""]),
        ("alter_column users.status { type = Varchar<600> }", ["", "", ty, ""]),
        ("alter_column users.name { type = Varchar<40> }", [ty, ty, ty, ""]),
        ("alter_column settings.key { type = Text }", ["", ty, ty, ""]),
        ("alter_column settings.value { type = Varchar<50> }", [ty, ty, ty, ""]),
        ("alter_column users.number { type = BigInt }", [ty, ty, ty, ""]),
        (
            "alter_column users.status { type = Varchar<30>, using = \"lower(status)\" }",
            [ty, ty, ty, ""],
        ),
        (
            "alter_column settings.value { type = Text, using = \"value\", comment = \"x\" }",
            ["", "", "", ""],
        ),
        ("add_column users.a: Nullable<Integer>;", ["", "", "", ""]),
        ("add_column users.a: Integer = 5;", ["", "", "", ""]),
        ("add_column users.a: Timestamp = now();", ["", "", "", ""]),
        ("add_column users.a: Date = today();", ["", "", "", ""]),
        (
            "#[generated(\"points + 1\", stored = true)] add_column users.a: Integer;",
            [column, column, column, ""],
        ),
    ]);
    harms(PG, "add_column users.a: Uuid = uuid();", &["rewriting_column up a"]);
    harms(
        MARIADB,
        "add_column users.a: Varchar<36> = sql(\"uuid()\");",
        &["rewriting_column up a"],
    );
    harms(MARIADB, "add_column users.a: Integer = sql(\"1 + 2\");", &[]);
    harms(
        PG,
        "add_column users.a: Timestamptz = sql(\"clock_timestamp()\");",
        &["rewriting_column up a"],
    );
    harms(PG, "add_column users.a: Timestamptz = sql(\"date_trunc('day', now())\");", &[]);
    harms(PG, "add_column users.a: Integer = sql(\"made_up()\");", &["rewriting_column up a"]);
    harms(
        PG,
        "create_function steady() \"RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'\"; add_column users.a: Integer = sql(\"steady()\");",
        &[],
    );
    harms(
        PG,
        "alter_column users.points { type = Numeric<12, 0> }",
        &["rewriting_type up points"],
    );
    harms(PG, "alter_column users.age { collate = \"C\" }", &[]);
    harms(PG, "alter_column users.email { collate = \"C\" }", &["rewriting_type up email"]);
    let base = format!("{BASE} create_check ck_name on users \"length(status) > 1\";");
    let up = "alter_column users.status { type = Varchar<30> }";
    let case = Case::new(&[PG], &loud(), &base, "#![allow(may_fail_on_rows)]", up, "downgrade = auto;");
    assert_eq!(case.harms(), ["rewriting_type up status"], "{}", case.said());
    assert!(
        case.said().contains("looks at every row of `users` for `ck_name` again"),
        "{}",
        case.said()
    );
}

#[test]
fn a_change_of_an_enum_is_cheap_or_not_by_the_engine() {
    let base = r#"create_enum state ("open", "done"); create_table t { #[primary_key] id: BigInt, s: Enum<state>, }"#;
    let cases = [
        (r#"alter_enum state { add = "late" }"#, "", ""),
        (r#"alter_enum state { add = "late", before = "done" }"#, "", "rewriting_enum"),
        (r#"alter_enum state { rename = "done", to = "over" }"#, "", "rewriting_enum"),
        (r#"alter_enum state { remove = "open" }"#, "rewriting_enum", "rewriting_enum"),
    ];
    for (up, postgres, mariadb) in cases {
        for (target, expected) in [(PG, postgres), (MARIADB, mariadb), (Target::SQLITE, "")] {
            let head = "#![allow(may_fail_on_rows, lossy_downgrade)]";
            let case = Case::new(&[target], &loud(), base, head, up, "downgrade = irreversible(\"a test\");");
            let found: Vec<String> = case.harms().iter().map(|harm| harm.replace(" up state", "")).collect();
            let expected: Vec<&str> = expected.split_whitespace().collect();
            assert_eq!(found, expected, "{target}: {up}\n{}", case.said());
        }
    }
}

#[test]
fn a_type_that_changes_online_does_no_harm_on_postgresql() {
    let (ty, both) = ("rewriting_type", "rewriting_type rewriting_type");
    table(&[
        ("alter_column users.points { type = BigInt, online = true }", ["", ty, ty, ""]),
        (
            "alter_column users.number { type = BigInt, nullable = false, online = true }",
            ["", ty, ty, ""],
        ),
        (
            "batch_alter users { alter_column points { type = BigInt, online = true } alter_column number { type = BigInt } }",
            [ty, both, both, ""],
        ),
    ]);
    let one = |up: &str| {
        Case::new(
            &[PG],
            &loud(),
            BASE,
            "transaction = true;",
            up,
            "downgrade = irreversible(\"a test\");",
        )
    };
    let cannot = one("alter_column users.number { type = BigInt, online = true }");
    assert_eq!(cannot.errors(), ["M503 up number"], "{}", cannot.said());
}

#[test]
fn nobody_waits_for_a_table_that_the_revision_makes() {
    let up = r#"create_table t { #[primary_key] id: BigInt, a: Nullable<Integer>, b: Varchar<10>, }
        batch_alter t {
            add_column c: Integer = sql("length('abc')");
            alter_column a { type = BigInt, nullable = false }
            create_index ix_t_a (a);
            create_unique uq_t_b (b);
            create_check ck_t_a "a > 0";
        }
        rename_table t => u;
        create_index ix_u on u (b, a);
        drop_index ix_u on u;"#;
    for target in [PG, MARIADB] {
        harms(target, up, &[]);
    }
}

#[test]
fn an_index_that_is_missing_or_one_too_many_is_told() {
    let (missing, both) = ("missing_key_index", "redundant_index short_primary_key");
    table(&[
        (
            "create_table t { #[primary_key] id: BigInt, #[references(users.id)] user_id: Integer, }",
            [missing, "", "", missing],
        ),
        (
            "create_table t { #[primary_key] id: BigInt, #[references(users.id)] user_id: Integer, index (user_id, id), }",
            ["", "", "", ""],
        ),
        (
            "create_table t { #[references(users.id)] a: Integer, #[references(users.id)] b: Integer, primary_key (a, b), index (b), }",
            ["", "", "", ""],
        ),
        (
            "create_table t { #[primary_key] id: Integer, a: Integer, index ix_a (a), index ix_a_id (a, id), }",
            [both, both, both, "redundant_index"],
        ),
    ]);
    harms(
        PG,
        "create_table t { #[primary_key] id: BigInt, #[references(users.id)] user_id: Nullable<Integer>, index (user_id) { where = \"user_id IS NOT NULL\" }, }",
        &[],
    );
    harms(
        PG,
        "create_table t { #[primary_key] id: BigInt, #[references(users.id)] user_id: Integer, a: Bool, index (user_id) { where = \"a\" }, }",
        &["missing_key_index up t"],
    );
    harms(
        PG,
        "create_index ix on users (email) { concurrently = true }",
        &["redundant_index up ix"],
    );
    harms(
        PG,
        "create_index ix on users (name, number) { concurrently = true, unique = true }",
        &[],
    );
    harms(PG, "create_index ix on users (name desc) { concurrently = true }", &[]);
    let base = format!("{BASE} create_index ix_number on users (number); create_index ix_workspace on users (workspace_id);");
    let case = |up: &str| {
        let head = "#![allow(blocking_index)]";
        Case::new(&[PG, Target::SQLITE], &loud(), &base, head, up, "downgrade = auto;")
    };
    let wider = case("create_index ix on users (number, name);");
    assert_eq!(wider.harms(), ["redundant_index up ix"], "{}", wider.said());
    assert!(wider.said().contains("drop_index ix_number on users;"), "{}", wider.said());
    let dropped = case("drop_index ix_workspace on users;");
    assert_eq!(dropped.harms(), ["dropped_key_index up ix_workspace"], "{}", dropped.said());
    let replaced = case("create_index ix on users (workspace_id, name); drop_index ix_workspace on users;");
    assert_eq!(replaced.harms(), [] as [&str; 0], "{}", replaced.said());
    assert_eq!(case("drop_index ix_number on users;").harms(), [] as [&str; 0]);
}

#[test]
fn a_lock_is_kept_until_the_commit() {
    let head = "#![allow(not_null_scan)]";
    let case = |target, up: &str| Case::new(&[target], &loud(), BASE, head, up, "downgrade = irreversible(\"a test\");");
    let two = "add_column users.a: Nullable<Integer>; add_column settings.a: Nullable<Integer>;";
    assert_eq!(case(PG, two).harms(), ["held_lock up a"]);
    assert_eq!(case(MARIADB, two).harms(), [] as [&str; 0]);
    let rows = "add_column users.a: Nullable<Integer>; update users { set = \"a = 1\" } alter_column users.a { nullable = false }";
    assert_eq!(case(PG, rows).harms(), ["held_lock up users"]);
    let one = "add_column users.a: Nullable<Integer>; add_column users.b: Nullable<Integer>;";
    assert_eq!(case(PG, one).harms(), [] as [&str; 0]);
    let new = "create_table t { #[primary_key] id: BigInt, } add_column users.b: Nullable<Integer>;";
    assert_eq!(case(PG, new).harms(), [] as [&str; 0]);
    let apart = "add_column users.a: Nullable<Integer>; create_index ix on users (a) { concurrently = true } add_column settings.a: Nullable<Integer>;";
    assert_eq!(case(PG, apart).harms(), [] as [&str; 0]);
}

#[test]
fn a_lint_is_allowed_with_a_reason_or_by_mina_toml() {
    let up = r#"#[allow(blocking_index, reason = "it has ten rows")] create_index ix on users (number);"#;
    harms(PG, up, &[]);
    let denied = Config::parse("[lints]\nblocking_index = \"deny\"\nmissing_key_index = \"allow\"").unwrap();
    let case = |config: &Config, up: &str| Case::new(&[PG], config, BASE, "", up, "downgrade = auto;");
    assert_eq!(
        case(&denied, "create_index ix on users (number);").errors(),
        ["blocking_index up ix"]
    );
    let key = "create_table t { #[primary_key] id: Integer, #[references(users.id)] user_id: Integer, }";
    assert_eq!(case(&denied, key).harms(), [] as [&str; 0]);
    assert_eq!(case(&Config::default(), key).harms(), [] as [&str; 0], "`mina lint` alone says it");
}
