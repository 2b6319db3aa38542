//! What the history says is what the database has: statements of the language, run on MariaDB and read back.
#![cfg(feature = "mysql")]

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::Error;
use mina_core::config::Config;
use mina_core::engine::{Product, Target};
use mina_core::history::Trace;
use mina_core::normal::{Facts, differences, facts, is_same_object};
use mina_core::operation::{Context, replay};
use mina_core::schema::Schema;
use mina_core::sql::mysql::{Mysql, SQL_MODE};
use mina_core::sql::unit::{Action, Unit, UnitKind};
use mina_core::sql::{Dialect, render};
use mina_core::syntax::Tokens;
use mina_core::syntax::parse::parse;
use mina_core::syntax::token::flatten_located;
use mina_runtime::mysql::introspect;

const MARIADB: Target = Target {
    product: Product::Mariadb,
    version: (10, 7),
};

#[derive(QueryableByName)]
struct Definition {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "Create Table")]
    sql: String,
}

/// A database of its own, dropped at the end.
struct Scene {
    conn: MysqlConnection,
    name: String,
    schema: Schema,
}

impl Scene {
    fn new(name: &str) -> Self {
        let url =
            std::env::var("MINA_TEST_MARIADB_URL").expect("MINA_TEST_MARIADB_URL is not set: start the servers with scripts/databases");
        let name = format!("mina_{name}_{}", std::process::id());
        let mut conn = MysqlConnection::establish(&url).unwrap();
        for sql in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"),
            format!("USE {name}"),
            format!("SET SESSION sql_mode = '{SQL_MODE}'"),
        ] {
            conn.batch_execute(&sql).unwrap();
        }
        Self {
            conn,
            name,
            schema: Schema::default(),
        }
    }

    /// Runs a body, and has the database compared with the fold before and after each of its units.
    fn run(&mut self, body: &str) {
        let (trace, tokens) = trace(self.schema.clone(), body);
        for unit in render(&trace, &tokens, None) {
            self.unit(&unit, body);
        }
        self.schema = trace.end;
        assert_eq!(self.difference(), "", "after {body}");
    }

    fn unit(&mut self, unit: &Unit, body: &str) {
        let change = unit.change.clone().unwrap_or_default();
        self.expect(&change.before(), &format!("before {}", said(unit)));
        let result = match unit.kind {
            UnitKind::Transaction => self.transaction(unit),
            _ => self.steps(unit),
        };
        result.unwrap_or_else(|error| panic!("{error} in {}\nof {body}", said(unit)));
        self.expect(&change.after(), &format!("after {}", said(unit)));
    }

    fn transaction(&mut self, unit: &Unit) -> Result<(), Error> {
        self.conn.batch_execute("BEGIN")?;
        self.steps(unit)?;
        self.conn.batch_execute("COMMIT")
    }

    fn steps(&mut self, unit: &Unit) -> Result<(), Error> {
        for step in &unit.steps {
            match &step.action {
                Action::Sql(sql) => {
                    diesel::sql_query(sql).execute(&mut self.conn)?;
                }
                Action::Count { sql, .. } => {
                    let rows: i64 = diesel::dsl::sql::<diesel::sql_types::BigInt>(sql).get_result(&mut self.conn)?;
                    assert_eq!(rows, 0, "{sql}");
                }
                Action::Expect { facts, .. } => self.expect(facts, &format!("as is expected around {}", said(unit))),
                other => panic!("{other:?} is not run here"),
            }
        }
        Ok(())
    }

    fn expect(&mut self, wanted: &Facts, when: &str) {
        if wanted.is_empty() {
            return;
        }
        let live = facts(&introspect(&mut self.conn).unwrap().schema);
        for (name, wanted) in wanted {
            let found = live.get(name).cloned().flatten();
            let same = match (wanted, &found) {
                (Some(wanted), Some(found)) => wanted == found || is_same_object(name, wanted, found, &Mysql),
                (wanted, found) => wanted == found,
            };
            assert!(same, "{name} should be\n{wanted:?}\nand is\n{found:?}\n{when}");
        }
    }

    fn difference(&mut self) -> String {
        let live = introspect(&mut self.conn).unwrap();
        let told = differences(&Mysql.normal(&self.schema), &live, &Mysql);
        let told: Vec<String> = told.iter().map(ToString::to_string).collect();
        told.join("\n")
    }

    fn raw(&mut self, sql: &str) {
        self.conn.batch_execute(sql).unwrap();
    }

    /// What the server itself says of the tables, in whatever order, what it counted aside.
    fn definitions(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        for table in self.schema.tables().values() {
            let query = format!("SHOW CREATE TABLE `{}`", table.name);
            let rows: Vec<Definition> = diesel::sql_query(query).load(&mut self.conn).unwrap();
            let own = rows
                .iter()
                .flat_map(|row| row.sql.lines())
                .map(|line| line.trim().trim_end_matches(','));
            lines.extend(own.filter(|line| !line.starts_with(") ENGINE")).map(str::to_owned));
        }
        lines.sort();
        lines
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.conn.batch_execute(&format!("DROP DATABASE {}", self.name));
    }
}

