//! A pass over a table of SQLite: nothing that is there is lost, known or not.
#![cfg(feature = "sqlite")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use mina_core::sql::sqlite::model::{Column, Constraint, Index, Rule};
use mina_core::sql::sqlite::{Edit, EditKind, TableChange};
use mina_runtime::sqlite::{BatchError, Means, apply, apply_as, dump};

const OLD: Means = Means {
    version: 3_040_000,
    schema_edits: true,
};
/// Nothing but rebuilds where a statement does not do.
const REBUILD: Means = Means {
    schema_edits: false,
    ..OLD
};

fn open(sql: &str) -> SqliteConnection {
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    conn.batch_execute(sql).unwrap();
    conn
}

fn column(name: &str, ty: &str, nullable: bool) -> Column {
    Column {
        name: name.into(),
        ty: ty.into(),
        nullable,
        ..Column::default()
    }
}

fn change(table: &str, edits: Vec<EditKind>) -> TableChange {
    TableChange {
        table: table.into(),
        edits: edits.into_iter().map(|kind| Edit { line: 7, kind }).collect(),
    }
}

fn retype(name: &str, from: &str, to: &str, using: Option<&str>) -> EditKind {
    EditKind::AlterColumn {
        before: column(name, from, true),
        after: column(name, to, true),
        using: using.map(str::to_owned),
    }
}

fn check(name: &str, expression: &str) -> Constraint {
    Constraint {
        name: name.into(),
        rule: Rule::Check {
            expression: expression.into(),
        },
    }
}

fn texts(conn: &mut SqliteConnection, sql: &str) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    let rows: Vec<Row> = sql_query(format!("SELECT CAST(value AS TEXT) AS value FROM ({sql})"))
        .load(conn)
        .unwrap();
    rows.into_iter().map(|row| row.value).collect()
}

/// A parent with cascading children, and all that can stand on and around it.
const WORLD: &str = "
    PRAGMA foreign_keys = ON;
    CREATE TABLE users (
        id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key
        name VARCHAR(40) NOT NULL COLLATE NOCASE,
        age TEXT,
        manager INTEGER REFERENCES users (id) ON DELETE SET NULL,
        hot TEXT DEFAULT 'fix' /* by hand */,
        shout TEXT GENERATED ALWAYS AS (upper(name)) STORED,
        CONSTRAINT uq_users_name UNIQUE (name),
        CONSTRAINT ck_hot CHECK (hot <> 'no')
    );
    CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, title TEXT);
    CREATE TABLE log (line TEXT);
    CREATE UNIQUE INDEX ix_hot ON users (hot DESC, lower(name)) WHERE hot IS NOT NULL;
    CREATE VIEW adults AS SELECT id, name FROM users WHERE CAST(age AS INTEGER) >= 18;
    CREATE VIEW named_adults AS SELECT name FROM adults;
    CREATE TRIGGER users_log AFTER UPDATE OF hot ON users BEGIN INSERT INTO log VALUES (new.name); END;
    CREATE TRIGGER posts_touch AFTER INSERT ON posts BEGIN UPDATE users SET hot = hot || '!' WHERE id = new.user_id; END;
    CREATE TRIGGER adults_insert INSTEAD OF INSERT ON adults BEGIN INSERT INTO users (name) VALUES (new.name); END;
    CREATE TEMP VIEW mine AS SELECT name FROM users;
    CREATE TEMP TRIGGER watch AFTER DELETE ON users BEGIN INSERT INTO log VALUES ('gone ' || old.name); END;
    INSERT INTO users (id, name, age, manager) VALUES (3, 'Ada', '36', NULL), (7, 'Bob', '007', 3), (99, 'Eve', '1', 3);
    DELETE FROM users WHERE id = 99;
    INSERT INTO posts VALUES (1, 3, 'a'), (2, 7, 'b'), (3, 7, 'c');
    DELETE FROM log;
    ANALYZE;
";

fn temporary(conn: &mut SqliteConnection) -> Vec<String> {
    texts(conn, "SELECT name || ' ' || sql AS value FROM temp.sqlite_schema ORDER BY name")
}

fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

/// As the runner does it around a unit with foreign keys off.
fn keys_off(conn: &mut SqliteConnection, change: &TableChange, means: Means) -> Result<bool, BatchError> {
    conn.batch_execute("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").unwrap();
    let done = apply_as(conn, change, means);
    conn.batch_execute(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).unwrap();
    conn.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    done.map(|done| done.rebuilt).map_err(|failure| failure.error)
}

#[test]
fn a_rebuild_of_a_parent_keeps_every_row_and_every_object_known_or_not() {
    let mut conn = open(WORLD);
    let before = dump(&mut conn, true).unwrap();
    let temp = temporary(&mut conn);
    let analysed = "SELECT group_concat(idx || stat) AS value FROM (SELECT * FROM sqlite_stat1 WHERE tbl = 'users' ORDER BY idx)";
    let statistics = texts(&mut conn, analysed);

    let rebuilt = keys_off(
        &mut conn,
        &change("users", vec![retype("age", "TEXT", "INTEGER", Some("CAST(\"age\" AS INTEGER)"))]),
        OLD,
    );

    assert_eq!(rebuilt, Ok(true));
    let expected = before
        .replace("age text", "age integer")
        .replace("age='36'", "age=36")
        .replace("age='007'", "age=7");
    assert_eq!(sorted(&dump(&mut conn, true).unwrap()), sorted(&expected));
    assert_eq!(temporary(&mut conn), temp);
    assert_eq!(
        texts(&mut conn, "SELECT seq AS value FROM sqlite_sequence WHERE name = 'users'"),
        ["99"]
    );
    assert_eq!(texts(&mut conn, analysed), statistics);
    conn.batch_execute("UPDATE users SET hot = 'x' WHERE id = 3; INSERT INTO adults (name) VALUES ('Zoe'); DELETE FROM users WHERE id = 7")
        .unwrap();
    assert_eq!(texts(&mut conn, "SELECT line AS value FROM log"), ["Ada", "gone Bob"]);
    assert_eq!(texts(&mut conn, "SELECT id AS value FROM posts"), ["1"]);
    assert_eq!(texts(&mut conn, "SELECT id AS value FROM users WHERE name = 'zoe'"), ["100"]);
    let own = texts(&mut conn, "SELECT sql AS value FROM sqlite_schema WHERE name = 'users'");
    assert!(own[0].contains("-- the key") && own[0].contains("/* by hand */"), "{}", own[0]);
}

#[test]
fn with_keys_on_a_rebuild_of_a_parent_is_refused_and_changes_nothing() {
    let mut conn = open(WORLD);
    let before = dump(&mut conn, true).unwrap();
    let failure = apply_as(&mut conn, &change("users", vec![retype("age", "TEXT", "INTEGER", None)]), OLD).unwrap_err();
    insta::assert_snapshot!(failure, @"`users` has to be rebuilt, but foreign keys are on and the foreign key on `users.manager` refers to it");
    assert_eq!(failure.line, 7);
    assert_eq!(dump(&mut conn, true).unwrap(), before);
}

#[test]
fn what_needs_a_dropped_column_is_named() {
    for (prepare, words) in [
        ("CREATE INDEX ix_unknown ON users (age)", "index `ix_unknown`"),
        (
            "CREATE TRIGGER unknown AFTER UPDATE OF age ON users BEGIN SELECT 1; END",
            "trigger `unknown`",
        ),
        ("CREATE VIEW ages AS SELECT age FROM users", "view ages"),
        ("CREATE VIEW ages AS SELECT \"age\" FROM users", "view ages"),
        ("CREATE TEMP VIEW ages AS SELECT \"age\" FROM users", "view ages"),
        (
            "CREATE TRIGGER other AFTER INSERT ON posts BEGIN UPDATE users SET age = 1; END",
            "trigger other",
        ),
    ] {
        let mut conn = open(WORLD);
        conn.batch_execute("DROP VIEW named_adults; DROP VIEW adults").unwrap();
        conn.batch_execute(prepare).unwrap();
        let before = dump(&mut conn, true).unwrap();
        let edits = vec![
            EditKind::DropColumn {
                name: "age".into(),
                constraints: vec![],
            },
            retype("hot", "TEXT", "VARCHAR(9)", None),
        ];
        for edits in [edits[..1].to_vec(), edits] {
            let error = keys_off(&mut conn, &change("users", edits), OLD).expect_err(prepare).to_string();
            assert!(error.contains(words), "{prepare}: {error}");
            assert_eq!(dump(&mut conn, true).unwrap(), before, "{prepare}");
        }
    }
}

