//! What is said of one row asks no other, and is the same another time where a database keeps it.

use super::{MARIADB, POSTGRES, SQLITE, said, said_on};

#[test]
fn a_query_stands_in_nothing_that_is_said_of_a_row() {
    insta::assert_snapshot!(said(r#"create_check ck on users "age <> (SELECT max(age) FROM users)";"#), @r#"
    ^"age <> (SELECT max(age)^ M502: `age <> (SELECT max(age) FROM users)` holds a query, which SQLite 3.40 does not take here
      say it of the row alone; what other rows have to say takes a foreign key or a trigger
    "#);
    for target in [SQLITE, POSTGRES, MARIADB] {
        for made in [
            r#"create_table t { a: Integer, b: Nullable<Integer> = sql("(SELECT 1)") }"#,
            r#"create_table t { a: Integer, #[generated("(SELECT a)", stored = true)] b: Nullable<Integer> }"#,
            r#"create_table t { a: Integer, check ck "a IN (SELECT 1)" }"#,
        ] {
            let said = said_on(target, made);
            assert!(said.contains("holds a query"), "{target}: {made}\n{said}");
        }
    }
    for made in [
        r#"create_index ix on users ("(SELECT 1)");"#,
        r#"create_index ix on users (name) { where = "EXISTS (SELECT 1)" }"#,
        r#"alter_column users.age { type = Integer, using = "(SELECT 1)", default = 0 }"#,
    ] {
        let said = said_on(POSTGRES, made);
        assert!(said.contains("holds a query"), "{made}\n{said}");
    }
}

#[test]
fn what_is_said_of_a_row_is_the_same_another_time() {
    let check = "create_table t { a: Timestamp, check ck \"a < now()\" }";
    let index = "create_table t { a: Text, index ix (a) { where = \"a > random()\" } }";
    let generated =
        |stored: bool| format!("create_table t {{ #[generated(\"random()\", stored = {stored})] b: Nullable<Double>, a: Integer }}");
    let rows = "create_table t { a: Integer, check ck \"count(*) > 1\" }";
    let default = "create_table t { a: Nullable<BigInt> = sql(\"max(1)\") }";
    let clock = "create_table t { a: Text, check ck \"a < date('now')\" }";
    insta::assert_snapshot!(said_on(MARIADB, check), @r#"
    ^"a < now()"^ M502: `now` gives something else another time, which MariaDB 10.6 does not take here
      keep what it gives in a column of its own, by a default or a trigger
    "#);
    insta::assert_snapshot!(said_on(SQLITE, &generated(true)), @r#"
    ^"random()"^ M502: `random` gives something else another time, which SQLite 3.40 does not take here
      keep what it gives in a column of its own, by a default or a trigger
    "#);
    insta::assert_snapshot!(said_on(POSTGRES, rows), @r#"
    ^"count(*) > 1"^ M502: `count` is of several rows, which PostgreSQL 14.0 does not take here
      say it of the row alone; what other rows have to say takes a foreign key or a trigger
    "#);
    insta::assert_snapshot!(said_on(SQLITE, clock), @r#"
    ^"a < date('now')"^ M502: `date` gives something else another time, which SQLite 3.40 does not take here
      keep what it gives in a column of its own, by a default or a trigger
    "#);
    for (target, made) in [
        (POSTGRES, generated(true).as_str()),
        (SQLITE, &generated(false)),
        (SQLITE, index),
        (SQLITE, "create_table t { a: Text, index ix (\"datetime(a, 'localtime')\") }"),
        (POSTGRES, index),
        (SQLITE, rows),
        (MARIADB, rows),
        (SQLITE, default),
        (POSTGRES, default),
    ] {
        let said = said_on(target, made);
        assert!(said.contains("does not take here"), "{target}: {made}\n{said}");
    }
    for (target, made) in [
        (SQLITE, check),
        (POSTGRES, check),
        (SQLITE, "create_table t { a: Text = sql(\"max('a', 'b')\") }"),
    ] {
        assert_eq!(said_on(target, made), "", "{target}: {made}");
    }
}

#[test]
fn what_is_kept_depends_on_no_settings() {
    let table = r#"
        create_enum e ("a");
        create_table p {
            d: Date, t: Time, s: Timestamp, z: Timestamptz, x: Text, n: Numeric<9, 2>, b: Bool,
            e: Enum<e>, i: Interval, l: Array<Text>, u: Uuid,
        }
    "#;
    let index = |expression: &str| said_on(POSTGRES, &format!("{table} create_index ix on p ({expression:?});"));
    for expression in [
        "CAST(d AS TEXT)",
        "CAST(s AS VARCHAR(40))",
        "z::text",
        "x::date",
        "CAST(x AS TIMESTAMP)",
        "CAST(x AS TIME)",
        "CAST(z AS DATE)",
        "CAST(s AS TIMESTAMPTZ)",
        "x || d",
        "d || 'x'",
        "x || i",
        "x || e",
        "concat(x, x)",
        "date_trunc('day', z)",
        "extract(year from z)",
        "z + i",
        "z + interval '1 day'",
        "z > date '2001-01-01'",
        "s > z",
        "to_char(s, 'YYYY')",
        "age(s)",
        "e::text",
        "l::text",
        "upper(x || d)",
    ] {
        let said = index(expression);
        assert!(said.contains("depends on the session's settings"), "{expression}\n{said}");
    }
    for expression in [
        "CAST(t AS TEXT)",
        "CAST(d AS TIMESTAMP)",
        "n::text",
        "b::text",
        "u::text",
        "x || b",
        "x || 'x'",
        "lower(x)",
        "x::uuid",
        "date_trunc('day', s)",
        "extract(year from s)",
        "z > '2001-01-01'",
        "date_trunc('day', z AT TIME ZONE 'UTC')",
        "s AT TIME ZONE 'UTC'",
        "age(s, s)",
        "s - s",
        "d + 1",
        "md5(x)",
    ] {
        assert_eq!(index(expression), "", "{expression}");
    }
    insta::assert_snapshot!(index("x || d"), @r#"
    ^"x || d"^ M502: what `x || d` gives depends on the session's settings, which PostgreSQL 14.0 does not take here
      write `||` for `concat`, `… AT TIME ZONE 'UTC'` before a moment is taken apart, or a function of your own that is declared IMMUTABLE
    "#);
    let generated = format!("{table} #[generated(\"concat(x, x)\", stored = true)] add_column p.g: Nullable<Text>;");
    insta::assert_snapshot!(said_on(POSTGRES, &generated), @r#"
    ^"concat(x, x)"^ M502: what `concat(x, x)` gives depends on the session's settings, which PostgreSQL 14.0 does not take here
      write `||` for `concat`, `… AT TIME ZONE 'UTC'` before a moment is taken apart, or a function of your own that is declared IMMUTABLE
    "#);
    assert_eq!(said_on(POSTGRES, &format!("{table} create_check ck on p \"s > z\";")), "");
}

#[test]
fn what_a_row_is_given_comes_of_the_row_or_of_a_query() {
    for target in [SQLITE, POSTGRES, MARIADB] {
        let refused = |made: &str| {
            let said = said_on(target, made);
            assert!(said.contains("is of several rows"), "{target}: {made}\n{said}");
        };
        refused(r#"alter_column users.age { type = BigInt, using = "count(*)", default = 0 }"#);
        refused(r#"update users { set = "age = max(id)", undo = none }"#);
        refused(r#"update users { set = "age = row_number() OVER (ORDER BY id)", undo = none }"#);
        refused(r#"delete users { where = "id = avg(id)", undo = none }"#);
        refused(r#"execute "UPDATE users SET age = 1 WHERE sum(id) > 1" { undo = none }"#);
        let queried = r#"update users { set = "age = (SELECT count(*) FROM users AS u)", undo = none }"#;
        assert!(!said_on(target, queried).contains("several rows"));
    }
    insta::assert_snapshot!(said(r#"alter_column users.age { type = BigInt, using = "count(*)", default = 0 }"#), @r#"
    ^"count(*)"^ M212: `count` is of several rows, which SQLite 3.40 does not take here
      say it of the row alone, and put in by an `update` what other rows have to say
    "#);
    insta::assert_snapshot!(said(r#"update users { set = "age = max(id)", undo = none }"#), @r#"
    ^"age = max(id)"^ M502: `max` is of several rows, which SQLite 3.40 does not take here
      say it of the row alone, or take it from a query: `(SELECT … FROM …)`
    "#);
}

#[test]
fn a_column_is_generated_from_others() {
    let own = "create_table t { a: Integer, #[generated(\"b + a\", stored = true)] b: Nullable<Integer> }";
    insta::assert_snapshot!(said(own), @r#"
    ^"b + a"^ M502: `t.b` is generated from itself, and SQLite 3.40 generates none so
      say it of the columns that rows are given
    "#);
    let chain = "create_table t { a: Integer, #[generated(\"a + 1\", stored = true)] b: Nullable<Integer>, #[generated(\"b + 1\", stored = true)] c: Nullable<Integer> }";
    insta::assert_snapshot!(said_on(POSTGRES, chain), @r#"
    ^"b + 1"^ M502: `t.c` is generated from `b`, which is generated, and PostgreSQL 14.0 generates none so
      say it of the columns that rows are given
    "#);
    assert_eq!(said(chain), "");
    assert_eq!(said_on(MARIADB, chain), "");
}

#[test]
fn an_index_stays_settled_when_a_column_has_another_type() {
    let table = "create_table p { s: Timestamp, z: Timestamptz } ";
    let day = format!("{table} #[allow(blocking_index)] create_index ix_day on p (\"date_trunc('day', s)\");");
    let moment = "alter_column p.s { type = Timestamptz, using = cast }";
    insta::assert_snapshot!(said_on(POSTGRES, &format!("{day} {moment}")), @"
    ^s^ M208: the index `ix_day` on (s) depends on the type of `p.s`
      the index `ix_day` on (s) is from 2
      write `drop_index ix_day on p;` before it, and create it again after it
    ");
    assert_eq!(said_on(POSTGRES, &format!("{table} create_check ck on p \"s < z\"; {moment}")), "");
}