fn said(unit: &Unit) -> String {
    let sql = unit.steps.iter().filter_map(|step| match &step.action {
        Action::Sql(sql) => Some(sql.as_str()),
        _ => None,
    });
    sql.collect::<Vec<_>>().join("\n")
}

fn trace(start: Schema, body: &str) -> (Trace, Tokens) {
    let tokens = flatten_located(format!("revision = \"1\"; revises = base; upgrade {{ {body} }}").parse().unwrap());
    let parsed = parse(&tokens);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    let config = Config::default();
    let cx = Context {
        target: MARIADB,
        targets: &[MARIADB],
        config: &config,
        block: &parsed.block,
        tokens: &tokens,
        file: "",
        downgrade: false,
    };
    let trace = replay(start, &parsed.block.upgrade, &cx);
    assert!(trace.diagnostics.is_empty(), "{:#?}", trace.diagnostics);
    (trace, tokens)
}

const START: &str = r#"
    create_enum state ("open", "it's done");
    create_table workspaces { #[primary_key] id: Integer, name: Varchar<40>, #[unique(name = uq_code)] code: Nullable<Varchar<10>> }
    /// Who signs in
    create_table users {
        #[primary_key] id: Integer,
        /// As it was typed, it's \ so
        email: Varchar<120>,
        status: Nullable<Varchar<20>> = "active",
        #[references(workspaces.id, on_delete = cascade)] workspace_id: Nullable<Integer>,
        age: Nullable<Varchar<20>>,
        state: Enum<state> = "open",
        was: Nullable<Enum<state>>,
        seen: Timestamp = now(),
        unique uq_users_email (email),
        check ck_users_status "char_length(status) < 50",
        index ix_users_status (status, email desc),
    }
    bulk_insert workspaces (id, name, code) [(1, "it's \\ one", "a"), (2, "two\0", "b")];
    bulk_insert users (id, email, workspace_id, age, state) [(1, "a", 1, "12", "open"), (2, "b", 2, "13", "it's done")];
"#;

/// Changes and what takes them back.
const PAIRS: &[(&str, &str)] = &[
    ("add_column users.bio: Nullable<Text>;", "drop_column users.bio;"),
    (
        "add_column users.points: Integer = 3; alter_column users.points { default = none }",
        "drop_column users.points;",
    ),
    (
        r#"batch_alter users {
            add_column a: Bool = true; add_column b: Timestamp = now(); add_column c: Varchar<36> = uuid(); add_column d: Date = today();
            add_column e: Json = json(r"{}"); add_column f: Nullable<Text> = "x"; create_index ix_a (a, b desc); create_index ix_f (f);
        }"#,
        "batch_alter users { drop_index ix_a; drop_column a; drop_column b; drop_column c; drop_column d; drop_column e; drop_column f; }",
    ),
    (
        r#"batch_alter users {
            #[references(workspaces.id, on_delete = set_null)] add_column other_id: Nullable<Integer>;
            add_column plan: Varchar<9> = "free";
            #[allow(may_fail_on_rows)] create_check ck_plan "plan in ('free', 'paid')";
        }"#,
        "batch_alter users { drop_column other_id; drop_column plan; }",
    ),
    (
        "#[allow(lossy_downgrade)] drop_column users.was;",
        "add_column users.was: Nullable<Enum<state>>;",
    ),
    (
        "alter_column users.status { rename = name } alter_column users.name { default = \"new\" }",
        "alter_column users.name { rename = status, default = \"active\" }",
    ),
    (
        "alter_column users.email { comment = \"typed\" } comment_on users \"all of them\"; alter_column users.status { default = none }",
        "alter_column users.email { comment = \"As it was typed, it's \\\\ so\" } comment_on users \"Who signs in\"; alter_column users.status { default = \"active\" }",
    ),
    (
        "#[allow(may_fail_on_rows)] alter_column users.age { type = Integer, using = cast }",
        "alter_column users.age { type = Varchar<20>, using = cast }",
    ),
    (
        "#[allow(may_fail_on_rows)] alter_column users.status { type = Integer, nullable = false, default = 1, using = \"length(status)\" }",
        "#[allow(may_fail_on_rows)] alter_column users.status { type = Varchar<20>, nullable = true, default = \"active\", using = \"concat('n', status)\" }",
    ),
    (
        "alter_column users.email { nullable = true } #[allow(may_fail_on_rows)] alter_column users.email { type = Varchar<300> }",
        "#[allow(may_fail_on_rows)] alter_column users.email { type = Varchar<120>, nullable = false }",
    ),
    (
        "alter_enum state { add = \"late\" }",
        "#[allow(may_fail_on_rows)] alter_enum state { remove = \"late\" }",
    ),
    (
        "alter_enum state { add = \"first\", before = \"open\" }",
        "#[allow(may_fail_on_rows)] alter_enum state { remove = \"first\" }",
    ),
    (
        "create_table odd { #[unique] a: Enum<state>, #[references(odd.a)] b: Nullable<Enum<state>> } \
         alter_enum state { add = \"first\", before = \"open\" }",
        "#[allow(may_fail_on_rows)] alter_enum state { remove = \"first\" } drop_table odd;",
    ),
    (
        "alter_enum state { rename = \"open\", to = \"new\" }",
        "alter_enum state { rename = \"new\", to = \"open\" }",
    ),
    (
        "drop_constraint fk_users_workspace_id_workspaces on users;",
        "#[allow(may_fail_on_rows)] create_foreign_key fk_users_workspace_id_workspaces on users (workspace_id) references workspaces (id) { on_delete = cascade }",
    ),
    (
        "rename_constraint fk_users_workspace_id_workspaces => fk_w on users; rename_constraint ck_users_status => ck on users; \
         rename_constraint uq_users_email => uq on users; rename_index ix_users_status => ix on users;",
        "rename_constraint fk_w => fk_users_workspace_id_workspaces on users; rename_constraint ck => ck_users_status on users; \
         rename_constraint uq => uq_users_email on users; rename_index ix => ix_users_status on users;",
    ),
    (
        "drop_constraint uq_users_email on users; drop_constraint ck_users_status on users; drop_index ix_users_status on users;",
        "#[allow(may_fail_on_rows)] create_unique uq_users_email on users (email); \
         #[allow(may_fail_on_rows)] create_check ck_users_status on users \"char_length(status) < 50\"; \
         create_index ix_users_status on users (status, email desc);",
    ),
    ("rename_table users => people;", "rename_table people => users;"),
    (
        "add_column users.extra: Nullable<Json>; alter_column users.extra { rename = more } add_column users.extra: Nullable<Text>;",
        "drop_column users.extra; drop_column users.more;",
    ),
    (
        "create_table odd { a: Integer, #[check(\"`a b` >= 0\")] \"a b\": BigInt, \"x`y\": Json } create_unique uq_a on odd (a); \
         create_unique uq_b on odd (\"a b\");",
        "drop_constraint uq_b on odd; drop_constraint uq_a on odd; drop_table odd;",
    ),
    (
        "create_table long { #[primary_key] id: Integer, body: Nullable<Text>, unique uq_body (body), \
         n: Nullable<Integer>, index ix_n_body (n desc, body desc) { unique = true } } drop_index ix_n_body on long; \
         create_index ix_body on long (body desc) { unique = true } drop_index ix_body on long; \
         alter_column long.id { rename = number } add_column long.m: Nullable<Integer>;",
        "drop_column long.m; alter_column long.number { rename = id } drop_constraint uq_body on long; drop_table long;",
    ),
    (
        r##"create_table notes {
            #[primary_key(generated = false)] id: BigInt,
            a: Bool = true, b: TinyInt, c: SmallInt = -3, d: Unsigned<BigInt> = 7, e: Float = 1.5, f: Double = -2e3,
            g: Numeric<10, 2> = 1.50, h: Char<2> = "ab", i: Text = "it's \\ here", j: Binary = b"\x00\xff",
            k: Date = today(), l: Time = "10:00", m: Timestamp = "2024-01-01T10:00:00.5", n: Uuid = uuid(), o: Json = json(r#"{"a": [1]}"#),
            p: Enum<state> = "it's done", q: Nullable<Custom<"GEOMETRY">>, r: Varchar<36> = sql("concat('a', 'b')"),
            #[generated("c * 2", stored = true)] s: Integer, #[generated("concat(h, 'x')")] t: Varchar<9>,
            #[collate = "utf8mb4_bin"] u: Varchar<9>, v: Nullable<Custom<"MEDIUMINT UNSIGNED">>, w: Nullable<Custom<"DATETIME">> = now(),
            x: Nullable<Uuid> = "123E4567-e89b-12d3-a456-426614174000", y: Numeric<5, 0> = 2, z: Date = "2024-02-29",
            check ck_notes "length(h) > 0 and (c < 5 or not a) and i like 'it%' and c in (-3, 4) and d between 1 and 9",
            unique uq_notes (c, d), index ix_i (i, c desc), index ix_text (i) { using = fulltext },
            foreign_key fk_self (b) references notes (b) { on_delete = restrict, on_update = cascade },
            unique uq_b (b),
        } { engine = "InnoDB", charset = "utf8mb4", collate = "utf8mb4_unicode_ci", row_format = dynamic }"##,
        "drop_table notes;",
    ),
    (
        "create_table blobs { #[primary_key] id: Integer, a: Nullable<Binary>, b: Nullable<Varchar<300>>, index ix_a (a), index ix_b (b, a) } \
         alter_column blobs.a { type = Timestamp, using = cast } alter_column blobs.b { type = Text }",
        "#[allow(may_fail_on_rows)] alter_column blobs.b { type = Varchar<300>, using = cast } \
         alter_column blobs.a { type = Binary, using = cast } drop_table blobs;",
    ),
    (
        "create_table lists { a: Integer, b: Varchar<9> } create_primary_key pk_lists on lists (a, b);",
        "drop_constraint pk_lists on lists; drop_table lists;",
    ),
    (
        "create_table parts { #[primary_key] id: Integer, code: Varchar<9>, above: Nullable<Varchar<9>> } batch_alter parts { \
         create_unique uq_parts (code); create_foreign_key fk_parts (above) references parts (code); }",
        "batch_alter parts { drop_constraint fk_parts; drop_constraint uq_parts; } drop_table parts;",
    ),
    (
        "create_sequence numbers { start = 1000, increment = 5, min = 10, max = 5000, cache = 7, cycle = true } create_sequence plain;",
        "drop_sequence plain; drop_sequence numbers;",
    ),
    (
        r#"create_view active as "SELECT u.id, email AS mail, count(*) AS n, upper(w.name) FROM users u JOIN workspaces AS w ON w.id = u.workspace_id
            WHERE status = 'active' AND NOT (u.id > 100) AND EXISTS (SELECT 1 FROM workspaces) GROUP BY u.id ORDER BY u.id DESC LIMIT 10";"#,
        "drop_view active;",
    ),
    (
        r#"create_trigger touch on users "
            BEFORE UPDATE
            BEGIN
                -- as it was
                SET NEW.status = 'touched';
                SET NEW.age = 1;
            END
        ";
        create_function twice(n INT, m VARCHAR(10)) "RETURNS INT DETERMINISTIC NO SQL RETURN n * 2 /* twice */";"#,
        "drop_function twice(n INT, m VARCHAR(10)); drop_trigger touch on users;",
    ),
    (
        "alter_column workspaces.code { type = Varchar<30> }",
        "#[allow(may_fail_on_rows)] alter_column workspaces.code { type = Varchar<10> }",
    ),
    (
        r#"execute "ALTER TABLE users ADD COLUMN bio TEXT" { effect { add_column users.bio: Nullable<Text>; } undo = none }
           update users { set = "bio = 'it''s'", where = "id = 1" } delete users { where = "id > 100" }
           bulk_insert workspaces (id, name) [(7, "x"), (8, "y")]; bulk_delete workspaces by (id, name) [(7, "x"), (8, "y")];"#,
        "drop_column users.bio;",
    ),
];