#[test]
fn rows_without_a_key_column_keep_their_rowid() {
    let mut conn =
        open("CREATE TABLE t (a TEXT, rowid TEXT); INSERT INTO t VALUES ('x', 'r'), ('y', 's'), ('z', 't'); DELETE FROM t WHERE a = 'y'");
    apply(&mut conn, &change("t", vec![retype("a", "TEXT", "VARCHAR(3)", None)])).unwrap();
    assert_eq!(texts(&mut conn, "SELECT _rowid_ || a || rowid AS value FROM t"), ["1xr", "3zt"]);
}

#[test]
fn strict_and_without_rowid_tables_stay_what_they_are() {
    let mut conn = open(
        "CREATE TABLE t (a TEXT COLLATE NOCASE, b INTEGER, PRIMARY KEY (a DESC, b)) STRICT, WITHOUT ROWID; INSERT INTO t VALUES ('x', 1)",
    );
    let error = apply(&mut conn, &change("t", vec![retype("a", "TEXT", "INTEGER", None)])).unwrap_err();
    insta::assert_snapshot!(error, @r#"cannot store TEXT value in INTEGER column t.a, in `INSERT INTO main."_mina_new_t" ("a", "b") SELECT "a", "b" FROM main."t"`"#);
    apply(
        &mut conn,
        &change(
            "t",
            vec![EditKind::AlterColumn {
                before: column("b", "INTEGER", true),
                after: Column {
                    default: Some("5".into()),
                    ..column("b", "INTEGER", true)
                },
                using: None,
            }],
        ),
    )
    .unwrap();
    insta::assert_snapshot!(dump(&mut conn, true).unwrap(), @r"
    create table t ( a text collate nocase , b integer default 5 , primary key ( a desc , b ) ) strict , without rowid
    t:
      a='x' b=1
    ");
}

#[test]
fn the_cheapest_way_that_the_library_has_is_taken() {
    let sql = "CREATE TABLE t (a TEXT, b TEXT, CONSTRAINT ck_a CHECK (a <> ''))";
    let edits = || {
        vec![
            EditKind::RenameColumn {
                from: "b".into(),
                to: "c".into(),
            },
            EditKind::AlterColumn {
                before: column("c", "TEXT", true),
                after: column("c", "TEXT", false),
                using: None,
            },
            EditKind::DropConstraint(check("ck_a", "\"a\" <> ''")),
            EditKind::AddColumn {
                column: column("d", "INTEGER", true),
                constraints: vec![check("ck_d", "d > 0")],
            },
            EditKind::CreateIndex(Index {
                name: "ix".into(),
                sql: "CREATE INDEX \"ix\" ON \"t\" (\"c\")".into(),
            }),
        ]
    };
    let (mut new, mut old, mut oldest) = (open(sql), open(sql), open(sql));
    let native = apply(&mut new, &change("t", edits())).unwrap();
    let edited = apply_as(&mut old, &change("t", edits()), OLD).unwrap();
    insta::assert_snapshot!(edited.statements.join("\n"), @r#"
    ALTER TABLE "t" RENAME COLUMN "b" TO "c"
    PRAGMA writable_schema = ON
    UPDATE main.sqlite_schema SET sql = 'CREATE TABLE "t" (a TEXT,
        "c" TEXT NOT NULL
    )' WHERE type = 'table' AND name = 't'
    PRAGMA schema_version = 3
    PRAGMA writable_schema = RESET
    ALTER TABLE "t" ADD COLUMN "d" INTEGER CONSTRAINT "ck_d" CHECK (d > 0)
    CREATE INDEX "ix" ON "t" ("c")
    "#);
    match Means::of(&mut new).unwrap().version {
        3_053_000.. => insta::assert_snapshot!(native.statements.join("\n"), @r#"
            ALTER TABLE "t" RENAME COLUMN "b" TO "c"
            ALTER TABLE "t" ALTER COLUMN "c" SET NOT NULL
            ALTER TABLE "t" DROP CONSTRAINT "ck_a"
            ALTER TABLE "t" ADD COLUMN "d" INTEGER CONSTRAINT "ck_d" CHECK (d > 0)
            CREATE INDEX "ix" ON "t" ("c")
            "#),
        _ => assert_eq!(native.statements, edited.statements),
    }
    let rebuilt = apply_as(&mut oldest, &change("t", edits()), REBUILD).unwrap();
    insta::assert_snapshot!(rebuilt.statements.join("\n"), @r#"
    ALTER TABLE "t" RENAME COLUMN "b" TO "c"
    CREATE TABLE main."_mina_new_t" (a TEXT,
        "c" TEXT NOT NULL,
        "d" INTEGER CONSTRAINT "ck_d" CHECK (d > 0)
    )
    INSERT INTO main."_mina_new_t" (rowid, "a", "c") SELECT rowid, "a", "c" FROM main."t"
    PRAGMA legacy_alter_table = ON
    DROP TABLE main."t"
    ALTER TABLE main."_mina_new_t" RENAME TO "t"
    PRAGMA legacy_alter_table = OFF
    CREATE INDEX "ix" ON "t" ("c")
    "#);
    assert_eq!([native, edited, rebuilt].map(|done| done.rebuilt), [false, false, true]);
    for conn in [&mut new, &mut old, &mut oldest] {
        assert!(conn.batch_execute("INSERT INTO t (c) VALUES (NULL)").is_err());
        assert!(conn.batch_execute("INSERT INTO t (c, d) VALUES ('y', 0)").is_err());
        conn.batch_execute("INSERT INTO t (a, c, d) VALUES ('', 'y', 1)").unwrap();
    }
}

#[test]
fn a_check_that_is_unknown_for_rows_that_are_there_is_added() {
    let mut conn = open("CREATE TABLE t (a TEXT); INSERT INTO t VALUES (NULL), ('x')");
    let add = |rule| change("t", vec![EditKind::AddConstraint(check("ck_a", rule))]);
    apply(&mut conn, &add("a IN ('x', 'y')")).unwrap();
    conn.batch_execute("INSERT INTO t VALUES (NULL)").unwrap();
    conn.batch_execute("INSERT INTO t VALUES ('z')").unwrap_err();
}

#[test]
fn a_difference_that_matters_is_refused_with_both_versions() {
    let mut conn = open("CREATE TABLE t (a INTEGER DEFAULT 3, b TEXT, CONSTRAINT ck CHECK (b <> 'x'))");
    let mut refused = |edit| apply(&mut conn, &change("t", vec![edit])).unwrap_err().to_string();
    insta::assert_snapshot!(refused(retype("a", "TEXT", "REAL", None)), @"the type of column `a` of `t` is `INTEGER` in the database, but `TEXT` in the history");
    insta::assert_snapshot!(refused(EditKind::AlterColumn {
        before: Column { default: Some("1".into()), ..column("a", "INTEGER", true) },
        after: column("a", "INTEGER", true),
        using: None,
    }), @"the default of column `a` of `t` is `3` in the database, but `1` in the history");
    insta::assert_snapshot!(refused(EditKind::DropConstraint(check("ck", "b <> 'y'"))), @r#"constraint `ck` of `t` is `CONSTRAINT ck CHECK (b <> 'x')` in the database, but `CONSTRAINT "ck" CHECK (b <> 'y')` in the history"#);
    insta::assert_snapshot!(refused(EditKind::DropConstraint(check("ck_b", "b <> 'z'"))), @r#"constraint `ck_b` (CONSTRAINT "ck_b" CHECK (b <> 'z')) of `t` is not in the database"#);
    insta::assert_snapshot!(refused(EditKind::AddColumn { column: column("b", "TEXT", true), constraints: vec![] }), @r#"column `b` of `t` is in the database already: `b TEXT`; the history makes `"b" TEXT`"#);
    insta::assert_snapshot!(refused(EditKind::DropColumn { name: "c".into(), constraints: vec![] }), @"column `c` of `t` is not in the database");
    insta::assert_snapshot!(refused(EditKind::AddConstraint(check("ck", "b <> 'y'"))), @r#"constraint `ck` of `t` is in the database already: `CONSTRAINT ck CHECK (b <> 'x')`; the history makes `CONSTRAINT "ck" CHECK (b <> 'y')`"#);
}

#[test]
fn constraints_of_other_tools_are_found_by_what_they_demand() {
    let mut conn = open(
        "CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (id INTEGER PRIMARY KEY, p_id INTEGER REFERENCES p (id) ON DELETE CASCADE, e TEXT, f TEXT UNIQUE, CHECK (\"e\" <> 'x'));
         CREATE UNIQUE INDEX t_e ON t (e)",
    );
    let key = Constraint {
        name: "fk_t_p_id_p".into(),
        rule: Rule::ForeignKey {
            columns: vec!["p_id".into()],
            table: "p".into(),
            referred: vec!["id".into()],
            actions: " ON DELETE CASCADE".into(),
        },
    };
    let unique = |column: &str| Constraint {
        name: format!("uq_t_{column}"),
        rule: Rule::Unique {
            columns: vec![column.into()],
        },
    };
    let edits = [key, unique("e"), unique("f"), check("ck_t_e", "(e <> 'x')")];
    keys_off(&mut conn, &change("t", edits.map(EditKind::DropConstraint).to_vec()), OLD).unwrap();
    insta::assert_snapshot!(dump(&mut conn, false).unwrap(), @r"
    create table p ( id integer primary key )
    create table t ( id integer primary key , p_id integer , e text , f text )
    ");
}

#[test]
fn keys_that_a_pass_would_break_are_found_before_commit_and_old_breaches_are_not_held_against_it() {
    let mut conn = open(
        "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INTEGER REFERENCES p (id), b INTEGER);
         INSERT INTO t VALUES (1, 2)",
    );
    let key = EditKind::AddConstraint(Constraint {
        name: "fk".into(),
        rule: Rule::ForeignKey {
            columns: vec!["b".into()],
            table: "p".into(),
            referred: vec!["id".into()],
            actions: String::new(),
        },
    });
    for means in [OLD, REBUILD] {
        let retyped = keys_off(&mut conn, &change("t", vec![retype("b", "INTEGER", "BIGINT", None)]), means);
        assert_eq!(retyped, Ok(!means.schema_edits));
        let error = keys_off(&mut conn, &change("t", vec![key.clone()]), means).unwrap_err();
        insta::allow_duplicates! {
            insta::assert_snapshot!(error, @"rows break foreign keys: 1 of `t` refer to rows of `p` that are not there");
        }
        assert_eq!(texts(&mut conn, "SELECT a || b AS value FROM t"), ["12"]);
    }
}

#[test]
fn a_failing_row_is_told_under_the_name_of_the_table() {
    let mut conn = open("CREATE TABLE t (a TEXT); INSERT INTO t VALUES (NULL)");
    let edit = EditKind::AlterColumn {
        before: column("a", "TEXT", true),
        after: column("a", "TEXT", false),
        using: None,
    };
    let change = change("t", vec![edit]);
    let error = apply_as(&mut conn, &change, OLD).unwrap_err();
    insta::assert_snapshot!(error, @"1 rows of `t` have no `a`");
    let error = apply_as(&mut conn, &change, REBUILD).unwrap_err();
    insta::assert_snapshot!(error, @r#"NOT NULL constraint failed: t.a, in `INSERT INTO main."_mina_new_t" (rowid, "a") SELECT rowid, "a" FROM main."t"`"#);
    assert_eq!(texts(&mut conn, "SELECT count(*) AS value FROM t"), ["1"]);
}

#[test]
fn a_column_that_is_added_can_be_changed_and_computed_with_in_the_same_pass() {
    let mut conn = open("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('5')");
    let added = Column {
        default: Some("CURRENT_DATE".into()),
        ..column("b", "TEXT", false)
    };
    let edits = vec![
        EditKind::AddColumn {
            column: added.clone(),
            constraints: vec![],
        },
        EditKind::AlterColumn {
            before: added,
            after: column("b", "TEXT", false),
            using: None,
        },
        retype("a", "TEXT", "INTEGER", Some("a || length(b)")),
        EditKind::RenameColumn {
            from: "a".into(),
            to: "n".into(),
        },
    ];
    apply(&mut conn, &change("t", edits)).unwrap();
    assert_eq!(
        texts(&mut conn, "SELECT typeof(n) || n || length(b) AS value FROM t"),
        ["integer51010"]
    );
    assert!(conn.batch_execute("INSERT INTO t (n) VALUES (1)").is_err());
}

#[test]
fn constraints_are_renamed_where_they_stand_and_no_row_is_touched() {
    let mut conn = open(WORLD);
    let named = |name: &str| Constraint {
        name: name.into(),
        rule: Rule::Unique {
            columns: vec!["name".into()],
        },
    };
    let key = |name: &str| Constraint {
        name: name.into(),
        rule: Rule::PrimaryKey {
            columns: vec!["id".into()],
            autoincrement: true,
        },
    };
    let before = dump(&mut conn, true).unwrap();
    let edits = vec![
        EditKind::DropConstraint(named("uq_users_name")),
        EditKind::DropConstraint(key("pk_users")),
        EditKind::AddConstraint(key("pk_people")),
        EditKind::AddConstraint(named("uq_people_name")),
    ];
    assert!(!apply_as(&mut conn, &change("users", edits), OLD).unwrap().rebuilt);
    let expected = before
        .replace("constraint uq_users_name", "constraint uq_people_name")
        .replace("primary key autoincrement", "constraint pk_people primary key autoincrement");
    assert_eq!(dump(&mut conn, true).unwrap(), expected);
    conn.batch_execute("INSERT INTO users (name) VALUES ('New')").unwrap();
    assert_eq!(texts(&mut conn, "SELECT max(id) AS value FROM users"), ["100"]);
    assert!(conn.batch_execute("INSERT INTO users (name) VALUES ('new')").is_err());
    assert_eq!(
        texts(&mut conn, "SELECT integrity_check AS value FROM pragma_integrity_check"),
        ["ok"]
    );
}

#[test]
fn a_check_that_is_unknown_on_a_row_lets_it_pass() {
    let status = EditKind::AddConstraint(check("ck_status", "status IN ('a', 'b')"));
    let mut conn = open(
        "PRAGMA foreign_keys = OFF; CREATE TABLE t (id INTEGER PRIMARY KEY, status TEXT); INSERT INTO t (status) VALUES (NULL), ('a')",
    );
    apply(&mut conn, &change("t", vec![status.clone()])).unwrap();
    assert_eq!(texts(&mut conn, "SELECT id || ifnull(status, '-') AS value FROM t"), ["1-", "2a"]);
    let refused = "INSERT INTO t (status) VALUES ('c')";
    assert!(conn.batch_execute(refused).unwrap_err().to_string().contains("ck_status"));

    let mut conn =
        open("PRAGMA foreign_keys = OFF; CREATE TABLE t (id INTEGER PRIMARY KEY, status TEXT); INSERT INTO t (status) VALUES ('c')");
    let error = apply(&mut conn, &change("t", vec![status])).unwrap_err();
    assert!(error.to_string().contains("1 rows of `t` break `ck_status`"), "{error}");
}
