//! Edits of the stored schema: no row is written, what rows have to show is looked at, and where an edit would change what
//! a stored byte means, or is refused, the table is rebuilt.
#![cfg(feature = "sqlite")]

use diesel::connection::SimpleConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use mina_core::sql::sqlite::model::{Column, Constraint, Index, Rule};
use mina_core::sql::sqlite::{Edit, EditKind, TableChange};
use mina_runtime::sqlite::{Done, Failure, Means, apply_as, dump};

/// Without the native statements of newer libraries.
const EDITS: Means = Means {
    version: 3_040_000,
    schema_edits: true,
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

fn alter(before: Column, after: Column) -> EditKind {
    EditKind::AlterColumn {
        before,
        after,
        using: None,
    }
}

fn retype(name: &str, from: &str, to: &str) -> EditKind {
    alter(column(name, from, true), column(name, to, true))
}

fn key(name: &str, own: &str, table: &str, actions: &str) -> Constraint {
    Constraint {
        name: name.into(),
        rule: Rule::ForeignKey {
            columns: vec![own.into()],
            table: table.into(),
            referred: vec!["id".into()],
            actions: actions.into(),
        },
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

fn pass(conn: &mut SqliteConnection, edits: Vec<EditKind>) -> Result<Done, Failure> {
    let edits = edits.into_iter().enumerate().map(|(at, kind)| Edit { line: at as u32 + 1, kind });
    let change = TableChange {
        table: "t".into(),
        edits: edits.collect(),
    };
    apply_as(conn, &change, EDITS)
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

#[test]
fn five_changes_at_once_write_one_row_of_the_schema() {
    let mut conn = open(
        "PRAGMA foreign_keys = ON; CREATE TABLE p (id INTEGER PRIMARY KEY); INSERT INTO p VALUES (1);
         CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(20) /* short */, b TEXT NOT NULL, c TEXT, p_id INTEGER, UNIQUE (a));
         CREATE TABLE child (t_id INTEGER REFERENCES t (id) ON DELETE CASCADE);
         INSERT INTO t VALUES (1, 'x', 'y', 'z', 1); INSERT INTO child VALUES (1)",
    );
    let edits = vec![
        EditKind::RenameColumn {
            from: "a".into(),
            to: "name".into(),
        },
        retype("name", "VARCHAR(20)", "VARCHAR(200)"),
        alter(column("b", "TEXT", false), column("b", "TEXT", true)),
        alter(column("c", "TEXT", true), column("c", "TEXT", false)),
        EditKind::AddConstraint(key("fk_t_p", "p_id", "p", " ON DELETE SET NULL")),
    ];
    // With keys on, while a table refers to it: a rebuild would be refused.
    let done = pass(&mut conn, edits).unwrap();
    assert!(!done.rebuilt);
    insta::assert_snapshot!(done.statements.join("\n"), @r#"
    ALTER TABLE "t" RENAME COLUMN "a" TO "name"
    PRAGMA writable_schema = ON
    UPDATE main.sqlite_schema SET sql = 'CREATE TABLE "t" (id INTEGER PRIMARY KEY,
        "name" VARCHAR(200),
        b TEXT,
        c TEXT NOT NULL, p_id INTEGER, UNIQUE ("name"),
        CONSTRAINT "fk_t_p" FOREIGN KEY ("p_id") REFERENCES "p" ("id") ON DELETE SET NULL
    )' WHERE type = 'table' AND name = 't'
    PRAGMA schema_version = 5
    PRAGMA writable_schema = RESET
    "#);
    assert_eq!(
        texts(&mut conn, "SELECT writable_schema AS value FROM pragma_writable_schema"),
        ["0"]
    );
    conn.batch_execute("INSERT INTO t VALUES (2, 'x', 'y', 'z', 1)").unwrap_err();
    conn.batch_execute("INSERT INTO t VALUES (2, 'w', NULL, NULL, 1)").unwrap_err();
    conn.batch_execute("INSERT INTO t VALUES (2, 'w', NULL, 'z', 7)").unwrap_err();
    conn.batch_execute("INSERT INTO t VALUES (2, 'w', NULL, 'z', 1); DELETE FROM p")
        .unwrap();
    assert_eq!(texts(&mut conn, "SELECT count(*) AS value FROM t WHERE p_id IS NULL"), ["2"]);
}

#[test]
fn an_index_with_a_parenthesis_in_its_name_follows_a_renamed_column() {
    let mut conn = open("CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX \"ix_(a)\" ON t (a)");
    let edits = vec![
        alter(column("b", "TEXT", true), column("b", "TEXT", false)),
        EditKind::RenameColumn {
            from: "a".into(),
            to: "c".into(),
        },
        EditKind::DropIndex(Index {
            name: "ix_(a)".into(),
            sql: "CREATE INDEX \"ix_(a)\" ON \"t\" (\"c\")".into(),
        }),
    ];
    pass(&mut conn, edits).unwrap();
    assert_eq!(
        texts(&mut conn, "SELECT name AS value FROM sqlite_schema WHERE type = 'index'"),
        [""; 0]
    );
}

#[test]
fn rows_that_would_break_a_rule_are_counted_and_told_with_its_line() {
    let mut conn = open(
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a TEXT, b INTEGER, c INTEGER);
         INSERT INTO t VALUES ('x', 1, NULL), (NULL, -1, 7), (NULL, NULL, 8)",
    );
    let before = dump(&mut conn, true).unwrap();
    for (edits, expected) in [
        (
            vec![
                retype("a", "TEXT", "VARCHAR(9)"),
                alter(column("a", "TEXT", true), column("a", "TEXT", false)),
            ],
            (2, "2 rows of `t` have no `a`"),
        ),
        (
            vec![retype("a", "TEXT", "VARCHAR(9)"), EditKind::AddConstraint(check("ck_b", "b > 0"))],
            (2, "1 rows of `t` break `ck_b`"),
        ),
        (
            vec![
                EditKind::AddConstraint(check("ck_c", "c > 0")),
                EditKind::AddConstraint(key("fk", "c", "p", "")),
            ],
            (2, "rows break foreign keys: 2 of `t` refer to rows of `p` that are not there"),
        ),
    ] {
        let failure = pass(&mut conn, edits).unwrap_err();
        assert_eq!((failure.line, failure.to_string().as_str()), expected);
        assert_eq!(dump(&mut conn, true).unwrap(), before);
    }
}

#[test]
fn what_would_change_the_meaning_of_a_stored_byte_is_rebuilt() {
    let with_default = |default: Option<&str>| Column {
        default: default.map(str::to_owned),
        ..column("b", "INTEGER", true)
    };
    for (table, edit, seen, expected) in [
        // Rows older than their column have no value of their own.
        (
            "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'); ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 5",
            alter(with_default(Some("5")), with_default(Some("9"))),
            "SELECT b AS value FROM t",
            "5",
        ),
        (
            "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'); ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 5",
            alter(with_default(Some("5")), with_default(None)),
            "SELECT b AS value FROM t",
            "5",
        ),
        // INTEGER would be the rowid.
        (
            "CREATE TABLE t (id INT PRIMARY KEY, a TEXT); INSERT INTO t VALUES (7, 'x')",
            retype("id", "INT", "INTEGER"),
            "SELECT rowid AS value FROM t",
            "7",
        ),
        (
            "CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('007')",
            retype("a", "TEXT", "INTEGER"),
            "SELECT typeof(a) || a AS value FROM t",
            "integer7",
        ),
        (
            "CREATE TABLE t (a TEXT); CREATE INDEX ix ON t (a); INSERT INTO t VALUES ('b'), ('A')",
            alter(
                column("a", "TEXT", true),
                Column {
                    collation: Some("NOCASE".into()),
                    ..column("a", "TEXT", true)
                },
            ),
            "SELECT group_concat(a, '') AS value FROM (SELECT a FROM t ORDER BY a)",
            "Ab",
        ),
    ] {
        let mut conn = open(table);
        assert!(pass(&mut conn, vec![edit]).unwrap().rebuilt, "{table}");
        assert_eq!(texts(&mut conn, seen), [expected], "{table}");
        assert_eq!(
            texts(&mut conn, "SELECT integrity_check AS value FROM pragma_integrity_check"),
            ["ok"]
        );
    }
}

#[test]
fn rows_older_than_their_column_keep_what_they_show() {
    let mut conn =
        open("CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x'); ALTER TABLE t ADD COLUMN b VARCHAR(3) NOT NULL DEFAULT 'old'");
    let before = Column {
        default: Some("'old'".into()),
        ..column("b", "VARCHAR(3)", false)
    };
    let after = Column {
        nullable: true,
        ty: "VARCHAR(9)".into(),
        ..before.clone()
    };
    assert!(!pass(&mut conn, vec![alter(before.clone(), after.clone())]).unwrap().rebuilt);
    assert!(!pass(&mut conn, vec![alter(after, before)]).unwrap().rebuilt);
    assert_eq!(texts(&mut conn, "SELECT b AS value FROM t"), ["old"]);
}

#[test]
fn a_key_that_only_does_something_else_is_taken_in_place_and_needs_no_look_at_rows() {
    let mut conn = open(
        "PRAGMA foreign_keys = OFF; CREATE TABLE p (id INTEGER PRIMARY KEY);
         CREATE TABLE t (a INTEGER CONSTRAINT fk REFERENCES p (id)); INSERT INTO t VALUES (7)",
    );
    let edits = vec![
        EditKind::DropConstraint(key("fk", "a", "p", "")),
        EditKind::AddConstraint(key("fk", "a", "p", " ON DELETE CASCADE ON UPDATE SET NULL")),
    ];
    assert!(!pass(&mut conn, edits).unwrap().rebuilt);
    assert_eq!(
        texts(
            &mut conn,
            "SELECT on_delete || ' ' || on_update AS value FROM pragma_foreign_key_list('t')"
        ),
        ["CASCADE SET NULL"]
    );
}

#[test]
fn other_connections_read_the_schema_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("t.db");
    let connect = || SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let (mut one, mut other) = (connect(), connect());
    one.batch_execute("CREATE TABLE t (a TEXT)").unwrap();
    other.batch_execute("INSERT INTO t VALUES ('x')").unwrap();
    pass(&mut one, vec![EditKind::AddConstraint(check("ck", "a <> 'y'"))]).unwrap();
    other.batch_execute("INSERT INTO t VALUES ('y')").unwrap_err();
    other.batch_execute("INSERT INTO t VALUES ('z')").unwrap();
}