#[test]
fn every_change_is_read_back_as_the_fold_says_and_taken_back() {
    for (at, (up, down)) in PAIRS.iter().enumerate() {
        let mut scene = Scene::new(&format!("pair_{at}"));
        scene.run(START);
        let before = scene.definitions();
        scene.run(up);
        scene.run(down);
        assert_eq!(before, scene.definitions(), "{up}\n{down}");
    }
}

/// Conditions in the words that people write, which the server prints in its own.
const CONDITIONS: &[&str] = &[
    "length(b) > 0",
    "char_length(b) > 0 and character_length(b) < 9",
    "lower(b) = b or upper(b) <> b",
    "substring(b, 1, 2) = 'ab' or substr(b, 2) = 'x' or mid(b, 1, 1) = 'y'",
    "a != 1",
    "a <> 1 and a is not null or b is null",
    "not (a > 1)",
    "not a",
    "not (not t)",
    "not (a > 1 and n > 2)",
    "not (a > 1 or t)",
    "not (b like 'x')",
    "not (a in (1, 2))",
    "not (a between 1 and 2)",
    "not (a is null)",
    "not json_valid(j)",
    "not coalesce(a, 0)",
    "a % 2 = 0 and mod(a, 3) = 1",
    "a between -1 and +1",
    "a not between 1 and 10",
    "a in (1, 2, 3) and b not in ('x', 'y')",
    "a in (1) and b not in ('x')",
    "b like 'x%' and b not like 'y\\_' and b like 'z' escape '|'",
    "b regexp '^x' and b not regexp 'y' and b rlike 'z'",
    "a div 2 = 1",
    "(a + 1) * 2 - 3 / n > 0",
    "a - (b - 1) > 0 and a * (b / n) > 0",
    "-a < 5 and ~a > 1",
    "cast(a as char) = '1' and convert(b, char) = 'x' and cast(b as unsigned) > 1 and cast(b as decimal(10, 2)) > 1",
    "coalesce(b, 'x') = 'x' and ifnull(b, 'x') = 'x' and nullif(a, 0) is null",
    "if(a > 1, 1, 0) = 1",
    "case when a > 1 then 'x' else 'y' end = 'x' and case a when 1 then 'x' end = 'x'",
    "a = true or a = false",
    "t",
    "t and (t or a > 1)",
    "t is true or t is not false",
    "json_valid(j) and json_extract(j, '$.a') = 1 and json_unquote(json_value(j, '$.b')) = 'x'",
    "d > '2024-01-01' and date(d) > '2024-01-01' and year(d) > 2000",
    "d + interval 1 day > d",
    "extract(year from d) > 1",
    "trim(b) <> '' and trim(leading ' ' from b) <> '' and left(b, 1) = 'x'",
    "b collate utf8mb4_bin = 'x'",
    "a & 1 = 1 or a | 1 = 1 or a << 1 > 1 or a ^ 2 > 1",
    "a > 1e3 and n > 1.50 and n >= 0.00 and a > 007",
    "b = 'it''s \\\\ x' and b = \"dq\" and b <> 'it\\'s'",
    "a <=> 1",
    "isnull(a)",
    "b = _utf8mb4'x'",
    "locate('x', b) > 0 and position('x' in b) > 0",
    "(a > 1) = (n > 1) and (a is null) <> (b is null)",
    "a is null or (a > 0 and a < 10)",
    "ceil(n) = floor(n) and ceiling(n) = round(n, 2) and power(a, 2) > 1",
    "length(b) > 0 or (a is not null and n > 0)",
    "b > 'x' and b < 'z' and (b = 'y' or b = 'yy')",
    "ex.a > 0 and `ex`.`b` <> ''",
];

