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
                    let rows: i64 = diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("SELECT CAST(({sql}) AS SIGNED)"))
                        .get_result(&mut self.conn)?;
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
        "create_table lists { a: Integer, b: Varchar<9> } create_primary_key pk_lists on lists (a, b);",
        "drop_constraint pk_lists on lists; drop_table lists;",
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