#[test]
fn a_condition_is_the_same_whatever_the_server_prints_for_it() {
    let mut scene = Scene::new("conditions");
    let checks: Vec<String> = CONDITIONS
        .iter()
        .enumerate()
        .map(|(at, condition)| format!("check ck_{at} {condition:?},"))
        .collect();
    scene.run(&format!(
        "create_table ex {{ a: Nullable<Integer>, b: Nullable<Varchar<20>>, n: Nullable<Numeric<10, 2>>, t: Nullable<Bool>, \
         j: Nullable<Json>, d: Nullable<Timestamp>, {} }}",
        checks.join(" ")
    ));
}

/// Queries likewise.
const QUERIES: &[&str] = &[
    "SELECT id, email FROM p WHERE status = 'active'",
    "SELECT p.id, w.name AS workspace FROM p JOIN w ON w.id = p.ws WHERE p.status IS NOT NULL ORDER BY p.email DESC",
    "SELECT p.id, name FROM p LEFT JOIN w ON w.id = ws",
    "SELECT u.id AS uid, count(*) AS n FROM p u INNER JOIN w x ON u.ws = x.id GROUP BY u.id HAVING count(*) > 1",
    "SELECT count(*) FROM p",
    "SELECT status, max(id) FROM p GROUP BY status",
    "SELECT id FROM p WHERE ws IN (SELECT id FROM w WHERE name = 'x') AND NOT (id > 3)",
    "SELECT id FROM p WHERE EXISTS (SELECT 1 FROM w WHERE w.id = p.ws)",
    "SELECT id FROM p UNION ALL SELECT id FROM w",
    "SELECT DISTINCT status FROM p LIMIT 10",
    "SELECT id, upper(email) AS e, CASE WHEN status = 'a' THEN 1 ELSE 0 END AS act FROM p",
    "SELECT t.id FROM (SELECT id FROM p) AS t",
    "WITH x AS (SELECT id FROM p) SELECT id FROM x",
    "SELECT p.id, w.name FROM p, w WHERE w.id = p.ws",
    "SELECT concat(email, ' ', status) AS s FROM p WHERE created > now() - interval 1 day",
];

#[test]
fn a_view_is_the_same_whatever_the_server_prints_for_it() {
    let mut scene = Scene::new("queries");
    let views: Vec<String> = QUERIES
        .iter()
        .enumerate()
        .map(|(at, query)| format!("create_view v{at} as {query:?};"))
        .collect();
    scene.run(&format!(
        "create_table w {{ #[primary_key] id: Integer, name: Varchar<9> }} create_table p {{ #[primary_key] id: Integer, \
         email: Varchar<50>, status: Nullable<Varchar<9>>, ws: Nullable<Integer>, created: Timestamp = now() }} {}",
        views.join(" ")
    ));
    scene.raw("CREATE OR REPLACE VIEW v0 AS SELECT id, email FROM p WHERE status = 'gone'");
    assert!(scene.difference().starts_with("view `v0` differs"), "{}", scene.difference());
}

#[test]
fn what_somebody_made_by_hand_is_told() {
    let mut scene = Scene::new("hand");
    scene.run(START);
    scene.raw(
        "ALTER TABLE users MODIFY status VARCHAR(30) NULL DEFAULT 'active', ADD hot INT DEFAULT 5 CHECK (hot > 0), \
         ADD touched DATETIME DEFAULT NOW() ON UPDATE NOW(), ADD KEY ix_part (email(5)), DROP KEY uq_users_email, ADD UNIQUE KEY uq_mail (email), \
         COMMENT = 'changed'",
    );
    scene.raw("CREATE PROCEDURE look() SELECT 1");
    insta::assert_snapshot!(scene.difference(), @r#"
    column `users.status` differs
        history:  add_column users.status: Nullable<Varchar<20>> = "active";
        database: add_column users.status: Nullable<Varchar<30>> = "active";
    column `users.hot` is in the database alone
        add_column users.hot: Nullable<Custom<"INT CHECK(`hot` > 0)">> = "5";
    column `users.touched` is in the database alone
        add_column users.touched: Nullable<Custom<"DATETIME ON UPDATE CURRENT_TIMESTAMP()">> = now();
    unique constraint `uq_users_email` of `users` is called `uq_mail` in the database
    comment on table `users` differs
        history:  "Who signs in"
        database: "changed"
    no history can say this of procedure `look`: SELECT 1
    no history can say this of table `users`: KEY ix_part (email(5))
    "#);
}

#[test]
fn a_column_that_somebody_changed_is_not_said_anew() {
    let mut scene = Scene::new("untouched");
    scene.run(START);
    scene.raw("ALTER TABLE users MODIFY email VARCHAR(120) NOT NULL COMMENT 'by hand'");
    let (trace, tokens) = trace(scene.schema.clone(), "alter_column users.email { nullable = true }");
    let units = render(&trace, &tokens, None);
    let [Action::Expect { facts: wanted, .. }, Action::Sql(_)] = [&units[0].steps[0].action, &units[0].steps[1].action] else {
        panic!("{units:#?}");
    };
    let live = facts(&introspect(&mut scene.conn).unwrap().schema);
    let different: Vec<&String> = wanted
        .iter()
        .filter(|(name, said)| live.get(*name) != Some(said))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(different, ["column `users.email`"]);
}

#[test]
fn every_plan_is_one_that_the_server_takes() {
    let mut scene = Scene::new("plans");
    let start = "create_table t { #[primary_key] id: Integer, a: Integer = 1, b: Nullable<Varchar<20>>, c: Nullable<Text>, \
         e: Nullable<Varchar<9>> = \"x\", f: Timestamp = now(), index ix_b (b), unique uq_a (a, b) } \
         bulk_insert t (id, a, b) [(1, 1, \"x\"), (2, 2, \"y\")];";
    let single = [
        "add_column x{}: Nullable<Integer>;",
        "add_column y{}: Varchar<9> = \"y\";",
        "alter_column b { default = \"{}\" }",
        "alter_column e { rename = e{} }",
        "alter_column f { comment = \"{}\" }",
        "create_index ix_{} (f);",
        "create_index ix_c{} (c, a desc);",
        "rename_index ix_b => ix_b{};",
        "#[allow(may_fail_on_rows)] create_unique uq_{} (id, f);",
        "alter_column a { default = none }",
        "alter_column c { nullable = true, comment = \"{}\" }",
        "drop_constraint uq_a;",
        "drop_column c;",
    ];
    for one in 0..single.len() {
        for other in one..single.len() {
            if clashes(one, other) {
                continue;
            }
            let pair = [single[one].replace("{}", "1"), single[other].replace("{}", "2")];
            let changes = if one == other { pair[0].clone() } else { pair.concat() };
            scene.run(start);
            scene.run(&format!("batch_alter t {{ {changes} }}"));
            scene.run("drop_table t;");
        }
    }
}

/// The same thing twice: under one name, or of what is gone.
fn clashes(one: usize, other: usize) -> bool {
    let about = |at: usize| match at {
        3 => "e",
        7 => "ix_b",
        6 | 10 | 12 => "c",
        _ => "",
    };
    one != other && !about(one).is_empty() && about(one) == about(other)
}
